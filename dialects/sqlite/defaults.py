"""Default values by meaning: SQLite's text read into them, and they spelled for a column.

SQLite's clock is UTC: CURRENT_TIMESTAMP, CURRENT_DATE and CURRENT_TIME are, and `'localtime'` says otherwise.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from dialects.sqlite.decode import NUMBER, decode, fraction_digits
from dialects.sqlite.encode import texts
from dialects.sqlite.grammar import Token, tokens
from dialects.sqlite.types import FAMILY, Affinity, affinity, hint
from dialects.sqltext import string_literal
from mappings import defaults as d
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression

RANDOM_UUID = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
DATE_TIME, TIME = ("%Y-%m-%d %H:%M:", 17), ("%H:%M:", 6)
"""What comes before the seconds, and how many characters it gives."""


def _stamped(head: tuple[str, int], digits: int, *, local: bool = False, mark: str = "") -> str:
    """The clock with just so many digits. strftime knows none and three; others are cut from these or get zeros."""
    form, width = head
    zone = ", 'localtime'" if local else ""
    if digits in (0, 3):
        return f"strftime('{form}{'%f' if digits else '%S'}{mark}', 'now'{zone})"
    text = f"strftime('{form}%f', 'now'{zone})"
    if digits < 3:
        text = f"substr({text}, 1, {width + 3 + digits})"
    ending = "0" * max(0, digits - 3) + mark
    return f"{text} || '{ending}'" if ending else text


SPELLED: tuple[tuple[str, d.Default], ...] = (
    ("CURRENT_TIMESTAMP", d.NowDefault("utc", 0)),
    ("CURRENT_DATE", d.TodayDefault()),
    ("CURRENT_TIME", d.TimeOfDayDefault(0)),
    (RANDOM_UUID, d.RandomUuidDefault()),
    *((_stamped(DATE_TIME, digits), d.NowDefault("utc", digits)) for digits in range(7)),
    *((_stamped(DATE_TIME, digits, local=True), d.NowDefault("local", digits)) for digits in range(7)),
    *((_stamped(DATE_TIME, digits, mark="Z"), d.NowDefault("instant", digits)) for digits in range(7)),
    *((_stamped(TIME, digits), d.TimeOfDayDefault(digits)) for digits in range(7)),
)
"""The one expression per meaning, in order of choice. One that gives another text (with `T`) stays an expression."""
ALIASES: tuple[tuple[str, d.Default], ...] = (
    ("datetime('now')", d.NowDefault("utc", 0)),
    ("datetime()", d.NowDefault("utc", 0)),
    ("datetime('now', 'localtime')", d.NowDefault("local", 0)),
    ("date('now')", d.TodayDefault()),
    ("date()", d.TodayDefault()),
    ("time('now')", d.TimeOfDayDefault(0)),
    ("time()", d.TimeOfDayDefault(0)),
)
WORDS = {"TRUE": "1", "FALSE": "0"}


def _normal(sql: str) -> tuple[str, ...]:
    """A text's tokens without what is the same to SQLite: case of words, quotes of strings, spaces."""
    return tuple(
        string_literal(token.name) if token.kind in ("string", "quoted") else token.word or token.text
        for token in tokens(sql)
    )


MEANINGS = {_normal(sql): default for sql, default in (*ALIASES, *SPELLED)}


def parsed(sql: str | None, kind: t.LogicalType, native: str) -> d.Default | None:
    """What a column's DEFAULT means, for a column that is declared `native`, which hints at `kind`."""
    if sql is None or sql.strip().upper() == "NULL":
        return None
    found = tokens(sql)
    sign = "-" if found[0].text == "-" else ""
    literal = found[-1] if len(found) == 1 or (len(found) == 2 and found[0].text in "+-") else None
    known = MEANINGS.get(_normal(sql))
    if known is None and literal is not None:
        known = _literal(literal, sign, kind, affinity(native))
    return known or d.ExpressionDefault(FAMILY, sql)


def _literal(token: Token, sign: str, kind: t.LogicalType, own: Affinity) -> d.Default | None:
    """None where the storage class would be lost: a real in a text column, digits as text where no affinity acts."""
    match token.kind:
        case "blob":
            return d.BytesDefault(token.text[2:-1].lower())
        case "number":
            text = sign + (str(int(token.text, 16)) if token.text[:2].lower() == "0x" else token.text)
            return None if own == Affinity.TEXT and not text.lstrip("-").isdigit() else _value(text, kind)
        case "name" if token.word in WORDS:
            return _value(WORDS[token.word], kind)
        case _ if own == Affinity.BLOB and (NUMBER.fullmatch(token.name) or isinstance(kind, t.Binary)):
            return None
        case _:
            return _value(token.name, kind)


def _value(text: str, kind: t.LogicalType) -> d.Default:
    """The literal, not always a value of the type: SQLite takes 'CURRENT_TIMESTAMP' in a date column as that text."""
    if isinstance(kind, t.Boolean) and text in ("0", "1"):
        return d.LiteralDefault("true" if text == "1" else "false")
    if isinstance(kind, t.Integer | t.Year) and NUMBER.fullmatch(text) and Decimal(text) == int(Decimal(text)):
        return d.LiteralDefault(str(int(Decimal(text))))
    return d.LiteralDefault(text)


def _canonical(text: str, kind: t.LogicalType) -> str | None:
    """The text that `write` would store for this value, None when it is none."""
    try:
        found: str = texts(decode([text], kind), kind)[0].as_py()
        return found
    except (ValueError, pa.ArrowInvalid):
        return None


def spelled(default: d.Default, column: Column) -> str | None:
    """The text behind DEFAULT, None when the column cannot have such a default."""
    match default:
        case d.LiteralDefault(text=text):
            return _spelled_literal(text, column)
        case d.BytesDefault(hex=digits):
            return f"x'{digits}'" if isinstance(column.type, t.Binary | t.Opaque | t.Text) else None
        case d.NowDefault() | d.TodayDefault() | d.TimeOfDayDefault():
            return _spelled_moment(default, column.type)
        case d.RandomUuidDefault(version=version):
            kept = version != 7 and isinstance(column.type, t.Uuid | t.Text | t.Opaque)
            return f"({RANDOM_UUID})" if kept else None
        case d.ExpressionDefault(json=json) if json != "":
            return string_literal(json) if isinstance(column.type, t.Json | t.Text) else None
        case d.ExpressionDefault(family=family, sql=sql):
            return f"({sql})" if family == FAMILY else _translated(Expression(family, sql), column.type)
        case _:
            return None


def _spelled_literal(text: str, column: Column) -> str | None:
    """Numbers bare, decimals and all else as the text that is stored. A column that goes by literals keeps the
    spelling its own kind has."""
    kind = hint(column.native) if isinstance(column.type, t.Opaque) else column.type
    truth = {"true": "1", "false": "0"}.get(text, text)
    match kind:
        case t.Boolean() | t.Integer() | t.Float() | t.Year():
            return truth if NUMBER.fullmatch(truth) else string_literal(text)
        case t.Decimal(scale=scale) if NUMBER.fullmatch(text):
            return string_literal(_scaled(text, scale))
        case t.Binary() | t.Geometry():
            return None
        case t.Text() if isinstance(column.type, t.Opaque) and NUMBER.fullmatch(text):
            return text
        case t.Date() | t.Time() | t.Timestamp() | t.Uuid() | t.Duration() if not isinstance(column.type, t.Opaque):
            canonical = _canonical(text, kind)
            return None if canonical is None else string_literal(canonical)
        case _:
            return string_literal(text)


def _scaled(text: str, scale: int | None) -> str:
    """The number with just `scale` digits after the point, as it is stored; as it is where it has more."""
    plain = format(Decimal(text), "f")
    if scale is None or scale < 1 or fraction_digits(Decimal(text)) > scale:
        return plain
    whole, _, fraction = plain.partition(".")
    return f"{whole}.{fraction[:scale]:0<{scale}}"


def _spelled_moment(default: d.Default, kind: t.LogicalType) -> str | None:
    """An expression that gives exactly the text the column's type stores."""
    local = isinstance(default, d.NowDefault) and default.clock == "local"
    match default, kind:
        case d.NowDefault(), t.Timestamp(digits=digits, zoned=True):
            return _as_default(_stamped(DATE_TIME, digits, mark="Z"))
        case d.NowDefault(), t.Timestamp(digits=0) if not local:
            return "CURRENT_TIMESTAMP"
        case d.NowDefault(), t.Timestamp(digits=digits):
            return _as_default(_stamped(DATE_TIME, digits, local=local))
        case d.NowDefault() | d.TodayDefault(), t.Date():
            return "(date('now', 'localtime'))" if local else "CURRENT_DATE"
        case d.TodayDefault(), t.Timestamp(digits=digits, zoned=zoned):
            zeros = "00:00:00" + ("." + "0" * digits if digits else "") + ("Z" if zoned else "")
            return f"(strftime('%Y-%m-%d {zeros}', 'now'))"
        case d.NowDefault() | d.TimeOfDayDefault(), t.Time(digits=digits):
            return _as_default(_stamped(TIME, digits, local=local))
        case _, t.Date() | t.Time() | t.Timestamp():
            return None
        case _:
            return next((_as_default(sql) for sql, meaning in SPELLED if meaning == default), None)


def _as_default(sql: str) -> str:
    """DEFAULT takes a keyword bare, an expression in parentheses."""
    return f"({sql})" if "(" in sql else sql


def _translated(expression: Expression, kind: t.LogicalType) -> str | None:
    """A constant expression of another family, for the types whose arithmetic is the same everywhere."""
    if not isinstance(kind, t.Boolean | t.Integer):
        return None
    sql = translate(expression, to=FAMILY, columns={})
    return None if sql is None else f"({sql})"

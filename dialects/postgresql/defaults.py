"""Default values: PostgreSQL's text read into meanings, and meanings spelled for a column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from dialects.postgresql.arrays import array_json
from dialects.postgresql.server import Server
from dialects.postgresql.types import FAMILY
from dialects.sqltext import string_literal
from mappings import defaults as d
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression

LITERAL = re.compile(r"^'((?:[^']|'')*)'::(.+)$", re.DOTALL)
BITS = re.compile(r"""^B'([01]*)'(?:::"?bit.*)?$""")
NUMBER = re.compile(r"^\(?(-?\d+(?:\.\d+)?)\)?(?:::[a-z0-9 (),]+)?$")
PLAIN_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?$")
NULL = re.compile(r"^NULL(?:::.+)?$")
NOW = re.compile(r"^(?:now\(\)|transaction_timestamp\(\)|CURRENT_TIMESTAMP(?:\((\d)\))?)$")
LOCAL_NOW = re.compile(r"^(?:LOCALTIMESTAMP(?:\((\d)\))?)$")
UTC_NOW = re.compile(
    r"^\(?(?:\(?(?:now\(\)|CURRENT_TIMESTAMP(?:\((?P<a>\d)\))?)\)? AT TIME ZONE '(?i:utc)'(?:::text)?"
    r"|timezone\('(?i:utc)'(?:::text)?, (?:now\(\)|CURRENT_TIMESTAMP(?:\((?P<b>\d)\))?)\))\)?$"
)
TODAY = re.compile(r"^(?:CURRENT_DATE|now\(\)|CURRENT_TIMESTAMP|LOCALTIMESTAMP|\('now'::text\)::date|now\(\)::date)$")
TIME_OF_DAY = re.compile(r"^(?:LOCALTIME|CURRENT_TIME)(?:\((\d)\))?$")
RANDOM_UUID = re.compile(r"^(?:[\w\"]+\.)?(?:gen_random_uuid|uuid_generate_v4)\(\)$")
SEQUENCE = re.compile(r"\bnextval\(", re.IGNORECASE)
TIME = re.compile(r"^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$")
SPAN = re.compile(r"^-?\d{1,3}:[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$")
OFFSET = re.compile(r":\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)$")


def default_from(text: str | None, kind: t.LogicalType) -> d.Default | None:
    """The meaning of pg_get_expr's text for a column of this type; None for no default and for NULL."""
    if text is None or NULL.match(text):
        return None
    return _constant(text, kind) or _moment(text, kind) or _other(text, kind)


def _constant(text: str, kind: t.LogicalType) -> d.Default | None:
    if isinstance(kind, t.Array | t.SetOf | t.Opaque):
        return None
    if text in ("true", "false"):
        return d.LiteralDefault(text) if isinstance(kind, t.Boolean) else None
    if found := BITS.match(text):
        return d.LiteralDefault(found[1]) if isinstance(kind, t.Bits) else None
    if found := NUMBER.match(text):
        return _number(found[1], kind)
    found = LITERAL.match(text)
    return _quoted(found[1].replace("''", "'"), kind) if found and "'" not in found[2] else None


def _quoted(text: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Binary():
            return d.BytesDefault(text[2:]) if text.startswith("\\x") else None
        case t.Integer() | t.Decimal() | t.Float():
            return _number(text, kind)
        case t.Text(length=length) if length is not None and len(text) > length:
            return None
        case t.Timestamp(zoned=True):
            return d.LiteralDefault(text.removesuffix("+00")) if _is_moment(text) else None
        case t.Timestamp():
            return d.LiteralDefault(text) if _is_moment(text) else None
        case t.Date():
            return d.LiteralDefault(text) if _is_day(text) else None
        case _:
            return d.LiteralDefault(text)


def _number(text: str, kind: t.LogicalType) -> d.Default | None:
    """Only a number that the column stores as it is written; any other would be rounded on each insertion."""
    scales = {t.Integer: 0, t.Decimal: kind.scale if isinstance(kind, t.Decimal) else None, t.Float: None}
    if type(kind) not in scales or not PLAIN_NUMBER.match(text):
        return None
    scale = scales[type(kind)]
    digits = len(text.partition(".")[2])
    return d.LiteralDefault(text) if scale is None or digits <= scale else None


def _moment(text: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Timestamp(digits=digits, zoned=zoned):
            return _now(text, digits, zoned=zoned)
        case t.Date():
            return d.TodayDefault() if TODAY.match(text) else None
        case t.Time(digits=digits) | t.TimeTz(digits=digits):
            found = TIME_OF_DAY.match(text)
            return d.TimeOfDayDefault(int(found[1] or digits)) if found else None
        case _:
            return None


def _now(text: str, digits: int, *, zoned: bool) -> d.NowDefault | None:
    """What assigns an instant to a wall clock, or the other way round, goes through the session's zone: local."""
    if found := NOW.match(text):
        return d.NowDefault("instant" if zoned else "local", min(digits, int(found[1] or 6)))
    if found := LOCAL_NOW.match(text):
        return d.NowDefault("instant" if zoned else "local", min(digits, int(found[1] or 6)))
    found = None if zoned else UTC_NOW.match(text)
    return d.NowDefault("utc", min(digits, int(found["a"] or found["b"] or 6))) if found else None


def _other(text: str, kind: t.LogicalType) -> d.Default:
    if isinstance(kind, t.Uuid) and RANDOM_UUID.match(text):
        return d.RandomUuidDefault()
    if isinstance(kind, t.Uuid) and text == "uuidv7()":
        return d.RandomUuidDefault(7)
    if isinstance(kind, t.Text) and text in ("CURRENT_USER", "CURRENT_ROLE", "USER"):
        return d.CurrentUserDefault()
    return d.ExpressionDefault(FAMILY, text, array_json(text) if isinstance(kind, t.Array) else "")


def spell_default(default: d.Default, column: Column, server: Server) -> str | None:
    """The text behind DEFAULT, None when the column's type has no such default, or the server not what it calls."""
    kind = column.type
    match default:
        case d.LiteralDefault(text=text):
            return _literal(text, kind, column.native)
        case d.BytesDefault(hex=digits):
            return _bytes(digits, kind)
        case d.NowDefault(clock=clock, digits=digits):
            return _spelled_now(clock, digits, kind)
        case d.TodayDefault():
            return "CURRENT_DATE" if isinstance(kind, t.Date) else None
        case d.TimeOfDayDefault(digits=digits):
            words = {t.Time: "LOCALTIME", t.TimeTz: "CURRENT_TIME"}
            return f"{words[type(kind)]}{_precision(digits)}" if type(kind) in words else None
        case d.RandomUuidDefault(version=version):
            return _random_uuid(version, kind, server)
        case d.CurrentUserDefault():
            return "CURRENT_USER" if isinstance(kind, t.Text) else None
        case d.ExpressionDefault(family=family, sql=sql):
            return _expression(family, sql, kind, server)
        case _:
            assert_never(default)


def _expression(family: str, sql: str, kind: t.LogicalType, server: Server) -> str | None:
    """A sequence is not carried, so a default that asks one cannot be either. Of other families only numbers are
    sure to be values of the type: MySQL's zero date is an expression too."""
    if family != FAMILY:
        computed = isinstance(kind, t.Boolean | t.Integer | t.Decimal | t.Float)
        return translate(Expression(family, sql), to=FAMILY, columns={}) if computed and "'" not in sql else None
    return sql if server.runs(sql) and not SEQUENCE.search(sql) else None


def _literal(text: str, kind: t.LogicalType, native: str) -> str | None:
    match kind:
        case t.Boolean():
            return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text.lower())
        case t.Integer() | t.Decimal() | t.Year():
            return text if PLAIN_NUMBER.match(text) else None
        case t.Float():
            return _float(text)
        case t.Binary():
            return _bytes(text.encode().hex(), kind)
        case t.Bits():
            return f"B'{text}'" if re.fullmatch("[01]*", text) else None
        case t.SetOf(members=members):
            return _array(text, members)
        case t.Enum(labels=labels):
            return string_literal(text) if text in labels else None
        case t.Opaque() | t.Array() | t.Interval():
            return f"{string_literal(text)}::{native}" if "\0" not in text else None
        case t.Timestamp(zoned=True):
            return string_literal(text if OFFSET.search(text) else f"{text}+00") if _is_moment(text) else None
        case _:
            return string_literal(text) if "\0" not in text and _valid(text, kind) else None


def _valid(text: str, kind: t.LogicalType) -> bool:
    """Whether the literal is a value of the type: a zero date is not, nor is text that is no JSON."""
    match kind:
        case t.Date():
            return _is_day(text)
        case t.Timestamp():
            return _is_moment(text)
        case t.Time():
            return TIME.match(text) is not None
        case t.Duration():
            return SPAN.match(text) is not None
        case t.Uuid():
            return _parses(UUID, text)
        case t.Json():
            return _parses(_strict_json, text)
        case _:
            return True


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _strict_json(text: str) -> object:
    """Without the NaN and Infinity that Python's parser lets pass."""
    return json.loads(text, parse_constant=int)


def _is_day(text: str) -> bool:
    return _parses(date.fromisoformat, text)


def _is_moment(text: str) -> bool:
    return _parses(datetime.fromisoformat, text)


def _float(text: str) -> str | None:
    return text if PLAIN_NUMBER.match(text) or re.fullmatch(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+", text) else None


def _bytes(digits: str, kind: t.LogicalType) -> str | None:
    if isinstance(kind, t.Binary):
        return f"'\\x{digits}'::bytea"
    if not isinstance(kind, t.Text):
        return None
    try:
        return string_literal(bytes.fromhex(digits).decode())
    except ValueError:
        return None


def _array(text: str, members: tuple[str, ...]) -> str | None:
    chosen = text.split(",") if text else []
    if not set(chosen) <= set(members):
        return None
    return f"ARRAY[{', '.join(map(string_literal, chosen))}]::text[]"


def _spelled_now(clock: str, digits: int, kind: t.LogicalType) -> str | None:
    match kind:
        case t.Timestamp(zoned=True):
            return f"CURRENT_TIMESTAMP{_precision(digits)}"
        case t.Timestamp():
            local = f"LOCALTIMESTAMP{_precision(digits)}"
            utc = f"(CURRENT_TIMESTAMP{_precision(digits)} AT TIME ZONE 'UTC')"
            return local if clock == "local" else utc
        case t.Date():
            return "CURRENT_DATE" if clock == "local" else "((now() AT TIME ZONE 'UTC')::date)"
        case _:
            return None


def _precision(digits: int) -> str:
    return f"({digits})" if digits < 6 else ""


def _random_uuid(version: int, kind: t.LogicalType, server: Server) -> str | None:
    """In their order only from version 18 on."""
    if version == 7 and server.version < 18:
        return None
    call = "uuidv7()" if version == 7 else "gen_random_uuid()"
    if isinstance(kind, t.Uuid):
        return call
    fits = isinstance(kind, t.Text) and (kind.length is None or kind.length >= 36)
    return f"({call}::text)" if fits else None

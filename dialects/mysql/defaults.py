"""Default values read by meaning from the catalogue's text, and spelled again. The text of an expression is MySQL's
default mode: backslashes escape in its strings."""

from __future__ import annotations

import re

from dialects.mysql.expressions import own_expression
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY, UNSTORED_DEFAULT, base, digits, literal, unescaped
from mappings import defaults as d
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression

NOW = re.compile(r"^(?:current_timestamp|now|localtimestamp|localtime)(?:\((\d?)\))?$", re.IGNORECASE)
RANDOM_BYTES, UUID_V7 = (10, 10, 0), (11, 7, 0)
"""MariaDB's versions that know the functions."""
UTC_NOW = re.compile(r"^utc_timestamp(?:\((\d?)\))?$", re.IGNORECASE)
TIME_OF_DAY = re.compile(r"^(?:current_time|curtime)(?:\((\d?)\))?$", re.IGNORECASE)
NAMED: dict[str, d.Default] = {
    "curdate()": d.TodayDefault(),
    "current_date": d.TodayDefault(),
    "current_date()": d.TodayDefault(),
    "uuid()": d.RandomUuidDefault(1),
    "uuid_v4()": d.RandomUuidDefault(),
    "uuid_v7()": d.RandomUuidDefault(7),
    "current_user": d.CurrentUserDefault(),
    "current_user()": d.CurrentUserDefault(),
}
RANDOM_UUID = (
    "(lower(concat(hex(random_bytes(4)), '-', hex(random_bytes(2)), '-4', substr(hex(random_bytes(2)), 2), '-', "
    "hex(128 + floor(rand() * 64)), hex(random_bytes(1)), '-', hex(random_bytes(6)))))"
)
"""Of version 4. uuid() gives version 1, which tells the moment and the machine."""
OWN_RANDOM_UUID = re.compile(r"^lower\(concat\(hex\(random_bytes\(4\)\).*-4.*rand\(\).*hex\(random_bytes\(6\)\)\)\)$")
EMPTY_JSON: dict[str, d.Default] = {"json_object()": d.LiteralDefault("{}"), "json_array()": d.LiteralDefault("[]")}
INTRODUCED = re.compile(r"^_utf8mb[34]'((?:[^'\\]|''|\\.)*)'$", re.DOTALL)
NEXT_NUMBER = re.compile(r"\bnextval\s*\(|\bnext value for\b", re.IGNORECASE)
BITS = re.compile(r"^b'([01]*)'$")
HEX = re.compile(r"^(?:0x([0-9a-f]*)|x'([0-9a-f]*)')$", re.IGNORECASE)
STRING = re.compile(r"^'((?:[^'\\]|''|\\.)*)'$", re.DOTALL)
NUMBER = re.compile(r"^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$", re.IGNORECASE)
ZERO_DATE = re.compile(r"^(?:0000|\d{4}-00|\d{4}-\d\d-00)")
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00(?::?00)?)?$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def read_expression(text: str, kind: t.LogicalType) -> d.Default:
    """An expression as it stands behind DEFAULT, in parentheses or not."""
    inner = _unwrapped(text)
    if (found := NOW.match(inner)) is not None:
        zoned = isinstance(kind, t.Timestamp) and kind.zoned
        return d.NowDefault("instant" if zoned else "local", int(found[1] or 0))
    if (found := UTC_NOW.match(inner)) is not None:
        return d.NowDefault("utc", int(found[1] or 0))
    if (found := INTRODUCED.match(inner)) is not None:
        return read_literal(unescaped(found[1].replace("''", "'")), kind)
    if isinstance(kind, t.Binary) and (found := HEX.match(inner)) is not None:
        return d.BytesDefault((found[1] or found[2] or "").lower())
    if (found := TIME_OF_DAY.match(inner)) is not None:
        return d.TimeOfDayDefault(int(found[1] or 0))
    if OWN_RANDOM_UUID.match(inner):
        return d.RandomUuidDefault()
    named = EMPTY_JSON.get(inner.lower()) if isinstance(kind, t.Json) else NAMED.get(inner.lower())
    return named if named is not None else d.ExpressionDefault(FAMILY, text)


def _unwrapped(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == text.count(")") else text


def read_literal(text: str, kind: t.LogicalType) -> d.Default:
    """A constant, without quotes but for b'' and the 0x of bytes."""
    if isinstance(kind, t.Bits) and (found := BITS.match(text)) is not None:
        return d.LiteralDefault(found[1].zfill(kind.length or 1))
    if isinstance(kind, t.Date | t.Timestamp) and ZERO_DATE.match(text):
        return d.ExpressionDefault(FAMILY, literal(text))
    return d.LiteralDefault(text)


def read_marked(text: str, kind: t.LogicalType) -> d.Default | None:
    """MariaDB's COLUMN_DEFAULT: strings in quotes, everything else an expression; None for NULL."""
    if text.upper() == "NULL":
        return None
    if (found := STRING.match(text)) is not None:
        return read_literal(unescaped(found[1].replace("''", "'")), kind)
    if NUMBER.match(text) or BITS.match(text):
        return read_literal(text, kind)
    return read_expression(text, kind)


def spell_default(default: d.Default, column: Column, server: Server) -> str | None:
    """The text behind DEFAULT, None when it cannot be said."""
    match default:
        case d.ExpressionDefault(json=json) if json != "":
            kept = isinstance(column.type, t.Json | t.Text)
            return _constant(_literal(json, column), column, server) if kept else None
        case d.ExpressionDefault(family=family, sql=sql):
            return _own_expression(sql, server) if family == FAMILY else _translated(default, column)
        case d.RandomUuidDefault():
            return _random_uuid(default, column, server)
        case d.LiteralDefault(text=text):
            return _constant(_literal(text, column), column, server)
        case d.BytesDefault(hex=digits_of_bytes):
            spelled = f"x'{digits_of_bytes}'" if isinstance(column.type, t.Binary) else None
            return _constant(spelled, column, server)
        case d.NowDefault():
            return _now(default, column)
        case _:
            return _function(default, column)


def _own_expression(sql: str, server: Server) -> str | None:
    if NEXT_NUMBER.search(sql) is not None:
        return None  # the sequence behind it is not carried
    spelled = own_expression(sql, server)
    if spelled is None:
        return None
    sql = spelled
    return sql if STRING.match(sql) or sql.startswith("(") else f"({sql})"


def _constant(spelled: str | None, column: Column, server: Server) -> str | None:
    """MySQL takes constants for TEXT, BLOB, JSON and geometry in parentheses only."""
    if spelled is None or server.maria or base(column.native) not in UNSTORED_DEFAULT:
        return spelled
    return f"({spelled})"


def _translated(default: d.ExpressionDefault, column: Column) -> str | None:
    """A constant expression of another family; whole numbers are the same everywhere."""
    if not isinstance(column.type, t.Integer) or "'" in default.sql:
        return None
    sql = translate(Expression(default.family, default.sql), to=FAMILY, columns={}, into=column.type)
    return None if sql is None else f"({sql})"


def _random_uuid(default: d.RandomUuidDefault, column: Column, server: Server) -> str | None:
    if not isinstance(column.type, t.Uuid | t.Text):
        return None
    if default.version == 7:
        return "(uuid_v7())" if server.maria and server.version >= UUID_V7 else None
    if server.maria and server.version < RANDOM_BYTES:
        return "(uuid())"
    return "(uuid())" if default.version == 1 else RANDOM_UUID


def _literal(text: str, column: Column) -> str | None:
    match column.type:
        case t.Boolean():
            return {"true": "1", "false": "0", "1": "1", "0": "0"}.get(text.lower())
        case t.Integer() | t.Decimal() | t.Float() | t.Year():
            return text if NUMBER.match(text) else None
        case t.Bits():
            return f"b'{text}'" if set(text) <= {"0", "1"} else None
        case t.Timestamp():
            return _moment(text, column)
        case t.Date():
            return literal(text) if DAY.match(text) and not ZERO_DATE.match(text) else None
        case t.Binary() | t.Geometry():
            return None
        case _:
            return literal(text)


def _moment(text: str, column: Column) -> str | None:
    found = MOMENT.match(text) or MOMENT.match(f"{text} 00:00:00")
    if found is None or ZERO_DATE.match(text):
        return None
    fraction = (found[3] or "").rstrip("0")
    if len(fraction) > digits(column.native):
        return None
    return literal(f"{found[1]} {found[2]}" + f".{fraction}" * bool(fraction))


def _now(default: d.NowDefault, column: Column) -> str | None:
    """The fraction digits must be the column's own, whatever the source's default says."""
    if not isinstance(column.type, t.Timestamp):
        return None
    wall_clock = base(column.native) == "timestamp" or default.clock == "local"
    function = "CURRENT_TIMESTAMP" if wall_clock else "UTC_TIMESTAMP"
    called = f"{function}({digits(column.native) or ''})"
    return called if wall_clock else f"({called})"


def _function(default: d.Default, column: Column) -> str | None:
    match default, column.type:
        case d.TodayDefault(), t.Date():
            return "(CURRENT_DATE)"
        case d.TimeOfDayDefault(), t.Time() | t.Duration():
            return f"(CURRENT_TIME({digits(column.native) or ''}))"
        case d.CurrentUserDefault(), t.Text():
            return "(current_user())"
        case _:
            return None

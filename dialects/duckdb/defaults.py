"""Default values: DuckDB's text read into meanings, and meanings spelled for a column."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import assert_never
from uuid import UUID

from dialects.duckdb import expressions
from dialects.duckdb.types import FAMILY
from dialects.sqltext import string_literal
from mappings import defaults as d
from mappings import types as t
from mappings.schema import Column, Expression

LITERAL = re.compile(r"^'((?:[^']|'')*)'$", re.DOTALL)
CAST = re.compile(r"^CAST\((.+) AS [\w ()\",]+\)$", re.DOTALL)
NUMBER = re.compile(r"^-?\d+(?:\.\d+)?$")
FLOAT = re.compile(r"^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")
HEX_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
SEQUENCE = re.compile(r"\bnextval\(", re.IGNORECASE)
NOW = ("now()", "current_timestamp", "get_current_timestamp()", "transaction_timestamp()")
LOCAL_NOW = ("localtimestamp", "current_localtimestamp()")
UTC_NOW = re.compile(r"^timezone\('UTC', (?:now\(\)|current_timestamp|get_current_timestamp\(\))\)$", re.IGNORECASE)
TRUNCATED = re.compile(r"^date_trunc\('(second|milliseconds)', (.+)\)$")
TODAY = ("current_date", "today()")
TIME_OF_DAY = ("current_time", "localtime", "current_localtime()", "get_current_time()")
RANDOM_UUID = ("uuid()", "gen_random_uuid()", "uuidv4()")
PARTS = {0: "second", 3: "milliseconds"}


def parsed(sql: str | None, kind: t.LogicalType) -> d.Default | None:
    """The meaning of duckdb_columns()' text for a column of this type; None for no default and for NULL."""
    if sql is None or sql == "NULL":
        return None
    return _constant(_bare(sql), kind) or _moment(sql, kind) or _other(sql, kind)


def _bare(sql: str) -> str:
    """Without a cast around the whole, which the column makes anyway."""
    found = CAST.match(sql)
    return _bare(found[1]) if found and LITERAL.match(found[1]) else sql


def _constant(sql: str, kind: t.LogicalType) -> d.Default | None:
    if isinstance(kind, t.Array | t.Opaque | t.Dynamic | t.Interval | t.Geometry):
        return None
    if sql in ("true", "false"):
        return d.LiteralDefault(sql) if isinstance(kind, t.Boolean) else None
    found = LITERAL.match(sql)
    if found is not None:
        return _quoted(found[1].replace("''", "'"), kind)
    number = isinstance(kind, t.Integer | t.Decimal | t.Float) and FLOAT.match(sql)
    return _number(sql, kind) if number else None


def _quoted(text: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Binary():
            return d.BytesDefault(_octets(text)) if text.isascii() else None
        case t.Boolean():
            return d.LiteralDefault(text.lower()) if text.lower() in ("true", "false") else None
        case t.Integer() | t.Decimal() | t.Float():
            return _number(text, kind) if FLOAT.match(text) else None
        case _:
            return d.LiteralDefault(text) if _valid(text, kind) else None


def _octets(text: str) -> str:
    r"""The hexadecimal digits of a blob written `\xAA` for a byte, other characters as they are."""
    parts = HEX_ESCAPE.split(text)
    return "".join(part.lower() if at % 2 else part.encode().hex() for at, part in enumerate(parts))


def _number(text: str, kind: t.LogicalType) -> d.Default | None:
    """Only a number that the column stores as it is written; any other would be rounded on each insertion."""
    if isinstance(kind, t.Float):
        return d.LiteralDefault(text)
    scale = (kind.scale or 0) if isinstance(kind, t.Decimal) else 0
    return d.LiteralDefault(text) if NUMBER.match(text) and len(text.partition(".")[2]) <= scale else None


def _moment(sql: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Timestamp(zoned=zoned):
            return _now(sql, zoned=zoned)
        case t.Date():
            return d.TodayDefault() if sql in TODAY else None
        case t.Time() | t.TimeTz():
            return d.TimeOfDayDefault() if sql in TIME_OF_DAY else None
        case _:
            return None


def _now(sql: str, *, zoned: bool, digits: int = 6) -> d.Default | None:
    """What puts an instant into a column without a zone goes through the session's zone: the local clock."""
    if found := TRUNCATED.match(sql):
        return _now(found[2], zoned=zoned, digits=0 if found[1] == "second" else 3)
    if sql in NOW or sql in LOCAL_NOW:
        return d.NowDefault("instant" if zoned else "local", digits)
    return d.NowDefault("utc", digits) if not zoned and UTC_NOW.match(sql) else None


def _other(sql: str, kind: t.LogicalType) -> d.Default:
    if isinstance(kind, t.Uuid) and sql in RANDOM_UUID:
        return d.RandomUuidDefault()
    return d.ExpressionDefault(FAMILY, sql)


def spelled(default: d.Default, column: Column) -> str | None:
    """The text behind DEFAULT, None when the column's type has no such default."""
    kind = column.type
    match default:
        case d.LiteralDefault(text=text):
            return _spelled_literal(text, kind, column.native)
        case d.BytesDefault(hex=digits):
            return _blob(digits) if isinstance(kind, t.Binary) else None
        case d.NowDefault(clock=clock, digits=digits):
            return _spelled_now(clock, digits, kind)
        case d.TodayDefault():
            return "current_date" if isinstance(kind, t.Date) else None
        case d.TimeOfDayDefault(digits=digits):
            return "current_time" if isinstance(kind, t.Time) and digits == 6 else None
        case d.RandomUuidDefault():
            return _random_uuid(kind)
        case d.CurrentUserDefault():
            return None  # every user is called duckdb here
        case d.ExpressionDefault(family=family, sql=sql):
            return _expression(family, sql, kind)
        case _:
            assert_never(default)


def _expression(family: str, sql: str, kind: t.LogicalType) -> str | None:
    """A sequence that no column is numbered by is not carried, so a default that asks one cannot be either."""
    if family == FAMILY:
        return None if SEQUENCE.search(sql) else f"({sql})"
    computed = isinstance(kind, t.Boolean | t.Integer | t.Decimal | t.Float)
    return expressions.spelled(Expression(family, sql), {}) if computed and "'" not in sql else None


def _spelled_literal(text: str, kind: t.LogicalType, native: str) -> str | None:
    match kind:
        case t.Boolean():
            return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(text.lower())
        case t.Integer() | t.Decimal() | t.Year():
            return text if NUMBER.match(text) else None
        case t.Float():
            return text if FLOAT.match(text) else None
        case t.Binary():
            return _blob(text.encode().hex())
        case t.Enum(labels=labels):
            return string_literal(text) if text in labels else None
        case t.Bits():
            return f"{string_literal(text)}::BIT" if re.fullmatch("[01]+", text) else None
        case t.Interval() | t.Duration() | t.Geometry() | t.Array() | t.Opaque() | t.Dynamic():
            return None
        case t.Timestamp(zoned=True):
            return f"{string_literal(text + ('' if OFFSET.search(text) else '+00'))}" if _valid(text, kind) else None
        case _:
            return string_literal(text) if "\0" not in text and _valid(text, kind) else None


OFFSET = re.compile(r":\d\d(?:\.\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)$")


def _valid(text: str, kind: t.LogicalType) -> bool:
    """Whether the literal is a value of the type: a zero date is not, nor is text that is no JSON."""
    match kind:
        case t.Date():
            return _parses(date.fromisoformat, text)
        case t.Timestamp():
            return _parses(datetime.fromisoformat, text)
        case t.Time():
            return _parses(time.fromisoformat, text)
        case t.Uuid():
            return _parses(UUID, text)
        case t.Json():
            return _parses(json.loads, text)
        case _:
            return True


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _blob(digits: str) -> str:
    octets = "".join(f"\\x{digits[at : at + 2]}" for at in range(0, len(digits), 2))
    return f"'{octets}'::BLOB"


def _spelled_now(clock: str, digits: int, kind: t.LogicalType) -> str | None:
    """current_timestamp takes no number of digits here; whole seconds and milliseconds can be said."""
    match kind:
        case t.Timestamp(zoned=True):
            return _truncated("now()", digits)
        case t.Timestamp():
            return _truncated("localtimestamp" if clock == "local" else "timezone('UTC', now())", digits)
        case t.Date():
            return "current_date" if clock == "local" else "timezone('UTC', now())::DATE"
        case _:
            return None


def _truncated(sql: str, digits: int) -> str | None:
    if digits >= 6:
        return sql
    return f"date_trunc('{PARTS[digits]}', {sql})" if digits in PARTS else None


def _random_uuid(kind: t.LogicalType) -> str | None:
    if isinstance(kind, t.Uuid):
        return "uuid()"
    return "uuid()::VARCHAR" if isinstance(kind, t.Text) else None

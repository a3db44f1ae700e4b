"""Default values: the catalogue's text read into meanings, and meanings spelled for a column."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from uuid import UUID

from dialects.mssql.expressions import own_expression, unwrapped
from dialects.mssql.server import Server
from dialects.mssql.spelling import literal
from dialects.mssql.types import FAMILY
from mappings import defaults as d
from mappings import types as t
from mappings.schema import Column

STRING = re.compile(r"^N?'((?:[^']|'')*)'$", re.DOTALL)
NUMBER = re.compile(r"^[+-]?\d+(?:\.\d*)?$|^[+-]?\.\d+$")
FLOAT = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
BYTES = re.compile(r"^0x((?:[0-9A-Fa-f]{2})*)$")
CONVERTED = re.compile(
    r"^CONVERT\(\s*\[?\w+\]?(?:\(\s*[\w\s,]+\))?\s*,\s*(?P<value>N?'(?:[^']|'')*'|\(?[^,'()]+\)?)(?:\s*,\s*\(?\d+\)?)?\s*\)$",
    re.IGNORECASE,
)
CAST = re.compile(r"^CAST\(\s*(?P<value>N?'(?:[^']|'')*'|\(?[^,'()]+\)?)\s+AS\s+\[?\w+\]?(?:\([\w\s,]+\))?\s*\)$", re.I)
LOCAL_NOW = re.compile(r"^(?:getdate\(\)|sysdatetime\(\)|current_timestamp)$", re.IGNORECASE)
UTC_NOW = re.compile(r"^(?:getutcdate\(\)|sysutcdatetime\(\))$", re.IGNORECASE)
INSTANT = re.compile(r"^sysdatetimeoffset\(\)$", re.IGNORECASE)
AS_DATE = re.compile(
    r"^(?:CONVERT\(\s*\[?date\]?\s*,\s*(?P<a>.+?)\s*(?:,\s*\(?\d+\)?)?\)|CAST\(\s*(?P<b>.+?)\s+AS\s+\[?date\]?\s*\))$",
    re.IGNORECASE,
)
RANDOM_UUID = re.compile(r"^(?:newid|newsequentialid)\(\)$", re.IGNORECASE)
USER = re.compile(r"^(?:suser_sname\(\)|original_login\(\)|user_name\(\)|current_user|session_user|system_user)$", re.I)
SEQUENCE = re.compile(r"\bNEXT\s+VALUE\s+FOR\b", re.IGNORECASE)
UUID_LENGTH = 36
NANOSECONDS = re.compile(r"(\.\d{6})\d+")


def default_from(text: str | None, kind: t.LogicalType) -> d.Default | None:
    """The meaning of a default constraint's text for a column of this type; None for no default and for NULL."""
    if text is None:
        return None
    bare = unwrapped(text)
    if bare.upper() == "NULL":
        return None
    meant = kind.hint if isinstance(kind, t.Dynamic) else kind
    return _constant(bare, meant) or _function(bare, meant) or d.ExpressionDefault(FAMILY, bare)


def _constant(text: str, kind: t.LogicalType) -> d.Default | None:
    if (found := CONVERTED.match(text) or CAST.match(text)) is not None:
        text = unwrapped(found["value"])
    if (found := BYTES.match(text)) is not None:
        return d.BytesDefault(found[1].lower()) if isinstance(kind, t.Binary) else None
    if (found := STRING.match(text)) is not None:
        return _quoted(found[1].replace("''", "'"), kind)
    return _number(text, kind)


def _number(text: str, kind: t.LogicalType) -> d.Default | None:
    """Only a number that the column stores as it is written; any other would be rounded on each insertion."""
    match kind:
        case t.Boolean():
            return d.LiteralDefault("true" if int(text) else "false") if re.fullmatch(r"\d+", text) else None
        case t.Integer() | t.Year():
            return d.LiteralDefault(str(int(text))) if re.fullmatch(r"[+-]?\d+", text) else None
        case t.Decimal(scale=scale):
            fits = NUMBER.match(text) and len(text.partition(".")[2].rstrip("0")) <= (scale or 0)
            return d.LiteralDefault(_plain(text)) if fits else None
        case t.Float():
            return d.LiteralDefault(_plain(text)) if FLOAT.match(text) else None
        case _:
            return None


def _plain(text: str) -> str:
    """`.5` as `0.5`, and `1.` as `1`."""
    return re.sub(r"^([+-]?)\.", r"\g<1>0.", text).removesuffix(".")


def _quoted(text: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Boolean() | t.Integer() | t.Decimal() | t.Float() | t.Year():
            return _number({"true": "1", "false": "0"}.get(text.lower(), text), kind)
        case t.Text(length=length):
            return d.LiteralDefault(text) if length is None or len(text) <= length else None
        case t.Date() | t.Time() | t.Timestamp():
            return d.LiteralDefault(_canonical(text, kind)) if _is_moment(text, kind) else None
        case t.Uuid():
            return d.LiteralDefault(text.lower()) if _is_uuid(text) else None
        case t.Json() | t.Enum() | t.SetOf():
            return d.LiteralDefault(text)
        case _:
            return None


def _function(text: str, kind: t.LogicalType) -> d.Default | None:
    match kind:
        case t.Timestamp(digits=digits, zoned=zoned):
            return _now(text, digits, zoned=zoned)
        case t.Date():
            inner = AS_DATE.match(text)
            today = unwrapped(inner["a"] or inner["b"]) if inner else text
            return d.TodayDefault() if LOCAL_NOW.match(today) else None
        case t.Time(digits=digits):
            return d.TimeOfDayDefault(digits) if LOCAL_NOW.match(text) else None
        case t.Uuid():
            return d.RandomUuidDefault() if RANDOM_UUID.match(text) else None
        case t.Text():
            return d.CurrentUserDefault() if USER.match(text) else None
        case _:
            return None


def _now(text: str, digits: int, *, zoned: bool) -> d.NowDefault | None:
    """A wall clock assigned to an instant is taken for UTC here, whatever the server's own zone."""
    if INSTANT.match(text):
        return d.NowDefault("instant" if zoned else "local", digits)
    if UTC_NOW.match(text):
        return d.NowDefault("instant" if zoned else "utc", digits)
    return d.NowDefault("local", digits) if LOCAL_NOW.match(text) and not zoned else None


def spell_default(default: d.Default, column: Column, server: Server) -> str | None:
    """The text behind DEFAULT, None when the column's type has no such default."""
    match default:
        case d.LiteralDefault(text=text):
            return _literal(text, column.type)
        case d.BytesDefault(hex=digits):
            return f"0x{digits}" if isinstance(column.type, t.Binary) else None
        case d.ExpressionDefault(family=family, sql=sql):
            known = family == FAMILY and not SEQUENCE.search(sql)
            return own_expression(sql, server) if known else None
        case d.NowDefault(clock=clock):
            return _spelled_now(clock, column.type)
        case _:
            return _spelled_function(default, column.type)


def _literal(text: str, kind: t.LogicalType) -> str | None:
    match kind:
        case t.Boolean():
            return {"true": "1", "1": "1", "false": "0", "0": "0"}.get(text.lower())
        case t.Integer() | t.Decimal() | t.Year():
            return text if NUMBER.match(text) else None
        case t.Float():
            return text if FLOAT.match(text) else None
        case t.Date() | t.Time() | t.Timestamp():
            return literal(text.replace(" ", "T")) if _is_moment(text, kind) else None
        case t.Uuid():
            return literal(text) if _is_uuid(text) else None
        case t.Text() | t.Json() | t.Interval() | t.TimeTz() | t.Bits() | t.SetOf():
            return literal(text) if "\0" not in text else None
        case t.Enum(labels=labels):
            return literal(text) if text in labels else None
        case _:
            return None


def _is_moment(text: str, kind: t.LogicalType) -> bool:
    """Whether the constant is a value of the type. Only instants say an offset."""
    try:
        read = _moment(text, kind)
    except ValueError:
        return False
    offset = getattr(read, "tzinfo", None) is not None
    return not offset or (isinstance(kind, t.Timestamp) and kind.zoned)


def _moment(text: str, kind: t.LogicalType) -> date | datetime | time:
    text = NANOSECONDS.sub(r"\1", text)
    match kind:
        case t.Date():
            return date.fromisoformat(text)
        case t.Time():
            return time.fromisoformat(text)
        case _:
            return datetime.fromisoformat(text)


def _canonical(text: str, kind: t.LogicalType) -> str:
    """The constant as the column prints it, instants in UTC without saying so."""
    moment = _moment(text, kind)
    if isinstance(moment, datetime):
        return (moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment).isoformat(" ")
    return moment.isoformat()


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == UUID_LENGTH


def _spelled_now(clock: str, kind: t.LogicalType) -> str | None:
    """SYSDATETIME and its like have all digits; the column rounds them to its own."""
    match kind:
        case t.Timestamp(zoned=True):
            return "SYSDATETIMEOFFSET()"
        case t.Timestamp():
            return "SYSDATETIME()" if clock == "local" else "SYSUTCDATETIME()"
        case t.Date():
            return f"CONVERT(date, {'SYSDATETIME()' if clock == 'local' else 'SYSUTCDATETIME()'})"
        case _:
            return None


def _spelled_function(default: d.Default, kind: t.LogicalType) -> str | None:
    match default, kind:
        case d.TodayDefault(), t.Date():
            return "CONVERT(date, SYSDATETIME())"
        case d.TimeOfDayDefault(), t.Time():
            return "CONVERT(time, SYSDATETIME())"
        case d.RandomUuidDefault(), t.Uuid():
            return "NEWID()"
        case d.RandomUuidDefault(), t.Text(length=length) if length is None or length >= UUID_LENGTH:
            return "LOWER(CONVERT(nchar(36), NEWID()))"
        case d.CurrentUserDefault(), t.Text():
            return "SUSER_SNAME()"
        case _:
            return None

"""The canonical row text of mappings.canonical as SQL, so that the server counts and sums its own rows.

Each text is built upon what `read` selects for the column, so that both say the same of the same value. What no SQL
spells alike, such as JSON by value, has no text here, and such a table is read instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.base import Dialect, KeyRange
from dialects.postgresql.read import REFUSED, expression
from dialects.postgresql.types import parsed
from dialects.sqltext import readable, restriction
from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL
from mappings.buckets import Bucketing, Hashes, Keys, Ranges
from mappings.canonical import INLINE_OCTETS, NOT_A_NUMBER, SLICE_DIGITS
from mappings.schema import Column, Table

DIGEST = "SELECT count(*), coalesce(sum({slice}), 0) FROM {relation}{restriction}"
SLICE = "('x' || left(encode(sha256(convert_to({row}, 'UTF8')), 'hex'), {digits}))::bit({bits})::bigint"
OFFSET = "CASE WHEN {key} < {least} THEN 0 ELSE ({key}::bigint - {least}) / {width} END"
"""NULL stays NULL, which greatest() would pass over."""
WIDE_OFFSET = "CASE WHEN {key} < {least} THEN 0 ELSE div({key}::numeric - {least}, {width}) END"
"""From a negative number on, the distance of two keys may be more than a bigint."""

INTEGERS = ("smallint", "integer", "bigint", "oid", "numeric")
DECIMAL = "CASE WHEN scale(trim_scale({column})) <= {scale} THEN round({column}, {scale}) ELSE {column} END::text"
"""Digits that the scale has no room for stay, and show."""
FLOAT = f"""\
CASE WHEN {{column}} = 'NaN' THEN '{NOT_A_NUMBER}' \
ELSE ('x' || encode(float8send({{column}}::float8 + 0.0::float8), 'hex'))::bit(64)::bigint::text END"""
MOMENT = """\
CASE WHEN {column} >= '0001-01-01' AND {column} < '10000-01-01' THEN \
CASE octet_length({moment}::text) WHEN 26 THEN {moment}::text WHEN 19 THEN {moment}::text || '.000000' \
ELSE rpad({moment}::text, 26, '0') END \
WHEN NOT isfinite({column}) THEN {column}::text \
WHEN {column} > '0001-01-01' THEN to_char({moment}, 'YYYY-MM-DD HH24:MI:SS.US') \
ELSE to_char({moment}, 'YYYY-MM-DD HH24:MI:SS.US BC') END"""
"""to_char takes longer, and says nothing at all of infinity, which would look like NULL."""
PLANNED, AS_BEFORE = "SET enable_sort = off; SET jit = off", "RESET enable_sort; RESET jit"
"""The server takes every key for a group of its own, and would sort all rows, texts and all, to the disk: twice the
time. And to compile such an expression takes each of its processes two seconds, which nothing gives back."""
PLAIN: dict[tuple[type[t.LogicalType], str], str] = {
    (t.Boolean, "boolean"): "{column}::integer::text",
    (t.Integer, "boolean"): "{column}::integer::text",
    (t.Date, "date"): "{column}::text",
    (t.Time, "time without time zone"): "to_char({column}, 'HH24:MI:SS.US')",
    (t.Timestamp, "timestamp without time zone"): MOMENT.replace("{moment}", "{column}"),
    (t.Timestamp, "timestamp with time zone"): MOMENT.replace("{moment}", "({column} AT TIME ZONE 'UTC')"),
    (t.Uuid, "uuid"): "encode(uuid_send({column}), 'hex')",
    (t.Binary, "bytea"): "encode(sha256({column}), 'hex')",
}
"""Dates print as the canonical text has them, with the era behind."""
TEXT = f"""\
CASE WHEN octet_length({{octets}}) <= {INLINE_OCTETS} THEN octet_length({{octets}})::text || ':' || {{text}} \
ELSE '#' || encode(sha256(convert_to({{text}}, 'UTF8')), 'hex') END"""
"""A value that must be printed is printed in each place: a subquery that does it once keeps the plan from being
parallel, which costs more."""
MOST_ARGUMENTS = 90
"""A function takes a hundred."""


def query(dialect: Dialect, table: Table, row: str, where: KeyRange | None) -> str:
    """The statement that counts the rows and sums one slice of the SHA-256 of each row's text."""
    rows = restriction(dialect, where)
    return DIGEST.format(slice=_slice(row), relation=dialect.relation(table), restriction=rows)


def _slice(row: str, digits: int = SLICE_DIGITS) -> str:
    return SLICE.format(row=row, digits=digits, bits=4 * digits)


def bucket(dialect: Dialect, by: Bucketing) -> str | None:
    """The number of a row's bucket."""
    match by:
        case Hashes(columns=columns, digits=digits):
            text = dialect.digest(columns)
            return None if text is None else _slice(text, digits)
        case Keys(column=column):
            return dialect.quote(column.name)
        case Ranges(column=column, least=least, width=width):
            template = WIDE_OFFSET if least < 0 else OFFSET
            return template.format(key=dialect.quote(column.name), least=least, width=width)


def row_text(dialect: Dialect, columns: tuple[Column, ...], encoding: str) -> str | None:
    """The text of a row, None where a column has none. `encoding` is the database's."""
    texts = []
    for at, column in enumerate(columns):
        name = readable(dialect.quote(column.name), column)
        text = _text(name, column, REFUSED.format(at=at, key="''"), encoding)
        if text is None or encoding == "SQL_ASCII":
            return None
        texts.append(f"coalesce({text}, '')")
    return _joined(texts) if texts else None


def _joined(texts: Sequence[str]) -> str:
    """concat_ws leaves NULLs out, but there are none."""
    groups = [texts[start : start + MOST_ARGUMENTS] for start in range(0, len(texts), MOST_ARGUMENTS)]
    joined = [f"concat_ws('|', {', '.join(group)})" for group in groups]
    return joined[0] if len(joined) == 1 else _joined(joined)


def _text(name: str, column: Column, refused: str, encoding: str) -> str | None:
    """The text of one column, NULL where the value is; None where SQL has no such text."""
    native = column.native if column.native.endswith("[]") else parsed(column.native).base
    if (plain := PLAIN.get((type(column.type), native))) is not None:
        return plain.format(column=name)
    value = expression(name, column, refused)
    match column.type:
        case t.Integer() | t.Year() if native in INTEGERS:
            return f"{value}::text"
        case t.Decimal() if native in (*INTEGERS, "money"):
            return _decimal(name, column.native, column.type)
        case t.Float() if native in ("real", "double precision"):
            return FLOAT.format(column=value)
        case t.Duration() if native == "interval":
            return f"({value})::text"
        case t.Interval():
            return value
        case t.Geometry():
            return f"encode(sha256({value}), 'hex')"
        case t.Text() | t.Enum() | t.SetOf() | t.TimeTz() | t.Bits() | t.Json(binary=False) | t.Array() | t.Opaque():
            return _inline(value, column.type, encoding)
        case _:
            return None


def _decimal(name: str, native: str, kind: t.Decimal) -> str:
    parts = parsed(native)
    number = name if parts.base == "numeric" else f"{name}::numeric"
    if kind.precision is None or kind.precision > WIDEST_DECIMAL:
        return f"trim_scale({number})::text"
    scale = kind.scale or 0
    printed = parts.base == "numeric" and len(parts.modifiers) == 2 and parts.modifiers[1] == scale
    return f"{number}::text" if printed else DECIMAL.format(column=number, scale=scale)


def _inline(value: str, kind: t.LogicalType, encoding: str) -> str:
    text = f"rtrim({value}, ' ')" if isinstance(kind, t.Text) and kind.fixed else value
    return TEXT.format(text=text, octets=text if encoding == "UTF8" else f"convert_to({text}, 'UTF8')")

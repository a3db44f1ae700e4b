"""Between DuckDB's values and the one Arrow type of each logical type: SQL on DuckDB's side, Arrow on ours.

DuckDB's own Arrow output is exact for plain numbers, text, bytes, dates and times; uuids, wide integers, spans, bits
and nested values it hands over in forms of its own, or cut to what Arrow holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from dialects.duckdb.types import FINER
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.schema import Column
from mappings.spelling import spelled

ISO_SPAN = """\
CASE WHEN datepart('month', {c}) = 0 AND datepart('year', {c}) = 0 AND datepart('day', {c}) = 0
      AND datepart('hour', {c}) = 0 AND datepart('minute', {c}) = 0 AND datepart('microsecond', {c}) = 0 THEN 'PT0S'
ELSE 'P' || CASE WHEN datepart('year', {c}) = 0 THEN '' ELSE datepart('year', {c}) || 'Y' END
  || CASE WHEN datepart('month', {c}) = 0 THEN '' ELSE datepart('month', {c}) || 'M' END
  || CASE WHEN datepart('day', {c}) = 0 THEN '' ELSE datepart('day', {c}) || 'D' END
  || CASE WHEN datepart('hour', {c}) = 0 AND datepart('minute', {c}) = 0 AND datepart('microsecond', {c}) = 0
     THEN '' ELSE 'T' END
  || CASE WHEN datepart('hour', {c}) = 0 THEN '' ELSE datepart('hour', {c}) || 'H' END
  || CASE WHEN datepart('minute', {c}) = 0 THEN '' ELSE datepart('minute', {c}) || 'M' END
  || CASE WHEN datepart('microsecond', {c}) = 0 THEN ''
     ELSE CASE WHEN datepart('microsecond', {c}) < 0 THEN '-' ELSE '' END
       || rtrim(rtrim(printf('%d.%06d', abs(datepart('microsecond', {c})) // 1000000,
                             abs(datepart('microsecond', {c})) % 1000000), '0'), '.') || 'S' END
END"""
"""An INTERVAL as PostgreSQL prints it in ISO 8601. DuckDB's microsecond part holds the seconds too."""

SPAN = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6}))?S)?)?"
)
NO_BITS = "CASE WHEN {c} = '' THEN error('BIT holds no empty string of bits') ELSE CAST({c} AS BIT) END"
WIDEST_FAST = 38
"""Digits of the decimals that Arrow reads from text by itself."""


def reading(name: str, column: Column) -> str:
    """The SELECT expression for `name`, the quoted column."""
    kind, native = column.type, column.native
    match kind:
        case t.Boolean() | t.Integer() | t.Float() | t.Year():
            return f"CAST({name} AS {_number(kind)})"
        case t.Decimal(precision=precision, scale=scale):
            return name if native == f"DECIMAL({precision},{scale})" else f"CAST({name} AS VARCHAR)"
        case t.Interval() | t.Text() if native == "INTERVAL":
            return ISO_SPAN.format(c=name)
        case t.Binary() | t.Geometry():
            return f"ST_AsWKB({name})" if native.startswith("GEOMETRY") else f"CAST({name} AS BLOB)"
        case t.Date():
            return f"CAST({name} AS DATE)"
        case t.Time():
            return _whole(name, native, "TIME")
        case t.Timestamp(zoned=zoned):
            return _whole(name, native, "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP")
        case t.Duration():
            return f"epoch_us({name})"
        case t.Uuid():
            return f"CAST({name} AS BLOB)"
        case t.Json() if native != "JSON":
            return f"CAST(to_json({name}) AS VARCHAR)"
        case _:
            return f"CAST({name} AS VARCHAR)"


def _whole(name: str, native: str, wanted: str) -> str:
    """Rows may have changed since they were probed, and a cast from nanoseconds rounds."""
    cast = f"CAST({name} AS {wanted})"
    if native not in FINER:
        return cast
    return f"CASE WHEN {FINER[native].format(name=name)} THEN error('a fraction of a microsecond') ELSE {cast} END"


def _number(kind: t.Boolean | t.Integer | t.Float | t.Year) -> str:
    match kind:
        case t.Boolean():
            return "BOOLEAN"
        case t.Float(bits=bits):
            return "FLOAT" if bits == 32 else "DOUBLE"
        case t.Year():
            return "SMALLINT"
        case t.Integer(bits=bits, unsigned=unsigned):
            size = {8: "TINYINT", 16: "SMALLINT", 24: "INTEGER", 32: "INTEGER", 64: "BIGINT"}[bits]
            return f"{'U' if unsigned else ''}{size}"


def read(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """What DuckDB gave for `reading`, in the Arrow type of `kind`. ValueError when a value has no place there."""
    wanted = arrow_type(kind)
    if isinstance(kind, t.Time) and pc.any(pc.greater_equal(array.view(pa.int64()), 86_400_000_000)).as_py():
        raise ValueError("24:00:00 is no time of day")
    if array.type == wanted:
        return array
    if pa.types.is_decimal(wanted):
        return _decimals(array, wanted)
    if isinstance(kind, t.Duration):
        return array.view(wanted)
    if isinstance(kind, t.Uuid):
        return pc.cast(pc.cast(array, pa.binary()), wanted)
    return pc.cast(array, wanted)


def _decimals(texts: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Arrow's own cast of text wraps around beyond 38 digits."""
    longest = pc.max(pc.utf8_length(texts)).as_py() or 0
    if longest <= WIDEST_FAST:
        return pc.cast(pc.cast(texts, pa.decimal128(WIDEST_FAST, wanted.scale)), wanted)
    return pa.array([None if text is None else Decimal(text) for text in texts.to_pylist()], wanted)


def writing(name: str, column: Column) -> str:
    """The SELECT expression that makes a value of the column from `name`, a column of the Arrow rows."""
    match column.type:
        case t.Duration():
            return name
        case t.Geometry():
            return f"ST_GeomFromWKB({name})"
        case t.Bits():
            return NO_BITS.format(c=name)
        case _:
            return f"CAST({name} AS {column.native.partition(' COLLATE ')[0]})"


def wire_type(kind: t.LogicalType) -> pa.DataType:
    """The Arrow type that goes over to DuckDB, which knows no decimals of 256 bits."""
    own = arrow_type(kind)
    return pa.large_utf8() if pa.types.is_decimal256(own) else own


def written(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """The array as DuckDB takes it. ValueError when a value is none of the type."""
    if isinstance(kind, t.Interval):
        return _each(array, duckdb_span)
    return spelled(array) if pa.types.is_decimal256(array.type) else array


def _each(array: pa.Array, change: Callable[[str], str]) -> pa.Array:
    return pa.array([None if text is None else change(text) for text in array.to_pylist()], array.type)


def duckdb_span(text: str) -> str:
    """An ISO 8601 span in the words that DuckDB reads: it knows no ISO."""
    found = SPAN.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError(f"{text!r} is no span in ISO 8601")
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[:6])
    sign, seconds, fraction = found[7], int(found[8] or 0), int(f"{found[9] or '':0<6}")
    rest = (seconds * 1_000_000 + fraction) * (-1 if sign else 1)
    microseconds = (hours * 60 + minutes) * 60_000_000 + rest
    return f"{12 * years + months} months {7 * weeks + days} days {microseconds} microseconds"

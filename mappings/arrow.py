"""The Arrow type that carries each logical type. Text of any sort is large_utf8, so that no batch can overflow.

Types carried as text have one spelling: TimeTz `12:30:00.5+02` as PostgreSQL prints it, Interval ISO 8601 as
PostgreSQL prints it (`P1Y2M3DT4H5M6.789S`), Bits `0101`, SetOf `a,b` in the order of definition, Json as stored or
as the engine prints it, Decimal beyond 76 digits or unbounded in plain digits without an exponent (`NaN`, `Infinity`,
`-Infinity` where the source has them), Array and Opaque as their own engine prints them.
"""

from __future__ import annotations

from typing import assert_never

import pyarrow as pa

from mappings import types as t
from mappings.schema import Column

WIDEST_DECIMAL = 76
"""Digits of Arrow's decimal256; wider numbers are carried as text."""


def arrow_type(kind: t.LogicalType) -> pa.DataType:
    """What `source.read` yields and `target.write` takes for a column of this type."""
    match kind:
        case t.Boolean():
            return pa.bool_()
        case t.Integer(bits=bits, unsigned=unsigned):
            width = 32 if bits == 24 else bits
            return getattr(pa, f"{'u' if unsigned else ''}int{width}")()
        case t.Decimal(precision=precision, scale=scale):
            return _decimal(precision, scale)
        case t.Float(bits=bits):
            return pa.float32() if bits == 32 else pa.float64()
        case t.Binary() | t.Geometry():
            return pa.large_binary()
        case t.Date():
            return pa.date32()
        case t.Time():
            return pa.time64("us")
        case t.Timestamp(zoned=zoned):
            return pa.timestamp("us", "UTC" if zoned else None)
        case t.Duration():
            return pa.duration("us")
        case t.Uuid():
            return pa.binary(16)
        case t.Year():
            return pa.int16()
        case t.Text() | t.TimeTz() | t.Interval() | t.Json() | t.Enum() | t.SetOf() | t.Bits() | t.Array() | t.Opaque():
            return pa.large_utf8()
        case t.Dynamic():
            raise TypeError("a Dynamic column has no Arrow type before a probe has resolved it")
        case _:
            assert_never(kind)


def _decimal(precision: int | None, scale: int | None) -> pa.DataType:
    if precision is None or precision > WIDEST_DECIMAL:
        return pa.large_utf8()
    return pa.decimal128(precision, scale or 0) if precision <= 38 else pa.decimal256(precision, scale or 0)


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """The schema of the batches that carry these columns, in their order."""
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in columns])

"""Logical types spelled natively, and native types kept between DuckDB files."""

from __future__ import annotations

from typing import assert_never

from dialects.duckdb.types import FAMILY, NANOSECONDS, reversible
from dialects.sqltext import string_literal
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Spelling, Use

MOST_DIGITS = 38
INTEGERS = {
    (8, False): "TINYINT",
    (16, False): "SMALLINT",
    (32, False): "INTEGER",
    (64, False): "BIGINT",
    (8, True): "UTINYINT",
    (16, True): "USMALLINT",
    (32, True): "UINTEGER",
    (64, True): "UBIGINT",
}
YEAR_CHECK = "{column} = 0 OR {column} BETWEEN 1901 AND 2155"


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def spell(kind: t.LogicalType, use: Use) -> Spelling | None:
    """The native type that holds every value of `kind` in this use, None when there is none. No key is of spans."""
    match kind:
        case t.Boolean():
            return Spelling("BOOLEAN", kind)
        case t.Integer(bits=bits, unsigned=unsigned):
            native = INTEGERS.get((bits, unsigned))
            return None if native is None else Spelling(native, kind)
        case t.Decimal(precision=precision, scale=scale):
            return _decimal(kind, precision, scale or 0)
        case t.Float(bits=bits):
            return Spelling("FLOAT" if bits == 32 else "DOUBLE", kind)
        case t.Text():
            return _text(kind)
        case t.Binary(length=length):
            return Spelling("BLOB", kind) if length is None else None
        case t.Date():
            return Spelling("DATE", kind)
        case t.Time(digits=digits):
            return _with_microseconds("TIME", t.Time(), digits)
        case t.TimeTz(digits=digits):
            return _with_microseconds("TIME WITH TIME ZONE", t.TimeTz(), digits)
        case t.Timestamp(digits=digits, zoned=zoned):
            native = "TIMESTAMP WITH TIME ZONE" if zoned else "TIMESTAMP"
            return _with_microseconds(native, t.Timestamp(zoned=zoned), digits)
        case t.Duration() | t.Interval() if use.keyed:
            return None
        case t.Duration():
            return Spelling("INTERVAL", kind, "", "S", "span of hours becomes an interval")
        case t.Interval():
            return Spelling("INTERVAL", kind)
        case t.Uuid():
            return Spelling("UUID", kind)
        case t.Json(binary=binary):
            return None if binary else Spelling("JSON", kind)
        case t.Enum():
            return _enum(kind)
        case t.Bits(length=length, varying=varying):
            return _bits(kind, length, varying)
        case t.Year():
            return Spelling("SMALLINT", kind, YEAR_CHECK, "S", "year as a number with a check")
        case t.Geometry(subtype=subtype, srid=srid):
            return _geometry(subtype, srid)
        case t.Array(family=family, native=native) | t.Opaque(family=family, native=native):
            return Spelling(native, kind) if family == FAMILY and reversible(native) else None
        case t.SetOf() | t.Dynamic():
            return None
        case _:
            assert_never(kind)


def keep(column: Column) -> Spelling | None:
    """The column's own native type; None where its values cannot travel as text and back."""
    match column.type:
        case t.Array() | t.Opaque():
            return spell(column.type, Use())
        case _ if column.native in NANOSECONDS:
            return Spelling(column.native, t.Opaque(FAMILY, column.native))
        case kind:
            return Spelling(column.native, kind)


def _decimal(kind: t.Decimal, precision: int | None, scale: int) -> Spelling | None:
    """HUGEINT holds not quite all numbers of 39 digits, so it is no answer for them."""
    if precision is None or precision > MOST_DIGITS:
        return None
    return Spelling(f"DECIMAL({precision},{scale})", kind)


def _text(kind: t.Text) -> Spelling | None:
    """DuckDB takes VARCHAR(n) and forgets the n. Keys and unique constraints ignore collations here, so those of
    other engines are not imitated."""
    if kind.length is not None or kind.octets is not None or kind.fixed:
        return None
    if kind.collation is None:
        return Spelling("VARCHAR", kind)
    if kind.collation.family != FAMILY:
        return None
    return Spelling(f"VARCHAR COLLATE {kind.collation.name}", kind)


def _with_microseconds(native: str, stored: t.LogicalType, digits: int) -> Spelling | None:
    """TIMESTAMP(0) would be TIMESTAMP_S, which many functions do not take; None beyond microseconds."""
    if digits > 6:
        return None
    message = "" if digits == 6 else f"holds six digits after the second's point instead of {digits}"
    return Spelling(native, stored, code="W" if message else "X", message=message)


def _enum(kind: t.Enum) -> Spelling | None:
    """Labels in their order, which is also how they sort; None where the type would have none."""
    if not kind.labels or len(set(kind.labels)) < len(kind.labels):
        return None
    message = f"the enum's name {kind.name} is not kept" if kind.name else ""
    native = f"ENUM({', '.join(map(string_literal, kind.labels))})"
    return Spelling(native, t.Enum(kind.labels), code="S" if message else "X", message=message)


def _bits(kind: t.Bits, length: int | None, varying: bool) -> Spelling | None:
    """BIT has no empty value, which a varying string of bits may be: DuckDB makes '' a zero."""
    if varying or length is None:
        return None
    return Spelling("BIT", kind, f"bit_length({{column}}) = {length}")


def _geometry(subtype: str, srid: int | None) -> Spelling:
    lost = [f"any geometry fits, not only {subtype}"] * (subtype != "GEOMETRY") + [f"SRID {srid} not kept"] * bool(srid)
    return Spelling("GEOMETRY", t.Geometry(), code="S" if lost else "X", message="; ".join(lost))

"""Logical types spelled natively, and native types kept within the family."""

from __future__ import annotations

import re
from typing import assert_never

from dialects.postgresql.server import Server
from dialects.postgresql.types import CITEXT, FAMILY, NAME_OCTETS, innermost, parsed
from dialects.sqltext import string_literal
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Spelling, Use

LONGEST_VARCHAR = 10_485_760
MOST_DIGITS = 1000
MOST_BITS = 83_886_080
INTEGERS = {16: "smallint", 32: "integer", 64: "bigint"}
YEAR_CHECK = "{column} = 0 OR {column} BETWEEN 1901 AND 2155"
ROUNDING = re.compile(r"numeric\(\d+,-(\d+)\)")
"""Digits before the point that a negative scale rounds to."""
TYPE_NAME = re.compile(r'^(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")(?:\.(?:[a-z_][a-z0-9_$]*|"(?:[^"]|"")+"))?$')
"""A type name as format_type prints it, quoted where it must be."""


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def enum_name(kind: t.Enum) -> str:
    """The type's name as SQL text, in the default schema unless it says another."""
    return kind.name if TYPE_NAME.match(kind.name) else quote(kind.name)


def spell(kind: t.LogicalType, use: Use, server: Server) -> Spelling | None:
    """The native type that holds every value of `kind`, None when there is none."""
    match kind:
        case t.Boolean():
            return Spelling("boolean", kind)
        case t.Integer(bits=bits, unsigned=unsigned):
            return None if unsigned or bits not in INTEGERS else Spelling(INTEGERS[bits], kind)
        case t.Decimal():
            return _decimal(kind)
        case t.Float(bits=bits):
            return Spelling("real" if bits == 32 else "double precision", kind)
        case t.Text():
            return _text(kind, server)
        case t.Binary(length=length):
            return Spelling("bytea", kind) if length is None else None
        case t.Date():
            return Spelling("date", kind)
        case t.Time(digits=digits):
            return _with_digits("time{} without time zone", digits, kind)
        case t.TimeTz(digits=digits):
            return _with_digits("time{} with time zone", digits, kind)
        case t.Timestamp(digits=digits, zoned=zoned):
            return _with_digits(f"timestamp{{}} {'with' if zoned else 'without'} time zone", digits, kind)
        case t.Duration(digits=digits):
            spelling = _with_digits("interval{}", digits, kind)
            return spelling and Spelling(spelling.native, kind, "", "S", "span of hours becomes an interval")
        case t.Interval(fields=fields):
            return Spelling(f"interval {fields}".strip(), kind)
        case t.Uuid():
            return Spelling("uuid", kind)
        case t.Json(binary=binary):
            return Spelling("jsonb" if binary else "json", kind)
        case t.Enum():
            return _enum(kind)
        case t.SetOf(members=members):
            return _set(kind, members)
        case t.Bits(length=length, varying=varying):
            return _bits(kind, length, varying)
        case t.Year():
            return Spelling("smallint", kind, YEAR_CHECK, "S", "year as a number with a check")
        case t.Array(family=family, native=native) | t.Opaque(family=family, native=native):
            return _kept(native, kind, server) if family == FAMILY else None
        case t.Geometry() | t.Dynamic():
            return None
        case _:
            assert_never(kind)


def keep(column: Column, server: Server) -> Spelling | None:
    """The column's own native type, where this server has it or create_table makes it."""
    kind = column.type
    if column.native == "money" or (isinstance(kind, t.Text) and not _collates(kind, server)):
        return None
    return _kept(column.native, kind, server)


def unsaid(column: Column) -> tuple[str, ...]:
    """See Dialect.unsaid."""
    if column.native == "money":
        return ("money becomes a plain number: its currency is that of the database's locale",)
    if (rounding := ROUNDING.match(column.native)) is not None:
        return (f"later numbers are not rounded to {rounding[1]} digits before the point",)
    return ()


def _kept(native: str, kind: t.LogicalType, server: Server) -> Spelling | None:
    element = innermost(kind)
    if isinstance(element, t.Enum) and element.name:
        return Spelling(native, kind)
    base = parsed(native).base
    located = server.located(base)
    if located is None:
        return None
    return Spelling(native if located == base else native.replace(base, located, 1), kind)


def _collates(text: t.Text, server: Server) -> bool:
    collation = text.collation
    if collation is None or text == CITEXT:
        return True
    return collation.family == FAMILY and collation.name in server.collations


def _decimal(kind: t.Decimal) -> Spelling:
    if kind.precision is None or kind.precision > MOST_DIGITS:
        return Spelling("numeric", kind)
    return Spelling(f"numeric({kind.precision},{kind.scale or 0})", kind)


def _text(kind: t.Text, server: Server) -> Spelling | None:
    if kind == CITEXT:
        return _kept("citext", kind, server)
    if not _collates(kind, server):
        return None
    stored = t.Text(kind.length, kind.fixed, collation=kind.collation)
    if kind.length is None:
        return Spelling("bpchar" if kind.fixed else "text", stored)
    if kind.length > LONGEST_VARCHAR or kind.length < 1:
        return None
    word = "character" if kind.fixed else "character varying"
    return Spelling(f"{word}({kind.length})", stored)


def _with_digits(pattern: str, digits: int, kind: t.LogicalType) -> Spelling | None:
    """None beyond microseconds: the ladder then goes to text."""
    if digits > 6:
        return None
    return Spelling(pattern.format("" if digits == 6 else f"({digits})"), kind)


def _enum(kind: t.Enum) -> Spelling:
    if kind.name and all(len(label.encode()) <= NAME_OCTETS for label in kind.labels):
        return Spelling(enum_name(kind), kind)
    labels = ", ".join(map(string_literal, kind.labels))
    message = "enum as text with a check: sorts by letter"
    return Spelling("text", kind, f"{{column}} IN ({labels})" if labels else "", "S", message)


def _set(kind: t.SetOf, members: tuple[str, ...]) -> Spelling | None:
    if any("," in member for member in members):
        return None
    labels = ", ".join(map(string_literal, members))
    return Spelling("text[]", kind, f"{{column}} <@ ARRAY[{labels}]::text[]", "S", "set as an array of text")


def _bits(kind: t.Bits, length: int | None, varying: bool) -> Spelling | None:
    if length is None:
        return Spelling("bit varying", kind)
    if not 1 <= length <= MOST_BITS:
        return None
    return Spelling(f"bit varying({length})" if varying else f"bit({length})", kind)

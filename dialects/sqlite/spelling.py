"""Logical types spelled as declarations, and declarations kept between SQLite databases.

A declared name sets the column's affinity, by which SQLite turns stored values into other ones, so every name here is
chosen for it: decimals are TEXT, for NUMERIC would make them binary floats; no name holds INT unless integers are
meant. What a name cannot say (the width of an integer, the labels of an enum) is said by a check and read from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import assert_never

from dialects.sqlite.grammar import tokens
from dialects.sqlite.types import FAMILY, GEOMETRIES, Affinity, affinity, named_collation, quoted
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Spelling

INTERVAL_FIELDS = re.compile(r"[a-z ]*(\(\d\))?", re.IGNORECASE)
NARROW = tuple(t.Integer(bits, unsigned) for bits in (8, 16, 24, 32) for unsigned in (False, True))


def spell(kind: t.LogicalType) -> Spelling | None:
    """The declaration that holds every value of `kind`, with the check that makes SQLite mind it."""
    match kind:
        case t.Boolean():
            return Spelling("BOOLEAN", kind, "{column} IN (0, 1)")
        case t.Integer():
            return _integer(kind)
        case t.Decimal(precision=precision, scale=scale):
            native = "DECIMAL_TEXT" if precision is None else f"DECIMAL_TEXT({precision},{scale or 0})"
            return Spelling(native, kind, code="S", message="kept as text, digit by digit: cast it before computing")
        case t.Float(bits=bits):
            return Spelling("FLOAT32" if bits == 32 else "REAL", kind)
        case t.Text():
            return _text(kind)
        case t.Binary(length=length, fixed=fixed):
            return _binary(kind, length, fixed)
        case t.Date():
            return Spelling("DATE", kind)
        case t.Time(digits=digits):
            return Spelling(f"TIME({digits})", kind)
        case t.TimeTz(digits=digits):
            return Spelling(f"TIMETZ_TEXT({digits})", kind)
        case t.Timestamp(digits=digits, zoned=zoned):
            return Spelling(f"TIMESTAMPTZ({digits})" if zoned else f"TIMESTAMP({digits})", kind)
        case t.Duration(digits=digits):
            return Spelling(f"DURATION_TEXT({digits})", kind)
        case t.Interval(fields=fields):
            return _interval(kind, fields)
        case t.Uuid():
            return Spelling("UUID_TEXT", kind)
        case t.Json(binary=binary):
            # json_valid(NULL) is false before SQLite 3.45
            check = "{column} IS NULL OR json_valid({column})"
            return Spelling("JSONB_TEXT" if binary else "JSON_TEXT", kind, check)
        case t.Enum():
            return _enum(kind)
        case t.Bits(length=length, varying=varying):
            word = "VARBITS_TEXT" if varying else "BITS_TEXT"
            return Spelling(word if length is None else f"{word}({length})", kind)
        case t.Year():
            return Spelling("YEAR_INTEGER", kind, "{column} = 0 OR {column} BETWEEN 1901 AND 2155")
        case t.Geometry(subtype=subtype, srid=srid):
            return _spelled_geometry(kind, subtype, srid)
        case t.Opaque(family=family, native=native):
            return Spelling(native, kind) if family == FAMILY else None
        case t.SetOf() | t.Array() | t.Dynamic():
            return None
        case _:
            assert_never(kind)


def _integer(kind: t.Integer) -> Spelling | None:
    """Always INTEGER, the only name of a column that numbers itself; the check keeps the width."""
    if kind.bits == 64:
        return None if kind.unsigned else Spelling("INTEGER", kind)
    least, greatest = kind.bounds
    return Spelling("INTEGER", kind, f"{{column}} BETWEEN {least} AND {greatest}")


def _text(kind: t.Text) -> Spelling:
    """SQLite's NOCASE is the only collation that ignores anything, and it does so for the letters A to Z alone."""
    check = ""
    if kind.octets is not None:
        native, check = f"TEXT_OCTETS({kind.octets})", f"length(CAST({{column}} AS BLOB)) <= {kind.octets}"
    elif kind.length is not None:
        native = f"{'FIXED_CHAR' if kind.fixed else 'VARCHAR'}({kind.length})"
        check = f"length({{column}}) <= {kind.length}"
    else:
        native = "TEXT"
    stored = t.Text(kind.length, kind.fixed and kind.length is not None, kind.octets)
    return _collated(native, stored, kind.collation, check)


def _collated(native: str, stored: t.Text | t.Enum, wanted: t.Collation | None, check: str) -> Spelling:
    """`native` with the nearest of SQLite's three collations."""
    own = wanted is not None and wanted.family == FAMILY
    name = wanted.name if wanted is not None and own else "NOCASE" if wanted is not None and wanted.insensitive else ""
    if not name:
        return Spelling(native, stored, check)
    kept: t.LogicalType
    if isinstance(stored, t.Text):
        kept = t.Text(stored.length, stored.fixed, stored.octets, named_collation(name))
    else:
        kept = t.Enum(stored.labels, stored.name, named_collation(name))
    message = "" if own else "ignores case of the letters A to Z only"
    return Spelling(f"{native} COLLATE {name}", kept, check, "S" if message else "X", message)


def _binary(kind: t.Binary, length: int | None, fixed: bool) -> Spelling:
    if length is None:
        return Spelling("BLOB", kind)
    if fixed:
        return Spelling(f"FIXED_BLOB({length})", kind, f"length({{column}}) = {length}")
    return Spelling(f"BLOB({length})", kind, f"length({{column}}) <= {length}")


def _interval(kind: t.Interval, fields: str) -> Spelling | None:
    if not INTERVAL_FIELDS.fullmatch(fields):
        return None
    native = "_".join(["SPAN_TEXT", *fields.upper().split()])
    return Spelling(native, kind) if affinity(native) == Affinity.TEXT else None


def _enum(kind: t.Enum) -> Spelling:
    """The labels live in the check; the order of sorting is that of letters. The type's own name stands behind
    ours, unless it would change the affinity."""
    labels = ", ".join("'" + label.replace("'", "''") + "'" for label in kind.labels)
    native = f"ENUM_TEXT {quoted(kind.name)}" if kind.name else "ENUM_TEXT"
    named = affinity(native) == Affinity.TEXT
    stored = t.Enum(kind.labels, kind.name if named else "")
    spelling = _collated(native if named else "ENUM_TEXT", stored, kind.collation, f"{{column}} IN ({labels})")
    message = "; ".join(part for part in ("sorts by letter, not by the order of the labels", spelling.message) if part)
    return Spelling(spelling.native, spelling.stored, spelling.check, "S", message)


def _spelled_geometry(kind: t.Geometry, subtype: str, srid: int | None) -> Spelling | None:
    if subtype not in GEOMETRIES:
        return None
    numbers = [GEOMETRIES.index(subtype), *([] if srid is None else [srid])]
    return Spelling(f"GEOMETRY_BLOB({','.join(map(str, numbers))})", kind, code="S", message="stored as WKB")


def refined(kind: t.LogicalType, predicates: Collection[str], quoted: str) -> tuple[t.LogicalType, str]:
    """The type that a check in our own spelling makes of the declared `kind`, and that check, which the type then
    implies; `kind` and nothing when there is none."""
    for candidate in _candidates(kind, predicates, quoted):
        spelling = spell(candidate)
        check = spelling.check.replace("{column}", quoted) if spelling else ""
        if check and check in predicates:
            return candidate, check
    return _unchecked(kind), ""


def _candidates(kind: t.LogicalType, predicates: Collection[str], quoted: str) -> Iterator[t.LogicalType]:
    match kind:
        case t.Integer(bits=64):
            yield from NARROW
        case t.Enum(name=name, collation=collation):
            for predicate in predicates:
                labels = tuple(token.name for token in tokens(predicate) if token.kind == "string")
                yield t.Enum(labels, name, collation)
        case _:
            yield kind


def _unchecked(kind: t.LogicalType) -> t.LogicalType:
    """The hint where the check that belongs to it is missing."""
    match kind:
        case t.Enum(collation=collation):
            return t.Text(collation=collation)
        case t.Year():
            return t.Integer(64)
        case _:
            return kind


def keep(column: Column) -> Spelling | None:
    """The declaration as it is. `stored` is how values travel between two SQLite files: as what is stored, so that
    `2020-1-1` in a DATE column stays that, and any mixture goes as SQLite's own literals."""
    native, kind = column.native, column.type
    own = affinity(native)
    match kind:
        case t.Integer() | t.Year() if own in (Affinity.INTEGER, Affinity.NUMERIC):
            return Spelling(native, kind)
        case t.Float() if own in (Affinity.REAL, Affinity.INTEGER, Affinity.NUMERIC) and native.upper() != "ANY":
            return Spelling(native, t.Float(64))
        case t.Binary() | t.Geometry():
            return Spelling(native, t.Binary())
        case _ if own == Affinity.TEXT and not isinstance(kind, t.Dynamic | t.Opaque | t.Boolean):
            return Spelling(native, t.Text())
        case _:
            return Spelling(native, t.Opaque(FAMILY, native))

"""Which rows hold values that a target does not, as predicates of SQLite's SQL (types.md A13).

What a column's values are was observed before: a column that is read as dates holds nothing else.
"""

from __future__ import annotations

from dialects.sqltext import string_literal
from mappings import hazards as h
from mappings import types as t
from mappings.schema import Column

OCTETS = "length(CAST({name} AS BLOB))"
CHARACTERS = """\
CASE WHEN instr(CAST({name} AS BLOB), x'00') THEN length(CAST({name} AS BLOB)) ELSE length({name}) END"""
"""length() stops at a NUL; then the bytes bound the characters from above."""
UNUSUAL = "{name} IN (9e999, -9e999, 'NaN', 'Infinity', '-Infinity')"
NO_TIME = "CAST({name} AS INTEGER) >= 24 OR {name} GLOB '-*[1-9]*'"
"""Spans begin with their hours."""
NUL = "typeof({name}) = 'text' AND instr(CAST({name} AS BLOB), x'00') > 0"


def offends(name: str, column: Column, hazard: h.Hazard) -> str | None:
    """The predicate for the quoted column `name`; see Dialect.offends."""
    match hazard:
        case h.NoTimeOfDay() if isinstance(_hint(column), t.Duration):
            return NO_TIME.format(name=name)
        case h.NoMoment() | h.NoTimeOfDay() | h.LowerBounds() | h.MinusZero() | h.Hundreds() | h.OtherSrid():
            return ""
        case h.NotFinite(infinities=infinities):
            return "" if infinities else UNUSUAL.format(name=name)
        case h.OutsideYears(least=least, greatest=greatest):
            return _outside(name, least, greatest)
        case h.OutOfBounds(least=least, greatest=greatest, rounded=False) if not isinstance(_hint(column), t.Decimal):
            return f"{name} < {least} OR {name} > {greatest}"
        case h.NoYear():
            return f"{name} <> 0 AND ({name} < 1901 OR {name} > 2155)"
        case h.LongerText(length=length, utf16=False):
            return f"{CHARACTERS.format(name=name)} > {length}"
        case h.MoreOctets(octets=octets):
            return f"{OCTETS.format(name=name)} > {octets}"
        case h.NulCharacter():
            return NUL.format(name=name)
        case h.TrailingSpaces():
            return f"substr(CAST({name} AS BLOB), -1) = x'20'"
        case h.WrongSize(length=length, fixed=fixed):
            return f"{OCTETS.format(name=name)} {'<>' if fixed else '>'} {length}"
        case h.NoLabel(labels=labels):
            return f"{name} COLLATE BINARY NOT IN ({', '.join(map(string_literal, labels))})"
        case _:
            return None


def _hint(column: Column) -> t.LogicalType:
    return column.type.hint if isinstance(column.type, t.Dynamic) else column.type


def _outside(name: str, least: int, greatest: int) -> str:
    """What is read as dates has years of four digits."""
    ends = [f"{name} < '{least:04}-01-01'"] if least > 0 else []
    ends += [f"{name} >= '{greatest + 1:04}-01-01'"] if greatest < 9999 else []
    return " OR ".join(ends)

"""Which rows hold values that a target does not, as predicates of SQLite's SQL (types.md A13).

What a column's values are was observed before: a column that is read as dates holds nothing else.
"""

from __future__ import annotations

from dialects.sqltext import string_literal
from mappings import hazards as h

OCTETS = "length(CAST({name} AS BLOB))"
CHARACTERS = """\
CASE WHEN instr(CAST({name} AS BLOB), x'00') THEN length(CAST({name} AS BLOB)) ELSE length({name}) END"""
"""length() stops at a NUL; then the bytes bound the characters from above."""
UNUSUAL = "{name} IN (9e999, -9e999, 'NaN', 'Infinity', '-Infinity')"
NUL = "typeof({name}) = 'text' AND instr(CAST({name} AS BLOB), x'00') > 0"


def offends(name: str, hazard: h.Hazard) -> str | None:
    """The predicate for the quoted column `name`; see Dialect.offends."""
    match hazard:
        case h.NoMoment() | h.NoTimeOfDay() | h.LowerBounds():
            return ""
        case h.NotFinite(infinities=infinities):
            return "" if infinities else UNUSUAL.format(name=name)
        case h.OutsideYears(least=least, greatest=greatest):
            return "" if least <= 1 and greatest >= 9999 else None
        case h.OutOfBounds(least=least, greatest=greatest):
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
            return f"substr({name}, -1) = ' '"
        case h.NoLabel(labels=labels):
            return f"{name} COLLATE BINARY NOT IN ({', '.join(map(string_literal, labels))})"
        case _:
            return None

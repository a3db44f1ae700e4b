"""Which rows hold values that a target does not, as predicates of DuckDB's SQL (types.md A13).

The infinities of dates and timestamps travel as the outermost numbers, beyond the last day of every other engine.
"""

from __future__ import annotations

from dialects.sqltext import string_literal
from mappings import hazards as h
from mappings import types as t
from mappings.schema import Column

OUTERMOST = {"DATE": (-5_877_641, 5_881_580)}
OUTERMOST_MOMENT = (-290_308, 294_247)
"""The first and last year of a type; the year 0 is 1 BC."""
DATED = ("DATE", "TIMESTAMP")
PADDED = "ends_with({name}::VARCHAR, ' ')"


def offends(name: str, column: Column, hazard: h.Hazard) -> str | None:
    """The predicate for the quoted column `name`; see Dialect.offends."""
    text = f"{name}::VARCHAR"
    match hazard:
        case h.NoMoment() | h.NoUnicode() | h.LowerBounds() | h.Hundreds() | h.OtherSrid():
            return ""
        case h.NoTimeOfDay():
            return f"{name}::TIME >= '24:00:00'" if column.native.startswith("TIME") else None
        case h.NotFinite(infinities=infinities):
            return _not_finite(name, column, infinities=infinities)
        case h.MinusZero():
            return f"{name} = 0 AND signbit({name})"
        case h.OutsideYears(least=least, greatest=greatest):
            return _outside(name, column.native, least, greatest) if column.native.startswith(DATED) else None
        case h.Finer(digits=digits):
            return f"epoch_us({name}) % {10 ** (6 - digits)} <> 0" if column.native.startswith("TIME") else None
        case h.OutOfBounds(least=least, greatest=greatest, rounded=False):
            return f"{name} < {least} OR {name} > {greatest}"
        case h.NoYear():
            return f"{name} <> 0 AND ({name} < 1901 OR {name} > 2155)"
        case h.MoreDigits(scale=scale):
            return f"length(rtrim(split_part({text}, '.', 2), '0')) > {scale}"
        case h.LongerNumber(digits=digits, scale=None):
            return f"length(ltrim(split_part({text}, '.', 1), '-0')) > {digits}"
        case h.LongerText(length=length, utf16=utf16):
            return f"{_units(text, utf16=utf16)} > {length}"
        case h.MoreOctets(octets=octets):
            return f"strlen({text}) > {octets}"
        case h.WrongSize(length=length, fixed=fixed):
            unit = "octet_length" if isinstance(column.type, t.Binary) else "length"
            return f"{unit}({name}) {'<>' if fixed else '>'} {length}"
        case h.NulCharacter():
            return f"contains({text}, chr(0))"
        case h.TrailingSpaces():
            return PADDED.format(name=name)
        case h.NotParsed(depth=None, doubles=False) if column.native == "JSON":
            return ""  # no torn pairs here
        case h.NoLabel(labels=labels):
            return _no_label(text, column, labels)
        case _:
            return None


def _not_finite(name: str, column: Column, *, infinities: bool) -> str:
    if not isinstance(column.type, t.Float):
        return ""
    return f"isnan({name})" if infinities else f"NOT isfinite({name})"


def _outside(name: str, native: str, least: int, greatest: int) -> str:
    """Both infinities are outside any bound that is narrower than the type's own."""
    first, last = OUTERMOST.get(native, OUTERMOST_MOMENT)
    ends = [f"{name}::DATE < {_first_day(least)}"] if least > first else []
    ends += [f"{name}::DATE >= {_first_day(greatest + 1)}"] if greatest < last else []
    return " OR ".join(ends)


def _first_day(year: int) -> str:
    return f"'{year:04}-01-01'::DATE" if year > 0 else f"'{1 - year:04}-01-01 (BC)'::DATE"


def _units(text: str, *, utf16: bool) -> str:
    """Characters outside the basic plane take four bytes, and two UTF-16 units."""
    if not utf16:
        return f"length({text})"
    return f"length({text}) + length(regexp_replace({text}, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g'))"


def _no_label(text: str, column: Column, labels: tuple[str, ...]) -> str:
    if isinstance(column.type, t.Enum) and set(column.type.labels) <= set(labels):
        return ""
    return f"{text} NOT IN ({', '.join(map(string_literal, labels))})"

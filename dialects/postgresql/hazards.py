"""Which rows hold values that a target does not, as predicates of PostgreSQL's SQL (types.md A13)."""

from __future__ import annotations

from dialects.postgresql.types import innermost, parsed
from dialects.sqltext import string_literal
from mappings import hazards as h
from mappings import types as t
from mappings.schema import Column

MOMENTS = frozenset({"date", "timestamp without time zone", "timestamp with time zone"})
GREATEST_YEAR = {"date": 5_874_897}
LEAST_YEAR = -4712
LAST_READ = "294247-01-10 04:00:54.775807"
"""The last microsecond that 64 bits count from 1970: how timestamps are read. Here they go on for thirty years."""
ASTRAL = r"regexp_replace({text}, '[^\U00010000-\U0010FFFF]', '', 'g')"
"""The characters that take two UTF-16 units."""
NUL_ESCAPE = r"(^|[^\\])(\\\\)*\\u0000"
"""The escape of a NUL character, unless the backslash before it is itself escaped."""
AS_NUMBER = {"money": "::numeric", "boolean": "::int", "oid": "::bigint"}
SIZES = {"bytea": "octet_length", "bit": "length", "bit varying": "length"}


def offends(name: str, column: Column, hazard: h.Hazard) -> str | None:
    """The predicate for the quoted column `name`; see Dialect.offends."""
    base = parsed(column.native).base
    text, number = f"{name}::text", f"{name}{AS_NUMBER.get(base, '')}"
    match hazard:
        case h.NoMoment():
            return _no_moment(name, base) if base in MOMENTS else ""
        case h.NoTimeOfDay():
            return f"{name} = '24:00'" if base == "time without time zone" else ""
        case h.NotFinite(infinities=infinities):
            return "" if base == "money" else _not_finite(name, column, infinities=infinities)
        case h.MinusZero():
            return f"{name} = 0 AND {text} = '-0'"
        case h.OutsideYears(least=least, greatest=greatest):
            return _outside(name, base, least, greatest) if base in MOMENTS else None
        case h.Finer(digits=digits):
            return f"extract(microseconds FROM {name})::bigint % {10 ** (6 - digits)} <> 0"
        case h.OutOfBounds(least=least, greatest=greatest, rounded=rounded):
            whole = f"round({number})" if rounded else number
            return _finite(number, column, f"{whole} < {least} OR {whole} > {greatest}")
        case h.NoYear():
            return f"{number} <> 0 AND ({number} < 1901 OR {number} > 2155)"
        case h.MoreDigits(scale=scale):
            return f"{number} <> trunc({number}, {scale})"
        case h.LongerNumber(digits=digits, scale=scale):
            nearest = number if scale is None else f"round({number}, {scale})"
            return _finite(number, column, f"{nearest} >= 1{'0' * digits} OR {nearest} <= -1{'0' * digits}")
        case h.LongerText(length=length, utf16=utf16):
            units = f"char_length({text})" + (f" + char_length({ASTRAL.format(text=text)})" if utf16 else "")
            return f"{units} > {length}"
        case h.MoreOctets(octets=octets):
            return f"octet_length({text}) > {octets}"
        case h.WrongSize(length=length, fixed=fixed):
            unit = SIZES.get(base)
            return f"{unit}({name}) {'<>' if fixed else '>'} {length}" if unit else None
        case h.TrailingSpaces():
            return f"right({text}, 1) = ' '"
        case h.NoLabel(labels=labels):
            return _no_label(text, column, labels)
        case h.LowerBounds():
            return f"left({text}, 1) = '['"
        case h.NulCharacter() | h.NoUnicode() | h.Hundreds() | h.OtherSrid():
            return ""  # the server takes neither
        case h.NulInJson():
            return f"{text} LIKE '%\\\\u0000%' AND {text} ~ '{NUL_ESCAPE}'" if base == "json" else ""
        case h.NotParsed():
            return None if _may_be_refused(column, base, hazard) else ""
        case h.LongerSpan() | h.NotHeld():
            return None


def _may_be_refused(column: Column, base: str, hazard: h.NotParsed) -> bool:
    """What the server itself makes JSON of has no torn pairs; arrays have six levels."""
    if isinstance(column.type, t.Array):
        element = innermost(column.type)
        return isinstance(element, t.Json | t.Opaque) or (hazard.doubles and isinstance(element, t.Decimal))
    return base == "json" or hazard.doubles or hazard.depth is not None


def _no_moment(name: str, base: str) -> str:
    return f"NOT isfinite({name})" + ("" if base == "date" else f" OR {name} > '{LAST_READ}'")


def _not_finite(name: str, column: Column, *, infinities: bool) -> str:
    """A numeric of declared precision holds NaN, but no infinity; before version 14 no numeric does."""
    match column.type:
        case t.Decimal(precision=precision) if precision is not None:
            return f"{name} = 'NaN'"
        case t.Decimal() | t.Float():
            return f"{name} = 'NaN'" if infinities else f"{name} IN ('NaN', 'Infinity', '-Infinity')"
        case _:
            return ""


def _finite(number: str, column: Column, predicate: str) -> str:
    """The predicate for numbers; NaN and the infinities are another hazard, and above all numbers here."""
    if not isinstance(column.type, t.Decimal):
        return predicate
    return f"({predicate}) AND {number} NOT IN ('NaN', 'Infinity', '-Infinity')"


def _outside(name: str, base: str, least: int, greatest: int) -> str:
    ends = [f"{name} < {_first_day(least)}"] if least > LEAST_YEAR else []
    ends += [f"{name} >= {_first_day(greatest + 1)}"] if greatest < GREATEST_YEAR.get(base, 294_276) else []
    return f"({' OR '.join(ends)}) AND isfinite({name})" if ends else ""  # the cheaper test first


def _first_day(year: int) -> str:
    return f"'{year:04}-01-01'" if year > 0 else f"'{1 - year:04}-01-01 BC'"


def _no_label(text: str, column: Column, labels: tuple[str, ...]) -> str:
    if isinstance(column.type, t.Enum) and set(column.type.labels) <= set(labels):
        return ""
    return f"{text} NOT IN ({', '.join(map(string_literal, labels))})"

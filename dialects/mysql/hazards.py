"""Which rows hold values that a target does not, as predicates of MySQL's and MariaDB's SQL (types.md A13).

Text is compared as bytes of UTF-8: collations take NUL for nothing, letters for others and pad with spaces.
"""

from __future__ import annotations

from dialects.mysql.types import base, collation_name, digits, literal
from mappings import hazards as h
from mappings import types as t
from mappings.schema import Column

MOMENTS = frozenset({"date", "datetime", "timestamp"})
CHARACTERS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
OCTETS = "CAST(CONVERT({name} USING utf8mb4) AS BINARY)"
NO_DAY = """\
(MONTH({name}) = 0 OR DAYOFMONTH({name}) = 0 OR \
(DAYOFMONTH({name}) > 28 AND DAYOFMONTH({name}) > DAYOFMONTH(LAST_DAY({name}))))"""
"""ALLOW_INVALID_DATES lets the thirtieth of February in. MySQL warns about the LAST_DAY of a zero date, and a warning
while rows are read is an error, so that comes last."""
NUL = "LENGTH(REPLACE({text} COLLATE utf8mb4_bin, '\\0', '')) < LENGTH({text})"
"""Half the time of LOCATE on the text as bytes."""
NUL_ESCAPE = literal(r"(^|[^\\])(\\\\)*\\u0000")
"""The escape of a NUL character in JSON, unless the backslash before it is itself escaped."""
LONGEST_SPAN = 3_020_399_999_999
BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})


def offends(name: str, column: Column, hazard: h.Hazard) -> str | None:
    """The predicate for the quoted column `name`; see Dialect.offends."""
    native = base(column.native)
    octets = OCTETS.format(name=name)
    match hazard:
        case h.NoMoment():
            return NO_DAY.format(name=name) if native in MOMENTS else ""
        case h.NoTimeOfDay():
            return f"{name} < '00:00:00' OR {name} >= '24:00:00'" if native == "time" else ""
        case h.MinusZero():
            return f"{name} = 0 AND LEFT(CAST({name} AS CHAR), 1) = '-'"  # never true on MariaDB
        case h.OutsideYears(least=least, greatest=greatest):
            return _outside(name, native, least, greatest)
        case h.Finer(digits=allowed):
            finer = digits(column.native) > allowed
            return f"MICROSECOND({name}) % {10 ** (6 - allowed)} <> 0" if finer else ""
        case h.LongerSpan(microseconds=longest):
            return f"{name} > {_span(longest)} OR {name} < {_span(-longest)}" if longest < LONGEST_SPAN else ""
        case h.OutOfBounds(least=least, greatest=greatest, rounded=rounded):
            # a YEAR is compared as one: with 1 as 2001
            whole = f"ROUND({name})" if rounded else f"{name} + 0" if native == "year" else name
            return f"{whole} < {least} OR {whole} > {greatest}"
        case h.NoYear():
            return f"{name} <> 0 AND ({name} < 1901 OR {name} > 2155)"
        case h.MoreDigits(scale=scale):
            return f"{name} <> TRUNCATE({name}, {scale})"
        case h.LongerNumber(digits=whole, scale=scale):
            nearest = name if scale is None else f"ROUND({name}, {scale})"
            return f"{nearest} >= 1{'0' * whole} OR {nearest} <= -1{'0' * whole}"
        case h.LongerText() | h.MoreOctets() | h.NoLabel() if native == "bit":
            return None
        case h.LongerText(length=length, utf16=utf16):
            units = f"LENGTH(CONVERT({name} USING utf16)) / 2" if utf16 else f"CHAR_LENGTH({name})"
            return f"{units} > {length}"
        case h.MoreOctets(octets=limit):
            return f"LENGTH(CONVERT({name} USING utf8mb4)) > {limit}"
        case h.WrongSize(length=length, fixed=fixed):
            return f"LENGTH({name}) {'<>' if fixed else '>'} {length}" if isinstance(column.type, t.Binary) else None
        case h.NulCharacter():
            return NUL.format(text=_utf8(name, column)) if native in CHARACTERS else "" if native not in BYTES else None
        case h.TrailingSpaces():
            return f"RIGHT({octets}, 1) = x'20'"
        case h.NulInJson():
            return rf"{name} LIKE '%\\\\u0000%' AND {name} REGEXP {NUL_ESCAPE}"
        case h.OtherSrid(srid=srid):
            return f"ST_SRID({name}) <> {srid}"
        case h.NotParsed():
            return None if _may_be_refused(column, hazard) else ""
        case h.NoLabel(labels=labels):
            return _no_label(name, column, octets, labels)
        case h.NoUnicode():
            return None if native in BYTES else ""
        case h.NotFinite() | h.LowerBounds() | h.Hundreds():
            return ""
        case h.NotHeld():
            return None


def _outside(name: str, native: str, least: int, greatest: int) -> str | None:
    """A TIMESTAMP is of the years 1970 to 2106, a DATE or DATETIME of the years 0 to 9999."""
    if native not in MOMENTS:
        return None
    first, last = (1970, 2106) if native == "timestamp" else (0, 9999)
    ends = [f"{name} < '{least:04}-01-01'"] if least > first else []
    ends += [f"{name} > '{greatest:04}-12-31 23:59:59.999999'"] if greatest < last else []
    return f"({' OR '.join(ends)}) AND NOT {NO_DAY.format(name=name)}" if ends else ""


def _may_be_refused(column: Column, hazard: h.NotParsed) -> bool:
    """MySQL's own JSON has 100 levels and doubles, MariaDB's 31 levels and any numbers; neither has torn pairs."""
    if not isinstance(column.type, t.Json):
        return True
    if column.type.binary:
        return hazard.depth is not None and hazard.depth < 100
    return hazard.doubles or (hazard.depth is not None and hazard.depth < 31)


def _no_label(name: str, column: Column, octets: str, labels: tuple[str, ...]) -> str:
    """An ENUM may also hold the empty text number 0, which stands for an error of the past."""
    if isinstance(column.type, t.Enum) and set(column.type.labels) <= set(labels):
        return "" if "" in labels else f"{name} + 0 = 0"
    return f"{octets} NOT IN ({', '.join(_octets(label) for label in labels)})"


def _utf8(name: str, column: Column) -> str:
    """The text in UTF-8, converted only where the column's character set is another."""
    utf8 = collation_name(column.native).startswith("utf8mb4_")
    return name if utf8 else f"CONVERT({name} USING utf8mb4)"


def _span(microseconds: int) -> str:
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:06}"
    return f"'{'-' * (microseconds < 0)}{clock}'"


def _octets(text: str) -> str:
    return f"x'{text.encode().hex()}'"

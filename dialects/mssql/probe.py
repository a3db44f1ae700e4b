"""What the rows of one table show: facts that settle types, and predicates for values that a target does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from dialects.base import Dialect
from dialects.mssql.types import FINEST, MICROSECONDS, TEXTS, UNICODE, parsed
from mappings import hazards as h
from mappings import types as t
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk

QUERY = "SELECT COUNT_BIG(*){aggregates} FROM {table}"
UNITS = "MAX(DATALENGTH({text}) / 2)"
UTF8_OCTETS = "DATALENGTH(CONVERT(varchar(max), {text} COLLATE Latin1_General_100_BIN2_UTF8))"
OCTETS = "MAX(DATALENGTH({column}))"
HUNDREDS = "DATEPART(nanosecond, {column}) % {unit} <> 0"
"""Moments of a digit that is finer than `unit` nanoseconds; the server has a hundred of them."""
NOT_MICROSECONDS = "COUNT_BIG(CASE WHEN {finer} THEN 1 END)"
FINER_THAN_MICROSECONDS = (
    "{rows} rows have a digit of 100 nanoseconds, which nothing between two kinds of database carries"
)
CHARACTERS = "LEN({text} COLLATE Latin1_General_100_CI_AS_SC + N'.') - 1"
"""A pair of surrogates counts once under this collation, and LEN does not count trailing spaces."""
NUL = "CHARINDEX(NCHAR(0), {text} COLLATE Latin1_General_100_BIN2) > 0"
LONE_SURROGATE = """\
(PATINDEX(N'%[' + NCHAR(0xD800) + N'-' + NCHAR(0xDBFF) + N'][^' + NCHAR(0xDC00) + N'-' + NCHAR(0xDFFF) + N']%', \
({text} + N' ') COLLATE Latin1_General_BIN2) > 0 OR PATINDEX(N'%[^' + NCHAR(0xD800) + N'-' + NCHAR(0xDBFF) + N'][' + \
NCHAR(0xDC00) + N'-' + NCHAR(0xDFFF) + N']%', (N' ' + {text}) COLLATE Latin1_General_BIN2) > 0)"""
MOST_DIGITS = 38
MOST_UTF8_OCTETS = 3
"""Bytes of UTF-8 for one UTF-16 unit."""


def query(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]]) -> str:
    """One scan over the table for all its risks."""
    asked = _asked(table, risks, dialect)
    aggregates = "".join(f", {aggregate}" for _, _, aggregate in asked)
    return QUERY.format(aggregates=aggregates, table=dialect.qualified(table.name))


def facts(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]], row: Sequence[Any]) -> dict[str, Facts]:
    """The answer to `query` as facts by column."""
    found: dict[str, dict[str, int]] = {name: {} for name in risks}
    for (name, field, _), value in zip(_asked(table, risks, dialect), row[1:], strict=True):
        found[name][field] = int(value or 0)
    return {name: _facts(table.column(name), int(row[0]), fields) for name, fields in found.items()}


def _facts(column: Column, rows: int, fields: Mapping[str, int]) -> Facts:
    finer = fields.get("finer")
    hint = column.type.hint if isinstance(column.type, t.Dynamic) else None
    return Facts(
        observed=hint if finer == 0 else None,
        nearest=hint if finer else None,
        problem=FINER_THAN_MICROSECONDS.format(rows=f"{finer:,}") if finer else "",
        characters=fields.get("characters"),
        octets=fields.get("octets"),
        rows=rows,
    )


def _asked(table: Table, risks: Mapping[str, frozenset[Risk]], dialect: Dialect) -> list[tuple[str, str, str]]:
    """Column, field and aggregate of each figure. Types decide here, so only moments of seven digits have classes."""
    return [
        (name, field, aggregate)
        for name, wanted in risks.items()
        for risk in sorted(wanted)
        for field, aggregate in _figures(table.column(name), dialect.quote(name), risk)
    ]


def _figures(column: Column, name: str, risk: Risk) -> list[tuple[str, str]]:
    if risk is Risk.CLASSES:
        return [("finer", NOT_MICROSECONDS.format(finer=HUNDREDS.format(column=name, unit=1000)))]
    if risk is not Risk.LENGTH or isinstance(column.type, t.Dynamic):
        return []
    if isinstance(column.type, t.Binary):
        return [("octets", OCTETS.format(column=name))]
    text = _as_text(name)
    return [("characters", UNITS.format(text=text)), ("octets", f"MAX({UTF8_OCTETS.format(text=text)})")]


def _as_text(name: str) -> str:
    return f"CAST({name} AS nvarchar(max))"


def offends(name: str, column: Column, hazard: h.Hazard) -> str | None:
    """See Dialect.offends. `name` is the column in quotes."""
    kind = column.type.hint if isinstance(column.type, t.Dynamic) else column.type
    match hazard:
        case h.Hundreds():
            return _finer(name, column, MICROSECONDS)
        case h.OtherSrid(srid=srid):
            return f"{name}.STSrid <> {srid}"
        case h.MinusZero():
            return f"({name} = 0 AND SUBSTRING(CAST(CAST({name} AS float) AS binary(8)), 1, 1) = 0x80)"
        case h.NoMoment() | h.NoTimeOfDay() | h.NotFinite() | h.LongerSpan() | h.LowerBounds():
            return ""
        case h.OutsideYears(least=least, greatest=greatest):
            within = least <= 1 and greatest >= 9999
            return "" if within or isinstance(kind, t.Time) else f"YEAR({name}) NOT BETWEEN {least} AND {greatest}"
        case h.Finer(digits=digits):
            return _finer(name, column, digits)
        case h.OutOfBounds() | h.NoYear() | h.MoreDigits() | h.LongerNumber():
            return _beyond(name, kind, hazard)
        case h.LongerText() | h.MoreOctets() | h.NulCharacter() | h.NoUnicode() | h.TrailingSpaces():
            return _textual(name, column, hazard)
        case h.WrongSize(length=length, fixed=fixed):
            return f"DATALENGTH({name}) {'<>' if fixed else '>'} {length}" if isinstance(kind, t.Binary) else None
        case h.NoLabel() | h.NulInJson() | h.NotParsed() | h.NotHeld():
            return None
        case _:
            assert_never(hazard)


def _finer(name: str, column: Column, digits: int) -> str:
    parts = parsed(column.native)
    if parts.base == "datetime":
        name = f"CAST({name} AS datetime2(3))"
    own = {"datetime": 3, "smalldatetime": 0, "date": 0}.get(parts.base, FINEST if parts.first is None else parts.first)
    return "" if own <= digits else HUNDREDS.format(column=name, unit=10 ** (9 - digits))


def _beyond(
    name: str, kind: t.LogicalType, hazard: h.OutOfBounds | h.NoYear | h.MoreDigits | h.LongerNumber
) -> str | None:
    if not isinstance(kind, t.Integer | t.Decimal | t.Boolean):
        return None
    name = f"CAST({name} AS int)" if isinstance(kind, t.Boolean) else name
    match hazard:
        case h.OutOfBounds(least=least, greatest=greatest, rounded=rounded):
            name = f"ROUND({name}, 0)" if rounded else name
            return f"({name} < {least} OR {name} > {greatest})"
        case h.NoYear():
            return f"({name} <> 0 AND ({name} < 1901 OR {name} > 2155))"
        case h.MoreDigits(scale=scale):
            return f"{name} <> ROUND({name}, {scale}, 1)" if isinstance(kind, t.Decimal) else ""
        case h.LongerNumber(digits=digits, scale=scale):
            name = name if scale is None else f"ROUND({name}, {scale})"
            bound = "1" + "0" * digits
            return "" if digits >= MOST_DIGITS else f"({name} >= {bound} OR {name} <= -{bound})"


def _textual(
    name: str,
    column: Column,
    hazard: h.LongerText | h.MoreOctets | h.NulCharacter | h.NoUnicode | h.TrailingSpaces,
) -> str | None:
    base, kind = parsed(column.native).base, column.type
    if base not in TEXTS or not isinstance(kind, t.Text | t.Json):
        return "" if isinstance(kind, t.Uuid | t.Date | t.Timestamp | t.Time | t.Integer | t.Decimal) else None
    text = f"RTRIM({_as_text(name)})" if base in ("char", "nchar") else _as_text(name)
    units = kind.length if isinstance(kind, t.Text) else None
    match hazard:
        case h.LongerText(length=length, utf16=utf16):
            if units is not None and units <= length:
                return ""
            return f"DATALENGTH({text}) > {2 * length}" if utf16 else f"{CHARACTERS.format(text=text)} > {length}"
        case h.MoreOctets(octets=octets):
            short = units is not None and units * MOST_UTF8_OCTETS <= octets
            return "" if short else f"{UTF8_OCTETS.format(text=text)} > {octets}"
        case h.NulCharacter():
            return NUL.format(text=text)
        case h.NoUnicode():
            return LONE_SURROGATE.format(text=text) if base in UNICODE else ""
        case h.TrailingSpaces():
            fixed = base in ("char", "nchar")
            return "" if fixed else f"DATALENGTH({text}) <> DATALENGTH(RTRIM({text}))"

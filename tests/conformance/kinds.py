"""Values of every logical type, as texts that say the same to every engine; the random databases are made of them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import strategies as st

from dialects.base import Dialect
from mappings import types as t
from mappings.type_mapper import Use

LABELS = ("sad", "it's, ok", "é")
KINDS: tuple[t.LogicalType, ...] = (
    t.Boolean(),
    *(t.Integer(bits, unsigned) for bits in (8, 16, 24, 32, 64) for unsigned in (False, True)),
    t.Decimal(10, 2), t.Decimal(38, 10), t.Decimal(20, 0), t.Decimal(65, 30), t.Decimal(5, 5), t.Decimal(),
    t.Float(32), t.Float(64),
    t.Text(1), t.Text(20), t.Text(255), t.Text(2000), t.Text(), t.Text(10, fixed=True),
    t.Binary(), t.Binary(20), t.Binary(16, fixed=True),
    t.Date(), t.Time(0), t.Time(6), t.TimeTz(), t.Duration(6), t.Interval(),
    *(t.Timestamp(digits, zoned) for digits in (0, 3, 6) for zoned in (False, True)),
    t.Uuid(), t.Json(), t.Json(binary=True), t.Enum(LABELS, "mood"), t.Enum(LABELS), t.SetOf(("x", "y", "z")),
    t.Bits(1), t.Bits(8), t.Bits(64), t.Bits(varying=True), t.Year(),
)  # fmt: skip
WORDS = ("", " ", "a", "A", "é", "😀", "NULL", r"\N", "'", '"', "\\", "%", "a b", "\t", "\r\n", "0", "ß", "e\u0301")
LETTERS = "aAéß😀 '\"\\\n\t%_,;|`0"
SPANS = ("P1Y2M3DT4H5M6.5S", "PT0S", "P-1M", "P1D", "PT-0.5S", "P-1Y-2M3DT-4H-5M-6.789S", "PT36H")
"""As PostgreSQL prints them, so that the text is the same after any journey."""
OFFSETS = ("+00", "+05:30", "-12:59")


def spelled_by(dialect: Dialect) -> tuple[t.LogicalType, ...]:
    """The kinds for which the engine has a type of its own."""
    answers = ((kind, dialect.spell(kind, Use())) for kind in KINDS)
    return tuple(kind for kind, spelling in answers if spelling is not None and _uncollated(spelling.stored) == kind)


def _uncollated(kind: t.LogicalType) -> t.LogicalType:
    return replace(kind, collation=None) if isinstance(kind, t.Text | t.Enum | t.SetOf) else kind


def values(kind: t.LogicalType) -> st.SearchStrategy[str]:
    """Values of this type, those on its edges among them, without what only some engines hold."""
    match kind:
        case t.Boolean():
            return st.sampled_from(["true", "false"])
        case t.Integer():
            least, greatest = kind.bounds
            return st.sampled_from([least, greatest, 0, 1]).map(str) | st.integers(least, greatest).map(str)
        case t.Decimal(precision=precision, scale=scale):
            return _decimals(precision or 50, scale if precision else 20)
        case t.Float(bits=bits):
            return _floats(bits)
        case t.Text(length=length, fixed=fixed):
            return _texts(length, fixed=fixed)
        case t.Binary(length=length, fixed=fixed):
            most = 40 if length is None else length
            return st.binary(min_size=most if fixed else 0, max_size=most).map(bytes.hex)
        case t.Json(binary=binary):
            return _documents(spaced=not binary)
        case t.Bits(length=length):
            return st.text("01", min_size=length or 1, max_size=length or 70)
        case t.SetOf(members=members):
            return st.sets(st.sampled_from(members)).map(lambda chosen: ",".join(sorted(chosen)))
        case t.Year():
            return st.sampled_from([0, 1901, 2000, 2155]).map(str)
        case _:
            return _others(kind)


def _others(kind: t.LogicalType) -> st.SearchStrategy[str]:
    match kind:
        case t.Date():
            return (st.sampled_from([date.min, date.max, date(1582, 10, 10)]) | st.dates()).map(str)
        case t.Time(digits=digits):
            return (st.sampled_from([time.min, time.max]) | st.times()).map(lambda value: _cut(value.isoformat, digits))
        case t.TimeTz():
            clock = st.times().map(lambda value: value.isoformat("microseconds"))
            return st.tuples(clock, st.sampled_from(OFFSETS)).map("".join)
        case t.Timestamp(digits=digits):
            edges = st.sampled_from([datetime.min, datetime.max, datetime(1969, 12, 31, 23, 59, 59, 999999)])
            return (edges | st.datetimes()).map(lambda value: _moment(value, digits))
        case t.Duration():
            return st.timedeltas(timedelta(hours=-838), timedelta(hours=838)).map(_hours)
        case t.Interval():
            return st.sampled_from(SPANS)
        case t.Uuid():
            return st.uuids().map(str)
        case t.Enum(labels=labels):
            return st.sampled_from(labels)
        case _:
            raise AssertionError(f"no values for {kind}")


def _decimals(precision: int, scale: int | None) -> st.SearchStrategy[str]:
    places = scale or 0
    greatest = 10**precision - 1
    whole = st.sampled_from([0, 1, -1, greatest, -greatest]) | st.integers(-greatest, greatest)
    return whole.map(lambda number: _pointed(number, places))


def _pointed(number: int, places: int) -> str:
    """The number divided by ten to the power of the places."""
    digits = f"{abs(number):0{places + 1}}"
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if number < 0 else text


def _floats(bits: int) -> st.SearchStrategy[str]:
    """Minus zero is another story: see the quirks of values."""
    found = st.floats(width=bits, allow_nan=False, allow_infinity=False)  # type: ignore[arg-type]
    single = struct.unpack("<f", bytes.fromhex("ffff7f7f"))[0]
    edges = [0.1, 1.5, 16777216.0] if bits == 64 else [single, 16777216.0, 0.5]
    return (st.sampled_from(edges) | found).map(lambda value: repr(value if value else 0.0))


def _texts(length: int | None, *, fixed: bool) -> st.SearchStrategy[str]:
    most = 300 if length is None else length
    found = st.sampled_from([word for word in WORDS if len(word) <= most]) | st.text(LETTERS, max_size=min(most, 40))
    return found.map(lambda text: text.rstrip(" ")) if fixed else found


def _documents(*, spaced: bool) -> st.SearchStrategy[str]:
    leaf = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(LETTERS, max_size=8)
    found = st.recursive(
        leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner)
    )
    return found.map(lambda value: json.dumps(value, ensure_ascii=False, indent=1 if spaced else None))


def _cut(isoformat: Callable[[str], str], digits: int) -> str:
    return isoformat("microseconds")[: len("00:00:00.") + digits].rstrip(".")


def _moment(value: datetime, digits: int) -> str:
    return value.isoformat(" ", "microseconds")[: len("0001-01-01 00:00:00.") + digits].rstrip(".")


def _hours(span: timedelta) -> str:
    """As MySQL writes a TIME."""
    seconds, micros = divmod(abs(span) // timedelta(microseconds=1), 1_000_000)
    return f"{'-' * (span < timedelta(0))}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros:06}"


def literal(engine: str, kind: t.LogicalType, value: str | None) -> str:
    """The value as SQL of the engine, for a column of this type."""
    if value is None:
        return "NULL"
    match kind:
        case t.Boolean():
            return value if engine in ("postgresql", "duckdb") else str(int(value == "true"))
        case t.Integer() | t.Year():
            return value
        case t.Decimal() if engine in ("mysql", "mariadb"):
            return value
        case t.Float() if engine in ("mysql", "mariadb", "sqlite"):
            return value if "e" in value else f"{value}e0"
        case t.Binary():
            return {"postgresql": f"'\\x{value}'", "duckdb": f"unhex('{value}')"}.get(engine, f"x'{value}'")
        case t.SetOf() if engine == "postgresql":
            return f"'{{{value}}}'"
        case t.Bits() if engine in ("postgresql", "mysql", "mariadb"):
            return f"b'{value}'"
        case t.Timestamp(zoned=True):
            return f"'{value}{'Z' if engine == 'sqlite' else '+00'}'"
        case _:
            return _quoted(engine, value)


def _quoted(engine: str, text: str) -> str:
    if engine in ("mysql", "mariadb"):
        return f"CONVERT(x'{text.encode().hex()}' USING utf8mb4)"
    if engine == "sqlite":
        return f"CAST(x'{text.encode().hex()}' AS TEXT)"
    return "'" + text.replace("'", "''") + "'"

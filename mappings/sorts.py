"""What kind of value a part of an expression has, as far as engines treat kinds differently."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from mappings import types as t

PADDING_FAMILIES = ("mysql", "sqlite", "tsql")
"""Families with collations for which `a` equals `a `; their names tell."""

BINARY = {"tsql": re.compile(r"_BIN2?(_|$)", re.IGNORECASE), "duckdb": re.compile(r"^(c|posix|binary)$", re.IGNORECASE)}
"""The only collations of their families under which equal texts have equal characters: all others of SQL Server know
expansions and widths, those of DuckDB compare by letters."""
EXACT_DIGITS = 15
"""Decimal digits that a double keeps."""
ENDLESS = 1000
PLAIN_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
ISO_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d{1,6}))?")


class Sort(StrEnum):
    """The kinds. Operands must be of kinds that every engine combines and compares alike."""

    TRUTH = "truth"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    SINGLE = "single precision"
    """Equal to no fraction that is written in digits, and some engines compute it in double."""
    TEXT = "text"
    WORD = "constant text"
    """Compared with another constant, MySQL follows the connection's collation, not a column's."""
    FIXED = "text of fixed length"
    """Its trailing spaces do not count."""
    PADDED = "text whose trailing spaces do not count"
    LOOSE = "text that ignores case or accents"
    LABEL = "label of an enum"
    DATE = "date"
    MOMENT = "timestamp"
    INSTANT = "timestamp with a zone"
    CLOCK = "time of day"
    NULL = "null"
    OTHER = "other"
    """Spelled differently by engines: only IS NULL asks the same everywhere."""


NUMBERS = frozenset({Sort.INTEGER, Sort.DECIMAL, Sort.FLOAT, Sort.SINGLE})
EXACT_TEXTS = frozenset({Sort.TEXT, Sort.WORD, Sort.FIXED})
TEXTS = EXACT_TEXTS | {Sort.PADDED, Sort.LOOSE}
TIMES = frozenset({Sort.MOMENT, Sort.INSTANT, Sort.CLOCK})


class Untranslatable(Exception):
    """Equal values cannot be promised."""


def sort_of(kind: t.LogicalType) -> Sort:
    """The sort of a column's values."""
    match kind:
        case t.Boolean():
            return Sort.TRUTH
        case t.Integer() | t.Year():
            return Sort.INTEGER
        case t.Decimal():
            return Sort.DECIMAL
        case t.Float(bits=bits):
            return Sort.FLOAT if bits == 64 else Sort.SINGLE
        case t.Text(fixed=fixed, collation=collation):
            return _sort_of_text(collation, fixed=fixed)
        case t.Enum(collation=collation):
            return Sort.LOOSE if collation is not None and collation.insensitive else Sort.LABEL
        case t.Date():
            return Sort.DATE
        case t.Timestamp(zoned=zoned):
            return Sort.INSTANT if zoned else Sort.MOMENT
        case t.Time():
            return Sort.CLOCK
        case t.Dynamic(hint=hint):
            return _sort_of_hint(hint)
        case _:
            return Sort.OTHER


def _sort_of_text(collation: t.Collation | None, *, fixed: bool) -> Sort:
    if collation is not None and (collation.insensitive or _knows_letters(collation)):
        return Sort.LOOSE
    if collation is not None and _pads(collation):
        return Sort.PADDED
    return Sort.FIXED if fixed else Sort.TEXT


def _knows_letters(collation: t.Collation) -> bool:
    exact = BINARY.get(collation.family)
    return exact is not None and not exact.search(collation.name)


def _pads(collation: t.Collation) -> bool:
    """All of SQL Server's pad; MySQL's do but for the 0900 ones and those of MariaDB that say nopad; of SQLite's only
    RTRIM does."""
    if collation.family not in PADDING_FAMILIES:
        return False
    name = collation.name.lower()
    if collation.family == "tsql":
        return True
    if collation.family == "sqlite":
        return name == "rtrim"
    return not ("0900" in name or "nopad" in name or name == "binary")


def _sort_of_hint(hint: t.LogicalType) -> Sort:
    """Of a column whose values decide: a boolean may be a number there, and times are whatever text they are."""
    sort = sort_of(hint)
    return Sort.OTHER if sort is Sort.TRUTH or sort in TIMES else sort


def digits_of(number: str) -> int:
    """The decimal digits that count in a constant; many for one that is not written in digits alone, such as 1e5."""
    return len(number.replace(".", "").strip("0")) if PLAIN_NUMBER.fullmatch(number) else ENDLESS


def is_iso_date(text: str) -> bool:
    """A date that every engine reads alike: `2020-01-31`."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def fraction_of_moment(text: str) -> str | None:
    """The digits after the point of a timestamp that every engine reads alike, `2020-01-31 10:00:00.5`; else None."""
    found = ISO_MOMENT.fullmatch(text)
    if found is None or not is_iso_date(found[1]):
        return None
    return (found[2] or "").rstrip("0")


def holds(kind: t.LogicalType, sort: Sort) -> bool:
    """Whether a column of this type stores every value of the sort as it is, on every engine."""
    match sort:
        case Sort.INTEGER:
            return isinstance(kind, t.Integer | t.Decimal | t.Year)
        case Sort.FLOAT:
            return isinstance(kind, t.Float) and kind.bits == 64
        case Sort.WORD:
            return isinstance(kind, t.Text)
        case Sort.NULL:
            return True
        case _:
            return sort_of(kind) is sort or (sort in TEXTS and isinstance(kind, t.Text))

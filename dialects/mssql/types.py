"""The native types of SQL Server read into logical ones.

Native text is `nvarchar(20) COLLATE Latin1_General_100_BIN2`: the type's own word in lower case, its length, precision
or scale as CREATE TABLE says it, and the collation of text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mappings import types as t

FAMILY = "tsql"
NATIVE = re.compile(r"^(?P<base>[^(]+?)\s*(?:\((?P<modifiers>[^)]*)\))?(?:\s+COLLATE\s+(?P<collation>\S+))?$", re.I)

PLAIN: dict[str, t.LogicalType] = {
    "bit": t.Boolean(),
    "tinyint": t.Integer(8, unsigned=True),
    "smallint": t.Integer(16),
    "int": t.Integer(32),
    "bigint": t.Integer(64),
    "money": t.Decimal(19, 4),
    "smallmoney": t.Decimal(10, 4),
    "real": t.Float(32),
    "date": t.Date(),
    "datetime": t.Timestamp(3),
    "smalldatetime": t.Timestamp(0),
    "image": t.Binary(),
    "uniqueidentifier": t.Uuid(),
    "rowversion": t.Binary(8, fixed=True),
    "timestamp": t.Binary(8, fixed=True),
    "json": t.Json(binary=True),
    "geometry": t.Geometry(),
    "geography": t.Geometry(),
}
ROWVERSIONS = ("rowversion", "timestamp")
"""Two words for bytes that the server writes itself; they are no time."""
SPATIAL = ("geometry", "geography")
CHARACTERS = ("char", "varchar", "text")
"""Text in a code page, which is UTF-8 under some collations."""
UNICODE = ("nchar", "nvarchar", "ntext")
TEXTS = CHARACTERS + UNICODE
WITHOUT_KEY = ("text", "ntext", "image", "xml", "json", "vector", *SPATIAL)
"""Types that no key and no index takes; those of MAX length neither."""
MICROSECONDS = 6
FINEST = 7
"""Digits after the second's point: the server has 100 nanoseconds."""


@dataclass(frozen=True, slots=True)
class Native:
    """A type text taken apart: `decimal(10,2)` is base `decimal` with modifiers ("10", "2")."""

    base: str
    modifiers: tuple[str, ...] = ()
    collation: str = ""

    @property
    def first(self) -> int | None:
        """The length, precision or scale; None for MAX and where none is said."""
        return int(self.modifiers[0]) if self.modifiers and self.modifiers[0].isdigit() else None

    @property
    def unlimited(self) -> bool:
        """Whether no key takes a column of this type."""
        return self.base in WITHOUT_KEY or "max" in self.modifiers


def parsed(native: str) -> Native:
    """The type text taken apart; the base is in lower case."""
    found = NATIVE.match(native.strip())
    if found is None:
        return Native(native.strip().lower())
    modifiers = tuple(part.strip().lower() for part in (found["modifiers"] or "").split(",") if part.strip())
    return Native(found["base"].strip().lower(), modifiers, found["collation"] or "")


def logical_type(native: str) -> t.LogicalType:
    """What the values of a column of this type mean; a type that is in no table is Opaque."""
    parts = parsed(native)
    if parts.base in PLAIN:
        return PLAIN[parts.base]
    if parts.base in TEXTS:
        return _text(parts)
    if parts.base in ("binary", "varbinary"):
        length = 1 if not parts.modifiers else parts.first
        return t.Binary(length, fixed=parts.base == "binary")
    return _modified(parts, native)


def _modified(parts: Native, native: str) -> t.LogicalType:
    match parts.base:
        case "decimal" | "numeric" | "dec":
            precision, scale = (*map(int, parts.modifiers), *(18, 0)[len(parts.modifiers) :])[:2]
            return t.Decimal(precision, scale)
        case "float":
            return t.Float(32 if (parts.first or 53) <= 24 else 64)
        case "time" | "datetime2" | "datetimeoffset":
            return _moment(parts, native)
        case _:
            return t.Opaque(FAMILY, native)


def _moment(parts: Native, native: str) -> t.LogicalType:
    """Of seven digits, which microseconds do not hold, the rows tell whether the last one is used."""
    digits = FINEST if parts.first is None else parts.first
    kept = min(digits, MICROSECONDS)
    kind: t.LogicalType = t.Time(kept) if parts.base == "time" else t.Timestamp(kept, parts.base == "datetimeoffset")
    return t.Dynamic(native, kind) if digits == FINEST else kind


def _text(parts: Native) -> t.Text:
    """Lengths count UTF-16 units; of char and varchar bytes, which are those of UTF-8 under a _UTF8 collation."""
    length = 1 if not parts.modifiers and parts.base not in ("text", "ntext") else parts.first
    fixed = parts.base in ("char", "nchar")
    return t.Text(length, fixed, length if is_utf8(parts) else None, collation(parts.collation))


def is_utf8(parts: Native) -> bool:
    return parts.base in CHARACTERS and "_UTF8" in parts.collation.upper()


def collation(name: str) -> t.Collation | None:
    """How text of this collation compares; None for no name."""
    return t.Collation(FAMILY, name, is_insensitive(name)) if name else None


def is_insensitive(name: str) -> bool:
    """Whether the collation takes letters that differ in case or accent for equal, as its name says."""
    words = set(name.upper().split("_"))
    return bool(words & {"CI", "AI"}) or not words & {"BIN", "BIN2", "CS"}

"""What declared types mean: affinity as SQLite has it, and the logical type a declaration hints at. Values decide.

https://www.sqlite.org/datatype3.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from mappings import types as t

FAMILY = "sqlite"
BUILT_IN_COLLATIONS = ("BINARY", "NOCASE", "RTRIM")
GEOMETRIES = (
    "GEOMETRY", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION",
)  # fmt: skip
"""By their WKB type number, which the declared name carries: the word POINT would make the affinity INTEGER."""
DECLARED = re.compile(r"(?P<words>[^(]*?)\s*(?:\(\s*(?P<first>[+-]?\d+)\s*(?:,\s*(?P<second>[+-]?\d+)\s*)?\))?")
ENUM_NAME = re.compile(r'ENUM_TEXT "(?P<name>(?:[^"]|"")+)"')
COLLATED = re.compile(r"\s+COLLATE\s+(?P<name>\S+)\Z", re.IGNORECASE)


class Affinity(StrEnum):
    INTEGER = "integer"
    TEXT = "text"
    BLOB = "blob"
    REAL = "real"
    NUMERIC = "numeric"


def quoted(name: str) -> str:
    """The identifier in SQL's own quotes."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration taken apart: words in capitals, numbers in the parentheses, the column's collation."""

    words: str
    numbers: tuple[int, ...] = ()
    collation: str = ""


def declared(native: str) -> Declared:
    """Take `VARCHAR(20) COLLATE NOCASE` apart."""
    collated = COLLATED.search(native)
    bare = native[: collated.start()] if collated else native
    match = DECLARED.fullmatch(bare.strip())
    name = collated["name"] if collated else ""
    if match is None:
        return Declared(bare.strip().upper(), (), name)
    numbers = tuple(int(number) for number in match.group("first", "second") if number is not None)
    return Declared(" ".join(match["words"].upper().split()), numbers, name)


def affinity(native: str) -> Affinity:
    """SQLite's own five rules, in their order; they look at the whole declaration."""
    words = COLLATED.sub("", native).upper()
    if "INT" in words:
        return Affinity.INTEGER
    if any(word in words for word in ("CHAR", "CLOB", "TEXT")):
        return Affinity.TEXT
    if "BLOB" in words or not words.strip():
        return Affinity.BLOB
    if any(word in words for word in ("REAL", "FLOA", "DOUB")):
        return Affinity.REAL
    return Affinity.NUMERIC


def hint(native: str) -> t.LogicalType:
    """What a declaration suggests; exact for every name that `spell` gives."""
    parts = declared(native)
    first = parts.numbers[0] if parts.numbers else None
    match parts.words:
        case "BOOLEAN" | "BOOL":
            return t.Boolean()
        case "DATE":
            return t.Date()
        case "TIME" | "TIME WITHOUT TIME ZONE":
            return t.Time(_digits(first))
        case "TIMETZ_TEXT" | "TIMETZ" | "TIME WITH TIME ZONE":
            return t.TimeTz(_digits(first))
        case "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" | "DATETIME2" | "SMALLDATETIME":
            return t.Timestamp(_digits(first))
        case "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" | "DATETIMEOFFSET":
            return t.Timestamp(_digits(first), zoned=True)
        case "DURATION_TEXT":
            return t.Duration(_digits(first))
        case "UUID" | "UUID_TEXT" | "GUID" | "UNIQUEIDENTIFIER":
            return t.Uuid()
        case "JSON" | "JSON_TEXT":
            return t.Json()
        case "JSONB" | "JSONB_TEXT":
            return t.Json(binary=True)
        case "DECIMAL" | "NUMERIC" | "DEC" | "NUMBER" | "DECIMAL_TEXT":
            return _decimal(parts.numbers)
        case "MONEY" | "SMALLMONEY" | "CURRENCY":
            return t.Decimal(19, 4)
        case "FLOAT32":
            return t.Float(32)
        case "YEAR_INTEGER":
            return t.Year()
        case "BITS_TEXT" | "VARBITS_TEXT" as word:
            return t.Bits(first, varying=word == "VARBITS_TEXT")
        case "FIXED_CHAR":
            return t.Text(first, fixed=True, collation=named_collation(parts.collation))
        case "TEXT_OCTETS":
            return t.Text(octets=first, collation=named_collation(parts.collation))
        case words if words == "ENUM_TEXT" or words.startswith('ENUM_TEXT "'):
            return t.Enum((), _enum_name(native), named_collation(parts.collation))
        case "GEOMETRY_BLOB":
            return _geometry(parts.numbers)
        case "FIXED_BLOB":
            return t.Binary(first, fixed=True)
        case "VARBINARY" | "BINARY" | "BINARY VARYING" | "BYTEA" | "IMAGE":
            return t.Binary(first)
        case words if words.startswith("SPAN_TEXT"):
            return t.Interval(_fields(words, first))
        case _:
            return _by_affinity(native, parts)


def _by_affinity(native: str, parts: Declared) -> t.LogicalType:
    first = parts.numbers[0] if parts.numbers else None
    match affinity(native):
        case Affinity.INTEGER:
            return t.Integer(64)
        case Affinity.REAL:
            return t.Float(64)
        case Affinity.BLOB if parts.words:
            return t.Binary(first)
        case Affinity.TEXT:
            return t.Text(first, collation=named_collation(parts.collation))
        case _:
            return t.Text(collation=named_collation(parts.collation))


def _digits(number: int | None) -> int:
    return number if number is not None and 0 <= number <= 6 else 6


def _decimal(numbers: tuple[int, ...]) -> t.Decimal:
    if not numbers or numbers[0] < 1:
        return t.Decimal()
    return t.Decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0)


def _geometry(numbers: tuple[int, ...]) -> t.LogicalType:
    if not numbers or not 0 <= numbers[0] < len(GEOMETRIES):
        return t.Binary()
    return t.Geometry(GEOMETRIES[numbers[0]], numbers[1] if len(numbers) > 1 else None)


def _enum_name(native: str) -> str:
    named = ENUM_NAME.match(native)
    return named["name"].replace('""', '"') if named else ""


def _fields(words: str, digits: int | None) -> str:
    """SPAN_TEXT_DAY_TO_SECOND(3) back to `day to second(3)`."""
    fields = words.removeprefix("SPAN_TEXT").strip("_").replace("_", " ").lower()
    return fields + (f"({digits})" if digits is not None else "")


def named_collation(name: str) -> t.Collation | None:
    if not name or name.upper() == "BINARY":
        return None
    return t.Collation(FAMILY, name.upper(), insensitive=name.upper() == "NOCASE")

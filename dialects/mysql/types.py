"""The native types of MySQL and MariaDB read into logical ones. `native` is always COLUMN_TYPE as the catalogue
prints it, followed for text by its COLLATE and for geometry by its SRID."""

from __future__ import annotations

import re

from mappings import types as t

FAMILY = "mysql"
WORD = re.compile(r"[a-z][a-z0-9]*")
NUMBERS = re.compile(r"\((\d+)(?:,(\d+))?\)")
LABEL = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.DOTALL)
COLLATE = re.compile(r" COLLATE (\w+)$")
SRID = re.compile(r" SRID (\d+)$")
ESCAPES = {"0": "\0", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a", "b": "\b"}

INTEGERS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "integer": 32, "bigint": 64}
TEXTS = {"tinytext": 255, "text": 65_535, "mediumtext": 16_777_215, "longtext": None}
"""Bytes that each holds; longtext holds more than any of our ways carry."""
BLOBS = {"tinyblob": 255, "blob": 65_535, "mediumblob": 16_777_215, "longblob": None}
GEOMETRIES = (
    "geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon",
    "geometrycollection", "geomcollection",
)  # fmt: skip
UNSTORED_DEFAULT = (*TEXTS, *BLOBS, "json", *GEOMETRIES)
"""Types whose default MySQL takes only as an expression in parentheses."""


def base(native: str) -> str:
    """The word that the type begins with."""
    found = WORD.match(native)
    return found[0] if found else native


def digits(native: str, default: int = 0) -> int:
    """The first number in parentheses: fraction digits, bits, length."""
    found = NUMBERS.search(native)
    return int(found[1]) if found else default


def collation_name(native: str) -> str:
    found = COLLATE.search(native)
    return found[1] if found else ""


def bare(native: str) -> str:
    """The type text without COLLATE and SRID."""
    return SRID.sub("", COLLATE.sub("", native))


def logical_type(native: str) -> t.LogicalType:
    """What the values of a column of this type mean; Opaque for a type that is not in our tables."""
    word = base(native)
    if word in INTEGERS:
        return t.Integer(INTEGERS[word], " unsigned" in native)
    if word in TEXTS or word in ("char", "varchar"):
        return _text(word, native)
    if word in ("enum", "set"):
        return _labelled(word, native)
    if word in GEOMETRIES:
        return _geometry(word, native)
    return _other(word, native)


def _other(word: str, native: str) -> t.LogicalType:
    match word:
        case "decimal":
            found = NUMBERS.search(native)
            return t.Decimal(int(found[1]), int(found[2] or 0)) if found else t.Decimal(10, 0)
        case "float" | "double":
            return t.Float(32 if word == "float" else 64)
        case "bit":
            return t.Bits(digits(native, 1))
        case "binary" | "varbinary":
            return t.Binary(digits(native, 1), word == "binary")
        case "tinyblob" | "blob" | "mediumblob" | "longblob":
            return t.Binary(BLOBS[word])
        case "date":
            return t.Date()
        case "time":
            return t.Duration(digits(native))
        case "datetime" | "timestamp":
            return t.Timestamp(digits(native), zoned=word == "timestamp")
        case "year":
            return t.Year()
        case "json":
            return t.Json(binary=True)
        case "uuid":
            return t.Uuid()
        case _:
            return t.Opaque(FAMILY, native)


def collation(native: str) -> t.Collation | None:
    """The collation at the end of a text type, None when it has none."""
    name = collation_name(native)
    return named_collation(name) if name else None


def named_collation(name: str) -> t.Collation:
    """A collation by its name, which tells whether letters are equal that differ in case or accent only."""
    words = name.split("_")
    exact = "bin" in words or ("cs" in words and "ai" not in words)
    return t.Collation(FAMILY, name, not exact)


def _text(word: str, native: str) -> t.Text:
    if word in ("char", "varchar"):
        return t.Text(digits(native, 1), word == "char", None, collation(native))
    octets = TEXTS[word]
    factor = _growth(collation_name(native))
    return t.Text(None, False, octets * factor if octets else None, collation(native))


def _growth(name: str) -> int:
    """How many bytes of UTF-8 one byte of the column's own character set can become."""
    charset = name.split("_")[0]
    if charset in ("", "utf8mb4", "utf8mb3", "utf8", "ascii"):
        return 1
    return 2 if charset in ("ucs2", "utf16", "utf16le", "utf32") else 3


def _labelled(word: str, native: str) -> t.LogicalType:
    found = labels(bare(native))
    return t.Enum(found, "", collation(native)) if word == "enum" else t.SetOf(found, collation(native))


def labels(native: str) -> tuple[str, ...]:
    """The labels of enum('a','it''s') or set(...)."""
    return tuple(unescaped(label.replace("''", "'")) for label in LABEL.findall(native))


def unescaped(text: str) -> str:
    """The text behind a MySQL string's backslash escapes."""
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), text, flags=re.DOTALL)


def literal(text: str) -> str:
    """A string in MySQL's default mode. Sessions may not turn backslash escapes off: MySQL then cannot open a table
    whose defaults, checks or generated columns hold a quote."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _geometry(word: str, native: str) -> t.Geometry:
    found = SRID.search(native)
    subtype = "GEOMETRYCOLLECTION" if word == "geomcollection" else word.upper()
    return t.Geometry(subtype, int(found[1]) if found else None)

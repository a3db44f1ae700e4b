"""Logical types spelled natively, and native types kept within the family. Every text column names its collation."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY, ROWVERSIONS, SPATIAL, TEXTS, is_utf8, logical_type, parsed
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Spelling, Use

EXACT = "Latin1_General_100_BIN2"
"""Compares code by code, so that no two values of another engine become one, but for trailing spaces."""
INTEGERS = {(8, True): "tinyint", (16, False): "smallint", (32, False): "int", (64, False): "bigint"}
MOST_DIGITS = 38
LONGEST_TEXT, LONGEST_BINARY = 4000, 8000
"""UTF-16 units and bytes that a type can name; beyond them there is only MAX."""
KEYED_UNITS, KEYED_OCTETS = 450, 900
"""What the key of a clustered index holds, so that a column can be in a key of either kind."""
KEY_LENGTHS = (32, 64, 128, 255, KEYED_UNITS)
"""Unlimited text in a key takes the least of these that its longest value so far fits into."""
KEY_OCTET_LENGTHS = (64, 255, KEYED_OCTETS)
OF_EMPTY_TABLE = 255
YEAR_CHECK = "{column} = 0 OR {column} BETWEEN 1901 AND 2155"
KEPT_AS_THEY_ARE = ("xml", "hierarchyid")
PLAIN_BYTES = "the server no longer writes it: the values are those of this moment"


def quote(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def literal(text: str) -> str:
    """A string of Unicode characters."""
    return "N'" + text.replace("'", "''") + "'"


def spell(kind: t.LogicalType, use: Use, server: Server) -> Spelling | None:
    """The native type that holds every value of `kind`, None when there is none."""
    match kind:
        case t.Boolean():
            return Spelling("bit", kind)
        case t.Integer(bits=bits, unsigned=unsigned):
            return Spelling(word, kind) if (word := INTEGERS.get((bits, unsigned))) else None
        case t.Decimal():
            return _decimal(kind)
        case t.Float(bits=bits):
            return Spelling("real" if bits == 32 else "float(53)", kind)
        case t.Text():
            return _text(kind, use)
        case t.Binary():
            return _binary(kind, use)
        case t.Date():
            return Spelling("date", kind)
        case t.Time(digits=digits):
            return Spelling(f"time({digits})", kind)
        case t.Timestamp(digits=digits, zoned=zoned):
            return Spelling(f"{'datetimeoffset' if zoned else 'datetime2'}({digits})", kind)
        case t.Uuid():
            return Spelling("uniqueidentifier", kind)
        case t.Json():
            return _json(kind, server)
        case t.Enum(labels=labels):
            return _enum(kind, labels)
        case t.Year():
            return Spelling("smallint", kind, YEAR_CHECK, "S", "year as a number with a check")
        case t.Geometry():
            return Spelling("geometry", kind, "", "S", "every geometry gets the SRID of its column")
        case t.Opaque(family=family, native=native):
            return Spelling(native, kind) if family == FAMILY and _known(native, server) else None
        case t.TimeTz() | t.Duration() | t.Interval() | t.SetOf() | t.Bits() | t.Array() | t.Dynamic():
            return None
        case _:
            assert_never(kind)


def keep(column: Column, server: Server) -> Spelling | None:
    """The column's own native type, where this server has it."""
    word = parsed(column.native).base
    if word in ROWVERSIONS:
        return Spelling("binary(8)", column.type, "", "S", PLAIN_BYTES)
    if isinstance(column.type, t.Dynamic):
        return Spelling(column.native, t.Opaque(FAMILY, column.native))
    if isinstance(logical_type(column.native), t.Opaque) and not _known(column.native, server):
        return None
    return None if word == "json" and not server.has_json else Spelling(column.native, column.type)


def _known(native: str, server: Server) -> bool:
    """Types that we give no meaning to, but that take their own text back: sql_variant would take it for text."""
    word = parsed(native).base
    if isinstance(logical_type(native), t.Dynamic):
        return True
    return word in KEPT_AS_THEY_ARE or (word == "vector" and server.has_vectors)


def _decimal(kind: t.Decimal) -> Spelling | None:
    """PostgreSQL's negative scales and scales wider than the precision are spelled wider."""
    if kind.precision is None:
        return None
    scale = kind.scale or 0
    precision, scale = max(kind.precision, scale) - min(scale, 0), max(scale, 0)
    if precision > MOST_DIGITS:
        return None
    same = (precision, scale) == (kind.precision, kind.scale or 0)
    return Spelling(f"decimal({precision},{scale})", t.Decimal(precision, scale), "", "X" if same else "W")


def _text(kind: t.Text, use: Use) -> Spelling | None:
    if kind.collation is not None and kind.collation.family != FAMILY:
        return None
    name = kind.collation.name if kind.collation else EXACT
    if use.keyed and (kind.length is None or kind.length > KEYED_UNITS):
        return _probed_text(kind, use, name)
    if kind.length is None:
        return Spelling(f"nvarchar(max) COLLATE {name}", replace(kind, fixed=False, octets=None))
    if kind.length > LONGEST_TEXT:
        told = f"{kind.length} characters become MAX with a check of the length"
        check = f"DATALENGTH({{column}}) <= {2 * kind.length}"
        return Spelling(f"nvarchar(max) COLLATE {name}", replace(kind, fixed=False), check, "S", told)
    word = "nchar" if kind.fixed else "nvarchar"
    return Spelling(f"{word}({max(1, kind.length)}) COLLATE {name}", kind)


def _probed_text(kind: t.Text, use: Use, name: str) -> Spelling | None:
    unknown = KEYED_UNITS if use.facts.rows is None else OF_EMPTY_TABLE
    longest = _units(use)
    wanted = unknown if longest is None else longest
    length = next((length for length in KEY_LENGTHS if length >= wanted), None)
    if length is None:
        return None
    seen = "no value so far" if longest is None else f"the longest value so far has at most {longest} UTF-16 units"
    told = f"in a key as nvarchar({length}): {seen}"
    return Spelling(f"nvarchar({length}) COLLATE {name}", t.Text(length, collation=kind.collation), "", "P", told)


def _units(use: Use) -> int | None:
    """The most UTF-16 units of the longest value: characters of two units have four bytes in UTF-8."""
    characters, octets = use.facts.characters, use.facts.octets
    if characters is None or octets is None:
        return characters
    return characters + min(characters, max(0, octets - characters) // 3)


def _binary(kind: t.Binary, use: Use) -> Spelling | None:
    length = kind.length
    if use.keyed and (length is None or length > KEYED_OCTETS):
        return _probed_binary(use)
    if length is None:
        return Spelling("varbinary(max)", kind)
    if length > LONGEST_BINARY:
        told = f"{length} bytes become MAX with a check of the length"
        return Spelling("varbinary(max)", t.Binary(length), f"DATALENGTH({{column}}) <= {length}", "S", told)
    return Spelling(f"{'binary' if kind.fixed else 'varbinary'}({max(1, length)})", kind)


def _probed_binary(use: Use) -> Spelling | None:
    longest = KEYED_OCTETS if use.facts.octets is None else use.facts.octets
    length = next((length for length in KEY_OCTET_LENGTHS if length >= longest), None)
    told = f"in a key as varbinary({length}): the longest value so far has {longest} bytes"
    return None if length is None else Spelling(f"varbinary({length})", t.Binary(length), "", "P", told)


def _json(kind: t.Json, server: Server) -> Spelling:
    """ISJSON takes 1 and "a" for no JSON unless it is asked for any value, so older servers get no check."""
    if kind.binary and server.has_json:
        return Spelling("json", kind)
    native = f"nvarchar(max) COLLATE {EXACT}"
    if not server.checks_json_values:
        return Spelling(native, t.Json(), "", "S", "JSON as text without a check: this server's knows no scalars")
    return Spelling(native, t.Json(), "ISJSON({column}, VALUE) = 1", "S", "JSON as text with a check")


def _enum(kind: t.Enum, labels: tuple[str, ...]) -> Spelling | None:
    """None where trailing spaces tell two labels apart, which no comparison here does."""
    if not labels or len({label.rstrip(" ") for label in labels}) < len(labels):
        return None
    widest = max(len(label.encode("utf-16-le")) // 2 for label in labels)
    if widest > KEYED_UNITS:
        return None
    check = f"{{column}} IN ({', '.join(map(literal, labels))})"
    native = f"nvarchar({max(1, widest)}) COLLATE {EXACT}"
    return Spelling(native, kind, check, "S", "enum as text with a check: sorts by letter")


def is_code_page(native: str) -> bool:
    """Whether a column cannot hold every character: char, varchar and text but under a _UTF8 collation."""
    parts = parsed(native)
    return parts.base in TEXTS and not parts.base.startswith("n") and not is_utf8(parts)


def is_spatial(native: str) -> bool:
    return parsed(native).base in SPATIAL

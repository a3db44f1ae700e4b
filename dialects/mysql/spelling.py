"""Logical types spelled natively, and native types kept within the family. Every text column names its collation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from dialects.mysql.server import Server
from dialects.mysql.types import (
    BLOBS,
    FAMILY,
    GEOMETRIES,
    INTEGERS,
    SRID,
    TEXTS,
    bare,
    base,
    collation,
    literal,
    logical_type,
    named_collation,
)
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Spelling, Use

KEYED_CHARACTERS = 768
"""3072 bytes of an index entry at four bytes a character."""
KEYED_OCTETS = 3072
WIDEST_INLINE = 1000
"""A varchar counts with all its bytes against the 65535 of a row, so wider columns outside keys become text types."""
KEY_LENGTHS = (32, 64, 128, 255, 512, 768)
"""Unlimited text in a key takes the least of these that its longest value so far fits into."""
OF_EMPTY_TABLE = 255
"""Characters of a text in a key where no value is there to be measured: three such make a key."""
KEY_OCTET_LENGTHS = (64, 255, 767, 1536, 3072)
SCALES = {True: 38, False: 30}
"""Digits after the point, on MariaDB and MySQL."""
WIDTH = re.compile(r"\(\d+\)(?! unsigned zerofill| zerofill)")
OF_EACH_VALUE = "SRID {srid} is kept in each value: the column does not refuse others"
ROUNDING = re.compile(r"\(\d+,(\d+)\)")
MARIA_TYPES = ("uuid", "inet4", "inet6")


def spell(kind: t.LogicalType, use: Use, server: Server) -> Spelling | None:
    """The native type that holds every value of `kind`, None when there is none."""
    match kind:
        case t.Boolean():
            return Spelling("tinyint(1)", kind, "{column} IN (0, 1)")
        case t.Integer(bits=bits, unsigned=unsigned):
            word = next(word for word, size in INTEGERS.items() if size == bits)
            return Spelling(word + " unsigned" * unsigned, kind)
        case t.Decimal():
            return _decimal(kind, server)
        case t.Float(bits=bits):
            return Spelling("float" if bits == 32 else "double", kind)
        case t.Text():
            return _text(kind, use, server)
        case t.Binary():
            return _binary(kind, use)
        case t.Date():
            return Spelling("date", kind)
        case t.Time(digits=digits):
            return Spelling(_with_digits("time", digits), kind)
        case t.Timestamp(digits=digits, zoned=zoned):
            return None if zoned else Spelling(_with_digits("datetime", digits), kind)
        case t.Duration(digits=digits):
            return Spelling(_with_digits("time", digits), kind)
        case t.Uuid():
            return None  # MariaDB's uuid refuses values whose variant and version no RFC knows (1292)
        case t.Json():
            return _json(kind, server)
        case t.Enum() | t.SetOf():
            return _labelled(kind, server)
        case t.Bits(length=length, varying=varying):
            return None if varying or length is None or length > 64 else Spelling(f"bit({length})", kind)
        case t.Year():
            return Spelling("year", kind)
        case t.Geometry():
            return _geometry(kind, server)
        case t.Opaque(family=family, native=native):
            return Spelling(native, kind) if family == FAMILY and _known(native, server) else None
        case t.TimeTz() | t.Interval() | t.Array() | t.Dynamic():
            return None
        case _:
            assert_never(kind)


def keep(column: Column, server: Server) -> Spelling | None:
    """The column's own native type, where this server has it; a collation it lacks is replaced by the nearest."""
    word = base(column.native)
    if isinstance(column.type, t.Json):
        return Spelling("json", column.type) if server.maria == (not column.type.binary) else None
    if not _known(word, server) or (isinstance(column.type, t.Decimal) and _decimal(column.type, server) is None):
        return None
    if isinstance(column.type, t.Text | t.Enum | t.SetOf):
        return _kept_text(column, server)
    if word in GEOMETRIES:
        return _kept_geometry(column, server)
    return Spelling(without_width(column.native), column.type)


def unsaid(column: Column) -> tuple[str, ...]:
    """See Dialect.unsaid. Of integers the ladder tells that they have no sign."""
    native, told = column.native, []
    if " unsigned" in native and not isinstance(column.type, t.Integer):
        told.append("UNSIGNED not kept: negative numbers are not refused")
    if " zerofill" in native:
        told.append("ZEROFILL not kept: numbers are shown without zeros in front")
    if isinstance(column.type, t.Float) and (rounding := ROUNDING.search(native)) is not None:
        told.append(f"later numbers are not rounded to {rounding[1]} digits after the point")
    return tuple(told)


def _known(native: str, server: Server) -> bool:
    word = base(native)
    if word in MARIA_TYPES:
        return server.maria and server.version >= ((10, 10, 0) if word == "inet4" else (10, 7, 0))
    if word == "vector":
        return server.has_vectors
    return not isinstance(logical_type(native), t.Opaque)


def without_width(native: str) -> str:
    """MySQL deprecates the display width of integers, but for tinyint(1) and zero-filled ones."""
    word = base(native)
    if word not in INTEGERS or native.startswith("tinyint(1)"):
        return "year" if word == "year" else native
    return WIDTH.sub("", native)


def _kept_text(column: Column, server: Server) -> Spelling:
    name, message = server.collation_for(collation(column.native))
    return _collated(bare(column.native), column.type, name, message)


def _collated(native: str, kind: t.LogicalType, name: str, message: str, check: str = "") -> Spelling:
    """`native COLLATE name`, and `kind` with that collation."""
    stored = kind
    if isinstance(kind, t.Text | t.Enum | t.SetOf):
        stored = replace(kind, collation=named_collation(name))
    return Spelling(f"{native} COLLATE {name}", stored, check, "S" if message else "X", message)


def _kept_geometry(column: Column, server: Server) -> Spelling:
    native, srid = bare(column.native), SRID.search(column.native)
    if not server.maria:
        return Spelling(native + (srid[0] if srid else ""), column.type)
    native = "geometrycollection" if native == "geomcollection" else native
    told = OF_EACH_VALUE.format(srid=srid[1]) if srid else ""
    return Spelling(native, column.type, "", "S" if told else "X", told)


def _decimal(kind: t.Decimal, server: Server) -> Spelling | None:
    """PostgreSQL's negative scales and scales wider than the precision are spelled wider."""
    if kind.precision is None:
        return None
    precision, scale = kind.precision, kind.scale or 0
    precision, scale = max(precision, scale) - min(scale, 0), max(scale, 0)
    if precision > 65 or scale > SCALES[server.maria]:
        return None
    same = (precision, scale) == (kind.precision, kind.scale or 0)
    return Spelling(f"decimal({precision},{scale})", t.Decimal(precision, scale), "", "X" if same else "W")


def _text(kind: t.Text, use: Use, server: Server) -> Spelling | None:
    name, message = server.collation_for(kind.collation)
    if use.keyed and (kind.length is None or kind.length > KEYED_CHARACTERS):
        return _probed_text(kind, use, name)
    if kind.length is None:
        return _collated(_least(TEXTS, kind.octets), kind, name, message)
    if kind.length > WIDEST_INLINE:
        return _checked_text(kind, kind.length, name)
    if kind.fixed and kind.length <= 255:
        return _collated(f"char({kind.length})", kind, name, message)
    return _collated(f"varchar({kind.length})", replace(kind, fixed=False), name, message)


def _probed_text(kind: t.Text, use: Use, name: str) -> Spelling | None:
    unknown = KEYED_CHARACTERS if use.facts.rows is None else OF_EMPTY_TABLE
    longest = unknown if use.facts.characters is None else use.facts.characters
    length = next((length for length in KEY_LENGTHS if length >= longest), None)
    if length is None:
        return None
    told = f"in a key as varchar({length}): " + (
        f"the longest value so far has {longest} characters" if use.facts.characters is not None else "no value so far"
    )
    spelling = _collated(f"varchar({length})", t.Text(length), name, told)
    return replace(spelling, code="P")


def _checked_text(kind: t.Text, length: int, name: str) -> Spelling:
    word = _least(TEXTS, 4 * length)
    message = f"varchar({length}) becomes {word} with a check of its length, to fit the 65535 bytes of a row"
    return _collated(word, replace(kind, fixed=False), name, message, f"char_length({{column}}) <= {length}")


def _least(sizes: Mapping[str, int | None], octets: int | None) -> str:
    """The smallest of the types that holds so many bytes."""
    return next(word for word, most in sizes.items() if most is None or (octets is not None and octets <= most))


def _binary(kind: t.Binary, use: Use) -> Spelling | None:
    length = kind.length
    if use.keyed and (length is None or length > KEYED_OCTETS):
        longest = use.facts.octets if use.facts.octets is not None else KEYED_OCTETS
        keyed = next((size for size in KEY_OCTET_LENGTHS if size >= longest), None)
        told = f"in a key as varbinary({keyed}): the longest value so far has {longest} bytes"
        return None if keyed is None else Spelling(f"varbinary({keyed})", t.Binary(keyed), "", "P", told)
    if length is None:
        return Spelling("longblob", kind)
    if kind.fixed and length <= 255:
        return Spelling(f"binary({length})", kind)
    if length <= WIDEST_INLINE or use.keyed:
        return Spelling(f"varbinary({length})", t.Binary(length))
    return _checked_binary(length)


def _checked_binary(length: int) -> Spelling:
    word = _least(BLOBS, length)
    if BLOBS[word] == length:
        return Spelling(word, t.Binary(length))
    return Spelling(
        word, t.Binary(length), f"length({{column}}) <= {length}", "S", f"{word} with a check of its length"
    )


def _json(kind: t.Json, server: Server) -> Spelling:
    if server.maria and kind.binary:
        return Spelling("json", t.Json(), "", "S", "JSON is kept as text")
    if server.maria or kind.binary:
        return Spelling("json", kind)
    return Spelling(f"longtext COLLATE {server.exact_collation}", kind, "json_valid({column})")


def _labelled(kind: t.Enum | t.SetOf, server: Server) -> Spelling | None:
    """MySQL cuts trailing spaces of labels, and its catalogue cannot show characters beyond the basic plane."""
    labels = kind.labels if isinstance(kind, t.Enum) else kind.members
    most, word = (65_535, "enum") if isinstance(kind, t.Enum) else (64, "set")
    if not 0 < len(labels) <= most or any(_unfit(label, word) for label in labels):
        return None
    name, message = server.collation_for(kind.collation)
    if named_collation(name).insensitive and len({label.lower() for label in labels}) < len(labels):
        name, message = server.exact_collation, "labels that differ in case only: compared exactly"
    return _collated(f"{word}({','.join(map(literal, labels))})", kind, name, message)


def _unfit(label: str, word: str) -> bool:
    return (
        len(label) > 255 or label.endswith(" ") or max(label, default="") > "\uffff" or (word == "set" and "," in label)
    )


def _geometry(kind: t.Geometry, server: Server) -> Spelling | None:
    word = kind.subtype.lower()
    if word not in GEOMETRIES:
        return None
    if kind.srid is None:
        return Spelling(word, kind)
    if server.maria:
        return Spelling(word, kind, "", "S", OF_EACH_VALUE.format(srid=kind.srid))
    return Spelling(f"{word} SRID {kind.srid}", kind)


def _with_digits(word: str, digits: int) -> str:
    return f"{word}({digits})" if digits else word

"""How each column's Arrow array becomes text, and the expression through which the server takes that text: the same
for LOAD DATA and for INSERT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dialects.mysql.server import Server
from dialects.mysql.types import GEOMETRIES, base
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.errors import ValueDoesNotFit
from mappings.schema import Column
from mappings.spelling import uuid_text

HEX_PAIRS = np.array([list(f"{value:02x}".encode()) for value in range(256)], np.uint8)
NUMBERED = "{value}"
"""MariaDB forgets what LOAD DATA gave an AUTO_INCREMENT column when SET follows, and turns 0 into the next number; what
SET itself gives it stays."""
BITS = "CAST(CONV({value}, 2, 10) AS UNSIGNED)"
GEOMETRY_OF_MYSQL = "ST_GeomFromWKB({value}, {srid}, 'axis-order=long-lat')"
GEOMETRY_OF_MARIADB = "ST_GeomFromWKB({value}, {srid})"
OF_UTF8 = " COLLATE utf8mb4_"

Prepare = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class Written:
    """One column of a load: `prepare` yields numbers, dates, text or bytes; `expression` is what the server makes of
    it, with `{value}` for it, empty where it takes it as it is.

    A load with a column of bytes has no character set: there, a column that needs to know that its text is UTF-8 is
    `told` so.
    """

    name: str
    prepare: Prepare
    expression: str = ""
    octets: bool = False
    told: bool = False


def written(column: Column, server: Server) -> Written:
    """How the values of `column` are written into its native type."""
    word = base(column.native)
    if column.identity is not None:
        return Written(column.name, _as_it_is, NUMBERED)
    if isinstance(column.type, t.Geometry) or word in GEOMETRIES:
        template = GEOMETRY_OF_MARIADB if server.maria else GEOMETRY_OF_MYSQL
        srid = column.type.srid or 0 if isinstance(column.type, t.Geometry) else 0
        return Written(column.name, _as_it_is, template.replace("{srid}", str(srid)), octets=True)
    if word == "vector":
        return Written(column.name, vector, octets=True)
    if word == "bit" and isinstance(column.type, t.Bits | t.Text):
        return Written(column.name, _as_it_is, BITS)
    if word == "bit":
        return Written(column.name, _number, "CAST({value} AS UNSIGNED)")
    return _of_type(column)


def _of_type(column: Column) -> Written:
    match column.type:
        case t.Boolean():
            return Written(column.name, _number)
        case t.Float():
            return Written(column.name, _double)
        case t.Binary():
            return Written(column.name, _as_it_is, octets=True)
        case t.Timestamp(zoned=True):
            return Written(column.name, lambda array: array.cast(pa.timestamp("us")))
        case t.Duration():
            return Written(column.name, duration_text)
        case t.Year():
            return Written(column.name, _year)
        case t.Uuid() if base(column.native) == "binary":
            return Written(column.name, lambda array: array.cast(pa.large_binary()), octets=True)
        case t.Uuid():
            return Written(column.name, uuid_text, told=True)
        case t.Enum(labels=labels):
            return Written(column.name, _known_label(labels), told=True)
        case _:
            told = pa.types.is_large_string(arrow_type(column.type)) and OF_UTF8 not in column.native
            return Written(column.name, _as_it_is, told=told)


def _as_it_is(array: pa.Array) -> pa.Array:
    return array


def _number(array: pa.Array) -> pa.Array:
    return array.cast(pa.uint8()) if pa.types.is_boolean(array.type) else array


def _double(array: pa.Array) -> pa.Array:
    """Always the digits of the double: the server reads the shortest digits of a single as a double first."""
    return array.cast(pa.float64())


def _year(array: pa.Array) -> pa.Array:
    """Four digits: the text 0 would mean the year 2000."""
    return pc.utf8_lpad(array.cast(pa.large_utf8()), 4, "0")


def _known_label(labels: tuple[str, ...]) -> Prepare:
    """The server reads a text that is no label, but a number, as a label's position."""
    known = pa.array(labels, pa.large_utf8())

    def prepare(array: pa.Array) -> pa.Array:
        unknown = pc.and_(pc.invert(pc.is_in(array, known)), array.is_valid())
        if pc.any(unknown).as_py():
            row = pc.index(unknown, True).as_py()
            raise ValueDoesNotFit(f"'{array[row]}' is not one of the labels of the column", row=row)
        return array

    return prepare


def hexadecimal(array: pa.Array) -> pa.Array:
    """Bytes as hexadecimal digits."""
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    octets = np.frombuffer(array.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    return _text_array(HEX_PAIRS.take(octets, axis=0).ravel(), 2 * (offsets - offsets[0]), array)


def vector(array: pa.Array) -> pa.Array:
    """`[0.1,2]` as four-byte floats; the servers' own parsers refuse the smallest."""
    lists = pc.split_pattern(pc.utf8_trim(array, "[] "), ",")
    floats = lists.flatten().cast(pa.float32())
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    offsets = np.concatenate([[0], np.cumsum(4 * lengths)]).astype(np.int64)
    octets = np.ascontiguousarray(floats.to_numpy(zero_copy_only=False), "<f4").view(np.uint8)
    return _text_array(octets, offsets, array).view(pa.large_binary())


def duration_text(array: pa.Array) -> pa.Array:
    """Spans as MySQL's TIME: `0012:30:00.000000` or `-012:30:00.000000`, always with seventeen characters."""
    total = pc.fill_null(array.view(pa.int64()), 0).to_numpy(zero_copy_only=False)
    rest = np.abs(total)
    text = np.full((len(total), 17), ord("0"), np.uint8)
    for places in ((16, 15, 14, 13, 12, 11), (9, 8), (6, 5), (3, 2, 1)):
        for number, place in enumerate(places):
            base_of_digit = 6 if len(places) == 2 and number == 1 else 10
            rest, digit = np.divmod(rest, base_of_digit)
            text[:, place] += digit.astype(np.uint8)
    _refuse_longer(rest, array)
    text[:, (4, 7)] = ord(":")
    text[:, 10] = ord(".")
    text[total < 0, 0] = ord("-")
    return _text_array(text.ravel(), np.arange(0, 17 * len(total) + 1, 17, dtype=np.int64), array)


def _refuse_longer(rest: npt.NDArray[np.int64], array: pa.Array) -> None:
    """What is left behind three digits of hours."""
    beyond = np.flatnonzero(rest)
    if len(beyond):
        row = int(beyond[0])
        raise ValueDoesNotFit(f"{array[row].value} microseconds are beyond the 838 hours of TIME", row=row)


def _text_array(octets: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], like: pa.Array) -> pa.Array:
    """A large_utf8 array with the NULLs of `like`."""
    valid = None if like.null_count == 0 else np.packbits(np.asarray(like.is_valid()), bitorder="little")
    bitmap = None if valid is None else pa.py_buffer(valid)
    buffers = [bitmap, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(np.ascontiguousarray(octets))]
    return pa.Array.from_buffers(pa.large_utf8(), len(like), buffers)

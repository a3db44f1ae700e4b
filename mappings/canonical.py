"""Canonical row text, version 2: the one text of a row that every engine and Arrow spell alike.

Columns are joined by `|`; NULL is nothing between bars. Text, which may hold `|` or be empty, is written
`<bytes>:<text>`, and `#<SHA-256>` where it is long; bytes as their SHA-256. So the encoding is unambiguous without
escapes. JSON that engines spell anew is hashed in its normal form, other JSON is text as it is written.

Version 1 hashed all values of text that was not declared short: three hashes for a row of two such columns.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.json_text import normal_json
from mappings.spelling import decimal_text, hex_text, joined, large, spelled, timestamp_text, uuid_digits

VERSION = 2
INLINE_OCTETS = 255
"""Text of more bytes of UTF-8 is hashed first, so that the row stays small."""
NOT_A_NUMBER = 0x7FF8 << 48
"""The bits that stand for every NaN: engines keep different ones."""
SHA256_OCTETS = 32
SLICE_BITS = 56
SLICE_DIGITS = SLICE_BITS // 4
"""Hexadecimal digits of a slice."""

Spell = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True, slots=True)
class Digest:
    """`rows` and the exact sum of one 56-bit slice of SHA-256 per row. Digests add up."""

    rows: int = 0
    total: int = 0

    def __add__(self, other: Digest) -> Digest:
        return Digest(self.rows + other.rows, self.total + other.total)


def speller(kind: t.LogicalType) -> Spell:
    """The function that spells one column of this type canonically, as large_utf8 with NULL kept."""
    match kind:
        case t.Boolean() | t.Integer() | t.Year() | t.Date() | t.Time() | t.Interval():
            return spelled
        case t.Decimal():
            return decimal_text if pa.types.is_decimal(arrow_type(kind)) else _number_text
        case t.Float():
            return _float_bits
        case t.Text(fixed=True):
            return lambda array: _counted(pc.utf8_rtrim(array, " "))
        case t.Json(binary=True):
            return _hashed_json
        case t.Binary() | t.Geometry():
            return _hashed
        case t.Text() | t.Json() | t.Array() | t.Opaque() | t.Enum() | t.SetOf() | t.TimeTz() | t.Bits():
            return _counted
        case t.Timestamp():
            return timestamp_text
        case t.Duration():
            return _microseconds
        case t.Uuid():
            return uuid_digits
        case t.Dynamic():
            raise TypeError("a Dynamic column has no canonical text before a probe has resolved it")
        case _:
            assert_never(kind)


def agreed(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether the engine that holds `source` may spell its values as `target`: the text is then that of the value as a
    copy would send it, or the value does not fit, and the text shows it."""
    match source, target:
        case t.Float(bits=held), t.Float(bits=wanted):
            return held <= wanted
        case t.Text(fixed=padded), t.Text(fixed=True):
            return padded
        case t.Json(binary=parsed), t.Json(binary=wanted):
            return parsed or not wanted
        case (t.Binary(), t.Binary(fixed=True)) | (t.Geometry(), t.Geometry()) | (t.Array(), t.Array()):
            return source == target
        case ((t.Boolean() | t.Integer() | t.Year()), (t.Integer() | t.Boolean() | t.Year() | t.Decimal())):
            return True
        case t.Uuid(), t.Text():
            return True
        case _:
            return type(source) is type(target) and not isinstance(source, t.Dynamic)


def row_texts(batch: pa.RecordBatch, spellers: tuple[Spell, ...]) -> pa.Array:
    """The canonical text of every row, as a large_utf8 array without NULLs."""
    texts = [spell(column) for spell, column in zip(spellers, batch.columns, strict=True)]
    return pc.binary_join_element_wise(*texts, large("|"), null_handling="replace", null_replacement="")


def slices(texts: pa.Array) -> np.ndarray:
    """Of each text the first seven bytes of its SHA-256, read as an unsigned integer."""
    heads = np.frombuffer(_digests(texts), dtype=">u8")[:: SHA256_OCTETS // 8]
    return heads.astype(np.uint64) >> np.uint64(64 - SLICE_BITS)


def slice_sum(texts: pa.Array) -> int:
    """The exact sum over rows of these slices."""
    found = slices(texts)
    return (int((found >> np.uint64(32)).sum()) << 32) + int((found & np.uint64(0xFFFFFFFF)).sum())


def _digests(array: pa.Array) -> bytes:
    """The SHA-256 of each value of a large text or binary array, one behind the other; of anything where it is NULL."""
    _, offsets, values = array.buffers()
    view = memoryview(values if values is not None else b"")
    ends = np.frombuffer(offsets if offsets is not None else b"", dtype=np.int64)
    ends = ends[array.offset : array.offset + len(array) + 1].tolist()
    sha256 = hashlib.sha256
    return b"".join([sha256(view[start:end]).digest() for start, end in zip(ends, ends[1:], strict=False)])


def _hashed(array: pa.Array) -> pa.Array:
    """SHA-256 of the bytes as 64 hexadecimal digits."""
    return hex_text(_digests(array), SHA256_OCTETS, array)


def _hashed_json(array: pa.Array) -> pa.Array:
    """SHA-256 of the normal form, found once for equal texts. A lone surrogate, which JSON can escape but UTF-8
    cannot hold, is no error here."""
    encoded = array.dictionary_encode()
    forms = [normal_json(text).encode(errors="surrogatepass") for text in encoded.dictionary.to_pylist()]
    return _hashed(pa.array(forms, pa.large_binary())).take(encoded.indices)


def _counted(array: pa.Array) -> pa.Array:
    """Each text behind its length in bytes; the hash of a long one."""
    lengths = pc.binary_length(array)
    long = pc.fill_null(pc.greater(lengths, INLINE_OCTETS), False)
    if not pc.any(long).as_py():
        return joined([pc.cast(lengths, pa.large_utf8()), array], ":")
    hashes = joined([large(""), _hashed(array.filter(long))], "#")
    short = pc.if_else(long, large(""), array)
    return pc.replace_with_mask(_counted(short), long, hashes)


def _number_text(array: pa.Array) -> pa.Array:
    """Plain digits without trailing zeros of the fraction, as trim_scale does."""
    texts = spelled(array)
    fractional = pc.fill_null(pc.match_substring(texts, "."), False)
    trimmed = pc.if_else(fractional, pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), "."), texts)
    return pc.if_else(pc.equal(trimmed, large("-0")), large("0"), trimmed)


def _float_bits(array: pa.Array) -> pa.Array:
    """The IEEE bits as a signed integer; -0.0 counts as 0.0."""
    doubles = pc.add(pc.cast(array, pa.float64()), 0.0)
    bits = doubles.view(pa.int64())
    unknown = pc.is_nan(doubles)
    if pc.any(unknown).as_py():
        bits = pc.if_else(unknown, NOT_A_NUMBER, bits)
    return pc.cast(bits, pa.large_utf8())


def _microseconds(array: pa.Array) -> pa.Array:
    return pc.cast(array.view(pa.int64()), pa.large_utf8())

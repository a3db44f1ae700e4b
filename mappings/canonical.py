"""Canonical row text, version 1: the one text of a row that every engine and Arrow spell alike.

Columns are joined by `|`; NULL is nothing between bars. Kinds whose text may hold `|` or be empty are written
`<bytes>:<text>`, long text and bytes as the SHA-256 of their bytes, so the encoding is unambiguous without escapes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import assert_never

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.spelling import decimal_text, joined, large, spelled

VERSION = 1
INLINE_LENGTH = 255
"""Text declared longer than this is hashed first, so that the row stays small."""

Spell = Callable[[pa.Array], pa.Array]


def speller(kind: t.LogicalType) -> Spell:
    """The function that spells one column of this type canonically, as large_utf8 with NULL kept."""
    match kind:
        case t.Boolean() | t.Integer() | t.Year():
            return spelled
        case t.Decimal(precision=None):
            return _number_text
        case t.Decimal():
            return decimal_text
        case t.Float():
            return _float_bits
        case t.Text(length=length) if length is not None and length <= INLINE_LENGTH:
            return _counted_unpadded if kind.fixed else _counted
        case t.Text() | t.Json() | t.Array() | t.Opaque() | t.Interval():
            return _hashed
        case t.Enum() | t.SetOf() | t.TimeTz() | t.Bits():
            return _counted
        case t.Binary() | t.Geometry():
            return _hashed
        case t.Date():
            return spelled
        case t.Time() | t.Timestamp():
            return _six_digits
        case t.Duration():
            return _microseconds
        case t.Uuid():
            return lambda array: pc.replace_substring(spelled(array), "-", "")
        case t.Dynamic():
            raise TypeError("a Dynamic column has no canonical text before a probe has resolved it")
        case _:
            assert_never(kind)


def row_texts(batch: pa.RecordBatch, spellers: tuple[Spell, ...]) -> pa.Array:
    """The canonical text of every row, as a large_utf8 array without NULLs."""
    texts = [spell(column) for spell, column in zip(spellers, batch.columns, strict=True)]
    return pc.binary_join_element_wise(*texts, large("|"), null_handling="replace", null_replacement="")


def _number_text(array: pa.Array) -> pa.Array:
    """Plain digits without trailing zeros of the fraction, as trim_scale does."""
    texts = spelled(array)
    fractional = pc.fill_null(pc.match_substring(texts, "."), False)
    trimmed = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
    return pc.if_else(fractional, trimmed, texts)


def _float_bits(array: pa.Array) -> pa.Array:
    """The IEEE bits as a signed integer; -0.0 counts as 0.0."""
    doubles = pc.add(pc.cast(array, pa.float64()), 0.0)
    return pc.cast(doubles.view(pa.int64()), pa.large_utf8())


def _counted(array: pa.Array) -> pa.Array:
    lengths = pc.cast(pc.binary_length(array), pa.large_utf8())
    return joined([lengths, array], ":")


def _counted_unpadded(array: pa.Array) -> pa.Array:
    return _counted(pc.utf8_rtrim(array, " "))


def _hashed(array: pa.Array) -> pa.Array:
    """SHA-256 of the bytes as 64 hexadecimal digits."""
    view = array.view(pa.large_binary()) if pa.types.is_large_string(array.type) else array
    sha256 = hashlib.sha256
    return pa.array(
        [None if value is None else sha256(value).hexdigest() for value in view.to_pylist()], pa.large_utf8()
    )


def _six_digits(array: pa.Array) -> pa.Array:
    """Times and timestamps with exactly six digits; instants in UTC without a mark."""
    if pa.types.is_timestamp(array.type):
        array = pc.cast(array, pa.timestamp("us"))
    return pc.cast(array, pa.large_utf8())


def _microseconds(array: pa.Array) -> pa.Array:
    return pc.cast(array.view(pa.int64()), pa.large_utf8())


def slice_sum(texts: pa.Array) -> int:
    """The exact sum over rows of the first seven bytes of SHA-256, read as an unsigned integer."""
    data = memoryview(texts.buffers()[2]) if texts.buffers()[2] is not None else memoryview(b"")
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1].tolist()
    sha256 = hashlib.sha256
    heads = b"".join([b"\0" + sha256(data[a:b]).digest()[:7] for a, b in zip(offsets, offsets[1:], strict=False)])
    slices = np.frombuffer(heads, dtype=">u8").astype(np.uint64)
    return int((slices >> np.uint64(32)).sum()) * 2**32 + int((slices & np.uint64(0xFFFFFFFF)).sum())

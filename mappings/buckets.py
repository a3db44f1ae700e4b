"""How rows are put into numbered buckets, alike on every engine and here.

A bucket is named by one whole number, NULL where the integer key that decides is NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.canonical import SLICE_DIGITS, row_texts, slices, speller
from mappings.schema import Column

WRAP = 1 << 64


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges of equal `width` of an integer column, the first from `least` on. Lesser keys belong to the first, and
    keys greater than all to the last of `count`."""

    column: Column
    least: int
    width: int
    count: int


@dataclass(frozen=True, slots=True)
class Keys:
    """Each value of an integer column is a bucket of its own, and its own number."""

    column: Column


@dataclass(frozen=True, slots=True)
class Hashes:
    """The number that the first hexadecimal `digits` of the SHA-256 of these columns' canonical text are."""

    columns: tuple[Column, ...]
    digits: int = SLICE_DIGITS


Bucketing = Ranges | Keys | Hashes


def numbers(batch: pa.RecordBatch, by: Bucketing) -> pa.Array:
    """The number of each row's bucket as int64; an unsigned key beyond it wraps around. `batch` has the columns by
    name, in the types that `by` gives them."""
    match by:
        case Hashes(columns=columns, digits=digits):
            texts = row_texts(
                batch.select([column.name for column in columns]), tuple(speller(column.type) for column in columns)
            )
            return pa.array((slices(texts) >> np.uint64(4 * (SLICE_DIGITS - digits))).view(np.int64))
        case Keys(column=column):
            return _wrapped(batch.column(column.name))
        case Ranges(column=column):
            return _in_ranges(batch.column(column.name), by)


def _wrapped(keys: pa.Array) -> pa.Array:
    return keys.view(pa.int64()) if keys.type == pa.uint64() else pc.cast(keys, pa.int64())


def _in_ranges(keys: pa.Array, by: Ranges) -> pa.Array:
    """Exact at the ends of 64 bits: what no key is less than is taken away modulo 2**64."""
    wide = keys if keys.type == pa.uint64() else pc.cast(keys, pa.int64())
    raised = pc.max_element_wise(pc.fill_null(wide, by.least), pa.scalar(by.least, wide.type))
    offsets = raised.to_numpy(zero_copy_only=False).view(np.uint64) - np.uint64(by.least % WRAP)
    found = np.minimum(offsets // np.uint64(by.width), np.uint64(by.count - 1)).astype(np.int64)
    return pa.array(found, mask=keys.is_null().to_numpy(zero_copy_only=False))


def bucket_of(by: Ranges | Hashes, number: int) -> int:
    """The bucket in which rows are that have this number by `Keys`, not wrapped, or by all digits of their hash."""
    if isinstance(by, Hashes):
        return number >> 4 * (SLICE_DIGITS - by.digits)
    return min(max(number - by.least, 0) // by.width, by.count - 1)


def key_of(by: Keys | Hashes, number: int | None) -> int | None:
    """The key itself where a number of `Keys` has wrapped around."""
    unsigned = isinstance(by, Keys) and isinstance(by.column.type, t.Integer) and by.column.type.unsigned
    return number % WRAP if number is not None and unsigned else number


def wrapped(key: int) -> int:
    """The number of `Keys` that stands for the key."""
    return (key + WRAP // 2) % WRAP - WRAP // 2


def runs(by: Ranges | Keys, chosen: Iterable[int]) -> Iterator[tuple[int | None, int | None]]:
    """The keys of these buckets as few ranges `lower <= key < upper`, None for open: those of neighbours are one.
    `Keys` are given as they are, not wrapped."""
    ordered = sorted(set(chosen))
    if not ordered:
        return
    breaks = [place for place, (one, other) in enumerate(pairwise(ordered), 1) if other != one + 1]
    for start, end in pairwise([0, *breaks, len(ordered)]):
        yield _ends(by, ordered[start], ordered[end - 1])


def _ends(by: Ranges | Keys, first: int, last: int) -> tuple[int | None, int | None]:
    if isinstance(by, Keys):
        return first, last + 1
    lower = None if first == 0 else by.least + first * by.width
    return lower, None if last == by.count - 1 else by.least + (last + 1) * by.width

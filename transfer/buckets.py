"""Into how many buckets a table goes for a scan, and what a scan finds in them: rows and sums, by bucket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from mappings import types as t
from mappings.buckets import WRAP, Bucketing, Hashes, Keys, Ranges
from mappings.schema import Column, Table

BUCKET_ROWS = 2_000
"""The aim: few enough to be fetched for one wrong row among them, many enough that buckets are few."""
SIZES = {2: 256, 3: 4096, 4: 65_536}
"""Buckets by the hexadecimal digits that number them."""
LEAST_DIGITS, MOST_DIGITS = min(SIZES), max(SIZES)
FEWEST, MOST = SIZES[LEAST_DIGITS], SIZES[MOST_DIGITS]
ROW_OCTETS = 100
"""Bytes assumed for a row of a table whose rows no engine estimates: more buckets than needed cost little."""


@dataclass(frozen=True)
class Buckets:
    """`rows` and `sums` (of slices, modulo 2**64) by bucket; the last place is for rows whose key is NULL."""

    rows: np.ndarray
    sums: np.ndarray

    @classmethod
    def empty(cls, by: Ranges | Hashes) -> Buckets:
        size = size_of(by) + 1
        return cls(np.zeros(size, np.int64), np.zeros(size, np.uint64))

    @property
    def total(self) -> int:
        """All rows."""
        return int(self.rows.sum())

    def put(self, found: Iterable[tuple[int | None, int, int]]) -> None:
        """Add what an engine counted: number, rows, sum."""
        last = len(self.rows) - 1
        for number, rows, total in found:
            place = last if number is None else min(number, last - 1)
            self.rows[place] += rows
            self.sums[place] += np.uint64(total % WRAP)

    def add(self, numbers: pa.Array, slices: np.ndarray) -> None:
        """Add rows that were read: the number of each one's bucket, and its slice."""
        places = numbers.fill_null(len(self.rows) - 1).to_numpy()
        order = np.argsort(places, kind="stable")
        chosen, starts = np.unique(places[order], return_index=True)
        self.rows[chosen] += np.diff(np.append(starts, len(places)))
        self.sums[chosen] += np.add.reduceat(slices[order], starts) if len(starts) else 0

    def differing(self, other: Buckets) -> list[int | None]:
        """The numbers of the buckets that are not alike, None for that of NULL."""
        places = np.flatnonzero((self.rows != other.rows) | (self.sums != other.sums))
        return [None if place == len(self.rows) - 1 else int(place) for place in places]

    def fuller(self, other: Buckets, number: int | None) -> int:
        """The rows of a bucket on the side that has more of them."""
        place = len(self.rows) - 1 if number is None else number
        return int(max(self.rows[place], other.rows[place]))


def size_of(by: Ranges | Hashes) -> int:
    return by.count if isinstance(by, Ranges) else SIZES[by.digits]


def finest(by: Bucketing) -> Keys | Hashes:
    """The numbers that tell single keys apart, of the same columns."""
    return Hashes(by.columns) if isinstance(by, Hashes) else Keys(by.column)


def ranges(column: Column, ends: tuple[int, int]) -> Ranges:
    """Ranges of equal width from the least to the greatest key, of BUCKET_ROWS keys each where that does not make too
    many: a key far from all others then costs nothing, for buckets without rows are told by nobody."""
    least, greatest = ends
    span = greatest - least + 1
    width = max(1, -(-span // _wanted(span)))
    return Ranges(column, least, width, -(-span // width))


def hashes(columns: tuple[Column, ...], rows: int) -> Hashes:
    """As few leading digits as make enough buckets."""
    wanted = _wanted(rows)
    digits = next(digits for digits, size in SIZES.items() if size >= wanted)
    return Hashes(columns, digits)


def _wanted(rows: int) -> int:
    return min(MOST, max(FEWEST, -(-rows // BUCKET_ROWS)))


def estimated_rows(source: Table, target: Table) -> int:
    """How many rows the greater side may have, by the engines' own estimates."""
    return max(_estimate(source), _estimate(target))


def _estimate(table: Table) -> int:
    return table.rows if table.rows is not None else (table.octets or 0) // ROW_OCTETS


def is_integer(column: Column) -> bool:
    return isinstance(column.type, t.Integer)

"""Counts and sums rows: the same (count, sum) of the same rows, whatever order they come in and from which engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from mappings.canonical import row_texts, slice_sum, speller
from mappings.schema import Column


@dataclass(frozen=True, slots=True)
class Digest:
    """`rows` and the exact sum of one 56-bit slice of SHA-256 per row. Digests add up."""

    rows: int = 0
    total: int = 0

    def __add__(self, other: Digest) -> Digest:
        return Digest(self.rows + other.rows, self.total + other.total)


class Digester:
    """Digests batches whose columns have the logical types of `columns`."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._spellers = tuple(speller(column.type) for column in columns)

    def __call__(self, batch: pa.RecordBatch) -> Digest:
        return Digest(batch.num_rows, slice_sum(row_texts(batch, self._spellers)) if batch.num_rows else 0)

    def all(self, batches: Iterator[pa.RecordBatch]) -> Digest:
        """The digest of a stream."""
        return sum((self(batch) for batch in batches), Digest())

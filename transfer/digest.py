"""Counts and sums rows: the same (count, sum) of the same rows, whatever order they come in and from which engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa

from mappings.canonical import Digest, row_texts, slice_sum, slices, speller
from mappings.schema import Column

__all__ = ["Digest", "Digester"]


class Digester:
    """Digests batches whose columns have the logical types of `columns`."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self._spellers = tuple(speller(column.type) for column in columns)

    def __call__(self, batch: pa.RecordBatch) -> Digest:
        return Digest(batch.num_rows, slice_sum(row_texts(batch, self._spellers)) if batch.num_rows else 0)

    def slices(self, batch: pa.RecordBatch) -> np.ndarray:
        """The slice of each row, as an unsigned integer."""
        return slices(row_texts(batch, self._spellers))

    def all(self, batches: Iterator[pa.RecordBatch]) -> Digest:
        """The digest of a stream."""
        return sum((self(batch) for batch in batches), Digest())

"""What is still to be cut of a table, and how many of its rows make a chunk."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import cast

import pyarrow as pa

from dialects.base import Cut, KeyRange, Session
from mappings.errors import TransferError
from mappings.schema import Table
from transfer.plan import TablePlan

DEFAULT_ROW_OCTETS = 300
"""Bytes assumed for a row where there is neither a sample nor an engine's estimate."""
LEAST_ROWS, MOST_ROWS = 1_000, 1_000_000
LEAST_OCTETS = 1 << 20
"""A chunk of fewer rows than LEAST_ROWS has at least so many bytes: below, a transaction costs more than its rows."""
SAMPLED_ROWS = 64
"""Read where a chunk begins, to see how wide rows are there: engines estimate all rows, compressed, or do not."""
SAMPLED_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of a table that is not done: from `lower` to `upper`, None being open, for the chunks that are numbered
    from `first` to `last`; None where any number of them may come."""

    lower: Cut | None = None
    upper: Cut | None = None
    first: int = 1
    last: int | None = None


def gaps(done: Iterable[tuple[int, Cut | None, Cut | None]]) -> list[Gap]:
    """What lies between and behind the done chunks (number, lower, upper), which come by their numbers. TransferError
    where they cannot all be of one run over one table: they overlap, or have no number left for what lies between."""
    found, at, first = [], Gap(), 1
    ended = False
    for number, lower, upper in done:
        if ended or (lower is None and first > 1 and at.lower is not None):
            raise TransferError(f"the chunks that are done overlap at chunk {number}", hint="copy the table anew")
        if lower != at.lower:
            if number == first:
                raise TransferError(f"nothing says what lies before chunk {number}", hint="copy the table anew")
            found.append(Gap(at.lower, lower, first, number - 1))
        at, first, ended = Gap(lower=upper), number + 1, upper is None
    return found if ended else [*found, Gap(at.lower, None, first)]


def sampled_octets(session: Session, table: TablePlan, where: KeyRange, enough: int) -> float | None:
    """The mean width, in Arrow's memory, of the first rows of `where`: of all that are sampled, or of so many as have
    `enough` bytes. None where there are hardly more rows than a sample has."""
    end = session.boundary(table.source, where, SAMPLED_ROWS)
    if end is None:
        return None
    sample = KeyRange(where.columns, where.lower, end, where.address)
    rows = octets = 0
    reading = session.read(table.source, table.read_columns, sample, SAMPLED_AT_ONCE)
    with closing(cast("Generator[pa.RecordBatch]", reading)) as batches:
        for batch in batches:
            rows, octets = rows + batch.num_rows, octets + batch.nbytes
            if octets >= enough:
                break
    return octets / rows if rows else None


def estimated_octets(table: Table) -> float:
    """The width of a row by the engine's own estimates."""
    return table.octets / table.rows if table.rows and table.octets else DEFAULT_ROW_OCTETS


def rows_of(octets: float, chunk_bytes: int) -> int:
    """How many rows of this width make about `chunk_bytes`."""
    width = max(octets, 1.0)
    least = min(LEAST_ROWS, int(LEAST_OCTETS / width))
    return min(MOST_ROWS, max(1, least, int(chunk_bytes / width)))

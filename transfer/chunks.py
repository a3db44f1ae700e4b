"""Where to cut: a chunk is one range of the source's own key, and one transaction on the target."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from dialects.base import KeyRange, Session
from mappings.schema import Table
from transfer.plan import TablePlan

DEFAULT_ROW_OCTETS = 300
"""Bytes assumed for a row where the engine has no estimate."""
LEAST_ROWS, MOST_ROWS = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Chunk `number` (from 1) of a table; `where` is None for the whole table."""

    table: TablePlan
    number: int
    where: KeyRange | None

    @property
    def target_where(self) -> KeyRange | None:
        """The same range by the target's name of the key. Integer keys name the same rows on both sides."""
        if self.where is None:
            return None
        column = next(column for column in self.table.columns if column.read.name == self.where.column)
        return KeyRange(column.write.name, self.where.lower, self.where.upper)

    def __str__(self) -> str:
        return f"{self.table.source.name}, chunk {self.number}"


def rows_per_chunk(table: Table, chunk_bytes: int) -> int:
    """How many rows make about `chunk_bytes`, by the engine's estimate."""
    octets = DEFAULT_ROW_OCTETS
    if table.rows and table.octets:
        octets = max(1, table.octets // table.rows)
    return min(MOST_ROWS, max(LEAST_ROWS, chunk_bytes // octets))


class ChunkQueue:
    """Hands out chunks, cutting as it goes: each cut walks the key's index from the last one, so all cuts of a
    table cost one index scan, made while other workers copy. Thread-safe."""

    def __init__(self, tables: Iterable[TablePlan], chunk_bytes: int) -> None:
        self._tables = list(tables)
        self._chunk_bytes = chunk_bytes
        self._number = 0
        self._lower: int | None = None
        self._lock = threading.Lock()

    def take(self, session: Session) -> Chunk | None:
        """The next chunk, cut through `session`, which must see the run's instant; None when all are taken."""
        with self._lock:
            if not self._tables:
                return None
            table = self._tables[0]
            upper = self._upper(session, table)
            self._number += 1
            chunk = Chunk(table, self._number, self._range(table, upper))
            if upper is None:
                self._tables.pop(0)
                self._number = 0
            self._lower = upper
            return chunk

    def _upper(self, session: Session, table: TablePlan) -> int | None:
        if not table.chunk_key:
            return None
        rows = rows_per_chunk(table.source, self._chunk_bytes)
        return session.boundary(table.source.name, table.chunk_key, self._lower, rows)

    def _range(self, table: TablePlan, upper: int | None) -> KeyRange | None:
        if self._lower is None and upper is None:
            return None
        return KeyRange(table.chunk_key, self._lower, upper)


def largest_first(tables: Iterable[TablePlan]) -> list[TablePlan]:
    """By the engine's size estimate, so that a long table does not start last."""
    return sorted(tables, key=lambda table: table.source.octets or 0, reverse=True)

"""Finds rows that the target's unique keys would take for equal though the source's do not: keys are compared as the
target compares them, before the first row is copied."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from dialects.base import Session
from mappings import types as t
from mappings.conform import shown
from mappings.schema import Column, Table
from mappings.spelling import spelled
from mappings.type_mapper import Note
from transfer.plan import ColumnPlan

BATCH_ROWS = 5_000
EXAMPLES = 10
"""Groups of equal rows that a message shows."""
DIGEST = np.dtype("V16")
"""Half a SHA-256: what is kept of each row in memory."""


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """A unique key of the target over these pairs, in its order."""

    name: str
    pairs: tuple[ColumnPlan, ...]


def collisions(
    source: Session, target: Session, table: Table, held: Table, pairs: tuple[ColumnPlan, ...]
) -> tuple[Note, ...]:
    """A block for each unique key of the target's table `held` in which rows of the source would be one."""
    blocks = []
    for key in unique_keys(held, pairs):
        weigher = Weigher(source, target, table, key)
        if weigher.asked and (groups := weigher.groups()):
            blocks.append(_block(table, key, groups))
    return tuple(blocks)


def unique_keys(table: Table, pairs: Iterable[ColumnPlan]) -> Iterator[UniqueKey]:
    """The keys of the target's `table` that hold whole columns of all rows."""
    by_name = {pair.write.name: pair for pair in pairs}
    for name, columns in _keys(table):
        if all(column in by_name for column in columns):
            yield UniqueKey(name, tuple(by_name[column] for column in columns))


def _keys(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    if table.primary_key is not None:
        yield table.primary_key.name or "primary key", table.primary_key.columns
    for unique in table.uniques:
        yield unique.name, unique.columns
    for index in table.indexes:
        if index.unique and index.where is None and all(part.column and not part.prefix for part in index.parts):
            yield index.name, tuple(part.column for part in index.parts)


class Weigher:
    """Reads the columns of one key from the source and compares its rows by the target's weights."""

    def __init__(self, source: Session, target: Session, table: Table, key: UniqueKey) -> None:
        self._source, self._target, self._table, self._key = source, target, table, key
        self._limits = target.dialect.limits
        primary = table.primary_key.columns if table.primary_key else ()
        reads = {pair.read.name: pair.read for pair in key.pairs}
        keyed = {name: reads.get(name, table.column(name)) for name in primary}
        self._named = tuple(name for name, column in keyed.items() if not isinstance(column.type, t.Dynamic))
        self._columns = tuple(({name: keyed[name] for name in self._named} | reads).values())

    @property
    def asked(self) -> bool:
        """Whether the target may take rows for equal that the source tells apart."""
        names = {pair.read.name for pair in self._key.pairs}
        unique_there = any(set(columns) <= names for _, columns in _keys(self._table))
        return not unique_there or any(self._coarser(pair) for pair in self._key.pairs)

    def _coarser(self, pair: ColumnPlan) -> bool:
        if not isinstance(pair.write.type, t.Text) or _same_collation(pair):
            return False
        return self._target.weights(pair.write, pa.array([], pa.large_utf8())) is not None

    def groups(self) -> list[str]:
        """Texts of the first groups of rows that would be one: `'Köln' (key 7) = 'Koln' (key 12)`."""
        hashes = np.concatenate([found for found, _ in self._hashed()] or [np.empty(0, DIGEST)])
        distinct, counts = np.unique(hashes, return_counts=True)
        shared = {row.tobytes() for row in distinct[counts > 1]}
        return self._told(shared) if shared else []

    def _told(self, shared: set[bytes]) -> list[str]:
        """A second reading, for the values behind the hashes."""
        groups: dict[bytes, list[str]] = {}
        for found, batch in self._hashed():
            for row, each in enumerate(found):
                name = each.tobytes()
                if name in shared and (name in groups or len(groups) < EXAMPLES):
                    groups.setdefault(name, []).append(self._row(batch, row))
        return [" = ".join(rows[:3]) + (" = ..." if len(rows) > 3 else "") for rows in groups.values()]

    def _hashed(self) -> Iterator[tuple[np.ndarray, pa.RecordBatch]]:
        """The hash of each row whose key has no NULL, with the rows."""
        for batch in self._source.read(self._table, self._columns, None, BATCH_ROWS):
            for pair in self._key.pairs:
                batch = batch.filter(batch.column(pair.read.name).is_valid())
            weights = [self._weights(pair, batch).to_pylist() for pair in self._key.pairs]
            yield np.array([_digest(row) for row in zip(*weights, strict=True)], DIGEST), batch

    def _weights(self, pair: ColumnPlan, batch: pa.RecordBatch) -> pa.Array:
        values = batch.column(pair.read.name)
        if not isinstance(pair.write.type, t.Text):
            return spelled(values)
        cast = replace(pair.cast(str(self._table.name), self._limits), rule=pair.rule or "null")
        texts = cast(values).array
        weights = self._target.weights(pair.write, texts)
        return texts if weights is None else weights

    def _row(self, batch: pa.RecordBatch, row: int) -> str:
        values = ", ".join(shown(batch.column(pair.read.name), row) for pair in self._key.pairs)
        key = ", ".join(str(spelled(batch.column(name).slice(row, 1))[0]) for name in self._named)
        return f"{values} (key {key})" if key else values


def _digest(values: tuple[object, ...]) -> np.void:
    return np.void(hashlib.sha256(repr(values).encode()).digest()[:16])


def _same_collation(pair: ColumnPlan) -> bool:
    own: Column = pair.read
    return (
        isinstance(own.type, t.Text)
        and isinstance(pair.write.type, t.Text)
        and (own.type.collation is not None and own.type.collation == pair.write.type.collation)
    )


def _block(table: Table, key: UniqueKey, groups: list[str]) -> Note:
    columns = ",".join(pair.read.name for pair in key.pairs)
    more = " and more" if len(groups) == EXAMPLES else ""
    told = "; ".join(groups)
    message = f"rows that the target's unique key {key.name} takes for equal: {told}{more}"
    return Note("F", f"{table.name}.{columns}", message, f"--exclude '{table.name}'")

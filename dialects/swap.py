"""A table that takes the place of another: the values that say what is swapped and what hangs on it, and what an engine
promises about it. The statements themselves are each engine's `swap`; who runs them, and when, is decided above."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from mappings.schema import Column, ForeignKey, Table, TableName

Query = Callable[[str], list[tuple[object, ...]]]
WAIT = 0.5
"""Seconds to wait for one lock. Less than the second after which PostgreSQL looks for a deadlock and may end the other
session; whoever asks queues behind us for as long, so it is better to try again than to wait."""


@dataclass(frozen=True, slots=True)
class Swap:
    """`table` is the planned table under its final names. It is loaded as `shadow`, then takes the name `live`; the
    table that has it now is called `old` from then on. All three live in one schema."""

    live: TableName
    shadow: TableName
    old: TableName
    table: Table


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something that hangs on a live table, with the statements that take it off and put it on whatever table has the
    live name then, from the server's own text."""

    table: TableName
    kind: str
    name: str
    remove: tuple[str, ...] = ()
    make: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InboundKey:
    """A foreign key that a table which is not swapped has to a live table. `confirm` checks the rows that are there,
    after the swap; empty where `make` does so, or where the engine cannot: then ask `Dialect.orphans` beforehand."""

    child: TableName
    key: ForeignKey
    remove: tuple[str, ...]
    make: tuple[str, ...]
    confirm: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A name that an object of a live table holds in its schema: `kind` is index, sequence, foreign key or check;
    `column` is the one that a sequence numbers, `definition` what makes the object once more, where that is needed."""

    table: TableName
    kind: str
    name: str
    column: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What hangs on a live table and cannot be put on the new one, and why. `object` says what, for people."""

    table: TableName
    object: str
    reason: str


@dataclass(frozen=True, slots=True)
class Attachments:
    """Everything that hangs on the live tables."""

    moved: tuple[Attachment, ...] = ()
    """Taken off before, put on afterwards, on the way there and back, in the order in which they are put on."""
    copied: tuple[Attachment, ...] = ()
    """Put on the new table; the old one keeps its own."""
    parked: tuple[Attachment, ...] = ()
    """Taken off the old table, and put on again only when it comes back."""
    inbound: tuple[InboundKey, ...] = ()
    """From tables that are not swapped: moved only with the user's consent, so the plan blocks without it."""
    held: tuple[Held, ...] = ()
    """Names that must be free before the new tables' own objects can have them."""
    obstacles: tuple[Obstacle, ...] = ()
    """The plan must block."""
    left: tuple[Obstacle, ...] = ()
    """Stays with the old table and goes with it: to be listed."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement. It belongs to one transaction with its neighbours that say so too, or, `alone`, it commits by
    itself or changes the session only. One that is `joined` follows the one before at once, on the same session: tables
    are locked, or the session is set up, for just these. After an error in a step the session must be closed: that
    gives back its locks and settings."""

    statement: str
    alone: bool = False
    joined: bool = False


def batches(steps: tuple[Step, ...]) -> Iterator[tuple[bool, tuple[str, ...]]]:
    """The statements as they are run: one that is alone with those joined to it, said by True, or all that share a
    transaction."""
    batch: list[Step] = []
    for step in steps:
        if batch and not step.joined and (step.alone or batch[0].alone):
            yield batch[0].alone, tuple(each.statement for each in batch)
            batch = []
        batch.append(step)
    if batch:
        yield batch[0].alone, tuple(each.statement for each in batch)


def swap_of(table: Table, run: str) -> Swap:
    """The planned table with the names that its shadow and the old table have in this run."""
    mark = sha256(f"{run}/{table.name}".encode()).hexdigest()[:12]
    shadow, old = (TableName(table.name.schema, f"_dbtransfer_{which}_{mark}") for which in ("new", "old"))
    return Swap(table.name, shadow, old, table)


def as_shadow(swap: Swap, swaps: tuple[Swap, ...]) -> Table:
    """The planned table under the shadow's name, its foreign keys between the shadows."""
    shadows = {each.live: each.shadow for each in swaps}
    keys = tuple(replace(key, target=shadows.get(key.target, key.target)) for key in swap.table.foreign_keys)
    return replace(swap.table, name=swap.shadow, foreign_keys=keys)


def children_first(swaps: tuple[Swap, ...]) -> tuple[Swap, ...]:
    """In an order in which tables can be dropped; tables of a cycle come as they stand."""
    waiting = {swap.live: swap for swap in swaps}
    order: list[Swap] = []
    while waiting:
        wanted = {key.target for swap in waiting.values() for key in swap.table.foreign_keys if key.target != swap.live}
        free = [name for name in waiting if name not in wanted] or list(waiting)
        order += [waiting.pop(name) for name in free]
    return tuple(order)


def swaps_by_name(swaps: tuple[Swap, ...]) -> Mapping[TableName, Swap]:
    return {swap.live: swap for swap in swaps}


def missing_columns(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the live table's columns that the planned table does not have."""
    there = {column.name for column in table.columns}
    return tuple(name for name in names if name not in there)


def is_key(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether a foreign key may point to these columns of the planned table."""
    keys = [set(unique.columns) for unique in table.uniques]
    keys += [{part.column for part in index.parts} for index in table.indexes if index.unique and index.where is None]
    keys += [set(table.primary_key.columns)] if table.primary_key else []
    return set(columns) in keys


def numbered(table: Table) -> tuple[Column, ...]:
    """The columns that number themselves."""
    return tuple(column for column in table.columns if column.identity is not None)


class Swapper(ABC):
    """What one engine says to swap tables. All is text but `attachments`, which reads the catalogue."""

    @abstractmethod
    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """The table to create and load as the shadow: constraints, indexes and foreign keys under names that are free
        while the live tables have theirs, or left out where `swap` makes them."""

    @abstractmethod
    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        """What hangs on the live tables, read through `query`. All of them must be there."""

    @abstractmethod
    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        """The steps after which the loaded shadows have the live names with all that hung on the live tables, the
        names of their constraints and indexes too. Contention when a lock is not had within `wait` seconds: then
        nothing has changed."""

    @abstractmethod
    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        """The steps that undo `swap`, with the attachments as read before it. The new tables go: rows written to them
        since the swap are lost."""

    @abstractmethod
    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        """The steps that drop the old tables of these swaps, and nothing that hangs on them from outside: if there is
        such, they fail."""

"""Keys and indexes whose entries would be longer than the target takes: left out, or a block, before the first row.

Where the columns' own types cannot tell, the source is asked for its longest values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from dialects.base import Session
from mappings import types as t
from mappings.renaming import mentions
from mappings.schema import ForeignKey, Index, IndexPart, NotCarried, Table, Unique
from mappings.type_mapper import Note, Risk
from transfer.plan import ColumnPlan

ENTRY = 16
"""Bytes of an entry beside its values: its header, and which values are NULL."""
VALUE = 8
"""Bytes of a value beside its own: their number, and padding."""
WIDEST_FIXED = 64
"""Bytes of the longest value of the types that have no length to speak of: intervals, dates, numbers of few digits."""
ORDERED = ("", "btree")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a key or index of the target holds of each row, by the target's names."""

    what: str
    name: str
    columns: tuple[str, ...]
    item: Unique | Index | None = None
    """None for what the table cannot be without: the primary key, and what foreign keys point to."""

    @property
    def told(self) -> str:
        return f"{self.what} {self.name}".rstrip()


@dataclass
class Shortened:
    """The target's table without the indexes that its rows would not fit into, and what the reader must know."""

    target: Table
    not_carried: list[NotCarried] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    blocks: list[Note] = field(default_factory=list)


class EntryMeasure:
    """Holds the keys and indexes of one target table against `longest` bytes. `pointing` are all foreign keys that may
    point to it, `there` whether the target has it already, so that nothing of it can be left out."""

    def __init__(
        self,
        source: Session,
        table: Table,
        target: Table,
        pairs: Iterable[ColumnPlan],
        longest: int,
        *,
        pointing: Iterable[ForeignKey],
        there: bool,
    ) -> None:
        self._source, self._table, self._target, self._longest = source, table, target, longest
        self._by_name = {pair.write.name: pair for pair in pairs}
        self._pointed = {frozenset(key.target_columns) for key in pointing if key.target == table.name}
        self._there = there

    def shortened(self, *, probe: bool) -> Shortened:
        """The table as its rows fit into it; without `probe` only what was not asked is said."""
        doubtful = [entry for entry in self._entries() if self._most(entry.columns, {}) > self._longest]
        found = Shortened(self._target)
        if not probe:
            found.notes += [Note("P", self._place(entry), self._unproven(entry)) for entry in doubtful]
            return found
        lengths = self._lengths(doubtful)
        for entry in doubtful:
            octets = self._most(entry.columns, lengths)
            if octets > self._longest:
                self._settle(found, entry, octets)
        return found

    def _settle(self, found: Shortened, entry: Entry, octets: float) -> None:
        reason = (
            f"its longest values come to {octets:,} bytes, and an entry has at most {self._longest:,} on the target"
        )
        if self._there or entry.item is None:
            message = f"{entry.told}: {reason}"
            found.blocks.append(Note("F", self._place(entry), message, f"--exclude '{self._table.name}'"))
            return
        found.not_carried.append(NotCarried(entry.what, f"{self._table.name}.{entry.name}", reason))
        target = found.target
        found.target = replace(
            target,
            uniques=tuple(each for each in target.uniques if each is not entry.item),
            indexes=tuple(each for each in target.indexes if each is not entry.item),
        )

    def _place(self, entry: Entry) -> str:
        return f"{self._table.name}.{','.join(self._source_name(name) for name in entry.columns)}"

    def _unproven(self, entry: Entry) -> str:
        return (
            f"not probed: a row whose values come to more than {self._longest:,} bytes would stop the copy at the "
            f"{entry.told}"
        )

    def _entries(self) -> Iterator[Entry]:
        primary = self._target.primary_key
        if primary is not None:
            yield Entry("primary key", primary.name, primary.columns)
        for unique in self._target.uniques:
            names = frozenset(map(self._source_name, unique.columns))
            yield Entry("unique", unique.name, unique.columns, None if names in self._pointed else unique)
        for index in self._target.indexes:
            if index.method in ORDERED:
                yield self._indexed(index)

    def _indexed(self, index: Index) -> Entry:
        columns = dict.fromkeys(name for part in index.parts for name in self._named(part))
        names = (*columns, *index.include)
        pointed = index.unique and frozenset(map(self._source_name, names)) in self._pointed
        return Entry("index", index.name, names, None if pointed else index)

    def _named(self, part: IndexPart) -> Iterator[str]:
        """An expression is taken to be as long as all columns that it speaks of."""
        if part.expression is None:
            yield part.column
            return
        for name in self._by_name:
            if mentions(part.expression, name):
                yield name

    def _source_name(self, name: str) -> str:
        pair = self._by_name.get(name)
        return pair.read.name if pair else name

    def _most(self, columns: Iterable[str], lengths: dict[str, int]) -> float:
        """The bytes that an entry of these columns takes at most; of a column in `lengths`, its longest value."""
        return ENTRY + sum(VALUE + lengths.get(name, self._widest(name)) for name in columns)

    def _widest(self, name: str) -> float:
        pair = self._by_name.get(name)
        return widest(pair.write.type) if pair else WIDEST_FIXED

    def _lengths(self, doubtful: Iterable[Entry]) -> dict[str, int]:
        """The bytes of the longest value of each column that makes an entry doubtful, by the target's names."""
        names = {name for entry in doubtful for name in entry.columns if self._widest(name) > WIDEST_FIXED}
        asked = {self._by_name[name].read.name: frozenset({Risk.LENGTH}) for name in names}
        facts = self._source.observe(self._table, asked) if asked else {}
        return {name: facts[self._source_name(name)].octets or 0 for name in names}


def widest(kind: t.LogicalType) -> float:
    """Bytes of the longest value of the type in an entry, infinite where the type has no limit."""
    match kind:
        case t.Text(length=length, octets=octets):
            bounds = [4 * length] if length is not None else []
            return min([*bounds, *([octets] if octets is not None else [])], default=float("inf"))
        case t.Binary(length=length):
            return float("inf") if length is None else length
        case t.Enum(labels=labels):
            return max((len(label.encode()) for label in labels), default=0)
        case t.Bits(length=length):
            return float("inf") if length is None else WIDEST_FIXED + length // 8
        case t.Decimal(precision=precision):
            return float("inf") if precision is None else WIDEST_FIXED + precision // 2
        case t.Json() | t.SetOf() | t.Array() | t.Opaque() | t.Geometry() | t.Dynamic():
            return float("inf")
        case _:
            return WIDEST_FIXED

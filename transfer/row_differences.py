"""From keys that differ to columns and values: the rows in full, compared on this side, value by value."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

import pyarrow as pa

from mappings import types as t
from mappings.buckets import Hashes, Keys, key_of, numbers
from mappings.canonical import speller
from mappings.json_text import normal_json
from mappings.schema import Column
from mappings.spelling import spelled
from transfer.conditions import Condition, Within
from transfer.drill import Pair, Surplus, contradiction
from transfer.plan import TablePlan
from transfer.report import Difference, RowCounts

MOST_OCTETS = 16 << 20
"""Of rows that are held in full at a time, by the engine's estimate."""
MOST_KEYS, ROW_OCTETS = 500, 1_000
LONGEST = 2_000
"""Characters of a value that a difference keeps: those around the first place that differs."""
MARK = "…"
TEXTS = (t.Text, t.Enum, t.SetOf, t.Json, t.Array, t.Opaque)
"""Kinds whose values stand in quotes, so that spaces at their ends show."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its canonical texts, which decide, and the texts that people read, by column; `at` is its place among
    the rows that were read with it."""

    texts: tuple[str | None, ...]
    shown: tuple[str | None, ...]
    at: int = 0


Rows = dict[int | None, list[Row]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rows of one key showed."""

    counts: RowCounts
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """The rows of some keys: by number those that only the source and only the target has, and how many the target has
    in all. `source` and `target` are all rows that were read."""

    source: pa.Table
    target: pa.Table
    pairs: Mapping[int | None, tuple[list[Row], list[Row]]]
    crowds: Mapping[int | None, int]


@dataclass(frozen=True)
class RowComparison:
    """Compares rows of the target's `by` numbers."""

    pair: Pair
    by: Keys | Hashes
    conditions: tuple[Condition, ...]
    key: tuple[Column, ...]
    tolerance: float

    @property
    def plan(self) -> TablePlan:
        return self.pair.target.plan

    def __call__(self, found: Surplus) -> Iterator[Outcome]:
        """One outcome for each key, in order. Contradiction when the rows are not as the digests say."""
        for part in parts_of(found, self.keys_at_once()):
            yield from self._compared(part)

    def keys_at_once(self) -> int:
        source = self.plan.source
        octets = source.octets // source.rows if source.rows and source.octets else ROW_OCTETS
        return min(MOST_KEYS, max(1, MOST_OCTETS // max(1, octets)))

    def _compared(self, expected: Surplus) -> Iterator[Outcome]:
        for here, there in self.looked(expected).pairs.values():
            yield self.outcome(here, there) if here or there else Outcome(RowCounts(transient=1))

    def looked(self, expected: Surplus) -> Looked:
        """The rows in full. Contradiction when they are not as the digests say."""
        conditions = (*self.conditions, Within(self.by, expected.numbers))
        read = self.pair.both(lambda side: side.rows(conditions))
        source, target = (self._rows(table) for table in read)
        seen = {number: _apart(source.get(number, []), target.get(number, [])) for number in expected.rows}
        doubtful = {
            number for number, (here, there) in seen.items() if (len(here), len(there)) != expected.rows[number]
        }
        if doubtful:
            self._settle(seen, doubtful)
        return Looked(*read, seen, {number: len(rows) for number, rows in target.items()})

    def _settle(self, seen: dict[int | None, tuple[list[Row], list[Row]]], doubtful: set[int | None]) -> None:
        """Rows that are not as the digests said before: asked again, the digests must say what the rows do."""
        again = self.pair.surplus(self.by, (*self.conditions, Within(self.by, tuple(doubtful))))
        for number in doubtful:
            here, there = seen[number]
            if again.rows.get(number, (0, 0)) != (len(here), len(there)):
                key = self._key_of((here or there)[0]) if here or there else str(number)
                raise contradiction(self.pair, f"the digests of the rows with the key {key} contradict their values")

    def _rows(self, table: pa.Table) -> Rows:
        """By number, in the order in which they came."""
        rows: Rows = defaultdict(list)
        place = count()
        for batch in table.to_batches():
            found = numbers(batch, self.by).to_pylist()
            texts = [speller(column.type)(batch.column(column.name)).to_pylist() for column in self._columns]
            shown = [spelled(batch.column(column.name)).to_pylist() for column in self._columns]
            for number, *values in zip(found, *texts, *shown, strict=True):
                row = Row(tuple(values[: len(texts)]), tuple(values[len(texts) :]), next(place))
                rows[key_of(self.by, number)].append(row)
        return rows

    @property
    def _columns(self) -> tuple[Column, ...]:
        return self.plan.stored_columns

    def outcome(self, here: list[Row], there: list[Row]) -> Outcome:
        """What the rows of one key show, of which each side lacks the other's."""
        if len(here) == len(there) == 1 and self.key:
            return self._changed(here[0], there[0])
        table = str(self.plan.target.name)
        missing = [Difference(table, self._key_of(row), "missing", source=self._whole(row)) for row in here]
        extra = [Difference(table, self._key_of(row), "extra", target=self._whole(row)) for row in there]
        return Outcome(RowCounts(missing=len(here), extra=len(there)), (*missing, *extra))

    def _changed(self, here: Row, there: Row) -> Outcome:
        tolerated, respelled, found = False, False, []
        for at, column in enumerate(self._columns):
            if here.texts[at] == there.texts[at]:
                continue
            if isinstance(column.type, t.Json) and _same_json(here.shown[at], there.shown[at]):
                respelled = True
            elif isinstance(column.type, t.Float) and _near(here.shown[at], there.shown[at], self.tolerance):
                tolerated = True
            else:
                found.append(self._difference(at, here, there))
        if found:
            return Outcome(RowCounts(changed=1), tuple(found))
        return Outcome(RowCounts(tolerated=int(tolerated), respelled=int(respelled and not tolerated)))

    def _difference(self, at: int, here: Row, there: Row) -> Difference:
        source, target = around(here.shown[at], there.shown[at], LONGEST)
        name = self._columns[at].name
        return Difference(str(self.plan.target.name), self._key_of(here), "changed", name, source, target)

    def _key_of(self, row: Row) -> str:
        """The key's values, as `4711, abc`; empty without a key."""
        names = {column.name for column in self.key}
        values = [row.shown[at] for at, column in enumerate(self._columns) if column.name in names]
        return ", ".join("NULL" if value is None else value for value in values)

    def _whole(self, row: Row) -> str:
        """All values of a row, as `id=1, name='x', note=NULL`."""
        pairs = zip(self._columns, row.shown, strict=True)
        text = ", ".join(f"{column.name}={_told(column, value)}" for column, value in pairs)
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + MARK


def counted(missing: int, extra: int, *, keyed: bool) -> RowCounts:
    """What the surplus of one key means when its rows are not looked at: one row on each side is one that changed."""
    if keyed and missing == extra == 1:
        return RowCounts(changed=1)
    return RowCounts(missing=missing, extra=extra)


def _told(column: Column, value: str | None) -> str:
    if value is None:
        return "NULL"
    return repr(value) if isinstance(column.type, TEXTS) else value


def parts_of(found: Surplus, keys: int) -> Iterator[Surplus]:
    """Of at most so many keys each."""
    waiting = iter(found.rows.items())
    while part := dict(islice(waiting, keys)):
        yield Surplus(part)


def _apart(here: Sequence[Row], there: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of one key without those that both sides have, each as often."""
    return _without(here, there), _without(there, here)


def _without(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    matched, left = Counter(row.texts for row in others), []
    for row in rows:
        if matched[row.texts] > 0:
            matched[row.texts] -= 1
        else:
            left.append(row)
    return left


def _same_json(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and normal_json(one) == normal_json(other)


def _near(one: str | None, other: str | None, tolerance: float) -> bool:
    """Whether two numbers differ by no more than `tolerance` times the greater one."""
    if not tolerance or one is None or other is None:
        return False
    first, second = float(one), float(other)
    return abs(first - second) <= tolerance * max(abs(first), abs(second))


def around(one: str | None, other: str | None, length: int) -> tuple[str | None, str | None]:
    """Two values cut to `length` characters around the first place in which they differ; what is cut is marked."""
    longest = max(len(one or ""), len(other or ""))
    if longest <= length:
        return one, other
    pairs = zip(one or "", other or "", strict=False)
    place = next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one or ""), len(other or "")))
    start = max(0, min(place - length // 2, longest - length))
    return _cut(one, start, length), _cut(other, start, length)


def _cut(text: str | None, start: int, length: int) -> str | None:
    if text is None:
        return None
    before, after = MARK * (start > 0), MARK * (start + length < len(text))
    return before + text[start : start + length] + after

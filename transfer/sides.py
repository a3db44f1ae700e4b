"""One side of a comparison: its rows as the target's values, digested by its own database where that can, else read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from dialects.base import KeyRange, Session
from mappings.arrow import arrow_schema
from mappings.buckets import Hashes, Keys, Ranges, numbers, runs
from mappings.canonical import agreed
from mappings.limits import Limits
from mappings.schema import Column, Table
from transfer.buckets import Buckets
from transfer.chunks import Chunk
from transfer.conditions import Condition, Own, Within, all_of, as_sql, renamed
from transfer.copier import Conformer, ahead
from transfer.digest import Digester
from transfer.plan import TablePlan

MOST_RUNS = 100
"""Ranges of a key that are read one by one; of more, all from the first to the last."""
SLICES = pa.schema([("number", pa.int64()), ("slice", pa.int64()), ("rows", pa.int64())])


@dataclass(frozen=True, slots=True)
class Side:
    """`read` are the columns as they are read, in the plan's order; `own` see conditions. `inside` says whether the
    database digests its rows itself; `conform` brings what is read to the target's values."""

    session: Session
    table: Table
    plan: TablePlan
    read: tuple[Column, ...]
    own: Own
    conform: Callable[[pa.RecordBatch], pa.RecordBatch]
    batch_rows: int

    @property
    def columns(self) -> tuple[Column, ...]:
        """The target's columns, which all batches have."""
        return self.plan.stored_columns

    @property
    def digested(self) -> tuple[Column, ...]:
        """The side's own columns in the target's types; none where its SQL does not say the same values."""
        return tuple(self.own.values()) if len(self.own) == len(self.columns) else ()

    @property
    def seeks(self) -> bool:
        """Whether its SQL picks the rows of buckets; otherwise it reads, ranges of keys at best."""
        return self.session.dialect.bucket(Keys(self.table.columns[0])) is not None

    def scan(self, by: Ranges | Hashes, conditions: tuple[Condition, ...]) -> tuple[Buckets, bool]:
        """All buckets of these rows, and whether the database counted them itself."""
        buckets, condition, own = Buckets.empty(by), self._condition(conditions), renamed(by, self.own)
        if self.digested and condition is not None and own is not None:
            found = self.session.buckets(self.table, self.digested, own, condition)
            if found is not None:
                buckets.put(found)
                return buckets, True
        digester = Digester(self.columns)
        for batch in self.batches(conditions):
            buckets.add(numbers(batch, by), digester.slices(batch))
        return buckets, False

    def slices(self, by: Keys | Hashes, conditions: tuple[Condition, ...]) -> pa.Table:
        """Number, slice and rows of these rows, equal ones counted."""
        condition, own = self._condition(conditions), renamed(by, self.own)
        if self.digested and condition is not None and own is not None:
            found = self.session.row_slices(self.table, self.digested, own, condition)
            if found is not None:
                return _columns(found)
        digester, parts = Digester(self.columns), [SLICES.empty_table()]
        for batch in self.batches(conditions):
            slices = pa.array(digester.slices(batch).view("int64"))
            ones = pa.repeat(pa.scalar(1, pa.int64()), batch.num_rows)
            parts.append(pa.table([numbers(batch, by), slices, ones], schema=SLICES))
        return pa.concat_tables(parts)

    def rows(self, conditions: tuple[Condition, ...]) -> pa.Table:
        """These rows in full."""
        return pa.Table.from_batches(self.batches(conditions), arrow_schema(self.columns)).combine_chunks()

    def ends(self, column: Column, conditions: tuple[Condition, ...]) -> tuple[int, int] | None:
        """The least and the greatest key of these rows; None when there are none."""
        condition = self._condition(conditions)
        where = f" WHERE {condition}" if condition else ""
        key, relation = self.own[column.name].name, self.session.dialect.relation(self.table)
        ends: list[int | None] = []
        for word in ("MIN", "MAX"):  # each a step into the index; SQLite would read the whole table for both in one
            found = self.session.query(f"SELECT {word}({self.session.dialect.quote(key)}) FROM {relation}{where}")[0][0]
            ends.append(None if found is None else int(str(found)))
        least, greatest = ends
        return None if least is None or greatest is None else (least, greatest)

    def batches(self, conditions: tuple[Condition, ...]) -> Iterator[pa.RecordBatch]:
        """These rows as the target's values."""
        for stream in self._streams(conditions):
            batches = ahead(stream)
            try:
                for batch in batches:
                    chosen = all_of(conditions, self.conform(batch)) if batch.num_rows else batch
                    if chosen.num_rows:
                        yield chosen
            finally:
                batches.close()

    def _streams(self, conditions: tuple[Condition, ...]) -> Iterator[Iterator[pa.RecordBatch]]:
        """At least these rows, as they are read."""
        told = [text for each in conditions if (text := as_sql(each, self.session.dialect, self.own)) is not None]
        if told and self.seeks:
            yield self.session.select(self.table, self.read, " AND ".join(told), self.batch_rows)
            return
        for where in self._ranges(conditions):
            yield self.session.read(self.table, self.read, where, self.batch_rows)

    def _ranges(self, conditions: tuple[Condition, ...]) -> list[KeyRange | None]:
        """Ranges of the integer key that hold all these rows; the last of the conditions is the narrowest."""
        for condition in reversed(conditions):
            if not isinstance(condition, Within) or isinstance(condition.by, Hashes) or None in condition.chosen:
                continue
            own = self.own.get(condition.by.column.name)
            ends = list(runs(condition.by, [number for number in condition.chosen if number is not None]))
            if own is None or not ends:
                continue
            ends = ends if len(ends) <= MOST_RUNS else [(ends[0][0], ends[-1][1])]
            return [KeyRange.of(own.name, lower, upper) for lower, upper in ends]
        return [None]

    def _condition(self, conditions: tuple[Condition, ...]) -> str | None:
        """All conditions in one; None where the side's SQL cannot say one of them."""
        told = [as_sql(each, self.session.dialect, self.own) for each in conditions]
        return None if None in told else " AND ".join(text for text in told if text is not None)


def _columns(found: list[tuple[int | None, int, int]]) -> pa.Table:
    """What an engine counted. A key beyond 64 bits with a sign is wrapped around, as Arrow's are."""
    keys = [None if number is None else (number + (1 << 63)) % (1 << 64) - (1 << 63) for number, _, _ in found]
    arrays = [keys, [one for _, one, _ in found], [rows for _, _, rows in found]]
    return pa.table([pa.array(values, pa.int64()) for values in arrays], schema=SLICES)


def source_side(session: Session, plan: TablePlan, limits: Limits, batch_rows: int) -> Side:
    """The source's rows, as a copy would send them now."""
    own = {
        column.write.name: replace(column.read, type=column.write.type)
        for column in plan.columns
        if column.rule is None and agreed(column.read.type, column.write.type)
    }
    conform = Conformer(Chunk(plan, 1, None), limits, digesting=False).conformed
    return Side(session, plan.source, plan, plan.read_columns, own, conform, batch_rows)


def target_side(session: Session, plan: TablePlan, batch_rows: int) -> Side:
    """The target's rows, as they are."""
    own = {column.name: column for column in plan.stored_columns}
    return Side(session, plan.target, plan, plan.stored_columns, own, _as_is, batch_rows)


def _as_is(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch

"""The statements of a repair: for some keys of a table, what is said to the target and how many rows that changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from mappings.buckets import Hashes, numbers
from mappings.schema import Column
from transfer.conditions import Within, as_sql
from transfer.drill import Surplus
from transfer.repair_plan import Step, Work, changed_columns, is_change
from transfer.row_differences import Looked, Row, parts_of


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL that must change exactly `rows` rows."""

    sql: str
    rows: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction does: statements, then rows that are added, in the target's types. `inserts` spells these
    rows as constants, for a script."""

    step: Step
    statements: tuple[Statement, ...]
    added: pa.RecordBatch
    inserts: Callable[[], Iterator[tuple[str, ...]]]
    columns: tuple[Column, ...]
    """Those that rows are added in, as the target has them."""


def batches(step: Step, rows: int) -> Iterator[Batch]:
    """The step in transactions of about `rows` rows, each read just before; rows that trade values go in one."""
    most = len(step.numbers) if step.act == "exchange" else min(rows, step.work.compare.keys_at_once())
    surplus = step.work.finding.surplus
    for part in parts_of(Surplus({number: surplus[number] for number in step.numbers}), most):
        yield _batch(step, step.work.compare.looked(part))


def _batch(step: Step, looked: Looked) -> Batch:
    writer = _Writer(step.work, looked)
    statements: list[Statement] = []
    added: list[Row] = []
    for number, (here, there) in looked.pairs.items():
        match step.act:
            case "delete" if there and not is_change(step.work, looked, number):
                statements += writer.deletes(number, there)
            case "loosen" if not is_change(step.work, looked, number):
                statements += writer.loosened(number, there)
            case "insert" if not is_change(step.work, looked, number):
                added += here
            case "exchange" if is_change(step.work, looked, number):
                statements += writer.deletes(number, there)
                added += here
            case "update" if is_change(step.work, looked, number):
                statements += writer.updates(here[0], there[0])
            case "tie":
                statements += writer.tied(here, there)
            case _:
                continue
    return Batch(step, tuple(statements), writer.rows(added), lambda: map(writer.constants, added), writer.own_columns)


class _Writer:
    """Says the changes of one table in the target's SQL."""

    def __init__(self, work: Work, looked: Looked) -> None:
        self._work, self._looked, self._side = work, looked, work.pair.target
        self._sql = self._side.session.dialect.rows
        self._columns = {column.name: column for column in self._side.columns}
        self._places = {name: place for place, name in enumerate(self._columns)}
        self._key = work.finding.subject.key

    def deletes(self, number: int | None, there: Sequence[Row]) -> Iterator[Statement]:
        """By the key where that is one row's alone, else so many of the rows that are like it in every column."""
        if self._alone(number):
            yield Statement(self._sql.delete(self._work.table, self._keyed(there[0])), 1)
            return
        counts = Counter(row.texts for row in there)
        for row in {row.texts: row for row in there}.values():
            rows = counts[row.texts]
            yield Statement(self._sql.delete_some(self._work.table, self._whole(row), rows), rows)

    def loosened(self, number: int | None, there: Sequence[Row]) -> Iterator[Statement]:
        """NULL in the circular keys of a row that will go."""
        names = [name for name in self._work.loose if there and there[0].shown[self._places[name]] is not None]
        if names and self._alone(number):
            yield self._update(there[0], dict.fromkeys(names, "NULL"))

    def updates(self, here: Row, there: Row) -> Iterator[Statement]:
        """The columns that differ; those that the server would set to the time of the change keep their values, too."""
        names = changed_columns(self._work, here, there) - self._emptied
        if names:
            now = {column.name for column in self._work.table.columns if column.on_update_now}
            yield self._update(there, self._constants_of(here, names | now & set(self._columns)))

    def tied(self, here: Sequence[Row], there: Sequence[Row]) -> Iterator[Statement]:
        """The circular keys of rows that are all there now. Of a row that was there before, only what differs."""
        for row in here:
            before = there[0].shown if there else (None,) * len(row.shown)
            names = {name for name in self._work.loose if row.shown[self._places[name]] != before[self._places[name]]}
            if names:
                yield self._update(row, self._constants_of(row, names))

    def rows(self, added: Sequence[Row]) -> pa.RecordBatch:
        """The rows as the writer takes them, NULL in circular keys."""
        chosen = self._looked.source.take(pa.array([row.at for row in added], pa.int64()))
        for name in self._emptied:
            place = chosen.schema.get_field_index(name)
            field = chosen.schema.field(place)
            chosen = chosen.set_column(place, field, pa.nulls(len(added), field.type))
        names = [column.name for column in self._written]
        arrays = [chosen.column(name).combine_chunks() for name in names]
        return pa.RecordBatch.from_arrays(arrays, names=names)

    def constants(self, row: Row) -> tuple[str, ...]:
        """A row that is added, column by column."""
        return tuple(
            self._sql.constant(column, None if column.name in self._emptied else row.shown[self._places[column.name]])
            for column in self._written
        )

    @property
    def own_columns(self) -> tuple[Column, ...]:
        """The written columns, numbering themselves as the target's own do."""
        return tuple(
            replace(column, identity=self._work.table.column(column.name).identity) for column in self._written
        )

    @property
    def _written(self) -> tuple[Column, ...]:
        return self._side.plan.write_columns

    @property
    def _emptied(self) -> frozenset[str]:
        return frozenset() if self._work.together else self._work.loose

    def _update(self, row: Row, values: dict[str, str]) -> Statement:
        return Statement(self._sql.update(self._work.table, values, self._keyed(row)), 1)

    def _constants_of(self, row: Row, names: Iterable[str]) -> dict[str, str]:
        return {name: self._sql.constant(self._columns[name], row.shown[self._places[name]]) for name in sorted(names)}

    def _alone(self, number: int | None) -> bool:
        return bool(self._key) and self._looked.crowds.get(number) == 1

    def _keyed(self, row: Row) -> str:
        return " AND ".join(self._sql.same(column, row.shown[self._places[column.name]]) for column in self._key)

    def _whole(self, row: Row) -> str:
        """Just the rows that are like this one: by their hash, which no collation has a say in, where SQL tells it."""
        by = Hashes(self._side.columns)
        (batch,) = self._looked.target.slice(row.at, 1).combine_chunks().to_batches()
        told = as_sql(Within(by, (numbers(batch, by)[0].as_py(),)), self._side.session.dialect, self._side.own)
        columns = self._columns.values()
        return told or " AND ".join(self._sql.same(column, row.shown[self._places[column.name]]) for column in columns)

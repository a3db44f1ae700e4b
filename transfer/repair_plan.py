"""What a repair changes, and in which order: keys by table and step, found by looking at every row that differs.

Extra rows go first, children before their parents; then, parents first, each table's rows are altered and added. Rows
that trade the values of a unique key are removed and added anew in one transaction. A foreign key that goes round in a
circle is NULL until all rows are there. Parents that a row still refers to which is altered go last.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dialects.base import Dialect
from mappings.errors import Blocked
from mappings.schema import ForeignKey, Table, TableName
from transfer.buckets import finest
from transfer.drill import Pair, Surplus
from transfer.report import Repaired
from transfer.row_differences import Looked, Row, RowComparison, parts_of
from transfer.verification import Finding

Act = Literal["loosen", "delete", "exchange", "update", "insert", "tie"]
"""`loosen`: NULL in the foreign keys of a circle of rows that will go; `tie`: such keys get their values at last."""


@dataclass
class Work:
    """What is to be done in one table. Numbers are those of `by`; a key may be in several lists, for without a key they
    are rows. `altered` are the columns in which any changed row differs, `circular` the foreign keys of circles."""

    finding: Finding
    pair: Pair
    tolerance: float
    table: Table
    """As the target has it."""
    left_out: tuple[str, ...] = ()
    """The columns that a copy would write and that were not compared."""
    numbers: dict[Act, list[int | None]] = field(default_factory=dict)
    counts: dict[Act, int] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)
    circular: tuple[ForeignKey, ...] = ()
    together: bool = False
    """Its foreign keys are checked at the end of one transaction that all work is in."""

    @property
    def name(self) -> TableName:
        return self.finding.subject.table.target.name

    @property
    def compare(self) -> RowComparison:
        subject = self.finding.subject
        return RowComparison(self.pair, finest(self.finding.by), subject.conditions, subject.key, self.tolerance)

    @property
    def uniques(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each key that the target holds to be unique."""
        keys = [self.table.primary_key.columns] if self.table.primary_key else []
        keys += [unique.columns for unique in self.table.uniques]
        indexes = [index for index in self.table.indexes if index.unique]
        keys += [tuple(part.column for part in index.parts) for index in indexes if all(p.column for p in index.parts)]
        return tuple(dict.fromkeys(keys))

    @property
    def loose(self) -> frozenset[str]:
        """The columns of circular keys, which are NULL for a while."""
        return frozenset(name for key in self.circular for name in key.columns)

    def add(self, act: Act, number: int | None, rows: int = 1) -> None:
        self.numbers.setdefault(act, []).append(number)
        self.counts[act] = self.counts.get(act, 0) + rows

    @property
    def repaired(self) -> Repaired:
        """The counts that people read: a row that is removed and added anew is altered."""
        count = self.counts.get
        return Repaired(
            str(self.name), count("delete", 0), count("update", 0) + count("exchange", 0), count("insert", 0)
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One act in one table."""

    work: Work
    act: Act

    @property
    def numbers(self) -> Sequence[int | None]:
        return self.work.numbers.get(self.act, ())


def looked_through(work: Work) -> None:
    """Read every row that differs and note what must be done with it."""
    changes: dict[int | None, tuple[Row, Row]] = {}
    for part in parts_of(Surplus(work.finding.surplus), work.compare.keys_at_once()):
        looked = work.compare.looked(part)
        for number, (here, there) in looked.pairs.items():
            _note(work, looked, number, changes, here, there)
    traded = _traded(work, changes)
    if traded:
        work.numbers["update"] = [number for number in work.numbers["update"] if number not in traded]
        work.counts["update"] -= len(traded)
    for number in traded:
        work.add("exchange", number)


def _note(
    work: Work,
    looked: Looked,
    number: int | None,
    changes: dict[int | None, tuple[Row, Row]],
    here: list[Row],
    there: list[Row],
) -> None:
    if is_change(work, looked, number):
        altered = changed_columns(work, here[0], there[0])
        if not altered:
            return
        work.altered |= altered
        work.add("update", number)
        if any(altered & set(columns) for columns in work.uniques):
            changes[number] = (here[0], there[0])
        return
    if there:
        work.add("delete", number, len(there))
    if here:
        work.add("insert", number, len(here))


def is_change(work: Work, looked: Looked, number: int | None) -> bool:
    """Whether one row on each side has this key, so that it can be altered."""
    here, there = looked.pairs[number]
    return bool(work.finding.subject.key) and len(here) == len(there) == 1 and looked.crowds.get(number) == 1


def changed_columns(work: Work, here: Row, there: Row) -> set[str]:
    """The columns that must be altered: none for what differs within the tolerance or in the spelling of JSON alone."""
    found = {each.column for each in work.compare.outcome([here], [there]).differences}
    generated = {column.name for column in work.pair.target.columns if column.generated is not None}
    if found and found <= generated:
        raise Blocked(
            f"the target computes {', '.join(sorted(found))} otherwise than the source, from the same values",
            where=str(work.name),
            hint="alter the column's expression, or leave the column out with --columns",
        )
    return found - generated


def _traded(work: Work, changes: Mapping[int | None, tuple[Row, Row]]) -> set[int | None]:
    """The rows that take a unique value from each other, and those that they take it from."""
    names = [column.name for column in work.pair.target.columns]
    traded: set[int | None] = set()
    for columns in work.uniques:
        if not set(columns) <= set(names):
            continue
        places = [names.index(name) for name in columns]
        held = {_values(there, places): number for number, (_, there) in changes.items()}
        for number, (here, _) in changes.items():
            holder = held.get(_values(here, places), number)
            if holder != number and None not in _values(here, places):
                traded |= {number, holder}
    return traded


def _values(row: Row, places: Sequence[int]) -> tuple[str | None, ...]:
    """As the loosest collation compares them: rows that only seem to trade values lose nothing."""
    return tuple(None if (text := row.shown[place]) is None else _folded(text) for place in places)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).rstrip()


def ordered(
    works: Sequence[Work], tables: Sequence[Table], dialect: Dialect, *, whole: frozenset[TableName]
) -> list[Step]:
    """All steps. `tables` are all of the target, `whole` those of which every row was compared. Blocked where a row
    that goes would take others along, or where no order keeps the foreign keys."""
    by_name = {work.name: work for work in works}
    for work in works:
        _refuse_parts_of_rows(work)
    ranks = _parents_first(by_name)
    for work in works:
        _find_circles(work, by_name, ranks, dialect)
    _refuse_taking_along(works, tables, whole)
    down = sorted(works, key=lambda work: ranks[work.name])
    late = {work.name for work in works if _still_referred_to(work, works)}
    steps = [Step(work, "loosen") for work in down if _loosens(work)]
    steps += [Step(work, "delete") for work in reversed(down) if work.name not in late]
    steps += [Step(work, act) for work in down for act in ("exchange", "update", "insert")]
    steps += [Step(work, "tie") for work in down if work.circular and not work.together]
    steps += [Step(work, "delete") for work in reversed(down) if work.name in late]
    _number(steps)
    return [step for step in steps if step.numbers]


def _refuse_parts_of_rows(work: Work) -> None:
    """Rows that are added need all their values, and without a key all their values tell which row is meant."""
    whole = not work.finding.subject.key or any(work.numbers.get(act) for act in ("insert", "exchange"))
    if work.left_out and whole:
        raise Blocked(
            f"rows are missing, trade values or have no key, but {', '.join(work.left_out)} is not compared",
            where=str(work.name),
            hint="leave --columns out, or settle the column with --allow-loss",
        )


def _number(steps: Sequence[Step]) -> None:
    for step in steps:
        numbers = step.work.numbers
        if step.act == "loosen":
            numbers["loosen"] = list(numbers.get("delete", ()))
        elif step.act == "tie":
            numbers["tie"] = [*numbers.get("insert", ()), *numbers.get("update", ()), *numbers.get("exchange", ())]


def _loosens(work: Work) -> bool:
    return bool(work.circular) and not work.together


def _parents_first(works: Mapping[TableName, Work]) -> dict[TableName, int]:
    """Each table's place behind its parents; in a circle behind those that were not met before."""
    ranks: dict[TableName, int] = {}
    met: set[TableName] = set()

    def visit(name: TableName) -> None:
        if name in met:
            return
        met.add(name)
        for key in works[name].table.foreign_keys:
            if key.target in works:
                visit(key.target)
        ranks[name] = len(ranks)

    for name in works:
        visit(name)
    return ranks


def _find_circles(
    work: Work, works: Mapping[TableName, Work], ranks: Mapping[TableName, int], dialect: Dialect
) -> None:
    keys = work.table.foreign_keys
    work.circular = tuple(key for key in keys if key.target in works and ranks[key.target] >= ranks[work.name])
    fixed = [key for key in work.circular if not _can_be_null(work.table, key)]
    if fixed and all(dialect.rows.defers(key) for key in work.circular):
        work.together = True
        return
    for key in work.circular:
        reason = _no_way(work, key, dialect)
        if reason:
            raise Blocked(
                f"its foreign key ({', '.join(key.columns)}) to {key.target} closes a circle, and {reason}",
                where=str(work.name),
                hint="drop the foreign key, repair, and add it again",
            )


def _no_way(work: Work, key: ForeignKey, dialect: Dialect) -> str:
    """Why the key cannot be NULL until all rows are there; empty when it can."""
    if not _can_be_null(work.table, key):
        return "it can neither be NULL nor wait for the end of a transaction"
    if not dialect.rows.alters_referred:
        return f"{dialect.label} alters no such key of a row that others refer to"
    return "" if work.finding.subject.key else "the table has no key"


def _can_be_null(table: Table, key: ForeignKey) -> bool:
    return all(table.column(name).nullable for name in key.columns)


def _still_referred_to(work: Work, works: Sequence[Work]) -> bool:
    """Whether a row that is altered may refer to a row of this table that goes."""
    inbound = [(other, key) for other in works for key in other.table.foreign_keys if key.target == work.name]
    return any(set(key.columns) & other.altered for other, key in inbound)


def _refuse_taking_along(works: Sequence[Work], tables: Sequence[Table], whole: frozenset[TableName]) -> None:
    for work in works:
        for table, key in _inbound(work.name, tables):
            if work.numbers.get("exchange"):
                raise Blocked(
                    f"rows trade the values of a unique key and would be removed and added anew, but {table.name} "
                    f"refers to them",
                    where=str(work.name),
                    hint=f"drop the foreign key of {table.name}, repair, and add it again",
                )
            carried = key.on_delete in ("CASCADE", "SET NULL", "SET DEFAULT")
            if work.numbers.get("delete") and carried and table.name not in whole:
                raise Blocked(
                    f"rows that are too many would take rows of {table.name} along (ON DELETE {key.on_delete}), which "
                    "was not compared as a whole",
                    where=str(work.name),
                    hint=f"verify {table.name} too",
                )


def _inbound(name: TableName, tables: Sequence[Table]) -> Iterator[tuple[Table, ForeignKey]]:
    for table in tables:
        for key in table.foreign_keys:
            if key.target == name:
                yield table, key

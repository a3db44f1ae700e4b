"""Replaces tables that are there: a shadow is loaded beside each, proved, and swapped for it with all that hangs on it.

The old table stays, under a name of its own, until the run is finalized; until then it can be swapped back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dialects import connect
from dialects.base import Dialect, Session
from dialects.swap import Attachments, Step, Swap, batches, swap_of
from dialects.url import DatabaseUrl
from mappings.errors import ConstraintViolated, Contention
from mappings.names import folded_table
from mappings.schema import NotCarried, Table, TableName
from mappings.type_mapper import Note
from transfer import journal_tables
from transfer.history import StepRecord, kept_value
from transfer.journal import Journal
from transfer.plan import Plan, TablePlan
from transfer.steps import orphans
from transfer.trial import restated

TRIES, PAUSE = 120, 0.5
"""How often a lock is asked for again, and after how many seconds."""
SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Hanging:
    """What the reader of a plan must know of the tables that it replaces."""

    notes: tuple[Note, ...] = ()
    blocks: tuple[Note, ...] = ()
    not_carried: tuple[NotCarried, ...] = ()


def swaps_of(tables: Iterable[TablePlan], run: str) -> tuple[Swap, ...]:
    """The swaps of a run, for the tables that it replaces under their final names."""
    return tuple(swap_of(table.target, run) for table in tables if table.replaces)


def hanging(target: Session, tables: Sequence[TablePlan], there: Iterable[Table], *, repoint: bool) -> Hanging:
    """Ask the target what hangs on the tables that are to be replaced, of those that are `there`. `repoint`: the user
    allows the foreign keys of tables that were not selected to be moved."""
    swaps = swaps_of(tables, "")
    if not swaps:
        return Hanging()
    limits = target.dialect.limits
    live = {folded_table(table.name, limits): table for table in there}
    found = target.dialect.swapper.attachments(target.query, swaps)
    notes = [Note("S", str(swap.live), "is replaced; the old one stays beside it until finalize") for swap in swaps]
    for each in (*found.moved, *found.copied):
        notes.append(Note("S", str(each.table), f"{each.kind} {each.name}: goes over to the new table"))
    blocks = [Note("F", str(each.table), f"{each.object} would be lost: {each.reason}") for each in found.obstacles]
    for key in found.inbound:
        told = f"foreign key {key.key.name} of {key.child}, which is not selected, points to {key.key.target}"
        if repoint:
            notes.append(Note("S", str(key.child), f"{told}; it is moved to the new table, as allowed"))
        else:
            blocks.append(Note("F", str(key.child), told, "--repoint-foreign-keys"))
    left = [NotCarried(each.object, str(each.table), each.reason) for each in found.left]
    left += [lost for swap in swaps for lost in _lost(live[folded_table(swap.live, limits)], swap.table)]
    return Hanging(tuple(notes), tuple(blocks), tuple(left))


def _lost(live: Table, planned: Table) -> Iterator[NotCarried]:
    """What the old table has and the new one will not have, by name; a primary key is told by its columns."""
    kept = {name.casefold() for _, name in _named(planned)}
    for what, name in _named(live):
        if name.casefold() not in kept:
            yield NotCarried(what, f"{live.name}.{name}", "it is on the table that is replaced, not on the new one")


def _named(table: Table) -> Iterator[tuple[str, str]]:
    yield from (("column", column.name) for column in table.columns)
    yield from (("unique", each.name or ",".join(each.columns)) for each in table.uniques)
    yield from (("index", each.name) for each in table.indexes)
    yield from (("foreign key", each.name or ",".join(each.columns)) for each in table.foreign_keys)
    yield from (("check", each.name or each.expression.sql) for each in table.checks)


def shadowed(plan: Plan, run: str, dialect: Dialect) -> Plan:
    """The plan with a shadow in place of each table that is to be replaced."""
    swaps = swaps_of(plan.tables, run)
    if not swaps:
        return plan
    by_name = {swap.live: swap for swap in swaps}

    def stand_in(table: TablePlan) -> TablePlan:
        if not table.replaces:
            return table
        return restated(dialect, table, dialect.swapper.shadow(by_name[table.target.name], swaps))

    return replace(plan, tables=tuple(map(stand_in, plan.tables)))


class Swapping:
    """Runs the steps of a swap, there or back, each noted in the journal, so that it can be gone on with."""

    def __init__(self, target: DatabaseUrl, journal: Journal, phase: str = SWAP) -> None:
        self._target = target
        self._journal = journal
        self._phase = phase

    def run(self, control: Session, steps: tuple[Step, ...], noted: Sequence[StepRecord] = ()) -> None:
        """`noted` are the steps that a former owner of the run has noted. Contention when a lock cannot be had for a
        minute; nothing has changed then, or what is left can be done later."""
        groups = list(batches(steps))
        known = [step for step in noted if step.phase == self._phase]
        if known:
            numbers = [step.number for step in known]
        else:
            numbers = list(self._journal.note(control, [(self._phase, str(at)) for at in range(len(groups))]))
        done = {step.number for step in known if step.state == "done"}
        patiently(lambda: self._try(groups, numbers, done, again=bool(known)))

    def _try(
        self, groups: list[tuple[bool, tuple[str, ...]]], numbers: list[int], done: set[int], *, again: bool
    ) -> None:
        """On a connection of its own: closing it gives locks and settings back."""
        with connect(self._target, writable=True) as session:
            for number, (alone, statements) in zip(numbers, groups, strict=True):
                if number in done and not _sets(statements):
                    continue
                self._journal.step(session, number, statements, again=again, alone=alone)
                done.add(number)


def _sets(statements: Sequence[str]) -> bool:
    """Whether a step only sets its session up, which a new one needs, too."""
    return len(statements) == 1 and statements[0].startswith(("SET ", "PRAGMA "))


def patiently(work: Callable[[], None]) -> None:
    """Again and again while a lock is held by others."""
    for left in range(TRIES, -1, -1):
        try:
            return work()
        except Contention:
            if not left:
                raise
        time.sleep(PAUSE)
    return None


def swap(
    control: Session, target: DatabaseUrl, journal: Journal, swaps: tuple[Swap, ...], noted: Sequence[StepRecord]
) -> None:
    """Put the loaded shadows in the place of the live tables. What hangs on these is kept in the journal first."""
    found: Attachments | None = kept_value(noted, "attachments", Attachments)
    if found is None:
        found = control.dialect.swapper.attachments(control.query, swaps)
        journal.remember(control, {"swaps": swaps, "attachments": found})
    refuse_orphans(control, found, {swap.live: swap.shadow for swap in swaps})
    steps = control.dialect.swapper.swap(swaps, found)
    Swapping(target, journal).run(control, steps, noted)


def refuse_orphans(control: Session, found: Attachments, coming: Mapping[TableName, TableName]) -> None:
    """Keys of tables that are not swapped are made anew unchecked on some engines: their rows are held here against the
    tables that will have the live names. ConstraintViolated for a row that would lose its parent."""
    for inbound in found.inbound:
        parent = coming[inbound.key.target]
        if not journal_tables.is_there(control, Table(parent, ())):
            continue  # the swap is on its way already
        key = replace(inbound.key, target=parent)
        values = orphans(control, Table(inbound.child, ()), key)
        if values:
            raise ConstraintViolated(
                f"foreign key {key.name}: rows without a parent in the {inbound.key.target} to come: {values}",
                where=f"{inbound.child}.{','.join(key.columns)}",
                hint="mend these rows, or add their parents; nothing was swapped",
            )

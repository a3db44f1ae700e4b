"""What comes after a run: it is undone, its replaced tables go for good, or its journal goes.

Nothing that a run did not make is ever dropped, and nothing that has changed since it ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dialects import connect
from dialects.base import Session
from dialects.swap import Attachments, Swap
from dialects.url import DatabaseUrl
from mappings.canonical import Digest
from mappings.errors import Blocked, ConfigurationError
from mappings.schema import Table, TableName
from transfer import journal_tables
from transfer.history import History, RunRecord, kept_value
from transfer.journal import Journal, State
from transfer.journal_tables import Shelf, short_name
from transfer.plan import ColumnPlan, TablePlan
from transfer.progress import Silent
from transfer.replacing import SWAP, Swapping, refuse_orphans
from transfer.resuming import Earlier, earlier, refuse_at_work
from transfer.verifier import digest_target

BACK, DISCARD = "swap back", "discard"
BATCH_ROWS = 20_000
ENDED: tuple[State, ...] = ("done", "rolled back", "finalized")


@dataclass(frozen=True, slots=True)
class Past:
    """A run as its journal knows it: the tables that it has made, under the names that they have now, and the swaps
    that put some of them in place of others."""

    record: RunRecord
    earlier: Earlier
    tables: tuple[Table, ...]
    swaps: tuple[Swap, ...]
    sources: Mapping[str, str]
    """The name by which chunks know the source of each target table."""

    @property
    def swapped(self) -> bool:
        """Whether the new tables are where the old ones were. Blocked in between."""
        steps = [step.state for step in self.earlier.steps if step.phase == SWAP]
        if steps and "done" in steps and "intended" in steps:
            raise Blocked(
                f"run {self.record.run} was interrupted while it put tables in their place",
                hint=f"complete it first: dbtransfer resume TARGET {self.record.run}",
            )
        return bool(steps) and "intended" not in steps


def past(history: History, name: str) -> Past:
    """The run of that name."""
    record = history.run(name)
    known = earlier(history, record)
    tables: tuple[Table, ...] = kept_value(known.steps, "tables", tuple[Table, ...]) or ()
    swaps: tuple[Swap, ...] = kept_value(known.steps, "swaps", tuple[Swap, ...]) or ()
    planned = history.document(record.run)["tables"]
    sources = {str(table["target"]): short_name(str(table["source"])) for table in planned}
    return Past(record, known, tables, swaps, sources)


def rollback(target: DatabaseUrl, name: str) -> tuple[str, ...]:
    """Undo a run: tables that it has replaced come back, tables and views that it has made go. What was done, in words.

    Blocked, with nothing changed, when the run has added rows to tables that were there before, when rows have changed
    since, or when a table that it did not make points to one of its own.
    """
    with connect(target, writable=True) as session:
        history = History(session)
        run = past(history, name)
        if run.record.state in ("rolled back", "finalized"):
            raise ConfigurationError(f"run {run.record.run} is {run.record.state}", hint="there is nothing to undo")
        refuse_at_work(session, run.earlier)
        _refuse_added(run)
        back = run.swaps if run.swapped else ()
        made = _made(session, run, back)
        _refuse_changed(session, run, made, back)
        _refuse_inbound(session, made)
        journal = Journal(run.record.run, run.record.epoch, len(run.earlier.steps))
        journal.prepare(session)
        told = [*_swap_back(session, target, journal, run, back), *_drop(session, journal, run, made, back)]
        journal.close(session, "rolled back")
    return tuple(told)


def _made(session: Session, run: Past, back: tuple[Swap, ...]) -> list[Table]:
    """The tables of the run that are there."""
    shadows = {swap.shadow for swap in back}
    return [table for table in run.tables if table.name not in shadows and journal_tables.is_there(session, table)]


def _refuse_added(run: Past) -> None:
    for name in run.earlier.before:
        raise Blocked(
            "rows were added to this table, which was there before, and nobody noted which",
            hint="restore it from a backup, or delete the rows by hand",
            where=name,
        )


def _refuse_changed(session: Session, run: Past, made: Sequence[Table], back: Sequence[Swap]) -> None:
    """The rows of each table must be those that the run has written."""
    if any(step.phase == BACK for step in run.earlier.steps):
        return  # they were, when somebody began to undo the run
    sums: defaultdict[str, Digest] = defaultdict(Digest)
    counted = {chunk.table for chunk in run.earlier.chunks if chunk.total is None}
    for chunk in run.earlier.chunks:
        sums[chunk.table] += Digest(chunk.rows, chunk.total or 0)
    live = {swap.live: swap.table for swap in back}
    looked = [(table.name, _final(run, table.name), table) for table in made] + [(n, n, t) for n, t in live.items()]
    for place, final, table in looked:
        source = run.sources.get(str(final), "")
        expected = sums[source]
        found = _digest(session, place, table, counted_only=source in counted)
        if found != expected:
            raise Blocked(
                f"its rows are no longer those that the run has written: {expected.rows} then, {found.rows} now",
                hint="keep what is worth keeping, and drop the table by hand",
                where=str(final),
            )


def _final(run: Past, name: TableName) -> TableName:
    return next((swap.live for swap in run.swaps if swap.shadow == name), name)


def _digest(session: Session, name: TableName, table: Table, *, counted_only: bool) -> Digest:
    if counted_only:
        return Digest(session.count(name), 0)
    named = replace(table, name=name)
    plan = TablePlan(named, named, tuple(ColumnPlan(column, column) for column in table.columns))
    return digest_target(session, plan, None, BATCH_ROWS, Silent()).digest


def _refuse_inbound(session: Session, made: Sequence[Table]) -> None:
    """A key from outside would hold the table, or be left pointing to nothing."""
    names = {table.name for table in made}
    schemas = tuple(sorted({name.schema for name in names} - {""}))
    for other in session.reflect(schemas).tables if names else ():
        for key in other.foreign_keys:
            if key.target in names and other.name not in names:
                raise Blocked(
                    f"foreign key {key.name} of {other.name}, which this run did not make, points here",
                    hint=f"drop that key first: it is on {other.name}",
                    where=str(key.target),
                )


def _swap_back(session: Session, target: DatabaseUrl, journal: Journal, run: Past, back: tuple[Swap, ...]) -> list[str]:
    if not back:
        return []
    found: Attachments | None = kept_value(run.earlier.steps, "attachments", Attachments)
    assert found is not None, "attachments are noted before the first step of a swap"
    refuse_orphans(session, found, {swap.live: swap.old for swap in back})
    steps = session.dialect.swapper.swap_back(back, found)
    Swapping(target, journal, BACK).run(session, steps, run.earlier.steps)
    return [f"{swap.live} is again what it was before the run" for swap in back]


def _drop(session: Session, journal: Journal, run: Past, made: Sequence[Table], back: Sequence[Swap]) -> list[str]:
    dialect = session.dialect
    views = sorted(run.earlier.views) if not back else []
    for view in reversed(views):
        session.execute(f"DROP VIEW IF EXISTS {dialect.qualified(_name(view, schemas=dialect.limits.schemas))}")
    for statement in dialect.drop_tables(tuple(reversed(made))):
        session.execute(statement)
    return [f"view {view} dropped" for view in views] + [f"{table.name} dropped" for table in made]


def _name(text: str, *, schemas: bool) -> TableName:
    schema, dot, name = text.partition(".")
    return TableName(schema, name) if schemas and dot else TableName("", text)


def finalize(target: DatabaseUrl, name: str) -> tuple[str, ...]:
    """Drop the tables that a run has replaced. After this it cannot be undone. What was done, in words."""
    with connect(target, writable=True) as session:
        history = History(session)
        run = past(history, name)
        if run.record.state != "done" or not run.swapped:
            raise ConfigurationError(
                f"run {run.record.run} is {run.record.state} and keeps no old tables",
                hint="only a run with --if-exists replace does, once it is done",
            )
        refuse_at_work(session, run.earlier)
        journal = Journal(run.record.run, run.record.epoch, len(run.earlier.steps))
        journal.prepare(session)
        steps = session.dialect.swapper.discard(run.swaps)
        Swapping(target, journal, DISCARD).run(session, steps, run.earlier.steps)
        journal.close(session, "finalized")
    return tuple(f"the old {swap.live} dropped" for swap in run.swaps)


def clean(target: DatabaseUrl, *, everything: bool) -> tuple[str, ...]:
    """Remove what the journal keeps of ended runs, of all when `everything`, and all of it when nothing is left
    in it. A run that can be gone on with or undone by what is kept is named, and stays. What was done, in words."""
    with connect(target, writable=True) as session:
        history = History(session)
        if history.home is None:
            return ("there is no journal",)
        runs = [past(history, run.run) for run in history.runs()]
        stays = [] if everything else [run for run in runs if _needed(run)]
        told = [f"run {run.record.run} stays: {_needed(run)}" for run in stays]
        if stays:
            _forget(session, history.home, [run.record.run for run in runs if run not in stays])
        else:
            for statement in journal_tables.drop_statements(session, history.home):
                session.execute(statement)
            told.append("the journal is gone")
    return tuple(told)


def _needed(run: Past) -> str:
    """Why the journal of a run is still needed; empty when it is not."""
    if run.record.state not in ENDED:
        return f"it is {run.record.state}; resume it, or roll it back"
    if run.record.state == "done" and run.swaps:
        return "it keeps the tables that it has replaced; finalize it, or roll it back"
    return ""


def _forget(session: Session, home: str, runs: Sequence[str]) -> None:
    for kept in journal_tables.ALL:
        shelf = Shelf(session.dialect, kept, home)
        for run in runs:
            session.execute(shelf.delete(shelf.of(run)))

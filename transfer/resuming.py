"""Goes on with a run that ended early: what it has done is held against the source as it is now, the rest is copied.

A new reader sees another instant than the former one, so a chunk that is done counts only while the source still says
the same of it; then all rows on the target are of the new instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from dialects.base import Session
from mappings.errors import Blocked, ConfigurationError, Locked, RowRefused, ValueDoesNotFit
from mappings.schema import TableName
from transfer.chunks import Chunk, chunk_of
from transfer.digest import Digest
from transfer.history import ChunkRecord, History, RunRecord, StepRecord
from transfer.journal import Journal
from transfer.journal_tables import short_name
from transfer.ledger import Copied, Ledger
from transfer.plan import Plan, TablePlan
from transfer.verifier import digest_source
from transfer.workers import Crew, taken


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the former owners of a run have noted."""

    record: RunRecord
    steps: tuple[StepRecord, ...]
    chunks: tuple[ChunkRecord, ...]
    rejected: Mapping[tuple[str, int], int]

    @property
    def made(self) -> frozenset[str]:
        """The tables that the run has made, or was about to."""
        return frozenset(step.object for step in self.steps if step.phase == "create")

    @property
    def before(self) -> dict[str, int]:
        """The rows of the tables that were there already, before the run."""
        return {step.object: int(step.state) for step in self.steps if step.phase == "before"}

    @property
    def views(self) -> frozenset[str]:
        """The views that the run has made."""
        return frozenset(step.object for step in self.steps if step.phase == "view")

    @property
    def keyed(self) -> frozenset[str]:
        """The tables whose foreign keys the run has made."""
        return frozenset(step.object for step in self.steps if step.phase == "foreign keys" and step.state == "done")

    @property
    def swapping(self) -> bool:
        """Whether the run has proved its shadows and begun to put them in place."""
        return any(step.phase == "attachments" for step in self.steps)

    def there(self, name: TableName) -> bool:
        """Whether a table of the target was there when the run was planned."""
        return str(name) not in self.made


def earlier(history: History, record: RunRecord) -> Earlier:
    run = record.run
    return Earlier(record, history.steps(run), history.chunks(run), history.rejected(run))


def refuse_ended(record: RunRecord) -> None:
    """ConfigurationError for a run that is done, or undone."""
    if record.state in ("done", "differs", "rolled back", "finalized"):
        raise ConfigurationError(f"run {record.run} is {record.state}", hint="there is nothing to go on with")


def refuse_at_work(target: Session, past: Earlier) -> None:
    """Locked when another process is at this run, or at one of its tables. What `target` holds after this ends with
    it."""
    taken = target.claim(sorted({*past.made, *past.before}))
    if taken:
        hint = "wait until it has ended; `dbtransfer status TARGET` shows how far it is"
        raise Locked("another run writes to this table now", hint=hint, where=taken)


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that is on the target, and what was noted of it."""

    chunk: Chunk
    record: ChunkRecord

    @property
    def digest(self) -> Digest:
        return Digest(self.record.rows, self.record.total or 0)


class Resumption:
    """Finds what of a run's chunks still holds, and takes the others back."""

    def __init__(self, plan: Plan, earlier: Earlier, ledger: Ledger, journal: Journal) -> None:
        self._plan = plan
        self._earlier = earlier
        self._ledger = ledger
        self._journal = journal
        self._all = done_chunks(plan, earlier.chunks)
        self._stale: list[Done] = []
        self._hold: list[Done] = []

    def check(self, pairs: Sequence[tuple[Session, Session]], batch_rows: int) -> list[Chunk]:
        """The chunks that hold. Of the others nothing is on the target when this returns: all are taken back before the
        first is written anew, for a unique value may have moved from one to another. Blocked, before anything is taken
        back, where that would touch rows that are not this run's, or that rows of other tables point to."""
        self._compare(pairs, batch_rows)
        tables = {id(done.chunk.table): done.chunk.table for done in self._stale}
        for table in tables.values():
            refuse_foreign(table, self._ledger.before.get(str(table.target.name), 0))
            self._refuse_pointed_to(table)
        for table in tables.values():
            self._take_back(table, pairs[0][1])
        take_up(self._ledger, self._hold)
        return [done.chunk for done in self._hold]

    def _compare(self, pairs: Sequence[tuple[Session, Session]], batch_rows: int) -> None:
        waiting: SimpleQueue[Done] = SimpleQueue()
        for done in self._all:
            waiting.put(done)
        crew = Crew(pairs)

        def work(reader: Session, _: Session) -> None:
            while not crew.stopping and (done := taken(waiting)) is not None:
                (self._hold if self._holds(done, reader, batch_rows) else self._stale).append(done)

        crew.run(work)

    def _holds(self, done: Done, reader: Session, batch_rows: int) -> bool:
        """A chunk some of whose rows were rejected does not: a row may have been mended, or be gone."""
        if done.record.total is None or (done.record.table, done.record.number) in self._earlier.rejected:
            return False
        try:
            return digest_source(reader, done.chunk, self._plan, batch_rows).digest == done.digest
        except (ValueDoesNotFit, RowRefused):
            return False

    def _refuse_pointed_to(self, table: TablePlan) -> None:
        """Deleting a row under a foreign key fails, or takes the rows along that point to it."""
        for other in self._plan.tables:
            points = any(key.target == table.target.name for key in other.target.foreign_keys)
            if points and (other.exists or str(other.target.name) in self._earlier.keyed):
                raise Blocked(
                    f"rows must be written anew, but a foreign key of {other.target.name} points to them",
                    hint=f"undo the run with `dbtransfer rollback TARGET {self._earlier.record.run}`, or empty the "
                    "tables, and copy anew",
                    where=str(table.target.name),
                )

    def _take_back(self, table: TablePlan, target: Session) -> None:
        """The table's stale chunks, or all of them where one alone cannot be."""
        if rewritable(table):
            for done in self._stale:
                if done.chunk.table is table:
                    _clear(target, done.chunk, self._journal)
            return
        empty(target, table, [done for done in self._all if done.chunk.table is table], self._journal)
        self._hold = [done for done in self._hold if done.chunk.table is not table]


def _clear(target: Session, chunk: Chunk, journal: Journal) -> None:
    target.begin()
    try:
        journal.clear(target, chunk)
        target.commit()
    except BaseException:
        target.rollback()
        raise


def done_chunks(plan: Plan, chunks: Iterable[ChunkRecord]) -> list[Done]:
    """The chunks of these records."""
    tables = {short_name(str(table.source.name)): table for table in plan.tables}
    return [Done(chunk_of(tables[record.table], record.number, *record.span), record) for record in chunks]


def take_up(ledger: Ledger, chunks: Iterable[Done]) -> None:
    """Count these chunks as done by this run."""
    ledger.earlier((Copied(done.chunk, done.digest), done.record) for done in chunks)


def empty(target: Session, table: TablePlan, done: Sequence[Done], journal: Journal) -> None:
    """Take all rows of a table back that this run has made, with the notes of all its chunks."""
    target.begin()
    try:
        target.within(f"DELETE FROM {target.dialect.qualified(table.target.name)}")
        for each in done:
            journal.forget(target, each.chunk)
        target.commit()
    except BaseException:
        target.rollback()
        raise


def refuse_foreign(table: TablePlan, before: int) -> None:
    """Blocked for a table whose rows are not all this run's: none of them may be taken back."""
    if before:
        raise Blocked(
            f"rows must be written anew, but nobody can tell them from the {before} that were there before",
            hint="mend by hand what `dbtransfer verify` shows; the source has changed, or some rows were rejected",
            where=str(table.target.name),
        )


def rewritable(table: TablePlan) -> bool:
    """Whether one chunk of the table can be taken back by its range; else the whole table must."""
    return not table.chunk_key.columns or table.chunk_key.portable

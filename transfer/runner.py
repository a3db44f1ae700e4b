"""Does what the plan says: tables, chunks over workers, then indexes, keys and the rest; last the proof."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime

from dialects import connect
from dialects.base import Readers, Session
from dialects.url import DatabaseUrl, kept
from mappings.errors import Blocked, ConstraintViolated, Locked, RowRefused, Stopped, TransferError, ValueDoesNotFit
from mappings.schema import NotCarried
from transfer import verifier
from transfer.chunks import Chunk, ChunkQueue, largest_first
from transfer.compare import compare_plan
from transfer.config import Options
from transfer.copier import Clear, Sent, copy_chunk
from transfer.differences import Comparison
from transfer.examiner import nulled
from transfer.journal import Journal, State
from transfer.ledger import Ledger
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.rejecting import Rejecting
from transfer.report import Report, Status, TableReport
from transfer.resuming import Earlier, Resumption
from transfer.steps import Steps
from transfer.trial import tried_plan
from transfer.verifier import Verdict
from transfer.views import try_views
from transfer.workers import Crew


class Run:
    """One run of one plan from `source` to `target`; with `earlier`, it goes on where that run ended."""

    def __init__(
        self,
        plan: Plan,
        source: DatabaseUrl,
        target: DatabaseUrl,
        options: Options,
        progress: Progress,
        earlier: Earlier | None = None,
    ) -> None:
        self._plan = plan
        self._source = source
        self._target = target
        self._options = options
        self._progress = progress
        self._earlier = earlier
        self._ledger = Ledger()
        self._readers: Readers | None = None
        self._notices: list[str] = []
        self._started = datetime.now(UTC)
        self._journal = self._make_journal()
        self._steps = Steps(plan, self._journal)
        self._rejecting = Rejecting(self._journal, options) if options.on_error == "reject" else None

    def _make_journal(self) -> Journal:
        if self._earlier is not None:
            return Journal(self._earlier.record.run, self._earlier.record.epoch + 1)
        return Journal(f"{self._started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")

    def __call__(self) -> Report:
        """Run the plan. Blocked, before anything is written, when the plan has blocks; Locked when another run writes
        to one of its tables."""
        refuse_blocks(self._plan)
        began = time.monotonic()
        with ExitStack() as stack:
            control = stack.enter_context(connect(self._target, writable=True))
            self._open(control)
            try:
                self._create(control)
                if self._plan.rows:
                    self._copy(stack)
                self._finish(control)
                copied = time.monotonic()
                verdicts = self._verify(control, stack)
                compared = compare_plan(self._plan, control)
            except TransferError as error:
                self._fail(control, error)
                raise
            report = self._report(began, copied, time.monotonic(), verdicts, compared)
            self._journal.close(control, "differs" if report.status == "differences" else "done")
        return report

    def _open(self, control: Session) -> None:
        """Hold the tables, and open the journal or take it over; nothing else has been written before."""
        if self._rejecting is not None:
            self._rejecting.prepare()
        self._journal.claim(control, sorted(str(table.target.name) for table in self._plan.tables))
        self._journal.prepare(control)
        if self._earlier is not None:
            self._journal.take_over(control, len(self._earlier.steps))
        self._plan = tried_plan(self._plan, control)
        self._steps = Steps(self._plan, self._journal)
        if self._earlier is not None:
            self._steps.go_on(self._earlier.steps)
            self._ledger.before.update(self._earlier.before)
            return
        self._journal.open(control, self._plan, kept(self._source), self._options)
        self._steps.intend(control)
        there = {str(table.target.name): table.target.name for table in self._plan.tables if table.exists}
        self._ledger.before.update({name: control.count(table) for name, table in there.items()})
        for name, rows in self._ledger.before.items():
            self._journal.note(control, [("before", name)], str(rows))

    def _fail(self, control: Session, error: TransferError) -> None:
        """Note how the run ended, and say how to go on. A stale owner has nothing to note any more."""
        if isinstance(error, Locked):
            return
        state: State = "stopped" if isinstance(error, Stopped) else "failed"
        with suppress(TransferError):  # the target may be what failed
            self._journal.close(control, state, str(error))
        again = f"Go on with: dbtransfer resume TARGET {self._journal.run}"
        error.hint = "\n".join(part for part in (error.hint, self._ledger.left_behind(), again) if part)

    def _create(self, control: Session) -> None:
        for table in self._plan.tables:
            self._steps.do(control, "create", table)
            if table.create:
                self._ledger.created.append(table)

    def _copy(self, stack: ExitStack) -> None:
        tables = self._loading_order()
        ordered = any(table.exists and table.target.foreign_keys for table in tables)
        workers = 1 if ordered else min(self._options.jobs, self._plan.limits.writers)
        source = stack.enter_context(connect(self._source))
        self._readers = source.readers(tuple(table.source.name for table in tables), workers)
        pairs = []
        for reader in self._readers.sessions:
            writer = stack.enter_context(connect(self._target, writable=True))
            writer.loading(own_tables=not any(table.exists for table in tables))
            pairs.append((stack.enter_context(reader), writer))
        self._notice([*source.notices(), *(notice for pair in pairs for notice in pair[1].notices())])
        for table in tables:
            self._ledger.altered.update(nulled(self._readers.sessions[0], table.source, table.read_columns))
        self._progress.phase("copy", {str(table.source.name): table.source.rows for table in tables})
        resumed = Resumption(self._plan, self._earlier, self._ledger, self._journal) if self._earlier else None
        if resumed is not None:
            resumed.check(pairs, self._options.batch_rows)
        chunks = ChunkQueue(tables, self._options.chunk_bytes, resumed.done if resumed else ())
        stale = resumed.stale if resumed else []
        crew = Crew(pairs)
        crew.run(lambda reader, writer: self._work(crew, chunks, stale, reader, writer))

    def _loading_order(self) -> list[TablePlan]:
        """Largest first, but parents first where foreign keys hold while rows come in."""
        tables = list(self._plan.tables)
        return tables if any(table.exists for table in tables) else largest_first(tables)

    def _work(self, crew: Crew, chunks: ChunkQueue, stale: list[Chunk], reader: Session, writer: Session) -> None:
        """Write anew what no longer holds, then all that is not done."""
        while not crew.stopping and stale:
            with suppress(IndexError):  # another worker was faster
                self._do(stale.pop(), reader, writer, self._journal.clear)
        while not crew.stopping and (chunk := chunks.take(reader)) is not None:
            self._do(chunk, reader, writer)

    def _do(self, chunk: Chunk, reader: Session, writer: Session, clear: Clear | None = None) -> None:
        began = time.monotonic()
        sent = self._copied(reader, writer, chunk, clear)
        self._ledger.chunk(chunk, sent, began)
        if self._rejecting is not None:
            self._rejecting.refuse_too_many(chunk)
        if chunk.where is None or chunk.where.upper is None:
            self._progress.done(str(chunk.table.source.name))

    def _copied(self, reader: Session, writer: Session, chunk: Chunk, clear: Clear | None) -> Sent:
        name = str(chunk.table.source.name)
        try:
            return copy_chunk(
                reader,
                writer,
                chunk,
                self._journal,
                batch_rows=self._options.batch_rows,
                digesting=self._options.verify == "digest",
                seen=lambda count: self._progress.rows(name, count),
                clear=clear,
            )
        except (ValueDoesNotFit, RowRefused):
            if self._rejecting is None:
                raise
        return self._rejecting.copy(reader, writer, chunk, clear)

    def _notice(self, notices: list[str]) -> None:
        for notice in dict.fromkeys(notices):
            self._notices.append(notice)
            self._progress.say(notice)

    def _finish(self, control: Session) -> None:
        self._progress.phase("indexes and keys", {})
        for table in self._plan.tables:
            self._steps.do(control, "indexes", table)
        for table in self._plan.tables:
            self._add_foreign_keys(control, table)
        for table in self._plan.tables:
            self._steps.do(control, "finish", table)
        if self._plan.views:
            made = self._earlier.views if self._earlier else frozenset()
            self._tell_views(try_views(self._plan, control, made, self._view_made))

    def _view_made(self, control: Session, name: str) -> None:
        self._journal.note(control, [("view", name)], "done")

    def _tell_views(self, left: tuple[NotCarried, ...]) -> None:
        """The views that were made are no longer among what is not carried; the others are with the reason."""
        tried = {str(view.name) for view, _ in self._plan.views}
        others = (item for item in self._plan.not_carried if item.object != "view" or item.name not in tried)
        self._plan = replace(self._plan, not_carried=(*others, *left))

    def _add_foreign_keys(self, control: Session, table: TablePlan) -> None:
        """After an anti-join for each: an engine may accept orphans without a word."""
        for key in table.target.foreign_keys if self._steps.waits("foreign keys", table) else ():
            orphans = control.query(control.dialect.orphans(table.target, key))
            if orphans:
                values = "; ".join(", ".join(str(value) for value in row) for row in orphans)
                raise ConstraintViolated(
                    f"foreign key {key.name}: rows without a parent in {key.target}: {values}",
                    where=f"{table.target.name}.{','.join(key.columns)}",
                    hint=f"mend these rows at the source, or copy without the key: --exclude '{table.source.name}'",
                )
        self._steps.do(control, "foreign keys", table)

    def _verify(self, control: Session, stack: ExitStack) -> dict[str, Verdict]:
        if not self._plan.rows or self._options.verify == "none":
            return {}
        counted = verifier.count_tables(self._plan, self._ledger.copied, self._ledger.before, control)
        if self._options.verify == "count":
            return counted
        before = self._ledger.before
        fresh = [copied for copied in self._ledger.copied if not before.get(str(copied.chunk.table.target.name))]
        tables = dict.fromkeys(str(copied.chunk.table.target.name) for copied in fresh)
        self._progress.phase("verify", {name: self._ledger.rows_of(name) for name in tables})
        sessions = [stack.enter_context(connect(self._target)) for _ in range(self._options.jobs)]
        digested = verifier.digest_tables(fresh, sessions, self._options.batch_rows, self._progress)
        return verifier.combined(counted, digested)

    def _report(
        self, began: float, copied: float, ended: float, verdicts: dict[str, Verdict], compared: Comparison
    ) -> Report:
        tables = tuple(self._table_report(table, verdicts) for table in self._plan.tables)
        return Report(
            status=_status(tables),
            run=self._journal.run,
            seconds=ended - began,
            tables=tables,
            losses=self._plan.losses,
            not_carried=self._plan.not_carried,
            altered=self._ledger.values_altered(self._plan),
            reject_file=self._rejecting.path if self._rejecting else "",
            consistency=self._readers.consistency if self._readers else "",
            notices=tuple(self._notices),
            copy_seconds=copied - began,
            verify_seconds=ended - copied,
            schema_differences=compared,
            source=self._plan.source,
            target=self._plan.target,
            started=f"{self._started:%Y-%m-%dT%H:%M:%SZ}",
            timings=tuple(self._ledger.timings),
        )

    def _table_report(self, table: TablePlan, verdicts: dict[str, Verdict]) -> TableReport:
        verdict = verdicts.get(str(table.target.name), Verdict("none"))
        return TableReport(
            source=str(table.source.name),
            target=str(table.target.name),
            rows=self._ledger.rows(table),
            rejected=self._rejecting.counts[str(table.source.name)] if self._rejecting else 0,
            verified=verdict.verified,
            seconds=self._ledger.seconds[str(table.source.name)],
            difference=verdict.difference,
            proof=verdict.proof,
        )


def _status(tables: Iterable[TableReport]) -> Status:
    if any(table.verified == "differs" for table in tables):
        return "differences"
    return "rejects" if any(table.rejected for table in tables) else "done"


def refuse_blocks(plan: Plan) -> None:
    """Blocked with every reason when the plan has any."""
    if not plan.blocks:
        return
    lines = [f"{block.where}: {block.message}" for block in plan.blocks]
    options = list(dict.fromkeys(block.option for block in plan.blocks if block.option))
    hint = "mend this, or go on with " + " ".join(options) if options else ""
    raise Blocked("nothing was written:\n  " + "\n  ".join(lines), hint=hint)

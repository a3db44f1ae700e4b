"""Does what the plan says: tables, chunks over workers, then indexes, keys and the rest; last the proof."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dialects import connect
from dialects.base import Readers, Session
from dialects.url import DatabaseUrl
from mappings.errors import Blocked, ConstraintViolated, RowRefused, TransferError, ValueDoesNotFit
from mappings.schema import NotCarried
from transfer import verifier
from transfer.chunks import Chunk, ChunkQueue, largest_first
from transfer.compare import compare_plan
from transfer.config import Options
from transfer.copier import Sent, copy_chunk
from transfer.differences import Comparison
from transfer.examiner import nulled
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.rejecting import Rejecting
from transfer.report import Altered, Report, Status, TableReport, Timing
from transfer.trial import tried_plan
from transfer.verifier import Copied, Verdict
from transfer.views import try_views
from transfer.workers import Crew


@dataclass
class Ledger:
    """What the run has done so far, kept by all workers: chunks, seconds, statements. Thread-safe."""

    began: float = field(default_factory=time.monotonic)
    copied: list[Copied] = field(default_factory=list)
    created: list[TablePlan] = field(default_factory=list)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    timings: list[Timing] = field(default_factory=list)
    altered: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def chunk(self, chunk: Chunk, sent: Sent, started: float) -> None:
        """A chunk that is done now, by this thread; `started` is a time of the monotonic clock."""
        name, worker, ended = str(chunk.table.source.name), threading.current_thread().name, time.monotonic()
        timing = Timing(name, chunk.number, worker, started - self.began, ended - self.began, sent.digest.rows)
        with self._lock:
            self.copied.append(Copied(chunk, sent.digest))
            self.altered.update(sent.altered)
            self.seconds[name] += ended - started
            self.timings.append(timing)

    def rows(self, table: TablePlan) -> int:
        return sum(copied.digest.rows for copied in self.copied if copied.chunk.table is table)


class Run:
    """One run of one plan from `source` to `target`."""

    def __init__(
        self, plan: Plan, source: DatabaseUrl, target: DatabaseUrl, options: Options, progress: Progress
    ) -> None:
        self._plan = plan
        self._source = source
        self._target = target
        self._options = options
        self._progress = progress
        self._ledger = Ledger()
        self._before: dict[str, int] = {}
        self._readers: Readers | None = None
        self._notices: list[str] = []
        self._started = datetime.now(UTC)
        self._run = f"{self._started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self._rejecting = Rejecting(self._run, options) if options.on_error == "reject" else None

    def __call__(self) -> Report:
        """Run the plan. Blocked, before anything is written, when the plan has blocks."""
        refuse_blocks(self._plan)
        began = time.monotonic()
        with ExitStack() as stack:
            control = stack.enter_context(connect(self._target, writable=True))
            try:
                self._plan = tried_plan(self._plan, control)
                self._create(control)
                if self._plan.rows:
                    self._copy(stack)
                self._finish(control)
                copied = time.monotonic()
                verdicts = self._verify(control, stack)
                compared = compare_plan(self._plan, control)
            except TransferError as error:
                error.hint = "\n".join(part for part in (error.hint, self._left_behind()) if part)
                raise
        return self._report(began, copied, time.monotonic(), verdicts, compared)

    def _create(self, control: Session) -> None:
        if self._rejecting is not None:
            self._rejecting.prepare(control)
        for table in self._plan.tables:
            name = str(table.target.name)
            if table.exists:
                self._before[name] = control.count(table.target.name)
            for statement in table.create:
                execute(control, statement, where=name)
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
        chunks = ChunkQueue(tables, self._options.chunk_bytes)
        crew = Crew(pairs)
        crew.run(lambda reader, writer: self._work(crew, chunks, reader, writer))

    def _loading_order(self) -> list[TablePlan]:
        """Largest first, but parents first where foreign keys hold while rows come in."""
        tables = list(self._plan.tables)
        return tables if any(table.exists for table in tables) else largest_first(tables)

    def _work(self, crew: Crew, chunks: ChunkQueue, reader: Session, writer: Session) -> None:
        while not crew.stopping and (chunk := chunks.take(reader)) is not None:
            name, began = str(chunk.table.source.name), time.monotonic()
            sent = self._copied(reader, writer, chunk)
            self._ledger.chunk(chunk, sent, began)
            if self._rejecting is not None:
                self._rejecting.refuse_too_many(chunk)
            if chunk.where is None or chunk.where.upper is None:
                self._progress.done(name)

    def _copied(self, reader: Session, writer: Session, chunk: Chunk) -> Sent:
        name = str(chunk.table.source.name)
        try:
            return copy_chunk(
                reader,
                writer,
                chunk,
                batch_rows=self._options.batch_rows,
                digesting=self._options.verify == "digest",
                seen=lambda count: self._progress.rows(name, count),
            )
        except (ValueDoesNotFit, RowRefused):
            if self._rejecting is None:
                raise
        return self._rejecting.copy(reader, writer, chunk)

    def _notice(self, notices: list[str]) -> None:
        for notice in dict.fromkeys(notices):
            self._notices.append(notice)
            self._progress.say(notice)

    def _finish(self, control: Session) -> None:
        self._progress.phase("indexes and keys", {})
        for table in self._plan.tables:
            for statement in table.indexes:
                execute(control, statement, where=str(table.target.name))
        for table in self._plan.tables:
            self._add_foreign_keys(control, table)
        for table in self._plan.tables:
            for statement in table.finish:
                execute(control, statement, where=str(table.target.name))
        if self._plan.views:
            self._tell_views(try_views(self._plan, control))

    def _tell_views(self, left: tuple[NotCarried, ...]) -> None:
        """The views that were made are no longer among what is not carried; the others are with the reason."""
        tried = {str(view.name) for view, _ in self._plan.views}
        others = (item for item in self._plan.not_carried if item.object != "view" or item.name not in tried)
        self._plan = replace(self._plan, not_carried=(*others, *left))

    def _add_foreign_keys(self, control: Session, table: TablePlan) -> None:
        """Each key after an anti-join of its own: an engine may accept orphans without a word."""
        for key, statement in zip(table.target.foreign_keys, table.foreign_keys, strict=False):
            orphans = control.query(control.dialect.orphans(table.target, key))
            if orphans:
                values = "; ".join(", ".join(str(value) for value in row) for row in orphans)
                raise ConstraintViolated(
                    f"foreign key {key.name}: rows without a parent in {key.target}: {values}",
                    where=f"{table.target.name}.{','.join(key.columns)}",
                    hint=f"mend these rows at the source, or copy without the key: --exclude '{table.source.name}'",
                )
            execute(control, statement, where=str(table.target.name))

    def _verify(self, control: Session, stack: ExitStack) -> dict[str, Verdict]:
        if not self._plan.rows or self._options.verify == "none":
            return {}
        counted = verifier.count_tables(self._plan, self._ledger.copied, self._before, control)
        if self._options.verify == "count":
            return counted
        fresh = [copied for copied in self._ledger.copied if not self._before.get(str(copied.chunk.table.target.name))]
        tables = {str(copied.chunk.table.target.name): copied.digest.rows for copied in fresh}
        self._progress.phase("verify", {name: self._rows_of(name) for name in tables})
        sessions = [stack.enter_context(connect(self._target)) for _ in range(self._options.jobs)]
        digested = verifier.digest_tables(fresh, sessions, self._options.batch_rows, self._progress)
        return verifier.combined(counted, digested)

    def _rows_of(self, name: str) -> int:
        return sum(copied.digest.rows for copied in self._ledger.copied if str(copied.chunk.table.target.name) == name)

    def _left_behind(self) -> str:
        """What the target holds after a failed run, and how to remove it."""
        created = self._ledger.created
        if not created and not self._ledger.copied:
            return "Nothing was written to the target."
        told = ", ".join(f"{table.target.name} ({self._ledger.rows(table)} rows)" for table in created)
        grown = ", ".join(f"{name} ({self._rows_of(name)} rows added)" for name in self._before if self._rows_of(name))
        parts = [f"This run left on the target: {told}. Drop these tables before the next try."] if told else []
        parts += [f"Rows were added to: {grown}."] if grown else []
        return " ".join(parts)

    def _report(
        self, began: float, copied: float, ended: float, verdicts: dict[str, Verdict], compared: Comparison
    ) -> Report:
        tables = tuple(self._table_report(table, verdicts) for table in self._plan.tables)
        return Report(
            status=_status(tables),
            run=self._run,
            seconds=ended - began,
            tables=tables,
            losses=self._plan.losses,
            not_carried=self._plan.not_carried,
            altered=self._altered(),
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

    def _altered(self) -> tuple[Altered, ...]:
        rules = {
            f"{table.source.name}.{column.read.name}": column.rule or ""
            for table in self._plan.tables
            for column in table.columns
        }
        return tuple(Altered(name, rules[name], count) for name, count in sorted(self._ledger.altered.items()))


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


def execute(session: Session, statement: str, *, where: str) -> None:
    """Run one statement; an error names the table."""
    try:
        session.execute(statement)
    except TransferError as error:
        error.at(where)
        raise

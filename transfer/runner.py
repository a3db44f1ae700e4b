"""Does what the plan says: tables, rows, then indexes, keys and the rest; the proof; then new tables replace old."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime

from dialects import connect
from dialects.base import Session
from dialects.url import DatabaseUrl, kept
from mappings.errors import Blocked, ConstraintViolated, Locked, Stopped, TransferError
from mappings.schema import NotCarried
from transfer import verifier
from transfer.compare import compare_plan
from transfer.config import Options
from transfer.connections import several
from transfer.history import History
from transfer.journal import Journal, State, kept_text
from transfer.ledger import Ledger
from transfer.loading import Loading
from transfer.outcome import Outcome
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.rejecting import Rejecting
from transfer.replacing import shadowed, swap, swaps_of
from transfer.report import Report
from transfer.resuming import Earlier, done_chunks, take_up
from transfer.retrying import persistently
from transfer.steps import Phase, Steps, orphans
from transfer.trial import tried_plan
from transfer.verifier import Verdict
from transfer.views import try_views
from transfer.workers import signal_of


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
        self._loaded = plan
        """The plan with shadows in place of the tables that it replaces."""
        self._source = source
        self._target = target
        self._options = options
        self._progress = progress
        self._earlier = earlier
        self._ledger = Ledger()
        self._started = datetime.now(UTC)
        self._journal = self._make_journal()
        self._steps = Steps(plan, self._journal)
        self._rejecting = Rejecting(self._journal, options) if options.rejecting else None

    def _make_journal(self) -> Journal:
        if self._earlier is not None:
            return Journal(self._earlier.record.run, self._earlier.record.epoch + 1, len(self._earlier.steps))
        return Journal(f"{self._started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}")

    def __call__(self) -> Report:
        """Run the plan. Blocked, before anything is written, when the plan has blocks; Locked when another run writes
        to one of its tables."""
        refuse_blocks(self._plan)
        began = time.monotonic()
        with ExitStack() as stack:
            control = stack.enter_context(connect(self._target, writable=True))
            if self._rejecting is not None and self._earlier is None:
                self._rejecting.prepare()
            control.wait_for_locks(self._options.manners.lock_timeout)
            self._journal.claim(control, self._claimed)
            self._journal.prepare(control)
            try:
                outcome = self._run(control, stack, began)
            except TransferError as error:
                self._fail(control, error)
                raise
            except KeyboardInterrupt as interrupt:
                stopped = Stopped("stopped", signal_number=signal_of(interrupt))
                self._fail(control, stopped)
                raise stopped from None
            self._journal.close(control, "differs" if outcome.differs else "done")
        return outcome.report(self._started)

    def _run(self, control: Session, stack: ExitStack, began: float) -> Outcome:
        self._begin(control)
        self._create(control)
        loading = Loading(self._loaded, self._options, self._journal, self._ledger, self._progress, self._rejecting)
        if self._earlier is not None and self._swapped:
            take_up(self._ledger, done_chunks(self._loaded, self._earlier.chunks))
            if self._rejecting is not None:
                self._rejecting.take_up(self._loaded, self._earlier.rejected)
        elif self._plan.rows:
            loading(self._source, self._target, self._earlier)
        self._finish(control)
        copied = time.monotonic()
        outcome = Outcome(self._plan, self._loaded, self._journal.run, self._ledger, self._rejecting)
        outcome.verdicts = self._verify(control, stack)
        if not outcome.differs:
            self._replace(control)
        self._make_views(control)
        outcome.plan = self._plan
        outcome.loaded(loading.consistency, (*loading.notices, *self._ledger.unproved))
        outcome.compared = compare_plan(self._plan, control)
        outcome.took(began, copied, time.monotonic())
        return outcome

    def _begin(self, control: Session) -> None:
        """Open the journal, or take it over; nothing else has been written before."""
        if self._earlier is not None:
            self._journal.take_over(control)
        self._plan = tried_plan(self._plan, control)
        self._loaded = shadowed(self._plan, self._journal.run, control.dialect)
        self._steps = Steps(self._loaded, self._journal)
        if self._earlier is not None:
            self._steps.go_on(self._earlier.steps)
            self._ledger.before.update(self._earlier.before)
            return
        there = {str(table.target.name): table.target.name for table in self._plan.tables if table.exists}
        self._ledger.before.update({name: control.count(table) for name, table in there.items()})
        before = [("before", name, str(rows)) for name, rows in self._ledger.before.items()]
        notes = (("tables", kept_text(self._made()), "done"), *self._steps.intended, *before)
        self._steps.begin(self._journal.open(control, self._plan, kept(self._source), self._options, notes))

    def _made(self) -> tuple[object, ...]:
        """The tables that this run makes, as whoever undoes it must know them."""
        return tuple(table.target for table in self._loaded.tables if table.create)

    def _fail(self, control: Session, error: TransferError) -> None:
        """Note how the run ended, and say how to go on. A stale owner has nothing to note any more."""
        if isinstance(error, Locked):
            return
        state: State = "stopped" if isinstance(error, Stopped) else "failed"
        with suppress(TransferError):  # the target may be what failed
            self._journal.close(control, state, str(error))
        run = self._journal.run
        ways = f"Go on with: dbtransfer resume TARGET {run}\nOr undo it with: dbtransfer rollback TARGET {run}"
        error.hint = "\n".join(part for part in (error.hint, self._ledger.left_behind(), ways) if part)

    def _create(self, control: Session) -> None:
        for table in self._loaded.tables:
            self._step(control, "create", table)
            if table.create:
                self._ledger.created.append(table)

    def _finish(self, control: Session) -> None:
        """Keys of new tables to replaced ones wait until these are in their place."""
        self._progress.phase("indexes and keys", {})
        self._persistently(control, lambda: control.query("SELECT 1"))
        for table in self._loaded.tables:
            self._step(control, "indexes", table)
        replacing = any(table.replaces for table in self._loaded.tables)
        for table in self._loaded.tables:
            if table.replaces or not replacing:
                self._add_foreign_keys(control, table)
        for table in self._loaded.tables:
            self._step(control, "finish", table)

    @property
    def _claimed(self) -> list[str]:
        return sorted(str(table.target.name) for table in self._plan.tables)

    def _step(self, control: Session, phase: Phase, table: TablePlan) -> None:
        self._persistently(control, lambda: self._steps.do(control, phase, table))

    def _persistently(self, control: Session, work: Callable[[], object]) -> None:
        """Do it, again after a fault that passes. The journal then tells what was done before the connection was lost,
        and the tables must be ours again."""
        failed = False

        def attempt() -> None:
            nonlocal failed
            if failed:
                self._journal.regain(control, self._claimed)
                self._steps.go_on(History(control).steps(self._journal.run))
            failed = True
            work()

        persistently(attempt, self._options.manners, rest=time.sleep, say=self._progress.say)

    def _add_foreign_keys(self, control: Session, table: TablePlan) -> None:
        """After an anti-join for each: an engine may accept orphans without a word."""
        for key in table.target.foreign_keys if self._steps.waits("foreign keys", table) else ():
            values = orphans(control, table.target, key)
            if values:
                raise ConstraintViolated(
                    f"foreign key {key.name}: rows without a parent in {key.target}: {values}",
                    where=f"{table.target.name}.{','.join(key.columns)}",
                    hint=f"mend these rows at the source, or copy without the key: --exclude '{table.source.name}'",
                )
        self._step(control, "foreign keys", table)

    def _verify(self, control: Session, stack: ExitStack) -> Mapping[str, Verdict]:
        if not self._plan.rows or self._options.verify == "none" or self._swapped:
            return {}
        counted = verifier.count_tables(self._loaded, self._ledger.copied, self._ledger.before, control)
        if self._options.verify == "count":
            return counted
        before = self._ledger.before
        fresh = [copied for copied in self._ledger.copied if not before.get(str(copied.chunk.table.target.name))]
        tables = dict.fromkeys(str(copied.chunk.table.target.name) for copied in fresh)
        self._progress.phase("verify", {name: self._ledger.rows_of(name) for name in tables})
        sessions = several(stack, self._target, self._options.jobs)
        digested = verifier.digest_tables(fresh, sessions, self._options.batch_rows, self._progress)
        misread = {name: Verdict("differs", told) for name, told in self._ledger.misread.items()}
        return {**verifier.combined(counted, digested), **misread}

    @property
    def _swapped(self) -> bool:
        """Whether the former owner of the run has proved the shadows and begun to swap."""
        return self._earlier is not None and self._earlier.swapping

    def _replace(self, control: Session) -> None:
        swaps = swaps_of(self._plan.tables, self._journal.run)
        if not swaps:
            return
        self._progress.phase("replace", {})
        swap(control, self._target, self._journal, swaps, self._earlier.steps if self._earlier else ())
        for table in self._loaded.tables:
            self._add_foreign_keys(control, table)

    def _make_views(self, control: Session) -> None:
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


def refuse_blocks(plan: Plan) -> None:
    """Blocked with every reason when the plan has any."""
    if not plan.blocks:
        return
    lines = [f"{block.where}: {block.message}" for block in plan.blocks]
    options = list(dict.fromkeys(block.option for block in plan.blocks if block.option))
    hint = "mend this, or go on with " + " ".join(options) if options else ""
    raise Blocked("nothing was written:\n  " + "\n  ".join(lines), hint=hint)

"""Make the target equal again: what `verify` has found, written as a script or done, and proved afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from dialects import connect
from dialects.base import Session
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, TransferError
from mappings.schema import Table
from transfer.config import Options
from transfer.drill import Pair
from transfer.journal import Journal
from transfer.plan import Plan
from transfer.progress import Progress
from transfer.repair_plan import Step, Work, looked_through, ordered
from transfer.repair_script import HEAD, Script
from transfer.repair_steps import Batch, batches
from transfer.report import Repaired, Report
from transfer.sides import source_side, target_side
from transfer.verification import Finding
from transfer.verify_options import VerifyOptions
from transfer.verify_run import verify_databases

DEFAULT_REPAIR_ROWS = 500
CHANGED = "{expected:,} row(s) were to be changed, but the server changed {found:,}"
AGAIN = "somebody writes to the target, or a trigger does; nothing of this transaction is kept: verify and repair again"

Consent = Callable[[Sequence[Repaired]], None]
"""Told what will be done, by table; raises where that must not be."""


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """`script` is the file that is written, `apply` whether the target is; `rows` are those of one transaction."""

    script: str = ""
    apply: bool = False
    rows: int = DEFAULT_REPAIR_ROWS

    def __post_init__(self) -> None:
        if self.rows < 1:
            raise ConfigurationError("a transaction of a repair must have a row at least")


def repair_databases(
    source: DatabaseUrl,
    target: DatabaseUrl,
    options: Options,
    asked: VerifyOptions,
    repair: RepairOptions,
    consent: Consent,
    progress: Progress,
) -> Report:
    """Verify, then write the script, then repair, as far as asked. The report is that of the last verification."""
    kept: list[tuple[Plan, Sequence[Finding]]] = []
    every = replace(asked, every_key=True)
    report = verify_databases(source, target, options, every, progress, lambda *found: kept.append(found))
    with ExitStack() as stack:
        reader = stack.enter_context(connect(source))
        writer = stack.enter_context(connect(target, writable=repair.apply))
        made = Repair(*kept[0], asked, options.batch_rows, repair.rows)
        done = _work(made, reader, writer, repair, consent, progress)
    if done:
        report = verify_databases(source, target, options, replace(asked, state=""), progress)
    return replace(report, repaired=done, repair_script=repair.script)


def _work(
    made: Repair, reader: Session, writer: Session, repair: RepairOptions, consent: Consent, progress: Progress
) -> tuple[Repaired, ...]:
    """Write the script, do the repair, as asked; what was done."""
    if repair.apply:
        made.hold(writer)
    steps = made.steps(reader, writer)
    if repair.script:
        made.write(Path(repair.script), steps, writer)
    if not repair.apply or not steps:
        return ()
    progress.close()
    consent(made.repaired)
    progress.phase("repair", {each.table: each.rows for each in made.repaired})
    made.apply(steps, writer, progress)
    return made.repaired


class Repair:
    """The repair of what one verification has found."""

    def __init__(
        self, plan: Plan, findings: Sequence[Finding], asked: VerifyOptions, batch_rows: int, rows: int
    ) -> None:
        self._plan, self._findings, self._asked = plan, findings, asked
        self._batch_rows, self._rows = batch_rows, rows
        self._works: list[Work] = []

    @property
    def repaired(self) -> tuple[Repaired, ...]:
        """What is to be done, by table."""
        return tuple(work.repaired for work in self._works if work.repaired.rows)

    @property
    def _together(self) -> bool:
        return any(work.together for work in self._works)

    def hold(self, writer: Session) -> None:
        """Keep other runs away from the tables until `writer` is closed. Locked when one is there."""
        Journal("repair").claim(writer, sorted(finding.subject.name for finding in self._findings))

    def steps(self, reader: Session, writer: Session) -> list[Step]:
        """Everything to do, in order. Blocked where that cannot be without taking other rows along."""
        found = [finding for finding in self._findings if finding.surplus]
        if not found:
            return []
        tables = writer.reflect(()).tables
        self._works = [self._work(finding, reader, writer, tables) for finding in found]
        for work in self._works:
            looked_through(work)
        whole = frozenset(
            finding.subject.table.target.name
            for finding in self._findings
            if not finding.unverified and not finding.subject.conditions
        )
        needed = [work for work in self._works if work.repaired.rows]
        return ordered(needed, tables, writer.dialect, whole=whole)

    def _work(self, finding: Finding, reader: Session, writer: Session, tables: Iterable[Table]) -> Work:
        plan = finding.subject.table
        pair = Pair(
            source_side(reader, plan, self._plan.limits, self._batch_rows), target_side(writer, plan, self._batch_rows)
        )
        (table,) = (table for table in tables if table.name == plan.target.name)
        (whole,) = (each for each in self._plan.tables if each.target.name == plan.target.name)
        compared = {column.name for column in plan.write_columns}
        left_out = tuple(column.name for column in whole.write_columns if column.name not in compared)
        return Work(finding, pair, self._asked.float_tolerance, table, left_out)

    def _batches(self, steps: Sequence[Step]) -> Iterator[Batch]:
        for step in steps:
            yield from batches(step, self._rows)

    def write(self, path: Path, steps: Sequence[Step], writer: Session) -> None:
        """The script. The target is only read."""
        instant = datetime.now(UTC).isoformat(sep=" ", timespec="seconds").partition("+")[0]
        head = HEAD.format(
            source=self._plan.source, target=self._plan.target, instant=instant, running=writer.dialect.rows.running
        )
        script = Script(writer.dialect, self._together)
        try:
            with path.open("w", encoding="utf-8", newline="\n") as file:
                for line in script.lines(head, self.repaired, self._batches(steps)):
                    file.write(f"{line}\n")
        except OSError as error:
            raise ConfigurationError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error

    def apply(self, steps: Sequence[Step], writer: Session, progress: Progress) -> None:
        """Do it: a transaction for each batch, or one for all where foreign keys must wait for its end."""
        writer.loading(own_tables=False)
        if not self._together:
            for batch in self._batches(steps):
                _in_transaction(writer, (), [batch])
                _tell(batch, progress)
            return
        _in_transaction(writer, writer.dialect.rows.deferring, self._batches(steps))


def _in_transaction(writer: Session, opening: Sequence[str], found: Iterable[Batch]) -> None:
    """All or nothing. TransferError when the server changes other rows than planned."""
    writer.begin()
    try:
        for statement in opening:
            writer.within(statement)
        for batch in found:
            _do(writer, batch)
        writer.commit()
    except BaseException:
        writer.rollback()
        raise


def _do(writer: Session, batch: Batch) -> None:
    plan = batch.step.work.finding.subject.table
    for statement in batch.statements:
        changed = 0
        for sql in writer.dialect.rows.counted(statement.sql):
            answer = writer.within(sql)
            changed = int(str(answer[0][0])) if answer else 0
        _agree(statement.rows, changed, str(plan.target.name))
    if batch.added.num_rows:
        added = writer.write(plan.target, plan.write_columns, [batch.added])
        _agree(batch.added.num_rows, added, str(plan.target.name))


def _tell(batch: Batch, progress: Progress) -> None:
    """Rows that count as repaired: not those that let go of others or are tied to them."""
    if batch.step.act == "exchange":
        progress.rows(str(batch.step.work.name), batch.added.num_rows)
    elif batch.step.act in ("delete", "update", "insert"):
        rows = sum(statement.rows for statement in batch.statements) + batch.added.num_rows
        progress.rows(str(batch.step.work.name), rows)


def _agree(expected: int, found: int, table: str) -> None:
    if expected != found:
        raise TransferError(CHANGED.format(expected=expected, found=found), where=table, hint=AGAIN)

"""One verification from two URLs to a report: plan, choose, compare."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from dialects import connect
from dialects.base import Readers
from dialects.url import DatabaseUrl
from mappings.conform import is_sentinel
from mappings.errors import Blocked, ConfigurationError
from transfer.config import Options
from transfer.plan import Plan
from transfer.planner import make_plan, unused_allowances
from transfer.progress import Progress
from transfer.report import Report, Status, TableReport, Unverified
from transfer.subjects import Chosen, chosen
from transfer.verification import Finding, Sessions, Verification, unverified
from transfer.verify_options import VerifyOptions
from transfer.verify_state import VerifyState

Kept = Callable[[Plan, Sequence[Finding]], None]


def verify_databases(
    source: DatabaseUrl,
    target: DatabaseUrl,
    options: Options,
    asked: VerifyOptions,
    progress: Progress,
    keep: Kept = lambda plan, findings: None,
) -> Report:
    """Compare two live databases as a copy with `options` would have written them. Reads both, writes to neither. What
    was found is given to `keep`, too."""
    began, started = time.monotonic(), datetime.now(UTC)
    with ExitStack() as stack:
        reader, writer = stack.enter_context(connect(source)), stack.enter_context(connect(target))
        plan = make_plan(reader, writer, _planning(options))
        _refuse_unmeant(plan, options)
        found = _chosen(plan, asked)
        state = VerifyState(asked.state, {"plan": plan.hash, **asked.meaning})
        readers = reader.readers(tuple(each.table.source.name for each in found.subjects), options.jobs)
        pairs = [(stack.enter_context(session), stack.enter_context(connect(target))) for session in readers.sessions]
        progress.phase("verify", {each.name: each.table.source.rows for each in found.subjects})
        findings = Verification(asked, plan.limits, options.batch_rows, state, progress)(
            found.subjects, pairs, lambda: _fresh(stack, source, target, options.jobs)
        )
    keep(plan, findings)
    left = (*found.unverified, *unverified(findings), *_sampled(asked))
    return _report(plan, findings, left, readers, started, time.monotonic() - began)


def _planning(options: Options) -> Options:
    """Plan for what is there. The rows are asked only where a rule takes the place of values that cannot be read."""
    probe = any(allowance.rule == "null" or is_sentinel(allowance.rule) for allowance in options.allowances)
    return replace(
        options, if_exists="append", schema=False, rows=True, probe=probe, on_error="stop", on_error_of=(), views="list"
    )


def _refuse_unmeant(plan: Plan, options: Options) -> None:
    for given in unused_allowances(plan, options.allowances):
        raise ConfigurationError(f"--allow-loss {given} matches no column")
    absent = [str(table.target.name) for table in plan.tables if not table.exists]
    if absent:
        raise ConfigurationError(
            f"the target has no table {', '.join(absent)}", hint="copy first, or leave them out with --exclude"
        )


def _chosen(plan: Plan, asked: VerifyOptions) -> Chosen:
    found = chosen(plan, asked)
    if found.refused:
        lines = "\n  ".join(f"{block.where}: {block.message}" for block in found.refused)
        raise Blocked(f"this cannot be compared:\n  {lines}", hint="leave these tables out with --exclude")
    return found


def _fresh(stack: ExitStack, source: DatabaseUrl, target: DatabaseUrl, jobs: int) -> Sequence[Sessions]:
    return [(stack.enter_context(connect(source)), stack.enter_context(connect(target))) for _ in range(jobs)]


def _sampled(asked: VerifyOptions) -> tuple[Unverified, ...]:
    if asked.sample == 1:
        return ()
    return (Unverified("all tables", f"only a sample of {100 * asked.sample:g}% of the keys was compared"),)


def _report(
    plan: Plan,
    findings: Sequence[Finding],
    left: tuple[Unverified, ...],
    readers: Readers,
    started: datetime,
    seconds: float,
) -> Report:
    return Report(
        status=_status(findings, left),
        run=f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        seconds=seconds,
        tables=tuple(_table(finding) for finding in findings),
        losses=(),
        not_carried=(),
        consistency=readers.consistency,
        verify_seconds=seconds,
        source=plan.source,
        target=plan.target,
        started=started.isoformat(timespec="seconds"),
        differences=tuple(each for finding in findings for each in finding.differences),
        unverified=left,
    )


def _status(findings: Sequence[Finding], left: tuple[Unverified, ...]) -> Status:
    if any(finding.verified == "differs" for finding in findings):
        return "differences"
    return "partial" if left else "done"


def _table(finding: Finding) -> TableReport:
    return TableReport(
        source=str(finding.subject.table.source.name),
        target=finding.subject.name,
        rows=finding.rows,
        rejected=0,
        verified=finding.verified,
        seconds=finding.seconds,
        difference=finding.difference,
        proof=finding.proof,
        counts=finding.counts,
    )

"""The public functions: each opens what it needs, does one thing, and closes it again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dialects import connect, survey
from dialects.url import DatabaseUrl, parse_url
from mappings.errors import ConfigurationError
from mappings.names import PRESERVED, Naming
from mappings.schema import Schema
from transfer import undoing
from transfer.compare import compare_plan, plan_anew
from transfer.config import Allowance, Options, Selection
from transfer.differences import Comparison
from transfer.history import History, RunRecord, RunStatus, run_status
from transfer.plan import Plan
from transfer.planner import make_plan, unused_allowances
from transfer.progress import Progress, Silent
from transfer.reflector import reflect
from transfer.repair import Consent, RepairOptions, repair_databases
from transfer.replay import Replayed
from transfer.replay import replay as replay_rows
from transfer.report import Report
from transfer.resuming import earlier, refuse_at_work, refuse_ended
from transfer.reviewed import Reviewed, options_from, read_reviewed, refuse_drift
from transfer.runner import Run, refuse_blocks
from transfer.verify_options import VerifyOptions
from transfer.verify_run import verify_databases

Url = str | DatabaseUrl


def inspect(url: Url, selection: Selection | None = None) -> Schema:
    """What the database behind `url` holds: tables, columns, keys, sizes, and what cannot be carried."""
    with connect(url) as session:
        return reflect(session, selection or Selection()).schema


def plan(source: Url, target: Url, options: Options | None = None) -> Plan:
    """The plan of a copy, made by reading both databases and writing to neither. A target file that is not
    there yet counts as an empty database."""
    options = options or Options()
    with connect(source) as reader, survey(target) as writer:
        made = make_plan(reader, writer, options)
    _refuse_unused(made, options.allowances)
    return made


def reviewed_plan(source: Url, target: Url, path: Path) -> Plan:
    """The plan that `path` holds (what `dbtransfer plan --json` printed), made anew. Blocked, naming what differs, when
    the databases are no longer as they were when it was made."""
    reviewed = read_reviewed(path)
    made = plan(source, target, reviewed.options)
    refuse_drift(reviewed, made)
    return made


def copy(
    plan: Plan, *, source: Url, target: Url, options: Options | None = None, progress: Progress | None = None
) -> Report:
    """Do what `plan` says. `options` tell how (jobs, batch rows, verification); what is in the plan.

    Raises Blocked, before anything is written, when the plan has blocks. The report's status is `done`, or
    `differences` when the verification at the end found any.
    """
    run = Run(plan, _url(source), _url(target), options or Options(), progress or Silent())
    return run()


def runs(target: Url) -> tuple[RunRecord, ...]:
    """The runs that the target's journal knows, the oldest first."""
    with connect(target) as session:
        return History(session).runs()


def status(target: Url, run: str = "") -> RunStatus:
    """How far one run is, the last when `run` is empty."""
    with connect(target) as session:
        return run_status(session, run)


def resume(
    target: Url,
    run: str = "",
    *,
    source: Url | None = None,
    jobs: int | None = None,
    batch_rows: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Go on with a run that ended early, the last when `run` is empty, as it was asked to go; `jobs` and `batch_rows`
    may be others, and `source` is where the source is now, by default where it was.

    Blocked when source or target would now be planned otherwise. Locked when the run is at work.
    """
    with connect(target) as writer:
        history = History(writer)
        record = history.run(run)
        past = earlier(history, record)
        refuse_ended(record)
        refuse_at_work(writer, past)
        document = history.document(record.run)
        reviewed = Reviewed(options_from(document["options"]), document)
        where = _url(source or record.source)
        with connect(where) as reader:
            made = make_plan(reader, writer, reviewed.options, there=past.there)
    refuse_drift(reviewed, made)
    asked = options_from(record.options)
    options = replace(asked, jobs=jobs or asked.jobs, batch_rows=batch_rows or asked.batch_rows)
    return Run(made, where, _url(target), options, progress or Silent(), past)()


def rollback(target: Url, run: str) -> tuple[str, ...]:
    """Undo a run; what was done, in words. Blocked, with nothing changed, when that cannot be."""
    return undoing.rollback(_url(target), run)


def finalize(target: Url, run: str) -> tuple[str, ...]:
    """Drop the tables that a run has replaced; what was done, in words."""
    return undoing.finalize(_url(target), run)


def clean(target: Url, *, everything: bool = False) -> tuple[str, ...]:
    """Remove what the target's journal keeps of runs that have ended; of all when `everything`."""
    return undoing.clean(_url(target), everything=everything)


def replay(path: Path, target: Url) -> Replayed:
    """Write the rows of a reject file into `target`; those that it takes leave the file."""
    with connect(target, writable=True) as session:
        return replay_rows(path, session)


def verify(
    source: Url,
    target: Url,
    options: Options | None = None,
    progress: Progress | None = None,
    *,
    asked: VerifyOptions | None = None,
) -> Report:
    """Compare two databases value by value, as a copy with these options would have written them; `asked` tells how.

    The report's status is `differences` when there are any, `partial` when there are none but not all was compared.
    """
    return verify_databases(
        _url(source), _url(target), options or Options(), asked or VerifyOptions(), progress or Silent()
    )


def repair(
    source: Url,
    target: Url,
    repair: RepairOptions,
    options: Options | None = None,
    progress: Progress | None = None,
    *,
    asked: VerifyOptions | None = None,
    consent: Consent = lambda repaired: None,
) -> Report:
    """Verify, and write or do what makes the rows of `target` equal. `consent` is told what will be done, and raises
    where it must not be. After a repair the report is that of another verification, with what was `repaired`.

    Blocked, with nothing changed, where foreign keys leave no way. TransferError when rows change meanwhile: what was
    committed stays, and the repair can be run again.
    """
    return repair_databases(
        _url(source),
        _url(target),
        options or Options(),
        asked or VerifyOptions(),
        repair,
        consent,
        progress or Silent(),
    )


def compare(
    source: Url,
    target: Url,
    selection: Selection | None = None,
    *,
    allowances: tuple[Allowance, ...] = (),
    naming: Naming = PRESERVED,
) -> Comparison:
    """Compare two schemas: what a copy into an empty target would make, held against what the target has. Every
    difference that the plan of that copy tells of is explained by it; tables that only the target has count when
    nothing is selected.

    `allowances` and `naming` are those that the copy was given. Blocked when a copy would be.
    """
    selection = selection or Selection()
    with connect(source) as reader, connect(target) as writer:
        made = plan_anew(reader, writer, Options(selection, allowances=allowances, naming=naming))
        _refuse_unused(made, allowances)
        refuse_blocks(made)
        return compare_plan(made, writer, whole=selection == Selection())


def _refuse_unused(plan: Plan, allowances: tuple[Allowance, ...]) -> None:
    for given in unused_allowances(plan, allowances):
        raise ConfigurationError(f"--allow-loss {given} matches no column")


def _refuse_absent(plan: Plan) -> None:
    absent = [str(table.target.name) for table in plan.tables if not table.exists]
    if absent:
        raise ConfigurationError(
            f"the target has no table {', '.join(absent)}", hint="copy first, or leave them out with --exclude"
        )


def _url(url: Url) -> DatabaseUrl:
    return parse_url(url) if isinstance(url, str) else url

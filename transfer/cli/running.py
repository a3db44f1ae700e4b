"""`dbtransfer runs`, `status`, `resume`, `rollback`, `finalize`, `clean`: what a target's journal tells, and what comes
after a run."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import click

import transfer
from transfer.cli import choices
from transfer.cli.outcome import job, tell
from transfer.history import RunStatus
from transfer.page.writing import prepare
from transfer.progress import for_stream
from transfer.terminal_runs import runs_text, status_text

WATCH_SECONDS = 2.0

run = click.argument("run", default="")
yes = click.option("--yes", is_flag=True, help="Do not ask.")


@click.command("runs")
@click.argument("target")
@choices.as_json
def runs_command(target: str, as_json: bool) -> None:
    """List the runs that TARGET's journal knows."""
    found = transfer.runs(target)
    click.echo(json.dumps([asdict(each) for each in found], indent=2) if as_json else runs_text(found))


@click.command("status")
@click.argument("target")
@run
@click.option("--watch", is_flag=True, help="Go on showing until the run ends.")
@choices.as_json
def status_command(target: str, run: str, watch: bool, as_json: bool) -> None:
    """Show how far a run is: the last one of TARGET, or RUN."""
    status = transfer.status(target, run)
    while watch and status.record.state == "running":
        _show(status, as_json=as_json)
        time.sleep(WATCH_SECONDS)
        status = transfer.status(target, status.record.run)
    _show(status, as_json=as_json)


def _show(status: RunStatus, *, as_json: bool) -> None:
    click.echo(json.dumps(asdict(status), indent=2) if as_json else status_text(status))


@click.command("resume")
@click.argument("target")
@run
@click.option("--source", metavar="URL", help="Where the source is now.  [default: where it was]")
@click.option("--jobs", type=click.IntRange(1, 64), help="Parallel workers.  [default: as before]")
@click.option("--batch-rows", type=click.IntRange(1), help="Rows of one Arrow batch.  [default: as before]")
@choices.report_folder
@choices.as_json
def resume_command(
    target: str,
    run: str,
    source: str | None,
    jobs: int | None,
    batch_rows: int | None,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Go on with a run that ended early: the last one of TARGET, or RUN.

    What is on the target already is held against the source as it is now; what is missing or has changed is copied.
    Exit 4 when the databases would now be planned otherwise, 75 when the run is still at work.
    """
    if folder is not None:
        prepare(folder)
    progress = for_stream(sys.stderr)
    try:
        report = transfer.resume(target, run, source=source, jobs=jobs, batch_rows=batch_rows, progress=progress)
    finally:
        progress.close()
    where = source or transfer.status(target, report.run).record.source
    tell(report, job("copy", where, target), folder=folder, as_json=as_json)


@click.command("rollback")
@click.argument("target")
@click.argument("run")
@yes
def rollback_command(target: str, run: str, yes: bool) -> None:
    """Undo RUN: tables that it has replaced come back, tables and views that it has made go.

    Exit 4, with nothing changed, when rows have changed since, or when the run has added rows to older tables.
    """
    choices.confirm(f"Undo run {run}?", yes=yes)
    _tell(transfer.rollback(target, run))


@click.command("finalize")
@click.argument("target")
@click.argument("run")
@yes
def finalize_command(target: str, run: str, yes: bool) -> None:
    """Drop the tables that RUN has replaced; after this it cannot be undone."""
    choices.confirm(f"Drop the old tables of run {run} for good?", yes=yes)
    _tell(transfer.finalize(target, run))


@click.command("clean")
@click.argument("target")
@click.option("--all", "everything", is_flag=True, help="Also what runs need to be gone on with or undone.")
@yes
def clean_command(target: str, everything: bool, yes: bool) -> None:
    """Remove from TARGET what the journal keeps of runs that have ended."""
    choices.confirm("Remove the journal?", yes=yes or not everything)
    _tell(transfer.clean(target, everything=everything))


def _tell(lines: tuple[str, ...]) -> None:
    for line in lines:
        click.echo(line)

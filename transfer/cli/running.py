"""`dbtransfer runs`, `status` and `resume`: what the journal of a target tells, and going on from there."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

import click

import transfer
from transfer.cli import choices
from transfer.history import RunStatus
from transfer.progress import for_stream
from transfer.terminal import report_text
from transfer.terminal_runs import runs_text, status_text

WATCH_SECONDS = 2.0

run = click.argument("run", default="")


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
@choices.as_json
def resume_command(
    target: str, run: str, source: str | None, jobs: int | None, batch_rows: int | None, as_json: bool
) -> None:
    """Go on with a run that ended early: the last one of TARGET, or RUN.

    What is on the target already is held against the source as it is now; what is missing or has changed is copied.
    Exit 4 when the databases would now be planned otherwise, 75 when the run is still at work.
    """
    progress = for_stream(sys.stderr)
    try:
        report = transfer.resume(target, run, source=source, jobs=jobs, batch_rows=batch_rows, progress=progress)
    finally:
        progress.close()
    click.echo(json.dumps(report.document(), ensure_ascii=False, indent=2) if as_json else report_text(report))
    sys.exit(report.exit_code)

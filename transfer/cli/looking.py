"""`dbtransfer inspect` and `dbtransfer verify`: they read and write nothing."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

import transfer
from mappings.names import Naming
from transfer.cli import choices
from transfer.cli.outcome import job, tell
from transfer.config import Options, Selection
from transfer.page.writing import prepare
from transfer.progress import for_stream
from transfer.terminal import schema_text


@click.command("inspect")
@click.argument("url")
@choices.selecting
@choices.as_json
def inspect_command(url: str, selection: Selection, as_json: bool) -> None:
    """Show what a database holds, and what a copy would leave behind."""
    schema = transfer.inspect(url, selection)
    click.echo(json.dumps(asdict(schema), ensure_ascii=False, indent=2) if as_json else schema_text(schema))


@click.command("verify")
@click.argument("source")
@click.argument("target")
@choices.selecting
@choices.calling
@choices.jobs
@choices.batch_rows
@choices.report_folder
@choices.as_json
def verify_command(
    source: str,
    target: str,
    selection: Selection,
    naming: Naming,
    jobs: int,
    batch_rows: int,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Compare two databases value by value.

    Exit 0 when equal, 3 when not. Give the options --table, --names and the like that the copy had.
    """
    if folder is not None:
        prepare(folder)
    options = Options(selection=selection, jobs=jobs, batch_rows=batch_rows, naming=naming)
    progress = for_stream(sys.stderr)
    try:
        report = transfer.verify(source, target, options, progress)
    finally:
        progress.close()
    tell(report, job("verify", source, target), folder=folder, as_json=as_json)

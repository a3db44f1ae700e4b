"""`dbtransfer inspect` and `dbtransfer verify`: they read, and write nothing but a repair that was asked for."""

from __future__ import annotations

import functools
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import click

import transfer
from mappings.errors import ConfigurationError
from mappings.names import Naming
from transfer.cli import checking, choices, repairing
from transfer.cli.outcome import job, tell
from transfer.config import Options, Selection, parse_allowance
from transfer.page.writing import prepare
from transfer.progress import for_stream
from transfer.repair import RepairOptions
from transfer.reviewed import read_reviewed
from transfer.terminal import schema_text
from transfer.verify_options import VerifyOptions


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
@choices.allow_loss
@click.option(
    "--plan",
    "reviewed",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The tables, names and rules of the plan that `plan --json` wrote.",
)
@checking.how
@repairing.repairing
@choices.jobs
@choices.batch_rows
@choices.report_folder
@choices.as_json
def verify_command(
    source: str,
    target: str,
    selection: Selection,
    naming: Naming,
    allow_loss: tuple[str, ...],
    reviewed: Path | None,
    asked: VerifyOptions,
    repair: RepairOptions | None,
    yes: bool,
    jobs: int,
    batch_rows: int,
    folder: Path | None,
    as_json: bool,
) -> None:
    """Compare two databases value by value.

    Each row that differs is named, with column and both values. Give the options --table, --names, --allow-loss and
    the like that the copy had, or its --plan.

    Exit 0 when equal (or repaired, and equal then), 3 when not, 5 when nothing differs but not all was compared.
    """
    if folder is not None:
        prepare(folder)
    options = Options(selection=selection, naming=naming, allowances=tuple(map(parse_allowance, allow_loss)))
    options = replace(_planned(options, reviewed), jobs=jobs, batch_rows=batch_rows)
    progress = for_stream(sys.stderr)
    try:
        if repair is None:
            report = transfer.verify(source, target, options, progress, asked=asked)
        else:
            consent = functools.partial(repairing.ask, yes=yes)
            report = transfer.repair(source, target, repair, options, progress, asked=asked, consent=consent)
    finally:
        progress.close()
    tell(report, job("verify", source, target), folder=folder, as_json=as_json)


def _planned(options: Options, reviewed: Path | None) -> Options:
    if reviewed is None:
        return options
    if options != Options():
        raise ConfigurationError("--plan FILE has its own choices", hint="leave the other options of the plan out")
    return read_reviewed(reviewed).options

"""`dbtransfer plan` and `dbtransfer copy`."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import click

import transfer
from mappings.errors import Blocked, ConfigurationError
from transfer.cli import choices
from transfer.cli.manners import behaving
from transfer.cli.outcome import job, tell
from transfer.config import Options, Verify
from transfer.manners import Manners
from transfer.page.writing import prepare
from transfer.plan import Plan
from transfer.progress import for_stream
from transfer.script import sql_script
from transfer.terminal import plan_text

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("plan")
@click.argument("source")
@click.argument("target")
@choices.planning
@click.option("--sql", type=FILE, metavar="FILE", help="Also write the statements as a script for the target's client.")
@choices.as_json
def plan_command(source: str, target: str, options: Options, sql: Path | None, as_json: bool) -> None:
    """Show what a copy would do: blocks, losses, target DDL.

    Asks the source's rows and writes nothing. Exit 4 when something blocks. What --json prints can be reviewed, kept,
    and run with `dbtransfer copy --plan FILE`.
    """
    plan = transfer.plan(source, target, options)
    if sql is not None:
        _write(sql, sql_script(plan))
    click.echo(json.dumps(plan.document(), ensure_ascii=False, indent=2) if as_json else plan_text(plan))
    if plan.blocks:
        sys.exit(Blocked.exit_code)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", hint="name a file that can be written") from error


@click.command("copy")
@click.argument("source")
@click.argument("target")
@choices.planning
@click.option(
    "--plan",
    "reviewed",
    type=FILE,
    metavar="FILE",
    help="Run the plan that `plan --json` wrote; exit 4 if it would now be another.",
)
@choices.jobs
@choices.batch_rows
@behaving
@click.option(
    "--verify",
    type=click.Choice(["none", "count", "digest", "paranoid"]),
    default="digest",
    show_default=True,
    help="Prove nothing, the number of rows, every value that was sent, or also that every value was read as the "
    "source's own server has it.",
)
@click.option("--no-verify", is_flag=True, help="The same as --verify none.")
@choices.report_folder
@choices.as_json
@click.option("--yes", is_flag=True, help="Answer yes when --if-exists append or replace asks. Never consents to loss.")
def copy_command(
    source: str,
    target: str,
    options: Options,
    reviewed: Path | None,
    jobs: int,
    batch_rows: int,
    manners: Manners,
    verify: Verify,
    no_verify: bool,
    folder: Path | None,
    as_json: bool,
    yes: bool,
) -> None:
    """Copy SOURCE to TARGET: schema, rows, keys; then prove the copy.

    Exit 3 when the proof finds differences, 4 when something blocks, 5 when rows were rejected.
    """
    if folder is not None:
        prepare(folder)
    plan = _planned(source, target, options, reviewed)
    proof: Verify = "none" if no_verify else verify
    running = replace(plan.options, jobs=jobs, batch_rows=batch_rows, manners=manners, verify=proof)
    _ask(plan, running, yes=yes)
    progress = for_stream(sys.stderr)
    try:
        report = transfer.copy(plan, source=source, target=target, options=running, progress=progress)
    finally:
        progress.close()
    tell(report, job("copy", source, target, plan, reviewed=reviewed is not None), folder=folder, as_json=as_json)


def _planned(source: str, target: str, options: Options, reviewed: Path | None) -> Plan:
    if reviewed is None:
        return transfer.plan(source, target, options)
    if options != Options():
        raise ConfigurationError("--plan FILE has its own choices", hint="leave the other options of the plan out")
    return transfer.reviewed_plan(source, target, reviewed)


def _ask(plan: Plan, options: Options, *, yes: bool) -> None:
    """Appending to tables, or replacing them, needs a yes: typed on a terminal, --yes without one."""
    existing = [str(table.target.name) for table in plan.tables if table.exists or table.replaces]
    if yes or plan.blocks or options.if_exists == "fail" or not existing:
        return
    what = "Append rows to" if options.if_exists == "append" else "Replace"
    choices.confirm(f"{what} {', '.join(existing)}?", yes=yes)

"""`dbtransfer plan` and `dbtransfer copy`."""

from __future__ import annotations

import json
import sys

import click

import transfer
from mappings.errors import Blocked
from transfer.cli import choices
from transfer.config import IfExists, Options, Verify, parse_allowance
from transfer.plan import Plan
from transfer.progress import for_stream
from transfer.terminal import plan_text, report_text


@click.command("plan")
@click.argument("source")
@click.argument("target")
@choices.selecting
@choices.allow_loss
@choices.no_probe
@click.option("--if-exists", type=click.Choice(["fail", "append"]), default="fail", show_default=True)
@choices.as_json
def plan_command(
    source: str,
    target: str,
    tables: tuple[str, ...],
    exclude: tuple[str, ...],
    schemas: tuple[str, ...],
    allow_loss: tuple[str, ...],
    no_probe: bool,
    if_exists: IfExists,
    as_json: bool,
) -> None:
    """Show what a copy would do: target DDL, notes and losses. Writes nothing; exit 4 when something blocks."""
    options = Options(
        selection=choices.selection(tables, exclude, schemas),
        allowances=tuple(parse_allowance(text) for text in allow_loss),
        probe=not no_probe,
        if_exists=if_exists,
    )
    plan = transfer.plan(source, target, options)
    click.echo(json.dumps(plan.document(), ensure_ascii=False, indent=2) if as_json else plan_text(plan))
    if plan.blocks:
        sys.exit(Blocked.exit_code)


@click.command("copy")
@click.argument("source")
@click.argument("target")
@choices.selecting
@choices.jobs
@choices.batch_rows
@click.option("--if-exists", type=click.Choice(["fail", "append"]), default="fail", show_default=True)
@click.option("--schema-only", is_flag=True, help="Create tables, keys and indexes; copy no rows.")
@click.option("--data-only", is_flag=True, help="Copy rows into tables that are there.")
@choices.allow_loss
@choices.no_probe
@click.option("--verify", type=click.Choice(["none", "count", "digest"]), default="digest", show_default=True)
@click.option("--no-verify", is_flag=True, help="The same as --verify none.")
@choices.as_json
@click.option("--yes", is_flag=True, help="Answer the question that append asks. Never consents to loss.")
def copy_command(
    source: str,
    target: str,
    tables: tuple[str, ...],
    exclude: tuple[str, ...],
    schemas: tuple[str, ...],
    jobs: int,
    batch_rows: int,
    if_exists: IfExists,
    schema_only: bool,
    data_only: bool,
    allow_loss: tuple[str, ...],
    no_probe: bool,
    verify: Verify,
    no_verify: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Copy SOURCE to TARGET: schema, rows, keys; then prove the copy. Exit 3 when the proof finds differences."""
    options = Options(
        selection=choices.selection(tables, exclude, schemas),
        jobs=jobs,
        batch_rows=batch_rows,
        if_exists=if_exists,
        schema=not data_only,
        rows=not schema_only,
        allowances=tuple(parse_allowance(text) for text in allow_loss),
        probe=not no_probe,
        verify="none" if no_verify else verify,
    )
    plan = transfer.plan(source, target, options)
    _ask(plan, options, yes=yes)
    progress = for_stream(sys.stderr)
    try:
        report = transfer.copy(plan, source=source, target=target, options=options, progress=progress)
    finally:
        progress.close()
    click.echo(json.dumps(report.document(), ensure_ascii=False, indent=2) if as_json else report_text(report))
    sys.exit(report.exit_code)


def _ask(plan: Plan, options: Options, *, yes: bool) -> None:
    """Appending to tables that are there needs a yes: typed on a terminal, --yes without one."""
    existing = [str(table.target.name) for table in plan.tables if table.exists]
    if yes or plan.blocks or options.if_exists != "append" or not existing:
        return
    question = f"Append rows to {', '.join(existing)}?"
    if not sys.stdin.isatty():
        raise Blocked(f"{question} There is no terminal to ask on.", hint="add --yes")
    click.confirm(question, abort=True, err=True)

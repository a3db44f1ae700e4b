"""Options that several commands share, and how they become values of transfer.config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from transfer.config import DEFAULT_BATCH_ROWS, Selection

Command = Callable[..., Any]


def selecting(command: Command) -> Command:
    """--table, --exclude, --schema."""
    for option in (
        click.option("--schema", "schemas", multiple=True, metavar="NAME", help="Only this schema; repeatable."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave these tables out; repeatable."),
        click.option("--table", "tables", multiple=True, metavar="PATTERN", help="Only these tables; repeatable."),
    ):
        command = option(command)
    return command


def selection(tables: tuple[str, ...], exclude: tuple[str, ...], schemas: tuple[str, ...]) -> Selection:
    return Selection(tables, exclude, schemas)


as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
allow_loss = click.option(
    "--allow-loss",
    "allow_loss",
    multiple=True,
    metavar="TABLE.COLUMN=RULE",
    help="Consent to one alteration: null, truncate, round, strip, clamp or text; globs allowed; repeatable.",
)
no_probe = click.option(
    "--no-probe",
    is_flag=True,
    help="Do not ask the source's rows beforehand; the plan then says what is unproven.",
)
jobs = click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Parallel workers.")
batch_rows = click.option(
    "--batch-rows",
    type=click.IntRange(1),
    default=DEFAULT_BATCH_ROWS,
    show_default=True,
    help="Rows of one Arrow batch.",
)

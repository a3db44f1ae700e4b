"""`verify --repair-sql FILE` and `--repair apply`: their options as one value, and the question beforehand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import click

from mappings.errors import ConfigurationError
from transfer.cli import choices
from transfer.repair import DEFAULT_REPAIR_ROWS, RepairOptions
from transfer.repair_script import told
from transfer.report import Repaired

Command = Callable[..., Any]


def repairing(command: Command) -> Command:
    """All options below; the command gets them as one `repair`, None when nothing shall be repaired."""

    @functools.wraps(command)
    def with_repair(*, repair_sql: str, repair: str | None, repair_rows: int, yes: bool, **others: Any) -> Any:
        asked = RepairOptions(repair_sql, repair == "apply", repair_rows)
        wanted = bool(repair_sql or repair)
        if yes and not asked.apply:
            raise ConfigurationError("--yes is about --repair apply", hint="leave it out")
        return command(repair=asked if wanted else None, yes=yes, **others)

    for option in OPTIONS:
        with_repair = option(with_repair)
    return with_repair


OPTIONS = (
    click.option("--yes", is_flag=True, help="Do not ask before repairing."),
    click.option(
        "--repair-rows",
        type=click.IntRange(1),
        default=DEFAULT_REPAIR_ROWS,
        show_default=True,
        metavar="N",
        help="Rows of one transaction of a repair.",
    ),
    click.option(
        "--repair",
        type=click.Choice(["apply"]),
        help="Make the rows of TARGET those of SOURCE, and verify again. Asks first.",
    ),
    click.option(
        "--repair-sql",
        default="",
        metavar="FILE",
        help="Write what would make them so as a script for the target's own client; TARGET is not written to.",
    ),
)
"""In reverse, as decorators are applied."""


def ask(repaired: Sequence[Repaired], *, yes: bool) -> None:
    """Say what will be done; go on when that is answered with yes, or was beforehand."""
    for each in repaired:
        click.echo(f"{each.table}: {told(each)}", err=True)
    choices.confirm("Change these rows of the target?", yes=yes)

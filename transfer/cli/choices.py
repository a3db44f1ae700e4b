"""Options that several commands share, and how they become values of transfer.config."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mappings.conform import RULES, SENTINEL
from mappings.errors import Blocked
from mappings.forms import FORMS
from mappings.name_styles import STYLES, Style
from mappings.names import Naming
from transfer.config import (
    DEFAULT_BATCH_ROWS,
    DEFAULT_MAX_REJECTS,
    Options,
    Selection,
    parse_allowance,
    parse_naming,
    parse_on_error,
)

Command = Callable[..., Any]


def confirm(question: str, *, yes: bool) -> None:
    """Go on when the answer is yes: given beforehand, or typed on a terminal. Blocked without one."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Blocked(f"{question} There is no terminal to ask on.", hint="add --yes")
    click.confirm(question, abort=True, err=True)


def selecting(command: Command) -> Command:
    """--table, --exclude, --schema; the command gets them as one `selection`."""

    @functools.wraps(command)
    def selected(*, tables: tuple[str, ...], exclude: tuple[str, ...], schemas: tuple[str, ...], **others: Any) -> Any:
        return command(selection=Selection(tables, exclude, schemas), **others)

    for option in (
        click.option("--schema", "schemas", multiple=True, metavar="NAME", help="Only this schema; repeatable."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave these tables out; repeatable."),
        click.option("--table", "tables", multiple=True, metavar="PATTERN", help="Only these tables; repeatable."),
    ):
        selected = option(selected)
    return selected


def calling(command: Command) -> Command:
    """--names, --rename, --map-schema; the command gets them as one `naming`."""

    @functools.wraps(command)
    def named(*, names: Style, renames: tuple[str, ...], map_schemas: tuple[str, ...], **others: Any) -> Any:
        return command(naming=parse_naming(names, renames, map_schemas), **others)

    for option in NAMING:
        named = option(named)
    return named


def planning(command: Command) -> Command:
    """All that decides a plan; the command gets it as one `options`."""

    @functools.wraps(command)
    def planned(
        *,
        selection: Selection,
        naming: Naming,
        allow_loss: tuple[str, ...],
        no_probe: bool,
        probe_sample: float | None,
        if_exists: Any,
        repoint_foreign_keys: bool,
        schema_only: bool,
        data_only: bool,
        on_errors: tuple[str, ...],
        views: Any,
        max_rejects: int,
        reject_file: str,
        **others: Any,
    ) -> Any:
        on_error, on_error_of = parse_on_error(on_errors)
        options = Options(
            selection=selection,
            allowances=tuple(parse_allowance(text) for text in allow_loss),
            probe=not no_probe,
            probe_sample=probe_sample,
            if_exists=if_exists,
            repoint_foreign_keys=repoint_foreign_keys,
            schema=not data_only,
            rows=not schema_only,
            naming=naming,
            on_error=on_error,
            on_error_of=on_error_of,
            views=views,
            max_rejects=max_rejects,
            reject_file=reject_file,
        )
        return command(options=options, **others)

    for option in PLANNING:
        planned = option(planned)
    return selecting(calling(planned))


allow_loss = click.option(
    "--allow-loss",
    "allow_loss",
    multiple=True,
    metavar="PLACE=RULE",
    help="What to do with values of TABLE.COLUMN or type:TYPE (globs) that do not fit: "
    f"{', '.join(RULES)}, {SENTINEL}VALUE; or another form for all: {', '.join(FORMS)}; repeatable.",
)
NAMING = (
    click.option(
        "--map-schema",
        "map_schemas",
        multiple=True,
        metavar="OLD=NEW",
        help="Put the tables of schema OLD into schema NEW (or behind the prefix NEW); repeatable.",
    ),
    click.option(
        "--rename",
        "renames",
        multiple=True,
        metavar="PLACE=NEW",
        help="Call TABLE or TABLE.COLUMN of the source NEW on the target; repeatable.",
    ),
    click.option(
        "--names",
        type=click.Choice(STYLES),
        default="preserve",
        show_default=True,
        help="How tables, columns, indexes and constraints are written on the target.",
    ),
)
PLANNING = (
    click.option(
        "--views",
        type=click.Choice(["list", "try"]),
        default="list",
        show_default=True,
        help="Only list views, or make those that surely show the same rows.",
    ),
    click.option(
        "--reject-file",
        default="",
        metavar="FILE",
        help="Where rejected rows go, for `replay`.  [default: dbtransfer-rejects-RUN.jsonl]",
    ),
    click.option(
        "--max-rejects",
        type=click.IntRange(0),
        default=DEFAULT_MAX_REJECTS,
        show_default=True,
        help="Stop when more rows than this are rejected.",
    ),
    click.option(
        "--on-error",
        "on_errors",
        multiple=True,
        metavar="[PATTERN=]stop|reject",
        help="A row that the target does not take stops the run, or goes into the reject file; for all tables, or for "
        "those of PATTERN; repeatable.  [default: stop]",
    ),
    click.option("--data-only", is_flag=True, help="Copy rows into tables that are there."),
    click.option("--schema-only", is_flag=True, help="Create tables, keys and indexes; copy no rows."),
    click.option(
        "--if-exists",
        type=click.Choice(["fail", "append", "replace"]),
        default="fail",
        show_default=True,
        help="Tables that hold rows already: stop, add to them, or swap new ones for them.",
    ),
    click.option(
        "--repoint-foreign-keys",
        is_flag=True,
        help="With replace: move the foreign keys of tables that are not selected to the new tables.",
    ),
    click.option(
        "--probe-sample",
        type=click.FloatRange(0, 100, min_open=True, max_open=True),
        metavar="PERCENT",
        help="Ask only so many of a hundred rows of each large table; the plan then says what is unproven.",
    ),
    click.option(
        "--no-probe",
        is_flag=True,
        help="Do not ask the source's rows beforehand; the plan then says what is unproven.",
    ),
    allow_loss,
)
"""In reverse, as decorators are applied."""

report_folder = click.option(
    "--report",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Also write the report into this folder, as one HTML page.",
)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
jobs = click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Parallel workers.")
batch_rows = click.option(
    "--batch-rows",
    type=click.IntRange(1),
    default=DEFAULT_BATCH_ROWS,
    show_default=True,
    help="Rows of one Arrow batch.",
)

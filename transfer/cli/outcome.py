"""How `copy` and `verify` end: the report on standard output, the page where one was asked for, the exit code."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import click

from dialects.url import parse_url
from mappings.errors import TransferError
from transfer.page.headline import Command
from transfer.page.settings import in_words, settings
from transfer.page.writing import Job, write_page
from transfer.plan import Plan
from transfer.progress import for_stream
from transfer.report import Report
from transfer.terminal import report_text


def job(command: Command, source: str, target: str, plan: Plan | None = None, *, reviewed: bool = False) -> Job:
    """What a page tells of the running command. A reviewed plan brings options of its own along."""
    own = settings(plan.options) if plan is not None and reviewed else []
    told = (*_given(), *((f"reviewed plan: {name}", value) for name, value in own))
    return Job(command, parse_url(source).masked, parse_url(target).masked, told, plan)


def _given() -> list[tuple[str, str]]:
    """Every option of the command and its value, given or not."""
    context = click.get_current_context()
    options = [parameter for parameter in context.command.params if isinstance(parameter, click.Option)]
    return [(option.opts[0], in_words(context.params[str(option.name)])) for option in options]


def tell(report: Report, job: Job, *, folder: Path | None, as_json: bool) -> NoReturn:
    """Print the report and end. A page that cannot be written hides neither the report nor its exit code."""
    unwritten = _page(folder, report, job) if folder is not None else 0
    click.echo(json.dumps(report.document(), ensure_ascii=False, indent=2) if as_json else report_text(report))
    sys.exit(report.exit_code or unwritten)


def _page(folder: Path, report: Report, job: Job) -> int:
    """Write the page and say where it is; the exit code of that alone."""
    try:
        path = write_page(folder, report, job)
    except TransferError as error:
        click.echo(f"Error: {error}\nTry:   {error.hint}", err=True)
        return error.exit_code
    with closing(for_stream(sys.stderr)) as progress:
        progress.say(f"report: {path}")
    return 0

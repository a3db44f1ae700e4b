"""Writes the page: one HTML file that loads nothing, runs no script but its own, and holds nothing unescaped."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mappings.errors import ConfigurationError, TransferError
from transfer.grouping import MEANINGS, grouped_notes, grouped_objects
from transfer.page import sections
from transfer.page.headline import Command, headline
from transfer.page.rejected import Rejected, first_rejects
from transfer.page.settings import versions
from transfer.page.timeline import clock, timeline
from transfer.page.visible import lines, plain
from transfer.plan import Plan
from transfer.report import Report
from transfer.terminal import amount, counted

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True, slots=True)
class Job:
    """What a report does not know of its own run. `source` and `target` are URLs without passwords; `settings` are
    the options in force, by name. Without a plan the page has no sections about it."""

    command: Command
    source: str
    target: str
    settings: tuple[tuple[str, str], ...] = ()
    plan: Plan | None = None


def prepare(folder: Path) -> None:
    """Make the folder, before a run that takes hours. ConfigurationError when no page could be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}", hint="name a folder that can be made") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(f"{folder} cannot be written to", hint="name another folder for --report")


def write_page(folder: Path, report: Report, job: Job) -> Path:
    """The page of this run in `folder`, named after the run. TransferError when it cannot be written; there is never
    half a page."""
    path = folder / f"dbtransfer-{job.command}-{report.run}.html"
    unfinished = path.with_suffix(".unfinished")
    try:
        unfinished.write_text(page(report, job), encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        message = f"the report could not be written: {path}: {error.strerror}"
        raise TransferError(message, hint="the run itself is over: its outcome is printed") from error
    return path


def page(report: Report, job: Job) -> str:
    """The whole page as text."""
    rejects, problem = _rejects(report)
    chart = timeline(report)
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            job=job,
            plan=job.plan,
            headline=headline(report, job.command),
            instants=_instants(report),
            chart=chart,
            rejects=sections.reject_groups(rejects, report),
            reject_problem=problem,
            differences=sections.difference_groups(report),
            losses=grouped_notes(report.losses),
            probed=grouped_notes(note for note in job.plan.notes if note.code == "P") if job.plan else [],
            not_carried=grouped_objects(report.not_carried),
            versions=versions(),
            **_inlined(),
        )
    )


def _rejects(report: Report) -> tuple[dict[str, list[Rejected]], str]:
    """The rejected rows, or why they cannot be shown: the page is worth having without them."""
    if not report.reject_file:
        return {}, ""
    try:
        return first_rejects(report.reject_file), ""
    except (OSError, ValueError, KeyError) as error:
        return {}, f"{report.reject_file} cannot be read: {type(error).__name__} {error}"


def _instants(report: Report) -> str:
    """From when to when the run went; empty where nobody noted it."""
    if not report.started:
        return ""
    began = datetime.fromisoformat(report.started).astimezone(UTC)
    ended = began + timedelta(seconds=report.seconds)
    return " to ".join(f"{each:%Y-%m-%d %H:%M:%S} UTC" for each in (began, ended))


@cache
def _environment() -> Environment:
    """Every value that the template puts out is made visible and escaped; markup is made in Python only."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # 50 ms that no other command spends

    environment = Environment(
        loader=PackageLoader("transfer", "page"),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"lines": lines, "amount": amount, "clock": clock}
    environment.globals |= {"sections": sections, "counted": counted, "meanings": MEANINGS}
    return environment


def _finalized(value: Any) -> Any:
    """Text that is not markup shows all its characters."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _inlined() -> dict[str, Markup]:
    """Style and script, and the policy that allows these two alone, by their hashes."""
    style, script = (_read(name) for name in ("report.css", "report.js"))
    policy = f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; base-uri 'none'"
    return {"style": Markup(style), "script": Markup(script), "policy": Markup(f"{policy}; form-action 'none'")}


def _read(name: str) -> str:
    return files("transfer.page").joinpath(name).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

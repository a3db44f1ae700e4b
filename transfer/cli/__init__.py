"""The command line: thin. One file per command group; this one is the only place that catches errors."""

from __future__ import annotations

import json
import signal
import sys
from types import FrameType

import click

from mappings.errors import TransferError
from transfer.cli.comparing import compare_command
from transfer.cli.copying import copy_command, plan_command
from transfer.cli.demo import demo_command
from transfer.cli.looking import inspect_command, verify_command
from transfer.cli.replaying import replay_command
from transfer.cli.running import (
    clean_command,
    finalize_command,
    resume_command,
    rollback_command,
    runs_command,
    status_command,
)
from transfer.workers import Terminated


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="dbtransfer", prog_name="dbtransfer")
def commands() -> None:
    """Copy a database to another engine, schema included, and prove the copy value by value.

    URLs are SQLAlchemy's: postgresql://user@host/db, mysql://user@host/db, mariadb://user@host/db,
    mssql://user@host/db, sqlite:///file.db, duckdb:///file.db. ${VARIABLES} of the environment are filled in.

    Exit codes: 0 done, equal; 1 error; 2 usage; 3 differences found; 4 blocked, nothing written; 5 done but for
    rejected rows; 75 another run is at work there; 130, 143 stopped by a signal.
    """


for command in (
    inspect_command,
    plan_command,
    copy_command,
    verify_command,
    compare_command,
    resume_command,
    runs_command,
    status_command,
    rollback_command,
    finalize_command,
    clean_command,
    replay_command,
    demo_command,
):
    commands.add_command(command)


def main() -> None:
    """The entry point: run a command and exit with the documented code, never with a traceback."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        commands.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except TransferError as error:
        _show(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.exceptions.Abort) as stop:
        click.echo("Stopped.", err=True)
        sys.exit(128 + (signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT))


def _terminated(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _show(error: TransferError) -> None:
    if "--json" in sys.argv:
        document = {"status": "error", "error": error.message, "where": error.where, "try": error.hint}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    click.echo(f"Error: {error}", err=True)
    if error.hint:
        click.echo(f"Try:   {error.hint}", err=True)

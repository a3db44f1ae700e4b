"""`dbtransfer replay`: rows that a copy rejected, mended and written again."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

import transfer
from transfer.cli import choices
from transfer.terminal import counted


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("target")
@choices.as_json
def replay_command(file: Path, target: str, as_json: bool) -> None:
    """Write the rows of a reject FILE, once mended, into TARGET.

    Rows that are taken leave the file. What is refused again stays in it; then the exit code is 5.
    """
    outcome = transfer.replay(file, target)
    if as_json:
        click.echo(json.dumps(asdict(outcome), ensure_ascii=False, indent=2))
    else:
        for refused in outcome.refused:
            click.echo(f"  line {refused.line}, {refused.table}: {refused.message}")
        click.echo(f"{counted(outcome.written, 'row')} written, {len(outcome.refused):,} left in {file}")
    sys.exit(outcome.exit_code)

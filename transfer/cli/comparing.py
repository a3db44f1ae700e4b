"""`dbtransfer compare`: two live schemas through the type mapper. It reads both catalogues and writes nothing."""

from __future__ import annotations

import json
import sys

import click

import transfer
from mappings.names import Naming
from transfer.cli import choices
from transfer.config import Selection, parse_allowance
from transfer.terminal_compare import comparison_text


@click.command("compare")
@click.argument("source")
@click.argument("target")
@choices.selecting
@choices.calling
@choices.allow_loss
@choices.as_json
def compare_command(
    source: str,
    target: str,
    selection: Selection,
    naming: Naming,
    allow_loss: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare two schemas and explain every difference.

    Exit 3 when a difference has no explanation. What a copy into an empty target would make is held against what
    is there; give the options that the copy had.
    """
    comparison = transfer.compare(
        source,
        target,
        selection,
        allowances=tuple(parse_allowance(text) for text in allow_loss),
        naming=naming,
    )
    if as_json:
        click.echo(json.dumps(comparison.document(), ensure_ascii=False, indent=2))
    else:
        click.echo(comparison_text(comparison))
    sys.exit(comparison.exit_code)

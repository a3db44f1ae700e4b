"""`dbtransfer demo`: builds a small but nasty shop, plans, copies and verifies it, and shows a few rows."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

import transfer
from transfer import demo_shop
from transfer.progress import for_stream
from transfer.terminal import plan_text, report_text, rows_text


@click.command("demo")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep the two databases in this folder.")
def demo_command(keep: Path | None) -> None:
    """Move a small but nasty shop into another file, and prove it."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        _show(keep)
        return
    with tempfile.TemporaryDirectory(prefix="dbtransfer-demo-") as folder:
        _show(Path(folder))


def _show(folder: Path) -> None:
    shop, moved = folder / "shop.db", folder / "moved.db"
    for path in (shop, moved):
        path.unlink(missing_ok=True)
    demo_shop.build(shop)
    source, target = f"sqlite:///{shop}", f"sqlite:///{moved}"
    click.echo(f"$ dbtransfer plan {source} {target}\n")
    plan = transfer.plan(source, target)
    click.echo(plan_text(plan) + f"\n\n$ dbtransfer copy {source} {target}\n")
    progress = for_stream(sys.stderr)
    try:
        report = transfer.copy(plan, source=source, target=target, progress=progress)
    finally:
        progress.close()
    click.echo(report_text(report) + "\n\nA few rows of the new database:")
    click.echo(rows_text(*demo_shop.sample(moved)))
    sys.exit(report.exit_code)

"""Runs and how far they are, as text for people."""

from __future__ import annotations

from collections.abc import Sequence

from transfer.history import RunRecord, RunStatus, TableStatus


def runs_text(runs: Sequence[RunRecord]) -> str:
    """One line a run, the last one at the end."""
    if not runs:
        return "no runs: nothing was copied into this database, or its journal was cleaned away"
    return "\n".join(_line(run) for run in runs)


def _line(run: RunRecord) -> str:
    why = f"  {run.message.splitlines()[0]}" if run.message else ""
    return f"{run.run}  {run.state:<11}  from {run.source}{why}"


def status_text(status: RunStatus) -> str:
    """The run, its tables and the steps of the schema."""
    record = status.record
    lines = [
        f"run {record.run}: {record.state}, begun {record.started[:19]}, last change {record.changed[:19]} UTC",
        f"from {record.source}, by {record.owner}",
        *(_table(table) for table in status.tables),
        f"{status.rows:,} rows; {status.done} of {status.steps} changes of the schema",
    ]
    if status.rejected:
        lines.append(f"{status.rejected:,} rows were rejected")
    if record.message:
        lines.append(record.message)
    return "\n".join(lines)


def _table(table: TableStatus) -> str:
    about = f" of about {table.estimate:,}" if table.estimate is not None else ""
    return f"  {table.table}: {table.rows:,} rows{about}, {table.chunks} chunks"

"""A run that is killed at any point goes on where it was: no row twice, none missing, and little done again."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import transfer
from mappings.errors import ConfigurationError
from tests.conftest import DatabaseFactory
from tests.journal.killed import TABLES, chunks, copied_until, last_run, make_source

POINTS = {
    "postgresql": ("open 2", "chunk 12", "step 14"),
    "mysql": ("step 4", "chunk 11", "close 1"),
    "mariadb": ("chunk 12", "step 13"),
    "sqlite": ("chunk 11", "close 2"),
    "duckdb": ("chunk 12", "step 11"),
}
"""Where the short test kills: while journal and tables are made, in the middle of chunks, of keys, at the end."""
JOBS = 2
LEAST_POINTS = 98


def resumed_or_begun(source: str, target: str) -> transfer.Report:
    """Go on with what the journal knows, or begin where nothing was noted."""
    if last_run(target) is None:
        return transfer.copy(transfer.plan(source, target), source=source, target=target)
    return transfer.resume(target, source=source)


def check_killed_at(last: str, source: str, target: str) -> tuple[bool, int]:
    """Whether the process was killed, and after how many chunks; whatever was left is completed and proved."""
    ended = copied_until(source, target, last, jobs=JOBS)
    killed = ended.returncode == -signal.SIGKILL
    assert killed or ended.returncode == 0, ended.stderr
    before = last_run(target)
    done = chunks(target, before.run) if before else ()
    if killed:
        try:
            resumed_or_begun(source, target)
        except ConfigurationError as error:
            assert "is done" in error.message
    report = transfer.verify(source, target)
    assert report.status == "done"
    assert {table.target.rpartition(".")[2]: table.rows for table in report.tables} == TABLES
    after = last_run(target)
    assert after is not None
    assert after.state == "done"
    kept = {(chunk.table, chunk.number): chunk.committed for chunk in chunks(target, after.run)}
    assert all(kept[chunk.table, chunk.number] == chunk.committed for chunk in done), "a chunk that was done was redone"
    return killed, len(done)


@pytest.mark.parametrize("engine", POINTS)
def test_killed_and_resumed(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source = make_source(tmp_path / "source.db")
    ends = [check_killed_at(last, source, database(engine)) for last in POINTS[engine]]
    assert all(killed for killed, _ in ends)
    done = [count for _, count in ends]
    assert any(3 <= count < max(done) for count in done), "it was not killed in the middle"


@pytest.mark.soak
@pytest.mark.parametrize("engine", POINTS)
def test_killed_at_every_point(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source, last = make_source(tmp_path / "source.db"), 1
    while check_killed_at(str(last), source, database(engine))[0]:
        last += 1
    assert last > LEAST_POINTS

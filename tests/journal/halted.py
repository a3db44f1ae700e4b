"""Runs that end early at a chunk of our choice, as one does whose connection is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import transfer
from mappings.errors import StorageFull
from tests.journal.killed import chunks, last_run
from transfer.config import Options
from transfer.history import ChunkRecord, RunRecord
from transfer.journal import Journal

TARGETS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")


def few(*engines: str) -> list[Any]:
    """All targets, those beside these only when the soak tests run."""
    return [each if each in engines else pytest.param(each, marks=pytest.mark.soak) for each in TARGETS]


OPTIONS = Options(jobs=1, chunk_bytes=4_000)
ITEMS = 1_000
ITEM = "CREATE TABLE item (id INTEGER PRIMARY KEY, code INTEGER NOT NULL UNIQUE, name TEXT, n INTEGER)"
"""Even numbers only: there is room between two rows."""


def changed(url: str, *statements: str) -> None:
    """Run statements on a SQLite source."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file, file:
        for statement in statements:
            file.execute(statement)


def make_items(path: Path, *, create: str = ITEM, rows: Iterable[tuple[Any, ...]] | None = None) -> str:
    """A SQLite file with one table `item`; its URL."""
    made = rows or ((i * 2, i + 5_000, f"name {i}", i) for i in range(ITEMS))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(create)
        file.executemany(f"INSERT INTO item VALUES ({', '.join('?' * create.count(',')) + ', ?'})", made)
    return f"sqlite:///{path}"


def halt(source: str, target: str, after: int, options: Options = OPTIONS) -> RunRecord:
    """Copy until `after` chunks are done; the run as its journal knows it then."""
    with pytest.MonkeyPatch.context() as patch:
        noted, done = Journal.chunk, []

        def chunk(*arguments: Any) -> None:
            if len(done) == after:
                raise StorageFull("the disk is full")
            noted(*arguments)
            done.append(arguments)

        patch.setattr(Journal, "chunk", chunk)
        plan = transfer.plan(source, target, options)
        with pytest.raises(StorageFull, match="the disk is full") as caught:
            transfer.copy(plan, source=source, target=target, options=options)
    run = known(target)
    assert f"Go on with: dbtransfer resume TARGET {run.run}" in caught.value.hint
    assert (run.state, len(done_chunks(target))) == ("failed", after)
    return run


def known(target: str) -> RunRecord:
    """The last run, which must be there."""
    run = last_run(target)
    assert run is not None
    return run


def done_chunks(target: str) -> dict[tuple[str, int], ChunkRecord]:
    """Of the last run, by table and number."""
    return {(chunk.table, chunk.number): chunk for chunk in chunks(target, known(target).run)}

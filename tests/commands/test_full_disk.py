"""A server whose disk is full: a clear error, exit code 1, and told what is whole and what is not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.commands.command import run
from tests.conftest import not_tested
from tests.pairs import plain
from tests.servers import ENGINES, Server, Unavailable, nearly_full

ROWS = 120_000
TABLES = """
    CREATE TABLE first (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    INSERT INTO first VALUES (1, 'fits');
    CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
"""
# some 27 MB that no engine stores in less than 24
FILL = """
    INSERT INTO item WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT i, hex(randomblob(100)) FROM n"""


@pytest.fixture
def server(request: pytest.FixtureRequest, engine: str) -> Iterator[Server]:
    """A server of the test's own that has room for a part of the rows."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(nearly_full(engine))
        except Unavailable as reason:
            not_tested(request.config, f"a full disk on {engine}", str(reason))
        yield found


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "big.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
        connection.execute(FILL, (ROWS,))
        connection.commit()
    return f"sqlite:///{path}"


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
def test_a_full_disk_on_a_server(server: Server, source: str, engine: str) -> None:
    target = server.create_database("target")
    assert run("copy", source, target, "--table", "first").code == 0
    outcome = run("copy", source, target, "--table", "item")
    assert outcome.code == 1, outcome.err
    error = outcome.err[outcome.err.index("Error: ") :]
    assert "item, chunk" in error and re.search("full|too large", error)
    assert "Try:   make room on the server's disk" in error
    first, item = sorted(name for name in plain.tables(target) if name.rpartition(".")[2] in ("first", "item"))
    left = plain.query(target, f"SELECT count(*) FROM {plain.quoted(target, item)}")[0][0]
    assert f"This run left on the target: {item} ({left} rows)" in error
    assert plain.rows(target, first) == [("1", "fits")]

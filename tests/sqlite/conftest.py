"""Database files for the SQLite tests, and sessions on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from dialects.sqlite import ENGINE
from dialects.sqlite.session import SqliteSession
from dialects.url import parse_url

Maker = Callable[..., SqliteSession]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.db"


@pytest.fixture
def opened(file: Path) -> Iterator[Maker]:
    """`opened("CREATE TABLE ...")` runs a script on the test's file and opens a session on it."""
    with ExitStack() as sessions:

        def make(script: str = "", *, writable: bool = False, options: str = "") -> SqliteSession:
            with closing(sqlite3.connect(file)) as connection:
                connection.executescript(script)
            session = ENGINE.connect(parse_url(f"sqlite:///{file}{options}"), writable=writable)
            assert isinstance(session, SqliteSession)
            return sessions.enter_context(session)

        yield make

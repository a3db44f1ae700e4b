"""The fixture `database` with SQL Server beside the others, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conftest import MSSQL, DatabaseFactory, SQLiteFactory
from tests.mssql.databases import fill, fresh_database, server_url


@pytest.fixture
def database(
    pytestconfig: pytest.Config, database: DatabaseFactory, sqlite_database: SQLiteFactory
) -> Iterator[DatabaseFactory]:
    """Makes fresh databases of every engine, empty or filled with a sample, and drops them when the test ends."""
    with ExitStack() as dropped:

        def make(engine: str, *, sample: str = "") -> str:
            if engine != MSSQL:
                return database(engine, sample=sample)
            url = dropped.enter_context(fresh_database(server_url(pytestconfig)))
            fill(url, sample, sqlite_database)
            return url

        yield make

"""Copies to and from a real SQL Server. There is none of our own: DBTRANSFER_TEST_MSSQL_URL names one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.mssql.databases import fresh_database, server_url
from tests.pairs import plain

OTHERS = ("sqlite", "postgresql", "mysql", "mariadb")

pytestmark = pytest.mark.servers


@pytest.fixture
def server(pytestconfig: pytest.Config) -> str:
    """The server's URL."""
    return server_url(pytestconfig)


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """The URL of an empty database of its own."""
    with fresh_database(server) as url:
        yield url


@pytest.mark.parametrize(("engine", "sample"), [*product(OTHERS, ["chinook"]), *product(OTHERS[1:], ["sakila"])])
def test_there_and_back(empty: str, database: DatabaseFactory, engine: str, sample: str) -> None:
    source, back = database(engine, sample=sample), database(engine)
    assert copied(source, empty) == {"digest"}
    assert copied(empty, back) == {"digest"}
    assert plain.tables(back)
    for table in plain.tables(back):
        assert len(plain.rows(back, table)) == len(plain.rows(source, table)), table


def test_within_the_family(empty: str, server: str, database: DatabaseFactory) -> None:
    copied(database("sqlite", sample="chinook"), empty)
    with fresh_database(server) as other:
        assert copied(empty, other) == {"digest"}
        assert transfer.verify(empty, other).status == "done"


def copied(source: str, target: str) -> set[str]:
    """What each table's proof says."""
    report = transfer.copy(transfer.plan(source, target), source=source, target=target)
    return {table.verified for table in report.tables}

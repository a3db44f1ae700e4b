"""Copies to and from a real SQL Server. There is none of our own: DBTRANSFER_TEST_MSSQL_URL names one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

import transfer
from dialects import connect
from tests.conftest import MISSING, MSSQL, DatabaseFactory
from tests.pairs import plain
from tests.servers import fresh, variable

CREATE = "CREATE DATABASE [{name}] COLLATE Latin1_General_100_CI_AS_SC"
ALLOW = "ALTER DATABASE [{name}] SET ALLOW_SNAPSHOT_ISOLATION ON"
DROP = "ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{name}]"
OTHERS = ("sqlite", "postgresql", "mysql", "mariadb")

pytestmark = pytest.mark.servers


@pytest.fixture
def server(pytestconfig: pytest.Config) -> str:
    """The server's URL. Without one the session says at its end what was not tested."""
    url = os.environ.get(variable(MSSQL), "")
    if not url:
        reason = f"no SQL Server: set {variable(MSSQL)}; the engine was tested against text and a fake driver only"
        pytestconfig.stash[MISSING][MSSQL] = reason
        pytest.skip(reason)
    return url


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """The URL of an empty database of its own."""
    name = fresh.unique_name("test")
    with closing(connect(server, writable=True)) as administrator:
        administrator.execute(CREATE.format(name=name))
        administrator.execute(ALLOW.format(name=name))
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        administrator.execute(DROP.format(name=name))


@pytest.mark.parametrize("sample", ["chinook", "sakila"])
@pytest.mark.parametrize("engine", OTHERS)
def test_there_and_back(empty: str, database: DatabaseFactory, engine: str, sample: str) -> None:
    source, back = database(engine, sample=sample), database(engine)
    assert copied(source, empty) == {"digest"}
    assert copied(empty, back) == {"digest"}
    assert plain.tables(back)
    for table in plain.tables(back):
        assert len(plain.rows(back, table)) == len(plain.rows(source, table)), table


def test_within_the_family(empty: str, server: str, database: DatabaseFactory) -> None:
    copied(database("sqlite", sample="chinook"), empty)
    name = fresh.unique_name("test")
    other = make_url(server).set(database=name).render_as_string(hide_password=False)
    with closing(connect(server, writable=True)) as administrator:
        administrator.execute(CREATE.format(name=name))
        try:
            assert copied(empty, other) == {"digest"}
            assert transfer.verify(empty, other).status == "done"
        finally:
            administrator.execute(DROP.format(name=name))


def copied(source: str, target: str) -> set[str]:
    """What each table's proof says."""
    report = transfer.copy(transfer.plan(source, target), source=source, target=target)
    return {table.verified for table in report.tables}

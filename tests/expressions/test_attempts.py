"""Whether a server takes a statement is found out on a scratch table, of which nothing remains."""

from __future__ import annotations

import pytest

from dialects import connect
from mappings.errors import ConnectionLost, DatabaseError
from mappings.schema import TableName
from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES
from tests.pairs import plain

SCRATCH = TableName("", "_dbtransfer_scratch")
MAKE = "CREATE TABLE {scratch} (a int, v varchar(20){more})"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_the_server_says_and_that_nothing_remains(database: DatabaseFactory, engine: str) -> None:
    url = database(engine)
    with connect(url, writable=True) as session:
        name = session.dialect.quote(SCRATCH.name)
        make = MAKE.format(scratch=name, more="")
        index = f"CREATE INDEX i ON {name} (a)"
        assert session.attempt([make, index], SCRATCH) == ""
        assert session.attempt([make, index], SCRATCH) == ""
        assert "nothing" in session.attempt([make, f"CREATE INDEX i ON {name} (nothing)"], SCRATCH)
        assert session.attempt([MAKE.format(scratch=name, more=", CHECK (no_function(a) > 1)")], SCRATCH) != ""
        session.execute("CREATE TABLE after (a int)")
    assert [table.rpartition(".")[2] for table in plain.tables(url)] == ["after"]


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_what_only_a_real_table_takes(database: DatabaseFactory, engine: str) -> None:
    url = database(engine)
    with connect(url, writable=True) as session:
        make = MAKE.format(scratch="`_dbtransfer_scratch`", more=", g geometry NOT NULL")
        full = "CREATE FULLTEXT INDEX i ON `_dbtransfer_scratch` (v)"
        spatial = "CREATE SPATIAL INDEX j ON `_dbtransfer_scratch` (g)"
        assert session.attempt([make, full, spatial], SCRATCH) == ""
    assert plain.tables(url) == []


def test_types_made_on_the_way_go_too(database: DatabaseFactory) -> None:
    url = database("postgresql")
    with connect(url, writable=True) as session:
        made = ["CREATE SCHEMA s", "CREATE TYPE s.mood AS ENUM ('a')", 'CREATE TABLE "_dbtransfer_scratch" (m s.mood)']
        assert session.attempt(made, SCRATCH) == ""
        assert session.attempt(made, SCRATCH) == ""


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb"])
def test_a_session_that_only_reads_attempts_nothing(database: DatabaseFactory, engine: str) -> None:
    with connect(database(engine), writable=False) as session, pytest.raises(DatabaseError, match="only reads"):
        session.attempt(["CREATE TABLE _dbtransfer_scratch (a int)"], SCRATCH)


def test_a_lost_connection_is_no_refusal(database: DatabaseFactory) -> None:
    with connect(database("postgresql"), writable=True) as session, pytest.raises(ConnectionLost):
        session.attempt(["SELECT pg_terminate_backend(pg_backend_pid())"], SCRATCH)

"""The type matrices of data validation teams: the same rows, written for each engine by people who compare engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.edges import ENGINES
from tests.conformance.journeys import assert_equal
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.pairs.test_sinks import copied

LoadScript = Callable[[str, Path], None]
MATRICES = {
    ("postgresql", "dvt"): "dvt/postgresql_test_tables.sql",
    ("mysql", "dvt"): "dvt/mysql_test_tables.sql",
    ("mariadb", "dvt"): "dvt/mysql_test_tables.sql",
    ("postgresql", "pgcompare"): "pgcompare/test_pg.sql",
    ("mysql", "pgcompare"): "pgcompare/test_mysql.sql",
    ("mariadb", "pgcompare"): "pgcompare/test_mariadb.sql",
}
QUICK = [("mysql", "pgcompare")]
"""For `make test`; the other matrices are soak tests."""
SHARED = {
    "dvt": {"dvt_core_types", "dvt_null_not_null", "dvt_binary", "dvt_char_id", "dvt_pangrams", "dvt_many_cols"},
    "pgcompare": {"test_case", "multipk", "plat", "test_char", "test_nbr", "charpk", "test_dt", "test_enum"},
}
PLATFORM = "plat"
"""Its one row says which engine the script is for."""
HOMES = ("`pso_data_validator`.", "pso_data_validator.", "pgctest.")
"""Schemas and databases that the scripts name; the tables go where a test can have them."""
OF_THEIR_OWN = ("create database", "create schema", "use ", "drop table")
"""What the lines begin with that are left out."""
THREE_BYTES = "ALTER DATABASE CHARACTER SET utf8mb3;\n"
"""The authors' servers had the older character set: a varchar(21000) is too long for the newer one."""


class Loader:
    """Loads a matrix into a fresh database, whose name the script does not say any more."""

    def __init__(self, database: DatabaseFactory, load_script: LoadScript, data: Path, folder: Path) -> None:
        self._database, self._load, self._data, self._folder = database, load_script, data, folder

    def __call__(self, engine: str, matrix: str) -> str:
        text = (self._data / "typematrix" / MATRICES[engine, matrix]).read_text()
        for home in HOMES:
            text = text.replace(home, "")
        kept = [line for line in text.splitlines() if not line.lower().startswith(OF_THEIR_OWN)]
        bare = self._folder / f"{engine}_{matrix}.sql"
        bare.write_text(THREE_BYTES * (engine != "postgresql") + "\n".join(kept))
        url = self._database(engine)
        self._load(url, bare)
        return url


@pytest.fixture
def matrix(database: DatabaseFactory, load_script: LoadScript, test_data: Path, tmp_path: Path) -> Loader:
    return Loader(database, load_script, test_data, tmp_path)


def arrives_everywhere(database: DatabaseFactory, there: str) -> None:
    """Without any consent, and value by value."""
    for target in ENGINES:
        here, plan, taken = copied(there, database, target)
        assert taken == []
        assert_equal(there, here, plan)


@pytest.mark.parametrize(("source", "name"), QUICK)
def test_a_matrix_arrives_everywhere(database: DatabaseFactory, matrix: Loader, source: str, name: str) -> None:
    arrives_everywhere(database, matrix(source, name))


@pytest.mark.soak
@pytest.mark.parametrize(("source", "name"), [pair for pair in MATRICES if pair not in QUICK])
def test_every_matrix_arrives_everywhere(database: DatabaseFactory, matrix: Loader, source: str, name: str) -> None:
    arrives_everywhere(database, matrix(source, name))


def contents(url: str) -> dict[str, dict[str, list[object]]]:
    """The values of each column of each table, by their names in small letters."""
    return {
        table.rpartition(".")[2].lower(): {
            column.lower(): [row[0] for row in plain.rows(url, table, [column])] for column in plain.columns(url, table)
        }
        for table in plain.tables(url)
    }


@pytest.mark.parametrize("name", ["dvt", "pgcompare"])
def test_rows_equal_the_script_for_the_target(database: DatabaseFactory, matrix: Loader, name: str) -> None:
    """PostgreSQL's rows, copied to MySQL, are those that the matrix has for MySQL, in the tables of both."""
    here, _, _ = copied(matrix("postgresql", name), database, "mysql")
    moved, vendor = contents(here), contents(matrix("mysql", name))
    assert moved.keys() & vendor.keys() == SHARED[name]
    for table in SHARED[name] - {PLATFORM}:
        for column in moved[table].keys() & vendor[table].keys():
            assert moved[table][column] == vendor[table][column], (table, column)

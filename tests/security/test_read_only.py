"""A source stays as it is: the engine itself refuses whatever a session that only reads would write."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import pytest

import transfer
from dialects import connect
from mappings.errors import DatabaseError, TransferError
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.servers.samples import sqlite_file

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
WRITING = (
    "INSERT INTO item VALUES (3, 'three')",
    "UPDATE item SET name = 'other'",
    "DELETE FROM item",
    "CREATE TABLE other (id int)",
    "CREATE INDEX more ON item (name)",
    "ALTER TABLE item ADD COLUMN more int",
    "DROP TABLE item",
    "CREATE VIEW seen AS SELECT * FROM item",
)
OF_ENGINE = {
    "postgresql": (
        "TRUNCATE item",
        "SELECT * FROM item FOR UPDATE",
        "SELECT nextval('counter')",
        "COMMENT ON TABLE item IS 'x'",
    ),
    "mysql": ("TRUNCATE TABLE item", "RENAME TABLE item TO other", "REPLACE INTO item VALUES (1, 'x')"),
    "sqlite": (
        "VACUUM",
        "REINDEX",
        "PRAGMA user_version = 7",
        "CREATE TRIGGER t AFTER INSERT ON item BEGIN SELECT 1; END",
    ),
    "duckdb": ("TRUNCATE item", "CREATE SEQUENCE other", "COMMENT ON TABLE item IS 'x'", "COPY item TO 'item.csv'"),
}
ITEM = ("CREATE TABLE item (id int PRIMARY KEY, name varchar(20))", "INSERT INTO item VALUES (1, 'one'), (2, 'two')")


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, database: DatabaseFactory) -> str:
    url = database(request.param)
    plain.execute(url, *ITEM, *(("CREATE SEQUENCE counter",) if request.param == "postgresql" else ()))
    return url


def state(url: str) -> object:
    """The bytes of a file and those beside it; on a server its tables and rows."""
    if plain.engine(url) in ("sqlite", "duckdb"):
        path = sqlite_file(url)
        beside = [file for file in path.parent.iterdir() if file.name.startswith(path.name)]
        return sorted((file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in beside)
    return plain.tables(url), plain.columns(url, "item"), plain.rows(url, "item")


def test_every_write_is_refused(url: str) -> None:
    before = state(url)
    for statement in (*WRITING, *OF_ENGINE[plain.engine(url)]):
        with connect(url) as session:
            for attempt in (session.execute, session.query):
                with pytest.raises(DatabaseError):
                    attempt(statement)
    assert state(url) == before


def test_the_readers_of_a_snapshot_write_nothing(url: str) -> None:
    before = state(url)
    with connect(url) as session:
        table = next(table for table in session.reflect(()).tables if table.name.name == "item")
        for reader in session.readers((table.name,), 2).sessions:
            with reader:
                for statement in WRITING:
                    with pytest.raises(DatabaseError):
                        reader.query(statement)
    assert state(url) == before


def test_a_source_is_the_same_after_all_commands(url: str, tmp_path: Path) -> None:
    before, out = state(url), f"sqlite:///{tmp_path}/out.db"
    options = transfer.Options(jobs=2, views="try")
    transfer.inspect(url)
    transfer.copy(transfer.plan(url, out, options), source=url, target=out, options=options)
    assert transfer.verify(url, out).exit_code == 0
    transfer.compare(url, out)
    assert state(url) == before


def test_a_session_that_only_reads_opens_no_transaction_to_write(url: str) -> None:
    with connect(url) as session, pytest.raises(TransferError):
        session.begin()
        table = next(table for table in session.reflect(()).tables if table.name.name == "item")
        session.write(table, table.columns, [batch for batch in session.read(table, table.columns, None, 10)])


@pytest.mark.parametrize("in_use", [True, False])
def test_a_sqlite_file_with_a_write_ahead_log_keeps_its_bytes(tmp_path: Path, in_use: bool) -> None:
    url, out = f"sqlite:///{tmp_path}/in.db", f"sqlite:///{tmp_path}/out.db"
    plain.execute(url, *ITEM)
    with closing(plain.connect(url)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("INSERT INTO item VALUES (3, 'three')")
        other.commit()
        if not in_use:
            other.close()
        before = logged(tmp_path)
        assert transfer.copy(transfer.plan(url, out), source=url, target=out).tables[0].rows == 3
        assert logged(tmp_path) == before


def logged(folder: Path) -> list[bytes]:
    """The rows' own files; beside them SQLite keeps an index of the log, which every reader writes."""
    return [
        path.read_bytes() for name in ("in.db", "in.db-wal") if (path := folder / name).exists() and path.stat().st_size
    ]

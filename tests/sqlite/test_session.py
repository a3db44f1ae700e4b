"""Opening, reading on one instant, writing, stopping, and what every failure becomes."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.sqlite import connection as opening
from dialects.sqlite.errors import FAULTS, told, translated
from mappings import types as t
from mappings.errors import (
    ConfigurationError,
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    StorageFull,
)
from mappings.schema import Column, Table, TableName
from tests.sqlite.conftest import Maker
from tests.sqlite.test_write import NAME, PAIR, batch

ROWS = "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'x');"


def test_a_missing_file(file: Path) -> None:
    with pytest.raises(ConnectionRefused, match="there is no file") as caught:
        connect(f"sqlite:///{file}")
    assert "absolute" in caught.value.hint
    assert not file.exists()


def test_a_writable_session_makes_the_file_but_not_its_folder(file: Path) -> None:
    with connect(f"sqlite:///{file}", writable=True) as session:
        session.execute("CREATE TABLE t (a)")
    assert file.exists()
    with pytest.raises(ConnectionRefused, match="there is no folder") as caught:
        connect(f"sqlite:///{file.parent}/none/x.db", writable=True)
    assert "mkdir" in caught.value.hint


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_no_database_in_memory(url: str) -> None:
    with pytest.raises(ConfigurationError, match="needs a database file"):
        connect(url)


def test_options_of_the_url(opened: Maker, file: Path) -> None:
    opened(ROWS, options="?timeout=1.5&immutable=1").count(NAME)
    for options, message in [("?timeout=soon", "no number of seconds"), ("?mode=ro", "no option 'mode'")]:
        with pytest.raises(ConfigurationError, match=message):
            connect(f"sqlite:///{file}{options}")


def test_what_is_no_database(file: Path) -> None:
    file.write_text("id,name\n" * 200)
    with pytest.raises(ConnectionRefused, match="file is not a database"):
        connect(f"sqlite:///{file}")
    with pytest.raises(ConnectionRefused, match="is a folder"):
        connect(f"sqlite:///{file.parent}")


def test_an_odd_path(tmp_path: Path) -> None:
    file = tmp_path / "a b?c#é%41.db"
    with closing(sqlite3.connect(file)) as made:
        made.executescript(ROWS)
    escaped = str(file).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    with connect(f"sqlite:///{escaped}") as session:
        assert session.count(NAME) == 1


def test_rights(opened: Maker, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(ROWS)
    monkeypatch.setattr(opening.os, "access", lambda path, mode: False)
    for writable, verb in [(False, "read"), (True, "write to")]:
        with pytest.raises(PermissionDenied, match=f"may not {verb}"):
            connect(f"sqlite:///{file}", writable=writable)


def test_an_old_library(opened: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(ConfigurationError, match="older than 3.37"):
        opened(ROWS)


def test_a_session_that_only_reads_cannot_write(opened: Maker) -> None:
    session = opened(ROWS)
    for statement in ("DELETE FROM t", "CREATE TABLE u (a)", "PRAGMA user_version = 3"):
        with pytest.raises(PermissionDenied, match="readonly"):
            session.execute(statement)
    session.query("PRAGMA query_only = OFF")
    with pytest.raises(PermissionDenied, match="readonly"):
        session.execute("DELETE FROM t")


def test_counts_and_boundaries(opened: Maker) -> None:
    session = opened("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (-5), (3), (10), (20)")
    (table,) = session.reflect(()).tables
    assert session.count(NAME) == 4
    assert session.count(NAME, KeyRange.of("id", 3, 20)) == 2
    assert session.boundary(table, KeyRange(("id",)), 2) == ("10",)
    assert session.boundary(table, KeyRange.of("id", 10, None), 1) == ("20",)
    assert session.boundary(table, KeyRange.of("id", 10, None), 2) is None


@pytest.fixture
def many(opened: Maker) -> Iterator[Session]:
    """A file with ten thousand rows in WAL mode."""
    yield opened(
        """PRAGMA journal_mode = wal; CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
        INSERT INTO t SELECT i, 'old' FROM n"""
    )


def texts(session: Session) -> set[object]:
    columns = Column("a", t.Integer(64), "INTEGER"), Column("b", t.Text(), "TEXT")
    return {text for part in session.read(Table(NAME, columns), columns, None, 500) for text in part[1].to_pylist()}


def rewrite(file: Path, word: str) -> None:
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE t SET b = ?", (word,))


def test_readers_of_a_wal_file_see_one_instant(many: Session, file: Path) -> None:
    readers = many.readers((NAME,), 3)
    assert (len(readers.sessions), readers.consistent, readers.consistency) == (3, True, "one instant of the file")
    rewrite(file, "new")
    assert [texts(session) for session in readers.sessions] == [{"old"}] * 3
    assert {session.count(NAME) for session in readers.sessions} == {10_000}
    for session in readers.sessions:
        session.close()
    assert texts(many) == {"new"}


def test_readers_are_on_one_instant_whatever_is_written_meanwhile(many: Session, file: Path) -> None:
    stop = threading.Event()

    def count_up() -> None:
        with closing(sqlite3.connect(file, timeout=30)) as other:
            other.execute("PRAGMA synchronous = OFF")
            while not stop.wait(0.002):
                with other:
                    other.execute("INSERT INTO t (b) VALUES ('more')")

    writer = threading.Thread(target=count_up)
    writer.start()
    try:
        for _ in range(15):
            readers = many.readers((NAME,), 3)
            assert len({session.count(NAME) for session in readers.sessions}) == 1
            for session in readers.sessions:
                session.close()
    finally:
        stop.set()
        writer.join()


def test_readers_where_the_file_cannot_be_locked(many: Session, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = opening.open_file

    def no_lock(path: Path, mode: str, timeout: float) -> sqlite3.Connection:
        if mode == "rw":
            raise PermissionDenied("read-only file")
        return original(path, mode, timeout)

    monkeypatch.setattr(opening, "open_file", no_lock)
    readers = many.readers((NAME,), 2)
    rewrite(file, "new")
    assert [texts(session) for session in readers.sessions] == [{"old"}] * 2
    versions = iter(range(100))
    monkeypatch.setattr(type(many), "_version", lambda self: next(versions))
    with pytest.raises(Contention, match="changes too often"):
        many.readers((NAME,), 2)


def test_one_reader_where_readers_hold_writers_up(opened: Maker) -> None:
    readers = opened(ROWS).readers((NAME,), 4)
    assert (len(readers.sessions), readers.consistent) == (1, True)
    readers.sessions[0].close()


def test_a_locked_file(opened: Maker, file: Path) -> None:
    session = opened(ROWS, writable=True, options="?timeout=0.05")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Contention, match="locked") as caught:
            session.begin()
    assert caught.value.retryable and "timeout" in caught.value.hint


def test_a_full_disk_is_not_committed_by_mistake(opened: Maker) -> None:
    session = opened("CREATE TABLE t (a INTEGER, b TEXT)", writable=True)
    session.query("PRAGMA max_page_count = 20")
    session.begin()
    with pytest.raises(StorageFull) as caught:
        session.write(Table(NAME, PAIR), PAIR, [batch(PAIR, list(range(2000)), ["long " * 50] * 2000)])
    assert caught.value.hint
    if not session._connection.in_transaction:
        with pytest.raises(DatabaseError, match="rolled the transaction back"):
            session.commit()
    session.rollback()
    assert session.count(NAME) == 0


def test_cancel_ends_a_read_between_and_within_statements(many: Session) -> None:
    columns = Column("a", t.Integer(64), "INTEGER"), Column("b", t.Text(), "TEXT")
    batches = many.read(Table(NAME, columns), columns, None, 500)
    next(batches)
    many.cancel()
    with pytest.raises(DatabaseError, match="cancelled"):
        list(batches)
    assert texts(many) == {"old"}
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    threading.Timer(0.1, many.cancel).start()
    began = time.monotonic()
    with pytest.raises(DatabaseError, match="interrupted"):
        many.query(endless)
    assert time.monotonic() - began < 5


def test_cancel_ends_a_write_between_batches(opened: Maker) -> None:
    session = opened("CREATE TABLE t (a INTEGER, b TEXT)", writable=True)

    def batches() -> Iterator[object]:
        yield batch(PAIR, [1], ["x"])
        session.cancel()
        yield batch(PAIR, [2], ["y"])

    session.begin()
    with pytest.raises(DatabaseError, match="cancelled"):
        session.write(Table(NAME, PAIR), PAIR, batches())
    session.rollback()
    assert session.count(NAME) == 0


def test_rollback_and_close_never_raise(opened: Maker) -> None:
    session = opened(ROWS, writable=True)
    session.rollback()
    session.begin()
    session.rollback()
    session._connection.close()
    with pytest.raises(DatabaseError, match="closed database"):
        session.query("SELECT 1")


def test_errors_of_the_catalogue_name_what_was_done(opened: Maker) -> None:
    with pytest.raises(DatabaseError, match="SELECT missing: no such column: missing"):
        opened(ROWS).query("SELECT missing")


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_every_fault_has_a_hint(code: int) -> None:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorcode = code | 0x300
    found = translated(error, "doing")
    assert (type(found), found.message) == (FAULTS[code].kind, "doing: words")
    assert found.hint


def test_an_error_without_a_code() -> None:
    with pytest.raises(DatabaseError) as caught, told():
        raise sqlite3.ProgrammingError("misuse")
    assert caught.value.message == "misuse"
    assert isinstance(caught.value.__cause__, sqlite3.ProgrammingError)
    assert ConstraintViolated in {fault.kind for fault in FAULTS.values()}


def test_a_table_name_is_never_a_statement(opened: Maker) -> None:
    name = 't"; DROP TABLE t; --'
    session = opened(f'CREATE TABLE "{name.replace(chr(34), chr(34) * 2)}" (a); {ROWS}')
    assert session.count(TableName("", name)) == 0
    assert session.count(NAME) == 1

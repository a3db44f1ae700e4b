"""Connecting, settings, errors, snapshots."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dialects import connect
from dialects.mysql.session import MysqlSession
from mappings import types as t
from mappings.errors import (
    ConfigurationError,
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    TransferError,
)
from mappings.schema import Column, TableName
from tests.mysql.conftest import Open
from tests.mysql.tables import batch_of, create, rows_of, table_of, write

NUMBER = Column("v", t.Integer(32), "int")


def test_settings(session: MysqlSession) -> None:
    ((zone, mode, charset),) = session.query("SELECT @@time_zone, @@sql_mode, @@character_set_client")
    assert (zone, charset) == ("+00:00", "utf8mb4")
    assert "NO_AUTO_VALUE_ON_ZERO" in str(mode) and "STRICT_ALL_TABLES" in str(mode)
    assert "NO_ZERO_DATE" not in str(mode) and "NO_BACKSLASH_ESCAPES" not in str(mode)


def test_a_session_that_only_reads_cannot_write(url: str, session: MysqlSession, opened: Open) -> None:
    create(session, table_of([NUMBER]))
    reader = opened(url, writable=False)
    for statement in ("INSERT INTO t VALUES (1, 1)", "CREATE TABLE u (id int)", "DROP TABLE t"):
        with pytest.raises(TransferError):
            reader.execute(statement)
    with pytest.raises(DatabaseError, match="only reads"):
        reader.begin()


def test_the_version_decides_the_product(url: str, product: str, opened: Open) -> None:
    other = {"mysql": "mariadb", "mariadb": "mysql"}[product]
    session = opened(url.replace(f"{product}://", f"{other}://"))
    assert session.dialect.server.maria == (product == "mariadb")
    assert any(f"the URL says {other}://" in notice for notice in session.notices())
    assert opened(url).notices() == ()


def test_an_unknown_database(url: str) -> None:
    with pytest.raises(ConnectionRefused) as caught:
        connect(url + "_missing")
    assert "CREATE DATABASE" in caught.value.hint


def test_a_url_without_a_database(url: str) -> None:
    with pytest.raises(ConfigurationError, match="names no database"):
        connect(url.rsplit("/", 1)[0] + "/")


def test_a_wrong_password_is_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    wrong = url.replace("dbtransfer:dbtransfer@", "dbtransfer:s3cret-Wrong@")
    with pytest.raises(ConnectionRefused) as caught:
        connect(wrong)
    assert "s3cret" not in str(caught.value) + caught.value.hint


def test_passwords_from_elsewhere(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = url.replace("dbtransfer:dbtransfer@", "dbtransfer@")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MYSQL_PWD", raising=False)
    with pytest.raises(ConnectionRefused):
        connect(bare)
    (tmp_path / ".my.cnf").write_text("[client]\npassword = 'dbtransfer'\nsocket = /nowhere\n")
    connect(bare).close()
    (tmp_path / ".my.cnf").unlink()
    monkeypatch.setenv("MYSQL_PWD", "dbtransfer")
    connect(bare).close()


def test_nobody_there() -> None:
    with pytest.raises(ConnectionRefused) as caught:
        connect("mysql://nobody@127.0.0.1:1/nothing?connect_timeout=2")
    assert "port" in caught.value.hint


def test_an_unknown_option_of_the_url() -> None:
    with pytest.raises(ConfigurationError, match="sslmode"):
        connect("mysql://nobody@127.0.0.1:1/nothing?sslmode=require")


def test_a_certificate_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect("mysql://nobody@127.0.0.1:1/nothing?ssl_ca=/nowhere.pem")
    assert "ssl" in caught.value.hint


def test_a_missing_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dialects.mysql.wire", None)
    with pytest.raises(ConfigurationError) as caught:
        connect("mysql://nobody@127.0.0.1:1/nothing")
    assert caught.value.hint == "pip install 'dbtransfer[mysql]'"


def test_encryption_that_the_server_lacks_or_has(url: str, product: str, opened: Open) -> None:
    if product == "mariadb":
        with pytest.raises(ConnectionRefused):
            connect(f"{url}?ssl_verify_cert=true")
        return
    shown = opened(url).query("SHOW STATUS LIKE 'Ssl_cipher'")
    assert shown[0][1]
    assert not opened(f"{url}?ssl_disabled=true").query("SHOW STATUS LIKE 'Ssl_cipher'")[0][1]


def test_a_missing_right(url: str, session: MysqlSession, opened: Open) -> None:
    create(session, table_of([NUMBER]))
    _with_user(session, url, "SELECT", lambda limited: _refused(limited, "CREATE TABLE u (id int)"))


def _refused(session: MysqlSession, statement: str) -> None:
    with pytest.raises(PermissionDenied) as caught:
        session.execute(statement)
    assert caught.value.hint


def _with_user(session: MysqlSession, url: str, rights: str, check: Callable[[MysqlSession], None]) -> None:
    """Run the check as a user who has only these rights on this database."""
    name = url.rsplit("/", 1)[1]
    user = f"u_{name}"[:30]
    session.execute(f"CREATE USER '{user}'@'%' IDENTIFIED BY 'x'")
    try:
        session.execute(f"GRANT {rights} ON `{name}`.* TO '{user}'@'%'")
        with connect(url.replace("dbtransfer:dbtransfer@", f"{user}:x@"), writable=True) as limited:
            assert isinstance(limited, MysqlSession)
            check(limited)
    finally:
        session.execute(f"DROP USER '{user}'@'%'")


def test_a_table_that_exists(session: MysqlSession) -> None:
    table = create(session, table_of([NUMBER]))
    with pytest.raises(DatabaseError, match="already exists"):
        create(session, table)


def test_a_warning_of_ddl_is_an_error_unless_harmless(session: MysqlSession) -> None:
    session.execute("CREATE TABLE IF NOT EXISTS t (id int(11), KEY a (id))")
    session.execute("CREATE TABLE IF NOT EXISTS t (id int)")
    session.execute("CREATE INDEX b ON t (id)")
    session.execute("DROP TABLE IF EXISTS missing")
    with pytest.raises(DatabaseError, match="warns about"):
        session.execute("SELECT CAST('1x' AS SIGNED)")


def test_a_lock_that_does_not_come(url: str, session: MysqlSession, opened: Open) -> None:
    table = create(session, table_of([NUMBER]))
    write(session, table, batch_of(table, {"v": [1]}))
    other = opened(url)
    other.execute("SET SESSION innodb_lock_wait_timeout = 1")
    session.begin()
    session.execute("UPDATE t SET v = 2")
    with pytest.raises(Contention) as caught:
        other.execute("UPDATE t SET v = 3")
    assert caught.value.retryable
    session.rollback()


def test_readers_see_one_instant(url: str, session: MysqlSession, opened: Open) -> None:
    table = create(session, table_of([NUMBER]))
    write(session, table, batch_of(table, {"v": [0] * 100}))
    stop = threading.Event()
    writer = opened(url)

    def churn() -> None:
        while not stop.is_set():
            writer.execute("UPDATE t SET v = v + 1")

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(5):
            readers = opened(url, writable=False).readers((table.name,), 3)
            assert readers.consistent and len(readers.sessions) == 3
            assert len({str(reader.query("SELECT MIN(v), MAX(v) FROM t")) for reader in readers.sessions}) == 1
            assert rows_of(readers.sessions[0], table).num_rows == 100  # type: ignore[arg-type]
            for reader in readers.sessions:
                reader.close()
    finally:
        stop.set()
        thread.join()


def test_one_reader_needs_no_lock(url: str, session: MysqlSession) -> None:
    table = create(session, table_of([NUMBER]))

    def check(limited: MysqlSession) -> None:
        for count in (1, 3):
            readers = limited.readers((table.name,), count)
            assert readers.consistent and len(readers.sessions) == 1
            readers.sessions[0].close()
        assert "one reader" in readers.consistency

    _with_user(session, url, "SELECT", check)


def test_engines_without_snapshots_are_named(url: str, session: MysqlSession) -> None:
    session.execute("CREATE TABLE old (id int) ENGINE=MyISAM")
    readers = session.readers((TableName("", "old"),), 2)
    assert not readers.consistent and "old (MyISAM)" in readers.consistency
    for reader in readers.sessions:
        reader.close()


def test_orphans_are_found(session: MysqlSession) -> None:
    session.execute("CREATE TABLE parent (id int PRIMARY KEY)")
    session.execute("CREATE TABLE child (id int PRIMARY KEY, parent int)")
    session.execute("INSERT INTO parent VALUES (1)")
    session.execute("INSERT INTO child VALUES (1, 1), (2, 7), (3, NULL)")
    tables = {str(table.name): table for table in session.reflect(()).tables}
    from mappings.schema import ForeignKey

    key = ForeignKey("fk", ("parent",), TableName("", "parent"), ("id",))
    assert session.query(session.dialect.orphans(tables["child"], key)) == [(7,)]
    statement = session.dialect.add_foreign_key(tables["child"], key)
    assert statement is not None
    session.execute("DELETE FROM child WHERE parent = 7")
    session.execute(statement)
    assert session.query("SELECT @@foreign_key_checks") == [(1,)]
    with pytest.raises(ConstraintViolated):
        session.execute("INSERT INTO child VALUES (4, 7)")


def test_numbers_go_on_behind_the_source(session: MysqlSession) -> None:
    session.execute("CREATE TABLE t (id int PRIMARY KEY AUTO_INCREMENT, v int)")
    session.execute("INSERT INTO t VALUES (5, 0)")
    from mappings.schema import Identity

    (table,) = session.reflect(()).tables
    assert table.columns[0].identity == Identity(next=6)
    for wished, given in ((3, 6), (100, 100)):
        column = Column("id", t.Integer(32), "int", identity=Identity(next=wished))
        statement = session.dialect.continue_identity(table, column)
        assert statement is not None
        session.execute(statement)
        session.execute("INSERT INTO t (v) VALUES (1)")
        assert session.query("SELECT MAX(id) FROM t") == [(given,)]


def test_probing(session: MysqlSession) -> None:
    from mappings.type_mapper import Facts, Risk

    session.execute("CREATE TABLE t (a longtext, b bigint unsigned, c longblob)")
    session.execute("INSERT INTO t VALUES ('é😀', 18446744073709551615, x'00ff'), ('abc', 1, NULL)")
    (table,) = session.reflect(()).tables
    length = frozenset({Risk.LENGTH})
    facts = session.observe(table, {"a": length, "b": frozenset({Risk.MAGNITUDE}), "c": length})
    assert facts["a"] == Facts(characters=3, octets=6, rows=2)
    assert facts["b"] == Facts(greatest=2**64 - 1, rows=2)
    assert facts["c"].octets == 2

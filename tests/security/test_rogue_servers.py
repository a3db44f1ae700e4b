"""A server that asks for local files gets none, and one that asks for the password in clear does not get that."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import Session
from mappings.arrow import arrow_schema
from mappings.errors import ConnectionRefused, TransferError
from mappings.schema import Table, TableName
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.security.rogue import FileThief, PasswordThief, Turn, packet

SECRET = "root:x:0:0:the words of a local file"
ROWS = [(1, "one"), (2, "two")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "passwd"
    path.write_text(SECRET)
    return path


@pytest.fixture
def url(database: DatabaseFactory) -> str:
    url = database("mariadb")
    plain.execute(url, "CREATE TABLE item (id int PRIMARY KEY, name varchar(20))", "INSERT INTO item VALUES (1, 'one')")
    plain.execute(url, "CREATE TABLE made (id int PRIMARY KEY, name varchar(20))")
    return url


def work(url: str) -> None:
    """Everything that a copy asks of a server, from both sides."""
    with connect(url) as source:
        table = source.reflect(()).table(TableName("", "item"))
        read(source, table)
    with connect(url, writable=True) as target:
        target.loading(own_tables=True)
        target.execute("CREATE TEMPORARY TABLE other (id int)")
        target.begin()
        batch = pa.RecordBatch.from_pylist([{"id": at, "name": name} for at, name in ROWS], arrow_schema(table.columns))
        target.write(target.reflect(()).table(TableName("", "made")), table.columns, [batch])
        target.mark()
        target.undo()
        target.rollback()


def read(source: Session, table: Table) -> None:
    source.observe(table, {})
    source.count(table.name)
    source.query("SELECT 1")
    (reader,) = source.readers((table.name,), 1).sessions
    with reader:
        reader.digest(table, table.columns, None)
        list(reader.read(table, table.columns, None, 100))


def asking(file: Path, instead_of: bytes) -> Turn:
    return lambda statement: str(file) if statement == instead_of else ""


def test_whatever_statement_runs_no_file_is_sent(url: str, file: Path) -> None:
    with FileThief(url, lambda _: "") as honest:
        work(honest.url)
    loads = [statement for statement in honest.statements if statement.startswith(b"LOAD DATA LOCAL")]
    assert len(honest.statements) > 20 and len(loads) == 1
    for statement in dict.fromkeys(honest.statements):
        with FileThief(url, asking(file, statement)) as thief, suppress(TransferError):
            work(thief.url)
        ours = packet(2, b'1,"one"\n2,"two"\n') + packet(3, b"") if statement in loads else b""
        assert thief.asked and thief.got == ours and SECRET.encode() not in thief.got, statement


@pytest.mark.parametrize(
    ("plugin", "data"),
    [("mysql_clear_password", b""), ("dialog", b"\x05Password: "), ("mysql_old_password", b"12345678")],
)
def test_no_password_in_clear_without_tls(plugin: str, data: bytes) -> None:
    with PasswordThief(plugin, data) as thief, pytest.raises(ConnectionRefused, match="not encrypted") as caught:
        connect(f"mysql://me:hush-hush@127.0.0.1:{thief.port}/shop")
    assert b"me" in thief.got and b"hush" not in thief.got and "ssl_ca" in caught.value.hint
    assert thief.got.count(b"mysql_native_password") == 1


def test_without_the_guard_the_driver_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the thief works at all."""
    monkeypatch.setattr("dialects.mysql.connecting_tls.IN_CLEAR", ())
    with PasswordThief("mysql_clear_password", b"") as thief, pytest.raises(TransferError):
        connect(f"mysql://me:hush-hush@127.0.0.1:{thief.port}/shop")
    assert b"hush-hush" in thief.got

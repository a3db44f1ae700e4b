"""Connections, snapshots, cancelling and loss; DDL that runs on a server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote, urlsplit

import psycopg
import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.postgresql.types import FAMILY, logical_type
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import (
    ConfigurationError,
    ConnectionLost,
    ConnectionRefused,
    DatabaseError,
    PermissionDenied,
)
from mappings.schema import Check, Column, Expression, Identity, Table, TableName
from mappings.type_mapper import Facts, Risk, Use, settle

Database = Callable[..., str]
NAME = TableName("public", "t")
NUMBER = Column("c", t.Integer(32), "integer")
NUMBERS = Table(NAME, (NUMBER,))
PASSWORD = r"p @'\/%+:?#&=é"


@pytest.fixture
def url(database: Database) -> str:
    return database("postgresql")


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as plain:
        for statement in statements:
            plain.execute(statement)


def moved(url: str, *, user: str = "", password: str | None = None, port: int = 0, database: str = "") -> str:
    """The URL with another user, port or database."""
    parts = urlsplit(url)
    secret = parts.password if password is None else quote(password, safe="")
    who = f"{quote(user, safe='') or parts.username}:{secret}"
    return f"postgresql://{who}@{parts.hostname}:{port or parts.port}/{database or parts.path[1:]}"


def values(session: Session, table: Table = NUMBERS) -> list[object]:
    batches = list(session.read(table, table.columns, None, 1000))
    return [value for batch in batches for value in batch.column(0).to_pylist()]


def batch(*numbers: int) -> pa.RecordBatch:
    return pa.record_batch([pa.array(numbers, pa.int32())], schema=arrow_schema((NUMBER,)))


def test_refused_connections_say_what_and_what_to_try(url: str) -> None:
    for wrong, message, kind in [
        (moved(url, user="nobody"), "password authentication failed", ConnectionRefused),
        (moved(url, database="nowhere"), 'database "nowhere" does not exist', ConnectionRefused),
        (moved(url, port=1), "127.0.0.1:1/.*refused", ConnectionRefused),
        ("postgresql://u:p@nowhere.invalid/d", "nowhere.invalid:5432/d", ConnectionRefused),
        (f"{url}?nonsense=1", "nonsense", ConfigurationError),
        (f"{url}?sslmode=nonsense", "nonsense", ConfigurationError),
    ]:
        with pytest.raises(kind, match=message) as caught:
            connect(wrong)
        assert caught.value.hint and "dbtransfer:dbtransfer" not in str(caught.value)


def test_a_password_of_odd_characters_reaches_both_drivers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute("DROP ROLE IF EXISTS odd")
        plain.execute(f"CREATE ROLE odd LOGIN SUPERUSER PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
        try:
            plain.execute("CREATE TABLE t AS SELECT 1 AS c")
            with connect(moved(url, user="odd", password=PASSWORD)) as session:
                assert values(session) == [1]
            monkeypatch.setenv("PGPASSWORD", PASSWORD)
            parts = urlsplit(url)
            with connect(f"postgresql://odd@{parts.hostname}:{parts.port}{parts.path}") as session:
                assert values(session) == [1]
        finally:
            plain.execute("DROP ROLE odd")


def test_a_session_that_is_not_writable_cannot_write(url: str) -> None:
    run(url, "CREATE TABLE t (c int)")
    with connect(url) as session:
        with pytest.raises(DatabaseError, match="read-only"):
            session.execute("CREATE TABLE u (i int)")
        session.begin()
        with pytest.raises(DatabaseError, match="read-only"):
            session.write(NUMBERS, (NUMBER,), iter([batch(1)]))
        session.rollback()
        assert values(session) == []


def test_rows_hidden_by_a_policy_are_an_error(url: str) -> None:
    run(url, "CREATE TABLE t (c int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; DROP ROLE IF EXISTS plain")
    run(url, "CREATE ROLE plain LOGIN PASSWORD 'x'; GRANT SELECT ON t TO plain; CREATE TABLE other (c int)")
    try:
        with connect(moved(url, user="plain", password="x")) as session:
            with pytest.raises(PermissionDenied, match="row-level security") as caught:
                values(session)
            assert "BYPASSRLS" in caught.value.hint
            with pytest.raises(PermissionDenied, match="permission denied"):
                values(session, replace(NUMBERS, name=TableName("public", "other")))
            assert [str(table.name) for table in session.reflect(()).tables] == ["public.other", "public.t"]
    finally:
        run(url, "DROP OWNED BY plain", "DROP ROLE plain")


def test_readers_see_one_instant_whatever_is_written(url: str) -> None:
    run(url, "CREATE TABLE t (c int); INSERT INTO t SELECT generate_series(1, 1000)")
    with connect(url) as session:
        readers = session.readers((NAME,), 3)
        assert readers.consistent and len(readers.sessions) == 3 and "UTC" in readers.consistency
        for number, reader in enumerate(readers.sessions):
            run(url, f"INSERT INTO t VALUES ({number})")
            assert len(values(reader)) == reader.count(NAME) == 1000
            assert reader.boundary(NUMBERS, KeyRange(("c",)), 999) == ("1000",)
        assert session.count(NAME) == 1003
        for reader in readers.sessions:
            reader.close()


def test_a_reader_returns_to_its_instant_after_an_error(url: str) -> None:
    run(url, "CREATE TABLE t (c int); INSERT INTO t SELECT generate_series(1, 100000)")
    with connect(url) as session:
        (reader,) = session.readers((NAME,), 1).sessions
        run(url, "DELETE FROM t")
        with pytest.raises(DatabaseError):
            reader.query("SELECT 1/0")
        with pytest.raises(DatabaseError):
            values(reader, replace(NUMBERS, columns=(replace(NUMBER, name="missing"),)))
        early = reader.read(NUMBERS, (NUMBER,), None, 1000)
        assert next(early).num_rows == 1000
        early.close()  # type: ignore[attr-defined]
        assert len(values(reader)) == reader.count(NAME) == 100_000
        reader.close()


def test_leaving_a_long_read_early_is_quick(url: str) -> None:
    run(url, "CREATE VIEW t AS SELECT c::int FROM generate_series(1, 20000000) c")
    with connect(url) as session:
        rows = session.read(NUMBERS, (NUMBER,), None, 1000)
        next(rows)
        began = time.monotonic()
        rows.close()  # type: ignore[attr-defined]
        assert session.query("SELECT 1") == [(1,)]
        assert time.monotonic() - began < 2


@contextmanager
def later(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Acts while the block runs, and is done with it behind the block: a late cancel would hit what comes next."""
    timer = threading.Timer(seconds, act)
    timer.start()
    yield
    timer.join()


def test_cancel_ends_a_read_a_query_and_a_write(url: str) -> None:
    run(url, "CREATE VIEW t AS SELECT c::int FROM generate_series(1, 200000000) c; CREATE TABLE u (c int PRIMARY KEY)")
    target = replace(NUMBERS, name=TableName("public", "u"))
    with connect(url, writable=True) as session, psycopg.connect(url) as other:
        began = time.monotonic()
        with later(0.3, session.cancel), pytest.raises(DatabaseError, match="cancel"):
            for _ in session.read(NUMBERS, (NUMBER,), None, 1000):
                pass
        with later(0.3, session.cancel), pytest.raises(DatabaseError, match="cancel"):
            session.query("SELECT pg_sleep(60)")
        other.execute("INSERT INTO u VALUES (1)")
        session.begin()
        with later(0.3, session.cancel), pytest.raises(DatabaseError, match="cancel"):
            session.write(target, (NUMBER,), iter([batch(1)]))
        session.rollback()
        other.rollback()
        assert time.monotonic() - began < 20
        session.begin()
        assert session.write(target, (NUMBER,), iter([batch(1, 2)])) == 2
        session.commit()


def kill_others(url: str) -> None:
    run(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()")  # fmt: skip


def test_a_killed_connection_is_lost_and_the_session_opens_another(url: str) -> None:
    run(url, "CREATE VIEW t AS SELECT c::int FROM generate_series(1, 20000000) c; CREATE TABLE u (c int)")
    target = replace(NUMBERS, name=TableName("public", "u"))
    with connect(url, writable=True) as session:
        rows = session.read(NUMBERS, (NUMBER,), None, 1000)
        next(rows)
        kill_others(url)
        with pytest.raises(ConnectionLost) as caught:
            for _ in rows:
                pass
        assert caught.value.retryable
        with pytest.raises(ConnectionLost):
            session.query("SELECT 1")
        assert session.query("SELECT 1") == [(1,)]

        def killing() -> Iterator[pa.RecordBatch]:
            yield batch(1)
            kill_others(url)
            yield from (batch(*range(100_000)) for _ in range(100))

        session.begin()
        with pytest.raises(ConnectionLost):
            session.write(target, (NUMBER,), killing())
        session.rollback()
        session.begin()
        assert session.write(target, (NUMBER,), iter([batch(1)])) == 1
        session.commit()
        with pytest.raises(ConnectionLost):
            session.count(target.name)
        assert session.count(target.name) == 1


def test_a_failed_transaction_cannot_be_committed(url: str) -> None:
    run(url, "CREATE TABLE t (c int PRIMARY KEY)")
    with connect(url, writable=True) as session:
        session.begin()
        session.write(NUMBERS, (NUMBER,), iter([batch(1)]))
        with pytest.raises(DatabaseError):
            session.write(NUMBERS, (NUMBER,), iter([batch(1)]))
        with pytest.raises(DatabaseError):
            session.commit()
        session.rollback()
        assert session.count(NAME) == 0
        with pytest.raises(DatabaseError, match="no transaction"):
            session.write(NUMBERS, (NUMBER,), iter([batch(1)]))


def test_a_warning_of_ddl_is_an_error(url: str) -> None:
    with connect(url, writable=True) as session:
        session.execute("CREATE SCHEMA IF NOT EXISTS public")
        with pytest.raises(DatabaseError, match="truncated"):
            session.execute(f'CREATE TABLE "{"x" * 64}" (i int)')
        with pytest.raises(DatabaseError, match="already exists") as caught:
            session.execute("CREATE TABLE a (i int)")
            session.execute("CREATE TABLE a (i int)")
        assert "--if-exists" in caught.value.hint


@pytest.mark.parametrize(
    ("identity", "rows", "following"),
    [
        (Identity(), (), 1),
        (Identity(next=7), (), 7),
        (Identity(start=10, increment=3, next=10), (), 10),
        (Identity(start=10, increment=3, next=16), (40,), 43),
        (Identity(next=100), (5,), 100),
        (Identity(always=True), (5, 9), 10),
        (Identity(start=-1, increment=-1, next=-3), (-7,), -8),
        (Identity(start=-5), (-9,), -5),
    ],
)
def test_an_identity_goes_on_where_source_and_rows_end(
    url: str, identity: Identity, rows: tuple[int, ...], following: int
) -> None:
    column = replace(NUMBER, identity=identity, nullable=False)
    table = Table(NAME, (column, Column("x", t.Boolean(), "boolean")))
    with connect(url, writable=True) as session:
        for statement in session.dialect.create_table(table):
            session.execute(statement)
        session.begin()
        session.write(table, (column,), iter([batch(*rows)]))
        session.commit()
        text = session.dialect.continue_identity(table, column)
        assert text is not None
        session.execute(text)
        run(url, "INSERT INTO t (x) VALUES (true)")
        assert session.query("SELECT c FROM t WHERE x") == [(following,)]


def test_a_full_identity_stays_full(url: str) -> None:
    column = Column("c", t.Integer(16), "smallint", nullable=False, identity=Identity())
    table = Table(NAME, (column,))
    with connect(url, writable=True) as session:
        for statement in session.dialect.create_table(table):
            session.execute(statement)
        run(url, "INSERT INTO t VALUES (32767)")
        session.execute(session.dialect.continue_identity(table, column) or "")
        with pytest.raises(psycopg.Error, match="reached maximum"):
            run(url, "INSERT INTO t DEFAULT VALUES")


def test_tables_share_an_enum_but_not_with_other_labels(url: str) -> None:
    def using(name: str, *labels: str) -> Table:
        return Table(TableName("public", name), (Column("m", t.Enum(labels, "mood"), "mood"),))

    with connect(url, writable=True) as session:
        for name in ("a", "b"):
            for statement in session.dialect.create_table(using(name, "ok", "it's")):
                session.execute(statement)
        with pytest.raises(DatabaseError, match="other labels"):
            for statement in session.dialect.create_table(using("c", "it's", "ok")):
                session.execute(statement)
        assert session.reflect(()).table(TableName("public", "a")).columns[0].type == t.Enum(("ok", "it's"), "mood")


def test_types_of_other_engines_hold_their_values(url: str) -> None:
    kinds: dict[str, t.LogicalType] = {
        "e": t.Enum(("a", "it's")), "s": t.SetOf(("x", "y")), "y": t.Year(), "d": t.Duration(3), "b": t.Bits(3),
        "u": t.Integer(64, unsigned=True), "j": t.Json(), "g": t.Binary(),
    }  # fmt: skip
    columns, checks = [], []
    with connect(url, writable=True) as session:
        for name, kind in kinds.items():
            settled = settle(kind, Use(), session.dialect).spelling
            columns.append(Column(name, settled.stored, settled.native))
            if settled.check:
                checks.append(Check("", Expression(FAMILY, settled.check.replace("{column}", f'"{name}"'))))
        table = Table(NAME, tuple(columns), checks=tuple(checks))
        for statement in session.dialect.create_table(table):
            session.execute(statement)
        rows = {
            "e": ["it's", None], "s": ["x,y", ""], "y": [0, 2155], "d": [-3_020_399_999_000, 0], "b": ["101", None],
            "u": [2**64 - 1, 0], "j": ['{"a" : 1}', None], "g": [b"\x00", b""],
        }  # fmt: skip
        schema = arrow_schema(table.columns)
        arrays = [pa.array(rows[field.name], pa.int64() if field.name == "d" else field.type) for field in schema]
        arrays = [array.cast(field.type) for array, field in zip(arrays, schema, strict=True)]
        sent = pa.record_batch(arrays, schema=schema)
        session.begin()
        session.write(table, table.columns, iter([sent]))
        session.commit()
        (read,) = session.read(table, table.columns, None, 10)
        assert read.equals(sent)
        for wrong in (
            "INSERT INTO t (e) VALUES ('b')",
            "INSERT INTO t (s) VALUES ('{z}')",
            "INSERT INTO t (y) VALUES (1)",
        ):
            with pytest.raises(psycopg.Error, match="check"):
                run(url, wrong)


def test_probes_tell_digits_and_lengths(url: str) -> None:
    run(
        url,
        "CREATE TABLE t (n numeric, v text, b bytea, i bigint)",
        "INSERT INTO t VALUES (123.4500, 'é😀', '\\x0001', 5), (-0.000001, '', '', -7), ('NaN', NULL, NULL, NULL)",
        "INSERT INTO t VALUES ('Infinity', NULL, NULL, NULL)",
    )
    columns = tuple(
        Column(n, logical_type(k), k) for n, k in zip("nvbi", ("numeric", "text", "bytea", "bigint"), strict=True)
    )
    risks = {"n": Risk.DIGITS, "v": Risk.LENGTH, "b": Risk.LENGTH, "i": Risk.MAGNITUDE}
    with connect(url) as session:
        facts = session.observe(Table(NAME, columns), {name: frozenset({risk}) for name, risk in risks.items()})
    assert facts == {
        "n": Facts(integer_digits=3, fraction_digits=6, unusual=2, rows=4),
        "v": Facts(characters=2, octets=6, rows=4),
        "b": Facts(octets=2, rows=4),
        "i": Facts(greatest=5, rows=4),
    }

"""The reader at its edges: rows longer than packets, many small rows, early ends, and errors in mid-stream."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import KeyRange
from dialects.mysql.session import MysqlSession
from mappings import types as t
from mappings.errors import DatabaseError, TransferError
from mappings.schema import Column, Table
from tests.mysql.conftest import Open
from tests.mysql.tables import batch_of, create, rows_of, spelled, table_of, write
from tests.servers import Server
from tests.servers.fresh import unique_name

PACKET = 0xFFFFFF
ROWS = 300_000
Databases = Callable[[str], str]

# long_databases asks for servers by name
pytestmark = pytest.mark.servers


@pytest.fixture(scope="session")
def long_databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """URLs of databases with one table of ROWS rows, made once for each product, to be read only."""
    with ExitStack() as dropped:

        @cache
        def url_for(product: str) -> str:
            server: Server = request.getfixturevalue(product)
            name = unique_name("streams")
            dropped.callback(server.drop_database, name)
            url = server.create_database(name)
            with connect(url, writable=True) as session:
                assert isinstance(session, MysqlSession)
                numbered(session, ROWS)
            return url

        yield url_for


@pytest.fixture
def long(product: str, long_databases: Databases, opened: Open) -> MysqlSession:
    """A session where table `t` has ROWS rows."""
    return opened(long_databases(product))


def short_rows(session: MysqlSession) -> Table:
    return table_of([spelled(session, "v", t.Text(30)), spelled(session, "n", t.Integer(32))])


def numbered(session: MysqlSession, rows: int) -> Table:
    """A table with many short rows."""
    table = create(session, short_rows(session))
    for start in range(0, rows, 100_000):
        ids = pa.array(range(start, min(start + 100_000, rows)), pa.int64())
        texts = pa.array([f"row {i}" for i in ids.to_pylist()], pa.large_utf8())
        batch = pa.RecordBatch.from_arrays([ids, texts, ids.cast(pa.int32())], names=["id", "v", "n"])
        write(session, table, batch)
    return table


@pytest.mark.parametrize("excess", [-6, -5, -4, -1, 0, 1, 5])
def test_values_around_the_longest_packet(session: MysqlSession, excess: int) -> None:
    table = create(session, table_of([spelled(session, "v", t.Text()), spelled(session, "w", t.Text(5))]))
    texts = ["short", "y" * (PACKET + excess), "short again", "z" * 300]
    batch = batch_of(table, {"v": texts, "w": ["a", "b", None, "d"]})
    write(session, table, batch)
    assert rows_of(session, table).equals(pa.Table.from_batches([batch]))


def test_values_of_many_packets(session: MysqlSession) -> None:
    table = create(session, table_of([spelled(session, "v", t.Binary()), spelled(session, "w", t.Binary())]))
    values: dict[str, list[object]] = {
        "v": [b"\xff" * (2 * PACKET), b"\xfe" * 40_000_000, None, b""],
        "w": [b"\0", b"\xfb" * (PACKET - 7), b"x" * 70_000, b"y" * 300],
    }
    batch = batch_of(table, values)
    write(session, table, batch)
    assert rows_of(session, table).equals(pa.Table.from_batches([batch]))


@pytest.mark.parametrize("batch_rows", [1, 7, 1000, 1_000_000])
def test_batches_have_at_most_the_rows_asked_for(session: MysqlSession, batch_rows: int) -> None:
    table = numbered(session, 3000)
    batches = list(session.read(table, table.columns, None, batch_rows))
    assert sum(batch.num_rows for batch in batches) == 3000
    assert max(batch.num_rows for batch in batches) <= batch_rows
    assert pa.Table.from_batches(batches).column("id").to_pylist() == list(range(3000))


def test_no_rows(session: MysqlSession) -> None:
    table = numbered(session, 0)
    assert list(session.read(table, table.columns, None, 100)) == []


def test_a_range_comes_in_key_order(session: MysqlSession) -> None:
    table = numbered(session, 100)
    rows = pa.Table.from_batches(session.read(table, table.columns, KeyRange.of("n", 90, None), 4))
    assert rows.column("n").to_pylist() == list(range(90, 100))
    assert session.count(table.name, KeyRange.of("n", 90, 95)) == 5


def test_cutting(session: MysqlSession) -> None:
    table = numbered(session, 100)
    assert session.boundary(table, KeyRange(("id",)), 30) == ("30",)
    assert session.boundary(table, KeyRange.of("id", 30, None), 30) == ("60",)
    assert session.boundary(table, KeyRange.of("id", 90, None), 30) is None


def test_columns_come_in_the_order_asked_for(session: MysqlSession) -> None:
    table = numbered(session, 3)
    columns = (table.column("n"), table.column("id"))
    (batch,) = session.read(table, columns, None, 10)
    assert batch.schema.names == ["n", "id"]


def test_closing_early_leaves_the_session_usable(long: MysqlSession) -> None:
    table = short_rows(long)
    rows = long.read(table, table.columns, None, 100)
    next(rows)
    assert isinstance(rows, Iterator)
    rows.close()  # type: ignore[attr-defined]
    assert long.count(table.name) == ROWS
    assert rows_of(long, table).num_rows == ROWS


def test_another_statement_is_refused_while_rows_are_open(long: MysqlSession) -> None:
    table = short_rows(long)
    rows = long.read(table, table.columns, None, 100)
    next(rows)
    with pytest.raises(DatabaseError, match="still being read"):
        long.count(table.name)
    assert sum(batch.num_rows for batch in rows) == ROWS - 100


def test_cancelling_a_read(long: MysqlSession) -> None:
    table = short_rows(long)
    rows = long.read(table, table.columns, None, 100)
    next(rows)
    long.cancel()
    with pytest.raises(TransferError, match="interrupted|cancelled"):
        for _ in rows:
            pass
    assert long.count(table.name) == ROWS


def test_cancelling_a_waiting_query(session: MysqlSession) -> None:
    began = time.monotonic()
    threading.Timer(0.3, session.cancel).start()
    with pytest.raises(TransferError):
        session.query("SELECT COUNT(*) FROM information_schema.tables a, information_schema.columns b, "
                      "information_schema.columns c WHERE SLEEP(0.01) = 0")  # fmt: skip
    assert time.monotonic() - began < 30
    assert session.query("SELECT 1") == [(1,)]


def test_an_error_in_mid_stream(long: MysqlSession) -> None:
    table = short_rows(long)
    poisoned = Column("v", t.Text(), "text")
    query = f"SELECT id, IF(id < 250000, v, (SELECT 1 UNION SELECT 2)) FROM {long.dialect.qualified(table.name)}"
    rows = long._batches(table.name, query, (table.column("id"), poisoned), _decoders(long, table), 100)
    with pytest.raises(DatabaseError, match="Subquery returns more than 1 row"):
        for _ in rows:
            pass
    assert long.count(table.name) == ROWS


def _decoders(session: MysqlSession, table: Table):  # type: ignore[no-untyped-def]
    from dialects.mysql.reading import asked

    return tuple(asked(session.dialect, table.column(name)).decoder for name in ("id", "v"))


def test_a_connection_that_dies_in_mid_stream(
    long: MysqlSession, product: str, long_databases: Databases, opened: Open
) -> None:
    table = short_rows(long)
    other = opened(long_databases(product))
    rows = long.read(table, table.columns, None, 100)
    next(rows)
    other.execute(f"KILL CONNECTION {long._connection.thread_id()}")
    with pytest.raises(TransferError) as caught:
        for _ in rows:
            pass
    assert caught.value.retryable or "killed" in str(caught.value).lower() or "interrupted" in str(caught.value)

"""PostgreSQL's tables without a key are cut by their pages, within one snapshot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dialects import connect
from dialects.base import Session
from dialects.url import DatabaseUrl, parse_url
from tests.conftest import DatabaseFactory
from tests.pure.plans import table_plan
from transfer.chunks import Chunk, ChunkQueue
from transfer.plan import ChunkKey, TablePlan

AIM = 20_000
ROWS = 3000


@pytest.fixture
def url(database: DatabaseFactory) -> DatabaseUrl:
    return parse_url(database("postgresql"))


@pytest.fixture
def session(url: DatabaseUrl) -> Iterator[Session]:
    with connect(url, writable=True) as session:
        yield session


def plan_of(session: Session, name: str) -> TablePlan:
    """The table to be read as it is, by its pages."""
    table = next(table for table in session.reflect(()).tables if table.name.name == name)
    pairs = [(column.name, column.type, column.type) for column in table.columns]
    plan = table_plan(name, *pairs, chunk_key=ChunkKey(("ctid",), address=True))
    return TablePlan(table, plan.target, plan.columns, plan.chunk_key)


def chunks_of(plan: TablePlan, session: Session, aim: int = AIM) -> list[Chunk]:
    queue, found = ChunkQueue([plan], aim), []
    while (chunk := queue.take(session)) is not None:
        found.append(chunk)
    return found


def read(session: Session, chunk: Chunk) -> list[int]:
    """The first column."""
    batches = session.read(chunk.table.source, chunk.table.read_columns[:1], chunk.where, 1000)
    return [value for batch in batches for value in batch.column(0).to_pylist()]


def fill(session: Session, statement: str) -> None:
    session.execute(statement)
    session.execute("INSERT INTO t SELECT g, repeat('x', 30) FROM generate_series(1, 3000) g")


def check(session: Session, plan: TablePlan, least: int, expected: list[int]) -> list[Chunk]:
    (reader,) = session.readers((plan.source.name,), 1).sessions
    with reader:
        chunks = chunks_of(plan, reader)
        parts = [read(reader, chunk) for chunk in chunks]
    assert len(chunks) >= least
    assert sorted(value for part in parts for value in part) == expected
    return chunks


def test_pages_hold_each_row_once(session: Session) -> None:
    fill(session, "CREATE TABLE t (a int, b text)")
    check(session, plan_of(session, "t"), 5, list(range(1, ROWS + 1)))


def test_pages_without_rows_are_passed(session: Session) -> None:
    fill(session, "CREATE TABLE t (a int, b text)")
    session.execute("DELETE FROM t WHERE a BETWEEN 1 AND 1500 OR a > 2900")
    session.execute("VACUUM t")
    check(session, plan_of(session, "t"), 3, list(range(1501, 2901)))


def test_an_empty_table_is_one_chunk(session: Session) -> None:
    session.execute("CREATE TABLE t (a int, b text)")
    assert [chunk.where for chunk in check(session, plan_of(session, "t"), 1, [])] == [None]


def test_the_rows_are_those_of_the_snapshot_whatever_is_written(session: Session, url: DatabaseUrl) -> None:
    fill(session, "CREATE TABLE t (a int, b text)")
    plan = plan_of(session, "t")
    readers = session.readers((plan.source.name,), 2).sessions
    queue, found = ChunkQueue([plan], AIM), []
    with connect(url, writable=True) as writer:
        for turn in range(1000):
            chunk = queue.take(readers[turn % 2])
            if chunk is None:
                break
            writer.execute(f"UPDATE t SET a = -a WHERE a % 7 = {turn % 7}")
            writer.execute("DELETE FROM t WHERE a % 11 = 3")
            writer.execute("INSERT INTO t SELECT g FROM generate_series(10000, 10100) g")
            writer.execute("VACUUM t")
            found += read(readers[(turn + 1) % 2], chunk)
    for reader in readers:
        reader.close()
    assert sorted(found) == list(range(1, ROWS + 1))


@pytest.mark.parametrize("kept", ["PARTITION BY HASH (a)", "PARTITION BY RANGE (a)"])
def test_rows_of_a_partitioned_table_are_not_doubled(session: Session, kept: str) -> None:
    session.execute(f"CREATE TABLE t (a int, b text) {kept}")
    bounds = {"H": ("WITH (MODULUS 2, REMAINDER 0)", "WITH (MODULUS 2, REMAINDER 1)"), "R": ("FROM (1) TO (50)", "")}
    for number, bound in enumerate(bounds[kept.removeprefix("PARTITION BY ")[0]]):
        session.execute(f"CREATE TABLE p{number} PARTITION OF t {f'FOR VALUES {bound}' if bound else 'DEFAULT'}")
    session.execute("INSERT INTO t SELECT g, repeat('x', 30) FROM generate_series(1, 3000) g")
    check(session, plan_of(session, "t"), 4, list(range(1, ROWS + 1)))


def test_a_parent_and_its_child_are_read_apart(session: Session) -> None:
    fill(session, "CREATE TABLE t (a int, b text)")
    session.execute("CREATE TABLE c () INHERITS (t)")
    session.execute("INSERT INTO c SELECT g, repeat('x', 30) FROM generate_series(5001, 6000) g")
    check(session, plan_of(session, "t"), 5, list(range(1, ROWS + 1)))
    check(session, plan_of(session, "c"), 2, list(range(5001, 6001)))


def test_a_partition_on_another_server_has_no_pages(session: Session) -> None:
    session.execute("CREATE TABLE t (a int, b text) PARTITION BY LIST (a)")
    session.execute("CREATE TABLE p PARTITION OF t DEFAULT")
    session.execute("INSERT INTO t SELECT g, repeat('x', 30) FROM generate_series(1, 3000) g")
    session.execute("CREATE FOREIGN DATA WRAPPER nowhere")
    session.execute("CREATE SERVER elsewhere FOREIGN DATA WRAPPER nowhere")
    session.execute("CREATE FOREIGN TABLE q PARTITION OF t FOR VALUES IN (9999) SERVER elsewhere")
    assert [chunk.where for chunk in chunks_of(plan_of(session, "t"), session)] == [None]


@pytest.mark.parametrize("key", ["ctid", "a"])
def test_wide_rows_that_are_kept_compressed_make_chunks_near_the_aim(session: Session, key: str) -> None:
    session.execute("CREATE TABLE t (a int PRIMARY KEY, b text)")
    session.execute("INSERT INTO t SELECT g, repeat(chr(97 + g % 26), 12000) FROM generate_series(1, 300) g")
    plan = plan_of(session, "t")
    if key == "a":
        plan = TablePlan(plan.source, plan.target, plan.columns, ChunkKey(("a",)))
    chunks = chunks_of(plan, session, 50 * 12_000)
    sizes = [len(read(session, chunk)) for chunk in chunks]
    assert sum(sizes) == 300 and max(sizes) <= 100 and len(sizes) <= 8

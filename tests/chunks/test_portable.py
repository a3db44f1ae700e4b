"""Which keys name the same rows on both sides, and that their ranges do."""

from __future__ import annotations

from dataclasses import replace

import pytest

import transfer
from dialects import connect
from dialects.base import Session
from dialects.postgresql import PostgreSQLDialect
from dialects.postgresql.types import logical_type
from dialects.sqlite.dialect import SqliteDialect
from dialects.url import parse_url
from mappings import types as t
from mappings.schema import Column, PrimaryKey, Table, TableName, Unique
from tests.chunks.keys import Keyed, compound, day, decimal, moment, of, word
from tests.conftest import DatabaseFactory
from transfer.chunk_keys import chunk_key
from transfer.chunks import ChunkQueue
from transfer.config import Options
from transfer.plan import ChunkKey, ColumnPlan, TablePlan

ROWS = 100
AIM = 600
PAIRS = (("postgresql", "mysql"), ("mysql", "duckdb"), ("duckdb", "mariadb"), ("mariadb", "postgresql"))
PORTABLE = (
    Keyed("whole", "k bigint PRIMARY KEY", ("k",), lambda n: str((n - 50) * 180_000_000_000_000_000)),
    Keyed("decimals", "k decimal(30,6) PRIMARY KEY", ("k",), decimal),
    Keyed("dates", "k date PRIMARY KEY", ("k",), of(day)),
    Keyed("accounts", "a int, k date, PRIMARY KEY (a, k)", ("a", "k"), compound(of(day))),
)
MOMENTS = Keyed("moments", "k {moment} PRIMARY KEY", ("k",), of(moment))
TEXTS = Keyed("texts", "k varchar(40) PRIMARY KEY", ("k",), of(word))


def tables_of(engine: str) -> tuple[Keyed, ...]:
    kind = "datetime(6)" if engine in ("mysql", "mariadb") else "timestamp"
    escaped = replace(TEXTS, row=of(lambda number: word(number).replace("\\", "")))
    return (*PORTABLE, replace(MOMENTS, columns=MOMENTS.columns.format(moment=kind)), escaped)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_ranges_of_portable_keys_name_the_same_rows_on_both_sides(
    source: str, target: str, database: DatabaseFactory
) -> None:
    here, there = database(source), database(target)
    with connect(parse_url(here), writable=True) as session:
        for keyed in tables_of(source):
            for statement in keyed.statements(ROWS):
                session.execute(statement)
    options = Options(chunk_bytes=AIM, jobs=2)
    made = transfer.plan(here, there, options)
    report = transfer.copy(made, source=here, target=there, options=options)
    assert report.status == "done"
    assert {str(table.source.name.name): table.chunk_key.portable for table in made.tables} == {
        keyed.name: keyed.name != "texts" for keyed in tables_of(source)
    }
    with connect(parse_url(here)) as reader, connect(parse_url(there)) as writer:
        for table in made.tables:
            if table.chunk_key.portable:
                check_counts(table, reader, writer)


def check_counts(table: TablePlan, reader: Session, writer: Session) -> None:
    queue, counts = ChunkQueue([table], AIM), []
    while (chunk := queue.take(reader)) is not None:
        here, there = reader.count(table.source.name, chunk.where), writer.count(table.target.name, chunk.target_where)
        assert here == there, (str(chunk), chunk.target_where)
        counts.append(here)
    assert sum(counts) == ROWS and len(counts) > 1


@pytest.mark.parametrize("native", ["uuid", "bytea", "timestamptz", "text", "boolean", "money"])
def test_keys_that_engines_order_in_their_own_ways_are_not_portable(native: str) -> None:
    column = Column("k", logical_type(native), native, nullable=False)
    table = Table(TableName("public", "t"), (column,), PrimaryKey("", ("k",)))
    dialect = PostgreSQLDialect()
    assert chunk_key(table, (ColumnPlan(column, column),), dialect, dialect) == ChunkKey(("k",))


def test_a_key_that_is_altered_on_the_way_is_not_portable() -> None:
    column = Column("k", t.Decimal(9, 2), "numeric(9,2)", nullable=False)
    table = Table(TableName("public", "t"), (column,), PrimaryKey("", ("k",)))
    dialect = PostgreSQLDialect()
    assert chunk_key(table, (ColumnPlan(column, column),), dialect, dialect).portable
    altered = ColumnPlan(column, column, "round")
    assert not chunk_key(table, (altered,), dialect, dialect).portable
    retyped = ColumnPlan(column, replace(column, type=t.Text()))
    assert not chunk_key(table, (retyped,), dialect, dialect).portable


def test_sqlite_orders_decimals_and_dates_as_text() -> None:
    column = Column("k", t.Date(), "date", nullable=False)
    table = Table(TableName("public", "t"), (column,), PrimaryKey("", ("k",)))
    sqlite = SqliteDialect("3")
    assert not chunk_key(table, (ColumnPlan(column, column),), PostgreSQLDialect(), sqlite).portable


A, B = Column("a", t.Text(), "text", nullable=False), Column("b", t.Integer(32), "integer", nullable=False)
EMPTY = Column("c", t.Integer(32), "integer")


@pytest.mark.parametrize(
    ("primary", "uniques", "expected"),
    [
        (("a",), [("b",)], ("b",)),
        (("a", "b"), [], ("a", "b")),
        (None, [("c",), ("a", "c")], ("ctid",)),
        (None, [("c",), ("a",)], ("a",)),
        (None, [], ("ctid",)),
    ],
)
def test_a_single_integer_goes_first_and_keys_with_nulls_are_not_used(
    primary: tuple[str, ...] | None, uniques: list[tuple[str, ...]], expected: tuple[str, ...]
) -> None:
    table = Table(
        TableName("public", "t"),
        (A, B, EMPTY),
        PrimaryKey("", primary) if primary else None,
        tuple(Unique("", columns) for columns in uniques),
    )
    columns = tuple(ColumnPlan(column, column) for column in table.columns)
    key = chunk_key(table, columns, PostgreSQLDialect(), PostgreSQLDialect())
    assert (key.columns, key.address) == (expected, expected == ("ctid",))

"""The text itself, row by row: as SQL makes it inside the server, as Arrow makes it of what is read and of what was
sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.url import parse_url
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.canonical import Digest, row_texts, speller
from mappings.errors import DatabaseError
from mappings.schema import Column, Table
from tests.conftest import DatabaseFactory
from tests.digest import values
from transfer.digest import Digester

SERVERS = ("postgresql", "mysql", "mariadb")
ENGINES = (*SERVERS, "sqlite", "duckdb")


@pytest.fixture
def session(request: pytest.FixtureRequest, database: DatabaseFactory) -> Iterator[Session]:
    """A session that may write, on a new database of the engine that the test is parametrised by."""
    with connect(parse_url(database(request.param)), writable=True) as session:
        yield session


def texts_inside(session: Session, table: Table, columns: tuple[Column, ...]) -> list[str]:
    """What the server itself makes of its rows, in no order."""
    row = session.dialect.digest(columns)
    assert row is not None, columns
    return sorted(str(text) for (text,) in session.query(f"SELECT {row} FROM {session.dialect.relation(table)}"))


def texts_of(batch: pa.RecordBatch, columns: tuple[Column, ...]) -> list[str]:
    return sorted(row_texts(batch, tuple(speller(column.type) for column in columns)).to_pylist())


def read(session: Session, table: Table, columns: tuple[Column, ...]) -> pa.RecordBatch:
    batches = list(session.read(table, columns, None, 1000))
    return pa.Table.from_batches(batches, arrow_schema(columns)).combine_chunks().to_batches()[0]


def spelled_inside(session: Session, table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if session.dialect.digest((column,)) is not None)


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_every_edge_value_has_the_same_text_inside_as_sent_and_as_read(session: Session) -> None:
    table, sent = values.written(session)
    back, key = read(session, table, table.columns), table.columns[0]
    for column in spelled_inside(session, table):
        pair = (key, column) if column is not key else (key,)
        names = [each.name for each in pair]
        inside = texts_inside(session, table, pair)
        assert inside == texts_of(sent.select(names), pair), column
        assert inside == texts_of(back.select(names), pair), column
    inside_columns = spelled_inside(session, table)
    assert texts_inside(session, table, inside_columns) == texts_of(
        sent.select([column.name for column in inside_columns]), inside_columns
    )


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_only_json_by_value_has_no_text_inside(session: Session) -> None:
    table, _ = values.batch(session.dialect)
    left = {type(column.type) for column in table.columns} - {
        type(column.type) for column in spelled_inside(session, table)
    }
    assert left <= {t.Json}
    assert all(
        isinstance(column.type, t.Json) and column.type.binary
        for column in table.columns
        if session.dialect.digest((column,)) is None
    )


@pytest.mark.parametrize("session", ENGINES, indirect=True)
def test_the_digest_is_that_of_the_rows_that_were_sent(session: Session) -> None:
    table, sent = values.written(session)
    back = read(session, table, table.columns)
    assert Digester(table.columns)(back) == Digester(table.columns)(sent)
    columns = spelled_inside(session, table)
    if session.dialect.digest(table.columns[:1]) is not None:
        expected = Digester(columns)(sent.select([column.name for column in columns]))
        assert session.digest(table, columns, None) == expected


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_the_digests_of_ranges_add_up(session: Session) -> None:
    table, sent = values.written(session)
    columns = spelled_inside(session, table)
    parts = [
        session.digest(table, columns, KeyRange.of("id", lower, upper))
        for lower, upper in ((None, 40), (40, 41), (41, None))
    ]
    assert [part.rows for part in parts if part] == [40, 1, sent.num_rows - 41]
    assert sum((part for part in parts if part), Digest()) == session.digest(table, columns, None)
    assert session.digest(table, columns, KeyRange.of("id", -5, -1)) == Digest()


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_a_value_that_is_to_be_read_as_null_has_no_text(session: Session) -> None:
    table, sent = values.written(session)
    key = table.columns[0]
    allowed = replace(key, null_where=f"{session.dialect.quote('id')} < 5")
    assert texts_inside(session, table, (allowed,)) == sorted(
        ["" if row < 5 else str(row) for row in range(sent.num_rows)]
    )


@pytest.mark.parametrize("session", ("sqlite", "duckdb"), indirect=True)
def test_engines_in_this_process_are_read(session: Session) -> None:
    table, _ = values.written(session)
    assert session.digest(table, table.columns, None) is None


@pytest.mark.parametrize("session", ("mysql", "mariadb"), indirect=True)
def test_a_warning_of_the_server_leaves_the_rows_to_be_read(session: Session) -> None:
    table, _ = values.written(session)
    warned = replace(table.columns[0], null_where="CAST('x' AS UNSIGNED) = 1")
    assert session.digest(table, (table.columns[0],), None) is not None
    assert session.digest(table, (warned,), None) is None


@pytest.mark.parametrize("session", ("postgresql",), indirect=True)
def test_a_value_without_a_place_in_its_type_leaves_the_rows_to_be_read(session: Session) -> None:
    session.execute("CREATE TABLE spans (v interval)")
    session.execute("INSERT INTO spans VALUES ('25:00:00')")
    (table,) = session.reflect(()).tables
    hours = (replace(table.columns[0], type=t.Duration()),)
    assert texts_inside(session, table, hours) == ["90000000000"]
    session.execute("INSERT INTO spans VALUES ('1 day')")
    assert session.digest(table, hours, None) is None
    with pytest.raises(DatabaseError, match="days or months"):
        read(session, table, hours)


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_a_reader_digests_its_snapshot(session: Session) -> None:
    table, _ = values.written(session)
    columns = spelled_inside(session, table)
    before = session.digest(table, columns, None)
    readers = session.readers((table.name,), 1)
    session.execute(f"DELETE FROM {session.dialect.qualified(table.name)} WHERE id = 3")
    with readers.sessions[0] as reader:
        assert reader.digest(table, columns, None) == before != session.digest(table, columns, None)

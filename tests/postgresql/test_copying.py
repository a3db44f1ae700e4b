"""Rows out and in again: hard values of every type by both paths, and what must never pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.postgresql.types import logical_type
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import ConstraintViolated, DatabaseError, TransferError, WriteAltered
from mappings.schema import Column, Table, TableName

Database = Callable[..., str]
NAME = TableName("public", "t")

VALUES = {
    "boolean": ["true", "false"],
    "smallint": ["-32768", "32767"],
    "bigint": ["-9223372036854775808", "9223372036854775807"],
    "oid": ["0", "4294967295"],
    "numeric(10,2)": ["-99999999.99", "0.01", "0.00"],
    "numeric(3,-2)": ["99900", "-100"],
    "numeric(3,5)": ["0.00999"],
    "numeric(76,38)": ["9" * 38 + "." + "9" * 38],
    "numeric": ["1234567890" * 8 + ".10", "NaN", "-Infinity"],
    "real": ["1.1", "-3.4028235e+38", "NaN", "-Infinity", "1e-45"],
    "double precision": ["0.1", "5e-324", "1.7976931348623157e+308", "NaN", "Infinity", "-0"],
    "text": ["", "it''s \"q\", \\N \\. \r\n\t", "\\N", "é😀", "NULL"],
    "character(5)": ["ab", "", "é😀"],
    "character varying(3)": ["ab ", "😀😀😀"],
    "name": ["n"],
    "bytea": ["\\x", "\\x00ff5c0a", "\\x5c78"],
    "date": ["0001-01-01", "9999-12-31", "4713-11-24 BC", "5000000-01-01"],
    "time without time zone": ["00:00:00", "23:59:59.999999"],
    "time(0) with time zone": ["12:30:00-15:59"],
    "timestamp without time zone": ["0001-01-01 00:00:00", "4713-01-01 00:00:00 BC", "294246-12-31 23:59:59.999999"],
    "timestamp with time zone": ["1970-01-01 00:00:00+00", "2038-01-19 03:14:08.1+00", "0044-03-15 12:00:00+00 BC"],
    "interval": ["P1Y2M3DT4H5M6.789S", "P-1Y2M-3DT-4H", "PT0S", "PT-838H-59M-59S"],
    "uuid": ["00112233-4455-6677-8899-aabbccddeeff"],
    "json": ['{"a" : 1, "a": [1.10, null]}', '"\\u0000"'],
    "jsonb": ['{"k": 12345678901234567890.123456789}', "null"],
    "xml": ["<a b=\"c\">é</a>"],
    "inet": ["10.0.0.1/24", "::1"],
    "bit(3)": ["101"],
    "bit varying": ["", "0101"],
    "integer[]": ["{1,NULL}", "{{1,2},{3,4}}", "[2:3]={7,8}", "{}"],
    "text[]": ['{"a b","",NULL,"NULL","q\\"\\\\"}'],
    "int4range": ["[1,5)", "empty"],
    "tsvector": ["'a':1A 'fat':2"],
    "money": [],
    "point": ["(1.5,-2)"],
}  # fmt: skip


@contextmanager
def sessions(url: str) -> Iterator[tuple[Session, psycopg.Connection]]:
    with connect(url, writable=True) as session, psycopg.connect(url, autocommit=True) as plain:
        plain.execute("SET timezone = 'UTC'; SET intervalstyle = iso_8601; SET bytea_output = hex")
        yield session, plain


def table_of(*columns: Column) -> Table:
    return Table(NAME, columns)


def column(native: str, name: str = "c") -> Column:
    return Column(name, logical_type(native), native)


def write(session: Session, table: Table, columns: tuple[Column, ...], batches: Iterator[pa.RecordBatch]) -> int:
    session.begin()
    try:
        rows = session.write(table, columns, batches)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return rows


def texts(plain: psycopg.Connection, table: str) -> list[str]:
    return [row[0] for row in plain.execute(f"SELECT c::text FROM {table} ORDER BY k")]


@pytest.fixture
def url(database: Database) -> str:
    return database("postgresql")


@pytest.mark.parametrize("beside", ["", "inet"], ids=["own path", "text path"])
@pytest.mark.parametrize("native", VALUES)
def test_hard_values_survive_a_copy(shared: str, native: str, beside: str) -> None:
    """The column alone, and beside one that forces the whole table into CSV."""
    with sessions(shared) as (session, plain):
        plain.execute("DROP TABLE IF EXISTS s, t")
        extra = f", x {beside}" if beside else ""
        for name in ("s", "t"):
            plain.execute(f"CREATE TABLE {name} (k int, c {native}{extra})")
        for key, value in enumerate([*VALUES[native], None]):
            plain.execute(f"INSERT INTO s VALUES (%s, %s::{native})", (key, value and value.replace("''", "'")))
        columns = tuple(column(name, at) for at, name in zip("kcx", ("integer", native, beside), strict=True) if name)
        source = Table(TableName("public", "s"), columns)
        if native == "money":
            with pytest.raises(TransferError, match="money"):
                write(session, table_of(*columns), columns, session.read(source, columns, None, 1000))
            return
        batches = list(session.read(source, columns, None, 2))
        assert all(batch.schema == arrow_schema(columns) and batch.num_rows <= 2 for batch in batches)
        assert write(session, table_of(*columns), columns, iter(batches)) == len(VALUES[native]) + 1
        assert texts(plain, "t") == texts(plain, "s")


@pytest.fixture(scope="module")
def shared(postgresql: object) -> Iterator[str]:
    """One database for all values."""
    from tests.servers import Server, fresh

    assert isinstance(postgresql, Server)
    name = fresh.unique_name("values")
    yield postgresql.create_database(name)
    postgresql.drop_database(name)


@pytest.mark.parametrize(
    ("native", "value", "message"),
    [
        ("date", "infinity", "infinity"),
        ("date", "-infinity", "infinity"),
        ("timestamp without time zone", "infinity", "infinity"),
        ("timestamp with time zone", "-infinity", "infinity"),
        ("timestamp without time zone", "294276-12-31 23:59:59", "infinity"),
        ("time without time zone", "24:00:00", "24:00:00"),
        ("numeric(10,2)", "NaN", "NaN"),
    ],
)
def test_what_arrow_cannot_hold_raises_and_names_the_column(shared: str, native: str, value: str, message: str) -> None:
    with sessions(shared) as (session, plain):
        plain.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT '{value}'::{native} AS c")
        with pytest.raises(DatabaseError, match=message) as caught:
            list(session.read(table_of(column(native)), (column(native),), None, 10))
        assert caught.value.where == "public.t.c" and caught.value.hint
        text = replace(column(native), type=t.Text())
        assert [row.column(0).to_pylist() for row in session.read(table_of(text), (text,), None, 10)] == [[value]]


READ_AS = [
    ("integer[]", t.Json(), "{1,NULL}", "[1, null]"),
    ("integer[]", t.Json(), "{{1,2},{3,4}}", "[[1, 2], [3, 4]]"),
    ("integer[]", t.Text(), "[2:3]={7,8}", "[2:3]={7,8}"),
    ("interval", t.Text(64), "1 year 2 mons", "P1Y2M"),
    ("interval", t.Duration(), "-30:00:00", -108_000_000_000),
    ("text[]", t.SetOf(("a", "b")), "{a,b}", "a,b"),
    ("money", t.Decimal(19, 2), "-1234.50", "-1234.50"),
    ("money", t.Text(), "1234.50", "1234.50"),
    ("numeric", t.Decimal(5, 2), "1.5", "1.50"),
    ("smallint", t.Year(), "1999", "1999"),
    ("date", t.Text(16), "infinity", "infinity"),
    ("hstore", t.Text(), "a=>1", '"a"=>"1"'),
]


@pytest.mark.parametrize(("native", "kind", "value", "read"), READ_AS)
def test_weaker_types_are_made_at_the_source(
    shared: str, native: str, kind: t.LogicalType, value: str, read: str | int
) -> None:
    with sessions(shared) as (session, plain):
        plain.execute("CREATE EXTENSION IF NOT EXISTS hstore")
        plain.execute(f"DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT '{value}'::{native} AS c")
        asked = Column("c", kind, native)
        (batch,) = session.read(table_of(asked), (asked,), None, 10)
        array = batch.column(0).view(pa.int64()) if isinstance(kind, t.Duration) else batch.column(0)
        (found,) = array.to_pylist()
        assert found == read if isinstance(read, int) else str(found) == read


def test_json_cannot_hold_other_lower_bounds_and_a_span_no_months(shared: str) -> None:
    with sessions(shared) as (session, plain):
        plain.execute("DROP TABLE IF EXISTS t; CREATE TABLE t AS SELECT '[2:3]={7,8}'::int[] c, interval '1 mon' d")
        for asked in (Column("c", t.Json(), "integer[]"), Column("d", t.Duration(), "interval")):
            with pytest.raises(DatabaseError, match=r"\[2:3\]=|P1M"):
                list(session.read(table_of(asked), (asked,), None, 10))
        assert session.query("SELECT 1") == [(1,)]


def test_ranges_come_in_key_order_and_only_leaves_children_out(url: str) -> None:
    with sessions(url) as (session, plain):
        plain.execute("CREATE TABLE t (c int PRIMARY KEY); CREATE TABLE u () INHERITS (t)")
        plain.execute("INSERT INTO t SELECT 100 - g FROM generate_series(1, 99) g; INSERT INTO u VALUES (1000)")
        key = column("integer")
        table = replace(table_of(key), only=True)
        batches = list(session.read(table, (key,), KeyRange.of("c", 10, 20), 4))
        assert [value for batch in batches for value in batch.column(0).to_pylist()] == list(range(10, 20))
        assert [batch.num_rows for batch in batches] == [4, 4, 2]
        assert session.count(NAME, KeyRange.of("c", None, 10), only=True) == 9
        assert (session.count(NAME), session.count(NAME, only=True)) == (100, 99)
        assert session.boundary(table, KeyRange(("c",)), 50) == ("51",)
        assert session.boundary(table, KeyRange.of("c", 51, None), 50) is None


def batch_of(*columns: tuple[Column, list[object]]) -> pa.RecordBatch:
    schema = arrow_schema(tuple(at for at, _ in columns))
    arrays = [pa.array(values, field.type) for (_, values), field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def test_the_target_may_have_more_columns_in_another_order(url: str) -> None:
    with sessions(url) as (session, plain):
        plain.execute(
            'CREATE TABLE t (g int GENERATED ALWAYS AS ("a B" * 2) STORED, d int DEFAULT 7, "a B" int, '
            "i int GENERATED ALWAYS AS IDENTITY)"
        )
        number, name = column("integer", "i"), column("integer", "a B")
        assert write(session, table_of(number, name), (number, name), iter([batch_of((number, [5]), (name, [3]))])) == 1
        assert plain.execute("SELECT * FROM t").fetchall() == [(6, 7, 3, 5)]


def test_a_wrong_batch_or_a_changed_table_is_refused_before_anything_is_sent(url: str) -> None:
    with sessions(url) as (session, plain):
        plain.execute("CREATE TABLE t (c bigint)")
        text, number = column("text"), column("bigint")
        with pytest.raises(TransferError, match="cannot be written into bigint"):
            write(session, table_of(text), (text,), iter([batch_of((text, ["abcdefgh"]))]))
        with pytest.raises(TransferError, match="came as large_string instead of int64"):
            write(session, table_of(number), (number,), iter([batch_of((text, ["abcdefgh"]))]))
        with pytest.raises(TransferError, match="has no column x"):
            missing = column("bigint", "x")
            write(session, table_of(missing), (missing,), iter([]))
        assert plain.execute("SELECT count(*) FROM t").fetchall() == [(0,)]


@pytest.mark.parametrize("native", ["integer", "bit varying"])
def test_the_error_of_whoever_makes_the_batches_comes_through(url: str, native: str) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield batch_of((column(native), [1 if native == "integer" else "1"]))
        raise LookupError("mine")

    with sessions(url) as (session, plain):
        plain.execute(f"CREATE TABLE t (c {native})")
        with pytest.raises(LookupError, match="mine"):
            write(session, table_of(column(native)), (column(native),), failing())
        assert plain.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
        good = iter([batch_of((column(native), [1 if native == "integer" else "1"]))])
        assert write(session, table_of(column(native)), (column(native),), good) == 1


@pytest.mark.parametrize("native", ["integer", "bit varying"])
def test_a_violated_constraint_rolls_everything_back(url: str, native: str) -> None:
    one = 1 if native == "integer" else "1"
    with sessions(url) as (session, plain):
        plain.execute(f"CREATE TABLE t (c {native} PRIMARY KEY)")
        at = column(native)
        batches = [batch_of((at, [one])), batch_of((at, [one]))]
        with pytest.raises(ConstraintViolated, match="already exists"):
            write(session, table_of(at), (at,), iter(batches))
        assert plain.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
        assert write(session, table_of(at), (at,), iter(batches[:1])) == 1


def test_a_trigger_that_skips_rows_is_noticed(url: str) -> None:
    with sessions(url) as (session, plain):
        plain.execute(
            "CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TABLE t (c int); CREATE TRIGGER s BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION skip()"
        )
        at = column("integer")
        with pytest.raises(WriteAltered, match="1 rows were sent, but the server took 0"):
            write(session, table_of(at), (at,), iter([batch_of((at, [1]))]))


@pytest.mark.parametrize("first", ["integer", "inet"])
def test_several_writes_are_one_transaction(url: str, first: str) -> None:
    """As a chunk and its journal row are, whichever way the chunk goes."""
    value = 1 if first == "integer" else "10.0.0.1"
    with sessions(url) as (session, plain):
        plain.execute(f"CREATE TABLE t (c {first}); CREATE TABLE journal (c text)")
        at, note = column(first), column("text")
        journal = Table(TableName("public", "journal"), (note,))
        for end in (session.rollback, session.commit):
            session.begin()
            session.write(table_of(at), (at,), iter([batch_of((at, [value]))]))
            session.write(table_of(at), (at,), iter([batch_of((at, [value]))]))
            session.write(journal, (note,), iter([batch_of((note, ["done"]))]))
            assert plain.execute("SELECT count(*) FROM t").fetchall() == [(0,)]
            end()
        assert plain.execute("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM journal)").fetchall() == [(2, 1)]

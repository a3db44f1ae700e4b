"""Rows made as bytes come out of the server as what they were: any value of every type, any pattern of NULLs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialects import connect
from dialects.base import Session
from dialects.postgresql import packers, packing
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.errors import ConnectionLost, DatabaseError
from mappings.schema import Column, Table, TableName
from tests.servers import Server, fresh

QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
Both = tuple[Session, psycopg.Connection]
NAME = TableName("public", "t")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
DAYS = st.integers(-2_440_588, 5_000_000)
MOMENTS = st.integers(-2_440_588 * 86_400_000_000, 106_000_000 * 86_400_000_000)
MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"

COLUMNS: list[tuple[t.LogicalType, str, st.SearchStrategy[Any], str]] = [
    (t.Integer(64), "bigint", st.integers(-(2**63), 2**63 - 1), "{}"),
    (t.Integer(64, unsigned=True), "numeric", st.integers(0, 2**64 - 1), "{}"),
    (t.Integer(32, unsigned=True), "oid", st.integers(0, 2**32 - 1), "{}::bigint"),
    (t.Integer(8), "smallint", st.integers(-128, 127), "{}"),
    (t.Boolean(), "boolean", st.booleans(), "{}"),
    (t.Float(64), "double precision", st.floats(allow_nan=False), "{}"),
    (t.Float(32), "real", st.floats(width=32, allow_nan=False), "{}::double precision"),
    (t.Text(), "text", TEXT, "{}"),
    (t.Binary(), "bytea", st.binary(max_size=20), "{}"),
    (t.Json(), "json", TEXT.map(json.dumps), "{}::text"),
    (t.Json(), "jsonb", st.integers().map(str), "{}::text"),
    (t.Date(), "date", DAYS, "{} - date '1970-01-01'"),
    (t.Timestamp(), "timestamp without time zone", MOMENTS, MICROSECONDS),
    (t.Timestamp(zoned=True), "timestamp with time zone", MOMENTS, MICROSECONDS),
    (t.Time(), "time without time zone", st.integers(0, 86_400_000_000 - 1), MICROSECONDS),
    (t.Duration(), "interval", st.integers(-(10**15), 10**15), MICROSECONDS),
    (t.Uuid(), "uuid", st.binary(min_size=16, max_size=16), "uuid_send({})"),
    (t.SetOf(("a", "b")), "text[]", st.sampled_from(["", "a", "b", "a,b"]), "array_to_string({}, ',')"),
    (t.Decimal(12, 2), "numeric(12,2)", st.decimals(-(10**10) + 1, 10**10 - 1, places=2), "{}"),
]


@pytest.fixture(scope="module")
def url(postgresql: Server) -> Iterator[str]:
    """One database for all examples."""
    name = fresh.unique_name("packing")
    yield postgresql.create_database(name)
    postgresql.drop_database(name)


@pytest.fixture(scope="module")
def both(url: str) -> Iterator[Both]:
    with connect(url, writable=True) as session, psycopg.connect(url, autocommit=True, prepare_threshold=None) as plain:
        # what was prepared for one example's table would be refused for the next one's
        plain.execute("SET timezone = 'UTC'")
        yield session, plain


def create(session: Session, columns: str) -> None:
    """The table of this example, in the place of the last one's."""
    session.execute("DROP TABLE IF EXISTS t")
    session.execute(f"CREATE TABLE t ({columns})")


def write(session: Session, columns: tuple[Column, ...], *batches: pa.RecordBatch) -> int:
    session.begin()
    try:
        rows = session.write(Table(NAME, columns), columns, iter(batches))
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return rows


def array_of(kind: t.LogicalType, values: list[Any]) -> pa.Array:
    """Temporal values are given as numbers: Python's own types do not reach as far."""
    wanted = arrow_type(kind)
    if pa.types.is_temporal(wanted):
        return pa.array(values, pa.int32() if wanted.bit_width == 32 else pa.int64()).view(wanted)
    return pa.array(values, wanted)


def of_types(chosen: list[int]) -> tuple[Column, ...]:
    return tuple(Column(f"c{at}", COLUMNS[each][0], COLUMNS[each][1]) for at, each in enumerate(chosen))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[int], list[list[Any]]]:
    """Some columns in any order, and their values, some of them in no row NULL and some in any."""
    chosen = draw(st.lists(st.integers(0, len(COLUMNS) - 1), min_size=1, max_size=8))
    count = draw(st.integers(1, 12))
    values = []
    for each in chosen:
        strategy = COLUMNS[each][2]
        cell = draw(st.sampled_from([strategy, strategy | st.none(), st.none()]))
        values.append(draw(st.lists(cell, min_size=count, max_size=count)))
    return chosen, values


@given(tables(), st.integers(0, 3), st.integers(1, 5))
@QUIET
def test_what_the_server_has_is_what_was_sent(
    both: Both, table: tuple[list[int], list[list[Any]]], skipped: int, at_once: int
) -> None:
    """Whole batches and slices of them."""
    (chosen, values), columns = table, of_types(table[0])
    arrays = [array_of(COLUMNS[each][0], column) for each, column in zip(chosen, values, strict=True)]
    batch = pa.record_batch(arrays, schema=arrow_schema(columns)).slice(skipped)
    session, plain = both
    create(session, ", ".join(f"{column.name} {column.native}" for column in columns))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "ROWS_AT_ONCE", at_once)
        assert write(session, columns, batch) == batch.num_rows
    shown = ", ".join(COLUMNS[each][3].format(f"c{at}") for at, each in enumerate(chosen))
    found = plain.execute(f"SELECT {shown} FROM t").fetchall()
    assert found == list(zip(*values, strict=True))[skipped:]


@st.composite
def decimals(draw: st.DrawFn) -> tuple[int, int, list[int | None]]:
    """Precision, scale and numbers without their point: of all sizes, and those where digits carry over."""
    precision = draw(st.integers(1, 76))
    scale = draw(st.integers(0, precision))
    powers = [10**power for power in range(precision)]
    edges = [edge for power in powers for edge in (power - 1, power)] + [10**precision - 1]
    number = st.integers(0, 10**precision - 1) | st.sampled_from(edges)
    signed = st.builds(lambda number, negative: -number if negative else number, number, st.booleans())
    return precision, scale, draw(st.lists(signed | st.none(), min_size=1, max_size=30))


@given(decimals(), st.booleans())
@settings(QUIET, max_examples=100)
def test_every_decimal_has_the_same_text(both: Both, given: tuple[int, int, list[int | None]], bounded: bool) -> None:
    """Zeros behind the point included, in columns with and without a declared scale."""
    precision, scale, unscaled = given
    native = f"numeric({precision},{scale})" if bounded else "numeric"
    columns = (Column("c", t.Decimal(precision, scale), native),)
    values = [None if number is None else Decimal(f"{number}e-{scale}") for number in unscaled]
    batch = pa.record_batch([pa.array(values, arrow_type(columns[0].type))], schema=arrow_schema(columns))
    session, plain = both
    create(session, f"c {native}")
    write(session, columns, batch)
    found = [row[0] for row in plain.execute("SELECT c::text FROM t")]
    assert found == [None if value is None else format(value or abs(value), "f") for value in values]


def test_numbers_beyond_their_declared_precision_keep_all_digits(both: Both) -> None:
    """Arrow does not check what lies in memory."""
    words = pa.py_buffer((10**30).to_bytes(16, "little") + (-(2**63)).to_bytes(16, "little", signed=True))
    columns = (Column("c", t.Decimal(5, 2), "numeric"),)
    array = pa.Array.from_buffers(pa.decimal128(5, 2), 2, [None, words])
    session, plain = both
    create(session, "c numeric")
    write(session, columns, pa.record_batch([array], schema=arrow_schema(columns)))
    found = [row[0] for row in plain.execute("SELECT c::text FROM t")]
    assert found == ["1" + "0" * 28 + ".00", "-92233720368547758.08"]


def test_dates_that_would_become_infinity_raise() -> None:
    for pack, kind, least in ((packers.date, pa.date32(), -(2**31)), (packers.timestamp, pa.timestamp("us"), -(2**63))):
        storage = pa.int32() if kind == pa.date32() else pa.int64()
        for number in (least, least + (10_957 if storage == pa.int32() else 946_684_800_000_000)):
            with pytest.raises(pa.ArrowInvalid, match="before all"):
                pack(pa.array([number, None], storage).view(kind))


def test_integers_that_do_not_fit_raise(both: Both) -> None:
    columns = (Column("c", t.Integer(64), "smallint"),)
    session, _ = both
    create(session, "c smallint")
    with pytest.raises(DatabaseError, match="does not fit.*40000"):
        write(session, columns, pa.record_batch([pa.array([40_000])], schema=arrow_schema(columns)))


def test_rows_written_over_a_connection_that_was_lost_are_not_committed(both: Both) -> None:
    columns = (Column("c", t.Integer(64), "bigint"),)
    batch = pa.record_batch([pa.array([1])], schema=arrow_schema(columns))
    session, plain = both
    create(session, "c bigint")
    session.begin()
    session.write(Table(NAME, columns), columns, iter([batch]))
    plain.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE state = 'idle in transaction' AND datname = current_database()"
    )
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            session.commit()
    session.rollback()
    assert write(session, columns, batch) == 1
    assert plain.execute("SELECT count(*) FROM t").fetchall() == [(1,)]

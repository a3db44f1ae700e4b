"""Every native type with the hard rows of the samples, and every table of a real database: the same text inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings import types as t
from mappings.errors import DatabaseError
from mappings.schema import Column, Table
from tests.conftest import DatabaseFactory
from tests.digest.test_texts import read, texts_inside, texts_of
from tests.pairs import plain
from tests.servers import Server

LoadScript = Callable[[str, Path], None]
HARD = Path(__file__).parents[1] / "pairs" / "hard"
UNREADABLE = {
    "postgresql": set(),
    "mariadb": {"zd.d", "zd.dt", "zd.ts"},
}
"""Zero dates, which reading refuses."""


def compared(session: Session) -> tuple[set[str], set[str], int]:
    """Compares every column of every table; what has no text inside, what cannot be read, and how many were equal."""
    outside, unreadable, equal = set(), set(), 0
    for table in session.reflect(()).tables:
        for column in table.columns:
            place = f"{table.name}.{column.name}"
            if session.dialect.digest((column,)) is None:
                assert isinstance(column.type, t.Json) and column.type.binary, column
                outside.add(place)
            elif (texts := read_texts(session, table, column)) is None:
                unreadable.add(place)
            else:
                assert texts_inside(session, table, (column,)) == texts, (place, column)
                equal += 1
    return outside, unreadable, equal


def read_texts(session: Session, table: Table, column: Column) -> list[str] | None:
    if session.count(table.name, only=table.only) == 0:
        return []
    try:
        return texts_of(read(session, table, (column,)), (column,))
    except DatabaseError:
        return None


@pytest.mark.parametrize(
    ("engine", "outside", "least"),
    [("postgresql", {"public.t.jb", "public.t.def_j"}, 110), ("mariadb", set(), 80)],
)
def test_hard_rows_of_every_native_type(
    database: DatabaseFactory, load_script: LoadScript, engine: str, outside: set[str], least: int
) -> None:
    url = database(engine, sample="sink")
    load_script(url, HARD / f"{engine}.sql")
    with connect(parse_url(url)) as session:
        found, unreadable, equal = compared(session)
    assert (found, unreadable) == (outside, UNREADABLE[engine])
    assert equal >= least


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb"])
def test_every_column_of_sakila(database: DatabaseFactory, engine: str) -> None:
    with connect(parse_url(database(engine, sample="sakila"))) as session:
        outside, unreadable, equal = compared(session)
    assert not outside | unreadable
    assert equal >= 85


UNUSUAL = [
    ("date", "0044-03-15 BC"),
    ("date", "5874897-12-31"),
    ("timestamp", "0044-03-15 00:00:00.5 BC"),
    ("timestamp", "4713-01-01 00:00:00 BC"),
    ("timestamp", "10000-01-01 00:00:00"),
    ("timestamp", "294246-12-31 23:59:59.999999"),
    ("timestamptz", "0001-12-31 23:59:59.000001+00 BC"),
    ("timestamptz", "12345-06-07 08:09:10.1+00"),
    ("numeric", "NaN"),
    ("numeric", "-Infinity"),
    ("numeric", "1e-400"),
    ("numeric", "100.5000"),
    ("numeric(3,-2)", "99900"),
    ("numeric(3,5)", "0.00999"),
    ("money", "-92233720368547758.08"),
    ("double precision", "NaN"),
    ("double precision", "-Infinity"),
    ("double precision", "-0.0"),
    ("real", "NaN"),
    ("interval", "1 mon -1 day"),
    ("timestamp(0)", "2000-01-01 00:00:00"),
    ("timestamp(2)", "2000-01-01 00:00:00.25"),
]
"""What only PostgreSQL holds."""
UNSPEAKABLE = [
    ("date", "infinity"),
    ("timestamp", "-infinity"),
    ("timestamptz", "infinity"),
    ("time", "24:00"),
    ("numeric(10,2)", "NaN"),
]
"""What Arrow has no place for: reading refuses it, and its text is that of no other value."""


@pytest.mark.parametrize(("native", "value"), UNUSUAL + UNSPEAKABLE)
def test_unusual_values_of_postgresql(database: DatabaseFactory, native: str, value: str) -> None:
    url = database("postgresql")
    plain.execute(url, f"CREATE TABLE t (v {native})", f"INSERT INTO t VALUES ('{value}'), (NULL)")
    with connect(parse_url(url)) as session:
        (table,) = session.reflect(()).tables
        inside, texts = texts_inside(session, table, table.columns), read_texts(session, table, table.columns[0])
    assert inside[0] == "" and inside[1] != ""
    if (native, value) in UNSPEAKABLE:
        assert texts is None
        assert inside[1] in (value, "24:00:00.000000")
    else:
        assert inside == texts


def test_probed_numbers_are_padded_and_never_rounded(database: DatabaseFactory) -> None:
    url = database("postgresql")
    plain.execute(url, "CREATE TABLE t (v numeric)", "INSERT INTO t VALUES (1), (1.5), (1.5000), (1.005), (-0.0)")
    with connect(parse_url(url)) as session:
        (table,) = session.reflect(()).tables
        narrowed = (Column("v", t.Decimal(9, 2), "numeric"),)
        assert texts_inside(session, table, narrowed) == ["0.00", "1.00", "1.005", "1.50", "1.50"]


def test_other_encodings_are_digested_as_utf8(postgresql: Server, database: DatabaseFactory) -> None:
    name = database("postgresql").rpartition("/")[2] + "_latin"
    postgresql.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        url = database("postgresql").rpartition("/")[0] + f"/{name}"
        plain.execute(url, "CREATE TABLE t (v text)", "INSERT INTO t VALUES ('é'), (repeat('é', 128))")
        with connect(parse_url(url)) as session:
            (table,) = session.reflect(()).tables
            assert texts_inside(session, table, table.columns) == read_texts(session, table, table.columns[0])
    finally:
        postgresql.drop_database(name)

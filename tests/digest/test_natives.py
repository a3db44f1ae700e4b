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

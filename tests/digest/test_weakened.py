"""Weakened texts are noticed: each of these mutations of the SQL makes the comparison with Arrow fail."""

from __future__ import annotations

from itertools import product

import pytest

from dialects.base import Session
from mappings import types as t
from mappings.schema import Column, Table
from tests.digest import values
from tests.digest.test_texts import SERVERS, session, spelled_inside, texts_of

__all__ = ["session"]

POSTGRESQL: dict[type, tuple[str, ...]] = {
    t.Text: ("lower({}::text)", "upper({}::text)", "btrim({}::text)", "left({}::text, 255)", "nullif({}::text, '')"),
    t.Binary: ("substr({}, 1, 255)", "nullif({}, '')", "btrim({}, ' '::bytea)"),
    t.Integer: ("CASE WHEN {0} < 0 THEN -({0} + 1) ELSE {0} END", "{} / 10 * 10", "nullif({}, 0)"),
    t.Decimal: ("abs({})", "round({}, 1)"),
    t.Float: ("abs({})", "nullif({}, 5e-324)"),
    t.Timestamp: ("date_trunc('milliseconds', {})", "{} - interval '1 hour'"),
    t.Time: ("date_trunc('milliseconds', {})::time", "date_trunc('minute', {})::time"),
    t.Date: ("{} + 1", "greatest({}, '1900-01-01')"),
    t.Boolean: ("NOT {}", "{} OR true"),
    t.Uuid: ("replace({}::text, 'f', '0')::uuid",),
    t.Interval: ("justify_interval({})", "date_trunc('second', {})"),
    t.Bits: ("~{}", "reverse({}::text)"),
    t.Year: ("nullif({}, 0)",),
}
MYSQL: dict[type, tuple[str, ...]] = {
    t.Text: ("LOWER({})", "UPPER({})", "TRIM({})", "LEFT({}, 128)", "NULLIF({}, '')"),
    t.Binary: ("LEFT({}, 255)", "NULLIF({}, '')", "TRIM(TRAILING ' ' FROM {})"),
    t.Integer: ("IF({0} < 0, -({0} + 1), {0})", "({} + 0e0)", "NULLIF({}, 0)"),
    t.Decimal: ("ABS({})", "ROUND({}, 1)"),
    t.Float: ("ABS({})", "ROUND({}, 6)"),
    t.Timestamp: ("CAST({} AS DATETIME(3))", "({} - INTERVAL 1 HOUR)"),
    t.Duration: ("CAST({} AS TIME(0))", "ADDTIME({}, '00:00:01')"),
    t.Time: ("CAST({} AS TIME(3))", "CAST({} AS TIME(0))"),
    t.Date: ("({} + INTERVAL 1 DAY)", "GREATEST({}, '1900-01-01')"),
    t.Boolean: ("(1 - {})", "({} OR TRUE)"),
    t.Enum: ("LOWER({})", "NULLIF({}, '')"),
    t.SetOf: ("LOWER({})", "NULLIF({}, '')"),
    t.Bits: ("({} >> 1)",),
    t.Year: ("NULLIF({}, 0)",),
}
WEAKENED = {"postgresql": POSTGRESQL, "mysql": MYSQL, "mariadb": MYSQL}


def texts(session: Session, table: Table, column: Column, way: str) -> list[str]:
    """The texts of a column of the table beside its key, the column weakened."""
    name = session.dialect.quote(column.name)
    whole = session.dialect.digest((table.columns[0], column)) or ""
    assert name in whole
    expression = whole.replace(name, f"({way.format(name)})")
    return sorted(str(text) for (text,) in session.query(f"SELECT {expression} FROM {session.dialect.relation(table)}"))


@pytest.mark.parametrize(("session", "engine"), [(engine, engine) for engine in SERVERS], indirect=["session"])
def test_every_weakening_is_noticed(session: Session, engine: str) -> None:
    """By one column of the kind at least: not every one holds every edge."""
    table, sent = values.written(session)
    key, *columns = spelled_inside(session, table)
    noticed = dict.fromkeys(((kind, way) for kind, ways in WEAKENED[engine].items() for way in ways), False)
    for column in columns:
        right = texts_of(sent.select([key.name, column.name]), (key, column))
        assert texts(session, table, column, "{}") == right
        for way in WEAKENED[engine].get(type(column.type), ()):
            noticed[type(column.type), way] |= texts(session, table, column, way) != right
    assert all(noticed.values()), [each for each, seen in noticed.items() if not seen]


@pytest.mark.parametrize("session", SERVERS, indirect=True)
def test_a_column_left_out_or_out_of_place_is_noticed(session: Session) -> None:
    table, sent = values.written(session)
    columns = spelled_inside(session, table)
    whole = session.digest(table, columns, None)
    for at, column in enumerate(columns):
        assert session.digest(table, columns[:at] + columns[at + 1 :], None) != whole, column
    for at, _ in enumerate(columns[1:]):
        swapped = columns[:at] + (columns[at + 1], columns[at]) + columns[at + 2 :]
        assert session.digest(table, swapped, None) != whole, columns[at]


@pytest.mark.parametrize(("session", "doubled"), list(product(SERVERS, (False, True))), indirect=["session"])
def test_a_row_that_is_lost_or_twice_there_is_noticed(session: Session, doubled: bool) -> None:
    table, _ = values.written(session)
    columns, name = spelled_inside(session, table), session.dialect.qualified(table.name)
    whole = session.digest(table, columns, None)
    session.execute(
        f"INSERT INTO {name} SELECT * FROM {name} WHERE id = 7" if doubled else f"DELETE FROM {name} WHERE id = 7"
    )
    found = session.digest(table, columns, None)
    assert whole is not None and found is not None
    assert found.rows == whole.rows + (1 if doubled else -1) and found.total != whole.total

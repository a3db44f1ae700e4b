"""After any move the rows equal the vendor's own script for the target engine, value by value."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import plain

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite")
ROWS = 15_607


def folded(name: str) -> str:
    """The vendor spells `playlist_track` here and `PlaylistTrack` there."""
    return name.rpartition(".")[2].replace("_", "").lower()


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table, its columns in one order for every engine."""
    return {
        folded(table): plain.rows(url, table, sorted(plain.columns(url, table), key=folded))
        for table in plain.tables(url)
    }


@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_rows_equal_the_vendors_own_script(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="chinook"), database(target)
    report = transfer.copy(transfer.plan(there, here), source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert report.rows == ROWS
    moved, vendor = contents(here), contents(database(target, sample="chinook"))
    assert moved.keys() == vendor.keys()
    for table in vendor:
        assert moved[table] == vendor[table], table


@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_verify_says_equal_and_a_changed_value_differs(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="chinook"), database(target)
    transfer.copy(transfer.plan(there, here), source=there, target=here, options=transfer.Options(verify="none"))
    assert transfer.verify(there, here).status == "done"
    table = next(name for name in plain.tables(here) if folded(name) == "genre")
    column = next(name for name in plain.columns(here, table) if folded(name) == "name")
    changed = f"UPDATE {plain.quoted(here, table)} SET {plain.quoted(here, column)} = 'rock'"
    plain.execute(here, f"{changed} WHERE {plain.quoted(here, column)} = 'Rock'")
    report = transfer.verify(there, here)
    assert [folded(each.target) for each in report.tables if each.verified == "differs"] == ["genre"]
    assert report.exit_code == 3

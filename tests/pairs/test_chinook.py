"""After any move the rows equal the vendor's own script for the target engine, value by value."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb", "mssql")
VENDOR = {"duckdb": "sqlite"}
"""Whose script says the same where the vendor has none for the engine."""
ROWS = 15_607


def mended(value: object) -> object:
    """Without the vendor's slips: a space behind one city, and backslashes that MySQL takes as escapes."""
    return value.replace("\\ ", " ").replace("Edinburgh ", "Edinburgh") if isinstance(value, str) else value


def folded(name: str) -> str:
    """The vendor spells `playlist_track` here and `PlaylistTrack` there."""
    return name.rpartition(".")[2].replace("_", "").lower()


def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every table, its columns in one order for every engine."""
    return {
        folded(table): [
            tuple(mended(value) for value in row)
            for row in plain.rows(url, table, sorted(plain.columns(url, table), key=folded))
        ]
        for table in plain.tables(url)
    }


@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_rows_equal_the_vendors_own_script(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="chinook"), database(target)
    report = transfer.copy(transfer.plan(there, here), source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert report.rows == ROWS
    meaning.assert_as_planned(report)
    moved, vendor = contents(here), contents(database(VENDOR.get(target, target), sample="chinook"))
    assert moved.keys() == vendor.keys()
    for table in vendor:
        assert sorted(moved[table], key=repr) == sorted(vendor[table], key=repr), table
    a_changed_value_is_found(there, here)


def a_changed_value_is_found(there: str, here: str) -> None:
    assert transfer.verify(there, here).status == "done"
    table = next(name for name in plain.tables(here) if folded(name) == "genre")
    column = next(name for name in plain.columns(here, table) if folded(name) == "name")
    changed = f"UPDATE {plain.quoted(here, table)} SET {plain.quoted(here, column)} = 'rock'"
    plain.execute(here, f"{changed} WHERE {plain.quoted(here, column)} = 'Rock'")
    report = transfer.verify(there, here)
    assert [folded(each.target) for each in report.tables if each.verified == "differs"] == ["genre"]
    assert report.exit_code == 3

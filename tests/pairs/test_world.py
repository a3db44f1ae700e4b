"""The cities of the world: every script there is, characters of four bytes, and names that differ by an accent only."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain

OURS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
ENGINES = (*OURS, "mssql")
ONCE = (*zip(OURS, (*OURS[1:], OURS[0]), strict=True), ("postgresql", "mssql"), ("mssql", "sqlite"))
"""Each engine once as source and once as target."""
ROWS = 204_242
LONGEST = "postcodes"
"""Two thirds of the rows: compared value by value in the soak, elsewhere by our own digests and counts only."""

# PostgreSQL compares exactly; other engines would find 230 of these names twice if they ignored accents
NAMES = "CREATE TABLE names AS SELECT DISTINCT name, length(name) AS characters FROM cities"
UNIQUE = "ALTER TABLE names ADD PRIMARY KEY (name)"


def copied(there: str, here: str, *tables: str) -> tuple[transfer.Plan, transfer.Report]:
    options = transfer.Options(transfer.Selection(tables), jobs=2)
    plan = transfer.plan(there, here, options)
    report = transfer.copy(plan, source=there, target=here, options=options)
    assert {table.verified for table in report.tables} == {"digest"}
    meaning.assert_as_planned(report)
    return plan, report


def assert_rows_are_equal(there: str, here: str, plan: transfer.Plan, *, without: str = "") -> None:
    for table in plan.tables:
        if table.source.name.name != without:
            source = plain.rows(there, str(table.source.name), [column.read.name for column in table.columns])
            target = plain.rows(here, str(table.target.name), [column.write.name for column in table.columns])
            assert target == source, table.source.name


@pytest.mark.parametrize(("source", "target"), ONCE)
def test_the_world_moves(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="world"), database(target)
    plan, report = copied(there, here)
    assert report.rows == ROWS
    assert plan.blocks == ()
    assert_rows_are_equal(there, here, plan, without=LONGEST)
    countries = next(str(table.target.name) for table in plan.tables if table.source.name.name == "countries")
    assert ("🇮🇸",) in plain.rows(here, countries, ["emoji"])


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_the_whole_world_moves_anywhere(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="world"), database(target)
    plan, _ = copied(there, here)
    assert_rows_are_equal(there, here, plan)


@pytest.mark.parametrize("target", ENGINES)
def test_names_that_differ_by_an_accent_stay_apart_in_a_key(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql", sample="world"), database(target)
    plain.execute(there, NAMES, UNIQUE)
    plan, _ = copied(there, here, "names")
    assert_rows_are_equal(there, here, plan)

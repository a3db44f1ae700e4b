"""The trading company from PostgreSQL to every engine: pictures as bytes, money in single floats, small keys."""

from __future__ import annotations

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain

ROWS = 3_362
PICTURE = bytes(range(256)) * 1000


@pytest.mark.parametrize("target", ("postgresql", "mysql", "mariadb", "sqlite", "duckdb", "mssql"))
def test_the_trading_company_moves(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql", sample="northwind"), database(target)
    # the script's own pictures are empty
    plain.execute(there, f"UPDATE employees SET photo = '\\x{PICTURE.hex()}' WHERE employee_id = 1")
    plan = transfer.plan(there, here)
    report = transfer.copy(plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert report.rows == ROWS
    meaning.assert_as_planned(report)
    meaning.assert_equal(there, here, plan)
    assert plain.query(here, "SELECT photo FROM employees WHERE employee_id = 1") == [(PICTURE,)]

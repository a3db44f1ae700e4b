"""What SQL Server is asked, which no server has heard."""

from __future__ import annotations

import pytest

from dialects.base import KeyRange
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.types import logical_type
from dialects.sqltext import boundary_query, in_order, restriction
from mappings.schema import Column, Table, TableName
from tests.mssql.tsql import parses

DIALECT = MssqlDialect()
NATIVES = {
    "bigint": "[k]",
    "decimal(30,6)": "CONVERT(varchar(50), [k])",
    "nvarchar(20) COLLATE Latin1_General_100_CI_AI": "varbinary(max)",
    "varbinary(16)": "'0x'",
    "uniqueidentifier": "char(36)",
    "date": "112",
    "datetime2(6)": "126",
}


def table_of(*natives: str) -> Table:
    names = ("k", "l", "m")
    columns = [Column(name, logical_type(native), native) for name, native in zip(names, natives, strict=False)]
    return Table(TableName("dbo", "t"), tuple(columns))


@pytest.mark.parametrize("native", NATIVES)
def test_a_key_is_cut_by_walking_its_index(native: str) -> None:
    statement = boundary_query(DIALECT, table_of(native), KeyRange(("k",), ("5",)), 100)
    assert NATIVES[native] in statement and parses(statement)
    assert statement.endswith("WHERE [k] >= 5 ORDER BY [k] OFFSET 100 ROWS FETCH NEXT 1 ROWS ONLY) cut")


@pytest.mark.parametrize("native", ["varchar(20)", "float", "datetime", "time(7)", "sql_variant", "datetimeoffset(6)"])
def test_what_has_no_exact_literal_does_not_cut(native: str) -> None:
    assert DIALECT.key_literal(table_of(native).columns[0]) is None


def test_a_compound_key_is_compared_column_by_column() -> None:
    where = KeyRange(("k", "l"), ("5", "0x00FF"), ("7", "0x01"))
    statement = f"SELECT 1 FROM t{restriction(DIALECT, where)}{in_order(DIALECT, where)}"
    assert parses(statement)
    assert "([k] >= 5 AND ([k] > 5 OR [k] = 5 AND [l] >= 0x00FF))" in statement
    assert "([k] <= 7 AND ([k] < 7 OR [k] = 7 AND [l] < 0x01)) ORDER BY [k], [l]" in statement

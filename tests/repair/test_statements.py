"""Statements that no server here has met, or that hang on a table's form."""

from __future__ import annotations

import pytest

import transfer
from dialects.mssql.dialect import MssqlDialect
from mappings import types as t
from mappings.schema import Column, Identity, Table, TableName
from tests.conftest import DatabaseFactory
from tests.mssql.tsql import parses
from tests.repair import shop
from transfer.repair import RepairOptions
from transfer.report import Repaired

ROWS = MssqlDialect().rows
NUMBER = Column("id", t.Integer(32), "int", identity=Identity())
GOODS = Table(TableName("dbo", "goods"), (NUMBER,))
CONSTANTS = [
    (t.Binary(), "varbinary(max)", "00ff", "0x00ff"),
    (t.Boolean(), "bit", "1", "1"),
    (t.Decimal(10, 2), "decimal(10,2)", "-1.50", "CAST(N'-1.50' AS decimal(10,2))"),
    (t.Text(), "nvarchar(max)", "it's", "N'it''s'"),
    (t.Text(), "nvarchar(max)", "a\nGO", "(CAST(N'a' AS nvarchar(max)) + NCHAR(10) + N'GO')"),
    (
        t.Timestamp(),
        "datetime2(6)",
        "2024-02-29 12:00:00.000001",
        "CAST(N'2024-02-29T12:00:00.000001' AS datetime2(6))",
    ),
    (t.Uuid(), "uniqueidentifier", "ab", "CAST(N'ab' AS uniqueidentifier)"),
]


@pytest.mark.parametrize(("kind", "native", "text", "expected"), CONSTANTS)
def test_constants_of_sql_server(kind: t.LogicalType, native: str, text: str, expected: str) -> None:
    constant = ROWS.constant(Column("v", kind, native), text)
    assert constant == expected
    assert parses(f"SELECT {constant}")


def test_statements_of_sql_server() -> None:
    where = ROWS.same(NUMBER, "7")
    assert ROWS.delete_some(GOODS, where, 2) == "DELETE TOP (2) FROM [dbo].[goods] WHERE [id] = 7"
    before, after = ROWS.around_inserts(GOODS, GOODS.columns)
    assert (before, after) == (("SET IDENTITY_INSERT [dbo].[goods] ON",), ("SET IDENTITY_INSERT [dbo].[goods] OFF",))
    assert ROWS.counted("DELETE FROM [t]")[-1].endswith("SELECT @@ROWCOUNT")
    assert parses(ROWS.delete_some(GOODS, where, 2)) and parses(ROWS.delete(GOODS, where))


def test_copies_in_partitions_are_told_apart(database: DatabaseFactory) -> None:
    """Rows of two partitions have the same address."""
    table = "CREATE TABLE line (part integer, text varchar(10))"
    there, here = shop.made(database("sqlite"), table), database("postgresql")
    parts = [f"CREATE TABLE line_{n} PARTITION OF line FOR VALUES IN ({n})" for n in (1, 2)]
    shop.made(here, f"{table} PARTITION BY LIST (part)", *parts)
    shop.run(there, "INSERT INTO line VALUES (1, 'a'), (2, 'b')")
    shop.run(here, "INSERT INTO line VALUES (1, 'a'), (1, 'a'), (2, 'b'), (2, 'c')")
    selected = transfer.Options(transfer.Selection(tables=("line",)))
    report = transfer.repair(there, here, RepairOptions(apply=True), selected)
    assert (report.status, report.repaired) == ("done", (Repaired("public.line", 2, 0, 0),))

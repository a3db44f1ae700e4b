"""What SQL Server would be asked: texts only, for no server has run them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialects.base import KeyRange
from dialects.mssql import digest
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server
from mappings import types as t
from mappings.schema import Column, Table, TableName
from tests.mssql.tsql import parses

DIALECT = MssqlDialect()
UTF8 = "CAST(CAST({} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max))"


def counted(text: str) -> str:
    return (
        f"CASE WHEN DATALENGTH({text}) <= 255 THEN CONVERT(varchar(20), DATALENGTH({text})) + ':' + {text} "
        f"ELSE '#' + LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', {text}), 2)) END"
    )


FLOAT = "CONVERT(varchar(20), CONVERT(bigint, CONVERT(binary(8), CAST({} AS float(53)) + CAST(0 AS float(53)))))"
MICROSECONDS = "CONVERT(varchar(27), CAST({} AS datetime2(6)), 121)"
IN_UTC = "CAST(SWITCHOFFSET([c], '+00:00') AS datetime2(7))"
TEXTS: list[tuple[str, t.LogicalType, str]] = [
    ("bit", t.Boolean(), "CONVERT(varchar(20), [c])"),
    ("tinyint", t.Integer(8, True), "CONVERT(varchar(20), [c])"),
    ("bigint", t.Integer(64), "CONVERT(varchar(20), [c])"),
    ("decimal(10,2)", t.Decimal(10, 2), "CONVERT(varchar(41), CAST([c] AS decimal(38,2)))"),
    ("decimal(10,2)", t.Decimal(10, 4), "CONVERT(varchar(41), CAST([c] AS decimal(38,4)))"),
    ("money", t.Decimal(19, 4), "CONVERT(varchar(41), CAST([c] AS decimal(38,4)))"),
    ("float(53)", t.Float(64), FLOAT.format("[c]")),
    ("real", t.Float(32), FLOAT.format("[c]")),
    ("float(53)", t.Float(32), FLOAT.format("CAST([c] AS real)")),
    ("date", t.Date(), "CONVERT(varchar(10), [c], 23)"),
    ("time(3)", t.Time(3), "CONVERT(varchar(27), CAST([c] AS time(6)), 121)"),
    ("datetime2(3)", t.Timestamp(3), MICROSECONDS.format("[c]")),
    ("datetime", t.Timestamp(3), MICROSECONDS.format("CAST([c] AS datetime2(3))")),
    ("smalldatetime", t.Timestamp(0), MICROSECONDS.format("[c]")),
    ("datetimeoffset(6)", t.Timestamp(6, True), MICROSECONDS.format(IN_UTC)),
    (
        "datetime2(7)",
        t.Timestamp(6),
        f"CASE WHEN DATEPART(nanosecond, [c]) % 1000 = 0 THEN {MICROSECONDS.format('[c]')} "
        "ELSE CONVERT(varchar(27), CAST([c] AS datetime2(7)), 121) END",
    ),
    ("uniqueidentifier", t.Uuid(), "LOWER(REPLACE(CONVERT(char(36), [c]), '-', ''))"),
    ("varbinary(20)", t.Binary(20), "LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', [c]), 2))"),
    ("nvarchar(20)", t.Text(20), counted(UTF8.format("[c]"))),
    ("varchar(max)", t.Text(), counted(UTF8.format("CAST([c] AS nvarchar(max))"))),
    ("nchar(20)", t.Text(20, True), counted(f"RTRIM({UTF8.format('RTRIM([c])')})")),
    ("nvarchar(max)", t.Json(), counted(UTF8.format("[c]"))),
    ("nvarchar(64)", t.Interval(), UTF8.format("[c]")),
    ("xml", t.Opaque("tsql", "xml"), counted(UTF8.format("CAST([c] AS nvarchar(max))"))),
]  # fmt: skip


@pytest.mark.parametrize(("native", "kind", "text"), TEXTS)
def test_the_text_of_a_column(native: str, kind: t.LogicalType, text: str) -> None:
    row = DIALECT.digest((Column("c", kind, native),))
    assert row == f"CONCAT(CAST('' AS varchar(max)), {text})"
    assert parses(f"SELECT {row} FROM [dbo].[t]")


OUTSIDE: list[tuple[str, t.LogicalType]] = [
    ("json", t.Json(binary=True)),
    ("decimal(10,4)", t.Decimal(10, 2)),
    ("datetime2(3)", t.Time(3)),
    ("nvarchar(36)", t.Uuid()),
    ("geometry", t.Geometry()),
]


@pytest.mark.parametrize(("native", "kind"), OUTSIDE)
def test_what_has_no_text_leaves_the_whole_row_without(native: str, kind: t.LogicalType) -> None:
    assert DIALECT.digest((Column("n", t.Integer(32), "int"), Column("c", kind, native))) is None


def test_a_server_without_utf8_says_no_text() -> None:
    column = Column("n", t.Integer(32), "int")
    assert replace(DIALECT, server=Server(version=15)).digest((column,)) is not None
    assert replace(DIALECT, server=Server(version=14)).digest((column,)) is None


def test_rows_of_many_columns_are_joined_in_groups() -> None:
    columns = tuple(Column(f"c{at}", t.Integer(32), "int") for at in range(300))
    row = DIALECT.digest(columns) or ""
    assert row.count("'|'") == 299
    assert row.count("CONCAT(") == 4
    assert parses(f"SELECT {row} FROM [dbo].[t]")


def test_the_rows_of_a_range_are_counted_and_summed() -> None:
    table = Table(TableName("dbo", "t"), (Column("n", t.Integer(32), "int"),))
    row = DIALECT.digest(table.columns) or ""
    statement = digest.query(DIALECT, table, row, KeyRange.of("n", 1, 5))
    assert statement == (
        "SELECT COUNT_BIG(*), COALESCE(SUM(CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', "
        "CONCAT(CAST('' AS varchar(max)), CONVERT(varchar(20), [n]))), 1, 7)) AS decimal(38,0))), 0) "
        "FROM [dbo].[t] WHERE [n] >= 1 AND [n] < 5"
    )
    assert parses(statement)

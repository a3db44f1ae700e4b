"""The edges of SQLite, where the value decides and the declaration only hints."""

from __future__ import annotations

from tests.conformance.edges import Edge, Edges, Stopped

NOT_ITSELF = ("postgresql", "mysql", "mariadb", "duckdb")
EDGES = Edges(
    (
        Edge("INTEGER", ("-9223372036854775808", "9223372036854775807", "0")),
        Edge("INT", ("1", "'abc'", "1.5"), mixed=NOT_ITSELF),
        Edge("BOOLEAN", ("0", "1")),
        Edge("BOOLEAN", ("2", "1")),
        Edge("REAL", ("1.7976931348623157e308", "5e-324", "0.1 + 0.2", "1e22")),
        Edge("REAL", ("1.5",), (Stopped("1e999", ("mysql", "mariadb")), Stopped("-1e999", ("mysql", "mariadb")))),
        Edge("REAL", ("1", "'text'"), mixed=NOT_ITSELF),
        Edge("NUMERIC", ("1.5", "12", "3e300")),
        Edge("NUMERIC", ("1.5", "9007199254740993"), mixed=NOT_ITSELF),
        Edge("NUMERIC", ("1.5", "'12 apples'"), mixed=NOT_ITSELF),
        Edge("DECIMAL(10,2)", ("99999999.99", "0.01", "1.10", "3")),
        Edge("DECIMAL(10,2)", ("0.005", "1.5")),
        Edge("MONEY", ("12.5", "0.0001")),
        Edge("VARCHAR(20)", ("''", "'a '", "'é😀'", "'NULL'", "'quote '' \" `'")),
        Edge("VARCHAR(2)", ("'longer than declared'",)),
        Edge("TEXT", ("printf('%.70000c', 'x')", "char(13, 10, 9, 26)")),
        Edge("TEXT", ("'x'",), (Stopped("'a' || char(0) || 'b'", ("postgresql",)),)),
        Edge("TEXT COLLATE NOCASE", ("'Ab'", "'É'")),
        Edge("BLOB", ("x''", "x'00ff27225c0a0d1a'", "zeroblob(70000)")),
        Edge("BLOB", ("x'00'", "'text'", "1"), mixed=NOT_ITSELF),
        Edge("DATE", ("'0001-01-01'", "'9999-12-31'")),
        Edge("DATE", ("'2020-01-01'", "'31/12/2020'")),
        Edge("TIME", ("'00:00:00'", "'23:59:59.999999'", "'12:30'")),
        Edge("DATETIME", ("'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'", "'2020-01-01T00:00:00.5'")),
        Edge("DATETIME", ("'2020-01-01 00:00:00Z'", "'2020-01-01 02:00:00+02:00'")),
        Edge("DATETIME", ("2458849.5",)),
        Edge("DATETIME", ("1577836800", "1577836800000")),
        Edge("DATETIME", ("'2020-01-01 00:00:00.123456789'",)),
        Edge("DATETIME", ("'2020-01-01'", "2458849.5", "'x'"), mixed=NOT_ITSELF),
        Edge("TIMESTAMP WITH TIME ZONE", ("'2020-01-01 00:00:00.123456+02:00'", "'1969-12-31T23:59:59Z'")),
        Edge("UUID", ("'12345678-9abc-4ef0-9234-56789abcdef0'", "'FFFFFFFF-ffff-ffff-ffff-ffffffffffff'")),
        Edge("UUID", ("'not a uuid'", "''")),
        Edge("JSON", ('\'{"k" :  1.10, "k": 2}\'', "'null'", "'[]'")),
        Edge("JSON", ("'{broken'",)),
        Edge("", ("'text'", "'other'")),
        Edge("", ("1", "'text'", "x'00'"), mixed=NOT_ITSELF),
        Edge("GEOMETRY", ("'POINT(1 2)'",)),
        Edge("ANY", ("1", "2")),
    ),
)

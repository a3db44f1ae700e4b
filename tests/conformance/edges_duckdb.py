"""The edges of DuckDB's types."""

from __future__ import annotations

from tests.conformance.edges import OTHERS, Edge, Edges, Stopped

BELOW = ("mysql", "mariadb")
SERVERS = ("postgresql", "mysql", "mariadb", "sqlite")
NUL = (Stopped("'a' || chr(0)", ("postgresql",)),)
INFINITY = (Stopped("'infinity'", SERVERS),)
EDGES = Edges(
    (
        Edge("BOOLEAN", ("true", "false")),
        Edge("TINYINT", ("-128", "127")),
        Edge("SMALLINT", ("-32768", "32767")),
        Edge("INTEGER", ("-2147483648", "2147483647")),
        Edge("BIGINT", ("-9223372036854775808", "9223372036854775807")),
        Edge("UTINYINT", ("0", "255")),
        Edge("USMALLINT", ("65535",)),
        Edge("UINTEGER", ("4294967295",)),
        Edge("UBIGINT", ("18446744073709551615", "0")),
        Edge("HUGEINT", (f"{2**127 - 1}", f"-{2**127 - 1} - 1")),
        Edge("UHUGEINT", (f"{2**128 - 1}", "0")),
        Edge("BIGNUM", (f"'{'9' * 60}'", "'-1'")),
        Edge("DECIMAL(4,1)", ("999.9", "-999.9")),
        Edge("DECIMAL(18,3)", ("999999999999999.999", "-0.001")),
        Edge("DECIMAL(38,38)", (f"'0.{'9' * 38}'",)),
        Edge(
            "FLOAT",
            ("3.4028235e38", "1.4e-45", "16777216", "0.1"),
            (Stopped("'nan'", OTHERS), Stopped("'inf'", BELOW), Stopped("'-inf'", BELOW)),
        ),
        Edge(
            "DOUBLE",
            ("1.7976931348623157e308", "5e-324", "0.1::DOUBLE + 0.2::DOUBLE"),
            (Stopped("'nan'", OTHERS), Stopped("'inf'", BELOW)),
        ),
        Edge("VARCHAR", ("''", "'a '", "'é😀'", "repeat('ü', 70000)", "chr(10)"), NUL),
        Edge("VARCHAR COLLATE nocase", ("'Ab'",)),
        Edge("BLOB", ("''", r"'\x00\xFF\x27\x5C\x0A'")),
        Edge(
            "DATE",
            ("'0001-01-01'", "'9999-12-31'"),
            (
                Stopped("'infinity'", SERVERS), Stopped("'0044-03-15 (BC)'", OTHERS), Stopped("'10000-01-01'", OTHERS),
                Stopped("'5877641-06-23'", ("postgresql", *OTHERS)),
            ),
        ),
        Edge("TIME", ("'00:00:00'", "'23:59:59.999999'"), (Stopped("'24:00:00'"),)),
        Edge("TIME_NS", ("'12:00:00.000001'",)),
        Edge("TIMETZ", ("'23:59:59.999999-15:59:59'", "'00:00:00+00'")),
        Edge(
            "TIMESTAMP",
            ("'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'1969-12-31 23:59:59.5'"),
            (
                Stopped("'infinity'", SERVERS), Stopped("'0044-03-15 (BC) 12:00:00'", OTHERS),
                Stopped("'10000-01-01'", OTHERS),
            ),
        ),
        Edge("TIMESTAMP_S", ("'9999-12-31 23:59:59'",)),
        Edge("TIMESTAMP_MS", ("'9999-12-31 23:59:59.999'",)),
        Edge("TIMESTAMP_NS", ("'2020-01-01 00:00:00.123456'",)),
        Edge("TIMESTAMP_NS", ("'2020-01-01 00:00:00.123456789'",)),
        Edge("TIMESTAMPTZ", ("'0001-01-01 00:00:00+00'", "'2021-03-28 01:30:00.5+01'"), INFINITY),
        Edge("INTERVAL", ("'-14 months 40 days -25 hours 0.5 seconds'", "'0 seconds'")),
        Edge("UUID", ("'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'00000000-0000-0000-0000-000000000000'")),
        Edge("JSON", ("""'{"k" :  1.10, "big": 123456789012345678901234567890}'""", "'null'", "'\"\"'")),
        Edge("ENUM('sad', 'it''s ok', 'happy, é')", ("'sad'", "'it''s ok'", "'happy, é'")),
        Edge("BIT", ("'0101'", "'0'")),
        Edge("GEOMETRY", ("'POINT(1 2)'", "'LINESTRING(0 0, 1 1)'")),
        Edge("INTEGER[]", ("[1, NULL, -3]", "[]")),
        Edge("VARCHAR[]", ("['a,b', NULL, 'NULL', '', '[']",)),
        Edge("INTEGER[3]", ("[1, 2, 3]",)),
        Edge("DOUBLE[]", ("[0.1, NULL]",)),
        Edge("STRUCT(a INTEGER, \"b c\" VARCHAR)", ("{'a': 1, 'b c': 'it''s, {x}: \"q\"'}",)),
        Edge("MAP(VARCHAR, INTEGER)", ("MAP {'a=b': 1, 'c, d': NULL}", "MAP {}")),
        Edge("UNION(n INTEGER, s VARCHAR)", ("union_value(n := 1)", "union_value(s := '1')")),
    ),
    home="main",
)  # fmt: skip

"""The edges of the types of MySQL and MariaDB, which are not one engine."""

from __future__ import annotations

from tests.conformance.edges import Edge, Edges, Stopped

NUMBERS = (
    Edge("tinyint(1)", ("-128", "0", "1", "2", "127")),
    Edge("tinyint", ("-128", "127")),
    Edge("tinyint unsigned", ("0", "255")),
    Edge("smallint", ("-32768", "32767")),
    Edge("smallint unsigned", ("32768", "65535")),
    Edge("mediumint", ("-8388608", "8388607")),
    Edge("mediumint unsigned", ("16777215",)),
    Edge("int", ("-2147483648", "2147483647")),
    Edge("int unsigned", ("2147483648", "4294967295")),
    Edge("int(5) zerofill", ("7", "4294967295")),
    Edge("bigint", ("-9223372036854775808", "9223372036854775807")),
    Edge("bigint unsigned", ("0", "9223372036854775808", "18446744073709551615")),
    Edge("bigint unsigned", ("0", "9223372036854775807")),
    Edge("decimal(10,2)", ("99999999.99", "-99999999.99", "1.10")),
    Edge("decimal(10,2) unsigned", ("0", "99999999.99")),
    Edge("decimal(65,30)", (f"{'9' * 35}.{'9' * 30}", f"-0.{'0' * 29}1")),
    Edge("float", ("3.4028234e38", "16777216", "1.23456789", "1.17549435e-38", "1.4e-45", "0.1")),
    Edge("float(7,2)", ("99999.99", "0.01")),
    Edge("double", ("1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "0.1e0 + 0.2e0", "1e22")),
    Edge("bit(1)", ("b'0'", "b'1'")),
    Edge("bit(8)", ("b'10000001'", "0")),
    Edge("bit(64)", ("18446744073709551615", "9223372036854775808")),
    Edge("year", ("0", "1901", "2155")),
)
MOMENTS = (
    Edge(
        "date",
        ("'0001-01-01'", "'0999-01-01'", "'9999-12-31'"),
        (Stopped("'0000-00-00'"), Stopped("'2020-00-00'"), Stopped("'2021-02-00'"), Stopped("'2021-02-31'")),
    ),
    Edge("datetime", ("'0001-01-01 00:00:00'", "'9999-12-31 23:59:59'"), (Stopped("'0000-00-00 00:00:00'"),)),
    Edge("datetime(3)", ("'1969-12-31 23:59:59.999'",)),
    Edge("datetime(6)", ("'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"), (Stopped("'2020-02-00'"),)),
    Edge(
        "timestamp",
        ("'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'", "'2021-03-28 01:30:00'"),
        (Stopped("'0000-00-00 00:00:00'"),),
    ),
    Edge("timestamp(6)", ("'1970-01-01 00:00:01.000001'", "'2038-01-19 03:14:07.999999'")),
    Edge("time", ("'-838:59:59'", "'838:59:59'", "'00:00:00'", "'-00:00:01'")),
    Edge("time(6)", ("'838:59:58.999999'", "'-838:59:58.999999'", "'-00:00:00.000001'", "'23:59:59.999999'")),
)
TEXTS = (
    Edge("char(10)", ("'é😀'", "''", "'NULL'")),
    Edge(
        "varchar(20)",
        ("''", "' '", "'a '", "repeat('😀', 20)", r"'\\N'", "'quote '' \" `'"),
        (Stopped("'a\\0b'", ("postgresql",)),),
    ),
    Edge("varchar(20) CHARACTER SET latin1", ("'é€ÿ'",)),
    Edge("varchar(20) COLLATE utf8mb4_unicode_ci", ("'Straße'", "'É'")),
    Edge("varchar(5000)", ("repeat('é', 5000)",)),
    Edge("tinytext", ("repeat('é', 127)", "''")),
    Edge("text", ("repeat('é', 32767)", "'\\r\\n\\t'")),
    Edge("mediumtext", ("repeat('ü', 70000)",)),
    Edge("longtext", ("''", "'NULL'"), (Stopped("'\\0'", ("postgresql",)),)),
    Edge("binary(16)", ("x'00'", "repeat(x'ff', 16)")),
    Edge("varbinary(20)", ("''", "x'00ff27225c0a0d1a00'")),
    Edge("tinyblob", ("repeat(x'00', 255)",)),
    Edge("blob", ("x'ff'", "''")),
    Edge("longblob", ("repeat(x'00ff', 35000)",)),
    Edge("enum('a','B b','it''s','é')", ("'a'", "'it''s'", "'é'")),
    Edge("enum('a','b')", ("'b'",), (Stopped("'not one of them'"),)),
    Edge("set('x','y','z')", ("''", "'x,z'", "'x,y,z'")),
    Edge("point", ("ST_GeomFromText('POINT(-1.5 2.25)')",)),
    Edge("geometry", ("ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,2 2))')",)),
    Edge("polygon", ("ST_GeomFromText('POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,2 1,2 2,1 1))')",)),
)
OF_MYSQL = (
    Edge("json", ("""'{"b": 1.5, "a": "é😀"}'""", "'null'", "'18446744073709551615'", "'1.0'", "'[]'", "'\"\"'")),
    Edge("json", ("CAST(CAST('2020-01-01 00:00:00.5' AS datetime(6)) AS json)", "CAST(1.10 AS json)")),
    Edge("varchar(20) COLLATE utf8mb4_0900_ai_ci", ("'a '", "'É'")),
)
OF_MARIADB = (
    Edge("json", ("""'{"k" :  1.10, "k": "é😀"}'""", "'null'", "'[]'", "'\"\"'")),
    Edge("decimal(38,38)", (f"0.{'9' * 38}", f"-0.{'0' * 37}1")),
    Edge("uuid", ("'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'12345678-9abc-4ef0-9234-56789abcdef0'")),
    Edge("inet6", ("'::'", "'::ffff:1.2.3.4'", "'2001:db8::1'")),
    Edge("inet4", ("'0.0.0.0'", "'255.255.255.255'")),
)
BEFORE = ("SET sql_mode = '', time_zone = '+00:00'",)
MYSQL = Edges(NUMBERS + MOMENTS + TEXTS + OF_MYSQL, BEFORE)
MARIADB = Edges(NUMBERS + MOMENTS + TEXTS + OF_MARIADB, BEFORE)

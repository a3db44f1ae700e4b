"""One column per type of each source engine, with values on both sides of every limit; literals of the engine's SQL."""

from __future__ import annotations

LONG = "'x'", "'xxx'", "'xxxx'", "repeat('x', 16)", "repeat('x', 17)", "repeat('ä', 40)", "repeat('x', 41)", "''"
ASTRAL = "'😀'", "'😀a'", "'😀😀'", "'äöü'", "'äöüß'", "'a😀ü'"
SPACES = "' '", "'a '", "' a'", "'a b'", "'b'", "'A'", "'á'"
INTEGERS = tuple(str(sign * 2**bits + more) for bits in (7, 8, 15, 16, 23, 24, 31, 32, 53, 63) for sign in (-1, 1)
                 for more in (-1, 0, 1))  # fmt: skip
YEARS = "0", "1", "70", "1900", "1901", "2155", "2156"
NUMBERS = (
    "0", "1", "-1", "99.99", "-99.99", "99.995", "99.994", "100", "-100", "127.4", "127.5", "-128.5", "1.5", "0.005",
    "255.5", "256", "2155.4", "2155.5", "1900.5", "0.4", "999999999", "999999999.5", "123456789.123",
)  # fmt: skip
DATES = "'2020-02-29'", "'1970-01-01'", "'9999-12-31'", "'1000-01-01'", "'1582-10-10'"
STAMPS = (
    "'2020-02-29 12:30:00'", "'1969-12-31 23:59:59.999999'", "'2020-01-01 00:00:00.5'", "'9999-12-31 23:59:59.999999'",
    "'2020-01-01 00:00:00.001'", "'2020-01-01 00:00:00.0015'",
)  # fmt: skip
TIMES = "'00:00:00'", "'23:59:59.999999'", "'12:30:00'", "'12:30:00.5'", "'12:30:00.001'", "'12:30:00.0001'"
NUL_IN_JSON = r"""'"\u0000"'""", r"""'"\\u0000"'""", r"""'["\\\u0000"]'"""
JSONS = ("'1'", "'[1, 2]'", "'{}'", "'12345678901234567890.5'", "'1e3'", "'\"a\"'", "'\"😀\"'")


def within(literals: tuple[str, ...], least: int, greatest: int) -> tuple[str, ...]:
    return tuple(text for text in literals if least <= int(text) <= greatest)


POSTGRESQL: dict[str, tuple[str, ...]] = {
    "smallint": within((*INTEGERS, *YEARS), -(2**15), 2**15 - 1),
    "integer": within((*INTEGERS, *YEARS), -(2**31), 2**31 - 1),
    "bigint": within(INTEGERS, -(2**63), 2**63 - 1),
    "oid": ("0", "2147483647", "2147483648", "4294967295"),
    "boolean": ("true", "false"),
    "numeric(12,3)": (*NUMBERS, "'NaN'"),
    "numeric(9,0)": ("0", "-1", "255", "256", "2156", "999999999", "'NaN'"),
    "numeric(3,-2)": ("0", "100", "99900"),
    "numeric(3,5)": ("0.00999", "0.001", "0"),
    "numeric(76,30)": (*NUMBERS, "'NaN'", f"{'9' * 46}.{'9' * 30}", f"-{'9' * 46}"),
    "numeric(90,2)": (*NUMBERS, "'NaN'", "9" * 88, "1e70"),
    "numeric": (*NUMBERS, "'NaN'", "'Infinity'", "'-Infinity'", "1e-40", "1e100", "1.000000000000000000000000"),
    "money": ("'0'", "'1.5'", "'-99.99'", "'100'", "'92233720368547758.07'"),
    "real": ("0", "0.1", "'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "3.4e38", "1e-45"),
    "double precision": ("0", "0.1", "0.5", "'NaN'", "'Infinity'", "'-Infinity'", "1e39", "1e308", "5e-324"),
    "text": (*LONG, *ASTRAL, *SPACES, "E'\\n '", "'{}'", "'[1'", "'NaN'"),
    "character varying(20)": (*(text for text in LONG if "4" not in text or "xxxx" in text), *ASTRAL, *SPACES),
    "character(5)": ("'a'", "'a  '", "''", "'abcde'", "'😀'", "'äöü'"),
    "citext": (*SPACES, "'LONG LABEL'", "'long label'"),
    "name": (*SPACES, "repeat('x', 63)"),
    "bytea": ("''", "'\\x00'", "'\\x000102'", "'\\x00010203'", "repeat('x', 16)::bytea", "repeat('x', 17)::bytea"),
    "date": (*DATES, "'infinity'", "'-infinity'", "'0001-01-01'", "'0001-12-31 BC'", "'4713-01-01 BC'", "'10000-01-01'",
             "'294246-12-31'", "'294247-01-01'", "'5874897-12-31'"),
    "time without time zone": (*TIMES, "'24:00:00'"),
    "time(3) without time zone": ("'00:00:00'", "'12:30:00.001'", "'24:00:00'"),
    "time with time zone": ("'12:30:00+02'", "'12:30:00.123456-15:59:59'", "'24:00:00+00'"),
    "timestamp without time zone": (*STAMPS, "'infinity'", "'-infinity'", "'0001-12-31 23:59:59.999999 BC'",
                                    "'0001-01-01'", "'10000-01-01'", "'294246-12-31 23:59:59'", "'294247-01-01'",
                                    "'294247-01-10 04:00:54.775807'", "'294247-01-10 04:00:54.775808'",
                                    "'294276-12-31 23:59:59.999999'"),
    "timestamp with time zone": (*(text[:-1] + "+00'" for text in STAMPS), "'infinity'", "'-infinity'",
                                 "'9999-12-31 23:59:59.999999-12'", "'0001-01-01 00:00:00+12'",
                                 "'294247-01-10 04:00:54.775807+00'", "'294247-01-10 04:00:54.775808+00'",
                                 "'294276-12-31 23:59:59.999999+00'"),
    "interval": ("'1 year 2 mons -3 days'", "'838:59:59.999999'", "'0'", "'-178000000 years'"),
    "uuid": ("'00000000-0000-0000-0000-000000000000'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"),
    "json": (*JSONS, *NUL_IN_JSON, "'\"a b\"'"),
    "jsonb": (*JSONS, NUL_IN_JSON[1]),
    "bit(3)": ("'101'", "'000'"),
    "bit varying": ("''", "'1'", "'101'", "'1010'", "'101010101'"),
    "mood": ("'a'", "'b'", "'long label'", "'ä '"),
    "integer[]": ("'{}'", "'{1,NULL}'", "'[2:3]={7,8}'", "'{{1},{2}}'", "'[0:0][2:2]={{1}}'"),
    "text[]": ("'{}'", "'{a}'", "'{\"[2:3]={7}\"}'", "'[2:2]={a}'"),
    "inet": ("'10.0.0.1/24'", "'::1'"),
    "int4range": ("'[1,5)'", "'empty'"),
}  # fmt: skip
POSTGRESQL_TYPES = ("CREATE EXTENSION IF NOT EXISTS citext", "CREATE TYPE mood AS ENUM ('a', 'b', 'long label', 'ä ')")

NULS = r"'a\0b'", r"'\0'", r"'ab\0'", r"'\0a'"
COLLATED = (*SPACES, *NULS, *ASTRAL, *LONG)
MYSQL: dict[str, tuple[str, ...]] = {
    "tinyint": within(INTEGERS, -128, 127),
    "smallint unsigned": within((*INTEGERS, *YEARS), 0, 2**16 - 1),
    "mediumint": within((*INTEGERS, *YEARS), -(2**23), 2**23 - 1),
    "int": within((*INTEGERS, *YEARS), -(2**31), 2**31 - 1),
    "bigint": within(INTEGERS, -(2**63), 2**63 - 1),
    "bigint unsigned": (*within(INTEGERS, 0, 2**63), "18446744073709551615"),
    "year": ("0", "1901", "2155"),
    "decimal(12,3)": NUMBERS,
    "decimal(9,0)": ("0", "-1", "255", "256", "2156", "999999999"),
    "decimal(65,30)": (*NUMBERS, f"{'9' * 35}.{'9' * 30}"),
    "float": ("0", "0.1", "3.4e38", "1e-38"),
    "double": ("0", "0.1", "0.5", "1e39", "1e308", "9007199254740993"),
    "varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci": COLLATED,
    "varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin": COLLATED,
    "varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci": (*COLLATED, "'a\u00a0'", "'a\u3000'"),
    "varchar(50) CHARACTER SET latin1": ("'a'", "'ä'", "'€uro'", "'äöüß'", *NULS, *SPACES[:4]),
    "varchar(50) CHARACTER SET ucs2": ("'a'", "'ä'", "'Ā'", "'äöüß'", *NULS, *SPACES[:4]),
    "varchar(50) CHARACTER SET ascii": ("'a'", "'abc'", "'abcd'", *NULS, *SPACES[:4]),
    "char(20) CHARACTER SET utf8mb4": (*SPACES, *NULS, *ASTRAL),
    "text CHARACTER SET utf8mb4": (*COLLATED, "'{}'", "'[1'"),
    "tinytext CHARACTER SET utf8mb4": COLLATED,
    "longtext CHARACTER SET utf8mb4": COLLATED,
    "binary(3)": ("x'000000'", "x'616263'"),
    "varbinary(20)": ("''", "x'00'", "x'000102'", "x'00010203'", "repeat('x', 16)", "repeat('x', 17)"),
    "blob": ("''", "x'00'", "repeat('x', 16)", "repeat('x', 17)"),
    "date": (*DATES, "'0000-00-00'", "'2020-00-00'", "'2020-02-00'", "'0000-00-05'", "'2021-02-30'", "'2021-06-31'",
             "'0000-01-01'", "'0001-01-01'", "'0000-12-31'", "'1900-02-29'"),
    "datetime(6)": (*STAMPS, "'0000-00-00 00:00:00'", "'2020-00-00 10:00:00'", "'2021-02-30 10:00:00'",
                    "'0000-12-31 23:59:59.999999'", "'0001-01-01 00:00:00'"),
    "datetime": ("'2020-02-29 12:30:00'", "'0000-00-00 00:00:00'", "'9999-12-31 23:59:59'"),
    "timestamp(6)": ("'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.999999'", "'2020-01-01 00:00:00.5'",
                     "'0000-00-00 00:00:00'"),
    "time(6)": (*TIMES, "'24:00:00'", "'-00:00:00.000001'", "'838:59:59'", "'838:59:58.999999'", "'-838:59:59'",
                "'-838:59:58.999999'", "'-00:00:01.5'"),
    "time": ("'00:00:00'", "'23:59:59'", "'24:00:00'", "'-00:00:01'", "'838:59:59'"),
    "bit(3)": ("b'101'", "b'0'"),
    "bit(8)": ("b'101'", "b'11111111'"),
    "enum('a','b','long label','ä') CHARACTER SET utf8mb4": ("'a'", "'b'", "'long label'", "'ä'", "'nothing'"),
    "enum('a','') CHARACTER SET utf8mb4": ("'a'", "''", "'nothing'"),
    "set('a','b') CHARACTER SET utf8mb4": ("''", "'a'", "'a,b'"),
    "json": (*(text for text in JSONS if "e3" not in text), *(text.replace("\\", "\\\\") for text in NUL_IN_JSON)),
}  # fmt: skip
"""`nothing` is no label: a lenient server keeps the empty text number 0 for it."""
MARIADB = {**MYSQL, "time(6)": (*MYSQL["time(6)"], "'838:59:59.999999'", "'-838:59:59.000001'")}
LENIENT = "SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'"

NULS_OF_SQLITE = "'a' || char(0) || 'b'", "char(0)", "'ab' || char(0)", "'a' || char(0) || ' '"
TEXTS_OF_SQLITE = (
    *("'x'", "'xxx'", "'xxxx'", f"'{'x' * 16}'", f"'{'x' * 17}'", f"'{'ä' * 40}'", f"'{'x' * 41}'", "''"),
    *ASTRAL, *SPACES, *NULS_OF_SQLITE,
)  # fmt: skip
SQLITE: dict[str, tuple[str, ...]] = {
    "INTEGER": (*within(INTEGERS, -(2**63), 2**63 - 1), *YEARS),
    "REAL": ("0.0", "0.1", "0.5", "1e39", "1e308", "9e999", "-9e999"),
    "TEXT": (*TEXTS_OF_SQLITE, "'{}'", "'[1'"),
    "TEXT COLLATE NOCASE": TEXTS_OF_SQLITE,
    "TEXT COLLATE RTRIM": TEXTS_OF_SQLITE,
    "VARCHAR(3)": TEXTS_OF_SQLITE,
    "INVALID TEXT": ("'a'", "CAST(x'66ff' AS TEXT)", "CAST(x'eda080' AS TEXT)", "'ä'"),
    "BLOB": ("x''", "x'00'", "x'000102'", "x'00010203'", "zeroblob(16)", "zeroblob(17)"),
    "DATE": ("'2020-02-29'", "'0001-01-01'", "'0000-12-31'", "'9999-12-31'"),
    "DATETIME": STAMPS,
    "TIMESTAMPTZ(3)": ("'2020-01-01 00:00:00.5Z'", "'0000-12-31 23:59:59.001Z'"),
    "TIME": (*TIMES, "'24:00:00'"),
    "DURATION_TEXT(6)": ("'-838:59:59.000000'", "'838:59:59.000001'", "'23:59:59.999999'", "'24:00:00.000000'"),
    "DECIMAL_TEXT(12,3)": tuple(f"'{number}'" for number in NUMBERS),
    "DECIMAL_TEXT(9,0)": ("'0'", "'-1'", "'256'", "'2156'", "'999999999'"),
    "DECIMAL(6,2)": ("0", "1.5", "99.99", "100", "-100.25"),
    "DECIMAL_TEXT": ("'1e3'", "'NaN'", "'Infinity'", "'1.25'", "'-99.995'", "'100'"),
    "BOOLEAN": ("0", "1"),
    "UUID_TEXT": ("'00000000-0000-0000-0000-00000000000A'",),
    "JSON_TEXT": (*JSONS, *NUL_IN_JSON),
    "BITS_TEXT(3)": ("'101'", "'000'"),
    "VARBITS_TEXT": ("''", "'1010'", "'101010101'"),
}  # fmt: skip

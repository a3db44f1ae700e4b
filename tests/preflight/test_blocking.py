"""Each value that the target does not hold stops the copy before the first row, and goes the way that its rule says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import transfer
from tests.commands.command import Outcome, run
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.preflight.hard_columns import LENIENT
from transfer.config import parse_allowance


@dataclass(frozen=True)
class Case:
    """A column of `native` with these literals at the keys 1, 2, ...; `finding` is what the plan says of it and
    `arrived` what the target holds once `rule` is allowed, of which `altered` values are others than the source's."""

    native: str
    literals: tuple[str, ...]
    finding: str
    rule: str
    arrived: tuple[object, ...]
    altered: int = 0
    existing: str = ""
    """The type that the target's column has already."""


TWO_DATES = ("'2020-02-29'", "'infinity'", "NULL", "'-infinity'")
NO_DATE = "2 rows hold a zero, partial or infinite date (key 2; 4)"
ZERO = ("'2020-02-29'", "'0000-00-00'", "NULL", "'2020-02-00'")
SPAN = ("'838:59:59.999999'", "'-838:59:59.5'", "'00:00:01'", "'838:59:59'")
NUL = ("'a'", r"'a\0b\0'", "NULL", r"'\0'")
BEYOND = ("'9999-12-31'", "'10000-01-01'", "'0044-03-15 BC'")
NO_YEAR = "2 rows hold a date outside the years 1 to 9999 (key 2; 3)"
NAN = "2 rows hold NaN or an infinity (key 2; 3)"
LATE = ("'23:59:59'", "'24:00:00'")

TO_MYSQL = (
    Case("date", TWO_DATES, NO_DATE, "null", ("2020-02-29", None, None, None), 2),
    Case("date", TWO_DATES, NO_DATE, "text", ("2020-02-29", "infinity", None, "-infinity")),
    Case("date NOT NULL", TWO_DATES[:2], "1 row holds a zero, partial or infinite date (key 2)", "null",
         ("2020-02-29", None), 1),
    Case("timestamp", TWO_DATES, NO_DATE, "null", ("2020-02-29 00:00:00.000000", None, None, None), 2),
    Case("timestamptz", TWO_DATES, NO_DATE, "null", ("2020-02-29 00:00:00.000000", None, None, None), 2),
    Case("date", BEYOND, NO_YEAR, "clamp", ("9999-12-31", "9999-12-31", "0001-01-01"), 2),
    Case("date", BEYOND, NO_YEAR, "text", ("9999-12-31", "10000-01-01", "0044-03-15 BC")),
    Case("timestamp(3)", BEYOND, NO_YEAR, "clamp",
         ("9999-12-31 00:00:00.000000", "9999-12-31 23:59:59.999000", "0001-01-01 00:00:00.000000"), 2),
    Case("time", LATE, "1 row holds a time outside the day (key 2)", "null", ("23:59:59", None), 1),
    Case("time", LATE, "1 row holds a time outside the day (key 2)", "text", ("23:59:59", "24:00:00")),
    Case("double precision", ("1.5", "'NaN'", "'-Infinity'"), NAN, "null", ("1.5", None, None), 2),
    Case("real", ("1.5", "'NaN'", "'-Infinity'"), NAN, "text", ("1.5", "NaN", "-Infinity")),
    Case("numeric(10,2)", ("1.50", "'NaN'"), "1 row holds NaN or an infinity (key 2)", "null", ("1.5", None), 1),
    Case("int[]", ("'{1}'", "'[2:3]={7,8}'"), "1 row holds an array that does not begin at 1 (key 2)", "text",
         ("{1}", "[2:3]={7,8}")),
    Case("jsonb", ("'1'", "'12345678901234567890.5'"), "does not hold, such as value", "text",
         ("1", "12345678901234567890.5")),
    Case("numeric(12,3)", ("99.99", "1.555", "-1.555", "100"), "more than 2 digits after the point (key 2; 3)", "round",
         ("99.99", "1.56", "-1.56", "100"), 2, "decimal(6,2)"),
    Case("numeric(12,3)", ("99.99", "100.5"), "1 row holds more than 2 digits before the point (key 2)", "null",
         ("99.99", None), 1, "decimal(4,2)"),
    Case("bigint", ("127", "128", "-129", "-128"), "2 rows hold a number outside -128 to 127 (key 2; 3)", "clamp",
         ("127", "127", "-128", "-128"), 2, "tinyint"),
    Case("numeric(12,3)", ("127", "128", "-129", "-128"), "2 rows hold a number outside -128 to 127 (key 2; 3)",
         "clamp", ("127", "127", "-128", "-128"), 2, "tinyint"),
    Case("text", ("'äöü'", "'äöüß'", "'😀😀😀😀'"), "2 rows hold more than 3 characters (key 2; 3)", "truncate",
         ("äöü", "äöü", "😀😀😀"), 2, "varchar(3) CHARACTER SET utf8mb4"),
    Case("text", ("'ab'", "'ab '", "' '"), "2 rows hold trailing spaces (key 2; 3)", "truncate", ("ab", "ab", ""), 2,
         "char(5) CHARACTER SET utf8mb4"),
    Case("timestamp", ("'2020-01-01 00:00:01.5'", "'2020-01-01'"), "1 row holds more than 0 digits after", "truncate",
         ("2020-01-01 00:00:01.000000", "2020-01-01 00:00:00.000000"), 1, "datetime"),
    Case("integer", ("1900", "2000", "0"), "1 row holds neither 0 nor a year from 1901 to 2155 (key 1)", "null",
         (None, "2000", "0"), 1, "year"),
    Case("text", ("'a'", "'c'", "''"), "2 rows hold none of the target's labels (key 2; 3)", "null", ("a", None, None),
         2, "enum('a','b') CHARACTER SET utf8mb4"),
    Case("bytea", (r"'\x0001'", r"'\x000102'"), "1 row holds more than 2 bytes or bits (key 2)", "null",
         (b"\x00\x01", None), 1, "varbinary(2)"),
    Case("double precision", ("0.5", "0.1", "1e39"), "2 rows hold what the target's type does not hold", "null",
         ("0.5", None, None), 2, "float"),
)  # fmt: skip
TO_POSTGRESQL = (
    Case("date", ZERO, NO_DATE, "null", ("2020-02-29", None, None, None), 2),
    Case("date NOT NULL", ZERO[:2], "1 row holds a zero, partial or infinite date (key 2)", "null",
         ("2020-02-29", None), 1),
    Case("datetime(6)", ZERO, NO_DATE, "text",
         ("2020-02-29 00:00:00.000000", "0000-00-00 00:00:00.000000", None, "2020-02-00 00:00:00.000000")),
    Case("date", ("'2021-02-28'", "'2021-02-30'"), "1 row holds a zero, partial or infinite date (key 2)", "null",
         ("2021-02-28", None), 1),
    Case("text CHARACTER SET utf8mb4", NUL, "2 rows hold a NUL character (key 2; 4)", "strip",
         ("a", "ab", None, ""), 2),
    Case("varchar(9) CHARACTER SET utf8mb4", NUL, "2 rows hold a NUL character (key 2; 4)", "null",
         ("a", None, None, None), 2),
    Case("enum('a','b') CHARACTER SET utf8mb4", ("'a'", "'nothing'"), "1 row holds none of the target's labels (key 2)",
         "text", ("a", "")),
    Case("enum('a','c') CHARACTER SET utf8mb4", ("'a'", "'nothing'"), "1 row holds none of the target's labels (key 2)",
         "null", ("a", None), 1),
)  # fmt: skip
JSON_TO_POSTGRESQL = (
    Case("json", (r"""'{"a": "\\u0001"}'""", r"""'{"a": "\\u0000"}'""", r"""'{"a": "\\\\u0000"}'"""),
         r"1 row holds a NUL character (\u0000) in JSON (key 2)", "text",
         (r'{"a": "\u0001"}', r'{"a": "\u0000"}', r'{"a": "\\u0000"}')),
)  # fmt: skip
MARIADB_TO_MYSQL = (
    Case("time(6)", SPAN, "2 rows hold a span of more than 3020399 seconds (key 1; 2)", "clamp",
         ("34 days, 22:59:59", "-35 days, 1:00:01", "0:00:01", "34 days, 22:59:59"), 2),
)  # fmt: skip
SQLITE_TO_POSTGRESQL = (
    Case("TEXT", ("'a'", "'a' || char(0) || 'b'", "NULL"), "1 row holds a NUL character (key 2)", "strip",
         ("a", "ab", None), 1),
    Case("INTEGER", ("127", "40000", "-40000"), "2 rows hold a number outside -32768 to 32767 (key 2; 3)", "clamp",
         ("127", "32767", "-32768"), 2, "smallint"),
    Case("DECIMAL_TEXT(9,3)", ("'1.25'", "'1.255'"), "more than 2 digits after the point", "round", ("1.25", "1.26"), 1,
         "numeric(9,2)"),
    Case("REAL", ("1.5", "9e999"), "", "", ("1.5", "Infinity")),
)  # fmt: skip
DEEP = f"'{'[' * 32}{']' * 32}'"
JSON_AS_TEXT = (
    Case("json", ("'[1e308]'", "'[1e400]'"), "beyond the greatest double", "text", ("[1e308]", "[1e400]")),
    Case("json", (r"""'"\ud83d\ude00"'""", r"""'["\ud83d"]'"""), "half a surrogate pair", "null",
         (r'"\ud83d\ude00"', None), 1),
    Case("jsonb", ("'1'", f"'{'[' * 101}{']' * 101}'"), "deeper than the 100 levels", "null", ("1", None), 1),
)  # fmt: skip
JSON_TO_MARIADB = (
    Case("json", ("'[1e400]'", DEEP), "1 row holds what the target's type does not hold", "text",
         ("[1e400]", DEEP.strip("'"))),
    Case("jsonb", (DEEP.replace("[" * 32, "[" * 31).replace("]" * 32, "]" * 31), DEEP), "deeper than the 31 levels",
         "null", (f"{'[' * 31}{']' * 31}", None), 1),
)  # fmt: skip
WAYS = (
    ("postgresql", "mysql", TO_MYSQL + JSON_AS_TEXT),
    ("postgresql", "mariadb", tuple(case for case in TO_MYSQL if case.native != "jsonb") + JSON_TO_MARIADB),
    ("mysql", "postgresql", TO_POSTGRESQL + JSON_TO_POSTGRESQL),
    ("mariadb", "postgresql", TO_POSTGRESQL),
    ("mariadb", "mysql", MARIADB_TO_MYSQL),
    ("sqlite", "postgresql", SQLITE_TO_POSTGRESQL),
)


def fill(there: str, here: str, cases: tuple[Case, ...]) -> None:
    before = [LENIENT] if plain.engine(there) == "mysql" else []
    for number, case in enumerate(cases):
        rows = ", ".join(f"({key}, {literal})" for key, literal in enumerate(case.literals, 1))
        null = "" if "NOT NULL" in case.native or plain.engine(there) == "sqlite" else " NULL"
        create = f"CREATE TABLE c{number} (k integer PRIMARY KEY, v {case.native}{null})"
        plain.execute(there, *before, create, f"INSERT INTO c{number} VALUES {rows}")
        if case.existing:
            plain.execute(here, f"CREATE TABLE c{number} (k integer PRIMARY KEY, v {case.existing} NULL)")


def places(there: str, cases: tuple[Case, ...]) -> list[str]:
    schema = "public." if plain.engine(there) == "postgresql" else ""
    return [f"{schema}c{number}.v" for number in range(len(cases))]


def assert_told(outcome: Outcome, place: str, case: Case) -> None:
    """The plan blocks the column, with what it holds, how often and where, and an option that settles it."""
    assert outcome.code == 4
    blocks = [block for block in outcome.document["blocks"] if block["where"] == place]
    assert any(case.finding in block["message"] for block in blocks), (place, case, blocks)
    offered = " ".join(block["option"] + block["message"].partition("; ")[2] for block in blocks)
    assert f"--allow-loss '{place}=" in offered and case.rule in offered, (place, offered)


@pytest.mark.parametrize(("source", "target", "cases"), WAYS)
def test_what_the_target_does_not_hold_stops_and_goes_its_way(
    database: DatabaseFactory, source: str, target: str, cases: tuple[Case, ...]
) -> None:
    there, here = database(source), database(target)
    fill(there, here, cases)
    planned = run("plan", there, here, "--json")
    for place, case in zip(places(there, cases), cases, strict=True):
        if case.finding:
            assert_told(planned, place, case)
    stopped = run("copy", there, here)
    assert stopped.code == 4 and "nothing was written" in stopped.err
    assert len(plain.tables(here)) == sum(bool(case.existing) for case in cases)
    assert not any(plain.query(here, f"SELECT 1 FROM c{n}") for n, case in enumerate(cases) if case.existing)

    settled = list(zip(places(there, cases), cases, strict=True))
    allowed = tuple(parse_allowance(f"{place}={case.rule}") for place, case in settled if case.rule)
    report = transfer.copy(transfer.plan(there, here, transfer.Options(allowances=allowed)), source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    altered = {entry.column: (entry.rule, entry.values) for entry in report.altered}
    assert altered == {place: (case.rule, case.altered) for place, case in settled if case.altered}
    for number, case in enumerate(cases):
        found = plain.query(here, f"SELECT v FROM c{number} ORDER BY k")
        assert tuple(plain.comparable(row[0]) for row in found) == case.arrived, case

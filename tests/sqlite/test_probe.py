"""What observing says of a column, and that what it says can be read exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialects.sqlite.session import SqliteSession
from mappings import types as t
from mappings.schema import Table
from mappings.type_mapper import Facts, Risk
from tests.sqlite.conftest import Maker

CLASSES = frozenset({Risk.CLASSES})


def observed(session: SqliteSession, risks: frozenset[Risk] = CLASSES) -> tuple[Table, dict[str, Facts]]:
    (table,) = session.reflect(()).tables
    return table, session.observe(table, {column.name: risks for column in table.columns if column.name != "id"})


RESOLVED: list[tuple[str, str, t.LogicalType]] = [
    ("INTEGER", "1, NULL, 9223372036854775807", t.Integer(64)),
    ("INTEGER", "NULL", t.Integer(64)),
    ("INTEGER", "'a', 'b'", t.Text()),
    ("INTEGER", "1.5", t.Float(64)),
    ("BOOLEAN", "0, 1, NULL", t.Boolean()),
    ("BOOLEAN", "0, 2", t.Integer(64)),
    ("BOOLEAN", "'t', 'f', 1", t.Boolean()),
    ("BOOLEAN", "'t', 'perhaps'", t.Text()),
    ("REAL", "1, 2.5", t.Float(64)),
    ("FLOAT32", "1.5, 0.10000000149011612", t.Float(32)),
    ("FLOAT32", "0.1", t.Float(64)),
    ("DECIMAL(10,2)", "1, 2.5, NULL", t.Decimal(10, 2)),
    ("DECIMAL(10,2)", "0.1 + 0.2", t.Decimal(10, 2)),
    ("DECIMAL(10,2)", "1.555", t.Float(64)),
    ("DECIMAL(4,2)", "12345.5", t.Decimal(7, 2)),
    ("DECIMAL(10,2)", "'abc'", t.Text()),
    ("NUMERIC", "1, 2", t.Integer(64)),
    ("NUMERIC", "1, 2.5", t.Float(64)),
    ("DECIMAL_TEXT", "'1.5', 'NaN'", t.Decimal()),
    ("DECIMAL_TEXT(10,2)", "'1.50'", t.Decimal(10, 2)),
    ("DECIMAL_TEXT(10,2)", "'1.555', '123456789.1'", t.Decimal(12, 3)),
    ("MONEY", "1.25", t.Decimal(19, 4)),
    ("VARCHAR(3)", "'abc', '', NULL", t.Text(3)),
    ("VARCHAR(3)", "'äöü'", t.Text(3)),
    ("VARCHAR(3)", "'abcd'", t.Text()),
    ("VARCHAR(3)", "'a' || char(0) || 'bcd'", t.Text()),
    ("CHAR(3)", "'a  '", t.Text(3)),
    ("FIXED_CHAR(3)", "'a', 'abc'", t.Text(3, fixed=True)),
    ("FIXED_CHAR(3)", "'a  '", t.Text(3)),
    ("TEXT_OCTETS(4)", "'äö'", t.Text(octets=4)),
    ("TEXT_OCTETS(3)", "'äö'", t.Text()),
    ("BLOB(2)", "x'0011'", t.Binary(2)),
    ("BLOB(2)", "x'001122'", t.Binary()),
    ("BLOB", "'text'", t.Text()),
    ("DATE", "'2020-01-31', NULL", t.Date()),
    ("DATE", "'2020-01-31', '2020-02-30'", t.Text()),
    ("DATE", "'2020-01-31 00:00:00'", t.Timestamp(6)),
    ("DATE", "1577836800", t.Integer(64)),
    ("DATETIME", "'2020-01-31 10:00:00', '2020-01-31T10:00:00.123'", t.Timestamp(6)),
    ("DATETIME", "'2020-01-31'", t.Date()),
    ("DATETIME", "'2020-01-31', '2020-01-31 10:00:00'", t.Text()),
    ("TIMESTAMP(3)", "'2020-01-31 10:00:00.123'", t.Timestamp(3)),
    ("TIMESTAMP(3)", "'2020-01-31 10:00:00.1234'", t.Timestamp(6)),
    ("TIMESTAMP", "'2020-01-31 10:00:00Z', '2020-01-31 10:00:00+02:00'", t.Timestamp(6, zoned=True)),
    ("TIMESTAMP", "'2020-01-31 10:00:00Z', '2020-01-31 10:00:00'", t.Text()),
    ("TIMESTAMP", "'2020-01-31 10:00:00.1234567'", t.Text()),
    ("TIME", "'10:00', '10:00:00.5'", t.Time(6)),
    ("TIME(0)", "'10:00:00'", t.Time(0)),
    ("TIMETZ_TEXT(6)", "'10:00:00+02', '10:00:00.5-01:30'", t.TimeTz(6)),
    ("TIMETZ_TEXT(6)", "'10:00:00'", t.Text()),
    ("SPAN_TEXT", "'P1Y2M3DT4H5M6.789S'", t.Interval()),
    ("DURATION_TEXT(0)", "'-838:59:59'", t.Duration(0)),
    ("DURATION_TEXT(0)", "'a while'", t.Text()),
    ("UUID", "'00112233-4455-6677-8899-aabbccddeeff'", t.Uuid()),
    ("UUID", "'0011-2233'", t.Text()),
    ("UUID", "x'00112233445566778899aabbccddeeff'", t.Binary()),
    ("JSON", "'{}', NULL, 5, 1.5", t.Json()),
    ("JSON", "'{'", t.Text()),
    ("BITS_TEXT(4)", "'0101'", t.Bits(4)),
    ("BITS_TEXT(4)", "'012'", t.Text()),
    ("YEAR_INTEGER", "2020", t.Integer(64)),
    ("GEOMETRY_BLOB(1,4326)", "x'00'", t.Geometry("POINT", 4326)),
    ("", "1, 2", t.Integer(64)),
    ("", "1, 2.5", t.Float(64)),
    ("", "'a'", t.Text()),
    ("", "x'00'", t.Binary()),
    ("", "NULL", t.Text()),
    ("STRING", "'a', NULL", t.Text()),
]


@pytest.mark.parametrize(("native", "sql", "kind"), RESOLVED)
def test_the_type_that_the_values_have(opened: Maker, native: str, sql: str, kind: t.LogicalType) -> None:
    rows = ", ".join(f"({value})" for value in sql.split(", "))
    session = opened(f"CREATE TABLE t (c {native}); INSERT INTO t VALUES {rows}")
    table, facts = observed(session)
    assert (facts["c"].observed, facts["c"].problem) == (kind, "")
    assert facts["c"].rows == len(sql.split(", "))
    column = replace(table.columns[0], type=kind)
    assert sum(batch.num_rows for batch in session.read(table, (column,), None, 100)) == facts["c"].rows


PROBLEMS: list[tuple[str, str, str]] = [
    ("INTEGER", "'a', 1, 'b', 2",
        "2 rows hold text in an INTEGER column (rowid 1, rowid 3); values: 2 integer, 2 text"),
    ("INTEGER", "1, 2.5", "1 row holds real in an INTEGER column (rowid 2); values: 1 integer, 1 real"),
    ("varchar(9)", "'a', x'00', 'b'", "1 row holds blob in a varchar(9) column (rowid 2); values: 2 text, 1 blob"),
    ("STRING", "'a', 1, 'b'", "1 row holds integer in a STRING column (rowid 2); values: 1 integer, 2 text"),
    ("", "1, 'a', 2", "1 row holds text in a column without a type (rowid 2); values: 2 integer, 1 text"),
    ("DATETIME", "'2020-01-01', 5", "1 row holds integer in a DATETIME column (rowid 2); values: 1 integer, 1 text"),
    ("DECIMAL(10,2)", "1.5, 'abc'", "1 row holds text in a DECIMAL(10,2) column (rowid 2); values: 1 real, 1 text"),
    ("BOOLEAN", "1, 'x'", "1 row holds text in a BOOLEAN column (rowid 2); values: 1 integer, 1 text"),
    ("REAL", "1.5, 'x'", "1 row holds text in a REAL column (rowid 2); values: 1 real, 1 text"),
    ("", "9007199254740993, 1.5", "rowid 1 Integer value 9007199254740993 is outside"),
    ("BLOB", "x'00', 'a', 'b'", "2 rows hold text in a BLOB column (rowid 2, rowid 3); values: 2 text, 1 blob"),
]  # fmt: skip


@pytest.mark.parametrize(("native", "sql", "problem"), PROBLEMS)
def test_mixtures_are_problems_with_their_first_rows(opened: Maker, native: str, sql: str, problem: str) -> None:
    rows = ", ".join(f"({value})" for value in sql.split(", "))
    session = opened(f"CREATE TABLE t (c {native}); INSERT INTO t VALUES {rows}")
    facts = observed(session)[1]["c"]
    assert facts.observed is None
    assert facts.problem.startswith(problem)


def test_rows_of_a_table_without_rowid_are_named_by_their_key(opened: Maker) -> None:
    session = opened(
        """CREATE TABLE t (a TEXT, b INT, c INT, PRIMARY KEY (b, a)) WITHOUT ROWID;
        INSERT INTO t VALUES ('x', 1, 1), ('it''s', 2, 'bad')"""
    )
    assert "(key 2, 'it''s')" in observed(session)[1]["c"].problem


def test_nulls_in_a_primary_key(opened: Maker) -> None:
    session = opened("CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES (NULL), ('a'), (NULL)")
    facts = observed(session)[1]["k"]
    assert facts.problem == "2 rows hold NULL in the primary key (rowid 1, rowid 3)"
    assert facts.observed is None


def test_lengths_are_measured_past_a_nul(opened: Maker) -> None:
    session = opened(
        """CREATE TABLE t (a TEXT, b BLOB, c TEXT); INSERT INTO t VALUES ('äö', x'000102', 'a' || char(0) || 'b'),
        (NULL, NULL, '😀')"""
    )
    facts = observed(session, frozenset({Risk.CLASSES, Risk.LENGTH}))[1]
    assert (facts["a"].characters, facts["a"].octets) == (2, 4)
    assert (facts["b"].characters, facts["b"].octets) == (3, 3)
    assert (facts["c"].characters, facts["c"].octets) == (3, 4)


def test_digits_of_numbers(opened: Maker) -> None:
    session = opened("CREATE TABLE t (c DECIMAL_TEXT); INSERT INTO t VALUES ('-00123.4500'), ('0.001'), ('NaN'), ('7')")
    facts = observed(session)[1]["c"]
    assert (facts.integer_digits, facts.fraction_digits, facts.unusual) == (3, 3, 1)


def test_an_exact_column_is_only_measured(opened: Maker) -> None:
    session = opened("CREATE TABLE t (n INTEGER, x TEXT) STRICT; INSERT INTO t VALUES (7, 'abc'), (9, NULL)")
    facts = observed(session, frozenset({Risk.LENGTH, Risk.MAGNITUDE}))[1]
    assert (facts["n"].greatest, facts["x"].characters, facts["x"].observed) == (9, 3, None)


def test_many_columns_and_rows(opened: Maker) -> None:
    columns = ", ".join(f"c{number} DECIMAL(9,1)" for number in range(600))
    session = opened(f"CREATE TABLE t ({columns}); INSERT INTO t (c599) VALUES (0.5)")
    facts = observed(session)[1]
    assert len(facts) == 600 and facts["c599"].observed == t.Decimal(9, 1)


def test_a_late_row_decides(opened: Maker) -> None:
    session = opened(
        """CREATE TABLE t (c DATETIME);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
        INSERT INTO t SELECT CASE i WHEN 8999 THEN 'soon' ELSE '2020-01-01 00:00:00' END FROM n"""
    )
    assert observed(session)[1]["c"].observed == t.Text()

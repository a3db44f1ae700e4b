"""Rows out: exact values whatever way they are fetched, and errors that name the row."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from dialects.base import KeyRange
from dialects.sqlite import fetch
from dialects.sqlite.session import SqliteSession
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import DatabaseError
from mappings.schema import Column, Table, TableName
from tests.sqlite.conftest import Maker

UTC = datetime.UTC
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
ROWID, WITHOUT, UTF16 = "", " WITHOUT ROWID", "PRAGMA encoding = 'UTF-16le';"


def column(kind: t.LogicalType, native: str, name: str = "c") -> Column:
    return Column(name, kind, native)


def table(*columns: Column, name: str = "t") -> Table:
    return Table(TableName("", name), columns)


def values(
    session: SqliteSession, *columns: Column, where: KeyRange | None = None, rows: int = 1000
) -> list[list[object]]:
    batches = list(session.read(table(*columns), columns, where, rows))
    assert all(batch.schema == arrow_schema(columns) for batch in batches)
    found = pa.Table.from_batches(batches, arrow_schema(columns))
    return [found.column(at).to_pylist() for at in range(len(columns))]


CASES: list[tuple[t.LogicalType, str, str, list[object]]] = [
    (t.Integer(64), "INTEGER", "1, NULL, -9223372036854775808, 9223372036854775807", [1, None, -(2**63), 2**63 - 1]),
    (t.Integer(64), "INTEGER", "-9223372036854775807, NULL", [-(2**63) + 1, None]),
    (t.Integer(16), "INTEGER", "-32768, 32767", [-32768, 32767]),
    (t.Integer(64), "", "5, NULL", [5, None]),
    (t.Year(), "YEAR_INTEGER", "0, 2155", [0, 2155]),
    (t.Boolean(), "BOOLEAN", "1, 0, NULL", [True, False, None]),
    (t.Boolean(), "BOOLEAN", "'t', 'F', 'yes', 0", [True, False, True, False]),
    (t.Float(64), "REAL", "1.5, NULL, -0.1, 9e999, 5e-324", [1.5, None, -0.1, float("inf"), 5e-324]),
    (t.Float(64), "", "1, 2.5, 9007199254740992", [1.0, 2.5, 2.0**53]),
    (t.Float(32), "FLOAT32", "1.5, 0.10000000149011612", [1.5, 0.10000000149011612]),
    (t.Text(), "TEXT", "'a', '', NULL, 'é😀', 'a' || char(0) || 'b', char(10)", ["a", "", None, "é😀", "a\0b", "\n"]),
    (t.Text(), "STRING", "'a', 7, 1.5, 1e300", ["a", "7", "1.5", "1e+300"]),
    (t.Binary(), "BLOB", "x'', x'00ff00', NULL, zeroblob(3)", [b"", b"\0\xff\0", None, b"\0\0\0"]),
    (t.Decimal(10, 2), "DECIMAL(10,2)", "1, 1.5, 0.1 + 0.2, NULL, -99999999.99, 19.989999999999998",
        [Decimal("1.00"), Decimal("1.50"), Decimal("0.30"), None, Decimal("-99999999.99"), Decimal("19.99")]),
    (t.Decimal(38, 10), "DECIMAL(38,10)", "0.5, 1e15, 2", [Decimal("0.5"), Decimal(10**15), Decimal(2)]),
    (t.Decimal(10, 2), "DECIMAL_TEXT(10,2)", "'1.50', NULL, '-0.01'", [Decimal("1.50"), None, Decimal("-0.01")]),
    (t.Decimal(60, 5), "DECIMAL_TEXT(60,5)", f"'{'9' * 55}.12345'", [Decimal("9" * 55 + ".12345")]),
    (t.Decimal(), "DECIMAL_TEXT", "'1.50', 'NaN', '-Infinity', '1e3', '+.5'",
        ["1.50", "NaN", "-Infinity", "1000", "0.5"]),
    (t.Decimal(30, 25), "", "0.1, 1.5", [Decimal("0.1"), Decimal("1.5")]),
    (t.Date(), "DATE", "'2020-02-29', NULL, '0001-01-01', '9999-12-31'",
        [datetime.date(2020, 2, 29), None, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)]),
    (t.Time(6), "TIME", "'12:30', '12:30:00.5', '23:59:59.999999', NULL",
        [datetime.time(12, 30), datetime.time(12, 30, 0, 500_000), datetime.time(23, 59, 59, 999_999), None]),
    (t.Timestamp(6), "DATETIME", "'2020-01-01 10:30', '2020-01-01T10:30:00.000001', NULL",
        [datetime.datetime(2020, 1, 1, 10, 30), datetime.datetime(2020, 1, 1, 10, 30, 0, 1), None]),
    (t.Timestamp(6, zoned=True), "TIMESTAMPTZ", "'2020-01-01 10:30:00Z', '2020-01-01 10:30:00+02:00'",
        [datetime.datetime(2020, 1, 1, 10, 30, tzinfo=UTC), datetime.datetime(2020, 1, 1, 8, 30, tzinfo=UTC)]),
    (t.Duration(6), "DURATION_TEXT", "'-838:59:59.5', '00:00:00', NULL",
        [-datetime.timedelta(hours=838, minutes=59, seconds=59, microseconds=500_000), datetime.timedelta(0), None]),
    (t.Uuid(), "UUID", "'00112233-4455-6677-8899-aabbccddEEFF', NULL",
        [bytes.fromhex("00112233445566778899aabbccddeeff"), None]),
    (t.Json(), "JSON", "'{\"a\": 1}', 5, 1.5, NULL", ['{"a": 1}', "5", "1.5", None]),
    (t.Enum(("a", "b")), "ENUM_TEXT", "'a', NULL", ["a", None]),
    (t.Opaque("sqlite", "ANY"), "ANY", "1, 1.5, 'it''s', x'00ff', NULL, 'a' || char(0), 9e999",
        ["1", "1.5", "'it''s'", "X'00ff'", None, "'a\0'", "inf"]),
]  # fmt: skip


@pytest.mark.parametrize("storage", [ROWID, WITHOUT, UTF16])
@pytest.mark.parametrize(("kind", "native", "sql", "expected"), CASES)
def test_values(
    opened: Maker, storage: str, kind: t.LogicalType, native: str, sql: str, expected: list[object]
) -> None:
    rows = ", ".join(f"({number}, {value})" for number, value in enumerate(split(sql)))
    suffix, pragma = (storage, "") if storage == WITHOUT else ("", storage)
    session = opened(f"{pragma} CREATE TABLE t (id INT PRIMARY KEY, c {native}){suffix}; INSERT INTO t VALUES {rows}")
    assert values(session, column(kind, native)) == [expected]


def split(sql: str) -> list[str]:
    return sql.split(", ")


WRONG: list[tuple[t.LogicalType, str, str]] = [
    (t.Integer(64), "INTEGER", "1.5"),
    (t.Integer(64), "INTEGER", "'abc'"),
    (t.Integer(64), "", "'7'"),
    (t.Integer(64), "", "1.0"),
    (t.Integer(8), "INTEGER", "300"),
    (t.Boolean(), "BOOLEAN", "2"),
    (t.Boolean(), "BOOLEAN", "'perhaps'"),
    (t.Float(64), "", "'1.5'"),
    (t.Float(64), "", "9007199254740993"),
    (t.Float(32), "REAL", "0.1"),
    (t.Text(), "TEXT", "x'00'"),
    (t.Text(), "TEXT", "CAST(x'ff' AS TEXT)"),
    (t.Binary(), "BLOB", "'text'"),
    (t.Decimal(10, 2), "DECIMAL(10,2)", "1.555"),
    (t.Decimal(4, 2), "DECIMAL(4,2)", "123.45"),
    (t.Decimal(10, 2), "DECIMAL_TEXT(10,2)", "'1.555'"),
    (t.Decimal(10, 2), "DECIMAL_TEXT(10,2)", "'NaN'"),
    (t.Decimal(), "DECIMAL_TEXT", "'abc'"),
    (t.Date(), "DATE", "'2021-02-30'"),
    (t.Date(), "DATE", "'31/12/2020'"),
    (t.Time(6), "TIME", "'25:00:00'"),
    (t.Time(6), "TIME", "'24:00:01'"),
    (t.Timestamp(6), "DATETIME", "'2020-01-01 00:00:00.1234567'"),
    (t.Timestamp(6), "DATETIME", "'2020-01-01 00:00:00Z'"),
    (t.Timestamp(6, zoned=True), "DATETIME", "'2020-01-01 00:00:00'"),
    (t.Duration(6), "TEXT", "'1 hour'"),
    (t.Uuid(), "UUID", "'00112233445566778899aabbccddeeff'"),
    (t.Json(), "JSON", "x'00'"),
]


@pytest.mark.parametrize("storage", [ROWID, WITHOUT])
@pytest.mark.parametrize(("kind", "native", "sql"), WRONG)
def test_what_is_no_value_of_the_type_raises_with_its_row(
    opened: Maker, storage: str, kind: t.LogicalType, native: str, sql: str
) -> None:
    session = opened(
        f"""CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, c {native}){storage};
        {NUMBERS} INSERT INTO t SELECT i, NULL FROM n WHERE i <= 300;
        UPDATE t SET c = {sql} WHERE id IN (217, 250)"""
    )
    with pytest.raises(DatabaseError) as caught:
        values(session, column(kind, native))
    assert caught.value.where == ("t.c, key 217" if storage else "t.c, rowid 217")


def test_end_of_the_day(opened: Maker) -> None:
    session = opened("CREATE TABLE t (c TIME); INSERT INTO t VALUES ('24:00:00'), ('24:00'), ('00:00:01.5'), (NULL)")
    batches = list(session.read(table(column(t.Time(6), "TIME")), (column(t.Time(6), "TIME"),), None, 10))
    assert batches[0].column(0).view(pa.int64()).to_pylist() == [86_400_000_000, 86_400_000_000, 1_500_000, None]


TEN = column(t.Integer(64), "INTEGER", "id"), column(t.Text(), "TEXT", "v")


@pytest.mark.parametrize("definition", ["id INTEGER PRIMARY KEY, v TEXT", "id INT PRIMARY KEY, v TEXT"])
def test_ranges_of_a_key_come_in_its_order(opened: Maker, definition: str) -> None:
    session = opened(
        f"CREATE TABLE t ({definition}); {NUMBERS} INSERT INTO t SELECT i * 7 % 5003, i FROM n ORDER BY i DESC"
    )
    (everything, _) = values(session, *TEN, where=KeyRange.of("id", None, None), rows=300)
    assert everything == sorted({number * 7 % 5003 for number in range(1, 5001)})
    for lower, upper in [(None, 100), (100, 4000), (4990, None), (6000, None)]:
        part, _ = values(session, *TEN, where=KeyRange.of("ID", lower, upper), rows=300)
        assert part == [key for key in everything if (lower or 0) <= key < (upper or 9999)]


@pytest.mark.parametrize("suffix", ["", " WITHOUT ROWID"])
def test_batches_are_no_larger_than_asked(opened: Maker, suffix: str) -> None:
    session = opened(
        f"CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT){suffix}; {NUMBERS} INSERT INTO t SELECT i, 'v' FROM n"
    )
    sizes = [batch.num_rows for batch in session.read(table(*TEN), TEN, None, 999)]
    assert sum(sizes) == 5000 and max(sizes) <= 999


def test_batches_shrink_when_rows_are_long(opened: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LONGEST", 100_000)
    monkeypatch.setattr(fetch, "CHUNK_OCTETS", 50_000)
    session = opened(
        f"""CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); {NUMBERS} INSERT INTO t
        SELECT i, CASE WHEN i = 4000 THEN CAST(zeroblob(300000) AS TEXT) WHEN i > 3000 THEN printf('%.9000c', 'x') END
        FROM n"""
    )
    found: list[tuple[int, str | None]] = []
    for batch in session.read(table(*TEN), TEN, None, 2000):
        assert batch.nbytes < 400_000
        found += zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
    assert [number for number, _ in found] == list(range(1, 5001))
    assert {number: len(text or "") for number, text in found if number in (3000, 3001, 4000)} == {
        3000: 0,
        3001: 9000,
        4000: 300_000,
    }


def test_tables_whose_columns_took_the_rowid(opened: Maker) -> None:
    session = opened("CREATE TABLE t (rowid, _rowid_, oid, c); INSERT INTO t VALUES (9, 9, 9, 'x'), (9, 9, 9, x'00')")
    with pytest.raises(DatabaseError, match="holds a blob") as caught:
        values(session, column(t.Text(), ""))
    assert caught.value.where == "t.c, a row"


def test_odd_names(opened: Maker) -> None:
    session = opened(
        'CREATE TABLE "t ""{x}%s" ("c {}""" TEXT, "select" INT); INSERT INTO "t ""{x}%s" VALUES (\'a\', 1)'
    )
    columns = column(t.Text(), "TEXT", 'c {}"'), column(t.Integer(64), "INT", "select")
    (batch,) = session.read(table(*columns, name='t "{x}%s'), columns, None, 10)
    assert [array.to_pylist() for array in batch.columns] == [["a"], [1]]


def test_one_snapshot_for_one_read_and_none_left_after_it(opened: Maker, file: Path) -> None:
    session = opened(
        f"""PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);
        {NUMBERS} INSERT INTO t SELECT i, 'old' FROM n"""
    )
    batches = session.read(table(*TEN), TEN, None, 1000)
    next(batches)
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE t SET v = 'new'")
    assert {value for batch in batches for value in batch.column(1).to_pylist()} == {"old"}
    batches = session.read(table(*TEN), TEN, None, 1000)
    assert next(batches).column(1)[0].as_py() == "new"
    batches.close()  # type: ignore[attr-defined]
    assert not session._connection.in_transaction


def test_no_row_is_no_batch(opened: Maker) -> None:
    session = opened("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)")
    assert list(session.read(table(*TEN), TEN, None, 1000)) == []
    assert list(session.read(table(*TEN), TEN, KeyRange.of("v", 1, None), 1000)) == []


def test_bad_text_of_another_tool(test_data: Path, opened: Maker, file: Path) -> None:
    file.write_bytes((test_data / "dirty" / "sqlite" / "bad-utf8.db").read_bytes())
    session = opened()
    (files,) = session.reflect(()).tables
    with pytest.raises(DatabaseError) as caught:
        list(session.read(files, (files.columns[0], column(t.Text(), "TEXT", "filename")), None, 10))
    assert caught.value.where == "files.filename, rowid 2"


def test_decimals_out_of_doubles(opened: Maker) -> None:
    session = opened(
        """CREATE TABLE t (c DECIMAL(10,2)); INSERT INTO t VALUES (0.1 + 0.2), (NULL), (-19.99), (1e7 + 0.01),
        (99999999.99), (0.07 * 3)"""
    )
    expected = [
        Decimal("0.30"),
        None,
        Decimal("-19.99"),
        Decimal("10000000.01"),
        Decimal("99999999.99"),
        Decimal("0.21"),
    ]
    assert values(session, column(t.Decimal(10, 2), "DECIMAL(10,2)")) == [expected]
    assert values(session, column(t.Decimal(40, 20), "DECIMAL(40,20)"))[0][2:3] == [Decimal("-19.99")]

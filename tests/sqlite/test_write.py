"""Rows in: stored as meant, in the storage class that was meant, or an error."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dialects.sqlite import spelling
from dialects.sqlite.session import SqliteSession
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.errors import ConstraintViolated, DatabaseError, WriteAltered
from mappings.schema import Column, Table, TableName
from tests.sqlite.conftest import Maker

UTC = datetime.UTC
NAME = TableName("", "t")


def batch(columns: tuple[Column, ...], *values: list[Any]) -> pa.RecordBatch:
    arrays = [pa.array(part, arrow_type(column.type)) for column, part in zip(columns, values, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(columns))


def write(session: SqliteSession, *batches: pa.RecordBatch, columns: tuple[Column, ...]) -> int:
    session.begin()
    try:
        written = session.write(Table(NAME, columns), columns, batches)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return written


def stored(file: Path, what: str = "c") -> list[tuple[object, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(f"SELECT {what}, typeof({what}) FROM t ORDER BY rowid").fetchall()


CASES: list[tuple[t.LogicalType, list[Any], list[object], str]] = [
    (t.Boolean(), [True, None, False], [1, None, 0], "integer"),
    (t.Integer(8), [-128, None, 127], [-128, None, 127], "integer"),
    (t.Integer(32, unsigned=True), [0, 2**32 - 1], [0, 2**32 - 1], "integer"),
    (t.Integer(64), [-(2**63), None, 2**63 - 1], [-(2**63), None, 2**63 - 1], "integer"),
    (t.Year(), [0, 2155], [0, 2155], "integer"),
    (t.Float(64), [1.0, None, 5e-324, float("-inf")], [1.0, None, 5e-324, float("-inf")], "real"),
    (t.Float(32), [0.5, None], [0.5, None], "real"),
    (t.Decimal(10, 2), [Decimal("1.5"), None, Decimal("-0.01")], ["1.50", None, "-0.01"], "text"),
    (t.Decimal(38, 20), [Decimal("0"), Decimal("1e-20")], ["0." + "0" * 20, "0." + "0" * 19 + "1"], "text"),
    (t.Decimal(76, 0), [Decimal("9" * 76)], ["9" * 76], "text"),
    (t.Decimal(), ["1.10", "NaN", None], ["1.10", "NaN", None], "text"),
    (t.Text(), ["a\0b", "", "é😀", None, "007"], ["a\0b", "", "é😀", None, "007"], "text"),
    (t.Text(3), ["abc", "äöü"], ["abc", "äöü"], "text"),
    (t.Binary(), [b"", b"\0\xff", None], [b"", b"\0\xff", None], "blob"),
    (t.Date(), [datetime.date(1, 1, 1), None], ["0001-01-01", None], "text"),
    (t.Time(0), [datetime.time(23, 59, 59)], ["23:59:59"], "text"),
    (t.Time(2), [datetime.time(1, 2, 3, 450_000), None], ["01:02:03.45", None], "text"),
    (t.Timestamp(0), [datetime.datetime(2020, 1, 2, 3, 4, 5)], ["2020-01-02 03:04:05"], "text"),
    (t.Timestamp(1), [datetime.datetime(2020, 1, 2, 3, 4, 5, 600_000)], ["2020-01-02 03:04:05.6"], "text"),
    (t.Timestamp(6), [datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999)], ["1969-12-31 23:59:59.999999"], "text"),
    (t.Timestamp(3, zoned=True), [datetime.datetime(2020, 1, 2, 3, tzinfo=UTC), None],
        ["2020-01-02 03:00:00.000Z", None], "text"),
    (t.Duration(1), [datetime.timedelta(hours=-838, minutes=-59, seconds=-59, microseconds=-500_000), None],
        ["-838:59:59.5", None], "text"),
    (t.Uuid(), [bytes(range(16)), None], ["00010203-0405-0607-0809-0a0b0c0d0e0f", None], "text"),
    (t.Json(), ['{"a": 1}', "5", None], ['{"a": 1}', "5", None], "text"),
    (t.Enum(("a", "b")), ["b", None], ["b", None], "text"),
    (t.Bits(4), ["0101"], ["0101"], "text"),
    (t.Interval(), ["P1Y"], ["P1Y"], "text"),
    (t.TimeTz(6), ["12:30:00.5+02"], ["12:30:00.5+02"], "text"),
    (t.Geometry("POINT", 4326), [b"\1\2"], [b"\1\2"], "blob"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "kept", "storage"), CASES)
def test_values_are_stored_as_meant_and_read_back(
    opened: Maker, file: Path, kind: t.LogicalType, given: list[Any], kept: list[object], storage: str
) -> None:
    spelled = spelling.spell(kind)
    assert spelled is not None
    check = f" CHECK ({spelled.check.replace('{column}', 'c')})" if spelled.check else ""
    session = opened(f"CREATE TABLE t (c {spelled.native}{check})", writable=True)
    columns = (Column("c", kind, spelled.native),)
    sent = batch(columns, given)
    assert write(session, sent, columns=columns) == len(given)
    assert stored(file) == [(value, "null" if value is None else storage) for value in kept]
    (back,) = session.read(Table(NAME, columns), columns, None, 100)
    assert back.equals(sent)


def test_any_storage_class_travels_as_a_literal(opened: Maker, file: Path) -> None:
    session = opened(
        "CREATE TABLE t (c); "
        "INSERT INTO t VALUES (1), (1.0), ('1'), (x'31'), (NULL), ('it''s' || char(0)), (9e999), (-0.5)",
        writable=True,
    )
    before = stored(file)
    columns = (Column("c", t.Opaque("sqlite", ""), ""),)
    batches = list(session.read(Table(NAME, columns), columns, None, 100))
    session.execute("DELETE FROM t")
    write(session, *batches, columns=columns)
    assert stored(file) == before


@pytest.mark.parametrize("rows", [0, 1, 39, 40, 41, 80, 121])
def test_every_row_of_every_batch_arrives(opened: Maker, file: Path, rows: int) -> None:
    session = opened("CREATE TABLE t (a INTEGER, b TEXT)", writable=True)
    columns = Column("a", t.Integer(64), "INTEGER"), Column("b", t.Text(), "TEXT")
    numbers = list(range(rows))
    sent = batch(columns, numbers, [str(number) for number in numbers])
    assert write(session, sent, sent, columns=columns) == 2 * rows
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT * FROM t").fetchall() == [(number, str(number)) for number in numbers] * 2


def test_a_wide_table(opened: Maker, file: Path) -> None:
    names = [f"c{number}" for number in range(1900)]
    session = opened(f"CREATE TABLE t ({', '.join(names)})", writable=True)
    columns = tuple(Column(name, t.Integer(64), "INTEGER") for name in names)
    assert write(session, batch(columns, *[[1, 2]] * 1900), columns=columns) == 2
    found = pa.Table.from_batches(session.read(Table(NAME, columns), columns, None, 10))
    assert found.column("c1899").to_pylist() == [1, 2]


REFUSED: list[tuple[str, t.LogicalType, list[Any], str]] = [
    ("REAL", t.Float(64), [1.0, float("nan")], "NaN"),
    ("TEXT", t.Integer(64), [1], "text affinity would turn integers"),
    ("REAL", t.Integer(64), [2**53 + 1], "real affinity would turn integers"),
    ("TEXT", t.Float(64), [1.5], "text affinity would turn reals"),
    ("STRING", t.Text(), ["a", " 007 "], "turn text of digits into a number"),
    ("INTEGER", t.Text(), ["1e3"], "turn text of digits into a number"),
    ("JSON", t.Json(), ["5"], "turn text of digits into a number"),
    ("DECIMAL(20,2)", t.Decimal(20, 2), [Decimal("12345678901234.56")], "keeps 15 digits"),
    ("DATETIME", t.Timestamp(3), [datetime.datetime(2020, 1, 1, 0, 0, 0, 1)], "more than 3 digits"),
    ("DURATION_TEXT(0)", t.Duration(0), [datetime.timedelta(microseconds=1)], "more than 0 digits"),
    ("ANY", t.Opaque("sqlite", "ANY"), ["nan"], "NaN"),
]


@pytest.mark.parametrize(("native", "kind", "given", "message"), REFUSED)
def test_what_sqlite_would_alter_is_refused(
    opened: Maker, file: Path, native: str, kind: t.LogicalType, given: list[Any], message: str
) -> None:
    session = opened(f"CREATE TABLE t (c {native})", writable=True)
    columns = (Column("c", kind, native),)
    with pytest.raises(WriteAltered, match=message) as caught:
        write(session, batch(columns, given), columns=columns)
    assert caught.value.where == f"t.c, row {len(given)} of a batch"
    assert stored(file) == []


def test_years_beyond_four_digits_are_refused(opened: Maker) -> None:
    session = opened("CREATE TABLE t (c DATE)", writable=True)
    columns = (Column("c", t.Date(), "DATE"),)
    far = pa.RecordBatch.from_arrays(
        [pa.array([2_932_897], pa.int32()).cast(pa.date32())], schema=arrow_schema(columns)
    )
    with pytest.raises(WriteAltered, match="years 1 to 9999"):
        write(session, far, columns=columns)


def test_decimals_of_few_digits_may_become_numbers(opened: Maker, file: Path) -> None:
    session = opened("CREATE TABLE t (c DECIMAL(10,2))", writable=True)
    columns = (Column("c", t.Decimal(10, 2), "DECIMAL(10,2)"),)
    sent = batch(columns, [Decimal("1.10"), Decimal("2.00"), Decimal("99999999.99")])
    write(session, sent, columns=columns)
    assert stored(file) == [(1.1, "real"), (2, "integer"), (99999999.99, "real")]
    assert next(iter(session.read(Table(NAME, columns), columns, None, 10))).equals(sent)


PAIR = Column("a", t.Integer(64), "INTEGER"), Column("b", t.Text(), "TEXT")


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("a INTEGER PRIMARY KEY, b TEXT", "UNIQUE constraint failed: t.a"),
        ("a INTEGER UNIQUE ON CONFLICT REPLACE, b TEXT", "UNIQUE constraint failed: t.a"),
        ("a INTEGER UNIQUE ON CONFLICT IGNORE, b TEXT", "UNIQUE constraint failed: t.a"),
        ("a INTEGER, b TEXT NOT NULL ON CONFLICT IGNORE", "NOT NULL constraint failed: t.b"),
        ("a INTEGER, b TEXT, CONSTRAINT short CHECK (length(b) < 5)", "CHECK constraint failed: short"),
        ("a INTEGER, b INT) STRICT; SELECT (1", "cannot store TEXT value in INT column t.b"),
    ],
)
def test_a_broken_constraint_is_told_in_sqlites_words(opened: Maker, file: Path, definition: str, words: str) -> None:
    session = opened(f"CREATE TABLE t ({definition})", writable=True)
    with pytest.raises(ConstraintViolated) as caught:
        write(session, batch(PAIR, [1, 1], [None, "too long"]), columns=PAIR)
    assert words in caught.value.message
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
    assert stored(file, "a") == []


def test_rows_that_a_trigger_leaves_out_are_missed(opened: Maker) -> None:
    session = opened(
        """CREATE TABLE t (a INTEGER, b TEXT); CREATE TRIGGER g BEFORE INSERT ON t WHEN new.a = 2
        BEGIN SELECT RAISE(IGNORE); END""",
        writable=True,
    )
    with pytest.raises(WriteAltered, match="3 rows were sent, SQLite inserted 2"):
        write(session, batch(PAIR, [1, 2, 3], ["x"] * 3), columns=PAIR)


def test_rows_that_a_trigger_adds_do_not_count(opened: Maker) -> None:
    session = opened(
        "CREATE TABLE t (a INTEGER, b TEXT); CREATE TABLE log (a); CREATE TRIGGER g AFTER INSERT ON t "
        "BEGIN INSERT INTO log VALUES (new.a); END",
        writable=True,
    )
    assert write(session, batch(PAIR, [1, 2], ["x", "y"]), columns=PAIR) == 2
    assert session.query("SELECT count(*) FROM log") == [(2,)]


def test_foreign_keys_hold_unless_the_tables_are_our_own(opened: Maker) -> None:
    session = opened("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a REFERENCES p, b)", writable=True)
    session.loading(own_tables=False)
    with pytest.raises(ConstraintViolated, match="FOREIGN KEY"):
        write(session, batch(PAIR, [1], ["x"]), columns=PAIR)
    session.loading(own_tables=True)
    assert write(session, batch(PAIR, [1], ["x"]), columns=PAIR) == 1
    session.begin()
    with pytest.raises(DatabaseError, match="inside a transaction"):
        session.loading(own_tables=False)


def test_a_batch_of_another_schema_is_refused(opened: Maker) -> None:
    session = opened("CREATE TABLE t (a INTEGER, b TEXT)", writable=True)
    wrong = pa.RecordBatch.from_pydict({"a": pa.array([1.5]), "b": pa.array(["x"], pa.large_utf8())})
    with pytest.raises(DatabaseError, match="has the schema"):
        write(session, wrong, columns=PAIR)


def test_several_writes_and_other_rows_in_one_transaction(opened: Maker) -> None:
    session = opened("CREATE TABLE t (a INTEGER, b TEXT); CREATE TABLE journal (n)", writable=True)
    session.begin()
    session.write(Table(NAME, PAIR), PAIR, [batch(PAIR, [1], ["x"])])
    session.write(Table(NAME, PAIR), PAIR, [batch(PAIR, [2], ["y"])])
    session.execute("INSERT INTO journal VALUES (1)")
    session.rollback()
    assert session.query("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM journal)") == [(0, 0)]

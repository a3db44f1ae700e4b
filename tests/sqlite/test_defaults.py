"""Defaults read by meaning, spelled again, and worth the same to SQLite."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from dialects.sqlite.defaults import parsed, spelled
from dialects.sqlite.types import hint
from mappings import defaults as d
from mappings import types as t
from mappings.schema import Column

WITH_T = "strftime('%Y-%m-%dT%H:%M:%fZ','now')"
MEANINGS: list[tuple[str, str, d.Default | None]] = [
    ("INTEGER", "'1'", d.LiteralDefault("1")),
    ("INTEGER", "+5", d.LiteralDefault("5")),
    ("INTEGER", "-0x10", d.LiteralDefault("-16")),
    ("INTEGER", "1.0", d.LiteralDefault("1")),
    ("INTEGER", "1.5", d.LiteralDefault("1.5")),
    ("INTEGER", "1 + 2", d.ExpressionDefault("sqlite", "1 + 2")),
    ("BOOLEAN", "true", d.LiteralDefault("true")),
    ("BOOLEAN", "0", d.LiteralDefault("false")),
    ("numeric", "-1.5", d.LiteralDefault("-1.5")),
    ("TEXT", "'it''s'", d.LiteralDefault("it's")),
    ("TEXT", '"dq"', d.LiteralDefault("dq")),
    ("TEXT", "foo", d.LiteralDefault("foo")),
    ("TEXT", "5", d.LiteralDefault("5")),
    ("TEXT", "1.50", d.ExpressionDefault("sqlite", "1.50")),
    ("TEXT", "NULL", None),
    ("", "5", d.LiteralDefault("5")),
    ("", "'5'", d.ExpressionDefault("sqlite", "'5'")),
    ("BLOB", "x'00FF'", d.BytesDefault("00ff")),
    ("BLOB", "'a'", d.ExpressionDefault("sqlite", "'a'")),
    ("DATETIME", "'CURRENT_TIMESTAMP'", d.LiteralDefault("CURRENT_TIMESTAMP")),
    ("DATETIME", "current_timestamp", d.NowDefault("utc", 0)),
    ("DATETIME", "DateTime( 'now' )", d.NowDefault("utc", 0)),
    ("DATETIME", "datetime('now','localtime')", d.NowDefault("local", 0)),
    ("DATETIME", "strftime('%Y-%m-%d %H:%M:%f', 'now')", d.NowDefault("utc", 3)),
    ("DATETIME", "strftime('%Y-%m-%d %H:%M:%fZ','now')", d.NowDefault("instant", 3)),
    ("DATETIME", WITH_T, d.ExpressionDefault("sqlite", WITH_T)),
    ("DATE", "CURRENT_DATE", d.TodayDefault()),
    ("DATE", "date('now')", d.TodayDefault()),
    ("TIME", "time()", d.TimeOfDayDefault(0)),
]  # fmt: skip


@pytest.mark.parametrize(("native", "sql", "meaning"), MEANINGS)
def test_meaning(native: str, sql: str, meaning: d.Default | None) -> None:
    assert parsed(sql, hint(native), native) == meaning


def inserted(native: str, default: str) -> tuple[object, str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t (i INTEGER, c {native} DEFAULT {default})")
        connection.execute("INSERT INTO t (i) VALUES (1)")
        value, name = connection.execute("SELECT c, typeof(c) FROM t").fetchone()
        return value, name


@pytest.mark.parametrize(("native", "sql", "meaning"), [case for case in MEANINGS if case[2] is not None])
def test_the_same_value_between_two_sqlite_files(native: str, sql: str, meaning: d.Default) -> None:
    """A column that travels by literals, and one of the type that its declaration hints at."""
    original = inserted(native, sql if sql[0] in "'\"+-" or sql.isalnum() else f"({sql})")
    again = spelled(meaning, Column("c", t.Opaque("sqlite", native), native))
    assert again is not None
    first, second = original, inserted(native, again)
    if isinstance(meaning, d.NowDefault | d.TimeOfDayDefault | d.ExpressionDefault) and isinstance(first[0], str):
        first, second = shape(first), shape(second)
    assert first == second


def shape(value: tuple[object, str]) -> tuple[object, str]:
    return re.sub(r"\d", "9", str(value[0])), value[1]


@pytest.mark.parametrize("digits", range(7))
@pytest.mark.parametrize("zoned", [False, True])
def test_the_clock_gives_what_the_column_stores(digits: int, zoned: bool) -> None:
    kind = t.Timestamp(digits, zoned)
    clock = d.NowDefault("instant" if zoned else "utc", digits)
    sql = spelled(clock, Column("c", kind, "TIMESTAMP"))
    assert sql is not None
    value, _ = inserted("TIMESTAMP", sql)
    fraction = rf"\.\d{{{digits}}}" if digits else ""
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d{fraction}{'Z' if zoned else ''}", str(value))
    assert parsed(sql.removeprefix("(").removesuffix(")") if sql[0] == "(" else sql, kind, "TIMESTAMP") == clock


@pytest.mark.parametrize(
    ("default", "kind", "expected"),
    [
        (d.LiteralDefault("true"), t.Boolean(), "1"),
        (d.LiteralDefault("-7"), t.Integer(32), "-7"),
        (d.LiteralDefault("1.5"), t.Decimal(10, 2), "'1.50'"),
        (d.LiteralDefault("1.555"), t.Decimal(10, 2), "'1.555'"),
        (d.LiteralDefault("1e3"), t.Decimal(), "'1000'"),
        (d.LiteralDefault("it's"), t.Text(), "'it''s'"),
        (d.LiteralDefault("5"), t.Text(), "'5'"),
        (d.LiteralDefault("2020-01-01 10:00:00"), t.Timestamp(3), "'2020-01-01 10:00:00.000'"),
        (d.LiteralDefault("2020-01-01 10:00:00+02"), t.Timestamp(0, zoned=True), "'2020-01-01 08:00:00Z'"),
        (d.LiteralDefault("infinity"), t.Timestamp(6), None),
        (d.LiteralDefault("2020-02-30"), t.Date(), None),
        (d.LiteralDefault("10:00"), t.Time(0), "'10:00:00'"),
        (d.LiteralDefault("00000000-0000-0000-0000-0000000000AA"), t.Uuid(), "'00000000-0000-0000-0000-0000000000aa'"),
        (d.LiteralDefault("{}"), t.Json(), "'{}'"),
        (d.BytesDefault("00ff"), t.Binary(), "x'00ff'"),
        (d.BytesDefault("00ff"), t.Integer(64), None),
        (d.TodayDefault(), t.Date(), "CURRENT_DATE"),
        (d.NowDefault("local", 0), t.Date(), "(date('now', 'localtime'))"),
        (d.TodayDefault(), t.Timestamp(2), "(strftime('%Y-%m-%d 00:00:00.00', 'now'))"),
        (d.TimeOfDayDefault(), t.Time(3), "(strftime('%H:%M:%f', 'now'))"),
        (d.TimeOfDayDefault(), t.Date(), None),
        (d.CurrentUserDefault(), t.Text(), None),
        (d.ExpressionDefault("postgres", "(1 + 2)"), t.Integer(32), "(1 + 2)"),
        (d.ExpressionDefault("postgres", "(1 + 2)"), t.Decimal(4, 2), None),
        (d.ExpressionDefault("postgres", "nextval('s')"), t.Integer(32), None),
    ],
)
def test_spelled_for_a_target_column(default: d.Default, kind: t.LogicalType, expected: str | None) -> None:
    assert spelled(default, Column("c", kind, "X")) == expected


def test_a_random_uuid_is_one_of_version_four() -> None:
    sql = spelled(d.RandomUuidDefault(), Column("c", t.Uuid(), "UUID_TEXT"))
    assert sql is not None
    value, _ = inserted("UUID_TEXT", sql)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", str(value))
    assert parsed(sql[1:-1], t.Uuid(), "UUID_TEXT") == d.RandomUuidDefault()

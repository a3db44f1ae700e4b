"""Whole files copied to another file: every value and its storage class the same, by SQLite's own word."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import transfer
from dialects import connect
from tests.sqlite.conftest import Maker
from transfer import demo_shop

TABLES = """SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'
    AND name NOT IN ('_dbtransfer_run', '_dbtransfer_plan', '_dbtransfer_step', '_dbtransfer_chunk',
        '_dbtransfer_reject')"""
"""Without the journal."""


def contents(file: Path) -> dict[str, list[str]]:
    """Every value with its storage class, by table."""
    found = {}
    with closing(sqlite3.connect(file)) as connection:
        connection.text_factory = bytes
        for (name,) in connection.execute(TABLES).fetchall():
            table = name.decode()
            columns = [
                row[0].decode() for row in connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,))
            ]
            parts = ", ".join(f'"{column}", typeof("{column}")' for column in columns)
            found[table] = sorted(map(repr, connection.execute(f'SELECT {parts} FROM "{table}"')))
    return found


def copied(source: Path, target: Path) -> transfer.Report:
    urls = f"sqlite:///{source}", f"sqlite:///{target}"
    return transfer.copy(transfer.plan(*urls), source=urls[0], target=urls[1])


def assert_same(source: Path, target: Path) -> None:
    report = copied(source, target)
    assert {table.verified for table in report.tables} == {"digest"}
    assert contents(target) == contents(source)
    with connect(f"sqlite:///{source}") as there, connect(f"sqlite:///{target}") as here:
        names = [table.name for table in there.reflect(()).tables]
        assert sorted(names) == sorted(table.name for table in here.reflect(()).tables)
        for name in names:
            first, second = there.reflect(()).table(name), here.reflect(()).table(name)
            assert [column for column in second.columns] == [column for column in first.columns]
            assert second.options == first.options
            assert second.indexes == first.indexes


def test_every_type_and_every_mixture(test_data: Path, opened: Maker, file: Path, tmp_path: Path) -> None:
    opened((test_data / "sinks" / "sqlite_every_type.sql").read_text())
    assert_same(file, tmp_path / "copy.db")


@pytest.mark.parametrize(
    "name",
    [
        *(f"dirty/sqlite/{name}" for name in ("bad-utf8.db", "collision.db", "sqlite.db", "storage.sqlite")),
        *(f"dirty/sqlite/{name}" for name in ("test_pk.db", "type-mismatch.db")),
        *(f"world/sqlite/{name}.sqlite3" for name in ("countries", "regions", "states", "subregions")),
        *(f"chinook/Chinook_Sqlite{variant}.sqlite" for variant in ("", "_AutoIncrementPKs")),
    ],
)
def test_files_of_others(test_data: Path, tmp_path: Path, name: str) -> None:
    assert_same(test_data / name, tmp_path / "copy.db")


def test_the_shop(tmp_path: Path) -> None:
    shop, moved = tmp_path / "shop.db", tmp_path / "moved.db"
    demo_shop.build(shop)
    assert_same(shop, moved)
    assert demo_shop.sample(moved) == demo_shop.sample(shop)
    again = tmp_path / "again.db"
    demo_shop.build(again)
    assert again.read_bytes() == shop.read_bytes()


def test_the_shop_is_nasty(tmp_path: Path) -> None:
    shop = tmp_path / "shop.db"
    demo_shop.build(shop)
    with closing(sqlite3.connect(shop)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        (rows,) = connection.execute(
            "SELECT (SELECT count(*) FROM order_lines) + (SELECT count(*) FROM events)"
        ).fetchone()
        assert rows > 4000
    plan = transfer.plan(f"sqlite:///{shop}", f"sqlite:///{tmp_path / 'moved.db'}")
    assert [(item.object, item.name) for item in plan.not_carried] == [
        ("view", "sales"),
        ("trigger", "orders.orders_stock"),
    ]
    assert plan.blocks == ()


DECLARATIONS = (
    *(
        "",
        "INTEGER",
        "REAL",
        "TEXT",
        "BLOB",
        "NUMERIC",
        "DECIMAL(10,2)",
        "BOOLEAN",
        "DATE",
        "TIMESTAMP",
        "JSON",
        "UUID",
    ),
    *("VARCHAR(3) COLLATE NOCASE", "STRING", "DECIMAL_TEXT(9,1)", "FLOAT32", "ANY"),
)
VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0, 1, 2**53, 2**53 + 1, -(2**63) + 1]),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.sampled_from(["2020-01-31", "2020-01-31 10:00:00", "1.50", "007", "true", "{}", "a\0b", ""]),
    st.binary(max_size=4),
)
COLUMNS = st.lists(
    st.tuples(st.sampled_from(DECLARATIONS), st.lists(VALUES, min_size=1, max_size=4)), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=COLUMNS, suffix=st.sampled_from(["", " WITHOUT ROWID"]))
def test_whatever_a_file_holds(tmp_path: Path, columns: list[tuple[str, list[object]]], suffix: str) -> None:
    source, target = tmp_path / "source.db", tmp_path / "target.db"
    for path in (source, target):
        path.unlink(missing_ok=True)
    names = [f"c{at}" for at in range(len(columns))]
    definitions = ", ".join(f"{name} {native}" for name, (native, _) in zip(names, columns, strict=True))
    rows = [tuple(values[at % len(values)] for _, values in columns) for at in range(12)]
    with closing(sqlite3.connect(source)) as connection, connection:
        connection.execute(f"CREATE TABLE t (id INT PRIMARY KEY, {definitions}){suffix}")
        marks = ", ".join("?" * len(columns))
        connection.executemany(f"INSERT INTO t VALUES (?, {marks})", [(at, *row) for at, row in enumerate(rows)])
    assert_same(source, target)


def test_numbering_goes_on_where_the_source_was(opened: Maker, file: Path, tmp_path: Path) -> None:
    opened("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, v); INSERT INTO t VALUES (70, 1); DELETE FROM t")
    copied(file, tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        connection.execute("INSERT INTO t (v) VALUES (1)")
        assert connection.execute("SELECT id FROM t").fetchall() == [(71,)]

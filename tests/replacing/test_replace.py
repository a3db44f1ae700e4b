"""`--if-exists replace`: new tables take the place of old ones, and can be sent back until the run is finalized."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import transfer
from dialects import connect
from dialects.url import parse_url
from mappings.errors import Blocked, ConfigurationError, ConstraintViolated
from mappings.schema import Schema, Table
from tests.conftest import DatabaseFactory
from transfer.config import Options, Selection

TARGETS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
KEYED = ("postgresql", "mysql", "mariadb", "sqlite")
"""Where a key can be added to a table that is there, or names its parent by name alone."""
SCHEMA = """
CREATE TABLE shelf (id INTEGER PRIMARY KEY, code VARCHAR(20) NOT NULL UNIQUE, above INTEGER REFERENCES shelf (id));
CREATE TABLE book (id INTEGER PRIMARY KEY, shelf_id INTEGER NOT NULL REFERENCES shelf (id), title VARCHAR(80));
CREATE INDEX book_title ON book (title);
"""
REPLACE = Options(if_exists="replace")


class Shop:
    """A source that changes between two copies."""

    def __init__(self, path: Path) -> None:
        self.url = f"sqlite:///{path}"
        self._file = sqlite3.connect(path)
        self._file.executescript(SCHEMA)
        self.run("INSERT INTO shelf SELECT value, 's' || value, nullif(value - 1, 0) FROM generate_series(1, 40)")

    def run(self, *statements: str) -> None:
        for statement in statements:
            numbers = "WITH RECURSIVE generate_series(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM"
            numbers += " generate_series WHERE value < 40) "
            self._file.execute(numbers + statement.replace("generate_series(1, 40)", "generate_series"))
        self._file.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    made = Shop(tmp_path / "shop.db")
    made.run("INSERT INTO book SELECT value, value, 'first ' || value FROM generate_series(1, 40)")
    return made


def copy(shop: Shop, target: str, options: Options = REPLACE) -> transfer.Report:
    return transfer.copy(transfer.plan(shop.url, target, options), source=shop.url, target=target, options=options)


def changed(shop: Shop) -> None:
    shop.run("UPDATE shelf SET code = 'new' || id", "DELETE FROM book WHERE id > 30")


def schema(url: str) -> Schema:
    """What the catalogue says, without estimates."""
    with connect(parse_url(url)) as session:
        found = session.reflect(())
    return replace(found, tables=tuple(sorted(map(_bare, found.tables), key=lambda table: str(table.name))))


def _bare(table: Table) -> Table:
    return replace(table, rows=None, octets=None)


def unnumbered(found: Schema) -> list[Table]:
    """The tables without the numbers that come next, which follow the rows."""
    return [
        replace(
            table,
            columns=tuple(
                replace(column, identity=column.identity and replace(column.identity, next=None))
                for column in table.columns
            ),
        )
        for table in found.tables
    ]


def rows(url: str, name: str) -> list[tuple[object, ...]]:
    with connect(parse_url(url)) as session:
        table = next(each for each in session.reflect(()).tables if each.name.name == name)
        return sorted(session.query(f"SELECT * FROM {session.dialect.qualified(table.name)}"), key=str)


def execute(url: str, statement: str) -> None:
    with connect(parse_url(url), writable=True) as session:
        session.execute(statement)


@pytest.mark.parametrize("engine", TARGETS)
def test_there_and_back(engine: str, shop: Shop, database: DatabaseFactory) -> None:
    target = database(engine)
    first = copy(shop, target, Options())
    before = schema(target), rows(target, "shelf"), rows(target, "book")
    changed(shop)
    second = copy(shop, target)
    assert (second.status, [table.rows for table in second.tables]) == ("done", [40, 30])
    assert second.schema_differences is not None
    assert second.schema_differences.unexplained == ()
    assert transfer.verify(shop.url, target).status == "done"
    assert unnumbered(schema(target)) == unnumbered(before[0])
    assert rows(target, "book") == rows(shop.url, "book")
    transfer.rollback(target, second.run)
    assert (schema(target), rows(target, "shelf"), rows(target, "book")) == before
    transfer.rollback(target, first.run)
    assert schema(target).tables == ()
    assert transfer.clean(target) == ("the journal is gone",)
    assert transfer.runs(target) == ()


@pytest.mark.parametrize("engine", TARGETS)
def test_final(engine: str, shop: Shop, database: DatabaseFactory) -> None:
    target = database(engine)
    copy(shop, target, Options())
    changed(shop)
    run = copy(shop, target).run
    kept = transfer.clean(target)
    assert any(run in line and "stays" in line for line in kept)
    transfer.finalize(target, run)
    assert rows(target, "book") == rows(shop.url, "book")
    with pytest.raises(ConfigurationError, match="finalized"):
        transfer.rollback(target, run)
    assert transfer.clean(target) == ("the journal is gone",)


@pytest.mark.parametrize("engine", TARGETS)
def test_what_has_changed_since_is_not_undone(engine: str, shop: Shop, database: DatabaseFactory) -> None:
    target = database(engine)
    run = copy(shop, target, Options()).run
    execute(target, "UPDATE book SET title = 'mine' WHERE id = 7")
    there = schema(target)
    with pytest.raises(Blocked, match="no longer those that the run has written"):
        transfer.rollback(target, run)
    assert schema(target) == there


@pytest.mark.parametrize("engine", KEYED)
def test_a_key_from_outside_blocks_unless_it_may_be_moved(engine: str, shop: Shop, database: DatabaseFactory) -> None:
    target = database(engine)
    copy(shop, target, Options())
    before = schema(target)
    shop.run("UPDATE shelf SET code = 'new' || id")
    shelves = Selection(tables=("shelf",))
    blocked = transfer.plan(shop.url, target, Options(shelves, if_exists="replace"))
    assert [block.option for block in blocked.blocks] == ["--repoint-foreign-keys"]
    options = Options(shelves, if_exists="replace", repoint_foreign_keys=True)
    run = copy(shop, target, options).run
    assert schema(target) == before
    assert rows(target, "shelf") == rows(shop.url, "shelf")
    transfer.rollback(target, run)
    assert schema(target) == before


def test_rows_that_were_added_are_not_taken_back(shop: Shop, database: DatabaseFactory) -> None:
    target = database("postgresql")
    copy(shop, target, Options())
    execute(target, "DELETE FROM book")
    run = copy(shop, target, Options(Selection(tables=("book",)), if_exists="append")).run
    with pytest.raises(Blocked, match="was there before"):
        transfer.rollback(target, run)


@pytest.mark.parametrize("engine", KEYED)
def test_rows_that_would_lose_their_parent_stop_the_swap(engine: str, shop: Shop, database: DatabaseFactory) -> None:
    target = database(engine)
    copy(shop, target, Options())
    before = schema(target), rows(target, "shelf")
    shop.run("DELETE FROM book WHERE shelf_id > 35", "DELETE FROM shelf WHERE id > 35")
    options = Options(Selection(tables=("shelf",)), if_exists="replace", repoint_foreign_keys=True)
    with pytest.raises(ConstraintViolated, match="36"):
        copy(shop, target, options)
    assert (schema(target), rows(target, "shelf")) == before


def test_what_only_the_old_table_has_is_listed(shop: Shop, database: DatabaseFactory) -> None:
    target = database("postgresql")
    copy(shop, target, Options())
    execute(target, "ALTER TABLE book ADD COLUMN mine integer")
    execute(target, "CREATE INDEX book_mine ON book (mine)")
    plan = transfer.plan(shop.url, target, REPLACE)
    listed = {(item.object, item.name) for item in plan.not_carried}
    assert {("column", "public.book.mine"), ("index", "public.book.book_mine")} <= listed

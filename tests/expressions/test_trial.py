"""What the target's server refuses is left out of the plan and listed with its message, before the first row."""

from __future__ import annotations

from dataclasses import replace

import pytest

import transfer
from dialects import connect
from mappings import types as t
from mappings.defaults import ExpressionDefault, LiteralDefault
from mappings.schema import (
    Check,
    Column,
    Expression,
    Generated,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    TableName,
)
from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES, FAMILIES
from tests.pairs import plain
from transfer.trial import tried, tried_plan

INT = {"postgresql": "integer", "sqlite": "INTEGER"}
SOURCE = TableName("shop", "orders")


def column(engine: str, name: str) -> Column:
    return Column(name, t.Integer(64), INT.get(engine, "int"))


def wanted(engine: str) -> Table:
    """A table with a good and a bad one of each kind. PostgreSQL's and SQLite's own defaults are known to be good."""
    family = FAMILIES[engine]
    bad = Expression(family, "no_such_function(a)")
    good = Expression(family, "a + 1")
    columns = (
        replace(column(engine, "id"), nullable=False),
        replace(column(engine, "a"), default=LiteralDefault("5")),
        replace(column(engine, "b"), generated=Generated(good, stored=True)),
        replace(column(engine, "c"), generated=Generated(bad, stored=True)),
        replace(
            column(engine, "d"), default=ExpressionDefault(family, "no_such_function(1)") if family == "mysql" else None
        ),
    )
    return Table(
        TableName("", "orders"),
        columns,
        PrimaryKey("", ("id",)),
        indexes=(Index("on_a", (IndexPart("a"),)), Index("on_bad", (IndexPart(expression=bad),))),
        checks=(Check("fine", Expression(family, "a > 0")), Check("bad", bad)),
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_each_refused_thing_is_listed_and_the_rest_is_kept(database: DatabaseFactory, engine: str) -> None:
    url = database(engine)
    with connect(url, writable=True) as session:
        table, left = tried(session, wanted(engine), SOURCE)
        for statement in (*session.dialect.create_table(table), *session.dialect.add_keys(table)):
            session.execute(statement)
    refused = [("generated column", "c"), ("check", "bad"), ("index", "on_bad")]
    refused[1:1] = [("default", "d")] * (FAMILIES[engine] == "mysql")
    assert [(each.object, each.name) for each in left] == [(kind, f"shop.orders.{name}") for kind, name in refused]
    assert [each.reason for each in left if "the target refuses it: " not in each.reason] == []
    assert all("no_such_function" in each.reason or engine == "mysql" for each in left), left
    assert [index.name for index in table.indexes] == ["on_a"] and [check.name for check in table.checks] == ["fine"]
    assert table.column("c").generated is None and table.column("b").generated is not None
    plain.execute(url, "INSERT INTO orders (id, c) VALUES (1, 9)")
    assert plain.query(url, "SELECT a, b, c, d FROM orders") == [(5, 6, 9, None)]
    assert len(plain.tables(url)) == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_what_the_server_takes_is_left_as_it_is(database: DatabaseFactory, engine: str) -> None:
    good = replace(wanted(engine), columns=wanted(engine).columns[:3])
    good = replace(good, indexes=good.indexes[:1], checks=good.checks[:1])
    with connect(database(engine), writable=True) as session:
        assert tried(session, good, SOURCE) == (good, ())
        impossible = replace(good, columns=(replace(good.columns[0], native="no_such_type("),))
        assert tried(session, impossible, SOURCE) == (impossible, ())


def test_a_plan_goes_on_without_what_is_refused(database: DatabaseFactory) -> None:
    """MySQL has no index over an expression that gives a text without a limit."""
    there, here = database("postgresql"), database("mysql")
    plain.execute(
        there,
        "CREATE TABLE t (id int PRIMARY KEY, v text, a int, CHECK (a > 0))",
        "CREATE INDEX doubled ON t ((v || v))",
        "CREATE INDEX plain ON t (a)",
        "INSERT INTO t VALUES (1, 'x', 1)",
    )
    plan = transfer.plan(there, here)
    with connect(here, writable=True) as session:
        possible = tried_plan(plan, session)
    added = possible.not_carried[len(plan.not_carried) :]
    assert [(each.object, each.name) for each in added] == [("index", "public.t.doubled")]
    assert len(possible.statements) == len(plan.statements) - 1
    report = transfer.copy(possible, source=there, target=here)
    assert report.status == "done"
    assert plain.query(here, "SELECT * FROM t") == [(1, "x", 1)]


@pytest.mark.parametrize("target", ["mysql", "duckdb"])
def test_a_comparison_knows_what_the_trial_left_out(database: DatabaseFactory, target: str) -> None:
    """DuckDB has no expressions of several columns in an index, MySQL none that gives a text without a limit."""
    there, here = database("postgresql"), database(target)
    plain.execute(
        there,
        "CREATE TABLE t (id int PRIMARY KEY, v text, a int, b int GENERATED ALWAYS AS (a + 1) STORED, CHECK (a > 0))",
        "CREATE INDEX doubled ON t ((v || v))",
        "CREATE INDEX lowered ON t (lower(v))",
    )
    report = transfer.copy(transfer.plan(there, here), source=there, target=here)
    assert "public.t.doubled" in {item.name for item in report.not_carried}
    assert report.schema_differences is not None and report.schema_differences.unexplained == ()
    assert transfer.compare(there, here).unexplained == ()
    broken = "DROP INDEX IF EXISTS lowered" if target == "duckdb" else "ALTER TABLE t DROP COLUMN b"
    plain.execute(here, broken)
    assert [item.place for item in transfer.compare(there, here).unexplained]

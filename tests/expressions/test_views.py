"""Views: what is translated shows the rows that it shows at the source; everything else is refused with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

import transfer
from dialects import connect
from dialects.base import Session
from mappings.schema import Schema, TableName, View
from mappings.views import Moved
from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES, EVALUATED, plain_value
from tests.pairs import plain
from transfer.views import moved_tables, try_views

TABLES = {
    "postgresql": """CREATE TABLE customers (id int PRIMARY KEY, name varchar(20) NOT NULL, born date);
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric(9,2), paid boolean, note text,
          state varchar(9), placed timestamp(0))""",
    "mysql": """CREATE TABLE customers (id int PRIMARY KEY, name varchar(20) COLLATE {exact} NOT NULL, born date);
        CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount decimal(9,2), paid tinyint,
          note varchar(50) COLLATE {exact}, state varchar(9) COLLATE {exact}, placed datetime)""",
    "sqlite": """CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, born DATE);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER, amount DECIMAL(9,2), paid INTEGER,
          note TEXT, state VARCHAR(9), placed TIMESTAMP)""",
}
TABLES["duckdb"] = TABLES["postgresql"].replace("timestamp(0)", "timestamp_s")
ROWS = [
    "INSERT INTO customers VALUES (1, 'Ada', '1815-12-10'), (2, 'ada', NULL), (3, 'Émile', '1840-04-02')",
    "INSERT INTO orders VALUES (1, 1, 10.50, {true}, 'first', 'open', '2020-01-31 10:00:00'), "
    "(2, 1, 0.10, {false}, NULL, 'Open', NULL), (3, 2, NULL, NULL, 'a b', 'closed', '2021-01-31 10:00:00'), "
    "(4, NULL, 99.99, {true}, 'x', NULL, '2020-02-01 00:00:00')",
]
CARRIED = {
    "plain_columns": "SELECT id, amount, note FROM orders",
    "everything": "SELECT * FROM orders",
    "named": "SELECT o.id AS number, o.amount AS price FROM orders o WHERE o.amount > 0.5",
    "joined": "SELECT o.id, c.name, c.born FROM orders o JOIN customers c ON c.id = o.customer_id",
    "left_joined": "SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id "
    "WHERE c.name IS NULL OR c.name <> 'ada'",
    "joined_twice": "SELECT a.id, b.id AS other FROM orders a JOIN orders b ON a.customer_id = b.customer_id "
    "JOIN customers c ON c.id = a.customer_id AND a.id < b.id",
    "crossed": "SELECT c.name, o.id FROM customers c CROSS JOIN orders o WHERE c.id = 1",
    "grouped": "SELECT o.customer_id, count(*) AS n, count(o.note) AS notes, sum(o.id) AS total, max(o.id) AS last "
    "FROM orders o GROUP BY o.customer_id HAVING count(*) > 0",
    "states": "SELECT state, count(DISTINCT customer_id) AS n FROM orders GROUP BY state",
    "distinct_states": "SELECT DISTINCT state FROM orders",
    "computed": "SELECT id, coalesce(note, '-') AS remark, id * 2 + 1 AS next, "
    "CASE WHEN amount > 10 THEN 'much' ELSE note END AS size FROM orders WHERE id IN (1, 2, 3)",
}
REFUSED = {
    "in_order": ("SELECT id FROM orders ORDER BY id", "order"),
    "first_rows": ("SELECT id FROM orders LIMIT 1", "limit"),
    "within": ("SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers)", "in"),
    "all_numbers": ("SELECT id FROM orders UNION SELECT id FROM customers", "no simple SELECT"),
    "averages": ("SELECT customer_id, avg(amount) AS mean FROM orders GROUP BY customer_id", "avg"),
    "greatest_name": ("SELECT max(name) AS last FROM customers", "text"),
    "other_view": ("SELECT id FROM everything", "no table that is copied"),
}

WORDS_OF_DUCKDB = {"within": "any is not on the list"}
"""It keeps `IN (SELECT ...)` as `= ANY (SELECT ...)`."""


def made(database: DatabaseFactory, engine: str) -> str:
    url = database(engine)
    exact = "utf8mb4_nopad_bin" if engine == "mariadb" else "utf8mb4_0900_bin"
    tables = TABLES["mysql" if engine == "mariadb" else engine].format(exact=exact).split(";")
    truth = {"true": "TRUE", "false": "FALSE"}
    views = CARRIED | {name: select for name, (select, _) in REFUSED.items()}
    creating = [f"CREATE VIEW {name} AS {select}" for name, select in views.items()]
    plain.execute(url, *tables, *(row.format(**truth) for row in ROWS), *creating)
    return url


def untold(session: Session, name: str) -> None:
    """Nobody keeps a note of what was made."""


def shown(session: Session, name: str) -> list[list[object]]:
    """All rows of a view, in one order and one form."""
    rows = session.query(f"SELECT * FROM {session.dialect.quote(name)}")
    return sorted(([_form(value) for value in row] for row in rows), key=repr)


def _form(value: object) -> object:
    """Numbers by value: SQLite keeps decimals as text."""
    value = plain_value(value)
    try:
        return float(str(value)) if value is not None else None
    except ValueError:
        return str(value).removesuffix("Z").replace("T", " ")


@pytest.mark.parametrize("source", EVALUATED)
def test_views_show_the_same_rows(database: DatabaseFactory, source: str) -> None:
    there = made(database, source)
    with connect(there) as reader:
        schema = reader.reflect(())
        views = {view.name.name: view for view in schema.views}
        assert set(views) == {*CARRIED, *REFUSED}
        for target in ENGINES:
            if {source, target} not in ({source}, {"mysql", "mariadb"}):
                with copied(database, there, target) as (plan, writer):
                    compare(reader, writer, schema, views, moved_tables(plan.tables, writer.dialect))


@contextmanager
def copied(database: DatabaseFactory, there: str, target: str) -> Iterator[tuple[transfer.Plan, Session]]:
    """A copy of the tables, and a session on it."""
    here = database(target)
    plan = transfer.plan(there, here)
    assert transfer.copy(plan, source=there, target=here).status == "done"
    with connect(here, writable=True) as session:
        yield plan, session


def compare(
    reader: Session, writer: Session, schema: Schema, views: dict[str, View], tables: dict[TableName, Moved]
) -> None:
    for name in CARRIED:
        fit = writer.dialect.spell_view(views[name], schema.default_schema, tables)
        assert fit.held is not None, (name, fit.reason, views[name])
        writer.execute(writer.dialect.create_view(TableName(writer.default_schema, name), views[name], fit.held))
        assert shown(reader, name) == shown(writer, name), fit.held
    for name, (_, why) in REFUSED.items():
        fit = writer.dialect.spell_view(views[name], schema.default_schema, tables)
        told = WORDS_OF_DUCKDB.get(name, why) if schema.family == "duckdb" else why
        assert fit.held is None and told in fit.reason, (name, fit)


@pytest.mark.parametrize(("source", "target"), [*((engine, engine) for engine in EVALUATED), ("mysql", "mariadb")])
def test_the_same_family_keeps_every_view(database: DatabaseFactory, source: str, target: str) -> None:
    there = made(database, source)
    with connect(there) as reader, copied(database, there, target) as (plan, writer):
        schema = reader.reflect(())
        left = try_views(replace(plan, views=tuple((view, view.name) for view in schema.views)), writer, (), untold)
        assert left == ()
        for view in schema.views:
            assert shown(reader, view.name.name) == shown(writer, view.name.name)


def test_what_cannot_be_a_view_is_listed(database: DatabaseFactory) -> None:
    there = made(database, "postgresql")
    with connect(there) as reader, copied(database, there, "sqlite") as (plan, writer):
        schema = reader.reflect(())
        writer.execute("CREATE TABLE named (id int)")
        views = tuple((view, TableName("", view.name.name)) for view in schema.views)
        left = try_views(replace(plan, views=views), writer, ("a_view_of_before",), untold)
        reasons = {each.name: each.reason for each in left}
        assert set(reasons) == {f"public.{name}" for name in (*REFUSED, "named")}
        assert "named" in reasons["public.named"] and "order" in reasons["public.in_order"]
        found = writer.query("SELECT name FROM sqlite_schema WHERE type = 'view'")
        assert {str(name) for (name,) in found} == set(CARRIED) - {"named"}


def test_a_copy_that_is_asked_to_makes_the_views(database: DatabaseFactory) -> None:
    there, here = made(database, "sqlite"), database("postgresql")
    options = transfer.Options(views="try")
    report = transfer.copy(transfer.plan(there, here, options), source=there, target=here, options=options)
    assert {item.name for item in report.not_carried if item.object == "view"} == set(REFUSED)
    assert plain.query(here, "SELECT count(*) FROM joined") == [(3,)]
    assert plain.query(here, "SELECT count(*) FROM plain_columns") == [(4,)]

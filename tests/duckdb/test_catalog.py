"""Reflection: what DuckDB's catalogue tells, and what it leaves behind by name."""

from __future__ import annotations

from mappings.defaults import ExpressionDefault, LiteralDefault, NowDefault
from mappings.schema import Expression, ForeignKey, Generated, Identity, IndexPart, NotCarried, TableName
from tests.duckdb.conftest import Make, Open

SHOP = (
    'CREATE SCHEMA "my s"',
    "CREATE SEQUENCE numbers START 10 INCREMENT 5",
    "CREATE SEQUENCE lonely",
    """CREATE TABLE orders (id BIGINT DEFAULT nextval('numbers'),
       "a b" VARCHAR COLLATE nocase DEFAULT ', x VARCHAR COLLATE de',
       total DECIMAL(8,2) DEFAULT 1.50 CHECK (total > 0), doubled DECIMAL(9,2) AS (total * 2), x VARCHAR,
       made TIMESTAMP DEFAULT current_timestamp, odd INTEGER DEFAULT (1 + 1), PRIMARY KEY (id), UNIQUE (x, "a b"))""",
    "CREATE TABLE lines (o BIGINT REFERENCES orders (id), n INTEGER NOT NULL, PRIMARY KEY (n, o))",
    'CREATE INDEX "by ""x" ON orders (lower(x), "a b")',
    "CREATE UNIQUE INDEX made_once ON orders (made, id)",
    "COMMENT ON TABLE orders IS 'it''s'",
    "COMMENT ON COLUMN orders.\"a b\" IS 'é'",
    "CREATE VIEW seen AS SELECT 1 AS a",
    "CREATE MACRO twice(x) AS x * 2",
    "CREATE TYPE mood AS ENUM ('a')",
    'CREATE TABLE "my s".far (a INTEGER)',
    "CREATE TABLE _dbtransfer_rest (a INTEGER)",
    "INSERT INTO orders (x) VALUES ('a'), ('b')",
)


def test_a_table_with_everything(made: Make, opened: Open) -> None:
    schema = opened(made(*SHOP)).reflect(())
    orders = schema.table(TableName("main", "orders"))
    by_name = {column.name: column for column in orders.columns}
    # a file that was closed and opened again has forgotten where its sequences began
    assert by_name["id"].identity == Identity(start=20, increment=5, next=20)
    assert not by_name["id"].nullable and by_name["x"].nullable
    assert by_name["a b"].native == "VARCHAR COLLATE nocase" and by_name["x"].native == "VARCHAR"
    assert by_name["a b"].comment == "é" and orders.comment == "it's"
    assert by_name["a b"].default == LiteralDefault(", x VARCHAR COLLATE de")
    assert by_name["total"].default == LiteralDefault("1.50")
    assert by_name["made"].default == NowDefault("local")
    assert by_name["odd"].default == ExpressionDefault("duckdb", "(1 + 1)")
    assert by_name["doubled"].generated == Generated(Expression("duckdb", "(total * 2)"), stored=False)
    assert orders.primary_key is not None and orders.primary_key.columns == ("id",)
    assert [unique.columns for unique in orders.uniques] == [("x", "a b")]
    assert [check.expression.sql for check in orders.checks] == ["(total > 0)"]
    first, second = orders.indexes
    assert first.name == 'by "x' and first.parts[1] == IndexPart("a b")
    assert first.parts[0].expression == Expression("duckdb", "(lower(x))")
    assert second.unique and second.parts == (IndexPart("made"), IndexPart("id"))
    assert orders.rows == 2


def test_foreign_keys_and_the_order_of_a_key(made: Make, opened: Open) -> None:
    lines = opened(made(*SHOP)).reflect(()).table(TableName("main", "lines"))
    assert lines.primary_key is not None and lines.primary_key.columns == ("n", "o")
    assert lines.foreign_keys == (ForeignKey("", ("o",), TableName("main", "orders"), ("id",)),)


def test_what_is_no_table_is_named(made: Make, opened: Open) -> None:
    schema = opened(made(*SHOP)).reflect(())
    assert {table.name for table in schema.tables} == {
        TableName("main", "orders"),
        TableName("main", "lines"),
        TableName("my s", "far"),
    }
    named = {(left.object, left.name) for left in schema.not_carried}
    assert named == {("view", "seen"), ("macro", "twice"), ("type", "mood"), ("sequence", "lonely")}
    assert all(isinstance(left, NotCarried) and left.reason for left in schema.not_carried)


def test_only_the_schemas_asked_for(made: Make, opened: Open) -> None:
    schema = opened(made(*SHOP)).reflect(("my s",))
    assert [str(table.name) for table in schema.tables] == ["my s.far"]
    assert schema.not_carried == ()


def test_a_sequence_that_has_given_nothing_begins_at_its_start(made: Make, opened: Open) -> None:
    url = made("CREATE SEQUENCE s START 7", "CREATE TABLE a (b INTEGER DEFAULT nextval('s'))")
    assert opened(url).reflect(()).tables[0].columns[0].identity == Identity(start=7, next=7)


def test_a_default_that_asks_a_sequence_otherwise_is_an_expression(made: Make, opened: Open) -> None:
    url = made("CREATE SEQUENCE s", "CREATE TABLE a (b VARCHAR DEFAULT 'x' || nextval('s'))")
    schema = opened(url).reflect(())
    assert isinstance(schema.tables[0].columns[0].default, ExpressionDefault)
    assert [left.name for left in schema.not_carried] == ["s"]

"""Styles, renames and mapped schemas between engines: whatever speaks of a table or column follows its new name."""

from __future__ import annotations

import json
from typing import Any

import pytest

import transfer
from mappings.errors import TransferError
from mappings.name_styles import STYLES
from mappings.names import Naming
from mappings.schema import Schema, Table, TableName
from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain
from transfer.config import parse_naming

SHOP = """
CREATE TABLE "OrderHeader" ("OrderID" INT PRIMARY KEY, "TotalNet" INT NOT NULL, "HTTPStatus" VARCHAR(20),
  "Twice" INT GENERATED ALWAYS AS ("TotalNet" * 2) STORED, CONSTRAINT "CK_TotalNet" CHECK ("TotalNet" > 0));
CREATE TABLE "Order Line" ("LineID" INT PRIMARY KEY, "OrderID" INT NOT NULL, "Größe" INT,
  CONSTRAINT "FK_OrderLine" FOREIGN KEY ("OrderID") REFERENCES "OrderHeader" ("OrderID"),
  CONSTRAINT "CK_Line" CHECK ("Größe" IS NULL OR "Größe" > 0));
CREATE UNIQUE INDEX "IX_HTTPStatus" ON "OrderHeader" ("HTTPStatus");
CREATE INDEX "IX_LineOrder" ON "Order Line" ("OrderID" DESC, "Größe");
INSERT INTO "OrderHeader" ("OrderID", "TotalNet", "HTTPStatus") VALUES (1, 10, 'ok'), (2, 20, NULL);
INSERT INTO "Order Line" VALUES (1, 1, 5), (2, 2, NULL)"""
"""In standard SQL: MySQL and MariaDB take it with their own quotes."""
SNAKE = {
    "order_header": ["order_id", "total_net", "http_status", "twice"],
    "order_line": ["line_id", "order_id", "größe"],
}


def shop(database: DatabaseFactory, engine: str) -> str:
    url = database(engine)
    script = SHOP.replace('"', "`") if plain.engine(url) == "mysql" else SHOP
    plain.execute(url, *script.split(";\n"))
    return url


def named(schema: Schema, name: str) -> Table:
    return next(table for table in schema.tables if table.name.name == name)


def constraints(table: Table) -> set[str]:
    return {each.name for each in (*table.indexes, *table.uniques, *table.foreign_keys, *table.checks)}


WAYS = (
    *((engine, engine) for engine in ("postgresql", "mysql", "mariadb", "sqlite")),
    ("postgresql", "mysql"),
    ("mysql", "mariadb"),
    ("mariadb", "sqlite"),
    ("sqlite", "postgresql"),
)


def copied(there: str, here: str, *names: str, **more: Any) -> transfer.Report:
    """A copy with these options of the command line about names."""
    options = transfer.Options(naming=naming(*names), **more)
    report = transfer.copy(transfer.plan(there, here, options), source=there, target=here, options=options)
    meaning.assert_as_planned(report)
    return report


def naming(*options: str) -> Naming:
    given = list(zip(options[::2], options[1::2], strict=True))
    texts = {
        name: [text for option, text in given if option == name] for name in ("--names", "--rename", "--map-schema")
    }
    style = next((each for each in STYLES if each in texts["--names"]), "preserve")
    return parse_naming(style, texts["--rename"], texts["--map-schema"])


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_snake_is_followed_everywhere(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = shop(database, source), database(target)
    options = transfer.Options(naming=parse_naming("snake"))
    plan = transfer.plan(there, here, options)
    report = transfer.copy(plan, source=there, target=here, options=transfer.Options(verify="none"))
    meaning.assert_as_planned(report)
    made = transfer.inspect(here)
    assert {t.name.name: [column.name for column in t.columns] for t in made.tables} == SNAKE
    assert constraints(named(made, "order_header")) >= {"ix_http_status", "ck_total_net"}
    assert constraints(named(made, "order_line")) >= {"ix_line_order", "fk_order_line", "ck_line"}
    kept = [item for item in plan.not_carried if item.name.endswith(".Twice")]
    assert kept or named(made, "order_header").columns[3].generated
    assert not kept or source != target
    assert plain.query(here, "SELECT order_id, total_net, twice FROM order_header ORDER BY 1") == [
        (1, 10, 20),
        (2, 20, 40),
    ]
    assert ("foreign key", "fk_order_line") in {(each.object, each.target) for each in plan.names}


@pytest.mark.parametrize(
    ("source", "target"), [("postgresql", "mysql"), ("mariadb", "postgresql"), ("sqlite", "sqlite")]
)
def test_the_tables_are_found_again_under_the_same_names(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = shop(database, source), database(target)
    names = ("--names", "lower", "--rename", "OrderHeader=header", "--rename", "Order Line.Größe=size")
    report = copied(there, here, *names)
    assert {table.target.rpartition(".")[2]: table.verified for table in report.tables} == {
        "header": "digest",
        "order line": "digest",
    }
    assert transfer.verify(there, here, transfer.Options(naming=naming(*names))).status == "done"
    assert transfer.compare(there, here, naming=naming(*names)).exit_code == 0
    with pytest.raises(TransferError, match="the target has no table"):
        transfer.verify(there, here)
    lines = plain.quoted(here, "order line")
    plain.execute(here, f"DELETE FROM {lines}", "DELETE FROM header")
    copied(there, here, *names, if_exists="append")
    assert plain.query(here, f"SELECT sum(size) FROM {lines}") == [(5,)]


def test_a_column_that_differs_in_style_only_is_offered(database: DatabaseFactory) -> None:
    there, here = shop(database, "mysql"), database("postgresql")
    plain.execute(here, 'CREATE TABLE "Order Line" (line_id int PRIMARY KEY, "OrderID" int, "Größe" int)')
    plan = transfer.plan(there, here, transfer.Options(transfer.Selection(("Order Line",))))
    offered = {block.where: block.option for block in plan.blocks}
    assert offered["Order Line.LineID"] == "--rename 'Order Line.LineID=line_id'"


SCHEMAS = (
    'CREATE SCHEMA "Sales"',
    "CREATE SCHEMA crm",
    "CREATE TABLE t (id int PRIMARY KEY)",
    'CREATE TABLE "Sales".t (id int PRIMARY KEY, up int REFERENCES t)',
    'CREATE TABLE crm.t (id int PRIMARY KEY, up int REFERENCES "Sales".t)',
    "INSERT INTO t VALUES (1)",
    'INSERT INTO "Sales".t VALUES (2, 1)',
    "INSERT INTO crm.t VALUES (3, 2)",
)


@pytest.mark.parametrize(
    ("target", "options", "expected"),
    [
        ("postgresql", (), ["Sales.t", "crm.t", "public.t"]),
        ("postgresql", ("--names", "lower"), ["crm.t", "public.t", "sales.t"]),
        ("postgresql", ("--map-schema", "Sales=shop", "--map-schema", "=app"), ["app.t", "crm.t", "shop.t"]),
        ("postgresql", ("--map-schema", "crm=", "--rename", "crm.t=people"), ["Sales.t", "public.people", "public.t"]),
        ("mysql", (), ["Sales_t", "crm_t", "t"]),
        ("sqlite", ("--names", "snake", "--map-schema", "crm=c"), ["c_t", "sales_t", "t"]),
        ("sqlite", ("--map-schema", "crm=", "--rename", "crm.t=people"), ["Sales_t", "people", "t"]),
    ],
)
def test_schemas_are_mapped(
    database: DatabaseFactory, target: str, options: tuple[str, ...], expected: list[str]
) -> None:
    there, here = database("postgresql"), database(target)
    plain.execute(there, *SCHEMAS)
    copied(there, here, *options, verify="none")
    assert sorted(plain.tables(here)) == expected
    made = transfer.inspect(here)
    assert sum(len(table.foreign_keys) for table in made.tables) == 2
    assert sorted(row for table in expected for row in plain.rows(here, table, ["id"])) == [("1",), ("2",), ("3",)]


def test_a_schema_that_is_not_there_is_made_by_the_plan(database: DatabaseFactory) -> None:
    there, here = database("mysql"), database("postgresql")
    plain.execute(there, "CREATE TABLE t (id int PRIMARY KEY)")
    plan = transfer.plan(there, here, transfer.Options(naming=parse_naming(schemas=["=app"])))
    assert 'CREATE SCHEMA IF NOT EXISTS "app"' in plan.statements
    assert plan.tables[0].target.name == TableName("app", "t")


def test_two_that_would_be_one_block_until_they_are_renamed(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mysql")
    plain.execute(there, *SCHEMAS, 'CREATE TABLE "Sales_t" ("Id" int PRIMARY KEY, id int)')
    outcome = run("copy", there, here)
    assert outcome.code == 4
    assert "Sales_t" in outcome.err and "Sales.t" in outcome.err and "columns Id and id" in outcome.err
    assert plain.tables(here) == []
    options = ("--rename", "public.Sales_t=other", "--rename", "Sales_t.id=number", "--names", "lower")
    outcome = run("plan", there, here, *options, "--json")
    assert outcome.code == 0, outcome.err
    names = [(each["object"], each["from"], each["to"]) for each in json.loads(outcome.out)["names"]]
    assert ("table", "public.Sales_t", "other") in names
    assert ("column", "public.Sales_t.id", "number") in names
    assert run("copy", there, here, "--rename", "Sale_t=x").code == 2
    copied(there, here, *options)
    assert plain.columns(here, "other") == ["id", "number"]


@pytest.mark.parametrize("target", ["mysql", "mariadb", "sqlite"])
def test_constraints_that_repeat_per_table_are_told_apart(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql"), database(target)
    body = "CONSTRAINT positive CHECK (n > 0), CONSTRAINT parent FOREIGN KEY (n) REFERENCES p"
    plain.execute(
        there,
        "CREATE TABLE p (id int PRIMARY KEY)",
        *(f"CREATE TABLE {name} (id int PRIMARY KEY, n int, {body})" for name in ("a", "b", "c")),
    )
    plan = transfer.plan(there, here)
    meaning.assert_as_planned(transfer.copy(plan, source=there, target=here))
    made = transfer.inspect(here)
    found = {table.name.name: constraints(table) for table in made.tables if table.foreign_keys}
    keys = {"a": "parent", "b": "b_parent", "c": "c_parent"} if target != "sqlite" else dict.fromkeys("abc", "parent")
    checks = (
        {"a": "positive", "b": "b_positive", "c": "c_positive"}
        if target == "mysql"
        else dict.fromkeys("abc", "positive")
    )
    for table, names in found.items():
        assert {keys[table], checks[table]} <= names
    assert {each.target for each in plan.names if each.object == "check"} == set(checks.values()) - {"positive"}


@pytest.mark.parametrize("target", ["postgresql", "sqlite", "mariadb"])
def test_indexes_that_repeat_per_table_are_told_apart(database: DatabaseFactory, target: str) -> None:
    there, here = database("mysql"), database(target)
    plain.execute(
        there,
        "CREATE TABLE a (id int PRIMARY KEY, n int, KEY n (n), UNIQUE KEY u (n), KEY b (n))",
        "CREATE TABLE b (id int PRIMARY KEY, n int, KEY N (n), UNIQUE KEY u (n), KEY a_n (n))",
    )
    plan = transfer.plan(there, here)
    meaning.assert_as_planned(transfer.copy(plan, source=there, target=here))
    made = transfer.inspect(here)
    found = [constraints(named(made, name)) for name in ("a", "b")]
    if target == "mariadb":
        assert found == [{"n", "u", "b"}, {"N", "u", "a_n"}]
    else:
        other = "b_N" if target == "sqlite" else "N"
        assert found[0] >= {"n", "u", "a_b"} and found[1] >= {other, "b_u", "a_n"}
        assert all(
            any(each.target in note.message for note in plan.losses) for each in plan.names if each.object == "index"
        )


def test_names_that_the_target_has_already_are_left_alone(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("postgresql")
    plain.execute(there, "CREATE TABLE t (id int PRIMARY KEY, n int)", "CREATE INDEX by_n ON t (n)")
    plain.execute(here, "CREATE TABLE old (id int PRIMARY KEY, n int)", "CREATE INDEX by_n ON old (n)")
    meaning.assert_as_planned(transfer.copy(transfer.plan(there, here), source=there, target=here))
    assert constraints(named(transfer.inspect(here), "t")) == {"t_by_n"}


def test_tables_that_differ_in_case_only_stay_two_where_the_server_lets_them(database: DatabaseFactory) -> None:
    there, here = database("mariadb"), database("mysql")
    for name in ("Foo", "foo"):
        plain.execute(there, f"CREATE TABLE {name} (id int PRIMARY KEY)", f"INSERT INTO {name} VALUES ({len(name)})")
    copied(there, here)
    assert plain.tables(here) == ["Foo", "foo"]
    (block,) = transfer.plan(there, database("sqlite")).blocks
    assert "foo" in block.message and "Foo" in block.message and "--rename" in block.option


def test_defaults_and_expressions_of_the_same_engine_follow(database: DatabaseFactory) -> None:
    there, here = database("mysql"), database("mysql")
    plain.execute(
        there,
        "CREATE TABLE Price (ID int AUTO_INCREMENT PRIMARY KEY, NetSum int, GrossSum int DEFAULT (NetSum + 1), "
        "Note varchar(20) DEFAULT (concat('NetSum ', NetSum)), KEY ByNote ((lower(Note))))",
        "INSERT INTO Price (NetSum) VALUES (1)",
    )
    copied(there, here, "--names", "snake")
    plain.execute(here, "INSERT INTO price (net_sum) VALUES (10)")
    assert plain.query(here, "SELECT id, gross_sum, note FROM price ORDER BY 1") == [
        (1, 2, "NetSum 1"),
        (2, 11, "NetSum 10"),
    ]
    assert named(transfer.inspect(here), "price").indexes[0].parts[0].expression

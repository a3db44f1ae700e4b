"""The catalogue's rows read into tables: as SQL Server shows them, folded, and where views are missing."""

from __future__ import annotations

from typing import Any

import pytest

from dialects.mssql import queries
from dialects.mssql.catalog import read_schema
from dialects.mssql.queries import Topic
from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY
from mappings import defaults as d
from mappings import types as t
from mappings.errors import DatabaseError
from mappings.schema import Check, Expression, ForeignKey, Generated, Identity, Schema, TableName, Unique
from tests.mssql.fakes import refused
from tests.mssql.tsql import parses

CI = "SQL_Latin1_General_CP1_CI_AS"
ORDERS, LINES = 101, 102


def column(table: int, number: int, name: str, base: str, **more: Any) -> tuple[Any, ...]:
    told: dict[str, Any] = {"length": 4, "precision": 10, "scale": 0, "collation": None, "nullable": 0, "type": base}
    told |= more
    user = int(told["type"] != base)
    sizes = (told["length"], told["precision"], told["scale"])
    return (table, number, name, base, told["type"], user, 0, *sizes, told["collation"], told["nullable"])


ROWS: dict[Topic, list[tuple[Any, ...]]] = {
    queries.TABLES: [(ORDERS, "dbo", "Orders"), (LINES, "Sales", "Lines"), (103, "dbo", "_dbtransfer_1")],
    queries.COLUMNS: [
        column(ORDERS, 1, "Id", "int"),
        column(ORDERS, 2, "Code", "nvarchar", length=40, collation=CI, nullable=1),
        column(ORDERS, 3, "Total", "money", length=8, precision=19, scale=4, nullable=1),
        column(ORDERS, 4, "Made", "datetime2", length=8, precision=27, scale=7, type="Moment"),
        column(ORDERS, 5, "Version", "timestamp", length=8),
        column(ORDERS, 6, "Twice", "int", nullable=1),
        column(LINES, 1, "Order", "int"),
        column(LINES, 2, "Note", "varchar", length=-1, collation=CI, nullable=1),
        column(LINES, 3, "Anything", "sql_variant", length=8016, nullable=1),
    ],
    queries.SPELLINGS: [("dbo", "Orders", name) for name in ("Id", "Code", "Total", "Made", "Version", "Twice")]
    + [("Sales", "Lines", name) for name in ("Order", "Note", "Anything")],
    queries.COLUMN_FEATURES: [(ORDERS, 2, 1, 0, 0, 0, 1, None), (ORDERS, 4, 0, 0, 1, 1, 0, None)],
    queries.TABLE_FEATURES: [(ORDERS, 2, 0, 0, 0, 0), (LINES, 0, 0, 0, 0, 0)],
    queries.IDENTITIES: [(ORDERS, 1, 1, 1, 41)],
    queries.COMPUTED: [(ORDERS, 6, "([Id]*(2))", 1)],
    queries.DEFAULTS: [(ORDERS, 3, "((0))"), (ORDERS, 4, "(sysutcdatetime())")],
    queries.INDEXES: [
        (ORDERS, 1, "PK_Orders", 1, 1, 1, 0, 0, None),
        (ORDERS, 2, "UQ_Code", 2, 1, 0, 1, 0, None),
        (ORDERS, 3, "IX_Made", 2, 0, 0, 0, 0, "([Total]>(0))"),
        (ORDERS, 4, "IX_Off", 2, 0, 0, 0, 1, None),
        (LINES, 2, "PK_Lines", 2, 1, 1, 0, 0, None),
        (LINES, 3, "CX", 1, 0, 0, 0, 0, None),
        (LINES, 4, "XML", 3, 0, 0, 0, 0, None),
        (LINES, 5, "NCI", 6, 0, 0, 0, 0, None),
    ],
    queries.INDEX_COLUMNS: [
        (ORDERS, 1, 1, 1, 0, 0),
        (ORDERS, 2, 2, 1, 0, 0),
        (ORDERS, 3, 4, 1, 1, 0),
        (ORDERS, 3, 2, 0, 0, 1),
        (ORDERS, 4, 2, 1, 0, 0),
        (LINES, 2, 1, 1, 0, 0),
        (LINES, 3, 1, 1, 0, 0),
        (LINES, 4, 2, 1, 0, 0),
        (LINES, 5, 1, 0, 0, 1),
    ],
    queries.FOREIGN_KEYS: [(201, LINES, "FK_Lines", ORDERS, "CASCADE", "SET_NULL", 1, 1)],
    queries.FOREIGN_KEY_COLUMNS: [(201, 1, 1)],
    queries.CHECKS: [(ORDERS, "CK_Total", "([Total]>=(0))", 0, 1)],
    queries.COMMENTS: [(ORDERS, 0, "what was ordered"), (ORDERS, 2, "its code")],
    queries.SIZES: [(ORDERS, 40, 81920)],
    queries.OBJECTS: [("V ", "dbo", "Totals", None), ("TR", "dbo", "Stamp", "Orders"), ("SO", "dbo", "Numbers", None)],
    queries.TYPES: [("dbo", "Moment", 0, 0), ("dbo", "Rows", 1, 0)],
    queries.DATABASE_TRIGGERS: [("Audit",)],
    queries.PROPERTIES: [("Owner", 3)],
    queries.POLICIES: [(LINES, "OwnRows", 1)],
    queries.FULLTEXT: [(LINES,)],
}
STANDARD: dict[Topic, list[tuple[Any, ...]]] = {
    queries.STANDARD_TABLES: [("dbo.Orders", "dbo", "Orders")],
    queries.STANDARD_COLUMNS: [
        ("dbo.Orders", "Id", "Id", "int", "int", 0, 0, None, 10, 0, None, 0),
        ("dbo.Orders", "Code", "Code", "nvarchar", "nvarchar", 0, 0, 40, None, None, CI, 1),
        ("dbo.Orders", "Made", "Made", "datetime2", "datetime2", 0, 0, None, None, 3, None, 1),
    ],
    queries.STANDARD_IDENTITIES: [("dbo.Orders", "Id", 1, 1, 41)],
    queries.STANDARD_DEFAULTS: [("dbo.Orders", "Code", "(N'x')")],
    queries.STANDARD_KEYS: [
        ("dbo.Orders", "PK", "PK", 2, 1, 1, 0, 0, None),
        ("dbo.Orders", "U", "U", 2, 1, 0, 1, 0, None),
    ],
    queries.STANDARD_KEY_COLUMNS: [("dbo.Orders", "PK", "Id", 1, 0, 0), ("dbo.Orders", "U", "Code", 1, 0, 0)],
    queries.STANDARD_FOREIGN_KEYS: [("dbo.FK", "dbo.Orders", "FK", "dbo.Orders", "NO ACTION", "CASCADE", 0, 0)],
    queries.STANDARD_FOREIGN_KEY_COLUMNS: [("dbo.FK", "Code", "Code")],
    queries.STANDARD_CHECKS: [("dbo.Orders", "CK", "([Id]>(0))", 0, 0)],
}


def reflected(rows: dict[Topic, Any], *schemas: str, server: Server | None = None) -> Schema:
    """What a database with these rows holds; a topic without rows is a view that is not there."""
    by_statement = {topic.sql: found for topic, found in rows.items()}

    def run(statement: str) -> Any:
        found = by_statement.get(statement)
        if found is None:
            cause = refused("Invalid object name 'sys.something'.")
            raise DatabaseError("reading the catalogue: Invalid object name (208)") from cause
        return found

    return read_schema(run, server or Server(), schemas)


@pytest.fixture
def schema() -> Schema:
    return reflected(ROWS)


def test_columns_have_type_default_identity_and_comment(schema: Schema) -> None:
    orders = schema.table(TableName("dbo", "Orders"))
    assert [(each.name, each.native, each.nullable) for each in orders.columns] == [
        ("Id", "int", False),
        ("Code", f"nvarchar(20) COLLATE {CI}", True),
        ("Total", "money", True),
        ("Made", "datetime2(7)", False),
        ("Version", "rowversion", False),
        ("Twice", "int", True),
    ]
    assert orders.column("Id").identity == Identity(start=1, increment=1, next=42)
    assert orders.column("Total").default == d.LiteralDefault("0")
    assert orders.column("Made").default == d.NowDefault("utc", 6) and orders.column("Made").invisible
    assert orders.column("Twice").generated == Generated(Expression(FAMILY, "[Id]*(2)"), stored=True)
    assert (orders.comment, orders.column("Code").comment) == ("what was ordered", "its code")
    assert (orders.rows, orders.octets) == (40, 81920)


def test_a_table_that_never_held_a_row_begins_with_its_seed() -> None:
    table = reflected(ROWS | {queries.IDENTITIES: [(ORDERS, 1, 100, 5, None)]}).table(TableName("dbo", "Orders"))
    assert table.column("Id").identity == Identity(start=100, increment=5, next=100)


def test_keys_and_indexes(schema: Schema) -> None:
    orders, lines = schema.table(TableName("dbo", "Orders")), schema.table(TableName("Sales", "Lines"))
    assert orders.primary_key is not None and orders.primary_key.columns == ("Id",)
    assert orders.uniques == (Unique("UQ_Code", ("Code",), nulls_not_distinct=True),)
    (made,) = orders.indexes
    assert [(part.column, part.descending) for part in made.parts] == [("Made", True)]
    assert (made.include, made.where) == (("Code",), Expression(FAMILY, "[Total]>(0)"))
    assert orders.checks == (Check("CK_Total", Expression(FAMILY, "[Total]>=(0)"), validated=False),)
    expected = ForeignKey("FK_Lines", ("Order",), orders.name, ("Id",), "CASCADE", "SET NULL", validated=False)
    assert lines.foreign_keys == (expected,)
    assert [(each.name, each.method, [part.column for part in each.parts]) for each in lines.indexes] == [
        ("CX", "", ["Order"]),
        ("XML", "xml", ["Note"]),
        ("NCI", "columnstore", ["Order"]),
    ]
    assert dict(lines.options) == {"primary key": "nonclustered", "clustered": "CX"} and orders.options == ()


def test_our_own_tables_are_passed_over(schema: Schema) -> None:
    assert [str(table.name) for table in schema.tables] == ["dbo.Orders", "Sales.Lines"]
    assert [str(table.name) for table in reflected(ROWS, "sales").tables] == ["Sales.Lines"]
    assert reflected(ROWS, "sales", server=Server(collation="Latin1_General_100_BIN2")).tables == ()


def test_what_is_not_carried_is_listed(schema: Schema) -> None:
    listed = {(each.object, each.name) for each in schema.not_carried}
    assert {
        ("view", "dbo.Totals"),
        ("trigger", "dbo.Orders.Stamp"),
        ("sequence", "dbo.Numbers"),
        ("alias type", "dbo.Moment"),
        ("table type", "dbo.Rows"),
        ("trigger", "Audit"),
        ("extended property", "Owner"),
        ("security policy", "Sales.Lines.OwnRows"),
        ("index", "Sales.Lines"),
        ("index", "dbo.Orders.IX_Off"),
        ("table option", "dbo.Orders"),
        ("foreign key option", "Sales.Lines.FK_Lines"),
    } <= listed
    reasons = {(each.name, each.reason) for each in schema.not_carried if each.object == "column option"}
    assert {name for name, _ in reasons} == {
        "dbo.Orders.Code",
        "dbo.Orders.Made",
        "dbo.Orders.Version",
        "Sales.Lines.Anything",
    }
    assert not [each for each in schema.not_carried if each.object == "catalogue"]


def test_folded_names_get_their_case_back() -> None:
    folded = ROWS | {
        queries.TABLES: [(number, home.lower(), name.lower()) for number, home, name in ROWS[queries.TABLES]],
        queries.COLUMNS: [(*row[:2], row[2].lower(), *row[3:]) for row in ROWS[queries.COLUMNS]],
    }
    assert reflected(folded).tables == reflected(ROWS).tables


def test_names_that_differ_in_case_only_stay_apart() -> None:
    rows = {
        queries.TABLES: [(1, "dbo", "Foo"), (2, "dbo", "foo")],
        queries.COLUMNS: [column(1, 1, "A", "int"), column(1, 2, "a", "int"), column(2, 1, "a", "int")],
        queries.SPELLINGS: [("dbo", "Foo", "A"), ("dbo", "Foo", "a"), ("dbo", "foo", "a")],
    }
    tables = reflected({topic: [] for topic in ROWS} | rows).tables
    assert [(table.name.name, [each.name for each in table.columns]) for table in tables] == [
        ("Foo", ["A", "a"]),
        ("foo", ["a"]),
    ]


@pytest.mark.parametrize("missing", [topic for topic in ROWS if topic not in (queries.TABLES, queries.COLUMNS)])
def test_a_view_that_is_missing_is_told_and_does_not_stop(missing: Topic) -> None:
    schema = reflected({topic: rows for topic, rows in ROWS.items() if topic is not missing})
    assert [each.name for each in schema.not_carried if each.object == "catalogue"] == [missing.name]
    assert len(schema.tables) == 2


def test_other_errors_of_the_catalogue_stop() -> None:
    def run(_: str) -> Any:
        raise DatabaseError("deadlock") from refused("Transaction was deadlocked on lock resources")

    with pytest.raises(DatabaseError):
        read_schema(run, Server(), ())


def test_the_standards_catalogue_stands_in() -> None:
    (table,) = reflected(STANDARD).tables
    assert [(each.name, each.native) for each in table.columns] == [
        ("Id", "int"),
        ("Code", f"nvarchar(20) COLLATE {CI}"),
        ("Made", "datetime2(3)"),
    ]
    assert table.column("Made").type == t.Timestamp(3)
    assert table.column("Id").identity == Identity(next=42) and table.column("Code").default == d.LiteralDefault("x")
    assert table.primary_key is not None and table.primary_key.columns == ("Id",)
    assert [unique.columns for unique in table.uniques] == [("Code",)]
    assert table.foreign_keys[0].target == table.name and table.foreign_keys[0].on_update == "CASCADE"
    assert table.checks[0].expression == Expression(FAMILY, "[Id]>(0)")


@pytest.mark.parametrize(
    "topic", [*ROWS, *STANDARD, queries.FILTERED, queries.MASKED], ids=lambda topic: topic.sql[7:40]
)
def test_the_queries_are_tsql(topic: Topic) -> None:
    assert parses(topic.sql)

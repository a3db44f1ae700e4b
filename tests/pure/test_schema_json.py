"""A schema as JSON: everything is there, and each type and default says its kind."""

import json
from dataclasses import asdict, fields
from typing import Any, get_args

import pytest

from mappings import defaults as d
from mappings import types as t
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)

ORDERS = TableName("shop", "orders")
NESTED = t.Array(t.Enum(("a", "b"), "letter", t.Collation("x", "C", insensitive=False)), "x", "letter[]")
TABLE = Table(
    ORDERS,
    (
        Column("id", t.Integer(64), "bigint", nullable=False, identity=Identity(next=5)),
        Column("letters", NESTED, "letter[]", default=d.LiteralDefault("{a}"), comment="schön"),
        Column("twice", t.Integer(64), "bigint", generated=Generated(Expression("x", "id * 2"), stored=True)),
    ),
    PrimaryKey("orders_pkey", ("id",)),
    (Unique("u", ("letters",), nulls_not_distinct=True),),
    (ForeignKey("f", ("id",), ORDERS, ("id",), on_delete="SET NULL", set_columns=("id",)),),
    (Index("i", (IndexPart("id", descending=True), IndexPart(expression=Expression("x", "lower(a)"))), unique=True),),
    (Check("c", Expression("x", "id > 0")),),
    options=(("engine", "x"),),
)
SCHEMA = Schema("x", "Engine 1", "shop", (TABLE,), (NotCarried("view", "v", "no"),))


def as_lists(value: Any) -> Any:
    """What JSON makes of tuples."""
    if isinstance(value, dict):
        return {name: as_lists(member) for name, member in value.items()}
    return [as_lists(member) for member in value] if isinstance(value, tuple | list) else value


def test_a_schema_goes_into_json_without_loss() -> None:
    document = asdict(SCHEMA)
    assert json.loads(json.dumps(document)) == as_lists(document)


def test_the_parts_of_a_table_are_found_by_name() -> None:
    table = asdict(SCHEMA)["tables"][0]
    assert table["name"] == {"schema": "shop", "name": "orders"}
    assert table["columns"][0]["type"] == {"bits": 64, "unsigned": False, "kind": "integer"}
    assert table["columns"][1]["type"]["element"]["labels"] == ("a", "b")
    assert table["columns"][1]["type"]["element"]["kind"] == "enum"
    assert table["columns"][1]["default"] == {"text": "{a}", "kind": "literal"}
    assert table["foreign_keys"][0]["target"] == {"schema": "shop", "name": "orders"}


@pytest.mark.parametrize("union", [t.LogicalType, d.Default])
def test_a_kind_names_one_class(union: Any) -> None:
    classes = get_args(union)
    kinds = [next(field.default for field in fields(each) if field.name == "kind") for each in classes]
    assert len(set(kinds)) == len(classes)
    assert all(isinstance(kind, str) and kind.islower() for kind in kinds)


def test_tables_and_columns_are_found_by_name_or_not_at_all() -> None:
    assert SCHEMA.table(ORDERS) is TABLE
    assert TABLE.column("twice").generated is not None
    with pytest.raises(KeyError, match="shop.lines"):
        SCHEMA.table(TableName("shop", "lines"))
    with pytest.raises(KeyError, match="nothing"):
        TABLE.column("nothing")


def test_rows_are_written_to_all_columns_but_the_generated() -> None:
    assert [column.name for column in TABLE.stored_columns] == ["id", "letters"]


@pytest.mark.parametrize(("name", "text"), [(ORDERS, "shop.orders"), (TableName("", "orders"), "orders")])
def test_a_table_is_called_by_its_schema_when_it_has_one(name: TableName, text: str) -> None:
    assert str(name) == text


@pytest.mark.parametrize(
    ("kind", "bounds"),
    [
        (t.Integer(8), (-128, 127)),
        (t.Integer(8, True), (0, 255)),
        (t.Integer(24), (-8388608, 8388607)),
        (t.Integer(64), (-9223372036854775808, 9223372036854775807)),
        (t.Integer(64, True), (0, 18446744073709551615)),
    ],
)
def test_the_bounds_of_integers(kind: t.Integer, bounds: tuple[int, int]) -> None:
    assert kind.bounds == bounds

"""Keys, indexes, checks and defaults fitted to an imaginary target: carried, adapted, or listed by name."""

from dataclasses import replace
from typing import Any

import pytest

from dialects.base import Fit
from mappings import defaults as d
from mappings import types as t
from mappings.errors import Blocked
from mappings.limits import Limits
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)
from mappings.type_mapper import Spelling
from tests.pure.limits import GENEROUS
from tests.pure.target import Target
from transfer.fitting import TableFitter

SHORT = replace(GENEROUS, identifier_length=12)
FOLDING = replace(GENEROUS, identifiers_fold_case=True)
WIDE = replace(GENEROUS, index_names_per_schema=True, constraint_names_per_schema=True)
SQL = Expression("source", "x > 0")
FOREIGN = Expression("source", "foreign()")


def table(name: str = "orders", *columns: Column, **parts: Any) -> Table:
    return Table(TableName("shop", name), columns or (Column("id", t.Integer(64), "bigint"),), **parts)


def fitter(*tables: Table, target: Target | None = None) -> TableFitter:
    names = {each.name: TableName("dbo", each.name.name) for each in tables}
    return TableFitter(Schema("source", "Source 1", "shop", tables), target or Target(), names)


def fitted(
    source: Table, target: Target | None = None, checks: tuple[str, ...] = ()
) -> tuple[Table, list[str], list[str]]:
    """The table on the target, the notes, and what was not carried."""
    fit = fitter(source, target=target)
    spellings = [Spelling("native", column.type) for column in source.columns]
    spellings = [replace(spelling, check=check) for spelling, check in zip(spellings, checks or [""] * 9, strict=False)]
    made, notes = fit.fit(source, list(source.columns), spellings)
    return made, [note.message for note in notes], [f"{item.object} {item.name}" for item in fit.not_carried]


def test_a_table_keeps_its_keys_and_indexes_under_its_new_name() -> None:
    source = table(
        primary_key=PrimaryKey("pk", ("id",)),
        uniques=(Unique("", ("id",)),),
        indexes=(Index("by_id", (IndexPart("id", descending=True),)),),
        foreign_keys=(ForeignKey("", ("id",), TableName("shop", "orders"), ("id",)),),
        checks=(Check("positive", SQL),),
        options=(("engine", "x"),),
        only=True,
    )
    made, notes, dropped = fitted(source)
    assert made.name == TableName("dbo", "orders")
    assert made.primary_key == PrimaryKey("pk", ("id",))
    assert made.uniques == (Unique("orders_unique", ("id",)),)
    assert made.indexes == source.indexes
    assert made.foreign_keys[0].name == "orders_id_fkey"
    assert made.foreign_keys[0].target == TableName("dbo", "orders")
    assert made.checks == (Check("positive", Expression("target", "x > 0 of id")),)
    assert (made.options, made.only, notes, dropped) == ((), False, [], [])


def test_options_stay_within_the_family() -> None:
    assert fitted(table(options=(("engine", "x"),)), Target(family="source"))[0].options == (("engine", "x"),)


DROPPED: dict[str, tuple[Table, str]] = {
    "a check": (table(checks=(Check("c", FOREIGN),)), "check shop.orders.c"),
    "a check without a name": (table(checks=(Check("", FOREIGN),)), "check shop.orders.foreign()"),
    "a check that rows may break": (table(checks=(Check("c", SQL, validated=False),)), "check shop.orders.c"),
    "a check that is not enforced": (table(checks=(Check("c", SQL, enforced=False),)), "check shop.orders.c"),
    "an expression in an index": (
        table(indexes=(Index("i", (IndexPart(expression=FOREIGN),)),)),
        "index shop.orders.i",
    ),
    "the predicate of an index": (
        table(indexes=(Index("i", (IndexPart("id"),), where=FOREIGN),)),
        "index shop.orders.i",
    ),
    "a default": (
        table("orders", Column("a", t.Text(), "text", default=d.ExpressionDefault("source", "foreign()"))),
        "default shop.orders.a",
    ),
    "the expression of a column": (
        table("orders", Column("a", t.Text(), "text", generated=Generated(FOREIGN, stored=True))),
        "generated column shop.orders.a",
    ),
    "on update": (table("orders", Column("a", t.Timestamp(), "", on_update_now=True)), "on update shop.orders.a"),
}


@pytest.mark.parametrize("name", DROPPED)
def test_what_has_no_equal_is_left_behind_by_name(name: str) -> None:
    source, told = DROPPED[name]
    made, _, dropped = fitted(source)
    assert dropped == [told]
    assert (made.checks, made.indexes) == ((), ())
    column = made.columns[0]
    assert (column.default, column.generated, column.on_update_now) == (None, None, False)


def test_a_check_that_a_type_implies_is_dropped_without_a_word_elsewhere_and_kept_at_home() -> None:
    source = table(checks=(Check("c", SQL, implied=True),))
    assert fitted(source)[0].checks == ()
    assert fitted(source)[2] == []
    assert len(fitted(source, Target(family="source"))[0].checks) == 1


def test_what_an_engine_cannot_hold_is_listed_and_what_it_adapts_is_noted() -> None:
    source = table(
        indexes=(Index("i", (IndexPart("id"),)),),
        foreign_keys=(ForeignKey("f", ("id",), TableName("shop", "orders"), ("id",)),),
    )
    made, notes, dropped = fitted(source, Target(index_fit="no such index", key_note="not deferrable"))
    assert (made.indexes, dropped) == ((), ["index shop.orders.i"])
    assert (made.foreign_keys[0].name, notes) == ("f", ["foreign key: not deferrable"])


def test_now_is_noted_because_it_is_another_clock() -> None:
    column = Column("at", t.Timestamp(), "timestamp", default=d.NowDefault("local"))
    assert fitted(table("orders", column))[1] == ["the default is the target server's own clock"]
    assert fitted(table("orders", column), Target(family="source"))[1] == []


def test_a_spelling_brings_the_check_that_it_needs() -> None:
    made, *_ = fitted(table(checks=(Check("orders_id_check", SQL),)), checks=("{column} IN (0, 1)",))
    assert [(check.name, check.expression.sql) for check in made.checks] == [
        ("orders_id_check", "x > 0 of id"),
        ("orders_orders_id_check", "<id> IN (0, 1)"),
    ]


LONG = "a_rather_long_name"


def test_long_names_are_cut_alike_wherever_they_stand() -> None:
    source = table(
        "orders",
        Column(LONG, t.Integer(64), "bigint"),
        primary_key=PrimaryKey("", (LONG,)),
        uniques=(Unique("u", (LONG,)),),
        indexes=(Index("i", (IndexPart(LONG),), include=(LONG,)),),
        foreign_keys=(ForeignKey("f", (LONG,), TableName("shop", "orders"), (LONG,), set_columns=(LONG,)),),
        checks=(Check("c", SQL),),
    )
    made, *_ = fitted(source, Target(limits=SHORT))
    short = made.columns[0].name
    assert len(short) == 12
    assert made.primary_key is not None
    key, index = made.foreign_keys[0], made.indexes[0]
    assert {made.primary_key.columns, made.uniques[0].columns, key.columns, key.target_columns, key.set_columns} == {
        (short,)
    }
    assert (index.parts[0].column, index.include) == (short, (short,))
    assert made.checks[0].expression.sql == f"x > 0 of {short}"


def test_columns_that_become_one_on_the_target_block() -> None:
    source = table("orders", Column("Id", t.Text(), ""), Column("id", t.Text(), ""))
    assert len(fitted(source)[0].columns) == 2
    with pytest.raises(Blocked, match="shop.orders: the columns Id and id would be one") as caught:
        fitted(source, Target(limits=FOLDING))
    assert "--exclude 'shop.orders'" in caught.value.hint


def names_of(*tables: Table, limits: Limits) -> list[list[str]]:
    fit = fitter(*tables, target=Target(limits=limits))
    made = [
        fit.fit(each, list(each.columns), [Spelling("", column.type) for column in each.columns])[0] for each in tables
    ]
    return [names_in(each) for each in made]


def names_in(made: Table) -> list[str]:
    parts: list[Unique | Index | ForeignKey | Check] = [*made.uniques, *made.indexes, *made.foreign_keys, *made.checks]
    return [part.name for part in parts]


def test_names_repeat_per_table_only_where_the_target_lets_them() -> None:
    key = ForeignKey("k", ("id",), TableName("shop", "one"), ("id",))
    one = table("one", indexes=(Index("i", (IndexPart("id"),)),), foreign_keys=(key,))
    other = replace(one, name=TableName("shop", "other"))
    assert names_of(one, other, limits=GENEROUS) == [["i", "k"], ["i", "k"]]
    assert names_of(one, other, limits=WIDE) == [["i", "k"], ["other_i", "other_k"]]


def test_an_index_is_not_called_like_a_table_of_its_namespace() -> None:
    source = table("one", indexes=(Index("other", (IndexPart("id"),)),))
    assert names_of(source, table("other"), limits=WIDE) == [["one_other"], []]
    assert names_of(source, table("other"), limits=GENEROUS) == [["other"], []]


def test_a_constraint_is_not_called_like_a_unique_constraint_of_its_table() -> None:
    source = table(
        uniques=(Unique("same", ("id",)),),
        foreign_keys=(ForeignKey("same", ("id",), TableName("shop", "orders"), ("id",)),),
        checks=(Check("same", SQL),),
    )
    assert names_of(source, limits=GENEROUS) == [["same", "orders_same", "orders_same_2"]]


def test_an_index_may_be_called_like_a_foreign_key() -> None:
    source = table(
        indexes=(Index("same", (IndexPart("id"),)),),
        foreign_keys=(ForeignKey("same", ("id",), TableName("shop", "orders"), ("id",)),),
    )
    assert names_of(source, limits=GENEROUS) == [["same", "same"]]


def test_an_identity_that_the_target_cannot_hold_is_listed() -> None:
    class Plain(Target):
        def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
            return Fit(None, "only one column of a table numbers itself")

    source = table("orders", Column("id", t.Integer(64), "bigint", identity=Identity()))
    assert fitted(source)[0].columns[0].identity == Identity()
    made, _, dropped = fitted(source, Plain())
    assert (made.columns[0].identity, dropped) == (None, ["identity shop.orders.id"])

"""Names that cannot be on the target are found in the plan, each with the option that settles it."""

from dataclasses import replace

import pytest

from dialects.base import Named
from mappings.errors import ConfigurationError
from mappings.limits import Limits
from mappings.names import PRESERVED, Naming, Rename, table_names
from mappings.renaming import renamed
from mappings.schema import Column, Expression, Schema, Table, TableName
from mappings.type_mapper import Note
from mappings.types import Text
from tests.pure.limits import GENEROUS
from tests.pure.target import Target
from transfer.config import parse_naming, renaming
from transfer.naming import NameCheck, refuse_unmeant

FOLDING = replace(GENEROUS, identifiers_fold_case=True)


class Choosy(Target):
    """An engine without names that begin with x or end in a space."""

    def refuses_name(self, what: Named, name: str) -> str:
        return super().refuses_name(what, name) or "it is odd" * (name[0] == "x" or name[-1] == " ")


def schema(*tables: tuple[str, tuple[str, ...]]) -> Schema:
    made = (
        Table(TableName("shop", name), tuple(Column(column, Text(), "text") for column in columns))
        for name, columns in tables
    )
    return Schema("source", "Source 1", "shop", tuple(made))


def blocks(source: Schema, limits: Limits = GENEROUS, naming: Naming = PRESERVED) -> list[Note]:
    names = (table.name for table in source.tables)
    places = table_names(names, naming=naming, source_default="shop", target_default="dbo", limits=limits)
    return list(NameCheck(source, naming, places, Choosy(limits=limits)).blocks())


def told(notes: list[Note]) -> list[tuple[str, str, str]]:
    return [(note.where, note.message, note.option) for note in notes]


def test_tables_that_would_be_one_block_with_a_free_name() -> None:
    source = schema(("Foo", ("a",)), ("foo", ("a",)), ("FOO", ("a",)), ("foo_2", ("a",)))
    assert blocks(source) == []
    assert told(blocks(source, FOLDING)) == [
        ("shop.foo", "shop.foo and shop.Foo would both become dbo.foo", "--rename 'shop.foo=foo_3'"),
        ("shop.FOO", "shop.FOO and shop.Foo would both become dbo.FOO", "--rename 'shop.FOO=FOO_4'"),
    ]
    settled = Naming("lower", (Rename("foo", "one"), Rename("shop.FOO", "two")))
    assert blocks(source, FOLDING, settled) == []


def test_columns_that_would_be_one_block_with_a_free_name() -> None:
    source = schema(("t", ("orderID", "order_id", "order_id_2")))
    assert blocks(source, FOLDING) == []
    assert told(blocks(source, naming=Naming("snake"))) == [
        (
            "shop.t.order_id",
            "the columns orderID and order_id would both become order_id",
            "--rename 'shop.t.order_id=order_id_3'",
        )
    ]
    assert blocks(source, naming=Naming("snake", (Rename("t.order_id", "own"),))) == []


def test_names_that_the_engine_refuses_block_with_one_that_it_takes() -> None:
    source = schema(("xmas", ("a ", "", "it's 😀 ")))
    assert told(blocks(source)) == [
        ("shop.xmas", "no table can be called 'xmas': it is odd", "--rename 'shop.xmas=a_xmas_2'"),
        ("shop.xmas.a ", "no column can be called 'a ': it is odd", "--rename 'shop.xmas.a =a'"),
        ("shop.xmas.", "no column can be called '': there are no empty names", "--rename 'shop.xmas.=_'"),
        (
            "shop.xmas.it's 😀 ",
            'no column can be called "it\'s 😀 ": it is odd',
            "--rename 'shop.xmas.it'\"'\"'s 😀 =it'\"'\"'s _'",
        ),
    ]


def test_every_option_that_is_offered_settles_its_block() -> None:
    source = schema(("xmas", ("a ", "", "A", "x")), ("A_xmas_2", ("b",)), ("Foo", ("c", "C ")), ("foo ", ("d",)))
    naming = PRESERVED
    for _ in range(8):
        found = blocks(source, FOLDING, naming)
        if not found:
            break
        offered = found[0].option.removeprefix("--rename '").removesuffix("'")
        naming = replace(naming, renames=(*naming.renames, *parse_naming(renames=(offered,)).renames))
        refuse_unmeant(naming, source)
    assert blocks(source, FOLDING, naming) == []
    assert len(naming.renames) == 6


def test_schemas_block_too() -> None:
    tables = tuple(Table(TableName(name, "t"), (Column("a", Text(), ""),)) for name in ("Crm", "crm", "xs"))
    source = Schema("source", "Source 1", "shop", tables)
    found = [block for block in blocks(source, naming=Naming("lower")) if "schema" in block.message]
    assert told(found) == [
        ("crm", "the schemas Crm and crm would both become crm", "--map-schema 'crm=crm_2'"),
        ("xs", "no schema can be called 'xs': it is odd", "--map-schema 'xs=own_xs'"),
    ]
    assert blocks(source, naming=parse_naming("lower", schemas=("crm=crm_2", "xs=own_xs"))) == []


def test_what_the_user_says_is_understood_or_refused() -> None:
    given = parse_naming("snake", ["a=b", "s.t.x=y=z"], ["old=new", "=app", "gone="])
    assert given == Naming(
        "snake", (Rename("a", "b"), Rename("s.t.x=y", "z")), (("old", "new"), ("", "app"), ("gone", ""))
    )


@pytest.mark.parametrize(
    ("renames", "schemas", "message"),
    [
        (["a"], [], "--rename 'a' is not TABLE=NEW or TABLE.COLUMN=NEW"),
        (["a="], [], "--rename 'a=' is not"),
        (["a=b.c"], [], "--rename 'a=b.c' is not"),
        (["a=b", "a=c"], [], "--rename is given twice for 'a'"),
        ([], ["a"], "--map-schema 'a' is not OLD=NEW"),
        ([], ["="], "--map-schema '=' is not OLD=NEW"),
        ([], ["a=b", "a=c"], "--map-schema is given twice for 'a'"),
    ],
)
def test_what_makes_no_sense_is_refused(renames: list[str], schemas: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_naming("preserve", renames, schemas)
    assert message in str(caught.value) and caught.value.hint


@pytest.mark.parametrize(
    ("naming", "message"),
    [
        (Naming(renames=(Rename("Orders", "x"),)), "--rename Orders=x matches no selected table"),
        (Naming(renames=(Rename("a.b", "x"),)), "may mean the table shop.a.b or the column b of shop.a"),
        (Naming(schemas=(("crm", "x"),)), "no selected table is in the schema 'crm'"),
    ],
)
def test_what_means_nothing_or_two_things_is_refused(naming: Naming, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        refuse_unmeant(naming, schema(("orders", ("id",)), ("a.b", ("id",)), ("a", ("b",))))
    assert message in str(caught.value) and caught.value.hint


def test_what_means_one_thing_is_taken() -> None:
    source = schema(("orders", ("id",)))
    for naming in (
        Naming(renames=(Rename("orders", "x"), Rename("shop.orders.id", "y"))),
        Naming(schemas=(("shop", "x"),)),
        Naming(schemas=(("", "x"),)),
    ):
        refuse_unmeant(naming, source)


NAMES = {"Total": "total_sum", "date": "day", "a`b": "c", 'q"r': "s", "Order ID": "order_id", "kept": "kept"}


@pytest.mark.parametrize(
    ("family", "sql", "expected"),
    [
        ("postgres", '("Total" > 0)', "(<total_sum> > 0)"),
        ("postgres", "((date)::text <> ''::text)", "((<day>)::text <> ''::text)"),
        ("postgres", "(kept = 'Total')", "(kept = 'Total')"),
        ("postgres", "kept > '2020-01-01'::date", "kept > '2020-01-01'::date"),
        ("postgres", "(\"Total\" ~ 'date'::text)", "(<total_sum> ~ 'date'::text)"),
        ("mysql", "(`a``b` > 0) and (`Order ID` < `Total`)", "(<c> > 0) and (<order_id> < <total_sum>)"),
        ("mysql", "cast(`kept` as date) > `date`", "cast(`kept` as date) > <day>"),
        ("mysql", "json_extract(`kept`,_utf8mb4'$.Total') = 1", "json_extract(`kept`,_utf8mb4'$.Total') = 1"),
        ("sqlite", '"q""r" > 0 AND [Order ID] > TOTAL', "<s> > 0 AND <order_id> > <total_sum>"),
        ("sqlite", "orders.Total > length('Total')", "<bills>.<total_sum> > length('Total')"),
        ("sqlite", "/* Total */ kept > 1", "/* Total */ kept > 1"),
    ],
)
def test_names_are_put_anew_into_an_expression_and_all_else_stays(family: str, sql: str, expected: str) -> None:
    moved = renamed(Expression(family, sql), NAMES, ("orders", "bills"), lambda name: f"<{name}>")
    assert moved == Expression(family, expected)


@pytest.mark.parametrize("sql", ["Total > 0 AND (((", "other.Total > 0"])
def test_an_expression_that_is_not_understood_is_not_guessed_at(sql: str) -> None:
    assert renamed(Expression("sqlite", sql), NAMES, ("orders", "bills"), lambda name: name) is None


def test_the_option_is_one_word_for_a_shell() -> None:
    assert renaming("a'b.c d", "e") == "--rename 'a'\"'\"'b.c d=e'"

"""Which tables, which losses, how many workers: understood exactly, or refused with what would be right."""

import pytest

from mappings import types as t
from mappings.conform import RULES
from mappings.errors import ConfigurationError
from mappings.schema import Column, TableName
from transfer.config import Allowance, Consent, Options, Selection, consent, matches, parse_allowance

SHOP = tuple(TableName("shop", name) for name in ("orders", "order_lines", "Orders", "log"))
NAMES = (*SHOP, TableName("crm", "orders"), TableName("", "flat"), TableName("shop", "odd[1]"))


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("orders", ["shop.orders", "crm.orders"]),
        ("shop.orders", ["shop.orders"]),
        ("Orders", ["shop.Orders"]),
        ("order*", ["shop.orders", "shop.order_lines", "crm.orders"]),
        ("crm.*", ["crm.orders"]),
        ("*.orders", ["shop.orders", "crm.orders"]),
        ("?lat", ["flat"]),
        ("[lf]*", ["shop.log", "flat"]),
        ("odd[[]1]", ["shop.odd[1]"]),
        ("ORDERS", []),
        ("order", []),
        ("", []),
    ],
)
def test_a_pattern_is_a_glob_on_the_name_with_or_without_its_schema(pattern: str, names: list[str]) -> None:
    assert [str(name) for name in NAMES if matches(pattern, name)] == names


def test_without_patterns_all_tables_are_taken_in_their_order() -> None:
    assert Selection().pick(NAMES) == NAMES


def test_exclusion_wins_over_choice() -> None:
    picked = Selection(tables=("shop.*", "flat"), exclude=("order*", "odd*")).pick(NAMES)
    assert [str(name) for name in picked] == ["shop.Orders", "shop.log", "flat"]


@pytest.mark.parametrize("selection", [Selection(tables=("nothing*",)), Selection(exclude=("nothing*",))])
def test_a_pattern_that_finds_nothing_is_an_error_that_lists_the_tables(selection: Selection) -> None:
    with pytest.raises(ConfigurationError, match="'nothing\\*' matches no table") as caught:
        selection.pick(NAMES)
    assert "shop.orders" in caught.value.hint


def test_a_long_list_of_tables_is_cut_in_the_hint() -> None:
    names = tuple(TableName("s", f"t{number:02}") for number in range(30))
    with pytest.raises(ConfigurationError) as caught:
        Selection(tables=("x",)).pick(names)
    assert caught.value.hint.endswith("s.t11 and 18 more")


@pytest.mark.parametrize(
    ("text", "table", "column", "rule"),
    [
        ("orders.total=round", "orders", "total", "round"),
        ("shop.orders.total=null", "shop.orders", "total", "null"),
        ("shop.*.note=truncate", "shop.*", "note", "truncate"),
        ("*.*=strip", "*", "*", "strip"),
        ("orders.a=b=clamp", "orders", "a=b", "clamp"),
        ("orders.big=text", "orders", "big", "text"),
    ],
)
def test_an_allowance_names_table_column_and_rule(text: str, table: str, column: str, rule: str) -> None:
    given = parse_allowance(text)
    assert (given.table, given.column, given.rule) == (table, column, rule)


def native(name: str) -> Column:
    return Column(name, t.Text(), "text")


UNKNOWN = (
    "type:=bool",
    "",
    "orders",
    "orders.total",
    "orders=round",
    ".total=round",
    "orders.=round",
    "orders.total=",
    "=round",
    ".",
)


@pytest.mark.parametrize("text", [*UNKNOWN, "orders.total=ROUND", "orders.total=everything"])
def test_a_bare_or_unknown_allowance_is_refused_with_the_rules(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_allowance(text)
    assert all(rule in caught.value.hint for rule in (*RULES, "text"))


def test_an_allowance_may_name_a_type() -> None:
    given = parse_allowance("type:tinyint(1)=bool")
    orders = TableName("shop", "orders")
    assert given.covers(orders, Column("paid", t.Integer(8), "TINYINT(1)"))
    assert not given.covers(orders, Column("kind", t.Integer(8), "tinyint"))
    assert str(given) == "type:tinyint(1)=bool"


def test_of_two_forms_the_last_holds() -> None:
    given = [parse_allowance("*.*=text"), parse_allowance("orders.paid=bool")]
    assert consent(given, TableName("shop", "orders"), native("paid")) == Consent(form="bool")


@pytest.mark.parametrize(
    ("allowance", "covered"),
    [
        (Allowance("orders", "total", "round"), ["shop.orders.total", "crm.orders.total"]),
        (Allowance("shop.orders", "t*", "round"), ["shop.orders.total", "shop.orders.tax"]),
        (Allowance("*", "TOTAL", "round"), []),
    ],
)
def test_an_allowance_covers_the_columns_that_its_globs_match(allowance: Allowance, covered: list[str]) -> None:
    places = [(TableName(schema, "orders"), column) for schema in ("shop", "crm") for column in ("total", "tax")]
    places = [place for place in places if place != (TableName("crm", "orders"), "tax")]
    assert [f"{table}.{column}" for table, column in places if allowance.covers(table, native(column))] == covered


def test_text_is_settled_by_the_plan_and_goes_with_a_rule_for_single_values() -> None:
    orders = TableName("shop", "orders")
    texts = ("orders.note=text", "orders.*=strip", "orders.total=round")
    given = [parse_allowance(text) for text in texts]
    assert consent(given, orders, native("note")) == Consent("strip", "text")
    assert consent(given, orders, native("total")) == Consent("round")
    assert consent(given, TableName("shop", "lines"), native("note")) == Consent()


@pytest.mark.parametrize(
    "wrong", [{"jobs": 0}, {"batch_rows": 0}, {"chunk_bytes": 0}, {"jobs": -1}, {"schema": False, "rows": False}]
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError):
        Options(**wrong)  # type: ignore[arg-type]


def test_defaults_refuse_what_is_there_and_verify_values() -> None:
    options = Options()
    assert (options.if_exists, options.verify, options.allowances, options.jobs) == ("fail", "digest", (), 1)
    assert options.schema
    assert options.rows

"""Names on the target fit its limits, stay apart, and are the same in every plan."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.limits import Limits
from mappings.name_styles import STYLES, Style, snake, styled
from mappings.names import (
    PRESERVED,
    Naming,
    Rename,
    column_names,
    equal_columns,
    equal_homes,
    equal_tables,
    folded,
    shortened,
    table_names,
)
from mappings.schema import Column, Table, TableName
from mappings.types import Text
from tests.pure.limits import GENEROUS

CHARACTERS = replace(GENEROUS, identifier_length=20)
OCTETS = replace(CHARACTERS, identifier_octets=True)
UNITS = replace(CHARACTERS, utf16_lengths=True)
FOLDING = replace(GENEROUS, identifiers_fold_case=True)


@given(st.text(max_size=20))
def test_a_name_that_fits_is_kept(name: str) -> None:
    assert shortened(name, CHARACTERS) == name


@given(st.text(max_size=60))
def test_no_name_is_longer_than_the_limit(name: str) -> None:
    assert len(shortened(name, CHARACTERS)) <= 20
    assert len(shortened(name, OCTETS).encode()) <= 20
    assert len(shortened(name, UNITS).encode("utf-16-le")) <= 40


@given(st.text(min_size=15, max_size=25), st.text(max_size=3), st.text(max_size=3))
def test_two_long_names_stay_apart(head: str, one: str, other: str) -> None:
    first, second = shortened(head + one, OCTETS), shortened(head + other, OCTETS)
    assert (first == second) == (one == other)


def test_a_cut_name_ends_in_the_hash_of_the_whole() -> None:
    assert shortened("a_name_of_23_characters", CHARACTERS) == "a_name_of_2_68b3efbd"
    assert shortened("ééééééééééé", OCTETS) == "ééééé_31de13a7"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrderDetail", "order_detail"),
        ("orderDetailID", "order_detail_id"),
        ("HTTPServer", "http_server"),
        ("Order Detail", "order_detail"),
        ("order_detail", "order_detail"),
        ("ORDER_DETAIL", "order_detail"),
        ("IX_OrderDetail_ProductID", "ix_order_detail_product_id"),
        ("orderIDs", "order_ids"),
        ("ImageURLs2x", "image_urls2x"),
        ("2B", "2b"),
        ("Address2", "address2"),
        ("line2Text", "line2_text"),
        ("MD5Hash", "md5_hash"),
        ("X509Certificate", "x509_certificate"),
        ("utf8mb4", "utf8mb4"),
        ("_id", "_id"),
        ("__v", "__v"),
        ("a.b-c/d", "a_b_c_d"),
        (" Price (EUR) ", "price_eur"),
        ("GrößenTabelle", "größen_tabelle"),
        ("ÄnderungsDatum", "änderungs_datum"),
        ("E\u0301tatCivil", "état_civil"),
        ("ЗаказПокупателя", "заказ_покупателя"),
        ("bıgınt", "bıgınt"),
        ("हिन्दी", "हिन्दी"),
        ("注文 明細", "注文_明細"),
        ("😀", "😀"),
        ("!!!", "!!!"),
        ("", ""),
    ],
)
def test_snake_parts_words_as_people_read_them(name: str, expected: str) -> None:
    assert snake(name) == expected


@given(st.text(max_size=12), st.sampled_from(STYLES))
def test_a_style_is_settled_after_once(name: str, style: Style) -> None:
    once = styled(name, style)
    assert styled(once, style) == once
    assert bool(once) == bool(name)


def test_lower_and_preserve_change_no_more_than_they_say() -> None:
    assert styled("Order Detail É", "lower") == "order detail é"
    assert styled("Order Detail É", "preserve") == "Order Detail É"


@pytest.mark.parametrize(
    ("limits", "equal"),
    [
        (GENEROUS, []),
        (FOLDING, ["Id id", "É é", "İ i", "\u212a k"]),
        (replace(FOLDING, identifiers_fold_ascii=True), ["Id id"]),
    ],
)
def test_names_are_told_apart_as_the_engine_does_it(limits: Limits, equal: list[str]) -> None:
    """Seen on MySQL 9.7, MariaDB 10.11 and SQLite 3.40; ß and ss, ı and i, σ and ς, e and é are two everywhere."""
    pairs = ["Id id", "É é", "İ i", "\u212a k", "ß ss", "ı i", "σ ς", "e é"]
    assert [pair for pair in pairs if len({folded(name, limits) for name in pair.split()}) == 1] == equal


def placed(
    *names: tuple[str, str], schemas: bool = True, naming: Naming = PRESERVED, limits: Limits = CHARACTERS
) -> list[str]:
    places = table_names(
        [TableName(*name) for name in names],
        naming=naming,
        source_default="public",
        target_default="dbo" if schemas else "",
        limits=replace(limits, schemas=schemas),
    )
    return [str(places[TableName(*name)]) for name in names]


def test_the_default_namespace_becomes_the_default_and_others_keep_their_name() -> None:
    assert placed(("public", "a"), ("", "b"), ("Sales", "a")) == ["dbo.a", "dbo.b", "Sales.a"]


def test_a_flat_target_gets_other_namespaces_as_a_prefix() -> None:
    assert placed(("public", "a"), ("sales", "a"), schemas=False) == ["a", "sales_a"]


TABLES = (("public", "OrderLine"), ("CrmData", "OrderLine"), ("audit", "Log"))


@pytest.mark.parametrize(
    ("naming", "homes", "flat"),
    [
        (Naming("lower"), "dbo.orderline crmdata.orderline audit.log", "orderline crmdata_orderline audit_log"),
        (Naming("snake"), "dbo.order_line crm_data.order_line audit.log", "order_line crm_data_order_line audit_log"),
        (
            Naming(schemas=(("public", "App"), ("CrmData", ""), ("audit", "Old"))),
            "App.OrderLine dbo.OrderLine Old.Log",
            "App_OrderLine OrderLine Old_Log",
        ),
        (Naming(schemas=(("", "App"),)), "App.OrderLine CrmData.OrderLine audit.Log", ""),
        (
            Naming("snake", (Rename("CrmData.OrderLine", "Customers"),), (("audit", "Old"),)),
            "dbo.order_line crm_data.Customers Old.log",
            "order_line Customers Old_log",
        ),
    ],
)
def test_what_the_user_says_wins_over_the_style(naming: Naming, homes: str, flat: str) -> None:
    assert placed(*TABLES, naming=naming) == homes.split()
    if flat:
        assert placed(*TABLES, naming=naming, schemas=False) == flat.split()


@pytest.mark.parametrize(
    ("one", "other", "schemas", "limits"),
    [
        (("public", "sales_a"), ("sales", "a"), False, CHARACTERS),
        (("a_b", "c"), ("a", "b_c"), False, CHARACTERS),
        (("public", "Foo"), ("public", "foo"), True, FOLDING),
        (("public", "a"), ("dbo", "a"), True, CHARACTERS),
        (("public", "a"), ("", "a"), True, CHARACTERS),
    ],
)
def test_two_tables_of_one_name_are_found(
    one: tuple[str, str], other: tuple[str, str], schemas: bool, limits: Limits
) -> None:
    first, second = TableName(*one), TableName(*other)
    limits = replace(limits, schemas=schemas)
    places = table_names(
        [first, second], naming=PRESERVED, source_default="public", target_default="dbo", limits=limits
    )
    assert list(equal_tables(places, limits)) == [(first, second)]


def test_names_that_differ_are_no_collision() -> None:
    assert len(set(placed(("public", "Foo"), ("public", "foo")))) == 2
    dotted = {TableName("", "a.b.c"): TableName("a.b", "c"), TableName("", "c"): TableName("a", "b.c")}
    assert list(equal_tables(dotted, GENEROUS)) == []
    places = {TableName("", name): TableName("", name) for name in ("Foo", "foo")}
    assert list(equal_tables(places, FOLDING)) == [(TableName("", "Foo"), TableName("", "foo"))]
    assert list(equal_tables(places, replace(FOLDING, tables_keep_case=True))) == []


def test_every_column_that_is_equal_to_an_earlier_one_is_told() -> None:
    table = Table(TableName("s", "t"), tuple(Column(name, Text(), "") for name in ("Id", "id", "ID", "x")))
    assert list(equal_columns(column_names(table, PRESERVED, GENEROUS), GENEROUS)) == []
    assert list(equal_columns(column_names(table, Naming("lower"), GENEROUS), GENEROUS)) == [("Id", "id"), ("Id", "ID")]
    settled = Naming("lower", (Rename("t.id", "second"), Rename("s.t.ID", "third")))
    assert list(column_names(table, settled, GENEROUS).values()) == ["id", "second", "third", "x"]


def test_schemas_that_the_style_makes_one_are_told_but_not_those_that_the_user_makes_one() -> None:
    assert list(equal_homes(("Sales", "sales"), PRESERVED, "public", GENEROUS)) == []
    assert list(equal_homes(("Sales", "sales"), Naming("lower"), "public", GENEROUS)) == [("Sales", "sales")]
    meant = Naming("lower", schemas=(("sales", "sales"),))
    assert list(equal_homes(("Sales", "sales"), meant, "public", GENEROUS)) == []

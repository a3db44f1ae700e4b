"""A table that the target has already is loaded as it is: columns pair by name, and what pairs can be conformed."""

from dataclasses import replace
from typing import Any

import pytest

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.errors import ValueDoesNotFit
from mappings.schema import Column, Identity, Table, TableName
from mappings.type_mapper import Facts, Use
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.samples import SAMPLES, array_of
from tests.pure.target import Target
from transfer.config import Consent
from transfer.existing import Adopted, adopt


def adopted(
    source: list[Column],
    existing: list[Column],
    *,
    fold: bool = False,
    facts: Facts | None = None,
    consents: dict[str, Consent] | None = None,
) -> Adopted:
    ours = Table(TableName("shop", "orders"), tuple(source))
    theirs = Table(TableName("", "orders"), tuple(existing))
    known = {(ours.name, column.name): Use(facts=facts or Facts()) for column in source}
    target = Target(limits=replace(GENEROUS, identifiers_fold_case=fold))
    return adopt(ours, theirs, known, target, consents or {})


def column(name: str, kind: t.LogicalType | None = None, **parts: Any) -> Column:
    return Column(name, kind or t.Integer(64), "native", **parts)


def blocked(found: Adopted) -> list[tuple[str, str]]:
    return [(block.where, block.message) for block in found.blocks]


@pytest.mark.parametrize(("source", "value"), SAMPLES, ids=str)
def test_what_is_paired_can_be_conformed(source: t.LogicalType, value: Any) -> None:
    pairs = 0
    for target, _ in SAMPLES:
        found = adopted([column("a", source)], [column("a", target)])
        if found.blocks:
            continue
        pairs += 1
        for limits in (GENEROUS, NARROW):
            try:
                conformed = found.columns[0].cast("orders", limits)(array_of(source, value, None))
            except ValueDoesNotFit:
                continue
            assert conformed.array.type == arrow_type(target)
    assert pairs


def test_columns_are_paired_by_name_in_the_order_of_the_source() -> None:
    found = adopted([column("b"), column("a")], [column("a"), column("more"), column("b")])
    assert [(pair.read.name, pair.write.name) for pair in found.columns] == [("b", "b"), ("a", "a")]
    assert blocked(found) == []


def test_case_is_folded_where_the_target_folds_it() -> None:
    assert adopted([column("Id")], [column("ID")], fold=True).columns[0].write.name == "ID"
    assert blocked(adopted([column("Id")], [column("ID")])) == [
        ("shop.orders.Id", "the existing table orders has no such column")
    ]


@pytest.mark.parametrize("parts", [{}, {"nullable": False, "identity": Identity()}])
def test_a_column_that_the_source_lacks_may_fill_itself(parts: dict[str, Any]) -> None:
    assert blocked(adopted([column("a")], [column("a"), column("more", **parts)])) == []


def test_a_column_that_the_source_lacks_must_not_be_required() -> None:
    found = adopted([column("a")], [column("a"), column("more", nullable=False)])
    assert blocked(found) == [
        ("orders.more", "is NOT NULL without a default, and the source has no such column"),
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (t.Text(), t.Integer(64)),
        (t.Float(), t.Decimal(9, 2)),
        (t.Binary(), t.Text()),
        (t.Text(), t.Timestamp()),
        (t.Array(t.Text(), "x", "text[]"), t.Array(t.Text(), "y", "text[]")),
        (t.Opaque("x", "inet"), t.Opaque("x", "cidr")),
    ],
)
def test_what_has_no_sure_way_is_blocked(source: t.LogicalType, target: t.LogicalType) -> None:
    found = adopted([column("a", source)], [column("a", target)])
    assert blocked(found)[0][0] == "shop.orders.a"
    assert found.columns == ()


def test_a_column_whose_values_decide_is_read_as_they_are() -> None:
    dynamic = t.Dynamic("INT", t.Integer(64))
    pair = adopted([column("a", dynamic)], [column("a", dynamic)], facts=Facts(observed=t.Integer(16))).columns[0]
    assert (pair.read.type, pair.write.type) == (t.Integer(16), t.Integer(64))


def test_a_rule_for_values_is_kept() -> None:
    pair = adopted([column("a")], [column("a", t.Integer(8))], consents={"a": Consent("clamp")}).columns[0]
    assert pair.rule == "clamp"


def test_a_column_goes_into_existing_text_where_that_is_allowed() -> None:
    dynamic = t.Dynamic("INT", t.Integer(64))
    mixed = {"source": [column("a", dynamic)], "existing": [column("a", t.Text())], "facts": Facts(problem="mixed")}
    assert blocked(adopted(**mixed)) == [("shop.orders.a", "native cannot go into the existing native")]
    assert adopted(**mixed).blocks[0].option == "--allow-loss 'shop.orders.a=text'"
    assert adopted(**mixed, consents={"a": Consent(form="text")}).columns[0].read.type == t.Opaque("", "")

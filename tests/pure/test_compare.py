"""Comparing: spellings that are one stay one, those that are not stay apart, and what is found can be shown."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import cast

import click
import pytest

from dialects.base import Session
from mappings import types as t
from mappings.constants import normal_constant
from mappings.defaults import ExpressionDefault, LiteralDefault
from mappings.likeness import normal_expression
from mappings.limits import Limits
from mappings.schema import Check, Column, Expression, ForeignKey, Index, IndexPart, Schema, Table, TableName, Unique
from mappings.type_mapper import Note
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.plans import table_plan
from tests.pure.target import Target
from transfer.compare import compare_plan
from transfer.differences import Comparison, Difference
from transfer.plan import Plan, TablePlan
from transfer.report import Report
from transfer.table_comparison import holds
from transfer.terminal import report_text
from transfer.terminal_compare import comparison_text

COLUMNS = {
    name: Column(name, kind, "")
    for name, kind in {
        "a": t.Integer(32),
        "b": t.Integer(32),
        "small": t.Integer(16),
        "price": t.Decimal(8, 2),
        "code": t.Text(10),
        "tags": t.SetOf(("a", "b")),
    }.items()
}
ALIKE = [
    ("postgres", "code IN ('a', 'b')", "((code)::text = ANY ((ARRAY['a'::character varying, 'b'::text])::text[]))"),
    ("postgres", "code NOT IN ('a', 'b')", "(code <> ALL (ARRAY['a'::text, 'b'::text]))"),
    ("postgres", "a = 0 OR a BETWEEN 1 AND 9", "((a = 0) OR ((a >= 1) AND (a <= 9)))"),
    ("postgres", "price * a > 0.5", "((price * (a)::numeric) > 0.5)"),
    ("postgres", "price > 0", "(price > (0)::numeric)"),
    ("postgres", "small > -1", "((small)::integer > '-1'::integer)"),
    ("postgres", "tags <@ ARRAY['a', 'b']::text[]", "(tags <@ ARRAY['a'::text, 'b'::text])"),
    ("postgres", "a > 1 AND (b > 2 AND price > 3)", "((a > 1) AND (b > 2) AND (price > (3)::numeric))"),
    ("postgres", "left(code, 5)", '"left"((code)::text, 5)'),
    ("mysql", "`a` IN (0, 1)", "(`a` in (0,1))"),
    ("mysql", "`code` = 'x'", "(`code` = _utf8mb4'x')"),
    ("mysql", "char_length(`code`) <= 5", "(char_length(`code`) <= 5)"),
    ("sqlite", '"a"  BETWEEN 1 AND 2', '"a" BETWEEN 1 AND 2'),
    ("sqlite", "no ! sql  at all", "no ! sql at all"),
]
APART = [
    ("postgres", "(a > 1 OR b > 2) AND small = 1", "a > 1 OR (b > 2 AND small = 1)"),
    ("postgres", "-(a + b) > 1", "-a + b > 1"),
    ("postgres", "a > 1", "a >= 1"),
    ("postgres", "a > 1", "b > 1"),
    ("postgres", "code = 'a'", "code = 'A'"),
    ("postgres", "price > 1", "price::integer > 1"),
    ("postgres", "a > 1", "a::smallint > 1"),
    ("postgres", "code IN ('a', 'b')", "code IN ('a')"),
    ("postgres", "code IN ('a', 'b')", "NOT code IN ('a', 'b')"),
    ("mysql", "`a` BETWEEN 1 AND 2", "`a` BETWEEN 1 AND 3"),
    ("sqlite", "no ! sql at all", "no ! sql at last"),
]


@pytest.mark.parametrize(("family", "told", "printed"), ALIKE)
def test_a_text_and_what_a_server_prints_of_it_are_one(family: str, told: str, printed: str) -> None:
    one, other = (normal_expression(Expression(family, sql), COLUMNS) for sql in (told, printed))
    assert one == other


@pytest.mark.parametrize(("family", "one", "other"), APART)
def test_different_meanings_stay_apart(family: str, one: str, other: str) -> None:
    assert normal_expression(Expression(family, one), COLUMNS) != normal_expression(Expression(family, other), COLUMNS)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (t.Boolean(), "1", "true"),
        (t.Decimal(8, 2), "0", "0.00"),
        (t.Float(), "1e2", "100"),
        (t.Timestamp(), "2020-01-01", "2020-01-01 00:00:00"),
        (t.Time(), "12:30", "12:30:00"),
        (t.Uuid(), "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        (t.Json(True), '{"b":1,"a":2}', '{"a": 2, "b": 1}'),
        (t.SetOf(("a", "b")), "b,a", "a,b"),
        (t.Text(3, fixed=True), "a", "a  "),
        (t.Dynamic("", t.Decimal()), "1.0", "1"),
    ],
)
def test_constants_of_one_value_are_one(kind: t.LogicalType, one: str, other: str) -> None:
    assert normal_constant(one, kind) == normal_constant(other, kind)


@pytest.mark.parametrize("kind", [t.Text(), t.Boolean(), t.Decimal(), t.Timestamp(), t.Json(), t.Uuid()])
def test_constants_that_differ_stay_apart(kind: t.LogicalType) -> None:
    assert len({normal_constant(text, kind) for text in ("a", "A ", "b")}) == 3 - isinstance(kind, t.Boolean) * 0
    assert normal_constant("2", kind) != normal_constant("3", kind)


@pytest.mark.parametrize(
    ("room", "wanted", "fits"),
    [
        (t.Text(64), t.Text(32), True),
        (t.Text(32), t.Text(64), False),
        (t.Text(), t.Text(64), True),
        (t.Text(octets=255), t.Text(64), False),
        (t.Binary(64), t.Binary(), False),
        (t.Decimal(10, 2), t.Decimal(8, 1), True),
        (t.Decimal(10, 4), t.Decimal(9, 2), False),
        (t.Dynamic("", t.Text()), t.Text(9), True),
        (t.Integer(64), t.Text(9), False),
    ],
)
def test_room_for_every_value(room: t.LogicalType, wanted: t.LogicalType, fits: bool) -> None:
    assert holds(room, wanted) == fits


class Live:
    """A session on a target that holds just these tables."""

    default_schema = ""

    def __init__(self, *tables: Table, limits: Limits = GENEROUS) -> None:
        self.dialect = Target(limits=limits)
        self._tables = tables

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        return Schema("target", "Target 1", "", self._tables)


def plan_of(*tables: TablePlan, notes: tuple[Note, ...] = ()) -> Plan:
    return Plan("source", "target", GENEROUS, tables, notes, ())


def found(plan: Plan, *tables: Table, whole: bool = False, limits: Limits = GENEROUS) -> list[tuple[str, str, str]]:
    comparison = compare_plan(plan, cast("Session", Live(*tables, limits=limits)), whole=whole)
    return [(item.object, item.place, item.problem) for item in comparison.unexplained]


PLANNED = table_plan()
TARGET = PLANNED.target
BY_CODE = Index("by_code", (IndexPart("new_id"),))


def test_an_equal_target_has_no_difference() -> None:
    assert found(plan_of(PLANNED), TARGET, whole=True) == []


def test_tables_of_others_count_only_when_all_is_compared() -> None:
    other = replace(TARGET, name=TableName("", "other"))
    assert found(plan_of(PLANNED), TARGET, other) == []
    assert found(plan_of(PLANNED), TARGET, other, whole=True) == [("table", "other", "extra")]
    assert found(plan_of(PLANNED)) == [("table", "shop.orders", "missing")]


def test_names_that_differ_in_case_are_one_where_the_engine_folds_it() -> None:
    loud = replace(TARGET.columns[0], name="NEW_ID")
    there = replace(TARGET, name=TableName("", "ORDERS"), columns=(loud,))
    assert found(plan_of(PLANNED), there, whole=True, limits=NARROW) == []
    assert found(plan_of(PLANNED), replace(TARGET, columns=(loud,)), limits=GENEROUS) == [
        ("column", "shop.orders.id", "missing"),
        ("column", "orders.NEW_ID", "extra"),
    ]


def test_of_a_table_that_was_there_only_the_types_are_compared() -> None:
    there = replace(PLANNED, exists=True)
    wider = replace(TARGET.columns[0], native="wider", nullable=False)
    assert found(plan_of(there), replace(TARGET, columns=(wider,), indexes=(BY_CODE,))) == [
        ("type", "shop.orders.id", "different")
    ]
    assert found(plan_of(there), replace(TARGET, columns=())) == [("type", "shop.orders.id", "missing")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"indexes": (BY_CODE,)}, ("index", "orders.by_code", "extra")),
        ({"uniques": (Unique("u", ("new_id",)),)}, ("unique", "orders.u", "extra")),
        ({"checks": (Check("c", Expression("target", "new_id > 0")),)}, ("check", "orders.c", "extra")),
        (
            {"foreign_keys": (ForeignKey("f", ("new_id",), TableName("", "p"), ("id",)),)},
            ("foreign key", "orders.f", "extra"),
        ),
        ({"comment": "all"}, ("comment", "shop.orders", "extra")),
        ({"options": (("strict", "yes"),)}, ("options", "shop.orders", "extra")),
    ],
)
def test_what_only_the_target_has_is_named(change: dict[str, object], expected: tuple[str, str, str]) -> None:
    assert found(plan_of(PLANNED), replace(TARGET, **change)) == [expected]  # type: ignore[arg-type]


def test_two_objects_that_changed_names_are_paired_by_what_they_are() -> None:
    one, two = BY_CODE, Index("two", (IndexPart("new_id", descending=True),))
    swapped = replace(TARGET, indexes=(replace(one, name="two"), replace(two, name="by_code")))
    planned = replace(PLANNED, target=replace(TARGET, indexes=(one, two)))
    assert found(plan_of(planned), swapped) == [
        ("index name", "shop.orders.by_code", "different"),
        ("index name", "shop.orders.two", "different"),
    ]


def test_an_unnamed_constraint_equals_one_that_the_engine_named() -> None:
    unnamed = replace(PLANNED, target=replace(TARGET, uniques=(Unique("", ("new_id",)),)))
    assert found(plan_of(unnamed), replace(TARGET, uniques=(Unique("orders_new_id_key", ("new_id",)),))) == []


def test_defaults_are_compared_as_the_target_spells_them() -> None:
    column = replace(TARGET.columns[0], default=LiteralDefault("1"))
    planned = replace(PLANNED, target=replace(TARGET, columns=(column,)))
    assert found(plan_of(planned), replace(TARGET, columns=(replace(column, default=LiteralDefault("1.0")),))) == []
    other = replace(column, default=ExpressionDefault("target", "f()"))
    assert found(plan_of(planned), replace(TARGET, columns=(other,))) == [("default", "shop.orders.id", "different")]


def test_a_type_that_other_values_decided_is_explained_while_it_has_room() -> None:
    planned = table_plan("orders", ("id", t.Text(), t.Text(32)))
    note = Note("P", "shop.orders.id", "in a key as varchar(32)")
    wide, narrow = (
        replace(planned.target, columns=(replace(planned.target.columns[0], native="n", type=t.Text(length)),))
        for length in (64, 8)
    )
    assert found(plan_of(planned, notes=(note,)), wide) == []
    assert found(plan_of(planned), wide) == [("type", "shop.orders.id", "different")]
    assert found(plan_of(planned, notes=(note,)), narrow) == [("type", "shop.orders.id", "different")]


def test_what_the_plan_tells_is_an_explanation_but_exactness_is_no_difference() -> None:
    notes = (Note("S", "shop.orders.id", "sorts otherwise"), Note("X", "shop.orders", "is there already"))
    comparison = compare_plan(plan_of(PLANNED, notes=notes), cast("Session", Live(TARGET)))
    assert [(item.object, item.source, item.target, item.explanation) for item in comparison.differences] == [
        ("column", "source type", "target type", "as planned: sorts otherwise")
    ]
    assert comparison.exit_code == 0


UNEXPLAINED = Difference("default", "shop.orders.id", "different", "1", "1", "2")
EXPLAINED = Difference("view", "shop.v", "missing", explanation="not carried: code")
COMPARISON = Comparison(3, (EXPLAINED, UNEXPLAINED))


def test_people_read_what_is_unexplained_first() -> None:
    text = click.unstyle(comparison_text(COMPARISON))
    assert text.index("default shop.orders.id: different") < text.index("view: not carried: code")
    assert "source   1" in text and "planned  1" in text and "target   2" in text
    assert text.endswith("DIFFERENCES FOUND: 3 tables, differences: 1 unexplained, 1 explained.")
    calm = click.unstyle(comparison_text(Comparison(1, (EXPLAINED,))))
    assert "unexplained difference of" not in calm and calm.endswith("explained.") and "As planned: 1 table," in calm


def test_the_document_of_a_comparison_has_all_of_it() -> None:
    document = json.loads(json.dumps(COMPARISON.document()))
    assert (document["status"], document["tables"], document["unexplained"], document["explained"]) == (
        "differences", 3, 1, 1,
    )  # fmt: skip
    assert [item["place"] for item in document["differences"]] == ["shop.v", "shop.orders.id"]
    assert (COMPARISON.exit_code, Comparison(1, (EXPLAINED,)).exit_code) == (3, 0)


def test_a_copy_tells_loudly_and_ends_as_it_did() -> None:
    report = Report("done", "20200131T123000Z", 1.0, (), (), (), schema_differences=COMPARISON)
    text = click.unstyle(report_text(report))
    assert "1 unexplained difference of the schemas" in text and "default shop.orders.id: different" in text
    assert text.endswith("Schema: 1 unexplained, see above.")
    assert report.exit_code == 0
    told = report.document()["schema_differences"]
    assert (told["unexplained"], told["explained"], told["lines"][0]["target"]) == (1, 1, "2")
    assert "Schema: as planned." in click.unstyle(report_text(replace(report, schema_differences=Comparison(1, ()))))
    assert replace(report, schema_differences=None).document()["schema_differences"] is None

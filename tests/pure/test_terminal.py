"""What people read: losses first, columns aligned, sizes and absent values in words."""

from dataclasses import replace
from typing import Any

import click
import pytest

from mappings import types as t
from mappings.schema import Column, Identity, NotCarried, PrimaryKey, Schema, Table, TableName
from mappings.type_mapper import Note
from tests.pure.limits import GENEROUS
from tests.pure.plans import table_plan
from transfer.plan import Plan
from transfer.report import Altered, Report, TableReport
from transfer.terminal import aligned, amount, plan_text, report_text, rows_text, schema_text


def plain(text: str) -> str:
    return click.unstyle(text)


def test_cells_stand_in_columns_two_spaces_apart() -> None:
    assert aligned([("a", "bb", ""), ("aaa", "b", "c")]) == "  a    bb\n  aaa  b   c"


def test_numbers_stand_to_the_right() -> None:
    assert aligned([("a", "1"), ("b", "1,000")], right=frozenset({1})) == "  a      1\n  b  1,000"


def test_no_rows_are_no_text() -> None:
    assert aligned([]) == ""


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (None, "?"),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (5 * 10**9, "5.0 GB"),
        (3 * 10**15, "3000.0 TB"),
    ],
)
def test_sizes_are_told_in_units(octets: int | None, text: str) -> None:
    assert amount(octets) == text


def test_a_schema_shows_sizes_types_and_what_a_column_is() -> None:
    columns = (
        Column("id", t.Integer(32), "integer", nullable=False, identity=Identity()),
        Column("total", t.Decimal(9, 2), "numeric(9,2)"),
    )
    table = Table(TableName("shop", "orders"), columns, PrimaryKey("", ("id",)), rows=1234, octets=56_789)
    schema = Schema(
        "x", "Engine 1", "shop", (table, replace(table, rows=None, octets=None)), (NotCarried("view", "v", "no"),)
    )
    text = plain(schema_text(schema))
    assert "shop.orders  about 1,234 rows, 56.8 kB" in text
    assert "shop.orders  ? rows, ?" in text
    assert "  id     integer       integer  key, numbered, not null" in text
    assert "  total  numeric(9,2)  decimal\n" in text
    assert text.endswith("Not carried\n  view: no\n     v")


def plan_of(**changes: Any) -> Plan:
    plan = Plan("Engine 1", "Engine 2", GENEROUS, (table_plan(create=("CREATE TABLE orders (id)",)),), (), ())
    return replace(plan, **changes)


def test_a_plan_tells_losses_before_tables_and_statements_last() -> None:
    note = Note("S", "shop.orders.id", "is stored otherwise")
    text = plain(plan_text(plan_of(notes=(note, Note("X", "shop.orders", "is quite the same")))))
    parts = ["Engine 1 to Engine 2", "is stored otherwise", "shop.orders to orders", "-> ", "CREATE TABLE orders (id);"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "quite the same" not in text
    assert "Blocked" not in text


def test_a_block_comes_first_with_the_option_that_would_settle_it() -> None:
    block = Note("F", "shop.orders.id", "does not fit", "--allow-loss 'shop.orders.id=text'")
    text = plain(plan_text(plan_of(blocks=(block,), notes=(Note("T", "x", "as text"),))))
    assert text.index("Blocked: nothing will be written") < text.index("--allow-loss 'shop.orders.id=text'")
    assert text.index("--allow-loss") < text.index("as text")


def test_what_holds_in_many_places_is_said_once() -> None:
    notes = [Note("S", f"shop.order-lines.column-{number}", "is stored otherwise") for number in range(20)]
    text = plain(plan_text(plan_of(notes=(*notes, Note("T", "shop.lines.id", "as text")))))
    assert text.count("  S  is stored otherwise\n") == 1
    assert text.count("  T  as text\n     shop.lines.id\n") == 1
    assert all(f"shop.order-lines.column-{number}" in text for number in range(20))
    assert max(map(len, text.splitlines())) <= 100


DONE = TableReport("shop.orders", "orders", 1234567, 0, "digest", 12.34)
REPORT = Report("done", "20200131T123000Z", 20.0, (DONE,), (), (), copy_seconds=15.04, verify_seconds=4.96)


def test_a_report_of_success_is_short() -> None:
    assert plain(report_text(REPORT)).splitlines() == [
        "  table                       rows  verified  seconds",
        "  shop.orders -> orders  1,234,567  digest       12.3",
        "",
        "Done: 1 table, 1,234,567 rows, copied in 15.0 s, verified in 5.0 s.",
    ]


def test_a_difference_is_told_with_its_table_and_in_the_last_line() -> None:
    table = replace(DONE, verified="differs", difference="5 rows expected, 4 found")
    text = plain(report_text(replace(REPORT, status="differences", tables=(table,), consistency="one snapshot")))
    assert "orders: 5 rows expected, 4 found" in text
    assert text.splitlines()[-1].startswith("DIFFERENCES FOUND: 1 table,")
    assert text.endswith("Source: one snapshot.")


def test_altered_values_losses_and_what_was_left_behind_are_listed() -> None:
    report = replace(
        REPORT,
        altered=(Altered("shop.orders.total", "round", 1200),),
        losses=(Note("S", "shop.orders.id", "is stored otherwise"),),
        not_carried=(NotCarried("view", "v", "no"),),
    )
    text = plain(report_text(report))
    assert "  shop.orders.total  round  1,200 values" in text
    assert "is stored otherwise" in text
    assert "  view: no\n     v\n" in text


def test_rows_show_null_and_cut_what_is_long() -> None:
    text = rows_text(("id", "note"), [(1, None), (2, "x" * 50), (3, b"12345"), (4, "NULL")])
    assert text.splitlines() == [
        "  id  note",
        "  1   NULL",
        "  2   '" + "x" * 38 + "…",
        "  3   5 bytes",
        "  4   'NULL'",
    ]

"""The script of a plan: comments that stay comments, statements in the order of the copy."""

from __future__ import annotations

from dataclasses import replace

from mappings.schema import NotCarried
from mappings.type_mapper import Note
from tests.pure.limits import GENEROUS
from tests.pure.plans import table_plan
from transfer.plan import Plan
from transfer.script import sql_script

TABLE = table_plan("orders", create=("CREATE TABLE orders (id bigint)",), indexes=("CREATE INDEX one",))
PLAN = Plan("One", "Two", GENEROUS, (TABLE,), (), (), opening=("SET a = 1",))


def test_the_opening_comes_first_and_keys_after_the_place_of_the_rows() -> None:
    lines = [line for line in sql_script(PLAN).splitlines() if line]
    assert lines[2:] == [
        "SET a = 1;",
        "CREATE TABLE orders (id bigint);",
        "-- the rows belong here",
        "CREATE INDEX one;",
    ]


def test_no_text_of_a_note_gets_out_of_its_comment() -> None:
    plan = replace(
        PLAN,
        notes=(Note("S", "a", "one\nDROP TABLE orders;"),),
        not_carried=(NotCarried("view", "v\r\nDROP VIEW v;", "no"),),
    )
    outside = [line for line in sql_script(plan).splitlines() if not line.startswith("--")]
    assert not any("DROP" in line for line in outside)

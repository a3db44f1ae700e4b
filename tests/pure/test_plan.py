"""A plan is a value: its hash covers decisions alone, its document is JSON, its statements come in order."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mappings import types as t
from mappings.schema import Column, Identity, Index, IndexPart, NotCarried
from mappings.type_mapper import Note
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.plans import table_plan
from transfer.plan import ChunkKey, ColumnPlan, Plan, TablePlan

NUMBERED = Column("id", t.Integer(64), "bigint", nullable=False, identity=Identity(next=17))
TABLE = table_plan(
    "orders",
    ("id", t.Integer(64), t.Integer(64)),
    ("total", t.Decimal(), t.Decimal(9, 2)),
    create=("CREATE TABLE orders (id bigint)",),
    indexes=("CREATE INDEX one", "CREATE INDEX two"),
    foreign_keys=("ALTER TABLE orders ADD",),
    finish=("ALTER SEQUENCE restart 17",),
)
TABLE = replace(
    TABLE,
    source=replace(TABLE.source, columns=(NUMBERED, TABLE.source.columns[1]), rows=1000, octets=10**6),
    target=replace(TABLE.target, columns=(NUMBERED, TABLE.target.columns[1])),
    columns=(ColumnPlan(NUMBERED, NUMBERED), replace(TABLE.columns[1], rule="round")),
)
PLAN = Plan(
    "Engine 1",
    "Engine 2",
    GENEROUS,
    (TABLE, table_plan("lines", create=("CREATE TABLE lines (id bigint)",))),
    (Note("W", "a", "wider"), Note("S", "b", "otherwise"), Note("T", "c", "text")),
    (NotCarried("view", "v", "no"),),
    (Note("F", "d", "blocked", "--option"),),
)


def with_table(**changes: Any) -> Plan:
    return replace(PLAN, tables=(replace(TABLE, **changes), *PLAN.tables[1:]))


def renumbered(column: Column) -> Column:
    return replace(column, identity=Identity(next=99))


SAME: dict[str, Callable[[], Plan]] = {
    "made again": lambda: with_table(),
    "estimates": lambda: with_table(source=replace(TABLE.source, rows=5, octets=None)),
    "next numbers": lambda: with_table(
        source=replace(TABLE.source, columns=(renumbered(NUMBERED), TABLE.source.columns[1])),
        target=replace(TABLE.target, columns=(renumbered(NUMBERED), TABLE.target.columns[1])),
        columns=(ColumnPlan(renumbered(NUMBERED), renumbered(NUMBERED)), TABLE.columns[1]),
        finish=("ALTER SEQUENCE restart 99",),
    ),
    "servers": lambda: replace(PLAN, source="Engine 1.1", target="Engine 2.2", limits=NARROW),
    "words": lambda: replace(PLAN, notes=(), not_carried=(), blocks=()),
}


@pytest.mark.parametrize("name", SAME)
def test_the_hash_does_not_change_with(name: str) -> None:
    assert SAME[name]().hash == PLAN.hash


def with_column(column: ColumnPlan) -> Plan:
    return with_table(columns=(TABLE.columns[0], column))


TOTAL = TABLE.columns[1]
OTHER: dict[str, Callable[[], Plan]] = {
    "a type that is read": lambda: with_column(replace(TOTAL, read=replace(TOTAL.read, type=t.Text()))),
    "a type that is written": lambda: with_column(replace(TOTAL, write=replace(TOTAL.write, type=t.Decimal(9, 3)))),
    "a native type": lambda: with_column(replace(TOTAL, write=replace(TOTAL.write, native="money"))),
    "a name": lambda: with_column(replace(TOTAL, write=replace(TOTAL.write, name="sum"))),
    "a rule": lambda: with_column(replace(TOTAL, rule=None)),
    "a column less": lambda: with_table(columns=TABLE.columns[:1]),
    "the start of numbers": lambda: with_table(
        target=replace(TABLE.target, columns=(replace(NUMBERED, identity=Identity(start=5)), TABLE.target.columns[1]))
    ),
    "the chunk key": lambda: with_table(chunk_key=ChunkKey()),
    "a table that is there": lambda: with_table(exists=True),
    "a statement": lambda: with_table(create=("CREATE TABLE orders (id int)",)),
    "an index": lambda: with_table(indexes=("CREATE INDEX one",)),
    "a foreign key": lambda: with_table(foreign_keys=()),
    "a comment": lambda: with_table(target=replace(TABLE.target, comment="sold")),
    "a table less": lambda: replace(PLAN, tables=PLAN.tables[:1]),
}


@pytest.mark.parametrize("name", OTHER)
def test_the_hash_changes_with(name: str) -> None:
    assert OTHER[name]().hash != PLAN.hash


def test_all_those_plans_have_hashes_of_their_own() -> None:
    hashes = {make().hash for make in OTHER.values()}
    assert len(hashes) == len(OTHER)
    assert all(len(value) == 64 for value in hashes)


def test_the_document_is_json_and_tells_the_decisions() -> None:
    document = PLAN.document()
    assert json.loads(json.dumps(document)) == document
    assert document["hash"] == PLAN.hash
    assert [note["code"] for note in document["losses"]] == ["S", "T"]
    assert document["blocks"] == [{"code": "F", "where": "d", "message": "blocked", "option": "--option"}]
    assert document["tables"][0]["columns"][1] == {
        "source": "total",
        "source_type": "source type",
        "target": "new_total",
        "target_type": "target type",
        "rule": "round",
    }
    assert (document["tables"][0]["rows"], document["tables"][0]["bytes"]) == (1000, 10**6)


def test_losses_are_the_notes_about_another_meaning_form_or_a_drop() -> None:
    notes = tuple(Note(code, "", "") for code in "XWPFTSOD")  # type: ignore[arg-type]
    assert "".join(note.code for note in replace(PLAN, notes=notes).losses) == "TSOD"


def test_statements_come_tables_first_then_indexes_keys_and_the_rest() -> None:
    assert PLAN.statements == (
        "CREATE TABLE orders (id bigint)",
        "CREATE TABLE lines (id bigint)",
        "CREATE INDEX one",
        "CREATE INDEX two",
        "ALTER TABLE orders ADD",
        "ALTER SEQUENCE restart 17",
    )


def test_a_table_knows_what_it_reads_writes_and_keeps() -> None:
    assert [column.name for column in TABLE.read_columns] == ["id", "total"]
    assert [column.name for column in TABLE.write_columns] == ["id", "new_total"]
    assert TABLE.write_columns == TABLE.stored_columns


def test_the_names_of_keys_and_indexes_are_in_the_document() -> None:
    target = replace(TABLE.target, indexes=(Index("by_total", (IndexPart("total"),)),))
    table: TablePlan = replace(TABLE, target=target)
    assert replace(PLAN, tables=(table,)).document()["tables"][0]["indexes"] == ["by_total"]

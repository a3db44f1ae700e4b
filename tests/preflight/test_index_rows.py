"""Keys and indexes whose entries would be longer than the target takes never stop a copy after its rows."""

from __future__ import annotations

from random import Random

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import plain

SOURCES = ("mysql", "mariadb", "sqlite")
FITS = 2680
"""Bytes of the longest value that is sure to fit into an entry of one column."""
LETTERS = [chr(number) for number in range(0xC0, 0x800)]
LONG = "text CHARACTER SET utf8mb4"


def filled(url: str, *statements: str, octets: int) -> None:
    """A table with an index of each kind over texts of so many bytes, half as many characters, which PostgreSQL cannot
    make shorter by compressing them."""
    letters = "".join(Random(octets).choices(LETTERS, k=octets // 2))
    rows = f"INSERT INTO t VALUES (1, 'a', 'b'), (2, '{letters}', 'c')"
    plain.execute(url, *statements, rows)


def made(engine: str) -> tuple[str, ...]:
    if engine == "sqlite":
        return (
            "CREATE TABLE t (k integer PRIMARY KEY, v text, w varchar(20) UNIQUE)",
            "CREATE INDEX plain ON t (v)",
            "CREATE UNIQUE INDEX sole ON t (v, w)",
            "CREATE INDEX short ON t (w)",
        )
    columns = f"k integer PRIMARY KEY, v {LONG}, w varchar(20) UNIQUE"
    return (f"CREATE TABLE t ({columns}, KEY plain (v(768)), UNIQUE KEY sole (v(700), w), KEY short (w))",)


@pytest.mark.parametrize("engine", SOURCES)
def test_an_index_that_a_row_does_not_fit_into_is_left_out(database: DatabaseFactory, engine: str) -> None:
    there, here = database(engine), database("postgresql")
    filled(there, *made(engine), octets=FITS + 40)
    plan = transfer.plan(there, here)
    left = {item.name: item.reason for item in plan.not_carried}
    assert set(left) == {"t.plain", "t.sole"} and not plan.blocks
    assert left["t.plain"] == "its longest values come to 2,744 bytes, and an entry has at most 2,704 on the target"
    report = transfer.copy(plan, source=there, target=here)
    assert [(table.rows, table.verified) for table in report.tables] == [(2, "digest")]
    assert "short" in {name for (name,) in plain.query(here, "SELECT indexname FROM pg_indexes")}


@pytest.mark.parametrize("engine", SOURCES)
def test_what_fits_just_so_is_made(database: DatabaseFactory, engine: str) -> None:
    there, here = database(engine), database("postgresql")
    filled(there, *made(engine), octets=FITS - 10)
    plan = transfer.plan(there, here)
    assert not plan.not_carried and not plan.blocks
    transfer.copy(plan, source=there, target=here)
    assert {"plain", "sole"} <= {name for (name,) in plain.query(here, "SELECT indexname FROM pg_indexes")}


def test_a_primary_key_and_what_is_pointed_to_block(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("postgresql")
    long = f"INSERT INTO {{}} VALUES ('{'x' * 3000}')"
    plain.execute(
        there, "CREATE TABLE p (k text NOT NULL PRIMARY KEY)", "CREATE TABLE u (k text UNIQUE)",
        "CREATE TABLE c (k text REFERENCES u (k))", *(long.format(name) for name in "puc"),
    )  # fmt: skip
    plan = transfer.plan(there, here)
    assert {(block.where, block.option) for block in plan.blocks} == {
        ("p.k", "--exclude 'p'"),
        ("u.k", "--exclude 'u'"),
    }
    assert all("its longest values come to 3,024 bytes" in block.message for block in plan.blocks)


def test_an_index_that_is_there_blocks(database: DatabaseFactory) -> None:
    there, here = database("mysql"), database("postgresql")
    plain.execute(there, f"CREATE TABLE t (k integer PRIMARY KEY, v {LONG})")
    plain.execute(there, f"INSERT INTO t VALUES (1, '{'x' * 3000}')")
    plain.execute(here, "CREATE TABLE t (k integer PRIMARY KEY, v text)", "CREATE INDEX i ON t (v)")
    (block,) = transfer.plan(there, here).blocks
    assert block.where == "t.v" and block.message.startswith("index i: its longest values come to 3,024 bytes")


def test_without_a_probe_the_plan_says_what_is_unproven(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("postgresql")
    filled(there, *made("sqlite"), octets=FITS + 40)
    notes = {(note.where, note.message) for note in transfer.plan(there, here, transfer.Options(probe=False)).notes}
    told = "not probed: a row whose values come to more than 2,704 bytes would stop the copy at the"
    assert {("t.v", f"{told} index plain"), ("t.v,w", f"{told} index sole")} <= notes


def test_what_a_postgresql_has_goes_to_another(database: DatabaseFactory) -> None:
    """Letters that repeat are compressed there, in the same way on both."""
    there, here = database("postgresql"), database("postgresql")
    plain.execute(there, *made("sqlite"), f"INSERT INTO t VALUES (1, '{'x' * 4000}', 'c')")
    plan = transfer.plan(there, here)
    transfer.copy(plan, source=there, target=here)
    assert not plan.not_carried

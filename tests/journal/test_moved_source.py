"""The source has changed between a run and its resumption: what it holds now is what the target holds at the end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import transfer
from mappings.errors import Blocked, StorageFull
from tests.conftest import DatabaseFactory
from tests.journal.halted import OPTIONS, changed, done_chunks, few, halt, known, make_items
from tests.pairs import plain
from transfer.steps import Steps

WORD = "CREATE TABLE item (word TEXT NOT NULL PRIMARY KEY, n INTEGER)"
SMALL = "CREATE TABLE apart (id INTEGER PRIMARY KEY, name TEXT)"


def assert_equal(source: str, target: str) -> None:
    """By the drivers alone, and by ourselves."""
    for name in plain.tables(source):
        (here,) = (there for there in plain.tables(target) if there.rpartition(".")[2] == name)
        assert plain.rows(target, here) == plain.rows(source, name)
    assert transfer.verify(source, target).status == "done"


@pytest.mark.parametrize("engine", few("postgresql", "mysql"))
def test_of_a_number_key_only_stale_chunks_are_written_anew(
    engine: str, database: DatabaseFactory, tmp_path: Path
) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    halt(source, target, after=5)
    before = done_chunks(target)
    numbers = [int(before["item", number].span[1]) for number in (1, 2, 3)]
    changed(
        source,
        "UPDATE item SET code = code + 100000 WHERE id = 0",
        f"UPDATE item SET code = 5000, name = 'moved' WHERE id = {numbers[0]}",
        f"DELETE FROM item WHERE id = {numbers[1] + 2}",
        f"INSERT INTO item VALUES ({numbers[1] + 1}, 1, 'between', NULL), (999999, 2, 'behind', 0)",
    )
    report = transfer.resume(target)
    assert report.status == "done"
    assert_equal(source, target)
    after = done_chunks(target)
    stale = {number for number in range(1, 6) if after["item", number].committed != before["item", number].committed}
    assert stale == {1, 2, 3}
    assert known(target).epoch == 2


@pytest.mark.parametrize("engine", few("mariadb", "duckdb"))
def test_of_a_text_key_the_table_is_copied_anew(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    """Its ranges name other rows on the target, whose collation is another."""
    rows = [(f"{'aAbBzZ'[i % 6]}{i:05}", i) for i in range(600)]
    source, target = make_items(tmp_path / "source.db", create=WORD, rows=rows), database(engine)
    changed(source, SMALL, "INSERT INTO apart VALUES (1, 'x'), (2, 'y')")
    halt(source, target, after=3, options=replace(OPTIONS, chunk_bytes=3_000))
    changed(source, "UPDATE item SET n = -1 WHERE word = 'A00001'", "DELETE FROM item WHERE word = 'A00007'")
    before = done_chunks(target)
    assert {table for table, _ in before} == {"item"}
    assert transfer.resume(target).status == "done"
    assert_equal(source, target)
    after = done_chunks(target)
    assert all(after[key].committed > before[key].committed for key in before)


@pytest.mark.parametrize("engine", few("postgresql"))
def test_rows_that_were_there_are_never_taken_back(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    options = replace(OPTIONS, if_exists="append")
    plain.execute(
        target,
        "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, code BIGINT NOT NULL, name VARCHAR(200), n BIGINT)",
        "INSERT INTO item VALUES (1, 1, 'was here', 1)",
    )
    halt(source, target, after=3, options=options)
    there = plain.rows(target, "item")
    changed(source, "UPDATE item SET name = 'other' WHERE id = 0")
    with pytest.raises(Blocked, match="item: rows must be written anew, but nobody can tell them from the 1"):
        transfer.resume(target)
    assert plain.rows(target, "item") == there
    changed(source, "UPDATE item SET name = 'name 0' WHERE id = 0")
    assert transfer.resume(target).rows == 1_000
    assert len(plain.rows(target, "item")) == 1_001


@pytest.mark.parametrize("engine", ["postgresql", "mysql"])
def test_rows_under_a_foreign_key_are_not_taken_back(
    engine: str, database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    child = "CREATE TABLE child (id INTEGER PRIMARY KEY, item INTEGER REFERENCES item (id) ON DELETE CASCADE)"
    changed(source, child, "INSERT INTO child SELECT id, id FROM item")
    plan = transfer.plan(source, target, OPTIONS)
    failing_at(monkeypatch, "finish")
    with pytest.raises(StorageFull):
        transfer.copy(plan, source=source, target=target, options=OPTIONS)
    monkeypatch.undo()
    changed(source, "UPDATE item SET name = 'other' WHERE id = 0")
    with pytest.raises(Blocked, match="a foreign key of .*child points to them") as caught:
        transfer.resume(target)
    assert f"dbtransfer rollback TARGET {known(target).run}" in caught.value.hint
    counts = {name.rpartition(".")[2]: len(plain.rows(target, name)) for name in plain.tables(target)}
    assert counts == {"item": 1_000, "child": 1_000}
    changed(source, "UPDATE item SET name = 'name 0' WHERE id = 0")
    assert transfer.resume(target).status == "done"
    assert_equal(source, target)


def failing_at(patch: pytest.MonkeyPatch, phase: str) -> None:
    """Every step of this phase, and the proof that comes after, fails."""
    do = Steps.do

    def failing(steps: Steps, control: Any, at: Any, table: Any) -> None:
        if at == phase:
            raise StorageFull("the disk is full")
        do(steps, control, at, table)

    patch.setattr(Steps, "do", failing)


@pytest.mark.parametrize("engine", few("sqlite"))
def test_a_value_is_mended_and_the_run_goes_on(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    plan = transfer.plan(source, target, OPTIONS)
    changed(source, "UPDATE item SET n = 'no number' WHERE id = 700")
    with pytest.raises(transfer.TransferError, match=r"item\.n.*700"):
        transfer.copy(plan, source=source, target=target, options=OPTIONS)
    before = done_chunks(target)
    assert before
    assert "item.n" in known(target).message
    changed(source, "UPDATE item SET n = 350 WHERE id = 700")
    assert transfer.resume(target).status == "done"
    assert_equal(source, target)
    assert all(done_chunks(target)[key].committed == chunk.committed for key, chunk in before.items())

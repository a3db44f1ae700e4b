"""Rows that are not taken, in a run that is interrupted: each is told once, wherever the run ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.journal.halted import OPTIONS, changed, done_chunks, halt, known, make_items
from tests.pairs import plain
from transfer.config import Options

TARGETS = ("postgresql", "mariadb")
ITEM = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)"
NARROW = "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(10), n BIGINT, CHECK (n >= 0))"
BAD = (10, 1_300, 1_900)
"""Keys in the first chunk, where the value does not fit, and in a later one and the last, where the target refuses."""


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, database: DatabaseFactory) -> str:
    url = database(request.param)
    plain.execute(url, NARROW)
    return url


@contextmanager
def rejecting(tmp_path: Path) -> Iterator[tuple[str, Options, Path]]:
    """A source with bad values, the options of a run that rejects them, and the file that it writes."""
    rows = [(key, f"name {key}", key) for key in range(0, 2_000, 2)]
    source, file = make_items(tmp_path / "source.db", create=ITEM, rows=rows), tmp_path / "rejects.jsonl"
    changed(source, f"UPDATE item SET name = name || ' is too long' WHERE id = {BAD[0]}")
    changed(source, *(f"UPDATE item SET n = -1 WHERE id = {key}" for key in BAD[1:]))
    yield source, replace(OPTIONS, on_error="reject", reject_file=str(file), if_exists="append", probe=False), file


def told(file: Path) -> list[int]:
    """The keys of the rows in a reject file."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return sorted(int(line["row"]["id"]) for line in lines if "row" in line)


def noted(target: str) -> list[int]:
    """The keys of the rejects in the journal."""
    (name,) = (name for name in plain.journal(target) if name.endswith("reject"))
    return sorted(int(key) for (key,) in plain.query(target, f"SELECT row_key FROM {name}"))


def test_no_reject_is_told_twice(target: str, tmp_path: Path) -> None:
    with rejecting(tmp_path) as (source, options, file):
        halt(source, target, 3, options)
        assert told(file) == noted(target) == [BAD[0]]
        before = done_chunks(target)
        report = transfer.resume(target)
        assert (report.status, report.exit_code, report.rejected) == ("rejects", 5, 3)
        assert told(file) == noted(target) == list(BAD)
        assert told(file.with_name("rejects.jsonl.1")) == [BAD[0]], "what was mended in the former file is not lost"
        after = done_chunks(target)
        redone = {number for (_, number), chunk in before.items() if after["item", number] != chunk}
        assert redone == {1}
        assert transfer.status(target).rejected == 3


def test_a_row_that_was_mended_is_rejected_no_more(target: str, tmp_path: Path) -> None:
    with rejecting(tmp_path) as (source, options, file):
        halt(source, target, 3, options)
        changed(source, f"UPDATE item SET name = 'short' WHERE id = {BAD[0]}", f"DELETE FROM item WHERE id = {BAD[1]}")
        report = transfer.resume(target)
        assert (report.rows, report.rejected) == (998, 1)
        assert told(file) == noted(target) == [BAD[2]]


def test_a_row_that_is_gone_is_rejected_no_more(target: str, tmp_path: Path) -> None:
    """The other rows of its chunk are as they were."""
    with rejecting(tmp_path) as (source, options, file):
        halt(source, target, 3, options)
        changed(source, *(f"DELETE FROM item WHERE id = {key}" for key in BAD))
        report = transfer.resume(target)
        assert (report.status, report.rows, report.rejected) == ("done", 997, 0)
        assert noted(target) == []
        assert not file.exists()
        assert known(target).state == "done"

"""Rows that a target does not take: told apart, counted exactly, kept in journal and file, mended and written again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import transfer
from mappings.errors import TransferError
from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain
from tests.servers.samples import sqlite_file

TARGETS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
BYTES = {"postgresql": "bytea", "mysql": "longblob", "mariadb": "longblob", "sqlite": "blob", "duckdb": "blob"}
FINE = {"postgresql": "(6)", "mysql": "(6)", "mariadb": "(6)"}
JOURNAL = {"postgresql": "_dbtransfer.reject", "duckdb": "_dbtransfer.reject"}
TABLE = """\
CREATE TABLE r (id int PRIMARY KEY, note varchar(20), bytes {bytes}, amount int CHECK (amount > 0),
  moment time{fine}, born date NOT NULL)"""
ROWS = 1_000
NEGATIVE, DOUBLE, LONG, UNBORN = 505, 707, (100, 900), 333


@pytest.fixture
def source(database: DatabaseFactory) -> str:
    url = database("sqlite")
    rows = [
        (
            number if number != DOUBLE else 1,
            "x" * 30 if number in LONG else f"note {number}",
            number.to_bytes(4),
            -number if number == NEGATIVE else number,
            "10:11:12.5",
            None if number == UNBORN else "2020-01-02",
        )
        for number in range(1, ROWS + 1)
    ]
    with closing(sqlite3.connect(sqlite_file(url))) as connection:
        connection.execute("CREATE TABLE r (id integer, note text, bytes blob, amount integer, moment time, born date)")
        connection.executemany("INSERT INTO r VALUES (?, ?, ?, ?, ?, ?)", rows)
        connection.commit()
    return url


def prepared(database: DatabaseFactory, target: str) -> str:
    here = database(target)
    plain.execute(here, TABLE.format(bytes=BYTES[target], fine=FINE.get(target, "")))
    return here


def copied(source: str, here: str, file: Path, **changes: Any) -> transfer.Report:
    options = transfer.Options(
        if_exists="append", on_error="reject", reject_file=str(file), probe=False, batch_rows=300, **changes
    )
    report = transfer.copy(transfer.plan(source, here, options), source=source, target=here, options=options)
    meaning.assert_as_planned(report)
    return report


def refused(target: str) -> set[str]:
    """The ids of the rows that the target does not take; DuckDB heeds no length."""
    long = () if target == "duckdb" else LONG
    return {str(number) for number in (NEGATIVE, UNBORN, *long)} | {"1"}


def documents(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def assert_kept(here: str, report: transfer.Report, file: Path, target: str) -> None:
    expected = refused(target)
    (table,) = report.tables
    assert (report.status, report.exit_code, table.verified) == ("rejects", 5, "digest")
    assert (table.rows, table.rejected) == (ROWS - len(expected), len(expected))
    assert len(plain.query(here, "SELECT id FROM r")) == ROWS - len(expected)
    assert {line["row"]["id"] for line in documents(file) if "row" in line} == expected
    kept = plain.query(here, f"SELECT run, source_table, message FROM {JOURNAL.get(target, '_dbtransfer_reject')}")
    assert {row[:2] for row in kept} == {(report.run, "r")} and len(kept) == len(expected)
    assert all(row[2] for row in kept)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_refused_is_kept_mended_and_replayed(
    database: DatabaseFactory, source: str, tmp_path: Path, target: str
) -> None:
    here, file = prepared(database, target), tmp_path / "rejects.jsonl"
    assert_kept(here, copied(source, here, file), file, target)
    lines = documents(file)
    for line in lines:
        if "row" in line and line["row"]["id"] != str(UNBORN):
            line["row"] |= {"note": line["row"]["note"][:20], "amount": line["row"]["amount"].lstrip("-")}
            line["row"]["id"] = str(DOUBLE) if line["row"]["id"] == "1" else line["row"]["id"]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    outcome = run("replay", str(file), here)
    assert outcome.code == 5, outcome
    assert [line["row"]["id"] for line in documents(file) if "row" in line] == [str(UNBORN)]
    rows = plain.query(here, f"SELECT amount, bytes FROM r WHERE id IN ({NEGATIVE}, {DOUBLE}) ORDER BY id")
    assert [(row[0], bytes(row[1])) for row in rows] == [(NEGATIVE, NEGATIVE.to_bytes(4)), (DOUBLE, DOUBLE.to_bytes(4))]
    assert len(plain.query(here, "SELECT id FROM r")) == ROWS - 1
    left = documents(file)
    left[-1]["row"]["born"] = "2001-02-03"
    file.write_text("".join(json.dumps(line) + "\n" for line in left))
    assert run("replay", str(file), here).code == 0
    assert not file.exists()


def test_more_rejects_than_allowed_stop_the_run(database: DatabaseFactory, source: str, tmp_path: Path) -> None:
    here, file = prepared(database, "sqlite"), tmp_path / "rejects.jsonl"
    with pytest.raises(TransferError, match="more than the 2 allowed") as caught:
        copied(source, here, file, max_rejects=2)
    ((there,),) = plain.query(here, "SELECT count(*) FROM r")
    assert f"({there} rows added)" in caught.value.hint


def test_the_file_of_another_run_is_not_touched(database: DatabaseFactory, source: str, tmp_path: Path) -> None:
    here, file = prepared(database, "sqlite"), tmp_path / "rejects.jsonl"
    file.write_text("mine")
    with pytest.raises(TransferError, match="is there already"):
        copied(source, here, file)
    assert file.read_text() == "mine"
    assert plain.query(here, "SELECT id FROM r") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "line 1"),
        ('{"row": {"id": "1"}}', "line 1"),
        ('{"table": {"schema": "", "name": "gone"}, "columns": []}', "has no table gone"),
    ],
)
def test_a_file_that_is_none_is_refused(database: DatabaseFactory, tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "rejects.jsonl"
    file.write_text(text)
    outcome = run("replay", str(file), prepared(database, "sqlite"))
    assert outcome.code == 2 and words in outcome.err and "Try:" in outcome.err

"""`runs`, `status` and `resume` as a user meets them: what they print, how they end, and what a newcomer gets wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.command import changed as other_url
from tests.commands.command import finished, run, start
from tests.conftest import DatabaseFactory
from tests.journal.halted import changed, done_chunks, halt, known, make_items
from tests.pairs import plain
from transfer.journal import Journal


@pytest.fixture(params=["postgresql", pytest.param("mysql", marks=pytest.mark.soak), "sqlite"])
def target(request: pytest.FixtureRequest, database: DatabaseFactory) -> str:
    return database(request.param)


def test_a_run_is_listed_shown_and_gone_on_with(target: str, tmp_path: Path) -> None:
    source = make_items(tmp_path / "source.db")
    name = halt(source, target, after=2).run
    listed = run("runs", target)
    assert (listed.code, listed.err) == (0, "")
    assert re.fullmatch(rf"{name}  failed +from {re.escape(source)}  .*the disk is full\n", listed.out)
    rows = sum(chunk.rows for chunk in done_chunks(target).values())
    shown = run("status", target)
    assert shown.code == 0
    assert f"run {name}: failed, begun " in shown.out
    assert f"item: {rows:,} rows of about " in shown.out and ", 2 chunks" in shown.out
    (record,) = run("runs", target, "--json").document
    assert (record["run"], record["state"], record["epoch"]) == (name, "failed", 1)
    status = run("status", target, name[:15], "--json").document
    assert (status["record"]["run"], status["tables"][0]["rows"]) == (name, rows)
    resumed = run("resume", target)
    assert resumed.code == 0, resumed.err
    assert "Done: 1 table, 1,000 rows" in resumed.out
    assert "done" in run("runs", target).out
    again = run("resume", target)
    assert again.code == 2
    assert f"run {name} is done" in again.err and "Try:   there is nothing to go on with" in again.err


def test_resume_tells_a_document(target: str, tmp_path: Path) -> None:
    name = halt(make_items(tmp_path / "source.db"), target, after=2).run
    resumed = run("resume", target, name, "--json")
    assert (resumed.code, resumed.document["run"], resumed.document["status"]) == (0, name, "done")


def test_a_source_that_is_another_now(target: str, tmp_path: Path) -> None:
    source = make_items(tmp_path / "source.db")
    halt(source, target, after=2)
    changed(source, "ALTER TABLE item ADD COLUMN more INTEGER")
    outcome = run("resume", target)
    assert outcome.code == 4
    assert "more" in outcome.err and "Try:" in outcome.err
    assert known(target).state == "failed"


def test_watching_ends_with_the_run(database: DatabaseFactory, tmp_path: Path) -> None:
    target = database("postgresql")
    journal = Journal(halt(make_items(tmp_path / "source.db"), target, after=2).run)
    plain.execute(target, "UPDATE _dbtransfer.run SET state = 'running'")
    process = start("status", target, "--watch")
    assert process.stdout is not None
    assert process.stdout.readline().startswith(f"run {journal.run}: running")
    plain.execute(target, "UPDATE _dbtransfer.run SET state = 'stopped'")
    outcome = finished(process)
    assert outcome.code == 0
    assert f"run {journal.run}: stopped" in outcome.out


def test_a_target_without_a_journal(target: str) -> None:
    plain.execute(target, "CREATE TABLE there (n INT)")
    listed = run("runs", target)
    assert (listed.code, listed.out) == (
        0,
        "no runs: nothing was copied into this database, or its journal was cleaned away\n",
    )
    assert run("runs", target, "--json").document == []
    for command in ("status", "resume"):
        outcome = run(command, target)
        assert outcome.code == 2
        assert "the target knows no run" in outcome.err
    assert plain.journal(target) == [], "looking leaves no trace"


def test_a_wrong_name(target: str, tmp_path: Path) -> None:
    name = halt(make_items(tmp_path / "source.db"), target, after=1).run
    for command in ("status", "resume"):
        outcome = run(command, target, "20200101T000000Z-0000")
        assert outcome.code == 2
        assert "the target knows no run 20200101T000000Z-0000" in outcome.err
        assert f"Try:   the last ones are {name}" in outcome.err


def test_a_target_that_is_not_there(tmp_path: Path) -> None:
    for command in ("runs", "status", "resume"):
        outcome = run(command, f"sqlite:///{tmp_path}/none.db")
        assert outcome.code == 1
        assert "none.db" in outcome.err
    assert not (tmp_path / "none.db").exists()


def test_a_user_who_may_only_read(database: DatabaseFactory, tmp_path: Path) -> None:
    """Sees the runs, and is told what it lacks to go on with one; the run is as it was."""
    target = database("postgresql")
    before = halt(make_items(tmp_path / "source.db"), target, after=1)
    name = f"{target.rpartition('/')[2]}_reader"
    grants = (f"GRANT USAGE ON SCHEMA {schema} TO {name}" for schema in ("_dbtransfer", "public"))
    tables = (f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}" for schema in ("_dbtransfer", "public"))
    plain.execute(target, f"CREATE ROLE {name} LOGIN PASSWORD 'reader'", *grants, *tables)
    reader = other_url(target, user=name, password="reader")
    try:
        assert "failed" in run("runs", reader).out
        outcome = run("resume", reader)
    finally:
        plain.execute(target, f"DROP OWNED BY {name}", f"DROP ROLE {name}")
    assert outcome.code == 1
    assert "permission denied" in outcome.err and "GRANT" in outcome.err
    assert known(target) == before

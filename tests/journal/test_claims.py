"""Who holds a target, and what becomes of the work of one that holds it no longer."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import transfer
from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings.errors import DatabaseError, Locked
from tests.commands.command import finished, start
from tests.conftest import DatabaseFactory
from tests.journal.halted import OPTIONS, TARGETS, done_chunks, few, halt, known, make_items
from tests.pairs import plain
from transfer.journal import Journal

HOLDER = """
import sys, time
from dialects import connect
from dialects.url import parse_url
with connect(parse_url(sys.argv[1]), writable=True) as session:
    print(repr(session.claim([sys.argv[2]])), flush=True)
    time.sleep(60)
"""


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest, database: DatabaseFactory) -> str:
    url = database(request.param)
    plain.execute(url, "CREATE TABLE there (n INT)")
    return url


def opened(url: str) -> Session:
    return connect(parse_url(url), writable=True)


def test_two_sessions_do_not_hold_one_name(target: str) -> None:
    with opened(target) as first, opened(target) as second:
        assert first.claim(["item", "line"]) == ""
        assert first.claim(["line", "item"]) == "", "what is one's own already is no hindrance"
        assert second.claim(["line"]) == "line"
        first.close()
        assert second.claim(["line"]) == ""


@contextmanager
def holder(url: str, name: str = "item") -> Iterator[subprocess.Popen[str]]:
    """Another process that holds this name."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url, name], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "''\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "sqlite"])
def test_a_killed_process_holds_nothing(engine: str, database: DatabaseFactory) -> None:
    target = database(engine)
    with holder(target) as process:
        with opened(target) as session:
            assert session.claim(["item"]) == "item"
        process.send_signal(signal.SIGKILL)
        process.wait()
        with opened(target) as session:
            assert patiently_claimed(session)


def test_a_killed_process_leaves_a_duckdb_file(database: DatabaseFactory) -> None:
    """Nobody else can open it while the process lives."""
    target = database("duckdb")
    with holder(target) as process:
        with pytest.raises(DatabaseError, match="lock"):
            opened(target)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with opened(target) as session:
            assert session.claim(["item"]) == ""


def patiently_claimed(session: Session) -> bool:
    """A server takes a moment to see that a client is gone."""
    for _ in range(100):
        if session.claim(["item"]) == "":
            return True
        time.sleep(0.05)
    return False


def test_what_is_executed_together_stays_together(target: str) -> None:
    with opened(target) as session:
        together = session.dialect.limits.ddl_in_transactions
        with pytest.raises(DatabaseError):
            session.execute_all(["CREATE TABLE made (n INT)", "INSERT INTO there VALUES (1)", "SELECT * FROM nowhere"])
        session.execute_all(["INSERT INTO there VALUES (2)"])
    names = {name.rpartition(".")[2] for name in plain.tables(target)}
    assert ("made" in names) is not together
    assert plain.rows(target, "there") == ([("2",)] if together else [("1",), ("2",)])


def test_a_statement_within_a_transaction_sees_it_and_ends_with_it(target: str) -> None:
    with opened(target) as session:
        session.begin()
        session.within("INSERT INTO there VALUES (7)")
        assert session.within("SELECT n, n + 1 FROM there") == [(7, 8)]
        session.rollback()
        session.begin()
        assert session.within("SELECT count(*) FROM there") == [(0,)]
        session.within("INSERT INTO there VALUES (8)")
        session.commit()
    assert plain.rows(target, "there") == [("8",)]


@pytest.mark.parametrize("engine", TARGETS)
def test_the_chunk_of_a_stale_owner_is_refused(
    engine: str, database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run is taken over between two of its chunks; nothing of the later one stays."""
    source, target = make_items(tmp_path / "source.db"), database(engine)
    noted = Journal.chunk

    def chunk(journal: Journal, session: Session, *rest: Any) -> None:
        if len(written) == 2:
            taken_over(session, journal)
        noted(journal, session, *rest)
        written.append(rest)

    def taken_over(session: Session, journal: Journal) -> None:
        """As the new owner does, but in this chunk's own place: what comes before is undone with it."""
        session.rollback()
        epoch(session, journal, journal.epoch + 1)
        session.begin()

    written: list[Any] = []
    monkeypatch.setattr(Journal, "chunk", chunk)
    plan = transfer.plan(source, target, OPTIONS)
    with pytest.raises(Locked, match="has another owner by now") as caught:
        transfer.copy(plan, source=source, target=target, options=OPTIONS)
    assert caught.value.exit_code == 75
    monkeypatch.undo()
    done = done_chunks(target)
    (name,) = plain.tables(target)
    assert len(done) == 2
    assert len(plain.rows(target, name)) == sum(chunk.rows for chunk in done.values())
    assert (known(target).state, known(target).epoch) == ("running", 2), "a stale owner notes nothing"
    assert transfer.resume(target).status == "done"
    assert plain.rows(target, name) == plain.rows(source, "item")


def epoch(session: Session, journal: Journal, number: int) -> None:
    """Count the run's epoch up, in a transaction of its own."""
    session.begin()
    place = "_dbtransfer.run" if session.dialect.limits.schemas else "_dbtransfer_run"
    session.within(f"UPDATE {place} SET epoch = {number} WHERE {session.dialect.quote('run')} = '{journal.run}'")
    session.commit()


@pytest.mark.parametrize("engine", few("postgresql", "mysql"))
def test_a_run_is_taken_over_once(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    target = database(engine)
    run = halt(make_items(tmp_path / "source.db"), target, after=2)
    first, second = (Journal(run.run, run.epoch + 1, 3) for _ in range(2))
    with opened(target) as session:
        first.prepare(session)
        second.prepare(session)
        first.take_over(session)
        with pytest.raises(Locked, match="was resumed elsewhere just now"):
            second.take_over(session)
    assert (known(target).state, known(target).epoch) == ("running", 2)


@pytest.mark.parametrize("engine", ["postgresql", "mariadb", "sqlite"])
def test_of_two_equal_runs_one_exits_75(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    name = "public.item" if engine == "postgresql" else "item"
    with holder(target, name):
        outcome = finished(start("copy", source, target))
    assert outcome.code == 75, outcome.err
    assert f"{name}: another run writes to this table now" in outcome.err and "dbtransfer runs TARGET" in outcome.err
    assert plain.tables(target) == plain.journal(target) == []

"""Faults made on purpose: sessions that are ended, answers that are lost, servers with few connections."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mappings.errors import ConnectionLost, TransferError
from tests.commands.command import changed
from tests.conftest import DatabaseFactory
from tests.faults.flaky import OPTIONS, Heard, copied, local_source, rows_of
from tests.pairs import plain
from tests.servers import ENGINES
from transfer.journal import Journal

OWN = {
    "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
    "mysql": ("SELECT connection_id()", "KILL {}"),
    "mariadb": ("SELECT connection_id()", "KILL {}"),
}
"""Which session one is, and how another ends it."""


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("after", ["note", "commit"])
def test_a_writer_that_is_ended_at_its_chunk(
    engine: str, after: str, database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its COMMIT the chunk is copied again, once; behind it, it is found in the journal."""
    source, target, ended = local_source(tmp_path), database(engine), list[str]()
    noted = Journal.chunk

    def chunk(journal: Journal, session: Any, chunk: Any, *others: Any) -> None:
        noted(journal, session, chunk, *others)
        if chunk.number != 2 or ended:
            return
        ended.append(str(chunk))
        if after == "note":
            ask, kill = OWN[engine]
            plain.execute(target, kill.format(session.within(ask)[0][0]))
        else:
            commit = session.commit
            session.commit = lambda: lose_answer(session, commit)

    monkeypatch.setattr(Journal, "chunk", chunk)
    heard = Heard()
    report = copied(source, target, heard)
    assert ended and report.status == "done"
    assert [message for message in heard.messages if "item, chunk 2" in message and "try 2 of 8" in message]
    assert heard.counted == len(rows_of(source))
    assert rows_of(target) == rows_of(source)


def lose_answer(session: Any, commit: Any) -> None:
    """Commit, and let nobody hear of it."""
    del session.commit
    commit()
    raise ConnectionLost("the answer to COMMIT is lost")


def test_a_chunk_that_was_noted_otherwise_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted, told = Journal.chunk, list[bool]()

    def chunk(journal: Journal, session: Any, chunk: Any, *others: Any) -> None:
        noted(journal, session, chunk, *others)
        if not told:
            told.append(True)
            commit = session.commit
            session.commit = lambda: lose_answer(session, commit)

    monkeypatch.setattr(Journal, "chunk", chunk)
    monkeypatch.setattr(Journal, "noted", lambda *_: (1, 1))
    with pytest.raises(TransferError, match="other rows than were sent"):
        copied(local_source(tmp_path), f"sqlite:///{tmp_path}/target.db", Heard())


@pytest.mark.servers
def test_a_server_with_few_connections(database: DatabaseFactory, tmp_path: Path) -> None:
    """A user of one's own may be given a limit, which a server for all tests may not."""
    source, target = local_source(tmp_path), database("mysql")
    limited = limited_user(target, 3)
    heard = Heard()
    report = copied(source, limited, heard, replace(OPTIONS, jobs=6))
    assert report.status == "done"
    assert [message for message in heard.messages if "by 2 workers" in message], heard.messages
    assert rows_of(target) == rows_of(source)
    plain.execute(target, f"DROP USER '{user_of(target)}'@'%'")


def user_of(target: str) -> str:
    return f"few_{target.rpartition('/')[2]}"


def limited_user(target: str, most: int) -> str:
    """The URL of a database as a user with at most so many connections."""
    name = user_of(target)
    plain.execute(
        target,
        f"CREATE USER '{name}'@'%' IDENTIFIED BY 'few' WITH MAX_USER_CONNECTIONS {most}",
        f"GRANT ALL ON *.* TO '{name}'@'%'",
    )
    return changed(target, user=name, password="few")

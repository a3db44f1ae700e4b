"""Connections cut at random bytes: the copy goes on by itself and is equal, or ends; instants are never mixed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pymysql
import pytest

import transfer
from mappings.errors import TransferError
from tests.conftest import DatabaseFactory
from tests.faults.flaky import OPTIONS, ROWS, Heard, copied, flaky, item, local_source, rows_of
from tests.pairs import plain
from tests.servers import ENGINES
from transfer.journal import Journal

KEPT = "postgresql"
"""Whose snapshot outlives the connection of a reader."""


class BreaksInCopy(Heard):
    """Has the network break from the first row on."""

    def __init__(self, begin: Any) -> None:
        super().__init__()
        self._begin = begin

    def phase(self, name: str, tables: object) -> None:
        super().phase(name, tables)
        if name == "copy":
            self._begin()


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak), pytest.param(3, marks=pytest.mark.soak)])
def test_a_target_that_loses_connections(engine: str, seed: int, database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = local_source(tmp_path), database(engine)
    with flaky(target, seed=seed, cuts=4) as proxy:
        heard = BreaksInCopy(proxy.begin)
        report = copied(source, proxy.url, heard)
        assert proxy.cuts == 4
    assert report.status == "done"
    assert rows_of(target) == rows_of(source)
    assert heard.counted == ROWS
    told = [message for message in heard.messages if "; try 2 of 8 in 0." in message]
    assert told and all(message.startswith("item") for message in told), heard.messages


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
def test_a_source_that_loses_connections(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = database(engine), f"sqlite:///{tmp_path}/target.db"
    copied(local_source(tmp_path), source, Heard())
    with flaky(source, seed=7, cuts=1) as proxy:
        heard = BreaksInCopy(proxy.begin)
        try:
            report = copied(proxy.url, target, heard)
        except TransferError as error:
            assert engine != KEPT or "instant" in error.hint, error
            assert "Go on with: dbtransfer resume" in error.hint
            assert proxy.cuts
            assert transfer.resume(target, source=source).status == "done"
        else:
            assert engine == KEPT and report.status == "done" and heard.counted == ROWS
    assert rows_of(target) == rows_of(source)


@pytest.mark.servers
@pytest.mark.parametrize("engine", ENGINES)
def test_rows_of_another_instant_are_never_read(
    engine: str, database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows change once the readers have their instant; then all of the source's other sessions are ended."""
    source, target = database(engine), f"sqlite:///{tmp_path}/target.db"
    copied(local_source(tmp_path), source, Heard())
    before, noted = rows_of(source), Journal.chunk
    ended: list[int] = []

    def chunk(*arguments: Any) -> None:
        noted(*arguments)
        if not ended:
            plain.execute(source, f"UPDATE {plain.quoted(source, item(source))} SET n = -1")
            ended.append(end_all_sessions(source, engine))

    monkeypatch.setattr(Journal, "chunk", chunk)
    with pytest.raises(TransferError, match="instant|snapshot") as caught:
        copied(source, target, Heard())
    assert ended[0] >= 2
    assert "dbtransfer resume" in caught.value.hint
    left = rows_of(target)
    assert left and set(left) <= set(before)
    monkeypatch.undo()
    assert transfer.resume(target, source=source).status == "done"
    assert rows_of(target) == rows_of(source) != before


OF_POSTGRESQL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'dbtransfer'"""
OF_MYSQL = "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> connection_id()"


def end_all_sessions(url: str, engine: str) -> int:
    """End those of the database but one's own; how many there were."""
    if engine == KEPT:
        return int(plain.query(url, OF_POSTGRESQL)[0][0])
    found = plain.query(url, OF_MYSQL)
    for (number,) in found:
        with suppress(pymysql.err.OperationalError):  # gone by itself meanwhile
            plain.execute(url, f"KILL {number}")
    return len(found)


def test_options_of_these_tests_make_many_chunks(tmp_path: Path) -> None:
    report = copied(local_source(tmp_path), f"sqlite:///{tmp_path}/target.db", Heard(), OPTIONS)
    assert len(report.timings) >= 5

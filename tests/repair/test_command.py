"""`verify --repair-sql` and `--repair apply` on the command line."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.repair import shop
from transfer.cli import main

Command = Callable[..., tuple[int, str, str]]
SHELF = "CREATE TABLE shelf (id integer NOT NULL PRIMARY KEY, label varchar(10))"


@pytest.fixture
def pair(database: DatabaseFactory) -> tuple[str, str]:
    there, here = shop.made(database("sqlite"), SHELF), shop.made(database("sqlite"), SHELF)
    shop.run(there, "INSERT INTO shelf VALUES (1, 'a'), (2, 'b')")
    shop.run(here, "INSERT INTO shelf VALUES (1, 'x'), (3, 'c')")
    return there, here


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command in this process, without a terminal: its exit code, standard output, standard error."""

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dbtransfer", "verify", *args])
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        with pytest.raises(SystemExit) as leave:
            main()
        return int(leave.value.code or 0), *capfd.readouterr()

    return run


def test_without_a_terminal_it_needs_yes(pair: tuple[str, str], verify: Command) -> None:
    code, _, told = verify(*pair, "--repair", "apply")
    assert code == 4
    assert "shelf: 1 rows to delete, 1 to update, 1 to insert" in told and "--yes" in told
    assert transfer.verify(*pair).tables[0].counts.differing == 3


def test_yes_repairs_and_says_what_was_done(pair: tuple[str, str], verify: Command) -> None:
    code, out, _ = verify(*pair, "--repair", "apply", "--yes", "--json")
    report = json.loads(out)
    assert (code, report["status"], report["differences"]) == (0, "done", [])
    assert report["repaired"] == [{"table": "shelf", "deleted": 1, "updated": 1, "inserted": 1}]


def test_a_script_is_written_and_nothing_else(pair: tuple[str, str], tmp_path: Path, verify: Command) -> None:
    script = tmp_path / "repair.sql"
    code, out, _ = verify(*pair, "--repair-sql", str(script))
    assert code == 3 and f"repair script: {script}" in out
    assert transfer.verify(*pair).tables[0].counts.differing == 3
    shop.play(pair[1], script)
    assert verify(*pair)[0] == 0


def test_what_means_nothing_is_refused(pair: tuple[str, str], tmp_path: Path, verify: Command) -> None:
    assert verify(*pair, "--yes")[0] == 2
    assert verify(*pair, "--repair-sql", str(tmp_path / "no" / "such.sql"))[0] == 2

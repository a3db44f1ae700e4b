"""A run that is killed while new tables take the place of old ones is completed by `resume`, and can be undone."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

import transfer
from mappings.errors import ConfigurationError
from tests.conftest import DatabaseFactory
from tests.journal.killed import copied_until, last_run
from tests.replacing.test_replace import TARGETS, Shop, changed, copy, rows, schema
from transfer.config import Options

POINTS = {"postgresql": 17, "sqlite": 17, "duckdb": 9, "mysql": 20, "mariadb": 25}
"""The beginning or end of a step at which the short test kills: the swap itself where it is one transaction, behind the
RENAME and among the keys where it is many steps."""


def filled(path: Path) -> Shop:
    made = Shop(path)
    made.run("INSERT INTO book SELECT value, value, 'first ' || value FROM generate_series(1, 40)")
    return made


def steps(engine: str, database: DatabaseFactory, folder: Path) -> int:
    """How many beginnings and ends of steps a replacement has."""
    shop, target = filled(folder / "count.db"), database(engine)
    copy(shop, target, Options())
    ended = copied_until(shop.url, target, "never", jobs=1, if_exists="replace")
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout.split()[-1])


def check_killed_at(step: int, engine: str, database: DatabaseFactory, folder: Path) -> None:
    shop, target = filled(folder / f"{step}.db"), database(engine)
    copy(shop, target, Options())
    before = schema(target), rows(target, "shelf"), rows(target, "book")
    changed(shop)
    ended = copied_until(shop.url, target, f"step {step}", jobs=1, if_exists="replace")
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    run = last_run(target)
    assert run is not None
    try:
        transfer.resume(target, run.run)
    except ConfigurationError as error:
        assert "is done" in error.message
    assert rows(target, "shelf") == rows(shop.url, "shelf")
    assert rows(target, "book") == rows(shop.url, "book")
    transfer.rollback(target, run.run)
    assert (schema(target), rows(target, "shelf"), rows(target, "book")) == before


@pytest.mark.parametrize("engine", TARGETS)
def test_killed_while_swapping(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    check_killed_at(POINTS[engine], engine, database, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("engine", TARGETS)
def test_killed_at_every_step(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    for step in range(1, steps(engine, database, tmp_path) + 1):
        check_killed_at(step, engine, database, tmp_path)

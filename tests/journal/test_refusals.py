"""What resume refuses, and why; where the source may be; what the journal must not tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import transfer
from mappings.errors import Blocked, ConfigurationError, Locked, TransferError
from tests.commands.command import changed as other_url
from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.journal.halted import OPTIONS, changed, done_chunks, halt, known, make_items
from tests.journal.test_claims import opened
from tests.pairs import plain

MANY = ("postgresql", "mariadb", "sqlite")
MADE = {
    True: (
        "CREATE ROLE {name} LOGIN PASSWORD '{password}'",
        "GRANT ALL ON SCHEMA public TO {name}",
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}",
    ),
    False: (
        "CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'",
        "GRANT ALL ON {database}.* TO '{name}'@'%'",
    ),
}
UNMADE = {True: ("DROP OWNED BY {name}", "DROP ROLE {name}"), False: ("DROP USER '{name}'@'%'",)}
"""By whether it is PostgreSQL."""


@pytest.mark.parametrize("engine", MANY)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE item ADD COLUMN more INTEGER", "more"),
        ("ALTER TABLE item RENAME COLUMN n TO m", "m"),
        ("DROP TABLE item", "item"),
    ],
)
def test_a_changed_schema(engine: str, database: DatabaseFactory, tmp_path: Path, change: str, told: str) -> None:
    source, target = make_items(tmp_path / "source.db"), database(engine)
    changed(source, "CREATE TABLE other (n INTEGER)")
    before = halt(source, target, after=2)
    changed(source, change)
    with pytest.raises(Blocked, match=told):
        transfer.resume(target)
    assert known(target) == before, "a run that is refused is as it was"


def test_another_way_to_go_than_was_planned(database: DatabaseFactory, tmp_path: Path) -> None:
    """As after an update of the program that plans otherwise; here the journal tells of options that nobody gave."""
    source, target = make_items(tmp_path / "source.db"), database("sqlite")
    changed(source, "CREATE TABLE other (n INTEGER)")
    halt(source, target, after=2)
    ((document,),) = plain.query(target, "SELECT document FROM _dbtransfer_plan")
    planned = json.loads(document)
    planned["options"]["selection"]["tables"] = ["item"]
    told = json.dumps(planned).replace("'", "''")
    plain.execute(target, f"UPDATE _dbtransfer_plan SET document = '{told}'")
    with pytest.raises(Blocked, match="other: no longer there"):
        transfer.resume(target)


def test_a_table_that_was_dropped_meanwhile(database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database("sqlite")
    halt(source, target, after=2)
    plain.execute(target, "DROP TABLE item")
    with pytest.raises(TransferError, match="item"):
        transfer.resume(target)


def test_runs_that_are_over_or_unknown(database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database("sqlite")
    plain.execute(target, "CREATE TABLE there (n INTEGER)")
    with pytest.raises(ConfigurationError, match="the target knows no run"):
        transfer.resume(target)
    first = halt(source, target, after=2)
    with pytest.raises(ConfigurationError, match="the target knows no run 1999") as caught:
        transfer.resume(target, "1999")
    assert first.run in caught.value.hint
    assert transfer.resume(target, first.run[:20]).run == first.run
    with pytest.raises(ConfigurationError, match=f"run {first.run} is done"):
        transfer.resume(target)


def test_the_beginning_of_several_runs(database: DatabaseFactory, tmp_path: Path) -> None:
    target = database("sqlite")
    for name in ("one", "two"):
        source = make_items(tmp_path / f"{name}.db")
        changed(source, f"ALTER TABLE item RENAME TO {name}")
        halt(source, target, after=1)
    with pytest.raises(ConfigurationError, match="is the beginning of several runs"):
        transfer.resume(target, known(target).run[:3])


@pytest.mark.parametrize("engine", MANY)
def test_a_run_that_is_at_work(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    target = database(engine)
    before = halt(make_items(tmp_path / "source.db"), target, after=2)
    with opened(target) as session:
        assert session.claim(plain.tables(target)) == ""
        with pytest.raises(Locked, match="item: another run writes to this table now") as caught:
            transfer.resume(target)
    assert caught.value.exit_code == 75
    assert known(target) == before
    assert transfer.resume(target).status == "done"


def test_it_goes_on_otherwise(database: DatabaseFactory, tmp_path: Path) -> None:
    """More workers, other batches, from a source that is elsewhere now."""
    source, target = make_items(tmp_path / "source.db"), database("postgresql")
    changed(source, "PRAGMA journal_mode = wal")
    halt(source, target, after=3)
    before = done_chunks(target)
    (tmp_path / "source.db").rename(tmp_path / "moved.db")
    with pytest.raises(TransferError, match=r"source\.db"):
        transfer.resume(target)
    report = transfer.resume(target, source=f"sqlite:///{tmp_path}/moved.db", jobs=3, batch_rows=7)
    assert report.status == "done"
    assert {timing.worker for timing in report.timings} > {"worker-1"}
    assert all(done_chunks(target)[key].committed == chunk.committed for key, chunk in before.items())
    assert len(plain.rows(target, "public.item")) == 1_000


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb"])
def test_another_host_of_the_source(
    engine: str, database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password comes from the environment again; the journal keeps neither it nor one that was in the URL."""
    file, source, target = make_items(tmp_path / "source.db"), database(engine), database("sqlite")
    transfer.copy(transfer.plan(file, source), source=file, target=source)
    password = urlsplit(source).password
    assert password
    monkeypatch.setenv("WORD_OF_THE_SHOP", password)
    hidden = source.replace(f":{password}@", ":${WORD_OF_THE_SHOP}@", 1)
    halt(hidden, target, after=2)
    assert "${WORD_OF_THE_SHOP}" in known(target).source
    monkeypatch.delenv("WORD_OF_THE_SHOP")
    assert "WORD_OF_THE_SHOP" in run("resume", target).err
    monkeypatch.setenv("WORD_OF_THE_SHOP", password)
    assert run("resume", target, "--source", other_url(source, host="localhost")).code == 0
    assert len(plain.rows(target, "item")) == 1_000


def test_a_variable_is_filled_in_again(
    database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, target = make_items(tmp_path / "source.db"), database("sqlite")
    monkeypatch.setenv("SHOP_FOLDER", str(tmp_path))
    halt("sqlite:///${SHOP_FOLDER}/source.db", target, after=2)
    assert known(target).source == "sqlite:///${SHOP_FOLDER}/source.db"
    assert run("resume", target).code == 0
    assert plain.rows(target, "item") == plain.rows(file, "item")


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb"])
def test_no_password_is_kept(engine: str, database: DatabaseFactory, tmp_path: Path) -> None:
    """Neither the source's nor the target's, in no column of no table, also where the run fails."""
    file, source, target = make_items(tmp_path / "source.db"), database(engine), database(engine)
    transfer.copy(transfer.plan(file, source), source=file, target=source)
    password = "a-word-that-is-nowhere-else"
    with account(source, password) as url:
        plan = transfer.plan(url, target, OPTIONS)
        plain.execute(source, "DROP TABLE item")
        with pytest.raises(TransferError):
            transfer.copy(plan, source=url, target=target, options=OPTIONS)
    assert known(target).state == "failed"
    assert str(urlsplit(url).username) in known(target).source
    kept = "".join(repr(plain.query(target, f"SELECT * FROM {name}")) for name in plain.journal(target))
    assert known(target).run in kept
    assert password not in kept


@contextmanager
def account(url: str, password: str) -> Iterator[str]:
    """The URL of a user of this database alone, with this password."""
    database = url.rpartition("/")[2]
    name, postgresql = f"{database[:25]}_kept", plain.engine(url) == "postgresql"
    plain.execute(
        url, *(statement.format(name=name, database=database, password=password) for statement in MADE[postgresql])
    )
    try:
        yield other_url(url, user=name, password=password)
    finally:
        plain.execute(url, *(statement.format(name=name) for statement in UNMADE[postgresql]))


def test_options_are_those_of_before(database: DatabaseFactory, tmp_path: Path) -> None:
    source, target = make_items(tmp_path / "source.db"), database("sqlite")
    halt(source, target, after=2, options=replace(OPTIONS, verify="count", batch_rows=50))
    report = transfer.resume(target)
    assert {table.verified for table in report.tables} == {"count"}
    assert plain.rows(target, "item") == plain.rows(source, "item")

"""Databases that other tools stumbled over: each arrives whole, or stops with what, where and what to try."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

import transfer
from tests.commands.command import Outcome, run
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain
from tests.servers import Server
from tests.servers.samples import load_dirty, sqlite_file
from transfer.config import parse_allowance

SCRIPTS = ("my.sql", "db789.sql", "history.sql", "hex.sql", "f1db.circuits.my.sql")
FILES = ("sqlite.db", "storage.sqlite", "test_pk.db", "collision.db", "type-mismatch.db", "bad-utf8.db")
WAYS = (("mysql", "postgresql"), ("mysql", "mariadb"), ("mariadb", "sqlite"))
SETTLED = {
    "sqlite.db": ("stamps.StartTime=text", "intege.id=text"),
    "type-mismatch.db": ("products.qty=text",),
    "bad-utf8.db": ("files.filename=text",),
}
"""What the plan offers for columns with values of several kinds."""
EXCLUDED = {"sqlite.db": ("autoinc",)}
"""A primary key with NULLs, which only SQLite takes."""
ZERO_DATES = """\
INSERT INTO races (raceId, year, date, url) VALUES (1, 2009, '2009-03-29', 'a'), (4711, 2010, '0000-00-00', 'b')"""
LENIENT = "SET sql_mode = ''"


@pytest.fixture
def server(request: pytest.FixtureRequest, source: str) -> Server:
    """The server that a script is for."""
    found = request.getfixturevalue(source)
    assert isinstance(found, Server)
    return found


def copied(there: str, here: str, excluded: tuple[str, ...] = (), allowed: tuple[str, ...] = ()) -> transfer.Plan:
    options = transfer.Options(
        transfer.Selection(exclude=excluded), allowances=tuple(parse_allowance(text) for text in allowed)
    )
    plan = transfer.plan(there, here, options)
    report = transfer.copy(plan, source=there, target=here, options=options)
    assert {table.verified for table in report.tables} == {"digest"}
    meaning.assert_as_planned(report)
    meaning.assert_equal(there, here, plan)
    return plan


def assert_readable(outcome: Outcome, *words: str) -> None:
    """One error of few lines, each of them for people, that says what, where and what to try."""
    error = outcome.err[outcome.err.index("Error: ") :]
    assert all(word in error for word in words), error
    assert "Try:" in error and len(error.splitlines()) < 12, error
    assert not re.search(r"<class|object at 0x|Traceback|\\x1f", error), error


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_scripts_of_mysql_arrive_whole(database: DatabaseFactory, server: Server, source: str, target: str) -> None:
    for script in SCRIPTS:
        there, here = database(source), database(target)
        load_dirty(server, there, name=script)
        copied(there, here)
        assert {name.rpartition(".")[2] for name in plain.tables(here)} == set(plain.tables(there))


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_a_zero_date_stops_the_copy(database: DatabaseFactory, server: Server, source: str, target: str) -> None:
    there, here = database(source), database(target)
    load_dirty(server, there, name="my.sql")
    plain.execute(there, LENIENT, ZERO_DATES)
    outcome = run("copy", there, here, "--table", "races")
    assert outcome.code == 4
    assert_readable(outcome, "races.date", "1 row", "key 4711", "--allow-loss 'races.date=text'")
    assert plain.tables(here) == []
    assert len(copied(there, database(target), excluded=("races",)).tables) == 15


@pytest.mark.parametrize(("source", "target"), WAYS[:1])
def test_a_zero_date_arrives_as_text(database: DatabaseFactory, server: Server, source: str, target: str) -> None:
    there, here = database(source), database(target)
    load_dirty(server, there, name="my.sql")
    plain.execute(there, LENIENT, ZERO_DATES)
    copied(there, here, allowed=("races.date=text",))
    assert plain.query(here, "SELECT date FROM races ORDER BY date") == [("0000-00-00",), ("2009-03-29",)]


@pytest.mark.parametrize("target", ("postgresql", "mysql"))
def test_files_of_sqlite_arrive_whole(database: DatabaseFactory, test_data: object, target: str) -> None:
    for name in FILES:
        there, here = database("sqlite"), database(target)
        load_dirty(None, there, name=name)
        plan = transfer.plan(there, here)
        allowed, excluded = SETTLED.get(name, ()), EXCLUDED.get(name, ())
        options = {f"--allow-loss '{text}'" for text in allowed} | {f"--exclude '{text}'" for text in excluded}
        assert {block.option for block in plan.blocks} == options
        copied(there, here, excluded, allowed)


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("type-mismatch.db", "products.qty", ("1 row holds text in an INTEGER column (rowid 2)", "2 integer, 1 text")),
        ("bad-utf8.db", "files.filename", ("1 row holds blob in a TEXT column (rowid 2)",)),
        ("sqlite.db", "autoinc.id", ("3 rows hold NULL in the primary key (rowid 1, rowid 2, rowid 3)", "--exclude")),
    ],
)
def test_what_blocks_is_told(
    database: DatabaseFactory, test_data: object, name: str, place: str, words: tuple[str, ...]
) -> None:
    there, here = database("sqlite"), database("postgresql")
    load_dirty(None, there, name=name)
    outcome = run("copy", there, here)
    assert outcome.code == 4
    assert_readable(outcome, "nothing was written", place, *words)
    assert plain.tables(here) == []


def test_text_that_is_no_utf8_blocks_too(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("postgresql")
    with closing(sqlite3.connect(sqlite_file(there))) as connection:
        connection.execute("CREATE TABLE files (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("INSERT INTO files VALUES (1, 'a'), (2, CAST(x'66ff' AS TEXT))")
        connection.commit()
    options = transfer.Options(allowances=(parse_allowance("files.name=text"),))
    report = transfer.copy(transfer.plan(there, here, options), source=there, target=here, options=options)
    assert report.status == "done"
    meaning.assert_as_planned(report)
    assert plain.query(here, "SELECT name FROM files ORDER BY id") == [("a",), ("X'66ff'",)]
    outcome = run("copy", there, database("postgresql"))
    assert outcome.code in (1, 4)
    assert_readable(outcome, "files.name", "rowid 2", "--allow-loss 'files.name=text'")


def test_long_names_that_would_become_one_stay_two(database: DatabaseFactory, test_data: object) -> None:
    there, here = database("sqlite"), database("postgresql")
    load_dirty(None, there, name="collision.db")
    plan = copied(there, here)
    names = plain.columns(here, "public.products")[2:]
    assert len(set(names)) == 2 and max(map(len, names)) <= 63
    assert all(any(name in note.message for note in plan.losses) for name in names)

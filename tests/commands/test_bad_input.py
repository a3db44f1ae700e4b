"""Every mistake gets a clear error: what, where, what to try, the documented exit code, and no half-done work."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

import transfer
from tests.commands.command import CuttingProxy, changed, finished, run, start
from tests.conftest import DatabaseFactory
from tests.pairs import plain

SERVERS = ("postgresql", "mysql", "mariadb")
BIG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "


def filled(path: Path, rows: int = 3) -> str:
    """A SQLite database with one table `item` of that many rows; its URL."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        connection.execute(f"INSERT INTO item {BIG.format(rows)} SELECT i, 'name of item ' || i FROM n")
        connection.commit()
    return f"sqlite:///{path}"


@pytest.fixture
def shop(tmp_path: Path) -> str:
    return filled(tmp_path / "shop.db")


@pytest.mark.parametrize("engine", SERVERS)
def test_wrong_password(database: DatabaseFactory, shop: str, engine: str) -> None:
    outcome = run("copy", shop, changed(database(engine), password="not-the-word"))
    assert outcome.code == 1
    assert "password" in outcome.err and "Try:" in outcome.err
    assert "not-the-word" not in outcome.out + outcome.err


@pytest.mark.parametrize("engine", SERVERS)
def test_unknown_host(database: DatabaseFactory, shop: str, engine: str) -> None:
    outcome = run("copy", shop, changed(database(engine), host="no-such-host.invalid"))
    assert outcome.code == 1
    assert "no-such-host.invalid" in outcome.err and "Try:" in outcome.err


@pytest.mark.parametrize("engine", SERVERS)
def test_nobody_listens(database: DatabaseFactory, shop: str, engine: str) -> None:
    outcome = run("copy", shop, changed(database(engine), port=1))
    assert outcome.code == 1
    assert "127.0.0.1" in outcome.err and "Try:" in outcome.err


@pytest.mark.parametrize("engine", SERVERS)
def test_missing_database(database: DatabaseFactory, shop: str, engine: str) -> None:
    outcome = run("copy", shop, changed(database(engine), database="there_is_none"))
    assert outcome.code == 1
    assert "there_is_none" in outcome.err and "CREATE DATABASE" in outcome.err


@pytest.mark.parametrize(("engine", "module"), [("postgresql", "psycopg"), ("mysql", "pymysql")])
def test_missing_driver(tmp_path: Path, shop: str, engine: str, module: str) -> None:
    (tmp_path / f"{module}.py").write_text("raise ImportError('not installed')")
    outcome = run("copy", shop, f"{engine}://user@127.0.0.1/db", env={"PYTHONPATH": str(tmp_path)})
    assert outcome.code == 2
    assert f"pip install 'dbtransfer[{engine}]'" in outcome.err


def test_missing_source_file(tmp_path: Path) -> None:
    outcome = run("copy", f"sqlite:///{tmp_path}/none.db", f"sqlite:///{tmp_path}/new.db")
    assert outcome.code in {1, 2}
    assert "none.db" in outcome.err
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle://host/db", "no engine answers"),
        ("what is this", "not a database URL"),
        ("postgresql://user:${NO_SUCH_VARIABLE}@host/db", "NO_SUCH_VARIABLE"),
    ],
)
def test_wrong_url(shop: str, url: str, words: str) -> None:
    outcome = run("copy", shop, url)
    assert outcome.code == 2
    assert words in outcome.err and "Try:" in outcome.err


@pytest.mark.parametrize(
    "args",
    [
        ["--table", "nothing*"],
        ["--exclude", "nothing*"],
        ["--allow-loss", "item.nmae=truncate"],
        ["--allow-loss", "item.name=shorten"],
        ["--if-exists", "drop"],
        ["--schema-only", "--data-only"],
        ["--jobs", "0"],
        ["--no-such-option"],
    ],
)
def test_wrong_option_is_a_usage_error(tmp_path: Path, shop: str, args: list[str]) -> None:
    outcome = run("copy", shop, f"sqlite:///{tmp_path}/new.db", *args)
    assert outcome.code == 2, outcome.err
    assert outcome.err.startswith(("Error:", "Usage:"))


@pytest.mark.parametrize("engine", [*SERVERS, "sqlite"])
def test_a_target_with_rows_is_left_alone(database: DatabaseFactory, shop: str, engine: str) -> None:
    target = database(engine)
    assert run("copy", shop, target).code == 0
    outcome = run("copy", shop, target)
    assert outcome.code == 4
    assert "holds rows" in outcome.err and "--if-exists append" in outcome.err
    assert len(plain.rows(target, plain.tables(target)[0])) == 3


def test_append_asks_and_takes_yes(database: DatabaseFactory, tmp_path: Path, shop: str) -> None:
    target = database("sqlite")
    plain.execute(target, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    plain.execute(target, "INSERT INTO item VALUES (100, 'was here')")
    refused = run("copy", shop, target, "--if-exists", "append")
    assert refused.code == 4 and "--yes" in refused.err
    done = run("copy", shop, target, "--if-exists", "append", "--yes", "--json")
    assert done.code == 0, done.err
    assert done.document["tables"][0]["verified"] == "count"
    assert len(plain.rows(target, "item")) == 4


def test_existing_table_of_another_shape_blocks(database: DatabaseFactory, shop: str) -> None:
    target = database("sqlite")
    plain.execute(target, "CREATE TABLE item (id INTEGER PRIMARY KEY, other TEXT NOT NULL)")
    outcome = run("copy", shop, target)
    assert outcome.code == 4
    assert "item.name" in outcome.err and "item.other" in outcome.err


@pytest.mark.parametrize("engine", SERVERS)
def test_a_value_the_target_cannot_hold(database: DatabaseFactory, tmp_path: Path, engine: str) -> None:
    source, target = f"sqlite:///{tmp_path}/nul.db", database(engine)
    plain.execute(
        source,
        "CREATE TABLE note (id INTEGER PRIMARY KEY, body VARCHAR(5))",
        "INSERT INTO note VALUES (1, 'ok'), (4711, 'a' || char(0) || 'b')",
    )
    outcome = run("copy", source, target)
    if engine == "postgresql":
        assert outcome.code == 4
        assert "nothing was written" in outcome.err and plain.tables(target) == plain.journal(target) == []
        assert "note.body" in outcome.err and "4711" in outcome.err and "strip" in outcome.err
        allowed = run("copy", source, database(engine), "--allow-loss", "note.body=strip", "--json")
        assert allowed.code == 0, allowed.err
        assert allowed.document["altered"] == [{"column": "note.body", "rule": "strip", "values": 1}]
    else:
        assert outcome.code == 0, outcome.err


def test_a_full_disk_on_the_target(tmp_path: Path) -> None:
    source = filled(tmp_path / "big.db", rows=100_000)
    outcome = run("copy", source, f"sqlite:///{tmp_path}/full.db", limit_file_size=1_000_000)
    assert outcome.code == 1
    assert "item" in outcome.err and "Try:" in outcome.err
    assert len(plain.rows(source, "item")) == 100_000


@pytest.mark.parametrize("engine", SERVERS)
@pytest.mark.parametrize("side", ["source", "target"])
def test_an_interrupted_network(database: DatabaseFactory, tmp_path: Path, engine: str, side: str) -> None:
    there = database(engine)
    local = filled(tmp_path / "big.db", rows=200_000)
    if side == "source":
        assert run("copy", local, there, "--verify", "none").code == 0
        proxy = CuttingProxy(there, octets=2_000_000)
        outcome = run("copy", proxy.url, f"sqlite:///{tmp_path}/new.db")
    else:
        proxy = CuttingProxy(there, octets=2_000_000)
        outcome = run("copy", local, proxy.url)
    proxy.close()
    assert outcome.code == 1, outcome.err
    assert "item" in outcome.err and "Try:" in outcome.err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("engine", [*SERVERS, "sqlite"])
def test_a_signal_stops_cleanly(
    database: DatabaseFactory, tmp_path: Path, engine: str, number: signal.Signals, code: int
) -> None:
    source, target = filled(tmp_path / "big.db", rows=1_000_000), database(engine)
    process = start("copy", source, target)
    assert process.stderr is not None
    process.stderr.readline()  # the copy's own phase has begun
    time.sleep(0.5)
    process.send_signal(number)
    outcome = finished(process)
    assert outcome.code == code, outcome.err
    assert "Go on with: dbtransfer resume TARGET " in outcome.err
    assert transfer.status(target).record.state == "stopped"


def test_no_rights_to_create(database: DatabaseFactory, shop: str) -> None:
    url = database("postgresql")
    name = plain.query(url, "SELECT current_database()")[0][0]
    plain.execute(url, f"DROP ROLE IF EXISTS {name}_reader", f"CREATE ROLE {name}_reader LOGIN PASSWORD 'reader'")
    outcome = run("copy", shop, changed(url, user=f"{name}_reader", password="reader"))
    plain.execute(url, f"DROP ROLE {name}_reader")
    assert outcome.code == 1
    assert "permission" in outcome.err.lower() and "GRANT" in outcome.err


def test_an_error_with_json_is_one_document(shop: str) -> None:
    outcome = run("copy", shop, "oracle://host/db", "--json")
    assert outcome.code == 2
    assert outcome.document["status"] == "error"


def test_a_plan_leaves_no_trace(tmp_path: Path, shop: str) -> None:
    outcome = run("plan", shop, f"sqlite:///{tmp_path}/new.db")
    assert outcome.code == 0 and "CREATE TABLE" in outcome.out
    assert not (tmp_path / "new.db").exists()


def test_rows_alone_need_the_tables(tmp_path: Path, shop: str) -> None:
    target = f"sqlite:///{tmp_path}/new.db"
    refused = run("copy", shop, target, "--data-only")
    assert refused.code == 4 and "no such table" in refused.err
    assert run("copy", shop, target, "--schema-only").code == 0
    assert plain.rows(target, "item") == []
    filled_now = run("copy", shop, target, "--data-only", "--json")
    assert filled_now.code == 0, filled_now.err
    assert filled_now.document["tables"][0]["verified"] == "digest"

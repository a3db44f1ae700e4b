"""A plan is a document: written, reviewed, run as it is, and refused when a database has changed since."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.pairs import plain

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, born DATE);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customers, total DECIMAL(9,2));
CREATE INDEX orders_customer ON orders (customer);
INSERT INTO customers VALUES (1, 'Ada', '1815-12-10'), (2, 'Zoë', NULL);
INSERT INTO orders VALUES (10, 1, '9.99'), (11, 2, '0.10');
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return path


def change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(statement)


def planned(source: str, target: str, file: Path, *options: str) -> None:
    outcome = run("plan", source, target, "--json", *options)
    assert outcome.code == 0, outcome.err
    file.write_text(outcome.out)


def test_a_reviewed_plan_is_run_with_its_own_choices(shop: Path, tmp_path: Path) -> None:
    source, target, file = f"sqlite:///{shop}", f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "plan.json"
    planned(source, target, file, "--exclude", "orders", "--allow-loss", "customers.born=text")
    outcome = run("copy", source, target, "--plan", str(file), "--json")
    assert outcome.code == 0, outcome.err
    assert [table["source"] for table in outcome.document["tables"]] == ["customers"]
    assert plain.tables(target) == ["customers"]


def test_new_rows_are_no_drift(shop: Path, tmp_path: Path) -> None:
    source, target, file = f"sqlite:///{shop}", f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "plan.json"
    planned(source, target, file)
    change(shop, "INSERT INTO customers VALUES (3, 'Eve', '2001-01-01')")
    outcome = run("copy", source, target, "--plan", str(file), "--json")
    assert outcome.code == 0 and outcome.document["tables"][0]["rows"] == 3


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER TABLE customers ADD COLUMN mail TEXT", "customers.mail: not in the reviewed plan"),
        ("CREATE TABLE notes (id INTEGER PRIMARY KEY)", "notes: not in the reviewed plan"),
        ("DROP TABLE orders", "orders: no longer there"),
        ("DROP INDEX orders_customer", "orders: its keys, checks or defaults changed"),
    ],
)
def test_drift_is_refused_and_named(shop: Path, tmp_path: Path, statement: str, words: str) -> None:
    target, file = tmp_path / "moved.db", tmp_path / "plan.json"
    planned(f"sqlite:///{shop}", f"sqlite:///{target}", file)
    change(shop, statement)
    outcome = run("copy", f"sqlite:///{shop}", f"sqlite:///{target}", "--plan", str(file))
    assert outcome.code == 4 and words in outcome.err, outcome.err
    assert not target.exists()


def test_the_target_may_drift_too(shop: Path, tmp_path: Path) -> None:
    source, target, file = f"sqlite:///{shop}", f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "plan.json"
    planned(source, target, file)
    assert run("copy", source, target, "--table", "customers").code == 0
    outcome = run("copy", source, target, "--plan", str(file))
    assert outcome.code == 4 and "the target has the table customers" in outcome.err


def test_mistakes_with_the_file_are_told(shop: Path, tmp_path: Path) -> None:
    source, target, file = f"sqlite:///{shop}", f"sqlite:///{tmp_path / 'moved.db'}", tmp_path / "plan.json"
    assert "No such file" in run("copy", source, target, "--plan", str(file)).err
    file.write_text('{"options": {"if_exists": "drop"}}')
    outcome = run("copy", source, target, "--plan", str(file))
    assert outcome.code == 2 and "is no plan" in outcome.err and "plan SOURCE TARGET --json" in outcome.err
    planned(source, target, file)
    outcome = run("copy", source, target, "--plan", str(file), "--table", "orders")
    assert outcome.code == 2 and "its own choices" in outcome.err


@pytest.mark.parametrize("target", ["postgresql", "mysql", "mariadb", "sqlite"])
def test_the_script_makes_the_same_tables_by_itself(
    database: DatabaseFactory, load_script: object, shop: Path, tmp_path: Path, target: str
) -> None:
    here, script = database(target), tmp_path / "schema.sql"
    outcome = run("plan", f"sqlite:///{shop}", here, "--sql", str(script), "--json")
    assert outcome.code == 0, outcome.err
    assert [line for line in script.read_text().splitlines() if line == "-- the rows belong here"]
    if target == "sqlite":
        change(Path(here.removeprefix("sqlite:///")), script.read_text())
    else:
        assert callable(load_script)
        load_script(here, script)
    assert {name.rpartition(".")[2] for name in plain.tables(here)} == {"customers", "orders"}
    appended = run("copy", f"sqlite:///{shop}", here, "--data-only", "--json")
    assert appended.code == 0, appended.err
    assert json.loads(outcome.out)["hash"] in script.read_text()

"""Swaps on SQLite: the schema's own texts before and after."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dialects import connect
from dialects.base import Session
from dialects.sqlite.unkeyed import unkeyed
from dialects.swap import Attachments, Swap
from mappings.errors import Contention
from mappings.schema import Table, TableName
from tests.swap.running import carry_out, load, planned

NAMES = (TableName("", "orders"), TableName("", "Customers"))
SCHEMA = """
CREATE TABLE regions (id INTEGER PRIMARY KEY);
CREATE TABLE Customers (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL CONSTRAINT one_name UNIQUE, -- said, (so)
  region INT CONSTRAINT "in a" REFERENCES regions (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT named CHECK (name <> 'REFERENCES x (y)'));
CREATE TABLE orders (
  id INTEGER NOT NULL PRIMARY KEY, customer INT NOT NULL, "before" INT, total NUMERIC,
  CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES Customers (id) ON DELETE CASCADE ON UPDATE NO ACTION,
  FOREIGN KEY ("before") REFERENCES orders (id));
CREATE INDEX by_total ON orders (total) WHERE total > 0;
CREATE UNIQUE INDEX one_total ON orders (customer, total);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, "order" INT REFERENCES orders (id) ON UPDATE CASCADE);
CREATE TABLE log (what TEXT);
CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
CREATE VIEW big AS SELECT customer FROM totals WHERE total > 10;
INSERT INTO regions VALUES (1);
INSERT INTO Customers (name) VALUES ('Ann'), ('Bob'), ('Eve');
DELETE FROM Customers WHERE name = 'Eve';
UPDATE Customers SET region = 1;
INSERT INTO orders VALUES (1, 1, NULL, 20), (2, 2, 1, 5), (3, 1, 2, 7);
INSERT INTO invoices VALUES (1, 2);
CREATE TRIGGER noted AFTER INSERT ON orders BEGIN INSERT INTO log VALUES ('order ' || NEW.id); END;
CREATE TRIGGER elsewhere AFTER DELETE ON regions BEGIN UPDATE orders SET total = 0; END;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as plain:
        plain.executescript(SCHEMA)
    return path


@pytest.fixture
def session(file: Path) -> Iterator[Session]:
    with connect(f"sqlite:///{file}?timeout=1", writable=True) as opened:
        yield opened


def run(file: Path, *statements: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file, isolation_level=None)) as plain:
        plain.execute("PRAGMA foreign_keys = ON")
        for statement in statements:
            rows = plain.execute(statement).fetchall()
        return rows


def texts(file: Path) -> dict[tuple[object, object], object]:
    """The schema by type and name."""
    rows = run(
        file, "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE '%!_dbtransfer%' ESCAPE '!'"
    )
    return {(kind, name): (table, sql) for kind, name, table, sql in rows}


def meaning(file: Path) -> list[object]:
    """The swapped tables as the pragmas tell them."""
    asked = ("table_xinfo", "foreign_key_list")
    told = [run(file, f"SELECT * FROM pragma_{pragma}('{name.name}')") for name in NAMES for pragma in asked]
    for name in NAMES:
        indexes = run(
            file, f"SELECT name, \"unique\", origin, partial FROM pragma_index_list('{name.name}') ORDER BY 1"
        )
        told += [indexes, [run(file, f"SELECT * FROM pragma_index_xinfo('{index}')") for index, *_ in indexes]]
    return [*told, run(file, "SELECT seq FROM sqlite_sequence WHERE name = 'Customers'")]


def copied(swap: Swap, shadow: Table) -> tuple[str, ...]:
    rows = f"INSERT INTO {shadow.name} SELECT * FROM {swap.live.name}"
    return (rows, f"UPDATE {shadow.name} SET total = total * 2") if swap.live.name == "orders" else (rows,)


def ready(session: Session) -> tuple[tuple[Swap, ...], Attachments]:
    swaps = planned(session, *NAMES)
    load(session, swaps, copied)
    attachments = session.dialect.swapper.attachments(session.query, swaps)
    assert attachments.obstacles == ()
    return swaps, attachments


def test_all_that_hung_on_the_old_tables_hangs_on_the_new_ones(file: Path, session: Session) -> None:
    before, meant = texts(file), meaning(file)
    swaps, attachments = ready(session)
    assert [str(key.child) for key in attachments.inbound] == ["invoices"]
    carry_out(session, session.dialect.swapper.swap(swaps, attachments))
    after = texts(file)
    rewritten = {key for key in before if before[key] != after[key]}
    assert before.keys() == after.keys()
    assert {kind for kind, _ in rewritten} <= {"table", "index"} and not {"regions", "invoices"} & {
        n for _, n in rewritten
    }
    assert meaning(file) == meant
    assert run(file, "SELECT total FROM orders ORDER BY id") == [(40,), (10,), (14,)]
    assert run(file, "SELECT customer FROM big") == [(1,)]
    assert run(file, "INSERT INTO orders (customer) VALUES (1) RETURNING id") == [(4,)]
    assert run(file, "INSERT INTO Customers (name) VALUES ('Cid') RETURNING id") == [(4,)]
    assert run(file, "SELECT what FROM log") == [("order 4",)]
    with pytest.raises(sqlite3.IntegrityError):
        run(file, "INSERT INTO invoices VALUES (2, 99)")
    run(
        file,
        "INSERT INTO invoices VALUES (2, 4)",
        "DELETE FROM invoices",
        "DELETE FROM orders",
        "DELETE FROM Customers",
    )
    carry_out(session, session.dialect.swapper.discard(swaps))
    assert texts(file) == after
    assert run(file, "SELECT count(*) FROM sqlite_schema WHERE tbl_name LIKE '!_dbtransfer%' ESCAPE '!'") == [(0,)]
    assert session.query("PRAGMA foreign_keys") == [(1,)]
    assert session.query("PRAGMA integrity_check") == [("ok",)]


def test_a_swap_is_undone(file: Path, session: Session) -> None:
    before, meant = texts(file), meaning(file)
    swaps, attachments = ready(session)
    swapper = session.dialect.swapper
    carry_out(session, swapper.swap(swaps, attachments))
    carry_out(session, swapper.swap_back(swaps, attachments))
    assert (texts(file), meaning(file)) == (before, meant)
    assert run(file, "SELECT count(*) FROM sqlite_schema WHERE tbl_name LIKE '!_dbtransfer%' ESCAPE '!'") == [(0,)]
    assert session.query("SELECT total FROM orders ORDER BY id") == [(20,), (5,), (7,)]
    assert session.query("PRAGMA integrity_check") == [("ok",)]
    with pytest.raises(sqlite3.IntegrityError):
        run(file, "INSERT INTO orders (customer) VALUES (99)")


def test_a_swap_that_has_to_wait_changes_nothing(file: Path, session: Session) -> None:
    before = texts(file)
    swaps, attachments = ready(session)
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM orders").fetchone()
        with pytest.raises(Contention):
            carry_out(session, session.dialect.swapper.swap(swaps, attachments, wait=0.1))
        assert texts(file) == before
        reader.rollback()
    carry_out(session, session.dialect.swapper.swap(swaps, attachments))
    assert run(file, "SELECT total FROM orders WHERE id = 1") == [(40,)]


def test_what_cannot_be_put_on_the_new_table_is_told(session: Session) -> None:
    swaps = planned(session, *NAMES)
    without = tuple(column for column in swaps[0].table.columns if column.name != "id")
    narrower = Swap(swaps[0].live, swaps[0].shadow, swaps[0].old, Table(NAMES[0], without))
    found = {each.object for each in session.dialect.swapper.attachments(session.query, (narrower, swaps[1])).obstacles}
    assert found == {"trigger noted", "foreign key of invoices"}


@pytest.mark.parametrize(
    "before, after",
    [
        ("CREATE TABLE a (b INT REFERENCES c, d)", "CREATE TABLE a (b INT , d)"),
        ("CREATE TABLE a (b, PRIMARY KEY (b) FOREIGN KEY (b) REFERENCES c)", "CREATE TABLE a (b, PRIMARY KEY (b) )"),
        ("CREATE TABLE a (b, CONSTRAINT k FOREIGN KEY (b) REFERENCES c (d, e) MATCH FULL, CHECK (b))",
         "CREATE TABLE a (b, CHECK (b))"),
        ("CREATE TABLE a (b REFERENCES c ON UPDATE SET DEFAULT NOT DEFERRABLE NOT NULL) STRICT",
         "CREATE TABLE a (b  NOT NULL) STRICT"),
        ("CREATE TABLE a (\"references\" INT CHECK (b IN (SELECT 'REFERENCES c')))",
         "CREATE TABLE a (\"references\" INT CHECK (b IN (SELECT 'REFERENCES c')))"),
    ],
)  # fmt: skip
def test_a_definition_without_its_foreign_keys(before: str, after: str) -> None:
    assert unkeyed(before) == after

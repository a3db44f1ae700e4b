"""Swaps on DuckDB: its catalogue functions before and after."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dialects import connect
from dialects.base import Session
from dialects.swap import Attachments, Swap
from mappings.errors import DatabaseError
from mappings.schema import Table, TableName
from tests.swap.running import carry_out, load, planned

NAMES = (TableName("main", "Orders"), TableName("main", "customers"))
SCHEMA = """
CREATE SEQUENCE customers_id_seq;
CREATE TABLE customers (id INTEGER DEFAULT nextval('"main"."customers_id_seq"'), name VARCHAR NOT NULL,
  PRIMARY KEY (id), UNIQUE (name), CHECK (name <> ''));
CREATE TABLE "Orders" (id INTEGER, customer INTEGER, total DECIMAL(10,2), twice DECIMAL(11,2) AS (total * 2),
  note VARCHAR, PRIMARY KEY (id), FOREIGN KEY (customer) REFERENCES customers (id));
CREATE INDEX "by_total" ON "main"."Orders" ("total");
CREATE UNIQUE INDEX one_note ON "Orders" (note);
CREATE TABLE log (what VARCHAR);
COMMENT ON TABLE "Orders" IS 'it''s';
COMMENT ON COLUMN "Orders".total IS 'euros';
CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM "Orders" GROUP BY customer;
CREATE VIEW big AS SELECT customer FROM totals WHERE total > 10;
CREATE MACRO how_many() AS (SELECT count(*) FROM "Orders");
INSERT INTO customers (name) VALUES ('Ann'), ('Bob');
INSERT INTO "Orders" (id, customer, total, note) VALUES (1, 1, 20, 'a'), (2, 2, 5, NULL), (3, 1, 7, 'c');
CREATE TRIGGER noted AFTER INSERT ON "Orders" REFERENCING NEW TABLE AS added FOR EACH STATEMENT
  INSERT INTO log SELECT note FROM added;
"""
CATALOGUE = (
    "SELECT schema_name, table_name, sql, comment FROM duckdb_tables() ORDER BY ALL",
    "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL",
    "SELECT table_name, index_name, is_unique, sql FROM duckdb_indexes() ORDER BY ALL",
    "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    "SELECT trigger_name, sql FROM duckdb_triggers() ORDER BY ALL",
    "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
    "SELECT sequence_name, start_value FROM duckdb_sequences() ORDER BY ALL",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as plain:
        plain.execute(SCHEMA)
    return path


@pytest.fixture
def session(file: Path) -> Iterator[Session]:
    with connect(f"duckdb:///{file}", writable=True) as opened:
        yield opened


def catalogue(session: Session) -> list[tuple[object, ...]]:
    rows = [(n, *row) for n, query in enumerate(CATALOGUE) for row in session.query(query)]
    return [row for row in rows if not any(str(value).startswith("_dbtransfer") for value in row)]


def ours(session: Session) -> object:
    """How many tables of our own there are."""
    return session.query("SELECT count(*) FROM duckdb_tables() WHERE starts_with(table_name, '_dbtransfer')")[0][0]


def copied(swap: Swap, shadow: Table) -> tuple[str, ...]:
    columns = ", ".join(f'"{column.name}"' for column in shadow.stored_columns)
    rows = f'INSERT INTO "{shadow.name.name}" ({columns}) SELECT {columns} FROM "{swap.live.name}"'
    doubled = f'UPDATE "{shadow.name.name}" SET total = total * 2'
    return (rows, doubled) if swap.live.name == "Orders" else (rows,)


def ready(session: Session) -> tuple[tuple[Swap, ...], Attachments]:
    swaps = planned(session, *NAMES)
    load(session, swaps, copied)
    attachments = session.dialect.swapper.attachments(session.query, swaps)
    assert attachments.obstacles == ()
    return swaps, attachments


def test_all_that_hung_on_the_old_tables_hangs_on_the_new_ones(session: Session) -> None:
    before = catalogue(session)
    swaps, attachments = ready(session)
    carry_out(session, session.dialect.swapper.swap(swaps, attachments))
    assert catalogue(session) == before
    assert session.query('SELECT total FROM "Orders" ORDER BY id') == [(40,), (10,), (14,)]
    assert session.query("SELECT customer, how_many() FROM big") == [(1, 3)]
    session.execute("INSERT INTO customers (name) VALUES ('Cid')")
    assert session.query("SELECT id FROM customers WHERE name = 'Cid'") == [(3,)]
    session.execute("INSERT INTO \"Orders\" (id, customer, note) VALUES (4, 3, 'd')")
    assert session.query("SELECT what FROM log") == [("d",)]
    with pytest.raises(DatabaseError):
        session.execute('INSERT INTO "Orders" (id, customer) VALUES (5, 99)')
    carry_out(session, session.dialect.swapper.discard(swaps))
    assert catalogue(session) == before
    assert ours(session) == 0


def test_a_swap_is_undone(session: Session) -> None:
    before = catalogue(session)
    swaps, attachments = ready(session)
    swapper = session.dialect.swapper
    carry_out(session, swapper.swap(swaps, attachments))
    carry_out(session, swapper.swap_back(swaps, attachments))
    assert catalogue(session) == before
    assert ours(session) == 0
    assert session.query('SELECT total, twice FROM "Orders" ORDER BY id') == [(20, 40), (5, 10), (7, 14)]


def test_a_swap_that_fails_changes_nothing(session: Session) -> None:
    before = catalogue(session)
    swaps, attachments = ready(session)
    session.execute(f'DELETE FROM "{swaps[1].shadow.name}"')
    with pytest.raises(DatabaseError):
        carry_out(session, session.dialect.swapper.swap(swaps, attachments))
    assert catalogue(session) == before
    assert session.query('SELECT total FROM "Orders" ORDER BY id') == [(20,), (5,), (7,)]


def test_keys_from_other_tables_are_in_the_way(session: Session) -> None:
    session.execute("CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id))")
    swaps = planned(session, NAMES[1], TableName("main", "tree"))
    found = {each.object for each in session.dialect.swapper.attachments(session.query, swaps).obstacles}
    assert found == {"foreign key of Orders", "foreign key to itself"}

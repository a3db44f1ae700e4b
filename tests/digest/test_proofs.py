"""Copies and verifications prove inside the databases what these can digest, and read the rest: with one verdict."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from mappings import types as t
from mappings.canonical import agreed
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.config import Options, parse_allowance

SERVERS = ("postgresql", "mysql", "mariadb")
SHOP = (
    "CREATE TABLE orders (id {int} PRIMARY KEY, price decimal(12,2), note varchar(400), born date, at timestamp(6))",
    "INSERT INTO orders VALUES (1, 1.50, 'a ', '2000-02-29', '2020-01-31 12:30:00.000001'), "
    "(2, -0.05, '', NULL, '2020-01-31 12:30:00'), (3, NULL, NULL, '1970-01-01', '2038-01-01 00:00:00.5')",
    "CREATE TABLE words (word varchar(20) PRIMARY KEY, weight double precision)",
    "INSERT INTO words VALUES ('a', 0.1), ('B', -0.0), ('é', 1e22), ('😀', NULL)",
)


def shop(database: DatabaseFactory, engine: str) -> str:
    url = database(engine)
    plain.execute(url, *(statement.format(int="bigint") for statement in SHOP))
    return url


def copied(source: str, target: str, options: Options | None = None) -> transfer.Report:
    return transfer.copy(transfer.plan(source, target, options), source=source, target=target, options=options)


def proofs(report: transfer.Report) -> set[tuple[str, str]]:
    return {(table.verified, table.proof) for table in report.tables}


@pytest.mark.parametrize(("source", "target"), list(product(SERVERS, SERVERS)))
def test_servers_prove_copies_inside(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = shop(database, source), database(target)
    assert proofs(copied(there, here)) == {("digest", "inside")}
    verified = transfer.verify(there, here)
    assert (verified.status, proofs(verified)) == ("done", {("digest", "inside")})
    assert sorted(table.rows for table in verified.tables) == [3, 4]


@pytest.mark.parametrize(("source", "target"), [("postgresql", "sqlite"), ("mariadb", "duckdb"), ("sqlite", "sqlite")])
def test_engines_in_this_process_are_read_back(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = shop(database, source), database(target)
    assert proofs(copied(there, here)) == {("digest", "read back")}
    assert proofs(transfer.verify(there, here)) == {("digest", "read back")}
    assert proofs(transfer.verify(here, there)) == {("digest", "read back")}


PLANTED = (
    ("orders", "UPDATE orders SET price = 1.51 WHERE id = 1"),
    ("orders", "UPDATE orders SET price = NULL WHERE id = 1"),
    ("orders", "UPDATE orders SET note = 'a' WHERE id = 1"),
    ("orders", "UPDATE orders SET note = NULL WHERE id = 2"),
    ("orders", "UPDATE orders SET note = '' WHERE id = 3"),
    ("orders", "UPDATE orders SET at = '2020-01-31 12:30:00' WHERE id = 1"),
    ("orders", "DELETE FROM orders WHERE id = 3"),
    ("words", "UPDATE words SET word = 'b' WHERE word = 'B'"),
    ("words", "UPDATE words SET word = '😁' WHERE word = '😀'"),
    ("words", "UPDATE words SET weight = 0.10000000000000002 WHERE word = 'a'"),
)


@pytest.mark.parametrize(
    ("source", "target"), [("postgresql", "mysql"), ("mysql", "mariadb"), ("mariadb", "postgresql")]
)
def test_each_planted_difference_is_found_inside(database: DatabaseFactory, source: str, target: str) -> None:
    for table, statement in PLANTED:
        there, here = shop(database, source), database(target)
        copied(there, here)
        plain.execute(here, statement)
        report = transfer.verify(there, here)
        found = {each.target.rpartition(".")[2]: (each.verified, each.proof) for each in report.tables}
        other = "words" if table == "orders" else "orders"
        assert found == {table: ("differs", "inside"), other: ("digest", "inside")}, statement
        assert report.exit_code == 3


def test_a_lost_row_is_found_by_its_key(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mariadb")
    plain.execute(
        there,
        "CREATE TABLE many (id integer PRIMARY KEY, word text)",
        "INSERT INTO many SELECT n, 'w' || n FROM generate_series(1, 3000) AS n",
    )
    small = Options(chunk_bytes=1)
    assert proofs(copied(there, here, small)) == {("digest", "inside")}
    plain.execute(here, "DELETE FROM many WHERE id = 1500")
    report = transfer.verify(there, here, small)
    (table,) = report.tables
    assert (table.verified, table.proof) == ("differs", "inside")
    assert table.difference == "1 row differs: 1 missing"
    assert [(each.kind, each.key, each.source) for each in report.differences] == [
        ("missing", "1500", "id=1500, word='w1500'")
    ]


def test_what_a_rule_alters_is_proved_against_what_was_sent(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mariadb")
    plain.execute(
        there, "CREATE TABLE n (id integer PRIMARY KEY, v numeric)", "INSERT INTO n VALUES (1, 'NaN'), (2, 1.5)"
    )
    options = Options(allowances=(parse_allowance("public.n.v=null"),))
    assert proofs(copied(there, here, options)) == {("digest", "inside")}
    assert proofs(transfer.verify(there, here, options)) == {("digest", "read back")}


def test_json_by_value_is_read(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mysql")
    plain.execute(
        there, "CREATE TABLE j (id integer PRIMARY KEY, v jsonb)", """INSERT INTO j VALUES (1, '{"a": 1.50}')"""
    )
    assert proofs(copied(there, here)) == {("digest", "read back")}
    text = database("mariadb")
    assert proofs(copied(there, text)) == {("digest", "inside")}
    assert proofs(transfer.verify(there, text)) == {("digest", "inside")}


DISAGREED: list[tuple[t.LogicalType, t.LogicalType]] = [
    (t.Float(64), t.Float(32)),
    (t.Json(), t.Json(binary=True)),
    (t.Text(9), t.Text(9, fixed=True)),
    (t.Decimal(9, 2), t.Integer(32)),
    (t.Decimal(9, 2), t.Float(64)),
    (t.Binary(4), t.Binary(4, fixed=True)),
    (t.Timestamp(), t.Text()),
    (t.Duration(), t.Interval()),
    (t.SetOf(("a",)), t.Json()),
    (t.Geometry(srid=1), t.Geometry()),
    (t.Text(), t.Uuid()),
]


@pytest.mark.parametrize(("source", "target"), DISAGREED)
def test_types_whose_texts_may_differ_are_not_agreed(source: t.LogicalType, target: t.LogicalType) -> None:
    assert not agreed(source, target)
    assert agreed(source, source)

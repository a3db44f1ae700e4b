"""Keys in a circle: DuckDB takes all but the one that closes it, and the plan says which."""

from __future__ import annotations

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain

CIRCLE = (
    "CREATE TABLE customer (id int PRIMARY KEY, store int)",
    "CREATE TABLE staff (id int PRIMARY KEY, store int NOT NULL, boss int REFERENCES staff (id))",
    "CREATE TABLE store (id int PRIMARY KEY, manager int CONSTRAINT managed REFERENCES staff (id))",
    "ALTER TABLE staff ADD CONSTRAINT employed FOREIGN KEY (store) REFERENCES store (id)",
    "ALTER TABLE customer ADD CONSTRAINT served FOREIGN KEY (store) REFERENCES store (id)",
    "INSERT INTO store VALUES (1, NULL), (2, NULL)",
    "INSERT INTO staff VALUES (1, 1, NULL), (2, 2, 1)",
    "UPDATE store SET manager = id",
    "INSERT INTO customer VALUES (1, 2)",
)


def test_all_keys_of_a_circle_but_one_hold(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("duckdb")
    plain.execute(there, *CIRCLE)
    plan = transfer.plan(there, here)
    left = {item.name: item.reason for item in plan.not_carried if item.object == "foreign key"}
    assert set(left) == {"public.staff.employed", "public.staff.staff_boss_fkey"}
    assert "circle" in left["public.staff.employed"]
    report = transfer.copy(plan, source=there, target=here)
    meaning.assert_as_planned(report)
    assert transfer.compare(there, here).unexplained == ()
    keys = {(table.name.name, key.target.name) for table in transfer.inspect(here).tables for key in table.foreign_keys}
    assert keys == {("store", "staff"), ("customer", "store")}
    for orphan in ("INSERT INTO customer VALUES (2, 9)", "UPDATE store SET manager = 9 WHERE id = 2"):
        with pytest.raises(Exception, match="[Ff]oreign key"):
            plain.execute(here, orphan)

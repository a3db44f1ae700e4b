"""Keys that stand in a repair's way: unique values that rows trade, and foreign keys in circles."""

from __future__ import annotations

from pathlib import Path

import pytest

import transfer
from mappings.errors import Blocked
from tests.conftest import DatabaseFactory
from tests.repair import shop
from transfer.repair import RepairOptions

TARGETS = ("postgresql", "mysql", "sqlite", "duckdb", pytest.param("mariadb", marks=pytest.mark.soak))
SEATS = "CREATE TABLE seat (id integer NOT NULL PRIMARY KEY, place varchar(10) NOT NULL UNIQUE, note varchar(10))"
SAT = (
    "INSERT INTO seat VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, 'c', 'z'), (4, 'd', NULL), (5, 'e', 'v'), (6, 'f', 'w')"
)
MOVED = (
    "INSERT INTO seat VALUES (1, 'b', 'x'), (2, 'a', 'y'), (3, 'D', 'z'), (4, 'e', NULL), (5, 'c', 'v'), (7, 'f', 'u')"
)
"""Two that trade places, three in a round, a letter's case between them, and one whose place another has taken."""
STAFF = "CREATE TABLE staff (id integer NOT NULL PRIMARY KEY, boss integer, FOREIGN KEY (boss) REFERENCES staff (id))"
STRICT = STAFF.replace("boss integer,", "boss integer NOT NULL,")
CHAIN = ("(1, NULL)", "(2, 1)", "(3, 2)", "(4, 1)", "(5, 4)")
LEFT = ("(1, NULL)", "(4, NULL)", "(5, 1)", "(8, 5)", "(9, 8)")
"""Without 2 and 3; with a 9 below an 8 below the 5, whose own boss is another."""


def repaired(there: str, here: str, script: Path) -> None:
    """By the script first, then, with the faults planted anew by the caller, by ourselves."""
    report = transfer.repair(there, here, RepairOptions(str(script), apply=True, rows=2))
    assert (report.status, report.differences) == ("done", ())


@pytest.mark.parametrize("target", TARGETS)
def test_rows_that_trade_unique_values_are_repaired(database: DatabaseFactory, tmp_path: Path, target: str) -> None:
    there, here = shop.made(database("sqlite"), SEATS), shop.made(database(target), SEATS)
    script = tmp_path / "repair.sql"
    shop.run(there, SAT)
    shop.run(here, MOVED)
    repaired(there, here, script)
    shop.run(here, "DELETE FROM seat", MOVED)
    shop.play(here, script)
    assert transfer.verify(there, here).status == "done"


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "duckdb"])
def test_a_table_that_refers_to_itself_is_repaired(database: DatabaseFactory, tmp_path: Path, target: str) -> None:
    there, here = shop.made(database("sqlite"), STAFF), shop.made(database(target), STAFF)
    script = tmp_path / "repair.sql"
    shop.run(there, *(f"INSERT INTO staff VALUES {row}" for row in CHAIN))
    shop.run(here, *(f"INSERT INTO staff VALUES {row}" for row in LEFT))
    repaired(there, here, script)
    shop.run(
        here, "UPDATE staff SET boss = NULL", *(f"DELETE FROM staff WHERE id = {number}" for number in range(1, 6))
    )
    shop.run(here, *(f"INSERT INTO staff VALUES {row}" for row in LEFT))
    shop.play(here, script)
    assert transfer.verify(there, here).status == "done"


def test_circles_that_cannot_be_null_wait_for_the_end_of_the_transaction(
    database: DatabaseFactory, tmp_path: Path
) -> None:
    there, here = shop.made(database("sqlite"), STRICT), shop.made(database("sqlite"), STRICT)
    script = tmp_path / "repair.sql"
    shop.run(there, "INSERT INTO staff VALUES (1, 1), (2, 1), (3, 2)")
    shop.run(here, "INSERT INTO staff VALUES (1, 1), (4, 4), (5, 4)")
    repaired(there, here, script)
    shop.run(here, "DELETE FROM staff WHERE id > 1", "INSERT INTO staff VALUES (4, 4), (5, 4)")
    shop.play(here, script)
    assert transfer.verify(there, here).status == "done"


@pytest.mark.parametrize(
    ("target", "table", "reason"),
    [("postgresql", STRICT, "it can neither be NULL nor wait"), ("duckdb", STAFF, "alters no such key of a row")],
)
def test_a_circle_without_a_way_is_said(database: DatabaseFactory, target: str, table: str, reason: str) -> None:
    there, here = shop.made(database("sqlite"), table), shop.made(database(target), table)
    shop.run(there, "INSERT INTO staff VALUES (1, 1), (2, 1)")
    with pytest.raises(Blocked, match=f"closes a circle, and .*{reason}"):
        transfer.repair(there, here, RepairOptions(apply=True))
    assert transfer.verify(there, here).rows == 2


def test_rows_that_were_not_compared_are_not_taken_along(database: DatabaseFactory) -> None:
    parent = "CREATE TABLE parent (id integer NOT NULL PRIMARY KEY)"
    child = "CREATE TABLE child (id integer NOT NULL PRIMARY KEY, parent integer REFERENCES parent (id) ON DELETE {})"
    there, here = shop.made(database("sqlite"), parent), shop.made(database("sqlite"), parent)
    shop.made(here, child.format("CASCADE"))
    shop.run(here, "INSERT INTO parent VALUES (1)", "INSERT INTO child VALUES (1, 1)")
    with pytest.raises(Blocked, match="would take rows of child along"):
        transfer.repair(there, here, RepairOptions(apply=True))
    assert transfer.verify(there, here).tables[0].counts.extra == 1


def test_rows_that_others_refer_to_do_not_trade_values(database: DatabaseFactory) -> None:
    there, here = shop.made(database("sqlite"), SEATS), shop.made(database("sqlite"), SEATS)
    shop.made(here, "CREATE TABLE guest (seat integer REFERENCES seat (id) ON DELETE CASCADE)")
    shop.run(there, SAT)
    shop.run(here, MOVED, "INSERT INTO guest VALUES (1)")
    with pytest.raises(Blocked, match="guest refers to them"):
        transfer.repair(there, here, RepairOptions(apply=True))

"""Rows that change while they are repaired: that transaction is not kept, nothing is lost, and a second run ends it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

import transfer
from dialects import connect
from dialects.sqlite.session import SqliteSession
from dialects.url import parse_url
from mappings.errors import Locked, TransferError
from tests.conftest import DatabaseFactory
from tests.repair import shop
from transfer.repair import RepairOptions
from transfer.repair_plan import Step
from transfer.repair_steps import Batch, batches

SHELF = "CREATE TABLE shelf (id integer NOT NULL PRIMARY KEY, label varchar(10))"


def shelves(database: DatabaseFactory, target: str) -> tuple[str, str]:
    there, here = shop.made(database("sqlite"), SHELF), shop.made(database(target), SHELF)
    shop.run(there, "INSERT INTO shelf VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    shop.run(here, "INSERT INTO shelf VALUES (1, 'x'), (2, 'b'), (3, 'y'), (9, 'z')")
    return there, here


@pytest.mark.parametrize("target", ["postgresql", "mariadb"])
def test_a_row_that_is_gone_meanwhile_stops_its_transaction(
    database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    there, here = shelves(database, target)

    def interfering(step: Step, rows: int) -> Iterator[Batch]:
        for batch in batches(step, rows):
            if step.act == "update":
                shop.run(here, "DELETE FROM shelf WHERE id = 3")
            yield batch

    with monkeypatch.context() as patched:
        patched.setattr(import_module("transfer.repair"), "batches", interfering)
        with pytest.raises(TransferError, match="1 row.s. were to be changed, but the server changed 0"):
            transfer.repair(there, here, RepairOptions(apply=True))
    left = {(each.key, each.kind) for each in transfer.verify(there, here).differences}
    assert left == {("1", "changed"), ("3", "missing"), ("4", "missing")}
    assert transfer.repair(there, here, RepairOptions(apply=True)).status == "done"


def test_an_interrupted_repair_is_run_again(database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = shelves(database, "sqlite")

    def stop(self: SqliteSession, *_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(SqliteSession, "write", stop)
        with pytest.raises(KeyboardInterrupt):
            transfer.repair(there, here, RepairOptions(apply=True))
    assert [each.kind for each in transfer.verify(there, here).differences] == ["missing"]
    report = transfer.repair(there, here, RepairOptions(apply=True))
    assert (report.status, report.repaired[0].inserted) == ("done", 1)


def test_every_difference_is_repaired_not_only_those_that_are_shown(database: DatabaseFactory) -> None:
    there, here = shop.made(database("sqlite"), SHELF), shop.made(database("sqlite"), SHELF)
    shop.run(there, "INSERT INTO shelf VALUES " + ", ".join(f"({n}, 'a')" for n in range(1, 1001)))
    shop.run(here, "INSERT INTO shelf VALUES " + ", ".join(f"({n}, 'b')" for n in range(1, 1001)))
    asked = transfer.verify(there, here).differences
    report = transfer.repair(there, here, RepairOptions(apply=True, rows=300))
    assert (len(asked), report.repaired[0].updated, report.status) == (100, 1000, "done")


@pytest.mark.parametrize("target", ["postgresql", "sqlite"])
def test_a_table_that_another_run_holds_is_left_alone(database: DatabaseFactory, target: str) -> None:
    there, here = shelves(database, target)
    name = transfer.verify(there, here).tables[0].target
    with connect(parse_url(here), writable=True) as other:
        assert other.claim([name]) == ""
        with pytest.raises(Locked):
            transfer.repair(there, here, RepairOptions(apply=True))
    assert transfer.verify(there, here).tables[0].counts.differing == 4


def test_what_is_equal_meanwhile_needs_nothing(database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    there, here = shelves(database, "mariadb")

    def helped(step: Step, rows: int) -> Iterator[Batch]:
        if step.act == "delete":
            shop.run(there, "INSERT INTO shelf VALUES (9, 'z')")
            shop.run(here, "UPDATE shelf SET label = 'a' WHERE id = 1")
        yield from batches(step, rows)

    with monkeypatch.context() as patched:
        patched.setattr(import_module("transfer.repair"), "batches", helped)
        assert transfer.repair(there, here, RepairOptions(apply=True)).status == "done"
    assert transfer.verify(there, here).rows == 5

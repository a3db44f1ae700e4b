"""After a repair the target is equal: done by ourselves, or by a script in the hands of a plain driver."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

import transfer
from dialects import connect
from dialects.url import parse_url
from mappings.errors import Blocked
from tests.conftest import DatabaseFactory
from tests.repair import shop
from transfer.config import Options
from transfer.repair import RepairOptions
from transfer.report import Repaired

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
OFTEN = [
    ("sqlite", "postgresql"),
    ("postgresql", "mysql"),
    ("mysql", "mariadb"),
    ("postgresql", "sqlite"),
    ("postgresql", "duckdb"),
]
OTHERS = [pair for pair in product(ENGINES, ENGINES) if pair not in OFTEN]
PAIRS = [*OFTEN, *(pytest.param(*pair, marks=pytest.mark.soak) for pair in OTHERS)]
PLANNED = {
    "country": Repaired("country", 1, 1, 1),
    "customer": Repaired("customer", 2, 4, 14),
    "stock": Repaired("stock", 1, 1, 1),
    "token": Repaired("token", 1, 1, 1),
    "visit": Repaired("visit", 5, 0, 3),
}


def short(repaired: tuple[Repaired, ...]) -> dict[str, Repaired]:
    names = [each.table.rpartition(".")[2] for each in repaired]
    return {
        name: Repaired(name, each.deleted, each.updated, each.inserted)
        for name, each in zip(names, repaired, strict=True)
    }


def copied(database: DatabaseFactory, source: str, target: str) -> tuple[str, str]:
    there, here = shop.filled(database(source)), database(target)
    transfer.copy(transfer.plan(there, here), source=there, target=here)
    return there, here


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_planted_faults_are_repaired(database: DatabaseFactory, tmp_path: Path, source: str, target: str) -> None:
    there, here = copied(database, source, target)
    before = rows_of(there)
    shop.spoilt(here)
    script = tmp_path / "repair.sql"
    done = transfer.repair(there, here, RepairOptions(str(script), apply=True, rows=20), Options(jobs=2))
    assert (done.status, done.differences, short(done.repaired)) == ("done", (), PLANNED)
    shop.spoilt(here)
    shop.play(here, script)
    again = transfer.repair(there, here, RepairOptions(str(script), apply=True))
    assert (again.status, again.differences, again.repaired) == ("done", (), ())
    assert "Nothing to repair" in script.read_text() and "INSERT" not in script.read_text()
    assert rows_of(there) == before


def rows_of(url: str) -> dict[str, list[str]]:
    """All rows of the shop, as the driver shows them."""
    with connect(parse_url(url)) as session:
        return {name: sorted(str(row) for row in session.query(f"SELECT * FROM {name}")) for name in PLANNED}


def test_a_script_leaves_the_target_alone(database: DatabaseFactory, tmp_path: Path) -> None:
    there, here = copied(database, "sqlite", "sqlite")
    shop.spoilt(here)
    spoilt = rows_of(here)
    report = transfer.repair(there, here, RepairOptions(str(tmp_path / "repair.sql")))
    assert (report.status, report.exit_code, report.repaired) == ("differences", 3, ())
    assert rows_of(here) == spoilt


def test_what_is_not_consented_to_is_not_done(database: DatabaseFactory) -> None:
    there, here = copied(database, "sqlite", "sqlite")
    shop.spoilt(here)
    spoilt, asked = rows_of(here), []

    def refuse(repaired: Sequence[Repaired]) -> None:
        asked.extend(repaired)
        raise Blocked("no")

    with pytest.raises(Blocked):
        transfer.repair(there, here, RepairOptions(apply=True), consent=refuse)
    assert short(tuple(asked)) == PLANNED
    assert rows_of(here) == spoilt

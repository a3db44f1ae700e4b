"""Columns that are not written as they are compared: generated, numbered, set by the server, JSON, floats."""

from __future__ import annotations

from pathlib import Path

import pytest

import transfer
from mappings.errors import Blocked
from tests.conftest import DatabaseFactory
from tests.repair import shop
from transfer.repair import RepairOptions
from transfer.report import Repaired
from transfer.verify_options import VerifyOptions

NUMBERED = (
    "CREATE TABLE goods (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, net integer, "
    "gross integer GENERATED ALWAYS AS (net * 2) STORED)"
)
STAMPED = (
    "CREATE TABLE goods (id integer NOT NULL AUTO_INCREMENT PRIMARY KEY, net integer, "
    "changed timestamp(6) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(6))"
)
DOCUMENTS = "CREATE TABLE document (id integer NOT NULL PRIMARY KEY, body {json}, weight {double})"


def both_ways(there: str, here: str, script: Path, fault: str, *more: str) -> transfer.Report:
    """Repair by ourselves, then the same faults by the script."""
    shop.run(here, fault, *more)
    report = transfer.repair(there, here, RepairOptions(str(script), apply=True))
    assert (report.status, report.differences) == ("done", ())
    shop.run(here, fault, *more)
    shop.play(here, script)
    assert transfer.verify(there, here).status == "done"
    return report


def test_generated_and_always_numbered_columns(database: DatabaseFactory, tmp_path: Path) -> None:
    there, here = shop.made(database("postgresql"), NUMBERED), shop.made(database("postgresql"), NUMBERED)
    for url in (there, here):
        shop.run(url, "INSERT INTO goods (net) VALUES (1), (2), (3)")
    faults = ("DELETE FROM goods WHERE id = 1", "UPDATE goods SET net = 9 WHERE id = 2")
    report = both_ways(there, here, tmp_path / "repair.sql", *faults)
    assert report.repaired == (Repaired("public.goods", 0, 1, 1),)
    assert "OVERRIDING SYSTEM VALUE" in (tmp_path / "repair.sql").read_text()


def test_columns_that_the_server_sets_at_a_change_keep_their_values(database: DatabaseFactory, tmp_path: Path) -> None:
    there, here = shop.made(database("mysql"), STAMPED), shop.made(database("mysql"), STAMPED)
    for url in (there, here):
        shop.run(url, "INSERT INTO goods (id, net, changed) VALUES (1, 1, '2024-01-01'), (2, 2, NULL), (3, 3, NULL)")
    faults = ("UPDATE goods SET net = 7, changed = changed WHERE id < 3", "DELETE FROM goods WHERE id = 3")
    both_ways(there, here, tmp_path / "repair.sql", *faults)


def test_what_is_equal_by_meaning_gets_no_statement(database: DatabaseFactory, tmp_path: Path) -> None:
    there = shop.made(database("postgresql"), DOCUMENTS.replace("{json}", "jsonb"))
    here = shop.made(database("mysql"), DOCUMENTS.replace("{json}", "json"))
    shop.run(
        there, """INSERT INTO document VALUES (1, '{"b": 1, "a": 1.0}', 1), (2, '{"a": 1}', 1.000001), (3, NULL, 1)"""
    )
    shop.run(here, """INSERT INTO document VALUES (1, '{"a": 1.00, "b": 1}', 1), (2, '{"a": 1}', 1), (3, 'null', 1)""")
    script, asked = tmp_path / "repair.sql", VerifyOptions(float_tolerance=1e-3)
    transfer.repair(there, here, RepairOptions(str(script)), asked=asked)
    statements = [line for line in script.read_text().splitlines() if line.startswith(("UPDATE", "DELETE", "INSERT"))]
    assert statements == ["UPDATE `document` SET `body` = NULL WHERE `id` = 3;"]
    shop.play(here, script)
    assert transfer.verify(there, here, asked=asked).status == "done"


def test_rows_are_not_added_in_parts(database: DatabaseFactory) -> None:
    there, here = (shop.made(database("sqlite"), *shop.TABLES) for _ in range(2))
    shop.run(there, "INSERT INTO stock VALUES (1, 1, 'a')")
    with pytest.raises(Blocked, match="label is not compared"):
        transfer.repair(there, here, RepairOptions(apply=True), asked=VerifyOptions(columns=("stock.shelf",)))

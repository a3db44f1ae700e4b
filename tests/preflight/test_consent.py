"""What an allowed rule changes in the plan, what it cannot settle, and what a plan says that asked no row."""

from __future__ import annotations

import pytest

import transfer
from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.config import parse_allowance

INFINITE = (
    "CREATE TABLE t (k integer PRIMARY KEY, d date NOT NULL, e date)",
    "INSERT INTO t VALUES (1, '2020-02-29', NULL), (17, 'infinity', NULL), (4711, '-infinity', '2020-01-01')",
)


def options(*allowed: str) -> transfer.Options:
    return transfer.Options(allowances=tuple(map(parse_allowance, allowed)))


@pytest.fixture
def there(database: DatabaseFactory) -> str:
    """A database of PostgreSQL with infinite dates."""
    url = database("postgresql")
    plain.execute(url, *INFINITE)
    return url


def test_a_column_whose_values_become_null_may_hold_null(database: DatabaseFactory, there: str) -> None:
    here = database("sqlite")
    plan = transfer.plan(there, here, options("public.t.d=null"))
    assert plan.blocks == ()
    notes = {(note.code, note.message) for note in plan.notes if note.where == "public.t.d"}
    finding = "2 rows hold a zero, partial or infinite date (key 17; 4711)"
    assert {("O", f"{finding}: rule null, as allowed")} <= notes
    assert {("S", "NOT NULL is left out, for the values that become NULL")} <= notes
    assert [finding.sentence for _, finding in plan.findings] == [finding]
    report = transfer.copy(plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert plain.query(here, "SELECT k, d FROM t ORDER BY k") == [(1, "2020-02-29"), (17, None), (4711, None)]


def test_not_null_stays_where_nothing_becomes_null(database: DatabaseFactory, there: str) -> None:
    plain.execute(there, "DELETE FROM t WHERE k > 1")
    plan = transfer.plan(there, database("sqlite"), options("public.t.d=null"))
    assert plan.blocks == () and plan.findings == ()
    assert [column.write.nullable for column in plan.tables[0].columns] == [False, False, True]


def test_no_rule_makes_keys_null(database: DatabaseFactory, there: str) -> None:
    plain.execute(there, "ALTER TABLE t DROP CONSTRAINT t_pkey", "ALTER TABLE t ADD PRIMARY KEY (d)")
    plan = transfer.plan(there, database("sqlite"), options("public.t.d=null"))
    (block,) = plan.blocks
    assert block.option == "--allow-loss 'public.t.d=text'" and "null" not in block.message


def test_a_rule_for_something_else_settles_nothing(database: DatabaseFactory, there: str) -> None:
    plan = transfer.plan(there, database("sqlite"), options("public.t.d=clamp"))
    (block,) = plan.blocks
    assert block.option == "--allow-loss 'public.t.d=text'" and "--allow-loss 'public.t.d=null' or" in block.message


def test_a_rule_for_one_hazard_leaves_the_other(database: DatabaseFactory, there: str) -> None:
    plain.execute(there, "UPDATE t SET d = '0044-03-15 BC' WHERE k = 1")
    here = database("sqlite")
    clamped = transfer.plan(there, here, options("public.t.d=clamp"))
    assert ["infinite" in block.message for block in clamped.blocks] == [True]
    nulled = transfer.plan(there, here, options("public.t.d=null"))
    assert nulled.blocks == ()
    report = transfer.copy(nulled, source=there, target=here)
    assert [(entry.column, entry.values) for entry in report.altered] == [("public.t.d", 3)]


def test_values_that_only_reading_tells_must_all_be_settled_by_the_rule(database: DatabaseFactory, there: str) -> None:
    """0.1 can be rounded to single precision; 1e39 cannot."""
    here = database("mariadb")
    plain.execute(there, "DROP TABLE t", "CREATE TABLE t (k integer PRIMARY KEY, v double precision)")
    plain.execute(there, "INSERT INTO t VALUES (1, 0.5), (2, 0.1)")
    plain.execute(here, "CREATE TABLE t (k integer PRIMARY KEY, v float)")
    assert transfer.plan(there, here, options("public.t.v=round")).blocks == ()
    plain.execute(there, "INSERT INTO t VALUES (3, 1e39)")
    (block,) = transfer.plan(there, here, options("public.t.v=round")).blocks
    assert "2 rows hold what the target's type does not hold" in block.message and "(key 2; 3)" in block.message
    assert block.option == "--allow-loss 'public.t.v=null'" and "round" not in block.message


def test_text_that_is_no_json_is_found_beforehand(database: DatabaseFactory, there: str) -> None:
    here = database("mysql")
    plain.execute(there, "DROP TABLE t", "CREATE TABLE t (k integer PRIMARY KEY, v text)")
    plain.execute(there, "INSERT INTO t VALUES (1, '{}'), (2, '{'), (3, 'NaN')")
    plain.execute(here, "CREATE TABLE t (k integer PRIMARY KEY, v json)")
    (block,) = transfer.plan(there, here).blocks
    assert "2 rows hold" in block.message and "is no JSON (key 2; 3)" in block.message
    report_options = options("public.t.v=null")
    plan = transfer.plan(there, here, report_options)
    report = transfer.copy(plan, source=there, target=here, options=report_options)
    assert [(entry.rule, entry.values) for entry in report.altered] == [("null", 2)]


def test_without_a_probe_the_plan_says_what_is_unproven_and_the_copy_stops(
    database: DatabaseFactory, there: str
) -> None:
    here = database("sqlite")
    planned = run("plan", there, here, "--no-probe", "--json")
    assert planned.code == 0
    unproven = [note for note in planned.document["notes"] if note["message"].startswith("not probed")]
    assert {note["where"] for note in unproven} == {"public.t.d", "public.t.e"}
    assert {"a zero, partial or infinite date", "a date outside the years 1 to 9999"} <= {
        note["message"].removeprefix("not probed: a row that holds ").removesuffix(" would stop the copy")
        for note in unproven
    }
    copied = run("copy", there, here, "--no-probe")
    assert copied.code == 1
    assert all(word in copied.err for word in ("public.t.d", "key 17", "holds infinity", "--allow-loss"))
    assert plain.query(here, "SELECT count(*) FROM t") == [(0,)]


UUIDS = (
    "CREATE TABLE p (k uuid PRIMARY KEY)",
    "CREATE TABLE c (k uuid PRIMARY KEY REFERENCES p, o uuid REFERENCES p, free uuid)",
    "INSERT INTO p VALUES ('00000000-0000-0000-0000-00000000000a')",
    "INSERT INTO c SELECT k, k, k FROM p",
)


@pytest.mark.parametrize("target", ["mysql", "mariadb"])
@pytest.mark.parametrize("place", ["public.p.k", "public.c.o"])
def test_uuids_of_parent_and_child_become_bytes_alike(database: DatabaseFactory, target: str, place: str) -> None:
    there, here = database("postgresql"), database(target)
    plain.execute(there, *UUIDS)
    plan = transfer.plan(there, here, options(f"{place}=bytes"))
    pairs = [(table.source.name.name, pair) for table in plan.tables for pair in table.columns]
    natives = {f"{name}.{pair.read.name}": pair.write.native for name, pair in pairs}
    assert [natives[name] for name in ("p.k", "c.k", "c.o")] == ["binary(16)"] * 3
    assert natives["c.free"].startswith(("char(36)", "varchar(36)"))
    assert not plan.blocks and not plan.not_carried
    report = transfer.copy(plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    ((owner, free),) = plain.query(here, "SELECT HEX(o), free FROM c")
    assert (owner, free) == ("0000000000000000000000000000000A", "00000000-0000-0000-0000-00000000000a")
    with pytest.raises(Exception, match="foreign key constraint fails"):
        plain.execute(here, "INSERT INTO c (k) VALUES (0x0F000000000000000000000000000000)")

"""Whole copies without a server: DuckDB to DuckDB keeps everything, through SQLite nothing changes in value."""

from __future__ import annotations

from pathlib import Path

import pytest

import transfer
from mappings.errors import Blocked, TransferError
from tests.duckdb.conftest import Make, Open
from tests.pairs import meaning, plain

HARD = Path(__file__).parents[1] / "pairs" / "hard" / "duckdb.sql"
ENDS = (
    "CREATE TABLE ends (k INTEGER PRIMARY KEY, d DATE, t TIMESTAMP, z TIMESTAMPTZ, s TIMESTAMP_S, n TIMESTAMP_NS)",
    """INSERT INTO ends VALUES (1, 'infinity', 'infinity', 'infinity', NULL, 'infinity'),
       (2, '-infinity', '-infinity', '-infinity', NULL, '-infinity'),
       (3, '5881580-07-10', '294247-01-10 04:00:54.775806', '294247-01-10 04:00:54.775806+00', '294247-01-10', NULL),
       (4, '5877642-06-25 (BC)', '290309-12-22 (BC) 00:00:00', '290309-12-22 (BC) 00:00:00+00', '1-1-1', NULL)""",
)


def copied(there: str, here: str, **given: object) -> transfer.Plan:
    options = transfer.Options(**given)  # type: ignore[arg-type]
    plan = transfer.plan(there, here, options)
    report = transfer.copy(plan, source=there, target=here, options=options)
    assert {table.verified for table in report.tables} == {"digest"}
    return plan


def test_every_type_and_the_schema_stay_within_the_family(made: Make, opened: Open) -> None:
    there, here = made(HARD.read_text()), made()
    plan = copied(there, here)
    told = {(note.where, note.code) for note in plan.notes}
    assert {place for place, _ in told} <= {"main.t.un"}, told
    meaning.assert_equal(there, here, plan)
    before, after = opened(there).reflect(()), opened(here).reflect(())
    unions = {"un": "VARCHAR"}
    for table in before.tables:
        natives = [unions.get(column.name, column.native) for column in table.columns]
        assert [column.native for column in after.table(table.name).columns] == natives
        assert [each.default for each in after.table(table.name).columns] == [each.default for each in table.columns]
        assert after.table(table.name).foreign_keys == table.foreign_keys
        assert after.table(table.name).comment == table.comment
    assert [left.name for left in plan.not_carried] == ["seen", "twice", "mood", "lonely"]


def test_the_ends_of_time_arrive_and_stop_at_engines_without(made: Make, tmp_path: Path) -> None:
    there, here = made(*ENDS), made()
    copied(there, here)
    texts = "SELECT k, d::VARCHAR, t::VARCHAR, z::VARCHAR, s::VARCHAR, n::VARCHAR FROM ends ORDER BY k"
    assert plain.query(here, texts) == plain.query(there, texts)
    blocked = transfer.plan(there, f"sqlite:///{tmp_path}/a.sqlite")
    assert {block.where for block in blocked.blocks} == {f"main.ends.{name}" for name in "dtzsn"}
    assert all("=text" in block.option for block in blocked.blocks)


def test_an_infinity_that_would_become_a_moment_stops_the_copy(made: Make) -> None:
    """TIMESTAMP_S has one, but no number with a fraction that could carry it."""
    there, here = (
        made("CREATE TABLE a (k INTEGER PRIMARY KEY, s TIMESTAMP_S)", "INSERT INTO a VALUES (7, 'infinity')"),
        made(),
    )
    with pytest.raises(TransferError, match="key 7"):
        copied(there, here)


def test_what_blocks_is_not_copied(made: Make, tmp_path: Path) -> None:
    there = made(*ENDS)
    blocked = transfer.plan(there, f"sqlite:///{tmp_path}/a.sqlite")
    with pytest.raises(Blocked):
        transfer.copy(blocked, source=there, target=f"sqlite:///{tmp_path}/a.sqlite")


def test_chunks_of_several_workers_meet_in_one_file(made: Make) -> None:
    rows = "SELECT i::BIGINT AS i, 'text ' || i AS v, i * 1.5 AS n FROM range(300000) r(i)"
    there, here = made(f"CREATE TABLE big AS {rows}", "ALTER TABLE big ADD PRIMARY KEY (i)"), made()
    plan = copied(there, here, jobs=3, chunk_bytes=2_000_000)
    assert plan.tables[0].chunk_key.columns == ("i",)
    assert plain.query(here, "SELECT count(*), sum(i), count(DISTINCT v) FROM big") == [
        (300_000, 44_999_850_000, 300_000)
    ]


def test_rows_are_appended_to_tables_that_are_there(made: Make) -> None:
    tables = ("CREATE TABLE p (i INTEGER PRIMARY KEY)", "CREATE TABLE c (p INTEGER REFERENCES p (i))")
    there = made(*tables, "INSERT INTO p VALUES (2)", "INSERT INTO c VALUES (2)")
    here = made(*tables, "INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1)")
    options = transfer.Options(if_exists="append")
    transfer.copy(transfer.plan(there, here, options), source=there, target=here, options=options)
    assert plain.query(here, "SELECT p FROM c ORDER BY p") == [(1,), (2,)]
    assert transfer.verify(there, there).status == "done"


def test_a_changed_value_is_found(made: Make) -> None:
    there, here = made("CREATE TABLE a AS SELECT i, i || 'x' AS v FROM range(1000) r(i)"), made()
    copied(there, here)
    plain.execute(here, "UPDATE a SET v = 'other' WHERE i = 500")
    assert transfer.verify(there, here).status == "differences"

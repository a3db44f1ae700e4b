"""What a type says beyond its values, and values that another engine has one spelling of, are told in the plan."""

from __future__ import annotations

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.config import parse_allowance

UNSIGNED = "which do not refuse negative numbers"
OF_MYSQL = (
    "CREATE TABLE t (k int PRIMARY KEY, i int unsigned, b bigint unsigned, d decimal(9,2) unsigned, f double unsigned, "
    "z int(5) zerofill, r float(7,3))",
    "INSERT INTO t VALUES (1, 4294967295, 9223372036854775807, 1.5, 0.5, 7, 1.5)",
)
TOLD = {
    "t.i": f"unsigned: stored in 64 bits, {UNSIGNED}",
    "t.b": "unsigned becomes signed: no value so far needs the 64th bit",
    "t.d": "UNSIGNED not kept: negative numbers are not refused",
    "t.f": "UNSIGNED not kept: negative numbers are not refused",
    "t.z": "ZEROFILL not kept: numbers are shown without zeros in front",
    "t.r": "later numbers are not rounded to 3 digits after the point",
}


def told(plan: transfer.Plan) -> set[tuple[str, str]]:
    return {(note.where, note.message) for note in plan.notes}


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_what_numbers_of_mysql_say_beyond_their_values(database: DatabaseFactory, engine: str) -> None:
    there, here = database(engine), database("postgresql")
    plain.execute(there, *OF_MYSQL)
    plan = transfer.plan(there, here)
    assert set(TOLD.items()) <= told(plan)
    transfer.copy(plan, source=there, target=here)
    with pytest.raises(Exception, match="t_b_check"):
        plain.execute(here, "INSERT INTO t (k, b) VALUES (2, -1)")
    plain.execute(here, "INSERT INTO t (k, i) VALUES (3, -1)")
    home = transfer.plan(there, database(engine))
    assert not {where for where, _ in told(home)} & set(TOLD)


def test_money_is_a_number_without_its_currency(database: DatabaseFactory) -> None:
    there = database("postgresql")
    plain.execute(there, "CREATE TABLE t (m money, n numeric(3,-2))")
    for engine in ("postgresql", "mariadb", "sqlite"):
        notes = told(transfer.plan(there, database(engine)))
        assert ("public.t.m", "money becomes a plain number: its currency is that of the database's locale") in notes
        rounding = ("public.t.n", "later numbers are not rounded to 2 digits before the point")
        assert (rounding in notes) == (engine != "postgresql")


def test_a_column_of_one_srid_goes_where_columns_have_none(database: DatabaseFactory) -> None:
    there, here = database("mysql"), database("mariadb")
    plain.execute(there, "CREATE TABLE t (k int PRIMARY KEY, g point SRID 4326)")
    plain.execute(there, "INSERT INTO t VALUES (1, ST_GeomFromText('POINT(1 2)', 4326))")
    plan = transfer.plan(there, here)
    assert ("t.g", "SRID 4326 is kept in each value: the column does not refuse others") in told(plan)
    transfer.copy(plan, source=there, target=here)
    assert plain.query(here, "SELECT ST_SRID(g), ST_X(g) FROM t") == [(4326, 2.0)]


@pytest.mark.parametrize("engine", ["mysql", "mariadb"])
def test_geometries_of_several_srids_block(database: DatabaseFactory, engine: str) -> None:
    there, here = database(engine), database(engine)
    points = "(1, ST_GeomFromText('POINT(1 2)', 4326)), (2, ST_GeomFromText('POINT(3 4)')), (3, NULL)"
    plain.execute(there, "CREATE TABLE t (k int PRIMARY KEY, g geometry)", f"INSERT INTO t VALUES {points}")
    (block,) = transfer.plan(there, here).blocks
    assert block.message.startswith("1 row holds a geometry of another SRID than 4326 (key 2)")
    allowed = transfer.Options(allowances=(parse_allowance("t.g=null"),))
    transfer.copy(transfer.plan(there, here, allowed), source=there, target=here, options=allowed)
    assert plain.query(here, "SELECT k, ST_SRID(g) FROM t ORDER BY k") == [(1, 4326), (2, None), (3, None)]


@pytest.mark.parametrize(
    ("source", "zero"), [("postgresql", "'-0'"), ("mysql", "CAST('-0' AS DOUBLE)"), ("duckdb", "'-0.0'::DOUBLE")]
)
def test_minus_zero_is_told_where_it_is_and_nowhere_else(database: DatabaseFactory, source: str, zero: str) -> None:
    there, here = database(source), database("mariadb")
    plain.execute(there, "CREATE TABLE t (k int PRIMARY KEY, v double precision, f real)")
    plain.execute(there, "INSERT INTO t VALUES (1, 0, 0), (2, -1, -1), (3, NULL, 1e-30)")
    assert not any("-0.0" in message for _, message in told(transfer.plan(there, here)))
    plain.execute(there, f"INSERT INTO t VALUES (4, {zero}, {zero})")
    plan = transfer.plan(there, here)
    found = {where.removeprefix("public.").removeprefix("main.") for where, message in told(plan) if "-0.0" in message}
    assert found == {"t.v", "t.f"} and not plan.blocks
    assert not any("-0.0" in message for _, message in told(transfer.plan(there, database("postgresql"))))
    unproven = transfer.plan(there, here, transfer.Options(probe=False))
    assert any("would not be told" in message for _, message in told(unproven))


CASED = (
    "CREATE TABLE t (v varchar(20), w varchar(20) GENERATED ALWAYS AS (lower(v)) STORED, "
    "CONSTRAINT shouted CHECK (upper(v) <> 'X'), CONSTRAINT other CHECK (v <> 'upper'))"
)


@pytest.mark.parametrize(
    ("source", "target"), [("postgresql", "mysql"), ("mariadb", "mysql"), ("postgresql", "postgresql")]
)
def test_what_is_carried_by_upper_and_lower_is_told(database: DatabaseFactory, source: str, target: str) -> None:
    there = database(source)
    plain.execute(there, CASED)
    plan = transfer.plan(there, database(target))
    found = {where.removeprefix("public.") for where, message in told(plan) if message.startswith("UPPER and LOWER")}
    carried = {check.name for check in plan.tables[0].target.checks} & {"shouted"}
    carried |= {column.name for column in plan.tables[0].target.columns if column.generated}
    assert found == ({f"t.{name}" for name in carried} if source != target else set())
    assert carried

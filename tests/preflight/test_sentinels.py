"""A value of the user's takes the place of what the target does not hold, wherever NULL could."""

from __future__ import annotations

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.preflight.hard_columns import LENIENT
from transfer.config import parse_allowance

LAST = "9999-12-31"
MIDNIGHT = f"{LAST} 00:00:00.000000"
Way = tuple[str, tuple[str, ...], str, str]
"""A type, a value that stays and those that do not, the sentinel, and how it arrives."""
WAYS: dict[tuple[str, str], tuple[Way, ...]] = {
    ("postgresql", "mysql"): (
        ("date NOT NULL", ("'2020-02-29'", "'infinity'", "'10000-01-01'"), LAST, LAST),
        ("double precision", ("0", "'NaN'", "'Infinity'"), "-1.5", "-1.5"),
    ),
    ("postgresql", "mariadb"): (
        ("timestamp(3)", ("'2020-02-29'", "'-infinity'"), f"{LAST} 23:59:59.5", f"{LAST} 23:59:59.500000"),
        ("numeric(9,2)", ("0", "'NaN'"), "-1.5", "-1.5"),
    ),
    ("postgresql", "sqlite"): (
        ("timestamptz", ("'2020-02-29 00:00:00+00'", "'infinity'"), LAST, MIDNIGHT),
        ("time", ("'01:00:00'", "'24:00:00'"), "23:59:59.999999", "23:59:59.999999"),
    ),
    ("mysql", "postgresql"): (
        ("date NOT NULL", ("'2020-02-29'", "'0000-00-00'", "'2020-02-00'"), "1900-01-01", "1900-01-01"),
        ("timestamp NULL", ("'2020-02-29'", "'0000-00-00'"), LAST, MIDNIGHT),
        ("text CHARACTER SET utf8mb4", ("'a'", r"'a\0'"), "?", "?"),
    ),
    ("mariadb", "postgresql"): (
        ("datetime(6)", ("'2020-02-29'", "'0000-00-00'"), LAST, MIDNIGHT),
        ("enum('a','c') CHARACTER SET utf8mb4", ("'a'", "'nothing'"), "c", "c"),
    ),
}


def options(*rules: str) -> transfer.Options:
    """The rules for the tables t0, t1, ..."""
    allowed = (parse_allowance(f"*t{number}.v=sentinel:{rule}") for number, rule in enumerate(rules))
    return transfer.Options(allowances=tuple(allowed))


def filled(url: str, native: str, *literals: str, name: str = "t0", more: str = "") -> str:
    before = [LENIENT] if plain.engine(url) == "mysql" else []
    rows = ", ".join(f"({key}, {literal})" for key, literal in enumerate(literals, 1))
    create = f"CREATE TABLE {name} (k integer PRIMARY KEY, v {native}{more})"
    plain.execute(url, *before, create, f"INSERT INTO {name} VALUES {rows}")
    return url


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_a_sentinel_takes_the_place(database: DatabaseFactory, source: str, target: str) -> None:
    there, here, ways = database(source), database(target), WAYS[source, target]
    for number, (native, literals, _, _) in enumerate(ways):
        filled(there, native, *literals, name=f"t{number}")
    taken = options(*(sentinel for _, _, sentinel, _ in ways))
    plan = transfer.plan(there, here, taken)
    assert not plan.blocks
    report = transfer.copy(plan, source=there, target=here, options=taken)
    assert {table.verified for table in report.tables} == {"digest"}
    altered = {item.column.removeprefix("public."): (item.rule, item.values) for item in report.altered}
    for number, (_, literals, sentinel, arrives) in enumerate(ways):
        assert altered[f"t{number}.v"] == (f"sentinel:{sentinel}", len(literals) - 1)
        rows = plain.query(here, f"SELECT v FROM t{number} ORDER BY k")
        found = [str(plain.comparable(value)) for (value,) in rows]
        assert found[1:] == [arrives] * (len(literals) - 1) and found[0] != arrives


def test_what_is_null_stays_null(database: DatabaseFactory) -> None:
    there, here = filled(database("postgresql"), "date", "'infinity'", "NULL"), database("mysql")
    transfer.copy(transfer.plan(there, here, options(LAST)), source=there, target=here, options=options(LAST))
    assert [str(value) for (value,) in plain.query(here, "SELECT v FROM t0 ORDER BY k")] == [LAST, "None"]


@pytest.mark.parametrize(("native", "sentinel"), [("date", "never"), ("date", "20000-01-01"), ("numeric(4,2)", "123")])
def test_a_sentinel_that_is_no_value_of_the_column_blocks(
    database: DatabaseFactory, native: str, sentinel: str
) -> None:
    there = filled(database("postgresql"), native, "NULL")
    (block,) = transfer.plan(there, database("mysql"), options(sentinel)).blocks
    assert block.where == "public.t0.v" and block.message.startswith(f"the sentinel: value '{sentinel}'")


@pytest.mark.parametrize("key", [" UNIQUE", " REFERENCES p"])
def test_no_sentinel_stands_in_a_key(database: DatabaseFactory, key: str) -> None:
    there = database("postgresql")
    plain.execute(there, "CREATE TABLE p (k date PRIMARY KEY)", "INSERT INTO p VALUES ('infinity')")
    filled(there, "date", "'infinity'", more=key)
    blocks = transfer.plan(there, database("mysql"), options(LAST)).blocks
    block = next(block for block in blocks if block.where == "public.t0.v")
    assert "sentinel" not in block.message and "=null'" in block.option + block.message


def test_a_sentinel_is_offered_where_null_is(database: DatabaseFactory) -> None:
    there = filled(database("postgresql"), "date", "'infinity'")
    (block,) = transfer.plan(there, database("mysql")).blocks
    assert "--allow-loss 'public.t0.v=null' or --allow-loss 'public.t0.v=sentinel:VALUE' would do too" in block.message

"""Every type of an engine in one table, with hard values, to every engine: nothing dropped, nothing altered."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import product
from pathlib import Path

import pytest

import transfer
from mappings import types as t
from mappings.errors import TransferError
from mappings.schema import Schema
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain
from tests.servers.samples import sqlite_file
from transfer.config import parse_allowance
from transfer.terminal import plan_text, schema_text

LoadScript = Callable[[str, Path], None]
SOURCES = ("postgresql", "mariadb", "sqlite", "duckdb")
TARGETS = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
HARD = Path(__file__).parent / "hard"
OFFERED = re.compile(r"--(allow-loss|exclude) '([^']+)'")

LOWER_BOUNDS = "public.t.ia3=text"
"""Arrays that do not begin at 1: JSON has no bounds."""
LONG_NUMBERS = "public.t.jb=text"
"""MySQL's JSON keeps doubles only."""
ZERO_DATES = ("zd.d=text", "zd.dt=text", "zd.ts=text")
LONGEST_TIME = "t.ti6=text"
"""838:59:59 and a fraction, which MySQL's TIME does not hold."""
NULL_KEYS = ("txtpk", "intpk", "descpk")
"""Rows with NULL in their primary key: only SQLite takes those, so the tables are left out."""
MIXED = tuple(f"t.{name}=text" for name in ("i", "big", "ub", "b", "n", "v", "dt", "dti", "bitn", "g1"))
"""Columns with values of several kinds."""
NUL = ("t.v=strip", "t.g2=strip")
"""PostgreSQL's text holds no NUL character."""
SETTLED: dict[tuple[str, str], tuple[str, ...]] = {
    **{("postgresql", target): (LOWER_BOUNDS,) for target in ("mariadb", "sqlite", "duckdb")},
    ("postgresql", "mysql"): (LOWER_BOUNDS, LONG_NUMBERS),
    **{("mariadb", target): ZERO_DATES for target in ("postgresql", "sqlite", "mariadb", "duckdb")},
    ("mariadb", "mysql"): (*ZERO_DATES, LONGEST_TIME),
    **{("sqlite", target): (*NULL_KEYS, *MIXED) for target in ("mysql", "mariadb", "duckdb")},
    ("sqlite", "postgresql"): (*NULL_KEYS, *MIXED, *NUL),
}
"""What blocks and errors offer and this user takes, one after the other, until the copy goes through."""


def sink(database: DatabaseFactory, load_script: LoadScript, engine: str) -> str:
    script = HARD / f"{engine}.sql"
    if engine == "duckdb":
        url = database(engine)
        plain.execute(url, script.read_text())
        return url
    url = database(engine, sample="sink")
    if engine != "sqlite":
        load_script(url, script)
        return url
    with closing(sqlite3.connect(sqlite_file(url))) as connection:
        connection.executescript(script.read_text())
    return url


def options(taken: list[str]) -> transfer.Options:
    allowed = tuple(parse_allowance(text) for text in taken if "=" in text)
    return transfer.Options(
        transfer.Selection(exclude=tuple(text for text in taken if "=" not in text)), allowances=allowed
    )


def offered(hint: str) -> list[str]:
    """Text where it is offered, which loses nothing; otherwise the first option."""
    found = [text for _, text in OFFERED.findall(hint)]
    assert found, hint
    return [text for text in found if text.endswith("=text")][:1] or found[:1]


def copied(there: str, database: DatabaseFactory, target: str) -> tuple[str, transfer.Plan, list[str]]:
    """Go the way that the tool itself tells, as a user would."""
    taken: list[str] = []
    for _ in range(8):
        here = database(target)
        plan = transfer.plan(there, here, options(taken))
        if plan.blocks:
            taken += [text for block in plan.blocks for text in offered(block.option)]
            continue
        try:
            report = transfer.copy(plan, source=there, target=here)
        except TransferError as error:
            assert error.where, error
            taken += offered(error.hint)
        else:
            assert {table.verified for table in report.tables} == {"digest"}
            meaning.assert_as_planned(report)
            return here, plan, taken
    raise AssertionError(taken)


def assert_nothing_is_forgotten(schema: Schema, plan: transfer.Plan) -> None:
    """Every column has a place; a type with no equal on the target has a note; all can be shown."""
    assert {table.source.name for table in plan.tables} == {table.name for table in schema.tables}
    noted = {note.where for note in (*plan.notes, *plan.blocks)}
    for table in plan.tables:
        columns = schema.table(table.source.name).columns
        assert [column.read.name for column in table.columns] == [column.name for column in columns]
        for pair, column in zip(table.columns, columns, strict=True):
            unknown = isinstance(column.type, t.Opaque | t.Array | t.Interval | t.Geometry | t.TimeTz)
            if unknown and type(pair.write.type) is not type(column.type):
                assert f"{table.source.name}.{column.name}" in noted, column
    assert plan_text(plan) and schema_text(schema) and json.dumps(plan.document())


@pytest.mark.parametrize(("source", "target"), list(product(SOURCES, TARGETS)))
def test_every_type_moves(database: DatabaseFactory, load_script: LoadScript, source: str, target: str) -> None:
    there = sink(database, load_script, source)
    assert_nothing_is_forgotten(transfer.inspect(there), transfer.plan(there, database(target)))
    here, plan, taken = copied(there, database, target)
    assert sorted(taken) == sorted(SETTLED.get((source, target), ()))
    meaning.assert_equal(there, here, plan)


STOPPING = [
    ("date", "infinity"),
    ("date", "5874897-12-31"),
    ("timestamp", "-infinity"),
    ("timestamp", "294276-12-31 23:59:59.999999"),
    ("timestamptz", "infinity"),
    ("time", "24:00:00"),
    ("numeric(10,2)", "NaN"),
]
"""What Arrow or a target has no place for, whatever the target."""
ARRIVING = [
    ("numeric", "NaN"),
    ("numeric", "-Infinity"),
    ("numeric", "1e-400"),
    ("numeric", "1e400"),
    ("interval", "-178000000 years"),
    ("interval", "1 mon -1 day"),
]
"""Text on targets that have no such type."""
BEFORE_CHRIST = [("date", "0044-03-15 BC"), ("timestamp", "0044-03-15 00:00:00 BC")]
NOT_NUMBERS = [("real", "NaN"), ("double precision", "NaN")]
INFINITIES = [("real", "-Infinity"), ("double precision", "Infinity")]
DISTANT = [("date", "5874897-12-31")]
"""Days that DuckDB has too."""
WELCOME = {
    "postgresql": BEFORE_CHRIST + NOT_NUMBERS + INFINITIES,
    "sqlite": INFINITIES,
    "mysql": [],
    "duckdb": BEFORE_CHRIST + NOT_NUMBERS + INFINITIES + DISTANT,
}


@pytest.mark.parametrize("target", WELCOME)
def test_what_has_no_place_stops_the_copy(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql"), database(target)
    values = STOPPING + ARRIVING + BEFORE_CHRIST + NOT_NUMBERS + INFINITIES
    arrived = [value for number, value in enumerate(values) if arrives(there, here, f"odd_{number}", *value)]
    assert sorted(arrived) == sorted(ARRIVING + WELCOME[target])


def arrives(there: str, here: str, table: str, native: str, value: str) -> bool:
    """Whether the value is on the target, exactly; if not, the error names its table, column and key, and a way out."""
    plain.execute(
        there,
        f"CREATE TABLE {table} (k int PRIMARY KEY, v {native})",
        f"INSERT INTO {table} VALUES (1, NULL), (4711, '{value}')",
    )
    chosen = transfer.Options(transfer.Selection((table,)))
    plan = transfer.plan(there, here, chosen)
    try:
        meaning.assert_as_planned(transfer.copy(plan, source=there, target=here, options=chosen))
    except TransferError as error:
        assert f"public.{table}.v" in str(error) and "key 4711" in str(error), error
        assert f"--allow-loss 'public.{table}.v=text'" in error.hint, error.hint
        return False
    meaning.assert_equal(there, here, plan)
    return True

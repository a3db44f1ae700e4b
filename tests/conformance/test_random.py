"""Random schemas and rows, to every engine and home again: the same values, and no difference that nobody tells of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import transfer
from dialects import survey
from mappings import types as t
from mappings.schema import Column as SchemaColumn
from mappings.schema import PrimaryKey, Table, TableName
from tests.conformance.databases import KEY, Filled, Filling, build, culprit, databases
from tests.conformance.edges import ENGINES
from tests.conformance.journeys import assert_equal
from tests.conformance.kinds import spelled_by
from tests.conformance.labels import change
from tests.conformance.quirks import OBJECTS, UNVERIFIABLE, quirks
from tests.conftest import DatabaseFactory
from transfer.differences import Difference

FEW, MANY = 3, 40
"""Databases for each engine. The first that hypothesis makes is the least there is."""


def journey(database: DatabaseFactory, source: str, target: str, there: str) -> None:
    """Out, compared by the plain drivers; home, compared by digest and schema."""
    here, back = database(target), database(source)
    out = transfer.plan(there, here)
    assert_copied(out, there, here)
    assert_equal(there, here, out)
    home = transfer.plan(here, back)
    assert_copied(home, here, back)
    old, new = transfer.inspect(there), transfer.inspect(back)
    changed = {
        f"{table.name}.{column.name}": words
        for table in old.tables
        for column in table.columns
        if (words := change(column, new.table(table.name).column(column.name)))
    }
    assert set(changed.values()) <= quirks(source, target), changed
    assert_verified(
        there, back, {place.rpartition(".")[0] for place, words in changed.items() if words in UNVERIFIABLE}
    )
    told = {note.where for plan in (out, home) for note in plan.notes} | set(changed)
    told |= {item.name for plan in (out, home) for item in plan.not_carried}
    untold = [each for each in transfer.compare(there, back).unexplained if not is_told(each, told, target)]
    assert untold == []


def assert_copied(plan: transfer.Plan, there: str, here: str) -> None:
    assert not plan.blocks, plan.blocks
    report = transfer.copy(plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert report.schema_differences is not None
    assert report.schema_differences.unexplained == ()


def assert_verified(there: str, back: str, apart: set[str]) -> None:
    """Equal by digest, but for the tables with columns of which that is declared impossible."""
    chosen = transfer.Selection(exclude=tuple(sorted(apart)))
    with suppress(LookupError):
        report = transfer.verify(there, back, transfer.Options(chosen))
        assert {(table.verified, table.difference) for table in report.tables} <= {("digest", "")}


def is_told(difference: Difference, told: set[str], engine: str) -> bool:
    """Whether a plan told of the place, or the quirks tell of such objects."""
    return difference.place in told or (engine, difference.object, difference.problem) in OBJECTS


def run(database: DatabaseFactory, source: str, examples: int) -> None:
    with survey(database(source)) as session:
        kinds = spelled_by(session.dialect)

    def travels(filling: Filling, target: str) -> None:
        there = database(source)
        build(there, source, filling)
        journey(database, source, target, there)

    def fails(target: str) -> Callable[[Filling], bool]:
        def failing(filling: Filling) -> bool:
            try:
                travels(filling, target)
            except Exception:
                return True
            return False

        return failing

    def check(filling: Filling) -> None:
        for target in ENGINES:
            try:
                travels(filling, target)
            except Exception as error:
                raise AssertionError(f"{source} to {target}: {culprit(filling, fails(target))}") from error

    quiet = settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    quiet(given(databases(kinds))(check))()


@pytest.mark.parametrize("source", ENGINES)
def test_random_databases_travel(database: DatabaseFactory, source: str) -> None:
    run(database, source, FEW)


@pytest.mark.soak
@pytest.mark.parametrize("source", ENGINES)
def test_many_random_databases_travel(database: DatabaseFactory, source: str) -> None:
    run(database, source, MANY)


def test_a_failure_is_brought_down_to_its_value() -> None:
    """The bisecting itself, with a copy that cannot take the letter x."""
    columns = tuple(SchemaColumn(name, t.Text(), "") for name in (KEY, "c0", "c1"))
    table = Table(TableName("", "t0"), columns, PrimaryKey("", (KEY,)))
    good = Filled(replace(table, name=TableName("", "t1")), (("1", "a", "b"),))
    bad = Filled(table, (("1", "a", "b"), ("2", None, "x"), ("3", "y", None)))

    def fails(filling: Filling) -> bool:
        return any("x" in row for each in filling for row in each.rows)

    assert culprit((good, bad), fails).startswith("t0.c1 Text(")
    assert culprit((good, bad), fails).endswith(": 'x'")

"""Random schemas and rows, to every engine and home again: the same values, and no difference that is not declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings

import transfer
from dialects import survey
from mappings import types as t
from mappings.schema import Check, Column, Expression, Index, IndexPart, PrimaryKey, Table, TableName
from tests.conformance.databases import CHECKED, KEY, Filled, Filling, build, culprit, databases
from tests.conformance.journeys import assert_equal
from tests.conformance.kinds import spelled_by
from tests.conformance.labels import change
from tests.conformance.objects import known_objects, objects
from tests.conformance.quirks import UNVERIFIABLE, known
from tests.conformance.test_edges import PAIRS, RING
from tests.conftest import DatabaseFactory

FEW, MANY = 2, 40
"""Databases for each pair. The first that hypothesis makes is the least there is."""
PLAIN = Filled(
    Table(
        TableName("", "t0"),
        (Column(KEY, t.Integer(32), "", nullable=False), Column("c0", t.Boolean(), "")),
        PrimaryKey("", (KEY,)),
        indexes=(Index("t0_index", (IndexPart(KEY, descending=True), IndexPart("c0"))),),
        checks=(Check("t0_check", Expression(CHECKED, '"id" <> 4242')),),
    ),
    (("1", "true"), ("2", None)),
)
"""What each engine has: after a journey this table shows what engines do to all tables."""


def journey(database: DatabaseFactory, source: str, target: str, there: str) -> set[tuple[str, str]]:
    """Out, compared by the plain drivers; home, compared by digest and schema. Returns what else than types differs."""
    here, back = database(target), database(source)
    out = transfer.plan(there, here)
    assert_copied(out, there, here)
    assert_equal(there, here, out)
    home = transfer.plan(here, back)
    assert_copied(home, here, back)
    changed = changes(there, back)
    assert set(changed.values()) <= known(target), changed
    assert_verified(there, back, changed)
    unexplained = {(each.object, each.problem, each.place) for each in transfer.compare(there, back).unexplained}
    assert {place for what, _, place in unexplained if what == "type"} <= {*changed, *undecided(there)}
    return {(what, problem) for what, problem, _ in unexplained if what != "type"}


def changes(there: str, back: str) -> dict[str, tuple[str, str]]:
    """The columns that came home as another type, by their places."""
    old, new = transfer.inspect(there), transfer.inspect(back)
    return {
        f"{table.name}.{column.name}": words
        for table in old.tables
        for column in table.columns
        if (words := change(column, new.table(table.name).column(column.name)))
    }


def undecided(url: str) -> set[str]:
    """The columns whose declarations only hint, in whatever words."""
    tables = transfer.inspect(url).tables
    return {
        f"{table.name}.{each.name}" for table in tables for each in table.columns if isinstance(each.type, t.Dynamic)
    }


def assert_copied(plan: transfer.Plan, there: str, here: str) -> None:
    assert not plan.blocks, plan.blocks
    report = transfer.copy(plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    assert report.schema_differences is not None
    assert report.schema_differences.unexplained == ()


def assert_verified(there: str, back: str, changed: dict[str, tuple[str, str]]) -> None:
    """Equal by digest, but for the tables with a column of which that is declared impossible."""
    apart = {place.rpartition(".")[0] for place, words in changed.items() if words in UNVERIFIABLE}
    if apart == {str(table.name) for table in transfer.inspect(there).tables}:
        return
    report = transfer.verify(there, back, transfer.Options(transfer.Selection(exclude=tuple(sorted(apart)))))
    assert {(table.verified, table.difference) for table in report.tables} == {("digest", "")}


def run(database: DatabaseFactory, source: str, target: str, examples: int) -> None:
    with survey(database(source)) as session:
        kinds = spelled_by(session.dialect)

    def travels(filling: Filling) -> None:
        there = database(source)
        build(there, source, filling)
        assert journey(database, source, target, there) <= known_objects(target)

    def check(filling: Filling) -> None:
        try:
            travels(filling)
        except Exception as error:
            raise AssertionError(f"{source} to {target}: {culprit(filling, failing(travels))}") from error

    quiet = settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        verbosity=Verbosity.quiet, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    quiet(given(databases(kinds))(check))()


def failing(travels: Callable[[Filling], None]) -> Callable[[Filling], bool]:
    def fails(filling: Filling) -> bool:
        try:
            travels(filling)
        except Exception:
            return True
        return False

    return fails


@pytest.mark.parametrize(("source", "target"), RING)
def test_random_databases_travel(database: DatabaseFactory, source: str, target: str) -> None:
    run(database, source, target, FEW)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_many_random_databases_travel(database: DatabaseFactory, source: str, target: str) -> None:
    run(database, source, target, MANY)


def changed_objects(database: DatabaseFactory, source: str, target: str) -> set[tuple[str, str]]:
    there = database(source)
    build(there, source, (PLAIN,))
    return journey(database, source, target, there)


@pytest.mark.parametrize(("source", "target"), RING)
def test_what_changes_of_a_table_is_declared(database: DatabaseFactory, source: str, target: str) -> None:
    assert changed_objects(database, source, target) == objects(source, target)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_changes_of_a_table_is_declared_for_all(database: DatabaseFactory, source: str, target: str) -> None:
    assert changed_objects(database, source, target) == objects(source, target)


def test_a_failure_is_brought_down_to_its_value() -> None:
    """The bisecting itself, with a copy that cannot take the letter x."""
    columns = tuple(Column(name, t.Text(), "") for name in (KEY, "c0", "c1"))
    table = Table(TableName("", "t0"), columns, PrimaryKey("", (KEY,)))
    good = Filled(replace(table, name=TableName("", "t1")), (("1", "a", "b"),))
    bad = Filled(table, (("1", "a", "b"), ("2", None, "x"), ("3", "y", None)))

    def fails(filling: Filling) -> bool:
        return any("x" in row for each in filling for row in each.rows)

    assert culprit((good, bad), fails).startswith("t0.c1 Text(")
    assert culprit((good, bad), fails).endswith(": 'x'")

"""There and back: what an engine's edges look like on another one, and when they come home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import transfer
from mappings import types as t
from mappings.hazards import rules
from mappings.schema import Column, Table
from tests.conformance import edges_duckdb, edges_mysql, edges_postgresql, edges_sqlite
from tests.conformance.edges import Edges
from tests.conformance.labels import change
from tests.pairs import meaning, plain
from transfer.config import parse_allowance
from transfer.plan import ColumnPlan

COLUMN = re.compile(r"edges\.(c\d+)")
ROUNDS = 3
"""Plans that a user makes before nothing blocks any more: what is found in one may uncover more in the next."""
EDGES: dict[str, Edges] = {
    "postgresql": edges_postgresql.EDGES,
    "mysql": edges_mysql.MYSQL,
    "mariadb": edges_mysql.MARIADB,
    "sqlite": edges_sqlite.EDGES,
    "duckdb": edges_duckdb.EDGES,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan without blocks, with what was taken for it: the values that become NULL, and the columns taken as text."""

    plan: transfer.Plan
    values: frozenset[tuple[str, str]] = frozenset()
    columns: frozenset[str] = frozenset()


def settled(there: str, here: str) -> Settled:
    """Take what the plan offers until nothing blocks: NULL for a value, text for a column that blocks as a whole."""
    values: set[tuple[str, str]] = set()
    columns: set[str] = set()
    for _ in range(ROUNDS):
        plan = transfer.plan(there, here, _taking(values, columns))
        if not plan.blocks:
            return Settled(plan, frozenset(values), frozenset(columns))
        values |= {(each.column, key) for _, each in plan.findings if "null" in rules(each.hazard) for key in each.keys}
        columns |= _blocked(plan) - {column for column, _ in values}
    raise AssertionError(plan.blocks)


def _taking(values: set[tuple[str, str]], columns: set[str]) -> transfer.Options:
    taken = {f"edges.{column}=null" for column, _ in values} | {f"edges.{column}=text" for column in columns}
    return transfer.Options(allowances=tuple(map(parse_allowance, sorted(taken))))


def _blocked(plan: transfer.Plan) -> set[str]:
    found = {block.where: COLUMN.search(block.where) for block in plan.blocks}
    assert all(found.values()), plan.blocks
    return {match[1] for match in found.values() if match}


def arrived(there: str, here: str, way: Settled) -> dict[str, int]:
    """Copy, compare value by value, and return the altered values by column. What was allowed to become NULL is made
    so in the source too, which then says what the target must hold."""
    report = transfer.copy(way.plan, source=there, target=here)
    assert {table.verified for table in report.tables} == {"digest"}
    nulled = [f"UPDATE edges SET {column} = NULL WHERE k = {key}" for column, key in sorted(way.values)]
    plain.execute(there, *nulled)
    assert_equal(there, here, way.plan)
    return {altered.column.rpartition(".")[2]: altered.values for altered in report.altered}


def assert_equal(there: str, here: str, plan: transfer.Plan) -> None:
    """All rows mean the same on both sides; otherwise the error names each column with the values only one side has."""
    try:
        meaning.assert_equal(there, here, plan)
    except (AssertionError, ValueError) as error:
        raise AssertionError(list(different(there, here, plan))) from error


def different(there: str, here: str, plan: transfer.Plan) -> Iterator[tuple[str, list[object], list[object]]]:
    """The columns whose values are not the same on both sides, with the values that only one of them has."""
    for table in plan.tables:
        for column in table.columns:
            one = replace(plan, tables=(replace(table, columns=(column,)),))
            try:
                meaning.assert_equal(there, here, one)
            except (AssertionError, ValueError):
                yield f"{table.source.name}.{column.read.name} {column.read.native}", *_apart(there, here, one)


def _apart(there: str, here: str, plan: transfer.Plan) -> tuple[list[object], list[object]]:
    (table,) = plan.tables
    kinds = [column.read.type for column in table.columns]
    source = meaning.rows(there, str(table.source.name), table.read_columns, kinds)
    target = meaning.rows(here, str(table.target.name), table.stored_columns, kinds)
    return [row for row in source if row not in target], [row for row in target if row not in source]


@dataclass(frozen=True, slots=True)
class Return:
    """What came home: the columns that changed, in words, and those that can no longer be compared by `verify`."""

    changed: dict[tuple[str, str], tuple[str, ...]]
    apart: dict[tuple[str, str], tuple[str, ...]]


def returned(there: str, here: str, back: str, way: Settled) -> Return:
    """Copy home, compare value by value with the first source, and by digest where digests can be compared."""
    home = transfer.plan(here, back)
    assert not home.blocks, home.blocks
    transfer.copy(home, source=here, target=back)
    old, new = (transfer.inspect(url).tables[0] for url in (there, back))
    assert_equal(there, back, _homely(way.plan, new))
    pairs = [(_as_read(column, way.plan), new.column(column.name)) for column in old.columns]
    unverifiable = _compared_by_digest(there, back, set(_printed(way.plan, home, new)))
    return Return(
        _grouped((one, other) for one, other in pairs),
        _grouped((one, other) for one, other in pairs if one.name in unverifiable),
    )


def _printed(out: transfer.Plan, home: transfer.Plan, back: Table) -> Iterator[str]:
    """The arrays and sets that come home as texts of JSON, which is another text than the engine's own for them."""
    for one, other in zip(out.tables[0].columns, home.tables[0].columns, strict=True):
        own = out.tables[0].source.column(one.read.name)
        as_json = isinstance(one.write.type, t.Json) or isinstance(other.read.type, t.Json)
        if as_json and isinstance(own.type, t.Array | t.SetOf) and isinstance(back.column(own.name).type, t.Text):
            yield own.name


def _as_read(column: Column, plan: transfer.Plan) -> Column:
    """SQLite's columns as their values are."""
    if not isinstance(column.type, t.Dynamic):
        return column
    read = next(each.read for each in plan.tables[0].columns if each.read.name == column.name)
    return replace(column, type=t.Dynamic(column.native, read.type))


def _homely(plan: transfer.Plan, back: Table) -> transfer.Plan:
    """The plan of the way out, with the table that came home in place of its target."""
    (table,) = plan.tables
    columns = tuple(_paired(column, back.column(column.read.name)) for column in table.columns)
    return replace(plan, tables=(replace(table, target=back, columns=columns),))


def _paired(column: ColumnPlan, home: Column) -> ColumnPlan:
    """A time of day that comes home as a span is compared as one."""
    spans = isinstance(column.read.type, t.Time) and isinstance(home.type, t.Interval | t.Duration)
    read = replace(column.read, type=t.Duration()) if spans else column.read
    return replace(column, read=read, write=home)


def _compared_by_digest(there: str, back: str, printed: set[str]) -> set[str]:
    """Verify the two; the columns that the tool says it cannot compare are dropped from both for that, and those that
    are `printed` otherwise."""
    plan = transfer.plan(there, back, transfer.Options(if_exists="append", schema=False, probe=False))
    refused = _blocked(plan) | printed
    for url in (there, back):
        plain.execute(url, *(f"ALTER TABLE edges DROP COLUMN {column}" for column in sorted(refused)))
    report = transfer.verify(there, back)
    assert [(table.verified, table.difference) for table in report.tables] == [("digest", "")]
    return refused


def _grouped(pairs: Iterator[tuple[Column, Column]]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for one, other in pairs:
        words = change(one, other)
        if words:
            found[words] = (*found.get(words, ()), one.native)
    return found

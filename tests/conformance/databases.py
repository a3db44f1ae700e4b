"""Random databases: tables of random types with keys, checks, indexes and foreign keys, and rows for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

from hypothesis import strategies as st

from dialects import survey
from dialects.base import Session
from mappings import types as t
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)
from tests.conformance.catalogue import Catalogue
from tests.conformance.kinds import literal, values
from tests.conformance.labels import label
from tests.conformance.natives import SERVERS
from tests.pairs import plain
from transfer.config import Options
from transfer.planner import make_plan

FAMILY = "imaginary"
"""The engine of the random schemas: none, so that the ladder is walked for all."""
CHECKED = "postgres"
"""In whose SQL the checks are."""
KEY = "id"
PARENT = "parent"
MOST_TABLES, MOST_COLUMNS, MOST_ROWS = 5, 6, 5
Row = tuple[str | None, ...]
INDEXED = (t.Integer, t.Date, t.Timestamp)
CHECKS = {
    t.Integer: '"{}" <> 4242',
    t.Text: 'char_length("{}") <= 3000',
    t.Date: """"{}" >= '0001-01-01'""",
}
"""True for all values that are drawn."""


@dataclass(frozen=True, slots=True, repr=False)
class Filled:
    """A table of the imaginary engine, and its rows in the order of its columns."""

    table: Table
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        kinds = ", ".join(f"{column.name} {label(column.type)}" for column in self.table.columns)
        return f"{self.table.name} ({kinds}) with {len(self.rows)} rows"


Filling = tuple[Filled, ...]


@st.composite
def databases(draw: st.DrawFn, kinds: tuple[t.LogicalType, ...]) -> Filling:
    """A few tables, each of which may refer to one before it."""
    made: list[Filled] = []
    for at in range(draw(st.integers(1, MOST_TABLES))):
        made.append(draw(filled(f"t{at}", kinds, tuple(made))))
    return tuple(made)


@st.composite
def filled(draw: st.DrawFn, name: str, kinds: tuple[t.LogicalType, ...], before: Filling) -> Filled:
    key = Column(KEY, t.Integer(draw(st.sampled_from([32, 64]))), "", nullable=False)
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=MOST_COLUMNS))
    others = tuple(Column(f"c{at}", kind, "", nullable=draw(st.booleans())) for at, kind in enumerate(chosen))
    parents = [each for each in before if each.table.primary_key == PrimaryKey("", (KEY,)) and each.rows]
    linking: st.SearchStrategy[Filled | None] = st.none() | st.sampled_from(parents) if parents else st.none()
    parent = draw(linking)
    linked = (replace(parent.table.columns[0], name=PARENT, nullable=True),) if parent else ()
    table = _constrained(draw, Table(TableName("", name), (key, *others, *linked)), parent)
    count = draw(st.integers(0, MOST_ROWS))
    columns = [_column(draw, table, column, count, parent) for column in table.columns]
    return Filled(table, tuple(zip(*columns, strict=True)))


def _constrained(draw: st.DrawFn, table: Table, parent: Filled | None) -> Table:
    """With a key or none, and sometimes an index, a check, a unique constraint and the foreign key."""
    indexed = [column.name for column in table.columns if isinstance(column.type, INDEXED)]
    parts = tuple(IndexPart(name, descending=draw(st.booleans())) for name in draw(st.permutations(indexed))[:2])
    checked = [(column.name, CHECKS[type(column.type)]) for column in table.columns if type(column.type) in CHECKS]
    name, check = draw(st.sampled_from(checked))
    foreign = (ForeignKey(f"{table.name}_fk", (PARENT,), parent.table.name, (KEY,)),) if parent else ()
    return replace(
        table,
        primary_key=draw(st.sampled_from([PrimaryKey("", (KEY,)), PrimaryKey("", (KEY,)), None])),
        uniques=(Unique(f"{table.name}_key", (KEY,)),) if draw(st.booleans()) else (),
        indexes=(Index(f"{table.name}_index", parts),) if draw(st.booleans()) else (),
        checks=(Check(f"{table.name}_check", Expression(CHECKED, check.format(name))),),
        foreign_keys=foreign,
    )


def _column(draw: st.DrawFn, table: Table, column: Column, count: int, parent: Filled | None) -> list[str | None]:
    if column.name == KEY:
        return [str(number) for number in draw(st.permutations(range(1, count + 1)))]
    given: st.SearchStrategy[str | None] = values(column.type)
    if column.name == PARENT and parent is not None:
        given = st.sampled_from([row[0] for row in parent.rows])
    given = st.none() | given | given if column.nullable else given
    return draw(st.lists(given, min_size=count, max_size=count))


def build(url: str, engine: str, filling: Filling) -> None:
    """Make the tables with the engine's own DDL, and fill them through the plain driver."""
    schema = Schema(FAMILY, "Imaginary 1", "", tuple(each.table for each in filling))
    there = Catalogue(SERVERS["PostgreSQL"], schema)
    with survey(url) as session:
        plan = make_plan(cast("Session", there), session, Options(rows=False))
    assert not plan.blocks, plan.blocks
    rows = {each.table.name: each.rows for each in filling}
    for table in plan.tables:
        plain.execute(url, *table.create)
        kinds = [column.type for column in table.target.columns]
        plain.execute(url, *_inserted(url, engine, str(table.target.name), kinds, rows[table.source.name]))
    plain.execute(url, *(text for table in plan.tables for text in (*table.indexes, *table.foreign_keys)))


def _inserted(url: str, engine: str, table: str, kinds: list[t.LogicalType], rows: tuple[Row, ...]) -> Iterator[str]:
    for row in rows:
        listed = ", ".join(literal(engine, kind, value) for kind, value in zip(kinds, row, strict=True))
        yield f"INSERT INTO {plain.quoted(url, table)} VALUES ({listed})"


def culprit(filling: Filling, fails: Callable[[Filling], bool]) -> str:
    """The table, the column and the value that a failure hangs on, as far as each fails alone."""
    table = next((each for each in map(_alone, filling) if fails((each,))), None)
    if table is None:
        return f"only together: {', '.join(str(each.table.name) for each in filling)}"
    narrow = next((each for each in _columns(table) if fails((each,))), None)
    if narrow is None:
        return f"{table!r}: {table.rows}"
    place = f"{narrow.table.name}.{narrow.table.columns[-1].name} {narrow.table.columns[-1].type}"
    rows = [row for row in narrow.rows if fails((replace(narrow, rows=(row,)),))]
    return f"{place}: {rows[0][-1]!r}" if rows else f"{place}: {[row[-1] for row in narrow.rows]}"


def _alone(each: Filled) -> Filled:
    return replace(each, table=replace(each.table, foreign_keys=()))


def _columns(each: Filled) -> Iterator[Filled]:
    """The key with one other column at a time, without anything else."""
    for at, column in enumerate(each.table.columns[1:], 1):
        table = Table(each.table.name, (each.table.columns[0], column), PrimaryKey("", (KEY,)))
        yield Filled(table, tuple((row[0], row[at]) for row in each.rows))

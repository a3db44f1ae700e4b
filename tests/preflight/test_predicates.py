"""The predicates are true for just the rows that reading and casting refuse, for all types of each engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.postgresql import PostgreSQLDialect
from dialects.sqlite.dialect import SqliteDialect
from mappings import types as t
from mappings.errors import Blocked, DatabaseError
from mappings.hazards import harmless
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk, Use, settle
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.preflight import hard_columns
from tests.pure.ways import ways
from tests.servers.samples import sqlite_file
from transfer.asking import Question, questions
from transfer.plan import ColumnPlan

SOURCES: dict[str, Mapping[str, tuple[str, ...]]] = {
    "postgresql": hard_columns.POSTGRESQL,
    "mysql": hard_columns.MYSQL,
    "mariadb": hard_columns.MARIADB,
    "sqlite": hard_columns.SQLITE,
}
OPENING = {"postgresql": hard_columns.POSTGRESQL_TYPES, "sqlite": ()}
WIDEST = 100
REAL_TARGETS = (PostgreSQLDialect(), SqliteDialect("3"))


def loaded(url: str, engine: str) -> str:
    """A table per type: a key and the column; the first row is NULL."""
    statements = [*OPENING.get(engine, (hard_columns.LENIENT,))]
    for number, (native, literals) in enumerate(SOURCES[engine].items()):
        statements.append(f"CREATE TABLE t{number} (k integer PRIMARY KEY, v {native} NULL)")
        rows = ", ".join(f"({key}, {literal})" for key, literal in enumerate(("NULL", *literals)))
        statements.append(f"INSERT INTO t{number} VALUES {rows}")
    if engine == "sqlite":
        with closing(sqlite3.connect(sqlite_file(url))) as connection:
            connection.executescript(";\n".join(statements))
    else:
        plain.execute(url, *statements)
    return url


@dataclass(frozen=True)
class Examination:
    """One column of one source, and what is true of its rows."""

    session: Session
    table: Table
    keys: tuple[int, ...]

    @property
    def column(self) -> Column:
        return self.table.column("v")

    def pairs(self) -> Iterator[tuple[ColumnPlan, Limits]]:
        """Into every type that a target may have there already, and into what real targets would make."""
        own = self.column.type
        if isinstance(own, t.Dynamic):
            facts = self.session.observe(self.table, {"v": frozenset({Risk.CLASSES})})["v"]
            own = facts.observed or t.Opaque("", "")
        for target, limits in ways(own):
            yield self._plan(own, target), limits
        for dialect in REAL_TARGETS:
            use = Use(facts=Facts(observed=own, integer_digits=0, fraction_digits=0, unusual=1))
            for kind in (own, t.Text()):
                try:
                    settled = settle(kind, use, dialect)
                except Blocked:
                    continue
                yield self._plan(settled.read_as, settled.spelling.stored), dialect.limits

    def _plan(self, read_as: t.LogicalType, stored: t.LogicalType) -> ColumnPlan:
        return ColumnPlan(replace(self.column, type=read_as), replace(self.column, type=stored))

    def read(self, kind: t.LogicalType) -> dict[int, pa.Array]:
        """Each row's value, but for those that cannot be read."""
        columns = (self.table.column("k"), replace(self.column, type=kind))
        found: dict[int, pa.Array] = {}
        for ranges in ([None], [KeyRange.of("k", key, key + 1) for key in self.keys]):
            for where in ranges:
                with suppress(DatabaseError):
                    for batch in self.session.read(self.table, columns, where, 1000):
                        found |= {key.as_py(): batch.column(1).slice(row, 1) for row, key in enumerate(batch.column(0))}
            if len(found) == len(self.keys):
                break
        return found

    def said(self, predicates: Sequence[str]) -> dict[str, set[int]]:
        """The keys for which each predicate is true."""
        found: dict[str, set[int]] = {}
        for start in range(0, len(predicates), WIDEST):
            part = predicates[start : start + WIDEST]
            answers = ", ".join(f"CASE WHEN {predicate} THEN 1 ELSE 0 END" for predicate in part)
            rows = self.session.query(f"SELECT k, {answers} FROM {self.table.name.name}")
            found |= {
                predicate: {int(str(row[0])) for row in rows if row[at]} for at, predicate in enumerate(part, start=1)
            }
        return found


@dataclass(frozen=True)
class Asked:
    """The questions of one way."""

    pair: ColumnPlan
    limits: Limits
    questions: tuple[Question, ...]

    def keys(self, said: Mapping[str, set[int]], *, reading: bool) -> set[int]:
        predicates = [question.predicate for question in self.questions if question.reading == reading]
        return set().union(*(said[predicate] for predicate in predicates if predicate))

    def is_open(self, *, reading: bool) -> bool:
        """Whether only reading tells."""
        return any(question.predicate is None and question.reading == reading for question in self.questions)


def asked(examination: Examination) -> list[Asked]:
    session, table = examination.session, examination.table
    ways = [(pair, limits, questions(session, table, (pair,), limits)) for pair, limits in set(examination.pairs())]
    return [
        Asked(pair, limits, tuple(question for question in found if not harmless(question.hazard)))
        for pair, limits, found in ways
    ]


def disagreements(examination: Examination) -> Iterator[str]:
    ways = asked(examination)
    predicates = {question.predicate for way in ways for question in way.questions if question.predicate}
    said = examination.said(sorted(predicates))
    readings = {kind: examination.read(kind) for kind in {way.pair.read.type for way in ways}}
    for way in ways:
        yield from disagreements_of(way, said, readings[way.pair.read.type], set(examination.keys))


def disagreements_of(
    way: Asked, said: Mapping[str, set[int]], values: Mapping[int, pa.Array], keys: set[int]
) -> Iterator[str]:
    pair, unreadable = way.pair, keys - set(values)
    cast = pair.cast("t", way.limits)
    column = pa.concat_arrays(values.values())
    refused = {key for key, bad in zip(values, cast.refused(column).to_pylist(), strict=True) if bad}
    at_reading, at_casting = way.keys(said, reading=True), way.keys(said, reading=False)
    only_reading_tells = way.is_open(reading=False)
    told = f"{pair.read.native} as {pair.read.type} into {pair.write.type}: said {at_reading} and {at_casting}, but"
    if at_reading - unreadable:
        yield f"{told} {at_reading - unreadable} can be read"
    if unreadable - at_reading and not (only_reading_tells or way.is_open(reading=True)):
        yield f"{told} {unreadable - at_reading} cannot be read"
    if at_casting - refused - unreadable:
        yield f"{told} {at_casting - refused - unreadable} fit"
    if refused - at_casting - at_reading and not only_reading_tells:
        yield f"{told} {refused - at_casting - at_reading} do not fit"


@pytest.mark.parametrize("engine", SOURCES)
def test_predicates_say_what_reading_and_casting_refuse(database: DatabaseFactory, engine: str) -> None:
    with connect(loaded(database(engine), engine), writable=False) as session:
        tables = session.reflect(()).tables
        assert len(tables) == len(SOURCES[engine])
        wrong = [text for table in tables for text in disagreements(examination(session, table))]
    assert not wrong, "\n".join(wrong)


def examination(session: Session, table: Table) -> Examination:
    keys = session.query(f"SELECT k FROM {table.name.name}")
    return Examination(session, table, tuple(int(str(key)) for (key,) in keys))

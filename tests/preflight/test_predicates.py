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
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk, Use, settle
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.preflight import hard_columns
from tests.pure.ways import ways
from tests.servers.samples import sqlite_file
from transfer.examiner import Question, questions
from transfer.plan import ColumnPlan

SOURCES: dict[str, Mapping[str, tuple[str, ...]]] = {
    "postgresql": hard_columns.POSTGRESQL,
    "mysql": hard_columns.MYSQL,
    "mariadb": hard_columns.MARIADB,
    "sqlite": hard_columns.SQLITE,
}
OPENING = {"postgresql": hard_columns.POSTGRESQL_TYPES, "sqlite": ()}
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
        for ranges in ([None], [KeyRange("k", key, key + 1) for key in self.keys]):
            for where in ranges:
                with suppress(DatabaseError):
                    for batch in self.session.read(self.table, columns, where, 1000):
                        found |= {key.as_py(): batch.column(1).slice(row, 1) for row, key in enumerate(batch.column(0))}
            if len(found) == len(self.keys):
                break
        return found

    def said(self, asked: Sequence[Question]) -> list[set[int]]:
        """The keys for which each predicate is true."""
        predicates = [f"CASE WHEN {question.predicate} THEN 1 ELSE 0 END" for question in asked]
        rows = self.session.query(f"SELECT k, {', '.join(predicates)} FROM {self.table.name.name}")
        return [{int(str(row[0])) for row in rows if row[at]} for at in range(1, len(predicates) + 1)]


def disagreements(examination: Examination) -> Iterator[str]:
    readings: dict[t.LogicalType, dict[int, pa.Array]] = {}
    for pair, limits in examination.pairs():
        kind, target = pair.read.type, pair.write.type
        values = readings[kind] if kind in readings else readings.setdefault(kind, examination.read(kind))
        cast = pair.cast("t", limits)
        unreadable = set(examination.keys) - set(values)
        refused = {key for key, value in values.items() if cast.refused(value)[0].as_py()}
        asked = questions(examination.session, examination.table, (pair,), limits)
        in_sql = [question for question in asked if question.predicate]
        found = dict(zip(in_sql, examination.said(in_sql), strict=True)) if in_sql else {}
        at_reading = set().union(*(keys for question, keys in found.items() if question.reading))
        at_casting = set().union(*(keys for question, keys in found.items() if not question.reading))
        open_reading = any(question.predicate is None and question.reading for question in asked)
        open_casting = any(question.predicate is None and not question.reading for question in asked)
        if at_reading - unreadable or (unreadable - at_reading and not open_reading and not open_casting):
            yield f"{examination.column.native} as {kind}: unreadable {unreadable}, said {at_reading}"
        if at_casting - refused - unreadable or (refused - at_casting - at_reading and not open_casting):
            hazards = {str(question.hazard): keys for question, keys in found.items()}
            yield f"{examination.column.native} as {kind} into {target}: refused {refused}, said {hazards}"


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

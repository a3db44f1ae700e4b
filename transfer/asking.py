"""Asks the source's rows whether they hold what the target's columns do not.

One aggregate scan per table with a risk, pushed into the source; a column about which its SQL cannot tell is read and
cast as the copy would. What cannot be asked of one column hides nothing about the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import CIRCUMSTANCES, Session
from dialects.sqltext import examples_query, tally_query
from mappings.conform import RULES, Cast
from mappings.errors import DatabaseError, ValueDoesNotFit
from mappings.exposure import at_reading, hazards
from mappings.hazards import Finding, Hazard, NotHeld
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.spelling import spelled
from transfer.plan import ColumnPlan

EXAMPLES = 10
"""Keys that a finding shows."""
WIDEST = 200
"""Predicates of one scan: below every engine's limit of result columns and of expression depth."""
BATCH_ROWS = 20_000
FEW = 10_000
"""Tables of no more rows are never sampled."""
OFFENDING = "SELECT COUNT(*) FROM {table} WHERE {anything}"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a column's rows hold a hazard. `predicate` asks it in the source's SQL, None where only reading tells."""

    pair: ColumnPlan
    hazard: Hazard
    predicate: str | None
    reading: bool = False
    """Such a value cannot be read as the source's type."""


def questions(session: Session, table: Table, pairs: Iterable[ColumnPlan], limits: Limits) -> tuple[Question, ...]:
    """What must be asked of the source before all of the table's values can be promised to arrive."""
    found = []
    for pair in pairs:
        own = table.column(pair.read.name)
        for hazard in hazards(own.type, pair.read.type, pair.write.type, limits):
            predicate = session.dialect.offends(own, hazard)
            if predicate != "":
                found.append(Question(pair, hazard, predicate, at_reading(own.type, pair.read.type, hazard)))
    return tuple(found)


def is_sampled(table: Table, percent: float | None) -> bool:
    """Whether some of the table's rows stand for all of them. Not where nobody knows how many there are."""
    return percent is not None and (table.rows or 0) > FEW


@dataclass
class Inquiry:
    """Asks about one table: all of its rows, or `percent` of a hundred. Its findings and failures add up."""

    session: Session
    table: Table
    limits: Limits
    percent: float | None = None
    findings: list[Finding] = field(default_factory=list)
    failures: list[DatabaseError] = field(default_factory=list)
    """What the source said instead of an answer, each with its place."""

    def ask(self, pairs: Iterable[ColumnPlan], asked: Sequence[Question]) -> None:
        """Whether the answer to each question is yes. `pairs` are all columns that can be read."""
        unsaid = [question for question in asked if question.predicate is None]
        cast = {question.pair.read.name for question in unsaid if not question.reading}
        in_sql = [each for each in asked if each.predicate and (each.reading or each.pair.read.name not in cast)]
        for start in range(0, len(in_sql), WIDEST):
            self._tally(in_sql[start : start + WIDEST])
        to_read = {question.pair.read.name: question.pair for question in unsaid}
        keys = self.table.primary_key.columns if self.table.primary_key else ()
        self._read(tuple(to_read.values()), tuple(pair.read for pair in pairs if pair.read.name in keys), cast)
        self.findings = [replace(finding, sampled=self._sampled) for finding in self.findings]

    @property
    def _sampled(self) -> bool:
        return is_sampled(self.table, self.percent)

    @property
    def _rows(self) -> str:
        """What FROM names for the rows that are asked."""
        dialect = self.session.dialect
        return dialect.sample(self.table, self.percent or 100) if self._sampled else dialect.relation(self.table)

    def _tally(self, asked: Sequence[Question]) -> None:
        """Where one of several conditions fails, each is asked by itself."""
        known = len(self.findings)
        try:
            self.findings += self._tallied(asked)
        except CIRCUMSTANCES:
            raise
        except DatabaseError as error:
            del self.findings[known:]
            if len(asked) == 1:
                self._failed(error, asked[0].pair)
                return
            for question in asked:
                self._tally([question])

    def _tallied(self, asked: Sequence[Question]) -> Iterator[Finding]:
        """First whether any row holds anything: most do not, and one condition is cheaper than a sum for each."""
        anything = " OR ".join(f"({question.predicate})" for question in asked)
        if not self.session.query(OFFENDING.format(table=self._rows, anything=anything))[0][0]:
            return
        predicates = [question.predicate or "" for question in asked]
        counts = self.session.query(tally_query(self.session.dialect, self.table, predicates, among=self._rows))[0]
        for question, count in zip(asked, counts, strict=True):
            if rows := int(str(count or 0)):
                yield Finding(question.pair.read.name, question.hazard, rows, self._examples(question))

    def _examples(self, question: Question) -> tuple[str, ...]:
        """Keys of the first rows, as the source prints them."""
        if self.table.primary_key is None:
            return ()
        predicate = question.predicate or ""
        query = examples_query(self.session.dialect, self.table, predicate, EXAMPLES, among=self._rows)
        return tuple(", ".join(str(part) for part in key) for key in self.session.query(query))

    def _read(self, pairs: tuple[ColumnPlan, ...], keys: tuple[Column, ...], cast: set[str]) -> None:
        """All columns at once; where one cannot be read, each by itself, at last without the keys."""
        if not pairs:
            return
        try:
            self.findings += self._found(pairs, keys, cast)
        except CIRCUMSTANCES:
            raise
        except DatabaseError as error:
            if len(pairs) > 1:
                for pair in pairs:
                    self._read((pair,), keys, cast)
            elif keys and pairs[0].read not in keys:
                self._read(pairs, (), cast)
            else:
                self._failed(error, pairs[0])

    def _found(self, pairs: tuple[ColumnPlan, ...], keys: tuple[Column, ...], cast: set[str]) -> list[Finding]:
        reader = ColumnReader(self.session, self.table, pairs, keys)
        most = int((self.table.rows or 0) * (self.percent or 100) / 100) if self._sampled else None
        casts = [(pair.read.name, self._strict(pair)) for pair in pairs if pair.read.name in cast]
        return reader.findings(sorted(casts, key=lambda each: each[0]), most)

    def _strict(self, pair: ColumnPlan) -> Cast:
        return replace(pair.cast(str(self.table.name), self.limits), rule=None)

    def _failed(self, error: DatabaseError, pair: ColumnPlan) -> None:
        error.where = error.where or f"{self.table.name}.{pair.read.name}"
        self.failures.append(error)


class ColumnReader:
    """Reads columns that SQL cannot tell about. That they can be read is already an answer."""

    def __init__(self, session: Session, table: Table, pairs: tuple[ColumnPlan, ...], keys: tuple[Column, ...]) -> None:
        self._session = session
        self._table = table
        self._keys = tuple(key.name for key in keys)
        self._columns = tuple({column.name: column for column in (*keys, *(pair.read for pair in pairs))}.values())

    def findings(self, casts: Sequence[tuple[str, Cast]], most: int | None) -> list[Finding]:
        """What casting these columns as the copy would finds, by column, among the first `most` rows."""
        found: dict[str, Finding] = {}
        rows = 0
        for batch in self._session.read(self._table, self._columns, None, BATCH_ROWS):
            for name, cast in casts:
                refused = cast.refused(batch.column(name))
                if pc.any(refused).as_py():
                    known = found.get(name) or Finding(name, NotHeld("", RULES), 0)
                    found[name] = self._grown(known, cast, batch.filter(refused))
            rows += batch.num_rows
            if most is not None and rows >= most:
                break
        return list(found.values())

    def _grown(self, finding: Finding, cast: Cast, refused: pa.RecordBatch) -> Finding:
        """The finding with these rows, all of which the cast refuses: a rule must let every one of them through."""
        assert isinstance(finding.hazard, NotHeld)
        values = refused.column(finding.column)
        ways = tuple(rule for rule in finding.hazard.ways if _lets_through(replace(cast, rule=rule), values))
        example = finding.hazard.example or _message(cast, values)
        shown = range(min(EXAMPLES - len(finding.keys), refused.num_rows)) if self._keys else range(0)
        keys = (*finding.keys, *(self._key(refused, row) for row in shown))
        return replace(finding, hazard=NotHeld(example, ways), rows=finding.rows + refused.num_rows, keys=keys)

    def _key(self, batch: pa.RecordBatch, row: int) -> str:
        return ", ".join(str(spelled(batch.column(name).slice(row, 1))[0]) for name in self._keys)


def _lets_through(cast: Cast, values: pa.Array) -> bool:
    return not pc.any(cast.refused(values)).as_py()


def _message(cast: Cast, values: pa.Array) -> str:
    """What the cast itself says of the first value."""
    try:
        cast(values)
    except ValueDoesNotFit as error:
        return error.message
    raise AssertionError(f"{cast.name}: refused and taken")

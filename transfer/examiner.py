"""Examines the source's rows for values that the settled target columns do not hold, before the first one is copied.

One aggregate scan per table with a risk, pushed into the source; a column about which its SQL cannot tell is read and
cast as the copy would. What is found blocks, unless the user has allowed a rule for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import CIRCUMSTANCES, Session
from dialects.sqltext import examples_query, tally_query
from mappings import types as t
from mappings.conform import RULES, Cast
from mappings.errors import DatabaseError, ValueDoesNotFit
from mappings.exposure import at_reading, hazards
from mappings.hazards import Finding, Hazard, NotHeld, as_text, harmless, rules, told
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.spelling import spelled
from mappings.type_mapper import Note
from transfer.config import AnyRule, Options
from transfer.plan import ColumnPlan

EXAMPLES = 10
"""Keys that a finding shows."""
WIDEST = 200
"""Predicates of one scan: below every engine's limit of result columns and of expression depth."""
BATCH_ROWS = 20_000
OFFENDING = "SELECT COUNT(*) FROM {table} WHERE {anything}"


@dataclass(frozen=True, slots=True)
class Examined:
    """A table's columns as its rows allow them, and what the reader of the plan must know."""

    columns: tuple[ColumnPlan, ...]
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()
    blocks: tuple[Note, ...] = ()


def examined(
    session: Session, table: Table, pairs: tuple[ColumnPlan, ...], limits: Limits, options: Options, *, adopted: bool
) -> Examined:
    """Ask the rows, or only say what was not asked. Reads the source, decides by what the user allowed. The columns of
    an `adopted` table are there already: neither their types nor their NOT NULL can give way."""
    asked = questions(session, table, pairs, limits)
    if not options.probe:
        return Examined(pairs, notes=tuple(_unproven(table, question) for question in asked))
    try:
        findings = tuple(examine(session, table, pairs, asked, limits))
    except CIRCUMSTANCES:
        raise
    except DatabaseError as error:
        return Examined(pairs, blocks=(Note("F", error.where or str(table.name), error.message, _option(error)),))
    rejecting = options.on_error == "reject"
    return _settled(table, pairs, asked, findings, rejecting=rejecting, adopted=adopted)


def _settled(
    table: Table,
    pairs: tuple[ColumnPlan, ...],
    asked: Sequence[Question],
    findings: tuple[Finding, ...],
    *,
    rejecting: bool,
    adopted: bool,
) -> Examined:
    columns, notes, blocks = {pair.read.name: pair for pair in pairs}, [], []
    for finding in findings:
        pair, place = columns[finding.column], f"{table.name}.{finding.column}"
        if harmless(finding.hazard):
            notes.append(Note("S", place, finding.sentence))
            continue
        keyed = table.primary_key is not None and finding.column in table.primary_key.columns
        rigid = keyed or (adopted and not pair.write.nullable)
        if pair.rule not in rules(finding.hazard) or (pair.rule == "null" and rigid):
            if rejecting and not _unreadable(finding, asked):
                notes.append(Note("O", place, f"{finding.sentence}: rejected, as allowed"))
                continue
            blocks.append(_block(table, pair, finding, rigid=rigid, adopted=adopted))
            continue
        notes.append(Note("O", place, f"{finding.sentence}: rule {pair.rule}, as allowed"))
        if pair.rule == "null":
            columns[finding.column] = _nulled(pair, finding, asked)
            if not pair.write.nullable:
                notes.append(Note("S", place, "NOT NULL is left out, for the values that become NULL"))
    return Examined(tuple(columns.values()), findings, tuple(notes), tuple(blocks))


def _unreadable(finding: Finding, asked: Sequence[Question]) -> bool:
    """Whether such a value stops the reading of its whole batch."""
    return any(
        question.reading and question.hazard == finding.hazard and question.pair.read.name == finding.column
        for question in asked
    )


def _nulled(pair: ColumnPlan, finding: Finding, asked: Sequence[Question]) -> ColumnPlan:
    """What cannot even be read as the source's type becomes NULL in the source's own SELECT."""
    nullable = replace(pair, write=replace(pair.write, nullable=True))
    predicates = [
        question.predicate
        for question in asked
        if question.predicate and question.pair.read.name == finding.column and question.reading
    ]
    if not predicates:
        return nullable
    return replace(nullable, read=replace(pair.read, null_where=" OR ".join(predicates)))


def _block(table: Table, pair: ColumnPlan, finding: Finding, *, rigid: bool, adopted: bool) -> Note:
    """`rigid`: the column cannot hold NULL. Text is offered where the column can still become text."""
    place = f"{table.name}.{finding.column}"
    ways: list[AnyRule] = [rule for rule in rules(finding.hazard) if not (rule == "null" and rigid)]
    if as_text(finding.hazard) and not isinstance(pair.write.type, t.Text) and not adopted:
        ways.insert(0, "text")
    option = f"--allow-loss '{place}={ways[0]}'" if ways else f"--exclude '{table.name}'"
    also = f"; {' and '.join(ways[1:])} would do too" if ways[1:] else ""
    return Note("F", place, finding.sentence + also, option)


def _option(error: DatabaseError) -> str:
    """The option that the error's hint offers, if any."""
    _, dashes, rest = error.hint.partition("--")
    return dashes + rest or "--no-probe"


def _unproven(table: Table, question: Question) -> Note:
    place, held = f"{table.name}.{question.pair.read.name}", told(question.hazard)
    then = "would not be told" if harmless(question.hazard) else "would stop the copy"
    return Note("P", place, f"not probed: a row that holds {held} {then}")


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


def examine(
    session: Session, table: Table, pairs: Iterable[ColumnPlan], asked: Sequence[Question], limits: Limits
) -> Iterator[Finding]:
    """What the rows answer: the questions whose answer is yes. `pairs` are all columns that can be read."""
    cast = {question.pair.read.name for question in asked if question.predicate is None and not question.reading}
    in_sql = [question for question in asked if question.predicate and (question.reading or not _in(question, cast))]
    for start in range(0, len(in_sql), WIDEST):
        yield from _tallied(session, table, in_sql[start : start + WIDEST])
    to_read = {question.pair.read.name: question.pair for question in asked if question.predicate is None}
    if to_read:
        keys = [pair.read for pair in pairs if table.primary_key and pair.read.name in table.primary_key.columns]
        reader = ColumnReader(session, table, tuple(to_read.values()), tuple(keys))
        yield from reader.findings([(name, _strict(table, to_read[name], limits)) for name in sorted(cast)])


def _strict(table: Table, pair: ColumnPlan, limits: Limits) -> Cast:
    return replace(pair.cast(str(table.name), limits), rule=None)


def _in(question: Question, names: set[str]) -> bool:
    return question.pair.read.name in names


def _tallied(session: Session, table: Table, asked: Sequence[Question]) -> Iterator[Finding]:
    """First whether any row holds anything: most do not, and one condition is cheaper than a sum for each."""
    anything = " OR ".join(f"({question.predicate})" for question in asked)
    if not session.query(OFFENDING.format(table=session.dialect.relation(table), anything=anything))[0][0]:
        return
    query = tally_query(session.dialect, table, [question.predicate or "" for question in asked])
    for question, count in zip(asked, session.query(query)[0], strict=True):
        rows = int(str(count or 0))
        if rows:
            yield Finding(question.pair.read.name, question.hazard, rows, _examples(session, table, question))


def _examples(session: Session, table: Table, question: Question) -> tuple[str, ...]:
    """Keys of the first rows; none where the key itself is what its driver cannot show."""
    if table.primary_key is None:
        return ()
    query = examples_query(session.dialect, table, question.predicate or "", EXAMPLES)
    try:
        return tuple(", ".join(str(part) for part in key) for key in session.query(query))
    except CIRCUMSTANCES:
        raise
    except DatabaseError:
        return ()


def nulled(session: Session, table: Table, columns: Iterable[Column]) -> dict[str, int]:
    """How many values of each column the session's SELECT gives as NULL, because the user allows it."""
    asked = [column for column in columns if column.null_where]
    if not asked:
        return {}
    counts = session.query(tally_query(session.dialect, table, [column.null_where for column in asked]))[0]
    return {f"{table.name}.{column.name}": int(str(count or 0)) for column, count in zip(asked, counts, strict=True)}


class ColumnReader:
    """Reads columns that SQL cannot tell about. That they can be read is already an answer."""

    def __init__(self, session: Session, table: Table, pairs: tuple[ColumnPlan, ...], keys: tuple[Column, ...]) -> None:
        self._session = session
        self._table = table
        self._keys = tuple(key.name for key in keys)
        self._columns = tuple({column.name: column for column in (*keys, *(pair.read for pair in pairs))}.values())

    def findings(self, casts: Sequence[tuple[str, Cast]]) -> list[Finding]:
        """What casting these columns as the copy would finds, by column."""
        found: dict[str, Finding] = {}
        for batch in self._session.read(self._table, self._columns, None, BATCH_ROWS):
            for name, cast in casts:
                refused = cast.refused(batch.column(name))
                if pc.any(refused).as_py():
                    known = found.get(name) or Finding(name, NotHeld("", RULES), 0)
                    found[name] = self._grown(known, cast, batch.filter(refused))
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

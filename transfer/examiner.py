"""Decides by what the source's rows hold, before the first one is copied: what the target's columns do not hold blocks,
unless the user has allowed a rule for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from dialects.base import Session
from dialects.sqltext import tally_query
from mappings import types as t
from mappings.conform import SENTINEL, Rule, is_sentinel
from mappings.errors import DatabaseError, ValueDoesNotFit
from mappings.hazards import Finding, as_text, harmless, rules, told
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.spelling import spelled
from mappings.type_mapper import Note
from transfer.asking import Inquiry, Question, is_sampled, questions
from transfer.config import AnyRule, Options
from transfer.plan import ColumnPlan


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
    unmeant = tuple(note for pair in pairs for note in _unmeant(table, pair, limits))
    if not options.probe:
        return Examined(pairs, notes=tuple(_unproven(table, question) for question in asked), blocks=unmeant)
    inquiry = Inquiry(session, table, limits, options.probe_sample)
    inquiry.ask(pairs, asked)
    examiner = Examiner(session, table, asked, limits, rejecting=options.rejects(table.name), adopted=adopted)
    found = examiner.settled(pairs, tuple(inquiry.findings))
    failed = tuple(Note("F", error.where, error.message, _option(error)) for error in inquiry.failures)
    sampled = is_sampled(table, options.probe_sample)
    notes = tuple(_half_proven(table, question) for question in asked) if sampled else ()
    return replace(found, notes=found.notes + notes, blocks=unmeant + failed + found.blocks)


@dataclass(frozen=True)
class Examiner:
    """Settles what was found in one table."""

    session: Session
    table: Table
    asked: Sequence[Question]
    limits: Limits
    rejecting: bool
    adopted: bool

    def settled(self, pairs: tuple[ColumnPlan, ...], findings: tuple[Finding, ...]) -> Examined:
        """The columns with what their rules need, and a note or a block for each finding."""
        columns, notes, blocks = {pair.read.name: pair for pair in pairs}, [], []
        for finding in findings:
            pair, place = columns[finding.column], f"{self.table.name}.{finding.column}"
            if harmless(finding.hazard):
                notes.append(Note("S", place, finding.sentence))
            elif self._settles(pair, finding):
                notes.append(Note("O", place, f"{finding.sentence}: rule {pair.rule}, as allowed"))
                columns[finding.column], more = self._ruled(pair, finding)
                notes += more
            elif self.rejecting and not self._unreadable(finding):
                notes.append(Note("O", place, f"{finding.sentence}: rejected, as allowed"))
            else:
                blocks.append(self._block(pair, finding))
        return Examined(tuple(columns.values()), findings, tuple(notes), tuple(blocks))

    def _settles(self, pair: ColumnPlan, finding: Finding) -> bool:
        return (SENTINEL if is_sentinel(pair.rule) else pair.rule) in self._rules(pair, finding)

    def _rules(self, pair: ColumnPlan, finding: Finding) -> list[Rule]:
        """The rules that settle the finding in this column. Where NULL would do, so would a value of the user's; but
        one value for many rows is none for keys."""
        found: list[Rule] = list(rules(finding.hazard))
        if "null" in found and not self._in_key(finding.column):
            found.append(SENTINEL)
        if self._rigid(pair) and "null" in found:
            found.remove("null")
        return found

    def _rigid(self, pair: ColumnPlan) -> bool:
        """Whether the column cannot hold NULL."""
        primary = self.table.primary_key
        keyed = primary is not None and pair.read.name in primary.columns
        return keyed or (self.adopted and not pair.write.nullable)

    def _in_key(self, name: str) -> bool:
        table = self.table
        keys = [key.columns for key in table.uniques]
        keys += [key.columns for key in table.foreign_keys]
        keys += [tuple(part.column for part in index.parts) for index in table.indexes if index.unique]
        keys += [table.primary_key.columns] if table.primary_key else []
        return any(name in columns for columns in keys)

    def _unreadable(self, finding: Finding) -> bool:
        """Whether such a value stops the reading of its whole batch."""
        return any(
            question.reading and question.hazard == finding.hazard and question.pair.read.name == finding.column
            for question in self.asked
        )

    def _ruled(self, pair: ColumnPlan, finding: Finding) -> tuple[ColumnPlan, list[Note]]:
        """What cannot even be read as the source's type is altered in the source's own SELECT."""
        if pair.rule != "null" and not is_sentinel(pair.rule) and not self._unreadable(finding):
            return pair, []
        read = replace(pair.read, null_where=self._where(finding.column), instead=self._instead(pair))
        if pair.rule != "null":
            return replace(pair, read=read), []
        place = f"{self.table.name}.{finding.column}"
        left_out = Note("S", place, "NOT NULL is left out, for the values that become NULL")
        nullable = replace(pair, read=read, write=replace(pair.write, nullable=True))
        return nullable, [] if pair.write.nullable else [left_out]

    def _where(self, name: str) -> str:
        """A predicate for the values of the column that cannot be read."""
        return " OR ".join(
            question.predicate
            for question in self.asked
            if question.predicate and question.pair.read.name == name and question.reading
        )

    def _instead(self, pair: ColumnPlan) -> str:
        value = spelled_sentinel(pair, str(self.table.name), self.limits) if is_sentinel(pair.rule) else ""
        return self.session.dialect.instead(pair.read, pair.rule or "", value)

    def _block(self, pair: ColumnPlan, finding: Finding) -> Note:
        """Text is offered where the column can still become text."""
        place = f"{self.table.name}.{finding.column}"
        ways: list[AnyRule] = [way + "VALUE" * (way == SENTINEL) for way in self._rules(pair, finding)]
        if as_text(finding.hazard) and not isinstance(pair.write.type, t.Text) and not self.adopted:
            ways.insert(0, "text")
        options = [f"--allow-loss '{place}={way}'" for way in ways]
        also = f"; {' or '.join(options[1:])} would do too" if options[1:] else ""
        return Note("F", place, finding.sentence + also, options[0] if options else f"--exclude '{self.table.name}'")


def spelled_sentinel(pair: ColumnPlan, table: str, limits: Limits) -> str:
    """The sentinel of the pair's rule in the one spelling of the type that it is read as."""
    kind = pair.read.type
    plain = replace(kind, zoned=False) if isinstance(kind, t.Timestamp) else kind
    sentinel = pair.cast(table, limits).sentinel(plain)
    return str(spelled(pa.array([sentinel.as_py()], sentinel.type))[0])


def _unmeant(table: Table, pair: ColumnPlan, limits: Limits) -> Iterable[Note]:
    """A sentinel that is no value of its column."""
    if not is_sentinel(pair.rule):
        return
    cast = pair.cast(str(table.name), limits)
    try:
        cast.sentinel(pair.read.type), cast.sentinel(pair.write.type)
    except ValueDoesNotFit as error:
        place = f"{table.name}.{pair.read.name}"
        yield Note("F", place, f"the sentinel: {error.message}", f"--allow-loss '{place}={SENTINEL}VALUE'")


def _option(error: DatabaseError) -> str:
    """The option that the error's hint offers, if any."""
    _, dashes, rest = error.hint.partition("--")
    return dashes + rest or "--no-probe"


def _unproven(table: Table, question: Question) -> Note:
    place, held = f"{table.name}.{question.pair.read.name}", told(question.hazard)
    then = "would not be told" if harmless(question.hazard) else "would stop the copy"
    return Note("P", place, f"not probed: a row that holds {held} {then}")


def _half_proven(table: Table, question: Question) -> Note:
    place, held = f"{table.name}.{question.pair.read.name}", told(question.hazard)
    then = "may not be told" if harmless(question.hazard) else "may still stop the copy"
    return Note("P", place, f"sampled: not proven, a row that holds {held} {then}")


def nulled(session: Session, table: Table, columns: Iterable[Column]) -> dict[str, int]:
    """How many values of each column the session's SELECT gives as NULL or a sentinel, because the user allows it."""
    asked = [column for column in columns if column.null_where]
    if not asked:
        return {}
    counts = session.query(tally_query(session.dialect, table, [column.null_where for column in asked]))[0]
    return {f"{table.name}.{column.name}": int(str(count or 0)) for column, count in zip(asked, counts, strict=True)}

"""Compares the tables of two live databases: scan, search, recheck, rows. Writes to neither."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dialects.base import Session
from mappings import types as t
from mappings.buckets import Hashes, Ranges
from mappings.errors import TransferError
from mappings.limits import Limits
from mappings.schema import Column
from transfer.buckets import estimated_rows, finest, hashes, ranges, size_of
from transfer.conditions import Condition, Within
from transfer.drill import Pair, Search, Surplus, about_values
from transfer.plan import TablePlan
from transfer.progress import Progress
from transfer.report import Difference, Proof, RowCounts, Unverified, Verified
from transfer.row_differences import RowComparison, counted
from transfer.sides import source_side, target_side
from transfer.verify_options import VerifyOptions
from transfer.verify_state import VerifyState
from transfer.workers import Crew, taken

PART_ROWS = 1_000_000
"""Rows of a part of a table: what a verification that was stopped need not do again."""
WORTH_SPLITTING = 50_000
"""Rows of a table that several workers share."""
KEPT, LOOKED_AT = 100_000, 1_000_000
"""Keys of a table that are remembered to be read again, and to be looked at one by one."""
Sessions = tuple[Session, Session]


@dataclass(frozen=True, slots=True)
class Subject:
    """A table, its key on the target (none, when no key tells rows apart), and which of its rows are compared."""

    table: TablePlan
    key: tuple[Column, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def name(self) -> str:
        return str(self.table.target.name)

    @property
    def numbered(self) -> tuple[Column, ...]:
        """What buckets are made of: the key, or the whole row."""
        return self.key or self.table.stored_columns


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the buckets of a table, all of them when there is one part only."""

    subject: Subject
    by: Ranges | Hashes
    number: int
    conditions: tuple[Condition, ...]


@dataclass
class Finding:
    """What was found in a table. `surplus` holds the keys that are remembered; of all others only `counts` tells."""

    subject: Subject
    by: Ranges | Hashes
    rows: int = 0
    seconds: float = 0.0
    inside: bool = True
    surplus: dict[int | None, tuple[int, int]] = field(default_factory=dict)
    counts: RowCounts = RowCounts()
    differences: list[Difference] = field(default_factory=list)
    unverified: str = ""

    @property
    def verified(self) -> Verified:
        if self.counts.differing:
            return "differs"
        return "unverified" if self.unverified else "digest"

    @property
    def proof(self) -> Proof:
        return "inside" if self.inside else "read back"

    @property
    def difference(self) -> str:
        """In words: how many rows, and how."""
        told = [f"{count:,} {name}" for name, count in _kinds(self.counts) if count]
        one = self.counts.differing == 1
        return f"{self.counts.differing:,} row{'s' * (not one)} differ{'s' * one}: {', '.join(told)}" if told else ""


def _kinds(counts: RowCounts) -> tuple[tuple[str, int], ...]:
    return ("missing", counts.missing), ("extra", counts.extra), ("changed", counts.changed)


@dataclass(frozen=True)
class Verification:
    """How all tables are compared. `fresh` opens sessions that see the databases as they are then."""

    options: VerifyOptions
    limits: Limits
    batch_rows: int
    state: VerifyState
    progress: Progress

    def __call__(
        self, subjects: Sequence[Subject], pairs: Sequence[Sessions], fresh: Callable[[], Sequence[Sessions]]
    ) -> list[Finding]:
        """One finding for each subject."""
        parts = [part for subject in subjects for part in self._cut(subject, pairs[0], len(pairs))]
        findings = {part.subject.name: Finding(part.subject, part.by) for part in parts}
        self._scan(parts, findings, pairs)
        for _ in range(self.options.rechecks):
            if any(finding.surplus for finding in findings.values()):
                time.sleep(self.options.recheck_delay)
                pairs = fresh()
                self._each(findings.values(), pairs, self._recheck)
        self._each(findings.values(), pairs, self._look)
        return list(findings.values())

    def _pair(self, subject: Subject, source: Session, target: Session) -> Pair:
        return Pair(
            source_side(source, subject.table, self.limits, self.batch_rows),
            target_side(target, subject.table, self.batch_rows),
        )

    def _cut(self, subject: Subject, sessions: Sessions, jobs: int) -> list[Part]:
        known = self.state.cut(subject.name, subject.numbered)
        by, count = known if known is not None else self._new_cut(subject, self._pair(subject, *sessions), jobs)
        if known is None:
            self.state.cut_is(subject.name, by, count)
        if count == 1:
            return [Part(subject, by, 0, subject.conditions)]
        edges = [size_of(by) * at // count for at in range(count + 1)]
        return [
            Part(subject, by, at, (*subject.conditions, Within(by, tuple(range(edges[at], edges[at + 1])))))
            for at in range(count)
        ]

    def _new_cut(self, subject: Subject, pair: Pair, jobs: int) -> tuple[Ranges | Hashes, int]:
        """By the integer key where both sides have it as it is; hashes go in one scan, each part would be a whole."""
        rows = estimated_rows(subject.table.source, subject.table.target)
        key = subject.key[0] if len(subject.key) == 1 else None
        if key is None or not isinstance(key.type, t.Integer) or not _integer_on_both_sides(subject.table, key):
            return hashes(subject.numbered, rows), 1
        by = ranges(key, pair.ends(key, ()))
        if key.nullable:
            return by, 1
        shared = 2 * jobs if jobs > 1 and rows >= WORTH_SPLITTING else 1
        return by, min(by.count, max(shared, -(-rows // PART_ROWS)))

    def _scan(self, parts: Sequence[Part], findings: dict[str, Finding], pairs: Sequence[Sessions]) -> None:
        waiting: queue.SimpleQueue[Part] = queue.SimpleQueue()
        for part in parts:
            waiting.put(part)
        lock, crew = threading.Lock(), Crew(pairs)

        def work(source: Session, target: Session) -> None:
            while not crew.stopping and (part := taken(waiting)) is not None:
                began = time.monotonic()
                search, found = self._searched(part, source, target, findings[part.subject.name])
                with lock:
                    self._note(findings[part.subject.name], search, found, time.monotonic() - began)

        crew.run(work)

    def _searched(self, part: Part, source: Session, target: Session, finding: Finding) -> tuple[Search, list[Surplus]]:
        """All that is surplus in a part; a value that cannot be compared ends its table, not the run."""
        search = Search(self._pair(part.subject, source, target), part.by)
        found: list[Surplus] = []
        known = self.state.rows(part.subject.name, part.number)
        if known is not None or finding.unverified:
            search.rows = known or 0
            return search, found
        try:
            found = list(search(part.conditions))
        except TransferError as error:
            if not about_values(error):
                raise
            finding.unverified = str(error)
            return search, found
        self.progress.rows(part.subject.name, search.rows)
        if not any(surplus.rows for surplus in found):
            self.state.equal(part.subject.name, part.number, search.rows)
        return search, found

    def _note(self, finding: Finding, search: Search, found: Iterable[Surplus], seconds: float) -> None:
        finding.rows += search.rows
        finding.seconds += seconds
        finding.inside = finding.inside and search.inside
        most = self._most(finding.subject)
        for surplus in found:
            for number, (missing, extra) in surplus.rows.items():
                if len(finding.surplus) < most:
                    finding.surplus[number] = (missing, extra)
                else:
                    finding.counts += counted(missing, extra, keyed=bool(finding.subject.key))

    def _most(self, subject: Subject) -> int:
        if self.options.every_key:
            return sys.maxsize
        if self._lenient(subject):
            return LOOKED_AT
        return max(self.options.max_differences, KEPT if self.options.rechecks else 0)

    def _lenient(self, subject: Subject) -> bool:
        """Whether only the rows themselves tell what differs."""
        kinds = [column.type for column in subject.table.stored_columns]
        floats = bool(self.options.float_tolerance) and any(isinstance(kind, t.Float) for kind in kinds)
        return floats or any(isinstance(kind, t.Json) for kind in kinds)

    def _each(
        self,
        findings: Iterable[Finding],
        pairs: Sequence[Sessions],
        work: Callable[[Finding, Pair], None],
    ) -> None:
        """Work on every table that has something to look at."""
        waiting: queue.SimpleQueue[Finding] = queue.SimpleQueue()
        for finding in findings:
            if finding.surplus:
                waiting.put(finding)
        crew = Crew(pairs)

        def take(source: Session, target: Session) -> None:
            while not crew.stopping and (finding := taken(waiting)) is not None:
                work(finding, self._pair(finding.subject, source, target))

        crew.run(take)

    def _recheck(self, finding: Finding, pair: Pair) -> None:
        """Read again what differed; what no longer does was being written."""
        subject, by, before = finding.subject, finest(finding.by), dict(finding.surplus)
        again: dict[int | None, tuple[int, int]] = {}
        numbers = list(before)
        for start in range(0, len(numbers), KEPT // 20):
            chosen = Within(by, tuple(numbers[start : start + KEPT // 20]))
            again |= pair.surplus(by, (*subject.conditions, chosen)).rows
        finding.surplus = {number: again[number] for number in before if number in again}
        finding.counts += RowCounts(transient=len(before) - len(finding.surplus))

    def _look(self, finding: Finding, pair: Pair) -> None:
        """The rows themselves: as many as are shown, or all, where they decide."""
        subject, shown = finding.subject, 0
        compare = RowComparison(pair, finest(finding.by), subject.conditions, subject.key, self.options.float_tolerance)
        numbers = sorted(finding.surplus, key=lambda number: (number is not None, number or 0))
        looked = numbers if self._lenient(subject) else numbers[: self.options.max_differences]
        seen = 0
        try:
            for outcome in compare(Surplus({number: finding.surplus[number] for number in looked})):
                seen += 1
                finding.counts += outcome.counts
                if outcome.differences and shown < self.options.max_differences:
                    shown += 1
                    finding.differences += outcome.differences
        except TransferError as error:
            if not about_values(error):
                raise
            finding.unverified = str(error)
        for number in numbers[seen:]:
            finding.counts += counted(*finding.surplus[number], keyed=bool(subject.key))


def _integer_on_both_sides(table: TablePlan, key: Column) -> bool:
    (pair,) = (column for column in table.columns if column.write.name == key.name)
    return isinstance(pair.read.type, t.Integer) and pair.rule is None


def unverified(findings: Iterable[Finding]) -> list[Unverified]:
    """The tables that could not be compared."""
    return [Unverified(finding.subject.name, finding.unverified) for finding in findings if finding.unverified]

"""Proves that two tables hold the same rows: exact counts, and digests of both sides over the same conformed values.

A database digests its own rows where it can; the others are read.
"""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dialects.base import KeyRange, Session
from mappings.canonical import agreed
from mappings.schema import Column
from transfer.chunks import Chunk
from transfer.copier import Conformer, ahead
from transfer.digest import Digest, Digester
from transfer.ledger import Copied
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.report import Proof, Verified
from transfer.workers import Crew, taken


@dataclass(frozen=True, slots=True)
class Verdict:
    verified: Verified
    difference: str = ""
    proof: Proof = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A digest, and whether the database made it itself."""

    digest: Digest
    inside: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A part of the target table whose digest must equal `expected`."""

    table: TablePlan
    where: KeyRange | None
    expected: Digest


def count_tables(
    plan: Plan, copied: Iterable[Copied], before: Mapping[str, int], target: Session
) -> dict[str, Verdict]:
    """Count every target table: the rows it held before plus the rows sent."""
    sent: dict[str, int] = defaultdict(int)
    for part in copied:
        sent[str(part.chunk.table.target.name)] += part.digest.rows
    verdicts = {}
    for table in plan.tables:
        name = str(table.target.name)
        expected, found = before.get(name, 0) + sent[name], target.count(table.target.name)
        difference = "" if found == expected else f"{expected} rows expected, {found} found"
        verdicts[name] = Verdict("differs" if difference else "count", difference)
    return verdicts


def comparisons(copied: Iterable[Copied]) -> list[Comparison]:
    """What to read back: chunk by chunk where the key names the same rows on both sides, else the whole table."""
    by_table: dict[int, list[Copied]] = defaultdict(list)
    for part in copied:
        by_table[id(part.chunk.table)].append(part)
    tasks: list[Comparison] = []
    for parts in by_table.values():
        table = parts[0].chunk.table
        if portable(table):
            tasks += [Comparison(table, part.chunk.target_where, part.digest) for part in parts]
        else:
            tasks.append(Comparison(table, None, sum((part.digest for part in parts), Digest())))
    return tasks


def portable(table: TablePlan) -> bool:
    """Whether a range of the source's key names the same rows on the target."""
    return table.chunk_key.portable


class Findings:
    """What all workers find, table by table. Thread-safe."""

    def __init__(self, tables: Iterable[str]) -> None:
        self._differences: dict[str, str] = dict.fromkeys(tables, "")
        self._read_back: set[str] = set()
        self._lock = threading.Lock()

    def add(self, name: str, difference: str, *, inside: bool) -> None:
        """One comparison of the table called `name`; empty when nothing differs."""
        with self._lock:
            if difference:
                self._differences[name] = difference
            if not inside:
                self._read_back.add(name)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """A table is proved inside its database only when all its parts are."""
        return {
            name: Verdict("differs" if difference else "digest", difference, self._proof(name))
            for name, difference in self._differences.items()
        }

    def _proof(self, name: str) -> Proof:
        return "read back" if name in self._read_back else "inside"


def digest_tables(
    copied: Sequence[Copied], sessions: Sequence[Session], batch_rows: int, progress: Progress
) -> dict[str, Verdict]:
    """Compare the digests of the target's rows with those of what was sent."""
    findings = Findings(str(part.chunk.table.target.name) for part in copied)
    _compare_all(comparisons(copied), sessions, batch_rows, progress, findings)
    return findings.verdicts


def _compare_all(
    tasks: Sequence[Comparison], sessions: Sequence[Session], batch_rows: int, progress: Progress, findings: Findings
) -> None:
    """All comparisons, by all sessions together."""
    waiting: queue.SimpleQueue[Comparison] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    crew = Crew([(session,) for session in sessions])

    def work(session: Session) -> None:
        while not crew.stopping and (task := taken(waiting)) is not None:
            found = digest_target(session, task.table, task.where, batch_rows, progress)
            findings.add(str(task.table.target.name), difference(task, found.digest), inside=found.inside)

    crew.run(work)


def difference(task: Comparison, found: Digest) -> str:
    """How the target's part differs from what is expected, empty when it does not."""
    if found == task.expected:
        return ""
    place = f"rows with {_told(task.where)}" if task.where else "the table"
    if found.rows != task.expected.rows:
        return f"{place}: {task.expected.rows} rows expected, {found.rows} found"
    return f"{place}: {found.rows} rows on both sides, but their digests differ"


def digest_target(
    session: Session, table: TablePlan, where: KeyRange | None, batch_rows: int, progress: Progress
) -> Found:
    """The digest of the target's rows, as the types that were written spell them."""
    name = str(table.target.name)
    inside = session.digest(table.target, table.stored_columns, where)
    if inside is not None:
        progress.rows(name, inside.rows)
        return Found(inside, inside=True)
    digester, total = Digester(table.stored_columns), Digest()
    batches = ahead(session.read(table.target, table.stored_columns, where, batch_rows))
    try:
        for batch in batches:
            total += digester(batch)
            progress.rows(name, batch.num_rows)
    finally:
        batches.close()
    return Found(total, inside=False)


def digest_source(session: Session, chunk: Chunk, plan: Plan, batch_rows: int) -> Found:
    """The digest of what a copy of this chunk would send now."""
    columns = agreed_columns(chunk.table)
    inside = session.digest(chunk.table.source, columns, chunk.where) if columns else None
    if inside is not None:
        return Found(inside, inside=True)
    conformer = Conformer(chunk, plan.limits, digesting=True)
    batches = ahead(session.read(chunk.table.source, chunk.table.read_columns, chunk.where, batch_rows))
    try:
        for batch in batches:
            if batch.num_rows:
                conformer(batch)
    finally:
        batches.close()
    return Found(conformer.sent.digest, inside=False)


def ask_source(session: Session, chunk: Chunk) -> Digest | None:
    """What the source's own server says of the chunk's rows, in the types they are read in; None where it cannot."""
    return session.digest(chunk.table.source, chunk.table.read_columns, chunk.where)


def agreed_columns(table: TablePlan) -> tuple[Column, ...]:
    """The source's columns to be spelled as the target's; none where a copy changes a value on the way, or where the
    text of a column may then be another one."""
    if any(column.rule or not agreed(column.read.type, column.write.type) for column in table.columns):
        return ()
    return tuple(replace(column.read, type=column.write.type) for column in table.columns)


def combined(counted: Mapping[str, Verdict], digested: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """A table is as good as its worse verdict; one that could only be counted stays `count`."""
    return {
        name: verdict if verdict.verified == "differs" else digested.get(name, verdict)
        for name, verdict in counted.items()
    }


def _told(where: KeyRange) -> str:
    lower = f"{_listed(where.lower)} <= " if where.lower is not None else ""
    upper = f" < {_listed(where.upper)}" if where.upper is not None else ""
    return f"{lower}{_listed(where.columns)}{upper}"


def _listed(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

"""Proves that two tables hold the same rows: exact counts, and digests of both sides over the same conformed values."""

from __future__ import annotations

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dialects.base import KeyRange, Session
from mappings import types as t
from transfer.chunks import Chunk, ChunkQueue
from transfer.copier import Conformer, ahead
from transfer.digest import Digest, Digester
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.report import Verified
from transfer.workers import Crew


@dataclass(frozen=True, slots=True)
class Copied:
    """A chunk that is on the target, and the digest of what was sent."""

    chunk: Chunk
    digest: Digest


@dataclass(frozen=True, slots=True)
class Verdict:
    verified: Verified
    difference: str = ""


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
    written = [column.write for column in table.columns if column.read.name == table.chunk_key]
    return bool(written) and isinstance(written[0].type, t.Integer)


def digest_tables(
    copied: Sequence[Copied], sessions: Sequence[Session], batch_rows: int, progress: Progress
) -> dict[str, Verdict]:
    """Read the target back and compare its digests with those of what was sent."""
    verdicts = {str(part.chunk.table.target.name): Verdict("digest") for part in copied}
    return verdicts | _compare_all(comparisons(copied), sessions, batch_rows, progress)


def _compare_all(
    tasks: Sequence[Comparison], sessions: Sequence[Session], batch_rows: int, progress: Progress
) -> dict[str, Verdict]:
    """The verdicts of the tables that differ, found by all sessions together."""
    waiting: queue.SimpleQueue[Comparison] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    differing: dict[str, Verdict] = {}
    crew = Crew([(session,) for session in sessions])

    def work(session: Session) -> None:
        while not crew.stopping and (task := _next(waiting)) is not None:
            difference = compare(session, task, batch_rows, progress)
            if difference:
                differing[str(task.table.target.name)] = Verdict("differs", difference)

    crew.run(work)
    return differing


def _next(tasks: queue.SimpleQueue[Comparison]) -> Comparison | None:
    try:
        return tasks.get_nowait()
    except queue.Empty:
        return None


def compare(session: Session, task: Comparison, batch_rows: int, progress: Progress) -> str:
    """How the target's part differs from what is expected, empty when it does not."""
    found = digest_target(session, task.table, task.where, batch_rows, progress)
    if found == task.expected:
        return ""
    place = f"rows with {_told(task.where)}" if task.where else "the table"
    if found.rows != task.expected.rows:
        return f"{place}: {task.expected.rows} rows expected, {found.rows} found"
    return f"{place}: {found.rows} rows on both sides, but their digests differ"


def digest_target(
    session: Session, table: TablePlan, where: KeyRange | None, batch_rows: int, progress: Progress
) -> Digest:
    """The digest of the target's rows, read with the types that were written."""
    digester = Digester(table.stored_columns)
    name, total = str(table.target.name), Digest()
    batches = ahead(session.read(table.target, table.stored_columns, where, batch_rows))
    try:
        for batch in batches:
            total += digester(batch)
            progress.rows(name, batch.num_rows)
    finally:
        batches.close()
    return total


def digest_source(session: Session, chunk: Chunk, plan: Plan, batch_rows: int) -> Digest:
    """The digest of what a copy of this chunk would send now."""
    conformer = Conformer(chunk, plan.limits, digesting=True)
    batches = ahead(session.read(chunk.table.source, chunk.table.read_columns, chunk.where, batch_rows))
    try:
        for batch in batches:
            if batch.num_rows:
                conformer(batch)
    finally:
        batches.close()
    return conformer.sent.digest


def verify_plan(
    plan: Plan,
    pairs: Sequence[tuple[Session, Session]],
    *,
    chunk_bytes: int,
    batch_rows: int,
    progress: Progress,
) -> tuple[dict[str, Verdict], dict[str, int], dict[str, float]]:
    """Compare every table of two live databases: verdicts, rows and seconds by target table."""
    chunks = ChunkQueue(plan.tables, chunk_bytes)
    cut = {str(table.target.name): portable(table) for table in plan.tables}
    verdicts = {name: Verdict("digest") for name in cut}
    sums: dict[str, Digest] = defaultdict(Digest)
    seconds: dict[str, float] = defaultdict(float)
    lock, crew = threading.Lock(), Crew(pairs)

    def work(source: Session, target: Session) -> None:
        while not crew.stopping and (chunk := chunks.take(source)) is not None:
            name, began = str(chunk.table.target.name), time.monotonic()
            expected = digest_source(source, chunk, plan, batch_rows)
            where, difference = chunk.target_where, ""
            if cut[name]:
                difference = compare(target, Comparison(chunk.table, where, expected), batch_rows, progress)
            with lock:
                sums[name] += expected
                seconds[name] += time.monotonic() - began
                if difference:
                    verdicts[name] = Verdict("differs", difference)

    crew.run(work)
    whole = [Comparison(table, None, sums[str(table.target.name)]) for table in plan.tables if not portable(table)]
    verdicts |= _compare_all(whole, [target for _, target in pairs], batch_rows, progress)
    return verdicts, {name: digest.rows for name, digest in sums.items()}, seconds


def combined(counted: Mapping[str, Verdict], digested: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """A table is as good as its worse verdict; one that could only be counted stays `count`."""
    return {
        name: verdict if verdict.verified == "differs" else digested.get(name, verdict)
        for name, verdict in counted.items()
    }


def _told(where: KeyRange) -> str:
    lower = f"{where.lower} <= " if where.lower is not None else ""
    upper = f" < {where.upper}" if where.upper is not None else ""
    return f"{lower}{where.column}{upper}"

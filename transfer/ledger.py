"""What a run has done so far, kept by all its workers."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from transfer.chunks import Chunk
from transfer.copier import Sent
from transfer.digest import Digest
from transfer.history import ChunkRecord
from transfer.plan import Plan, TablePlan
from transfer.report import Altered, Timing


@dataclass(frozen=True, slots=True)
class Copied:
    """A chunk that is on the target, and the digest of what was sent."""

    chunk: Chunk
    digest: Digest


@dataclass
class Ledger:
    """Chunks, seconds, statements, altered values. `before` is how many rows a table had that was there already.
    Thread-safe."""

    began: float = field(default_factory=time.monotonic)
    copied: list[Copied] = field(default_factory=list)
    created: list[TablePlan] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    altered: Counter[str] = field(default_factory=Counter)
    timings: list[Timing] = field(default_factory=list)
    misread: dict[str, str] = field(default_factory=dict)
    """By the target's table: how what was read differs from what the source's own server says of the same rows."""
    unasked: set[str] = field(default_factory=set)
    """The source's tables of which its server cannot say that itself."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def chunk(self, chunk: Chunk, sent: Sent, started: float) -> None:
        """A chunk that is done now, by this thread; `started` is a time of the monotonic clock."""
        name, worker, ended = str(chunk.table.source.name), threading.current_thread().name, time.monotonic()
        timing = Timing(name, chunk.number, worker, started - self.began, ended - self.began, sent.digest.rows)
        with self._lock:
            self.copied.append(Copied(chunk, sent.digest))
            self.altered.update(sent.altered)
            self.seconds[name] += ended - started
            self.timings.append(timing)

    def read(self, chunk: Chunk, read: Digest, told: Digest | None) -> None:
        """What was read of a chunk, and what the source's own server says of the same rows, None where it cannot."""
        with self._lock:
            if told is None:
                self.unasked.add(str(chunk.table.source.name))
            elif told != read:
                difference = f"chunk {chunk.number}: what was read of the source is not what its server digests"
                self.misread.setdefault(str(chunk.table.target.name), difference)

    @property
    def unproved(self) -> tuple[str, ...]:
        """What a paranoid copy could not prove, in words."""
        names = ", ".join(sorted(self.unasked))
        return (
            (f"the source does not digest these itself, so what was read is taken as read: {names}",) if names else ()
        )

    def earlier(self, done: Iterable[tuple[Copied, ChunkRecord]]) -> None:
        """Chunks that a former owner of the run has done, and that still hold."""
        for copied, record in done:
            self.copied.append(copied)
            self.altered.update(record.altered)
            self.seconds[str(copied.chunk.table.source.name)] += record.milliseconds / 1000

    def rows(self, table: TablePlan) -> int:
        return sum(copied.digest.rows for copied in self.copied if copied.chunk.table is table)

    def rows_of(self, name: str) -> int:
        """Of the target's table of that name."""
        return sum(copied.digest.rows for copied in self.copied if str(copied.chunk.table.target.name) == name)

    def values_altered(self, plan: Plan) -> tuple[Altered, ...]:
        """By column, with the rule that did it."""
        rules = {
            f"{table.source.name}.{column.read.name}": column.rule or ""
            for table in plan.tables
            for column in table.columns
        }
        return tuple(Altered(name, rules[name], count) for name, count in sorted(self.altered.items()))

    def left_behind(self) -> str:
        """What the target holds now."""
        if not self.created and not self.copied:
            return "Nothing was written to the target."
        told = ", ".join(f"{table.target.name} ({self.rows(table)} rows)" for table in self.created)
        grown = ", ".join(f"{name} ({self.rows_of(name)} rows added)" for name in self.before if self.rows_of(name))
        parts = [f"This run left on the target: {told}."] if told else []
        parts += [f"Rows were added to: {grown}."] if grown else []
        return " ".join(parts)

"""Copies all chunks of a plan: readers on one instant, writers, and workers that take one chunk after another."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from dialects import connect
from dialects.base import Readers, Session
from dialects.url import DatabaseUrl
from mappings.errors import RowRefused, ValueDoesNotFit
from transfer.attempts import Attempt, Reading, Remembering, cut
from transfer.chunks import Chunk, ChunkQueue, largest_first
from transfer.config import Options
from transfer.connections import CLOSING, connected
from transfer.copier import Record, Sent, copy_chunk
from transfer.examiner import nulled
from transfer.journal import Journal
from transfer.ledger import Ledger
from transfer.pacing import Pace
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.rejecting import Rejecting
from transfer.resuming import Earlier, Resumption
from transfer.retrying import persistently
from transfer.verifier import ask_source
from transfer.watching import Place, Watch
from transfer.workers import Crew, bounded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """What the workers of one run share."""

    crew: Crew
    chunks: ChunkQueue
    pace: Pace


class Loading:
    """The rows of one run. `notices` are what the user should be told of the connections."""

    def __init__(
        self,
        plan: Plan,
        options: Options,
        journal: Journal,
        ledger: Ledger,
        progress: Progress,
        rejecting: Rejecting | None,
    ) -> None:
        self._plan = plan
        self._options = options
        self._journal = journal
        self._ledger = ledger
        self._progress = progress
        self._rejecting = rejecting
        self._manners = options.manners
        self.notices: list[str] = []
        self.consistency = ""

    def __call__(self, source: DatabaseUrl, target: DatabaseUrl, earlier: Earlier | None) -> None:
        """Copy everything that `earlier` has not, or that has changed since."""
        tables = self._order()
        with ExitStack() as stack:
            pace = Pace(source, self._manners, self._progress.say)
            stack.callback(pace.close)
            readers = self._readers(stack, source, tables)
            pairs = connected(stack, readers.sessions, target, self._writer(tables), self._tell)
            self._tell([notice for pair in pairs for notice in pair[1].notices()])
            for table in tables:
                self._ledger.altered.update(nulled(readers.sessions[0], table.source, table.read_columns))
            self._progress.phase("copy", {str(table.source.name): table.source.rows for table in tables})
            done = self._held(earlier, pairs) if earlier is not None else []
            crew = Crew(pairs)
            watch = stack.enter_context(Watch(self._progress.say, crew.fail, self._manners.stall_timeout))
            task = Task(crew, ChunkQueue(tables, self._options.chunk_bytes, done), pace)
            crew.run(lambda reader, writer: self._work(task, watch.place(), reader, writer))

    def _writer(self, tables: list[TablePlan]) -> Callable[[Session], None]:
        """Prepares a session to write."""

        def prepare(writer: Session) -> None:
            writer.wait_for_locks(self._manners.lock_timeout)
            writer.loading(own_tables=not any(table.exists for table in tables))

        return prepare

    def _order(self) -> list[TablePlan]:
        """Largest first, but parents first where foreign keys hold while rows come in."""
        tables = list(self._plan.tables)
        return tables if any(table.exists for table in tables) else largest_first(tables)

    def _readers(self, stack: ExitStack, url: DatabaseUrl, tables: list[TablePlan]) -> Readers:
        ordered = any(table.exists and table.target.foreign_keys for table in tables)
        workers = 1 if ordered else min(self._options.jobs, self._plan.limits.writers)
        source = connect(url)
        stack.callback(bounded, CLOSING, source.close)
        readers = source.readers(tuple(table.source.name for table in tables), workers)
        self.consistency = readers.consistency
        self._tell([*source.notices()])
        return readers

    def _tell(self, notices: list[str]) -> None:
        for notice in dict.fromkeys(notices):
            self.notices.append(notice)
            self._progress.say(notice)

    def _held(self, earlier: Earlier, pairs: list[tuple[Session, Session]]) -> list[Chunk]:
        """The chunks that are on the target and need not be done again."""
        if self._rejecting is not None:
            self._rejecting.prepare_again()
        resumption = Resumption(self._plan, earlier, self._ledger, self._journal)
        return resumption.check(pairs, self._options.batch_rows)

    def _work(self, task: Task, place: Place, reader: Session, writer: Session) -> None:
        while not task.crew.stopping and (chunk := self._taken(task, place, reader)) is not None:
            place.at(str(chunk), "source")
            self._do(task, chunk, place, (reader, writer))
            place.leave()

    def _taken(self, task: Task, place: Place, reader: Session) -> Chunk | None:
        place.at("the next chunk", "source")
        task.pace.await_leisure(task.crew.rest)
        chunk = self._persistently(task, cut(task.chunks, reader))
        place.leave()
        return chunk

    def _persistently(self, task: Task, work: Callable[[], T]) -> T:
        return persistently(work, self._manners, rest=task.crew.rest, say=self._progress.say)

    def _do(self, task: Task, chunk: Chunk, place: Place, sessions: tuple[Session, Session]) -> None:
        began = time.monotonic()
        paranoid = self._options.verify == "paranoid"
        reading = Reading(sessions[0], place, task.pace, task.crew.rest, digesting=paranoid)
        record = Remembering(self._journal, task.crew.go_on)
        copy = partial(self._copied, chunk, sessions[1])
        name = str(chunk.table.source.name)
        attempt = Attempt(chunk, sessions, copy, reading, record, partial(self._progress.rows, name))
        sent = self._persistently(task, attempt)
        if paranoid:
            self._ledger.read(chunk, reading.digest, ask_source(sessions[0], chunk))
        self._ledger.chunk(chunk, sent, began)
        seconds = time.monotonic() - began
        task.chunks.measured(chunk, reading.digest.rows, self._octets(seconds) or reading.octets)
        if self._rejecting is not None:
            self._rejecting.keep(chunk, sent)
            self._rejecting.refuse_too_many(chunk)
        if chunk.where is None or chunk.where.upper is None:
            self._progress.done(name)

    def _octets(self, seconds: float) -> int:
        """What a chunk of this duration stands for, so that the next ones take as long as they may; 0 where they may
        take any time."""
        if self._manners.chunk_time is None:
            return 0
        return max(1, round(self._options.chunk_bytes * seconds / self._manners.chunk_time))

    def _copied(
        self, chunk: Chunk, writer: Session, reading: Reading, record: Record, seen: Callable[[int], None]
    ) -> Sent:
        counted = 0

        def count(rows: int) -> None:
            nonlocal counted
            counted += rows
            seen(rows)

        try:
            return copy_chunk(
                reading,
                writer,
                chunk,
                record,
                batch_rows=self._options.batch_rows,
                digesting=self._options.digests,
                seen=count,
            )
        except (ValueDoesNotFit, RowRefused):
            if self._rejecting is None or not self._options.rejects(chunk.table.source.name):
                raise
        seen(-counted)
        reading.close()
        sent = self._rejecting.copy(reading, writer, chunk, record)
        seen(sent.digest.rows)
        return sent

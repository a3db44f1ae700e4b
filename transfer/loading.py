"""Copies all chunks of a plan: readers on one instant, writers, and workers that take one chunk after another."""

from __future__ import annotations

import time
from contextlib import ExitStack

from dialects import connect
from dialects.base import Readers, Session
from dialects.url import DatabaseUrl
from mappings.errors import RowRefused, ValueDoesNotFit
from transfer.chunks import Chunk, ChunkQueue, largest_first
from transfer.config import Options
from transfer.copier import Sent, copy_chunk
from transfer.examiner import nulled
from transfer.journal import Journal
from transfer.ledger import Ledger
from transfer.plan import Plan, TablePlan
from transfer.progress import Progress
from transfer.rejecting import Rejecting
from transfer.resuming import Earlier, Resumption
from transfer.workers import Crew


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
        self.notices: list[str] = []
        self.consistency = ""

    def __call__(self, source: DatabaseUrl, target: DatabaseUrl, earlier: Earlier | None) -> None:
        """Copy everything that `earlier` has not, or that has changed since."""
        tables = self._order()
        with ExitStack() as stack:
            readers = self._readers(stack, source, tables)
            pairs = [self._pair(stack, reader, target, tables) for reader in readers.sessions]
            self._tell([notice for pair in pairs for notice in pair[1].notices()])
            for table in tables:
                self._ledger.altered.update(nulled(readers.sessions[0], table.source, table.read_columns))
            self._progress.phase("copy", {str(table.source.name): table.source.rows for table in tables})
            done = self._held(earlier, pairs) if earlier is not None else []
            chunks = ChunkQueue(tables, self._options.chunk_bytes, done)
            crew = Crew(pairs)
            crew.run(lambda reader, writer: self._work(crew, chunks, reader, writer))

    def _order(self) -> list[TablePlan]:
        """Largest first, but parents first where foreign keys hold while rows come in."""
        tables = list(self._plan.tables)
        return tables if any(table.exists for table in tables) else largest_first(tables)

    def _readers(self, stack: ExitStack, url: DatabaseUrl, tables: list[TablePlan]) -> Readers:
        ordered = any(table.exists and table.target.foreign_keys for table in tables)
        workers = 1 if ordered else min(self._options.jobs, self._plan.limits.writers)
        source = stack.enter_context(connect(url))
        readers = source.readers(tuple(table.source.name for table in tables), workers)
        self.consistency = readers.consistency
        self._tell([*source.notices()])
        return readers

    def _pair(
        self, stack: ExitStack, reader: Session, target: DatabaseUrl, tables: list[TablePlan]
    ) -> tuple[Session, Session]:
        writer = stack.enter_context(connect(target, writable=True))
        writer.loading(own_tables=not any(table.exists for table in tables))
        return stack.enter_context(reader), writer

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

    def _work(self, crew: Crew, chunks: ChunkQueue, reader: Session, writer: Session) -> None:
        while not crew.stopping and (chunk := chunks.take(reader)) is not None:
            self._do(chunk, reader, writer)

    def _do(self, chunk: Chunk, reader: Session, writer: Session) -> None:
        began = time.monotonic()
        sent = self._copied(reader, writer, chunk)
        self._ledger.chunk(chunk, sent, began)
        if self._rejecting is not None:
            self._rejecting.refuse_too_many(chunk)
        if chunk.where is None or chunk.where.upper is None:
            self._progress.done(str(chunk.table.source.name))

    def _copied(self, reader: Session, writer: Session, chunk: Chunk) -> Sent:
        name = str(chunk.table.source.name)
        try:
            return copy_chunk(
                reader,
                writer,
                chunk,
                self._journal,
                batch_rows=self._options.batch_rows,
                digesting=self._options.verify == "digest",
                seen=lambda count: self._progress.rows(name, count),
            )
        except (ValueDoesNotFit, RowRefused):
            if self._rejecting is None:
                raise
        return self._rejecting.copy(reader, writer, chunk)

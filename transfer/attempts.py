"""One chunk, tried until it is done: what a try has noted before its connection was lost is not done again, and no try
reads rows of another instant."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

import pyarrow as pa

from dialects.base import KeyRange, Session
from mappings.errors import Contradiction, TransferError
from mappings.schema import Column, Table
from transfer.chunks import Chunk, ChunkQueue
from transfer.copier import Record, Sent
from transfer.digest import Digest, Digester
from transfer.journal import Journal
from transfer.pacing import Pace, Rest
from transfer.rejects import Reject
from transfer.watching import Place

Copy = Callable[["Reading", Record, Callable[[int], None]], Sent]
"""Copies the chunk, reading from the first, noting in the second, telling rows to the third."""


class Reading:
    """A reader that keeps the pace, tells where it waits, and counts what it has read: all `rows`, and of the last
    reading the `octets` in Arrow's memory and, where asked for, the `digest` before anything was done to the values."""

    def __init__(self, reader: Session, place: Place, pace: Pace, rest: Rest, *, digesting: bool = False) -> None:
        self._reader, self._place, self._pace, self._rest = reader, place, pace, rest
        self._batches: Generator[pa.RecordBatch] | None = None
        self._digesting = digesting
        self._digester: Digester | None = None
        self.rows = self.octets = 0
        self.digest = Digest()

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """As Session.read."""
        self._digester = Digester(columns) if self._digesting else None
        self.octets, self.digest = 0, Digest()
        self._batches = self._paced(self._reader.read(table, columns, where, self._pace.batch_rows(batch_rows)))
        return self._batches

    def _paced(self, batches: Iterator[pa.RecordBatch]) -> Generator[pa.RecordBatch]:
        what = self._place.what
        try:
            while True:
                self._place.at(what, "source")
                batch = next(batches, None)
                self._place.leave()
                if batch is not None:
                    self.rows += batch.num_rows
                    self.octets += batch.nbytes
                    self.digest += self._digester(batch) if self._digester else Digest(batch.num_rows)
                    self._pace.take(batch.num_rows, batch.nbytes, self._rest)
                self._place.at(what, "target")
                if batch is None:
                    return
                yield batch
        finally:
            close = getattr(batches, "close", None)
            if close is not None:
                close()

    def close(self) -> None:
        """Let go of what was being read, which an error in the writer leaves open."""
        batches, self._batches = self._batches, None
        if batches is not None:
            batches.close()


class Remembering:
    """The journal, and what was last noted in it: whether that was committed the server must be asked."""

    def __init__(self, journal: Journal, refuse: Callable[[], None]) -> None:
        """`refuse` raises where nothing may be committed any more."""
        self._journal, self._refuse = journal, refuse
        self.sent: Sent | None = None
        self._rejects: tuple[Reject, ...] = ()

    def chunk(self, session: Session, chunk: Chunk, sent: Sent, seconds: float) -> None:
        self._refuse()
        self._journal.chunk(session, chunk, sent, seconds)
        sent.rejects, self.sent = self._rejects, sent

    def rejects(self, session: Session, rejects: Sequence[Reject]) -> None:
        self._journal.rejects(session, rejects)
        self._rejects = tuple(rejects)

    def committed(self, writer: Session, chunk: Chunk) -> Sent | None:
        """What a former try has committed without hearing so."""
        noted = self._journal.noted(writer, chunk)
        if noted is None:
            return None
        if (
            self.sent is None
            or (self.sent.digest.rows, self.sent.digest.total if self.sent.digested else None) != noted
        ):
            raise Contradiction("the journal has noted this chunk with other rows than were sent", where=str(chunk))
        return self.sent


class Attempt:
    """A chunk to be copied; called once for each try."""

    def __init__(
        self,
        chunk: Chunk,
        sessions: tuple[Session, Session],
        copy: Copy,
        reading: Reading,
        record: Remembering,
        seen: Callable[[int], None],
    ) -> None:
        """`seen` is told the rows that are on their way, and those of a try that failed as a negative number."""
        self._chunk, (self._reader, self._writer), self._copy = chunk, sessions, copy
        self._reading, self._record, self._seen = reading, record, seen
        self._failed: TransferError | None = None

    def __call__(self) -> Sent:
        try:
            return self._done() or self._try()
        except TransferError as error:
            if not error.where:
                error.at(str(self._chunk))
            raise

    def _done(self) -> Sent | None:
        """What a former try has done after all."""
        if self._failed is None:
            return None
        sent = self._record.committed(self._writer, self._chunk)
        if sent is None:
            refuse_other_instant(self._reader, self._failed, str(self._chunk))
        else:
            self._seen(sent.digest.rows)
        return sent

    def _try(self) -> Sent:
        counted = 0

        def count(rows: int) -> None:
            nonlocal counted
            counted += rows
            self._seen(rows)

        try:
            return self._copy(self._reading, self._record, count)
        except TransferError as error:
            self._failed = error
            self._seen(-counted)
            self._reading.close()
            raise


def cut(chunks: ChunkQueue, reader: Session) -> Callable[[], Chunk | None]:
    """Takes the next chunk; called once for each try."""
    failed: list[TransferError] = []

    def take() -> Chunk | None:
        if failed:
            refuse_other_instant(reader, failed[-1], "the next chunk")
        try:
            return chunks.take(reader)
        except TransferError as error:
            failed.append(error)
            raise

    return take


def refuse_other_instant(reader: Session, error: TransferError, where: str) -> None:
    """Raises where reading again after `error` would read rows of another instant."""
    if reader.holds_instant():
        return
    raise TransferError(
        f"{error.message}; the source's session is lost, and with it the instant that all rows are read of",
        hint="to go on takes a new instant, and holds what is copied already against it",
        where=where,
    ) from error

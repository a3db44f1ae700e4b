"""One chunk along the straight line: read, conform, digest, write, in one transaction of the target."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from dialects.base import KeyRange, Session
from mappings.arrow import arrow_schema
from mappings.conform import Cast
from mappings.errors import RowRefused, TransferError, ValueDoesNotFit
from mappings.limits import Limits
from mappings.schema import Column, Table
from mappings.spelling import spelled
from transfer.chunks import Chunk
from transfer.digest import Digest, Digester
from transfer.plan import TablePlan
from transfer.rejects import Reject, Sifter

AHEAD = 2
"""Batches that wait between reading and writing: enough to overlap the two, few enough to bound memory."""

RowsSeen = Callable[[int], None]


@dataclass
class Sent:
    """What a chunk sent: its digest, how many values each column's allowed rule altered, and what was not taken. Where
    nothing is `digested` the digest only counts."""

    digest: Digest = field(default_factory=Digest)
    digested: bool = False
    altered: dict[str, int] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()


class Rows(Protocol):
    """Where a chunk's rows are read."""

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """As Session.read."""


class Record(Protocol):
    """Where a chunk's note is kept, in the transaction of its rows."""

    def chunk(self, session: Session, chunk: Chunk, sent: Sent, seconds: float) -> None:
        """Note the chunk as the last thing before its commit; raises when it must not be committed."""

    def rejects(self, session: Session, rejects: Sequence[Reject]) -> None:
        """Keep the rows that were not taken."""


class Conformer:
    """Conforms and digests the batches of one chunk. The digest covers generated columns too; writing does not."""

    def __init__(self, chunk: Chunk, limits: Limits, *, digesting: bool) -> None:
        table = chunk.table
        self._chunk = chunk
        self.casts = tuple(column.cast(str(table.source.name), limits) for column in table.columns)
        self._schema = arrow_schema(table.stored_columns)
        self._written = arrow_schema(table.write_columns)
        self._digester = Digester(table.stored_columns) if digesting else None
        self._key = tuple(table.source.primary_key.columns) if table.source.primary_key else ()
        self.sent = Sent(digested=digesting)

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch as the target takes it, digested. ValueDoesNotFit names table, column, chunk, key and value."""
        whole = self.conformed(batch)
        self.digest(whole)
        return self.written(whole)

    def conformed(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with generated columns, in the target's types."""
        arrays = [self._conform(cast, batch, at) for at, cast in enumerate(self.casts)]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def digest(self, whole: pa.RecordBatch) -> None:
        self.sent.digest += self._digester(whole) if self._digester else Digest(whole.num_rows)

    def written(self, whole: pa.RecordBatch) -> pa.RecordBatch:
        """Without the columns that the target generates itself."""
        return whole if len(self._written) == len(self._schema) else whole.select(self._written.names)

    def _conform(self, cast: Cast, batch: pa.RecordBatch, at: int) -> pa.Array:
        try:
            conformed = cast(batch.column(at))
        except ValueDoesNotFit as error:
            error.at(f"{cast.name}, chunk {self._chunk.number}{self._key_of(batch, error.row)}")
            raise
        if conformed.altered:
            self.sent.altered[cast.name] = self.sent.altered.get(cast.name, 0) + conformed.altered
        return conformed.array

    def _key_of(self, batch: pa.RecordBatch, row: int) -> str:
        columns = [batch.column(name) for name in self._key if name in batch.schema.names]
        values = [str(spelled(column.slice(row, 1))[0]) for column in columns]
        return f", key {', '.join(values)}" if values else f", row {row + 1} of a batch"


def copy_chunk(
    source: Rows,
    target: Session,
    chunk: Chunk,
    record: Record,
    *,
    batch_rows: int,
    digesting: bool,
    seen: RowsSeen,
) -> Sent:
    """Copy one chunk and note it. On any error the target's transaction is rolled back, and nothing of it is there."""
    began = time.monotonic()
    conformer = Conformer(chunk, target.dialect.limits, digesting=digesting)
    batches = ahead(_conformed(source, chunk, conformer, batch_rows))
    try:
        target.begin()
        written = target.write(chunk.table.target, chunk.table.write_columns, _told(batches, seen))
        _check_written(chunk.table, conformer.sent.digest.rows, written)
        record.chunk(target, chunk, conformer.sent, time.monotonic() - began)
        target.commit()
    except BaseException as error:
        batches.close()
        target.rollback()
        if isinstance(error, TransferError) and not error.where:
            error.at(str(chunk))
        raise
    return conformer.sent


def sift_chunk(
    source: Rows,
    target: Session,
    chunk: Chunk,
    record: Record,
    *,
    batch_rows: int,
    digesting: bool,
) -> Sent:
    """Copy the rows of a chunk that the target takes, and keep the others in the journal, in one transaction."""
    began = time.monotonic()
    conformer = Conformer(chunk, target.dialect.limits, digesting=digesting)
    sifter = Sifter(chunk.table, chunk.number, conformer.casts)
    parts = Parts(target, chunk.table, conformer, sifter)
    try:
        target.begin()
        for batch in source.read(chunk.table.source, chunk.table.read_columns, chunk.where, batch_rows):
            parts.write(sifter.sound(batch))
        record.rejects(target, sifter.rejects)
        record.chunk(target, chunk, conformer.sent, time.monotonic() - began)
        target.commit()
    except BaseException as error:
        target.rollback()
        if isinstance(error, TransferError) and not error.where:
            error.at(str(chunk))
        raise
    conformer.sent.rejects = tuple(sifter.rejects)
    return conformer.sent


class Parts:
    """Writes batches inside an open transaction; what the database refuses is halved until single rows are left."""

    def __init__(self, target: Session, table: TablePlan, conformer: Conformer, sifter: Sifter) -> None:
        self._target, self._table, self._conformer, self._sifter = target, table, conformer, sifter
        self._taken: list[pa.RecordBatch] = []
        """What must be written again where the engine cannot go back to a mark."""

    def write(self, batch: pa.RecordBatch) -> None:
        """`batch` as read, its values sound; each part is taken whole or refused row by row."""
        if not batch.num_rows:
            return
        whole = self._conformer.conformed(batch)
        waiting = [(0, batch.num_rows)]
        while waiting:
            start, length = waiting.pop()
            part = whole.slice(start, length)
            refusal = self._refusal(part)
            if refusal is None:
                self._conformer.digest(part)
            elif length == 1:
                self._sifter.refuse(batch, start, refusal)
            else:
                half = length // 2
                waiting += [(start + half, length - half), (start, half)]

    def _refusal(self, part: pa.RecordBatch) -> RowRefused | None:
        """Write the part; the database's error, after undoing it, when it does not take it."""
        marked, written = self._target.mark(), self._conformer.written(part)
        try:
            self._send([written])
        except RowRefused as error:
            if marked:
                self._target.undo()
            else:
                self._write_again()
            return error
        if not marked:
            self._taken.append(written)
        return None

    def _send(self, batches: list[pa.RecordBatch]) -> None:
        rows = sum(batch.num_rows for batch in batches)
        _check_written(self._table, rows, self._target.write(self._table.target, self._table.write_columns, batches))

    def _write_again(self) -> None:
        self._target.rollback()
        self._target.begin()
        if self._taken:
            self._send(self._taken)


def _conformed(source: Rows, chunk: Chunk, conformer: Conformer, batch_rows: int) -> Iterator[pa.RecordBatch]:
    table = chunk.table
    for batch in source.read(table.source, table.read_columns, chunk.where, batch_rows):
        if batch.num_rows:
            yield conformer(batch)


def _told(batches: Iterator[pa.RecordBatch], seen: RowsSeen) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch
        seen(batch.num_rows)


def _check_written(table: TablePlan, sent: int, written: int) -> None:
    if sent != written:
        raise TransferError(f"{sent} rows were sent, but the target took {written}", where=str(table.target.name))


class ahead(Iterator[pa.RecordBatch]):  # noqa: N801 - reads as the verb it is: ahead(batches)
    """Runs an iterator in a thread of its own, at most AHEAD items before its consumer. An exception there is
    raised here. `close` stops the thread and closes the iterator beneath, once that has made the item it is at."""

    def __init__(self, items: Iterator[pa.RecordBatch]) -> None:
        self._items = items
        self._queue: queue.Queue[pa.RecordBatch | BaseException | None] = queue.Queue(AHEAD)
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)
        self._thread.start()

    def __next__(self) -> pa.RecordBatch:
        if self._closed.is_set():
            raise StopIteration
        item = self._queue.get()
        if item is None or isinstance(item, BaseException):
            self._closed.set()
            self._thread.join()
            raise StopIteration if item is None else item
        return item

    def close(self) -> None:
        self._closed.set()
        while self._thread.is_alive():
            self._drain()
            self._thread.join(0.05)

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    break
            self._put(None)
        except BaseException as error:  # noqa: BLE001 - carried to the consumer's thread, not handled here
            self._put(error)
        finally:
            self._close_items()

    def _close_items(self) -> None:
        """What an iterator says while it is closed comes after all that was asked of it."""
        close = getattr(self._items, "close", None)
        if close is not None:
            with suppress(Exception):
                close()

    def _put(self, item: pa.RecordBatch | BaseException | None) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def _drain(self) -> None:
        while not self._queue.empty():
            self._queue.get_nowait()

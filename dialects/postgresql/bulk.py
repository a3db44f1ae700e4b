"""Rows out by the Arrow driver, and rows in by COPY: in binary, or as CSV for tables with types whose bytes nobody
makes. Each over a connection of its own."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg
import pyarrow as pa
import pyarrow.csv as csv
from psycopg.pq import TransactionStatus

from dialects.postgresql.connection import Address, PlainConnection, run, sever
from dialects.postgresql.errors import lost, translated, translating
from dialects.postgresql.packing import HEADER, TRAILER, Rows, sliced
from dialects.postgresql.wire import Wire, check_types
from mappings.errors import ConnectionLost, DatabaseError, TransferError, WriteAltered
from mappings.schema import Column, TableName

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection as BinaryConnection
    from adbc_driver_manager.dbapi import Cursor as BinaryCursor

CSV = csv.WriteOptions(include_header=False, quoting_style="needed", null_string="\\N")
"""Text is always quoted, so that neither '' nor the text \\N is NULL."""
COPY_TEXT = "COPY {relation} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')"
COPY_BINARY = "COPY {relation} ({columns}) FROM STDIN (FORMAT binary)"
MARK, UNDO, RELEASE = b"SAVEPOINT part", b"ROLLBACK TO SAVEPOINT part", b"RELEASE SAVEPOINT part"
GONE = "unknown"
BATCH_OCTETS = "adbc.postgresql.batch_size_hint_bytes"
STATUS = "adbc.postgresql.transaction_status"


@dataclass(frozen=True, slots=True)
class Load:
    """Where rows go: the table, its name and its columns' names as SQL text, and how each column travels."""

    table: TableName
    relation: str
    names: str
    columns: tuple[Column, ...]
    wires: tuple[Wire, ...]

    @property
    def binary(self) -> bool:
        """Whether all columns can go in binary."""
        return all(wire.binary is not None for wire in self.wires)


class ArrowStream:
    """Rows out. Opened on first use, which must be in a worker thread; after any error, and when a stream
    is left early, the connection is closed and the next use opens another."""

    def __init__(self, address: Address, *opening: str) -> None:
        self._address = address
        self._opening = opening
        self._connection: BinaryConnection | None = None
        self._cursor: BinaryCursor | None = None

    def stream(self, statement: str, octets: int) -> Generator[pa.RecordBatch]:
        """The rows of a SELECT in the driver's own types, in batches of about `octets`."""
        finished = False
        cursor = self._cursor = self.open().cursor()
        try:
            with translating(self._address.place):
                cursor.adbc_statement.set_options(**{BATCH_OCTETS: str(octets)})
                cursor.execute(statement)
                reader = cursor.fetch_record_batch()
            while (batch := self._next(reader)) is not None:
                yield batch
            finished = True
        finally:
            cursor.close()
            if not finished:
                self.close()

    def _next(self, reader: pa.RecordBatchReader) -> pa.RecordBatch | None:
        try:
            return reader.read_next_batch()
        except StopIteration:
            return None
        except (OSError, pa.ArrowException) as error:
            if self._is_gone():
                raise lost(error, self._address.place) from error
            with translating(self._address.place):
                raise

    def _is_gone(self) -> bool:
        return self._connection is None or self._connection.adbc_connection.get_option(STATUS) == GONE

    def cancel(self) -> None:
        connection = self._connection
        if connection is not None:
            with suppress(connection.Error, RuntimeError):
                connection.adbc_cancel()

    def close(self) -> None:
        """What still runs is cancelled first; a statement must be closed before its connection."""
        connection, self._connection = self._connection, None
        cursor, self._cursor = self._cursor, None
        if connection is not None:
            with suppress(connection.Error):
                if connection.adbc_connection.get_option(STATUS) == "active":
                    connection.adbc_cancel()
            if cursor is not None:
                cursor.close()
            connection.close()

    def open(self) -> BinaryConnection:
        """The connection, in the snapshot where there is one."""
        if self._connection is None:
            self._connection = self._address.binary()
            for statement in self._opening:
                self._run(statement)
        return self._connection

    def _run(self, statement: str) -> None:
        try:
            with translating(self._address.place):
                run(self.open(), statement)
        except TransferError:
            self.close()
            raise


class CopyIn:
    """Rows in. The server counts the rows that it took."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: PlainConnection | None = None
        self._marked = False

    def take(self, address: Address) -> None:
        """Take the settings of this address with the next connection."""
        self.close()
        self._address = address

    def open(self) -> PlainConnection:
        """The connection, opened on first use and where it was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = self._address.plain()
        return self._connection

    def begin(self) -> None:
        self._marked = False
        connection = self.open()
        with translating(self._address.place):
            connection.execute(b"BEGIN")

    def write(self, load: Load, batches: Iterable[pa.RecordBatch]) -> int:
        """Write the batches; the number of rows that the server says it took."""
        connection, feed = self._in_transaction(), Feed(load, batches)
        statement = COPY_BINARY if load.binary else COPY_TEXT
        try:
            with connection.cursor() as cursor:
                with cursor.copy(statement.format(relation=load.relation, columns=load.names).encode()) as copy:
                    for piece in feed.binary() if load.binary else feed.text():
                        copy.write(piece)
                taken = cursor.rowcount
        except Exception as error:
            feed.blame(error, self._address.place)
            raise
        if taken != feed.rows:
            raise WriteAltered(
                f"{feed.rows} rows were sent, but the server took {taken}",
                hint="a trigger of the table skips rows: disable it while loading",
                where=str(load.table),
            )
        return taken

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """One statement of the transaction; its rows, if it has any."""
        connection = self._in_transaction()
        with translating(self._address.place):
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description is not None else []

    def mark(self) -> None:
        """Once per write that may fail: of savepoints of one name the last holds, and RELEASE keeps them few."""
        connection = self._in_transaction()
        with translating(self._address.place):
            if self._marked:
                connection.execute(RELEASE)
            connection.execute(MARK)
        self._marked = True

    def undo(self) -> None:
        connection = self._connection
        if connection is None or connection.closed:
            raise ConnectionLost(f"{self._address.place}: the connection is lost, and what it wrote with it")
        with translating(self._address.place):
            connection.execute(UNDO)

    def commit(self) -> None:
        connection = self._in_transaction()
        with translating(self._address.place):
            connection.execute(b"COMMIT")

    def rollback(self) -> None:
        """Closing ends the transaction, whatever state an error left the connection in."""
        connection = self._connection
        if connection is not None and not connection.closed:
            try:
                with translating(self._address.place):
                    connection.execute(b"ROLLBACK")
            except TransferError:
                self.close()

    def _in_transaction(self) -> PlainConnection:
        """The connection, which must be the one that began: a failed transaction's COMMIT would roll back without a
        word, and that of another connection would commit nothing."""
        connection = self._connection
        if connection is None or connection.closed:
            raise ConnectionLost(f"{self._address.place}: the connection is lost, and what it wrote with it")
        if connection.info.transaction_status != TransactionStatus.INTRANS:
            raise DatabaseError("the transaction has failed and cannot be committed")
        return connection

    def cancel(self) -> None:
        connection = self._connection
        if connection is not None:
            with suppress(psycopg.Error):
                connection.cancel_safe(timeout=5)

    def sever(self) -> None:
        connection = self._connection
        if connection is not None:
            sever(connection)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class Feed:
    """Encodes batches on their way to the server, counts their rows, and keeps the error of whoever makes them: a
    driver would bury it in its own."""

    def __init__(self, load: Load, batches: Iterable[pa.RecordBatch]) -> None:
        self._columns = load.columns
        self._wires = load.wires
        self._batches = batches
        self.rows = 0
        self._failure: BaseException | None = None

    def binary(self) -> Iterator[bytes | memoryview]:
        """All rows as a binary file."""
        yield HEADER
        for batch in sliced(self._checked()):
            rows = Rows(batch.num_rows, batch.num_columns)
            for column, wire, array in zip(self._columns, self._wires, batch.columns, strict=True):
                if wire.binary is not None:
                    with _naming(column):
                        rows.add(array, wire.binary(array))
            yield rows.octets()
        yield TRAILER

    def text(self) -> Iterator[memoryview]:
        """All rows as CSV."""
        names = [column.name for column in self._columns]
        for batch in self._checked():
            arrays = []
            for column, wire, array in zip(self._columns, self._wires, batch.columns, strict=True):
                with _naming(column):
                    arrays.append(wire.text(array))
            yield _as_csv(pa.RecordBatch.from_arrays(arrays, names))

    def _checked(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                check_types(self._columns, batch)
                self.rows += batch.num_rows
                yield batch
        except GeneratorExit:
            raise
        except BaseException as error:
            self._failure = error
            raise

    def blame(self, error: Exception, place: str) -> None:
        """Raise what is behind a driver's error: the error of whoever makes the batches, else what the server said."""
        if self._failure is not None and self._failure is not error:
            raise self._failure
        known = translated(error, place)
        if known is not None and self._failure is None:
            raise known from error


@contextmanager
def _naming(column: Column) -> Iterator[None]:
    try:
        yield
    except pa.ArrowInvalid as error:
        raise DatabaseError(f"a value does not fit: {error}", where=column.name) from error


def _as_csv(batch: pa.RecordBatch) -> memoryview:
    sink = pa.BufferOutputStream()
    csv.write_csv(batch, sink, CSV)
    return memoryview(sink.getvalue())

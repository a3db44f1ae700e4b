"""The two ways rows travel, each over a connection of its own: Arrow by binary COPY, and CSV by COPY for the types
that have no binary encoder. Both drive their transaction by SQL."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as csv
from adbc_driver_manager import Error as BinaryError
from adbc_driver_manager.dbapi import Connection as BinaryConnection
from adbc_driver_manager.dbapi import Cursor as BinaryCursor
from psycopg.pq import TransactionStatus

from dialects.postgresql.connection import Address, PlainConnection, run
from dialects.postgresql.errors import lost, translated, translating
from dialects.postgresql.wire import Encode, Wire, check_types
from mappings.arrow import arrow_type
from mappings.errors import DatabaseError, TransferError, WriteAltered
from mappings.schema import Column, TableName

CSV = csv.WriteOptions(include_header=False, quoting_style="needed", null_string="\\N")
"""Text is always quoted, so that neither '' nor the text \\N is NULL."""
COPY = "COPY {relation} ({columns}) FROM STDIN (FORMAT csv, NULL '\\N')"
STILL_GOOD = "SAVEPOINT dbtransfer_end"
"""An error if the transaction has failed; a COMMIT would roll back without a word."""
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


class BinaryPath:
    """Arrow in and out. Opened on first use, which must be in a worker thread; after any error, and when a stream
    is left early, the connection is closed and the next use opens another."""

    def __init__(self, address: Address, *opening: str) -> None:
        self._address = address
        self._opening = opening
        self._connection: BinaryConnection | None = None
        self._cursor: BinaryCursor | None = None

    def stream(self, statement: str, octets: int) -> Generator[pa.RecordBatch]:
        """The rows of a SELECT in the driver's own types, in batches of about `octets`."""
        finished = False
        cursor = self._cursor = self._open().cursor()
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

    def begin(self) -> None:
        self._run("BEGIN")

    def write(self, load: Load, batches: Iterable[pa.RecordBatch]) -> int:
        """Write the batches; the number of rows sent, which the server cannot have skipped without a trigger."""
        encoders = [wire.binary or wire.text for wire in load.wires]
        feed = Feed(load, encoders, batches)
        try:
            reader = pa.RecordBatchReader.from_batches(feed.schema, feed.encoded())
            with self._open().cursor() as cursor:
                cursor.adbc_ingest(load.table.name, reader, mode="append", db_schema_name=load.table.schema)
        except Exception as error:
            self.close()
            feed.blame(error, self._address.place)
            raise
        return feed.rows

    def commit(self) -> None:
        self._run(STILL_GOOD)
        self._run("COMMIT")

    def rollback(self) -> None:
        """Closing ends the transaction, whatever state an error left the connection in."""
        if self._connection is not None:
            try:
                self._run("ROLLBACK")
            except TransferError:
                self.close()

    def cancel(self) -> None:
        connection = self._connection
        if connection is not None:
            with suppress(BinaryError, RuntimeError):
                connection.adbc_cancel()

    def close(self) -> None:
        """What still runs is cancelled first; a statement must be closed before its connection."""
        connection, self._connection = self._connection, None
        cursor, self._cursor = self._cursor, None
        if connection is not None:
            with suppress(BinaryError):
                if connection.adbc_connection.get_option(STATUS) == "active":
                    connection.adbc_cancel()
            if cursor is not None:
                cursor.close()
            connection.close()

    def _open(self) -> BinaryConnection:
        if self._connection is None:
            self._connection = self._address.binary()
            for statement in self._opening:
                self._run(statement)
        return self._connection

    def _run(self, statement: str) -> None:
        try:
            with translating(self._address.place):
                run(self._open(), statement)
        except TransferError:
            self.close()
            raise


class TextPath:
    """CSV in. The server counts the rows that it took."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: PlainConnection | None = None

    def begin(self) -> None:
        self._run("BEGIN")

    def write(self, load: Load, batches: Iterable[pa.RecordBatch]) -> int:
        """Write the batches; the number of rows that the server says it took."""
        feed = Feed(load, [wire.text for wire in load.wires], batches)
        statement = COPY.format(relation=load.relation, columns=load.names)
        try:
            with self._open().cursor() as cursor:
                with cursor.copy(statement.encode()) as copy:
                    for batch in feed.encoded():
                        copy.write(_as_csv(batch))
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

    def commit(self) -> None:
        if self._open().info.transaction_status == TransactionStatus.INERROR:
            raise DatabaseError("the transaction has failed and cannot be committed")
        self._run("COMMIT")

    def rollback(self) -> None:
        try:
            self._run("ROLLBACK")
        except TransferError:
            self.close()

    def cancel(self) -> None:
        connection = self._connection
        if connection is not None:
            connection.cancel_safe(timeout=5)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _open(self) -> PlainConnection:
        if self._connection is None or self._connection.closed:
            self._connection = self._address.plain()
        return self._connection

    def _run(self, statement: str) -> None:
        with translating(self._address.place):
            self._open().execute(statement.encode())


class Feed:
    """Encodes batches on their way to a driver, counts their rows, and keeps the error of whoever makes them: a
    driver would bury it in its own."""

    def __init__(self, load: Load, encoders: list[Encode], batches: Iterable[pa.RecordBatch]) -> None:
        self._columns = load.columns
        self._encoders = encoders
        self._batches = batches
        self.rows = 0
        self._failure: BaseException | None = None
        empty = [pa.array([], arrow_type(column.type)) for column in load.columns]
        self.schema = pa.schema(
            [
                (column.name, encode(array).type)
                for column, encode, array in zip(load.columns, encoders, empty, strict=True)
            ]
        )

    def encoded(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                check_types(self._columns, batch)
                self.rows += batch.num_rows
                yield pa.RecordBatch.from_arrays(self._arrays(batch), schema=self.schema)
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

    def _arrays(self, batch: pa.RecordBatch) -> list[pa.Array]:
        return [self._encode(at, array) for at, array in enumerate(batch.columns)]

    def _encode(self, at: int, array: pa.Array) -> pa.Array:
        try:
            return self._encoders[at](array)
        except pa.ArrowInvalid as error:
            raise DatabaseError(f"a value does not fit: {error}", where=self._columns[at].name) from error


def _as_csv(batch: pa.RecordBatch) -> memoryview:
    sink = pa.BufferOutputStream()
    csv.write_csv(batch, sink, CSV)
    return memoryview(sink.getvalue())


Writer = BinaryPath | TextPath

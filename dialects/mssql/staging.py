"""Rows in: a bulk copy fills a table of our own, and one INSERT ... SELECT a piece puts them where they belong, in the
session's transaction. The bulk copy has a connection of its own, so it could not be part of that transaction itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain

import pyarrow as pa

from dialects.base import Dialect
from dialects.mssql.drivers import Link
from dialects.mssql.queries import OWN
from dialects.mssql.writing import IDENTITY_OFF, IDENTITY_ON, Load
from mappings.errors import DatabaseError, TransferError, WriteAltered
from mappings.schema import Column, TableName

PIECE_OCTETS = 256 << 20
"""Bytes that wait in the staging table: a table without a key comes as one chunk, however large it is."""
COUNTED = "{insert};\nDECLARE @rows bigint = ROWCOUNT_BIG();\n{after}SELECT @rows"
EMPTY, DROP = "TRUNCATE TABLE {table}", "DROP TABLE {table}"


class Feed:
    """Encodes batches on their way to a driver, counts their rows, and keeps the error of whoever makes them: a driver
    would bury it in its own."""

    def __init__(self, load: Load, batches: Iterator[pa.RecordBatch]) -> None:
        self._load = load
        self._batches = batches
        self.rows = 0
        self.failure: BaseException | None = None

    def piece(self, first: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """The first batch and those behind it until they make PIECE_OCTETS."""
        octets = 0
        try:
            for batch in chain([first], self._batches):
                self.rows += batch.num_rows
                octets += batch.nbytes
                yield self._load.encoded(batch)
                if octets >= PIECE_OCTETS:
                    return
        except GeneratorExit:
            raise
        except BaseException as error:
            self.failure = error
            raise


class Staging:
    """The staging table and the connection that makes and fills it. The table is made with the first rows of a
    transaction and dropped behind it."""

    def __init__(self, link: Link, schema: str) -> None:
        self._link = link
        self._name = TableName(schema, f"{OWN}_{uuid.uuid4().hex[:16]}")
        self._load: Load | None = None

    def write(
        self,
        session: Link,
        dialect: Dialect,
        table: TableName,
        columns: tuple[Column, ...],
        batches: Iterator[pa.RecordBatch],
    ) -> int:
        """Write the batches through `session`, which holds the transaction; the rows that the target took."""
        self.clear(session)
        load = Load(dialect, table, self._name, columns)
        total = 0
        for first in batches:
            if self._load is None:
                self._link.run(load.create())
                self._load = load
            else:
                self._link.run(EMPTY.format(table=dialect.qualified(self._name)))
            total += self._moved(session, load, self._filled(load, first, batches))
        return total

    def _filled(self, load: Load, first: pa.RecordBatch, batches: Iterator[pa.RecordBatch]) -> int:
        """The rows that are in the staging table now."""
        feed, staging = Feed(load, batches), load.dialect.qualified(self._name)
        try:
            taken = self._link.load(staging, feed.piece(first))
        except Exception as error:
            if feed.failure is not None and feed.failure is not error:
                raise feed.failure from error
            raise
        if taken != feed.rows:
            raise WriteAltered(f"{feed.rows} rows were sent to the staging table, but it took {taken}")
        return taken

    def _moved(self, session: Link, load: Load, staged: int) -> int:
        insert, after = load.insert(), ""
        if load.numbers_itself:
            insert = f"{load.identity(IDENTITY_ON)};\n{insert}"
            after = f"{load.identity(IDENTITY_OFF)};\n"
        taken = int(session.run(COUNTED.format(insert=insert, after=after))[0][0])
        if taken != staged:
            raise WriteAltered(
                f"{staged} rows were sent, but the table took {taken}",
                hint="a trigger of the table skips rows: disable it while loading",
                where=str(load.table),
            )
        return taken

    def clear(self, session: Link) -> None:
        """Drop the table, and let the session number no more rows, which an error may have left so."""
        load, self._load = self._load, None
        if load is None:
            return
        if load.numbers_itself:
            with suppress(Exception):  # it is off already unless a statement failed
                session.run(load.identity(IDENTITY_OFF))
        self._link.run(DROP.format(table=load.dialect.qualified(self._name)))

    def cancel(self) -> None:
        self._link.cancel()

    def close(self) -> None:
        if self._load is not None:
            with suppress(TransferError, DatabaseError):
                self._link.run(DROP.format(table=self._load.dialect.qualified(self._name)))
        self._link.close()

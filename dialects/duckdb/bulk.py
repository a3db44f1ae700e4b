"""Arrow batches out of a table and into one, as streams: neither side ever holds more than a few batches.

A relation is read while it runs; the result of `execute` would be kept whole. Into a table, one INSERT takes the stream
of all batches: an INSERT for each batch takes a tenth longer and twice the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress

import duckdb
import pyarrow as pa

from dialects import sqltext
from dialects.base import Dialect, KeyRange, unreadable
from dialects.duckdb import casts
from mappings.arrow import arrow_schema
from mappings.errors import DatabaseError, WriteAltered
from mappings.schema import Column, Table

ROWS = "_dbtransfer_rows"
"""The name by which DuckDB sees the stream; known to one connection alone."""
INSERT = "INSERT INTO {table} ({columns}) SELECT {values} FROM {rows}"
SELECT = "SELECT {values} FROM {table}{where}{order}"
UNREADABLE = (ValueError, pa.ArrowInvalid)

Watch = Callable[[], None]
Connection = duckdb.DuckDBPyConnection


def read(
    connection: Connection,
    dialect: Dialect,
    table: Table,
    columns: Sequence[Column],
    where: KeyRange | None,
    batch_rows: int,
    watch: Watch,
) -> Iterator[pa.RecordBatch]:
    """The rows as batches in the Arrow schema of `columns`. `watch` raises when the work is cancelled."""
    schema = arrow_schema(tuple(columns))
    reader = connection.sql(select(dialect, table, columns, where)).to_arrow_reader(batch_rows)
    try:
        for batch in reader:
            watch()
            arrays = [_read(connection, dialect, table, column, batch, at) for at, column in enumerate(columns)]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    finally:
        reader.close()


def select(dialect: Dialect, table: Table, columns: Sequence[Column], where: KeyRange | None) -> str:
    """Rows of a range come in the order of its key."""
    return SELECT.format(
        values=", ".join(_wanted(dialect, column) for column in columns),
        table=dialect.relation(table),
        where=sqltext.restriction(dialect, where),
        order=sqltext.in_order(dialect, where),
    )


def _wanted(dialect: Dialect, column: Column) -> str:
    """Without the values that the user allows to be read as NULL."""
    value = casts.reading(dialect.quote(column.name), column)
    return sqltext.readable(value, column)


def _read(
    connection: Connection, dialect: Dialect, table: Table, column: Column, batch: pa.RecordBatch, at: int
) -> pa.Array:
    try:
        return casts.read(batch.column(at), column.type)
    except UNREADABLE as error:
        key = _key_of_no_time(connection, dialect, table, column) if "24:00:00" in str(error) else ""
        raise unreadable(table, column, key, str(error)) from error


def _key_of_no_time(connection: Connection, dialect: Dialect, table: Table, column: Column) -> str:
    """The first key whose time is the end of the day; asked over a connection of its own, for the stream is open."""
    if table.primary_key is None:
        return ""
    name = dialect.quote(column.name)
    statement = key_query(dialect, table, f"CAST({name} AS TIME) = '24:00:00'")
    with closing(connection.cursor()) as cursor:
        found = cursor.execute(statement).fetchone()
    return ", ".join(map(str, found)) if found else ""


def key_query(dialect: Dialect, table: Table, predicate: str) -> str:
    """The primary key, as text, of one row for which the predicate is true."""
    names = table.primary_key.columns if table.primary_key else ()
    keys = ", ".join(f"CAST({dialect.quote(name)} AS VARCHAR)" for name in names)
    return f"SELECT {keys} FROM {dialect.qualified(table.name)} WHERE {predicate} LIMIT 1"


class Feed:
    """The batches on their way into DuckDB: counts the rows, and keeps the error that ended them, which DuckDB would
    tell as text only."""

    def __init__(
        self, table: Table, columns: Sequence[Column], batches: Iterable[pa.RecordBatch], watch: Watch
    ) -> None:
        self._table = table
        self._columns = columns
        self._batches = batches
        self._watch = watch
        self._expected = arrow_schema(tuple(columns))
        self._schema = pa.schema([(column.name, casts.wire_type(column.type)) for column in columns])
        self.rows = 0
        self.error: BaseException | None = None

    def reader(self) -> pa.RecordBatchReader:
        return pa.RecordBatchReader.from_batches(self._schema, self._kept())

    def _kept(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._batches:
                self._watch()
                yield self._written(batch)
                self.rows += batch.num_rows
        except BaseException as error:
            self.error = error
            raise

    def _written(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not batch.schema.equals(self._expected):
            raise DatabaseError(f"a batch for {self._table.name} has the schema {batch.schema}, not {self._expected}")
        arrays = [self._array(column, array) for column, array in zip(self._columns, batch.columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _array(self, column: Column, array: pa.Array) -> pa.Array:
        try:
            return casts.written(array, column.type)
        except UNREADABLE as error:
            raise WriteAltered(str(error), where=f"{self._table.name}.{column.name}") from error


def write(
    connection: Connection,
    dialect: Dialect,
    table: Table,
    columns: Sequence[Column],
    batches: Iterable[pa.RecordBatch],
    watch: Watch,
) -> int:
    """Write all batches, returning the rows. DuckDB's own count of inserted rows must agree."""
    feed = Feed(table, columns, batches, watch)
    connection.register(ROWS, feed.reader())
    try:
        found = connection.execute(insert(dialect, table, columns)).fetchone()
    except duckdb.Error:
        if feed.error is not None:
            raise feed.error from None
        raise
    finally:
        with suppress(duckdb.Error):  # refused while a transaction is aborted: the next write replaces the stream
            connection.unregister(ROWS)
    taken = found[0] if found else 0
    if taken != feed.rows:
        raise WriteAltered(f"{feed.rows} rows were sent, DuckDB inserted {taken}", where=str(table.name))
    return feed.rows


def insert(dialect: Dialect, table: Table, columns: Sequence[Column]) -> str:
    """Columns of the stream have the columns' own names, and are cast without loss or refused."""
    return INSERT.format(
        table=dialect.qualified(table.name),
        columns=sqltext.column_list(dialect, (column.name for column in columns)),
        values=", ".join(casts.writing(dialect.quote(column.name), column) for column in columns),
        rows=dialect.quote(ROWS),
    )

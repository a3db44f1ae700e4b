"""Arrow batches out of a table and into one. Nothing is altered on the way in either direction, or it raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

import pyarrow as pa

from dialects.base import KeyRange
from dialects.sqlite.decode import Values, decode
from dialects.sqlite.encode import encode
from dialects.sqlite.fetch import Chunk, fetch
from dialects.sqlite.packing import Link, asked
from dialects.sqlite.surveys import UNREADABLE, first_failure
from dialects.sqlite.types import affinity, quoted
from mappings.arrow import arrow_schema
from mappings.errors import DatabaseError, WriteAltered
from mappings.schema import Column, Table
from mappings.spelling import spelled

INSERT = "INSERT OR ABORT INTO {table} ({columns}) VALUES "
"""OR ABORT, so that a constraint declared ON CONFLICT REPLACE or IGNORE loses no row silently."""
ROWS_AT_ONCE = 40
PARAMETERS = 30_000
"""Parameters of one statement; SQLite takes 32766."""

Watch = Callable[[], None]


def read(
    connection: Link, table: Table, columns: Sequence[Column], where: KeyRange | None, batch_rows: int, watch: Watch
) -> Iterator[pa.RecordBatch]:
    """The rows as batches in the Arrow schema of `columns`. `watch` raises when the work is cancelled."""
    schema = arrow_schema(tuple(columns))
    wanted = [asked(column) for column in columns]
    for chunk in fetch(connection, table.name.name, wanted, where, batch_rows):
        watch()
        arrays = [_decoded(table, column, chunk, at) for at, column in enumerate(columns)]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _decoded(table: Table, column: Column, chunk: Chunk, at: int) -> pa.Array:
    values = chunk.columns[at]
    try:
        return decode(values, column.type)
    except UNREADABLE as error:
        row = first_failure(lambda part: decode(part, column.type), values)
        raise DatabaseError(
            f"the value {_shown(values, row)} cannot be read as {column.type.kind}: {error}",
            hint=f"mend this row, or copy the column as text: --allow-loss '{table.name}.{column.name}=text'",
            where=f"{table.name}.{column.name}, {chunk.key(row)}",
        ) from error


def _shown(values: Values, row: int) -> str:
    """A value for a message, at most sixty characters."""
    value = spelled(values[row : row + 1])[0].as_py() if isinstance(values, pa.Array) else values[row]
    if isinstance(values, pa.Array) and pa.types.is_large_binary(values.type):
        value = values[row].as_py()
    if isinstance(value, bytes | bytearray):
        value = value.decode(errors="backslashreplace")
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def write(
    connection: Link, table: Table, columns: Sequence[Column], batches: Iterable[pa.RecordBatch], watch: Watch
) -> int:
    """Write all batches, returning the rows. SQLite's own count of inserted rows must agree."""
    schema = arrow_schema(tuple(columns))
    insert = Insert(connection, table, columns)
    written = 0
    for batch in batches:
        watch()
        if not batch.schema.equals(schema):
            raise DatabaseError(f"a batch for {table.name} has the schema {batch.schema}, not {schema}")
        lists = [_encoded(table, column, array) for column, array in zip(columns, batch.columns, strict=True)]
        taken = insert(lists, batch.num_rows)
        if taken != batch.num_rows:
            raise WriteAltered(
                f"{batch.num_rows} rows were sent, SQLite inserted {taken}",
                hint="a trigger of the table leaves rows out",
                where=str(table.name),
            )
        written += taken
    return written


def _encoded(table: Table, column: Column, array: pa.Array) -> list[object]:
    own = affinity(column.native)
    try:
        return encode(array, column.type, own)
    except UNREADABLE as error:
        row = first_failure(lambda part: encode(part, column.type, own), array)
        raise WriteAltered(
            f"the value {_shown(array, row)} {error}", where=f"{table.name}.{column.name}, row {row + 1} of a batch"
        ) from error


class Insert:
    """Inserts columns of values, many rows with each statement: one INSERT per row takes a third longer."""

    def __init__(self, connection: Link, table: Table, columns: Sequence[Column]) -> None:
        self._connection = connection
        self._width = len(columns)
        self._at_once = max(1, min(ROWS_AT_ONCE, PARAMETERS // self._width))
        names = ", ".join(quoted(column.name) for column in columns)
        self._head = INSERT.format(table=quoted(table.name.name), columns=names)
        self._row = f"({', '.join('?' * self._width)})"

    def __call__(self, lists: list[list[object]], rows: int) -> int:
        """The number of rows that SQLite says it inserted."""
        whole = rows - rows % self._at_once
        values = chain.from_iterable(zip(*lists, strict=True))
        taken = self._run(self._at_once, values, whole // self._at_once) if whole else 0
        return taken + (self._run(1, values, rows - whole) if rows > whole else 0)

    def _run(self, at_once: int, values: Iterator[object], times: int) -> int:
        """Take just `times` statements' worth of `values`."""
        statement = self._head + ", ".join([self._row] * at_once)
        groups = zip(*[values] * (self._width * at_once), strict=False)
        return self._connection.executemany(statement, islice(groups, times)).rowcount

"""The two drivers behind one face: Microsoft's mssql-python, which speaks Arrow, and pyodbc, which speaks rows."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pyarrow as pa

from mappings.errors import ConfigurationError

ODBC = re.compile(r"^ODBC Driver (\d+) for SQL Server$")
SLOWER = (
    "rows go through pyodbc, which is slower than Microsoft's own driver: pip install 'dbtransfer[mssql]' brings that"
)
EVER = 0
"""Seconds that a bulk copy may take: no limit."""

Row = tuple[Any, ...]


class Link(ABC):
    """One connection. Statements commit by themselves unless they begin a transaction."""

    notice = ""
    """What the user should be told once about this driver."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._cursor: Any = None
        self.warnings: tuple[str, ...] = ()
        """What the server said beside the last statement's result."""

    def run(self, statement: str) -> list[Row]:
        """Run one batch to its end, where its errors are, too; the rows of its last result."""
        cursor = self._open()
        try:
            cursor.execute(statement)
            rows: list[Row] = []
            said: list[str] = []
            while True:
                said += [_text(message) for message in cursor.messages or ()]
                if cursor.description is not None:
                    rows = [tuple(row) for row in cursor.fetchall()]
                if not cursor.nextset():
                    break
            self.warnings = tuple(dict.fromkeys(said))
            return rows
        finally:
            self._end(cursor)

    def _open(self) -> Any:
        self._cursor = self._connection.cursor()
        return self._cursor

    def _end(self, cursor: Any) -> None:
        self._cursor = None
        with suppress(Exception):  # what closing says comes after all that was asked
            cursor.close()

    @abstractmethod
    def stream(self, statement: str, types: Sequence[pa.DataType], rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a SELECT in batches of at most `rows`, without names. `types` are those that a driver of rows
        makes of its values; a driver of Arrow has its own."""

    @abstractmethod
    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        """Bulk copy into `table`, a name as SQL text; the rows that the driver says it sent. Commits."""

    @abstractmethod
    def cancel(self) -> None:
        """Called from another thread: end the running statement, if any."""

    def close(self) -> None:
        with suppress(Exception):
            self._connection.close()


class MicrosoftLink(Link):
    """mssql-python. Its bulk copy opens a connection of its own."""

    def stream(self, statement: str, types: Sequence[pa.DataType], rows: int) -> Iterator[pa.RecordBatch]:
        cursor = self._open()
        try:
            cursor.execute(statement)
            while (batch := cursor.arrow_batch(rows)).num_rows:
                yield batch
        finally:
            self._end(cursor)

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        cursor = self._open()
        try:
            done = cursor.bulkcopy_arrow(table, batches, timeout=EVER, keep_nulls=True, table_lock=True)
            return int(done["rows_copied"])
        finally:
            self._end(cursor)

    def cancel(self) -> None:
        """The driver has no public way to cancel but that of its Arrow reader; this is what that calls."""
        handle = getattr(self._cursor, "hstmt", None)
        with suppress(Exception):
            handle._cancel()  # type: ignore[union-attr]


class OdbcLink(Link):
    """pyodbc over Microsoft's ODBC driver. FreeTDS is refused: it writes old dates wrongly and may crash."""

    notice = SLOWER

    def __init__(self, connection: Any, wide: object) -> None:
        """`wide` is what the driver calls text of any length."""
        super().__init__(connection)
        self._wide = wide

    def stream(self, statement: str, types: Sequence[pa.DataType], rows: int) -> Iterator[pa.RecordBatch]:
        cursor = self._open()
        try:
            cursor.execute(statement)
            while found := cursor.fetchmany(rows):
                columns = zip(*found, strict=True)
                arrays = [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, names=[str(at) for at in range(len(arrays))])
        finally:
            self._end(cursor)

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        cursor, sent = self._open(), 0
        try:
            cursor.fast_executemany = True
            for batch in batches:
                if batch.num_rows:
                    texts = [pa.types.is_large_string(field.type) for field in batch.schema]
                    cursor.setinputsizes([self._wide if text else None for text in texts])
                    marks = ", ".join("?" * batch.num_columns)
                    rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
                    cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
                    sent += batch.num_rows
            return sent
        finally:
            self._end(cursor)

    def cancel(self) -> None:
        cursor = self._cursor
        if cursor is not None:
            with suppress(Exception):
                cursor.cancel()


def open_microsoft(arguments: str, timeout: int) -> MicrosoftLink:
    """ImportError where mssql-python is not installed. `timeout` in seconds."""
    import mssql_python

    mssql_python.pooling(enabled=False)  # a session that ends must leave no lock and no setting behind
    return MicrosoftLink(mssql_python.connect(arguments, autocommit=True, timeout=timeout))


def open_odbc(arguments: str, timeout: int, driver: str) -> OdbcLink:
    """ImportError where pyodbc is not installed. `driver` is the ODBC driver's name, empty for the newest one."""
    import pyodbc

    name = driver or _newest(pyodbc.drivers())
    if not ODBC.match(name):
        raise ConfigurationError(
            f"the ODBC driver {name} cannot be used" if name else "there is no ODBC driver of Microsoft",
            hint="pip install 'dbtransfer[mssql]', or install Microsoft's ODBC Driver 18 for SQL Server",
        )
    pyodbc.pooling = False
    connection = pyodbc.connect(f"DRIVER={{{name}}};{arguments}", autocommit=True, timeout=timeout)
    return OdbcLink(connection, (pyodbc.SQL_WVARCHAR, 0, 0))


def _newest(names: Sequence[str]) -> str:
    found = sorted((int(match[1]), name) for name in names if (match := ODBC.match(name)))
    return found[-1][1] if found else ""


def _text(message: object) -> str:
    """Drivers give a pair of state and words."""
    return str(message[-1]) if isinstance(message, tuple | list) and message else str(message)

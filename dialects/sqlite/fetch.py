"""Rows out of SQLite, column by column. Packed: one aggregate query per chunk lets SQLite itself concatenate each
column, so that Python handles a few large strings instead of one object per cell, and threads run side by side. Row
by row where that is not possible: without a rowid, by another key, in UTF-16, or for values of an unexpected class.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from dialects.base import Cut, KeyRange
from dialects.sqlite.decode import Value, Values
from dialects.sqlite.dialect import SqliteDialect
from dialects.sqlite.packing import Asked, Link, Misfit, measured, packed_query, unpacked
from dialects.sqlite.types import quoted
from dialects.sqltext import in_order, restriction

COLUMNS = "SELECT name, pk FROM pragma_table_xinfo(?) ORDER BY pk, cid"
KIND = """\
SELECT l.wr, (SELECT count(*) FROM pragma_index_list(l.name) WHERE origin = 'pk')
FROM pragma_table_list(?) l WHERE l.schema = 'main'"""
CUT = "SELECT {key} FROM {table} NOT INDEXED WHERE {range} ORDER BY {key} LIMIT 1 OFFSET {rows}"
NTH = "SELECT {shown} FROM {source} LIMIT 1 OFFSET {row}"
FIRST_ROWS = 2_000
CHUNK_OCTETS = 16 * 1024 * 1024
LONGEST = 64 * 1024 * 1024
"""No column of a packed chunk may be longer: SQLite refuses it early, and the chunk is made smaller."""
WIDEST = 900
"""Columns of a packed query, of which each takes two of the 2000 that a result may have."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows of a table are told apart: `rowid` is the quoted word for the rowid, empty when there is none (or
    columns took all three words); `keys` the quoted primary key."""

    table: str
    rowid: str
    keys: tuple[str, ...]

    def names_rowid(self, columns: tuple[str, ...]) -> bool:
        """Whether a range over these columns is one of the rowid."""
        words = (quoted(columns[0]).lower(), columns[0].lower()) if len(columns) == 1 else ()
        return bool(self.rowid) and self.rowid.lower() in words

    @property
    def shown(self) -> str:
        """An expression that names a row for people."""
        if self.rowid:
            return f"'rowid ' || {self.rowid}"
        return "'key ' || " + " || ', ' || ".join(f"quote({key})" for key in self.keys) if self.keys else "'a row'"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Columns of some rows. `key(n)` names its row `n` for messages."""

    columns: list[Values]
    rows: int
    key: Callable[[int], str]


def layout(connection: Link, name: str) -> Layout:
    """Ask the catalogue how rows of this table are told apart."""
    columns = connection.execute(COLUMNS, (name,)).fetchall()
    without_rowid, key_indexes = connection.execute(KIND, (name,)).fetchone()
    keys = [column for column, place in columns if place]
    if not without_rowid and len(keys) == 1 and not key_indexes:
        return Layout(quoted(name), quoted(keys[0]), (quoted(keys[0]),))
    taken = {column.lower() for column, _ in columns}
    words = [] if without_rowid else [word for word in ("rowid", "_rowid_", "oid") if word not in taken]
    return Layout(quoted(name), words[0] if words else "", tuple(map(quoted, keys)))


def fetch(
    connection: Link, name: str, asked: Sequence[Asked], where: KeyRange | None, batch_rows: int
) -> Iterator[Chunk]:
    """The columns of all rows, or of those in `where` in the order of its key."""
    there = layout(connection, name)
    (encoding,) = connection.execute("PRAGMA encoding").fetchone()
    by_rowid = where is None or there.names_rowid(where.columns)
    if there.rowid and by_rowid and encoding == "UTF-8" and 0 < len(asked) <= WIDEST:
        return Packed(connection, there, asked, batch_rows).chunks(where)
    return _by_row(connection, there, asked, where, batch_rows)


class Packed:
    """Reads ranges of the rowid, each in one query, their size fitted to the bytes that the last one had."""

    def __init__(self, connection: Link, there: Layout, asked: Sequence[Asked], batch_rows: int) -> None:
        self._connection = connection
        self._layout = there
        self._asked = asked
        self._most = batch_rows
        self._rows = min(batch_rows, FIRST_ROWS)
        self._query = packed_query(asked)

    def chunks(self, where: KeyRange | None) -> Iterator[Chunk]:
        lower, end = (_rowid(where.lower), _rowid(where.upper)) if where is not None else (None, None)
        more = True
        while more:
            cut = self._cut(lower, end)
            more, upper = cut is not None, end if cut is None else cut
            try:
                chunk = self._chunk(lower, upper)
            except sqlite3.DataError:  # "string or blob too big"
                if self._rows > 1:
                    self._rows, more = max(1, self._rows // 8), True
                    continue
                chunk = self._listed(lower, upper)
            if chunk.rows:
                yield chunk
                self._fit(chunk)
            lower = upper

    def _range(self, lower: int | None, upper: int | None) -> str:
        return _between(self._layout.rowid, lower, upper)

    def _cut(self, lower: int | None, end: int | None) -> int | None:
        """The first rowid behind the next chunk, None when that reaches the end."""
        key, table = self._layout.rowid, self._layout.table
        query = CUT.format(key=key, table=table, range=self._range(lower, end), rows=self._rows)
        found = self._connection.execute(query).fetchone()
        return found[0] if found else None

    def _chunk(self, lower: int | None, upper: int | None) -> Chunk:
        source = f"{self._layout.table} NOT INDEXED WHERE {self._range(lower, upper)}"
        before = self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        try:
            row = self._connection.execute(f"{self._query} FROM {source}").fetchone()
            columns = unpacked(row, self._asked, self._connection.lists)
        except (Misfit, UnicodeDecodeError, sqlite3.OperationalError) as error:
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                raise
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
            return self._listed(lower, upper)
        finally:
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)
            self._connection.lists.clear()
        return Chunk(columns, row[0], self._namer(lower, upper))

    def _listed(self, lower: int | None, upper: int | None) -> Chunk:
        """The same rows one by one, whatever classes their values have."""
        names = ", ".join(column.column for column in self._asked)
        source = f"{self._layout.table} NOT INDEXED WHERE {self._range(lower, upper)} ORDER BY {self._layout.rowid}"
        cursor = self._connection.execute(f"SELECT {names} FROM {source}")
        rows = _some(self._connection, cursor, self._rows)
        return Chunk(_columns(rows, len(self._asked)), len(rows), self._namer(lower, upper))

    def _namer(self, lower: int | None, upper: int | None) -> Callable[[int], str]:
        source = f"{self._layout.table} NOT INDEXED WHERE {self._range(lower, upper)} ORDER BY {self._layout.rowid}"
        return partial(_nth, self._connection, self._layout.shown, source, 0)

    def _fit(self, chunk: Chunk) -> None:
        octets = sum(map(measured, chunk.columns)) / chunk.rows
        self._rows = max(1, min(self._most, int(CHUNK_OCTETS / max(octets, 1.0)), self._rows * 8))


def _by_row(
    connection: Link, there: Layout, asked: Sequence[Asked], where: KeyRange | None, batch_rows: int
) -> Iterator[Chunk]:
    names = ", ".join(column.column for column in asked)
    dialect = SqliteDialect(sqlite3.sqlite_version)
    source = there.table + restriction(dialect, where) + in_order(dialect, where)
    cursor = connection.execute(f"SELECT {names} FROM {source}")
    size, before = min(batch_rows, FIRST_ROWS), 0
    while rows := _some(connection, cursor, size):
        columns = _columns(rows, len(asked))
        yield Chunk(columns, len(rows), partial(_nth, connection, there.shown, source, before))
        before += len(rows)
        octets = sum(map(measured, columns)) / len(rows)
        size = max(1, min(batch_rows, int(CHUNK_OCTETS / max(octets, 1.0)), size * 8))


def _rowid(cut: Cut | None) -> int | None:
    return None if cut is None else int(cut[0])


def _between(key: str, lower: int | None, upper: int | None) -> str:
    ends = [f"{key} >= {lower}"] if lower is not None else []
    ends += [f"{key} < {upper}"] if upper is not None else []
    return " AND ".join(ends) or "1"


def _some(connection: Link, cursor: sqlite3.Cursor, count: int) -> list[tuple[Value, ...]]:
    """At most `count` rows with text as bytearray: unlike str it needs no valid UTF-8, unlike bytes it is no blob."""
    connection.text_factory = bytearray
    try:
        return cursor.fetchmany(count)
    finally:
        connection.text_factory = str


def _columns(rows: list[tuple[Value, ...]], count: int) -> list[Values]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(count)]


def _nth(connection: Link, shown: str, source: str, start: int, row: int) -> str:
    found: Any = connection.execute(NTH.format(shown=shown, source=source, row=start + row)).fetchone()
    return str(found[0]) if found else f"row {start + row}"

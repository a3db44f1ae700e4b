"""What can be told of a table's size without reading it: the span of its rowids, and the length of its first rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from dialects.sqlite.types import quoted

ROWIDS = "SELECT (SELECT max({key}) FROM {table}), (SELECT min({key}) FROM {table})"
"""Two queries, each a step into the tree; max and min in one would read the whole table."""
LENGTH = """\
coalesce(CASE typeof({column}) WHEN 'blob' THEN length({column}) ELSE length(CAST({column} AS BLOB)) END, 0)"""
"""The length of a blob is known without loading it."""
FIRST_ROWS = "SELECT avg({length}) FROM (SELECT {columns} FROM {table} LIMIT 20)"
MEASURED = 300
"""Columns that are added up; an expression has at most a thousand levels."""
ROW_OCTETS = 8
"""What a row costs beside its values."""


def rowids(connection: sqlite3.Connection, table: str, key: str) -> tuple[int | None, int | None]:
    """The greatest rowid, and how far the rowids span: at most so many rows are there. Nothing without a `key`."""
    if not key:
        return None, None
    greatest, least = connection.execute(ROWIDS.format(key=quoted(key), table=quoted(table))).fetchone()
    return greatest, 0 if greatest is None else greatest - least + 1


def octets(connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: int | None) -> int | None:
    """About the bytes of all rows, going by the first ones."""
    if rows is None:
        return None
    names = [quoted(column) for column in columns[:MEASURED]]
    query = FIRST_ROWS.format(
        length=" + ".join(LENGTH.format(column=name) for name in names), columns=", ".join(names), table=quoted(table)
    )
    (length,) = connection.execute(query).fetchone()
    return int(rows * (ROW_OCTETS + length)) if length is not None else 0

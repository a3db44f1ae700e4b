"""Which key cuts a table, and whether its ranges name the same rows on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.base import Dialect
from mappings import types as t
from mappings.schema import Table
from transfer.plan import ChunkKey, ColumnPlan

STANDARD = (t.Integer, t.Decimal, t.Date, t.Timestamp)
"""Types whose values every engine orders alike, if it keeps them as such."""


def chunk_key(table: Table, columns: tuple[ColumnPlan, ...], source: Dialect, target: Dialect) -> ChunkKey:
    """The key to cut by: a single integer before others, the primary key before unique ones, the address of the rows
    where there is no key or the engine reads better by it.

    Keys with a column that may be NULL are not used: a NULL is in no range, and uniqueness says nothing of such rows.
    """
    keys = list(_keys(table, source))
    whole = [key for key in keys if len(key) == 1 and isinstance(table.column(key[0]).type, t.Integer)]
    address = source.row_address(table)
    if address and not whole and (source.reads_by_address or not keys):
        return ChunkKey((address,), address=True)
    best = next(iter(whole or keys), ())
    return ChunkKey(best, portable=portable(best, columns, source, target))


def _keys(table: Table, source: Dialect) -> Iterator[tuple[str, ...]]:
    """The primary key first, as far as the engine can cut by them."""
    primary = [table.primary_key.columns] if table.primary_key else []
    for key in (*primary, *(unique.columns for unique in table.uniques)):
        held = [table.column(name) for name in key]
        if not any(column.nullable or source.key_literal(column) is None for column in held):
            yield key


def portable(key: tuple[str, ...], columns: tuple[ColumnPlan, ...], source: Dialect, target: Dialect) -> bool:
    """Whether the target orders the values of the key as the source does, and both understand the same literals."""
    held = [column for name in key for column in columns if column.read.name == name]
    if not key or len(held) < len(key):
        return False
    return all(_untransformed(column) for column in held) and all(
        source.orders_by_value(column.read) and target.orders_by_value(column.write) for column in held
    )


def _untransformed(column: ColumnPlan) -> bool:
    read, written = column.read.type, column.write.type
    return column.rule is None and type(read) is type(written) and isinstance(read, STANDARD)

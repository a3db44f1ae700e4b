"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared.

A primary key of one INTEGER is the rowid and numbers itself unless told otherwise. There are no comments, and foreign
keys are not asked whether they were validated.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.sqlite.ddl import beginning, is_rowid, never_null_index
from dialects.sqlite.types import FAMILY, quoted
from mappings.schema import Column, Expression, Identity, Index, IndexPart, Table

TOLD = ("without_rowid", "strict", "rowid_alias", "autoincrement")


def normal_form(table: Table) -> Table:
    """See above. A unique constraint for which NULLs are equal is made as an index on expressions."""
    made = tuple(never_null_index(table, unique) for unique in table.uniques if unique.nulls_not_distinct)
    return replace(
        table,
        columns=tuple(_column(column, is_rowid(table, column)) for column in table.columns),
        uniques=tuple(unique for unique in table.uniques if not unique.nulls_not_distinct),
        indexes=tuple(_index(index) for index in table.indexes) + made,
        foreign_keys=tuple(replace(key, validated=True) for key in table.foreign_keys),
        comment="",
        options=_options(table),
    )


def _column(column: Column, rowid: bool) -> Column:
    return replace(
        column,
        native=" ".join(column.native.upper().split()),
        nullable=column.nullable and not rowid,
        identity=Identity() if rowid else None,
        comment="",
    )


def _index(index: Index) -> Index:
    """Where beginnings must be unique, they are an expression."""
    return replace(index, parts=tuple(_part(part) if index.unique else part for part in index.parts))


def _part(part: IndexPart) -> IndexPart:
    if part.prefix is None:
        return part
    sql = beginning(part.expression.sql if part.expression else quoted(part.column), part)
    return replace(part, column="", prefix=None, expression=Expression(FAMILY, sql))


def _options(table: Table) -> tuple[tuple[str, str], ...]:
    """A rowid that was not asked to number itself is made without AUTOINCREMENT."""
    options = {name: value for name, value in table.options if name in TOLD}
    if any(is_rowid(table, column) and column.identity is None for column in table.columns):
        options["autoincrement"] = "no"
    return tuple(sorted(options.items()))

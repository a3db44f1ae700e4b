"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared.

A unique constraint over columns that may be NULL is made as an index; keys and identities make columns NOT NULL.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.mssql.ddl import not_null
from dialects.mssql.fitted import filtered
from dialects.mssql.types import FAMILY
from mappings.schema import Expression, Index, IndexPart, Table, Unique


def normal_form(table: Table) -> Table:
    """See above. Which index the rows lie in is no difference."""
    keyed = set(table.primary_key.columns) if table.primary_key else set()
    made = tuple(_as_index(table, unique) for unique in table.uniques if filtered(table, unique))
    return replace(
        table,
        columns=tuple(
            replace(
                column,
                nullable=column.nullable and column.name not in keyed and column.identity is None,
                identity=column.identity and replace(column.identity, always=False),
            )
            for column in table.columns
        ),
        uniques=tuple(unique for unique in table.uniques if not filtered(table, unique)),
        indexes=table.indexes + made,
        options=(),
    )


def _as_index(table: Table, unique: Unique) -> Index:
    where = Expression(FAMILY, not_null(table, unique.columns))
    return Index(unique.name, tuple(map(IndexPart, unique.columns)), True, where, nulls_not_distinct=True)

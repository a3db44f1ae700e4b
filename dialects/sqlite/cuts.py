"""Where a table can be cut: the literal of a value, whatever class it has, and the word for the rowid."""

from __future__ import annotations

from mappings import types as t
from mappings.schema import Column, Table

LITERAL = """\
CASE typeof({column}) WHEN 'text' THEN '+CAST(X''' || hex({column}) || ''' AS TEXT)' ELSE quote({column}) END"""
"""Text by its bytes: `quote` would end at a NUL. The plus takes the affinity from the cast, so that the column's own
holds, as for a bare literal. https://www.sqlite.org/datatype3.html#affinity_of_expressions"""
ROWIDS = ("rowid", "_rowid_", "oid")


def key_literal(name: str, column: Column) -> str | None:
    """The expression for the literals of the quoted column `name`; None for floats, whose infinities have none."""
    return None if isinstance(column.type, t.Float) else LITERAL.format(column=name)


def row_address(table: Table) -> str:
    """The first word for the rowid that no column has taken; empty where there is none."""
    taken = {column.name.lower() for column in table.columns}
    if ("without_rowid", "yes") in table.options:
        return ""
    return next((word for word in ROWIDS if word not in taken), "")

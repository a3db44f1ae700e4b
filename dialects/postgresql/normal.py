"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared."""

from __future__ import annotations

from dataclasses import replace

from dialects.postgresql.server import EXTENSION_TYPES, Server
from dialects.postgresql.types import CITEXT, innermost, parsed
from mappings import types as t
from mappings.schema import Column, Index, IndexPart, Table


def normal_form(table: Table, server: Server) -> Table:
    """Keys and identities make columns NOT NULL; NULLs stand last unless an index is descending; generated columns
    are stored where the server knows no others."""
    keyed = set(table.primary_key.columns) if table.primary_key else set()
    return replace(
        table,
        columns=tuple(_column(column, column.name in keyed, server) for column in table.columns),
        indexes=tuple(_index(index) for index in table.indexes),
    )


def _column(column: Column, keyed: bool, server: Server) -> Column:
    stored = column.generated and replace(
        column.generated, stored=column.generated.stored or not server.virtual_columns
    )
    return replace(
        column,
        native=_native(column),
        nullable=column.nullable and not keyed and column.identity is None,
        generated=stored,
    )


def _native(column: Column) -> str:
    """The type with its labels, its collation, and without the schema that an extension was put into."""
    native, kind = column.native, innermost(column.type)
    base = parsed(native).base
    bare = base.rpartition(".")[2]
    if bare in EXTENSION_TYPES:
        native = native.replace(base, bare, 1)
    if isinstance(kind, t.Enum) and kind.name and base != "text":
        return f"{native} ({', '.join(kind.labels)})"
    if isinstance(kind, t.Text) and kind.collation is not None and kind != CITEXT:
        return f"{native} COLLATE {kind.collation.name}"
    return native


def _index(index: Index) -> Index:
    method = "" if index.method == "btree" else index.method
    return replace(index, method=method, parts=tuple(_part(part) for part in index.parts))


def _part(part: IndexPart) -> IndexPart:
    return replace(part, nulls_first=None) if part.nulls_first == part.descending else part

"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared.

InnoDB makes indexes for foreign keys and for the column that numbers itself; a unique index is a unique constraint;
RESTRICT and NO ACTION are one; keys and identities make columns NOT NULL.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect
from dialects.mysql.ddl import never_null_index, stand_in_name
from dialects.mysql.server import Server
from dialects.mysql.spelling import without_width
from dialects.mysql.types import bare, base, labels, literal
from mappings.schema import Action, Column, ForeignKey, Identity, Index, IndexPart, PrimaryKey, Table, Unique


def normal_form(dialect: Dialect, table: Table, server: Server) -> Table:
    """See above. Options are InnoDB's own here, whatever the source said."""
    table = _with_made_indexes(dialect, table)
    keyed = set(table.primary_key.columns) if table.primary_key else set()
    unique = [index for index in table.indexes if _is_constraint(index)]
    made = _made_unasked(table)
    return replace(
        table,
        columns=tuple(_column(column, column.name in keyed, server) for column in table.columns),
        primary_key=table.primary_key and PrimaryKey("", table.primary_key.columns),
        uniques=(*table.uniques, *(Unique(index.name, _names(index)) for index in unique)),
        indexes=tuple(
            index for index in table.indexes if index not in unique and (index.name, index.parts) not in made
        ),
        foreign_keys=tuple(_foreign_key(key) for key in table.foreign_keys),
        options=(),
    )


def _with_made_indexes(dialect: Dialect, table: Table) -> Table:
    """A unique constraint for which NULLs are equal is made as an index on expressions."""
    made = tuple(never_null_index(dialect, table, unique) for unique in table.uniques if unique.nulls_not_distinct)
    plain = tuple(unique for unique in table.uniques if not unique.nulls_not_distinct)
    return replace(table, uniques=plain, indexes=table.indexes + made)


def _is_constraint(index: Index) -> bool:
    return index.unique and not any(part.prefix or part.descending or part.expression for part in index.parts)


def _names(index: Index) -> tuple[str, ...]:
    return tuple(part.column for part in index.parts)


def _made_unasked(table: Table) -> set[tuple[str, tuple[IndexPart, ...]]]:
    """Names and parts of the indexes that InnoDB makes for a foreign key, and ours for a column that numbers itself."""
    numbered = [column.name for column in table.columns if column.identity is not None]
    made = {(key.name, tuple(map(IndexPart, key.columns))) for key in table.foreign_keys}
    return made | {(stand_in_name(name), (IndexPart(name),)) for name in numbered}


def _column(column: Column, keyed: bool, server: Server) -> Column:
    """MariaDB knows no NOT NULL behind a generated column."""
    sayable = column.generated is None or not server.maria
    free = column.nullable and not keyed and column.identity is None
    return replace(
        column,
        native=_native(column.native),
        nullable=free or not sayable,
        identity=column.identity and Identity(),
    )


def _native(native: str) -> str:
    word, rest = base(native), native.removeprefix(bare(native))
    if word in ("enum", "set"):
        return f"{word}({','.join(map(literal, labels(bare(native))))}){rest}"
    if word in ("geomcollection", "integer"):
        return native.replace(word, {"geomcollection": "geometrycollection", "integer": "int"}[word], 1)
    return without_width(native)


def _foreign_key(key: ForeignKey) -> ForeignKey:
    return replace(key, on_delete=_action(key.on_delete), on_update=_action(key.on_update), validated=True)


def _action(action: Action) -> Action:
    return "NO ACTION" if action == "RESTRICT" else action

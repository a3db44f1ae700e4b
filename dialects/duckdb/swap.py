"""Swapping tables on DuckDB, in one transaction. A table with keys or indexes cannot be renamed there, and a foreign
key is said in CREATE TABLE only: the old rows are put aside as a copy, the table is dropped, made anew and filled from
the shadow. Views and macros know tables by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dialects.base import Dialect
from dialects.duckdb.ddl import create_keyed
from dialects.duckdb.spelling import quote
from dialects.sqltext import column_list, string_literal
from dialects.swap import (
    WAIT,
    Attachment,
    Attachments,
    Held,
    Obstacle,
    Query,
    Step,
    Swap,
    Swapper,
    children_first,
    missing_columns,
)
from mappings.schema import Table, TableName

HERE = "database_name = current_database()"
TABLES = f"SELECT schema_name, table_name, sql, comment FROM duckdb_tables() WHERE {HERE} AND NOT temporary"
COLUMNS = f"""\
SELECT schema_name, table_name, column_name, comment, generation_expression IS NULL FROM duckdb_columns()
WHERE {HERE} AND NOT internal ORDER BY column_index"""
INDEXES = f"SELECT schema_name, table_name, index_name, sql FROM duckdb_indexes() WHERE {HERE} ORDER BY index_oid"
TRIGGERS = f"""\
SELECT schema_name, table_name, trigger_name, sql FROM duckdb_triggers() WHERE {HERE} AND NOT temporary
ORDER BY trigger_oid"""
KEYS = f"""\
SELECT schema_name, table_name, referenced_table FROM duckdb_constraints()
WHERE {HERE} AND constraint_type = 'FOREIGN KEY' AND table_name NOT LIKE '!_dbtransfer%' ESCAPE '!'"""
INSERT = "INSERT INTO {table} ({columns}) SELECT {columns} FROM {rows}"
SELF = "rows of one statement cannot point at each other, so the table could not be filled again on the way back"
INLINE = "a foreign key can be said only where its table is made: choose that table too"


class DuckDBSwapper(Swapper):
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """Only the rows are kept of it. Keys and unique indexes are there to see that the rows obey them."""
        columns = tuple(replace(column, identity=None) for column in swap.table.columns)
        unique = (each for each in swap.table.indexes if each.unique)
        indexes = tuple(replace(each, name=f"{swap.shadow.name}_i{n}") for n, each in enumerate(unique))
        return replace(swap.table, name=swap.shadow, columns=columns, indexes=indexes, foreign_keys=(), comment="")

    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        return Reading(query, {swap.live: swap for swap in swaps}).attachments()

    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        definitions = [held for held in attachments.held if held.kind == "table"]
        olds = {swap.live: swap.old for swap in swaps}
        parents_first = tuple(reversed(children_first(swaps)))
        statements = [
            *(f"CREATE TABLE {self._name(swap.old)} AS FROM {self._name(swap.live)}" for swap in swaps),
            *(text for each in attachments.moved for text in each.remove),
            *(self._drop(held.table) for held in definitions if held.table in olds),
            *(text for swap in parents_first for text in self._made(swap)),
            *(text for each in attachments.moved if each.kind == "comment" for text in each.make),
            *(text for swap in swaps for text in self._finished(swap)),
            *(text for each in attachments.moved if each.kind != "comment" for text in each.make),
        ]
        return tuple(map(Step, statements))

    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        definitions = [held for held in attachments.held if held.kind == "table"]
        olds = {swap.live: swap.old for swap in swaps}
        made = (
            text
            for held in reversed(definitions)
            for text in (held.definition, self._filled(held.table, held.column, olds[held.table]))
        )
        statements = [
            *(text for each in attachments.moved for text in each.remove),
            *(self._drop(swap.live) for swap in children_first(swaps)),
            *made,
            *(held.definition for held in attachments.held if held.kind == "index"),
            *(text for each in (*attachments.moved, *attachments.parked) for text in each.make),
            *(self._drop(swap.old) for swap in swaps),
        ]
        return tuple(map(Step, statements))

    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        return tuple(Step(self._drop(swap.old)) for swap in tables)

    def _name(self, name: TableName) -> str:
        return self._dialect.qualified(name)

    def _drop(self, name: TableName) -> str:
        return f"DROP TABLE {self._name(name)}"

    def _filled(self, name: TableName, columns: str, rows: TableName) -> str:
        return INSERT.format(table=self._name(name), columns=columns, rows=self._name(rows))

    def _made(self, swap: Swap) -> Iterator[str]:
        yield from create_keyed(self._dialect, swap.table)
        columns = column_list(self._dialect, (column.name for column in swap.table.stored_columns))
        yield self._filled(swap.live, columns, swap.shadow)
        yield self._drop(swap.shadow)

    def _finished(self, swap: Swap) -> Iterator[str]:
        yield from (self._dialect.create_index(swap.table, index) for index in swap.table.indexes)
        numbers = (self._dialect.continue_identity(swap.table, column) for column in swap.table.columns)
        yield from (statement for statement in numbers if statement is not None)
        yield from self._dialect.comment(swap.table)


@dataclass
class Reading:
    """One reading of the catalogue, for tables known by name."""

    query: Query
    tables: dict[TableName, Swap]

    def attachments(self) -> Attachments:
        keys = [tuple(map(str, row)) for row in self.query(KEYS)]
        comments, gone = list(self._comments()), []
        for each in list(comments):
            if each.name and missing_columns(self.tables[each.table].table, (each.name,)):
                comments.remove(each)
                gone.append(each)
        return Attachments(
            moved=(*comments, *self._triggers()),
            parked=tuple(gone),
            held=(*self._definitions(keys), *self._indexes()),
            obstacles=tuple(self._obstacles(keys)),
            left=tuple(
                Obstacle(each.table, f"comment on {each.name}", "the new table has no such column") for each in gone
            ),
        )

    def _rows(self, statement: str) -> Iterator[tuple[TableName, list[Any]]]:
        for schema, table, *rest in self.query(statement):
            name = TableName(str(schema), str(table))
            if name in self.tables:
                yield name, rest

    def _definitions(self, keys: Iterable[tuple[str, ...]]) -> Iterator[Held]:
        """Children first; `column` lists those that hold values of their own."""
        columns: dict[TableName, list[str]] = {}
        for name, (column, _, stored) in self._rows(COLUMNS):
            columns.setdefault(name, []).extend([quote(column)] * stored)
        waiting = {name: sql for name, (sql, _) in self._rows(TABLES)}
        while waiting:
            wanted = {
                TableName(schema, parent)
                for schema, child, parent in keys
                if TableName(schema, child) in waiting and child != parent
            }
            for name in [each for each in waiting if each not in wanted] or list(waiting):
                yield Held(name, "table", name.name, ", ".join(columns[name]), waiting.pop(name))

    def _indexes(self) -> Iterator[Held]:
        for name, (index, sql) in self._rows(INDEXES):
            yield Held(name, "index", index, definition=sql)

    def _comments(self) -> Iterator[Attachment]:
        """By the column's name, empty for the table."""
        for name, (_, comment) in self._rows(TABLES):
            if comment is not None:
                yield Attachment(
                    name, "comment", "", make=(f"COMMENT ON TABLE {_qualified(name)} IS {_text(comment)}",)
                )
        for name, (column, comment, _) in self._rows(COLUMNS):
            if comment is not None:
                place = f"{_qualified(name)}.{quote(column)}"
                yield Attachment(name, "comment", column, make=(f"COMMENT ON COLUMN {place} IS {_text(comment)}",))

    def _triggers(self) -> Iterator[Attachment]:
        for name, (trigger, sql) in self._rows(TRIGGERS):
            remove = f"DROP TRIGGER {quote(trigger)} ON {_qualified(name)}"
            yield Attachment(name, "trigger", trigger, (remove,), (sql,))

    def _obstacles(self, keys: Iterable[tuple[str, ...]]) -> Iterator[Obstacle]:
        for schema, child, parent in keys:
            live = TableName(schema, parent)
            if live in self.tables and child == parent:
                yield Obstacle(live, "foreign key to itself", SELF)
            if live in self.tables and TableName(schema, child) not in self.tables:
                yield Obstacle(live, f"foreign key of {child}", INLINE)


def _qualified(name: TableName) -> str:
    return ".".join(quote(part) for part in (name.schema, name.name) if part)


def _text(comment: object) -> str:
    return string_literal(str(comment))

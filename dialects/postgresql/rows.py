"""Single rows on PostgreSQL: its quoted constants take the type of the column they go to, by its own input."""

from __future__ import annotations

from collections.abc import Sequence

from dialects.rows import RowSql
from mappings import types as t
from mappings.schema import Column, ForeignKey, Table

DELETE_SOME = """\
DELETE FROM {table} WHERE (tableoid, ctid) IN (SELECT tableoid, ctid FROM {table} WHERE {where} LIMIT {rows})"""
"""Partitions have the same addresses."""
COUNTED = "WITH changed AS ({statement} RETURNING 1) SELECT count(*) FROM changed"
OVERRIDING = ") OVERRIDING SYSTEM VALUE VALUES ("


class PostgreSQLRows(RowSql):
    deferring = ("SET CONSTRAINTS ALL DEFERRED",)
    running = "psql -v ON_ERROR_STOP=1 -f FILE"

    def defers(self, key: ForeignKey) -> bool:
        return key.deferrable

    def _constant(self, column: Column, text: str) -> str:
        """A carriage return is spelled, for some who handle files make one character of two that end a line."""
        if isinstance(column.type, t.Binary | t.Geometry):
            return self._dialect.literal(f"\\x{text}")
        literal = self._dialect.literal(text)
        return f"E{literal}".replace("\\", "\\\\").replace("\r", "\\r") if "\r" in text else literal

    def _same(self, name: str, column: Column, text: str) -> str:
        """Some types know no equality, and some collations take other texts for equal."""
        constant = self._constant(column, text)
        match column.type:
            case t.Json() | t.Array() | t.Opaque():
                return f"{name}::text = {constant}"
            case t.Text(fixed=False):
                return f'({name} = {constant} AND {name}::text = {constant} COLLATE "C")'
            case _:
                return f"{name} = {constant}"

    def insert(self, table: Table, columns: Sequence[Column], values: Sequence[str]) -> str:
        """Columns that are GENERATED ALWAYS AS IDENTITY take a value only so."""
        statement = super().insert(table, columns, values)
        if not any(column.identity is not None and column.identity.always for column in columns):
            return statement
        return statement.replace(") VALUES (", OVERRIDING, 1)

    def delete_some(self, table: Table, where: str, rows: int) -> str:
        return DELETE_SOME.format(table=self._dialect.relation(table), where=where, rows=rows)

    def counted(self, statement: str) -> tuple[str, ...]:
        return (COUNTED.format(statement=statement),)

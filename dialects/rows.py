"""How an engine says that single rows are added, altered and removed: constants and the statements around them.

All is plain text without parameters, for a script and for a session alike. Who writes which rows, and in what order, is
decided above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mappings import types as t
from mappings.schema import Column, ForeignKey, Table

if TYPE_CHECKING:
    from dialects.base import Dialect

INSERT = "INSERT INTO {table} ({columns}) VALUES ({values})"
UPDATE = "UPDATE {table} SET {assignments} WHERE {where}"
DELETE = "DELETE FROM {table} WHERE {where}"
DELETE_SOME = "DELETE FROM {table} WHERE {address} IN (SELECT {address} FROM {table} WHERE {where} LIMIT {rows})"
ADDRESSES = ("rowid", "_rowid_", "oid")
NUMBERS = (t.Integer, t.Decimal, t.Year)


class RowSql:
    """The standard's words; an engine overrides what it says otherwise. `text` is always the one text of a value
    (mappings.spelling), None for NULL."""

    begin, commit = "BEGIN", "COMMIT"
    checking: tuple[str, ...] = ()
    """What a script says after `Dialect.opening`, so that the engine checks foreign keys while rows are changed."""
    deferring: tuple[str, ...] = ()
    """What begins a transaction in which the foreign keys that can be (`defers`) are checked at its end only."""
    alters_referred: bool = True
    """Whether foreign keys of a row can be altered while other rows refer to it."""
    running: str = ""
    """How people run a script so that it stops at the first error."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def defers(self, key: ForeignKey) -> bool:
        """Whether `deferring` is about this key."""
        return False

    def constant(self, column: Column, text: str | None) -> str:
        """The value, exact, as it is assigned to the column."""
        return "NULL" if text is None else self._constant(column, text)

    def _constant(self, column: Column, text: str) -> str:
        match column.type:
            case t.Integer() | t.Decimal() | t.Year():
                return text
            case t.Binary() | t.Geometry():
                return f"X'{text}'"
            case _:
                return self._dialect.literal(text)

    def same(self, column: Column, text: str | None) -> str:
        """A predicate that is true for just the rows whose value in the column this is, letter by letter."""
        name = self._dialect.quote(column.name)
        return f"{name} IS NULL" if text is None else self._same(name, column, text)

    def _same(self, name: str, column: Column, text: str) -> str:
        return f"{name} = {self._constant(column, text)}"

    def insert(self, table: Table, columns: Sequence[Column], values: Sequence[str]) -> str:
        """Add a row of these constants."""
        return INSERT.format(
            table=self._dialect.qualified(table.name),
            columns=", ".join(self._dialect.quote(column.name) for column in columns),
            values=", ".join(values),
        )

    def around_inserts(self, table: Table, columns: Sequence[Column]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a script says before and after it adds rows with numbers that the table would give itself."""
        return (), ()

    def update(self, table: Table, values: Mapping[str, str], where: str) -> str:
        """Set columns, by name, to constants."""
        return UPDATE.format(
            table=self._dialect.relation(table),
            assignments=", ".join(f"{self._dialect.quote(name)} = {value}" for name, value in values.items()),
            where=where,
        )

    def delete(self, table: Table, where: str) -> str:
        """Remove the rows for which the predicate is true."""
        return DELETE.format(table=self._dialect.relation(table), where=where)

    def delete_some(self, table: Table, where: str, rows: int) -> str:
        """Remove so many of the rows for which the predicate is true, whichever."""
        names = {column.name.lower() for column in table.columns}
        address = next(name for name in ADDRESSES if name not in names)
        return DELETE_SOME.format(table=self._dialect.relation(table), where=where, rows=rows, address=address)

    def counted(self, statement: str) -> tuple[str, ...]:
        """What, said one after the other within a transaction, does the statement and answers at last, in one row, how
        many rows it has changed."""
        return (statement,)

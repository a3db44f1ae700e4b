"""Swapping tables on PostgreSQL: one transaction, in which everything that would follow the old table is taken off
first. https://www.postgresql.org/docs/current/sql-altertable.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from dialects.base import Dialect
from dialects.postgresql import attachments
from dialects.postgresql.attachments import UNGRANT
from dialects.postgresql.server_names import object_name, settled
from dialects.sqltext import string_literal
from dialects.swap import WAIT, Attachments, Query, Step, Swap, Swapper, as_shadow, numbered
from mappings.schema import Table, TableName

RENAME_SEQUENCE = """\
DO $rename$ BEGIN
  EXECUTE pg_catalog.format('ALTER SEQUENCE %s RENAME TO %I', pg_catalog.pg_get_serial_sequence({table}, {column}),
                            {name}::text);
END $rename$"""


class PostgreSQLSwapper(Swapper):
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """Indexes, and the constraints that are indexes, share the schema's names; all others are the table's own."""
        table = as_shadow(replace(swap, table=settled(swap.table)), swaps)
        mark = swap.shadow.name
        key = table.primary_key and replace(table.primary_key, name=f"{mark}_p")
        uniques = tuple(replace(each, name=f"{mark}_u{n}") for n, each in enumerate(table.uniques))
        indexes = tuple(replace(each, name=f"{mark}_i{n}") for n, each in enumerate(table.indexes))
        return replace(table, primary_key=key, uniques=uniques, indexes=indexes)

    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        return attachments.read(query, swaps)

    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        statements = [
            *self._taken_off(swaps, attachments, wait),
            *(text for each in attachments.parked for text in each.remove),
            *self._freeing(swaps, attachments),
            *self._renames((swap.live, swap.old) for swap in swaps),
            *self._renames((swap.shadow, swap.live) for swap in swaps),
            *(text for swap in swaps for text in self._named(swap, swaps, attachments)),
            *self._functions(attachments),
            *(text for each in attachments.copied for text in each.make),
            *self._put_on(attachments),
        ]
        return _steps(statements, attachments)

    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        statements = [
            *self._taken_off(swaps, attachments, wait),
            *self._renames((swap.live, swap.shadow) for swap in swaps),
            *self._renames((swap.old, swap.live) for swap in swaps),
            *self._functions(attachments),
            self._drop(swap.shadow for swap in swaps),
            *self._giving_back(swaps, attachments),
            *(text for each in attachments.parked for text in each.make),
            *self._put_on(attachments),
        ]
        return _steps(statements, attachments)

    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        return (Step(self._drop(swap.old for swap in tables)),) if tables else ()

    def _drop(self, names: Iterable[TableName]) -> str:
        """In one statement, so that keys between them are no hindrance."""
        return f"DROP TABLE {', '.join(map(self._dialect.qualified, names))}"

    def _taken_off(self, swaps: tuple[Swap, ...], attachments: Attachments, wait: float) -> Iterator[str]:
        """A reader locks a view before its tables, and so do we; else each would wait for the other."""
        yield f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}"
        yield "SET LOCAL search_path = pg_catalog"
        views = [each for each in attachments.moved if each.kind.endswith("view")]
        yield from (text for each in reversed(views) for text in each.remove)
        locked = sorted({swap.live for swap in swaps} | {key.child for key in attachments.inbound})
        yield f"LOCK TABLE {', '.join(map(self._dialect.qualified, locked))} IN ACCESS EXCLUSIVE MODE"
        yield from (text for key in attachments.inbound for text in key.remove)
        yield from (text for each in attachments.moved if each not in views for text in each.remove)

    def _functions(self, attachments: Attachments) -> Iterator[str]:
        """Made anew in place, so they hold the tables that they leave until then."""
        yield from (text for each in attachments.moved if each.kind == "function" for text in each.make)

    def _put_on(self, attachments: Attachments) -> Iterator[str]:
        yield from (text for each in attachments.moved if each.kind != "function" for text in each.make)
        yield from (text for key in attachments.inbound for text in key.make)

    def _renames(self, pairs: Iterable[tuple[TableName, TableName]]) -> Iterator[str]:
        for before, after in pairs:
            yield f"ALTER TABLE {self._dialect.qualified(before)} RENAME TO {self._dialect.quote(after.name)}"

    def _scratch(self, swaps: tuple[Swap, ...], attachments: Attachments) -> Iterator[tuple[str, TableName, TableName]]:
        """Each index and sequence of the old tables: what it is, its own name, and its name meanwhile."""
        olds = {swap.live: swap.old for swap in swaps}
        for n, held in enumerate(attachments.held):
            scratch = TableName(held.table.schema, f"{olds[held.table].name}_{n}")
            yield held.kind.upper(), TableName(held.table.schema, held.name), scratch

    def _freeing(self, swaps: tuple[Swap, ...], attachments: Attachments) -> Iterator[str]:
        for kind, name, scratch in self._scratch(swaps, attachments):
            yield f"ALTER {kind} {self._dialect.qualified(name)} RENAME TO {self._dialect.quote(scratch.name)}"

    def _giving_back(self, swaps: tuple[Swap, ...], attachments: Attachments) -> Iterator[str]:
        for kind, name, scratch in self._scratch(swaps, attachments):
            yield f"ALTER {kind} {self._dialect.qualified(scratch)} RENAME TO {self._dialect.quote(name.name)}"

    def _named(self, swap: Swap, swaps: tuple[Swap, ...], attachments: Attachments) -> Iterator[str]:
        """Real names for what the shadow has under scratch names. Renaming the index of a constraint renames that."""
        shadow, table, schema = self.shadow(swap, swaps), settled(swap.table), swap.live.schema
        for scratch, final in zip(index_names(shadow), index_names(table), strict=True):
            index = self._dialect.qualified(TableName(schema, scratch))
            yield f"ALTER INDEX {index} RENAME TO {self._dialect.quote(final)}"
        yield from self._sequences(swap, attachments)

    def _sequences(self, swap: Swap, attachments: Attachments) -> Iterator[str]:
        literal = string_literal(self._dialect.qualified(swap.live))
        had = {held.column: held.name for held in attachments.held if held.table == swap.live and held.column}
        for column in numbered(swap.table):
            name = had.get(column.name) or object_name(swap.live.name, column.name, "seq")
            yield RENAME_SEQUENCE.format(table=literal, column=string_literal(column.name), name=string_literal(name))
            sequence = string_literal(self._dialect.qualified(TableName(swap.live.schema, name)))
            yield UNGRANT.format(literal=sequence, kind="SEQUENCE")


def _steps(statements: Iterable[str], attachments: Attachments) -> tuple[Step, ...]:
    """The rows of inbound keys are looked at after the commit, when nobody waits any more."""
    confirmed = (text for key in attachments.inbound for text in key.confirm)
    return (*map(Step, statements), *(Step(text, alone=True) for text in confirmed))


def index_names(table: Table) -> tuple[str, ...]:
    """Of its keys and indexes: those that share the schema's names."""
    key = (table.primary_key.name,) if table.primary_key else ()
    return (*key, *(each.name for each in table.uniques), *(each.name for each in table.indexes))

"""Swapping tables on SQL Server, in one transaction, by sp_rename: what is bound to the old table is taken off first
and put on the new one. Written by the manuals; no server has run it.
https://learn.microsoft.com/en-us/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dialects.base import Dialect
from dialects.mssql import attachments
from dialects.mssql.ddl import CLUSTERED
from dialects.mssql.fitted import filtered
from dialects.mssql.spelling import literal
from dialects.swap import WAIT, Attachments, Query, Step, Swap, Swapper, as_shadow, children_first
from mappings.schema import Table, TableName

RENAME = "EXEC sys.sp_rename @objname = {before}, @newname = {after}, @objtype = N'OBJECT'"
PATIENCE = "SET LOCK_TIMEOUT {milliseconds}"
FOR_EVER = "SET LOCK_TIMEOUT -1"


class MssqlSwapper(Swapper):
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """Constraints of every kind share the schema's names; indexes are named for each table. What has no name is
        named by the server."""
        table, mark = as_shadow(swap, swaps), swap.shadow.name
        key = table.primary_key
        named = key and (replace(key, name=f"{mark}_p") if key.name else key)
        uniques = tuple(
            each if filtered(table, each) or not each.name else replace(each, name=f"{mark}_u{n}")
            for n, each in enumerate(table.uniques)
        )
        names = {old.name: new.name for old, new in zip(table.uniques, uniques, strict=True)}
        options = tuple((word, names.get(said, said) if word == CLUSTERED else said) for word, said in table.options)
        checks = tuple(replace(c, name=f"{mark}_c{n}") if c.name else c for n, c in enumerate(table.checks))
        keys = tuple(replace(k, name=f"{mark}_f{n}") if k.name else k for n, k in enumerate(table.foreign_keys))
        return replace(table, primary_key=named, uniques=uniques, checks=checks, foreign_keys=keys, options=options)

    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        return attachments.read(query, swaps)

    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        statements = [
            *_taken_off(attachments),
            *(text for each in attachments.parked for text in each.remove),
            *(self._rename(name, scratch) for name, scratch in _scratch(swaps, attachments)),
            *(self._rename(swap.live, swap.old) for swap in swaps),
            *(self._rename(swap.shadow, swap.live) for swap in swaps),
            *(text for swap in swaps for text in self._named(swap, swaps)),
            *(text for each in attachments.copied for text in each.make),
            *_put_on(attachments),
        ]
        return _steps(statements, attachments, wait)

    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        statements = [
            *_taken_off(attachments),
            *self._dropped(swaps),
            *(self._rename(swap.old, swap.live) for swap in swaps),
            *(self._rename(scratch, name) for name, scratch in _scratch(swaps, attachments)),
            *(text for each in attachments.parked for text in each.make),
            *_put_on(attachments),
        ]
        return _steps(statements, attachments, wait)

    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        """Foreign keys they have lost to the swap."""
        return tuple(Step(f"DROP TABLE {self._dialect.qualified(swap.old)}") for swap in tables)

    def _dropped(self, swaps: tuple[Swap, ...]) -> Iterator[str]:
        """The foreign keys first, where they have names: they may go round in a circle."""
        for swap in swaps:
            relation = self._dialect.qualified(swap.live)
            named = (self._dialect.quote(key.name) for key in swap.table.foreign_keys if key.name)
            yield from (f"ALTER TABLE {relation} DROP CONSTRAINT {name}" for name in named)
        yield from (f"DROP TABLE {self._dialect.qualified(swap.live)}" for swap in children_first(swaps))

    def _rename(self, before: TableName, after: TableName) -> str:
        """The new name is taken as it is, quotes and all."""
        return RENAME.format(before=literal(self._dialect.qualified(before)), after=literal(after.name))

    def _named(self, swap: Swap, swaps: tuple[Swap, ...]) -> Iterator[str]:
        shadow, schema = _constraints(self.shadow(swap, swaps)), swap.live.schema
        for scratch, final in zip(shadow, _constraints(swap.table), strict=True):
            if scratch != final:
                yield self._rename(TableName(schema, scratch), TableName(schema, final))


def _constraints(table: Table) -> tuple[str, ...]:
    key = (table.primary_key.name,) if table.primary_key else ()
    checks = (each.name for each in table.checks)
    return (*key, *(each.name for each in table.uniques), *checks, *(each.name for each in table.foreign_keys))


def _scratch(swaps: tuple[Swap, ...], attachments: Attachments) -> Iterator[tuple[TableName, TableName]]:
    """Each constraint of the old tables: its own name, and its name meanwhile."""
    olds = {swap.live: swap.old for swap in swaps}
    for n, held in enumerate(attachments.held):
        yield TableName(held.table.schema, held.name), TableName(held.table.schema, f"{olds[held.table].name}_{n}")


def _taken_off(attachments: Attachments) -> Iterator[str]:
    yield from (text for key in attachments.inbound for text in key.remove)
    yield from (text for each in attachments.moved for text in each.remove)


def _put_on(attachments: Attachments) -> Iterator[str]:
    yield from (text for each in attachments.moved for text in each.make)
    yield from (text for key in attachments.inbound for text in key.make)


def _steps(statements: list[str], attachments: Attachments, wait: float) -> tuple[Step, ...]:
    """The rows of inbound keys are looked at after the commit, when nobody waits any more."""
    confirmed = (text for key in attachments.inbound for text in key.confirm)
    return (
        Step(PATIENCE.format(milliseconds=max(1, round(wait * 1000))), alone=True),
        *map(Step, statements),
        Step(FOR_EVER, alone=True),
        *(Step(text, alone=True) for text in confirmed),
    )

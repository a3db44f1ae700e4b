"""Swapping tables on SQLite, in one transaction. With `legacy_alter_table` on and `foreign_keys` off a RENAME leaves
alone what others say of the table: foreign keys, views and triggers know it by name, so they find the new one. In the
way are the names of indexes and triggers, which are the file's, and the old table's own foreign keys, which would hold
the rows of the new tables. https://www.sqlite.org/lang_altertable.html (section 7 on the schema's texts)"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace

from dialects.base import Dialect
from dialects.sqlite.connection import TIMEOUT
from dialects.sqlite.grammar import tokens
from dialects.sqlite.types import quoted
from dialects.sqlite.unkeyed import unkeyed
from dialects.sqltext import string_literal
from dialects.swap import WAIT, Attachment, Attachments, Held, InboundKey, Obstacle, Query, Step, Swap, Swapper, is_key
from mappings.schema import ForeignKey, Table, TableName

TEXTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
INBOUND = """\
SELECT t.name, k.id, k."table", k."from", k."to" FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) k
WHERE t.type = 'table' AND t.schema = 'main' AND t.name NOT LIKE '!_dbtransfer%' ESCAPE '!'
ORDER BY t.name, k.id, k.seq"""
PREPARE = (
    "PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON", "PRAGMA writable_schema = ON",
)  # fmt: skip
RESTORE = (
    "PRAGMA writable_schema = RESET", "PRAGMA legacy_alter_table = OFF", "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {round(TIMEOUT * 1000)}",
)  # fmt: skip
"""RESET reads the schema anew, as its texts were changed beneath this session. Others see that it has changed."""
RETOLD = "UPDATE sqlite_schema SET sql = {sql} WHERE type = 'table' AND name = {name}"
DEFINITION, INDEX = "definition", "index"


class SqliteSwapper(Swapper):
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """Without foreign keys: they name the final tables, whose rows they would hold already. Indexes cannot be
        renamed, so the swap makes them; those that are unique are made here too, to see that the rows are."""
        unique = (each for each in swap.table.indexes if each.unique)
        indexes = tuple(replace(each, name=f"{swap.shadow.name}_i{n}") for n, each in enumerate(unique))
        uniques = tuple(
            replace(each, name=f"{swap.shadow.name}_u{n}") if each.nulls_not_distinct else each
            for n, each in enumerate(swap.table.uniques)
        )
        return replace(swap.table, name=swap.shadow, uniques=uniques, indexes=indexes, foreign_keys=())

    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        tables = {swap.live.name.lower(): swap for swap in swaps}
        texts = [tuple(map(str, row)) for row in query(TEXTS)]
        own = [(kind, name, tables[table.lower()], sql) for kind, name, table, sql in texts if table.lower() in tables]
        held = [
            Held(swap.live, DEFINITION if kind == "table" else INDEX, name, definition=sql)
            for kind, name, swap, sql in own
            if kind in ("table", "index")
        ]
        triggers = [
            Attachment(swap.live, kind, name, (f"DROP TRIGGER {quoted(name)}",), (sql,))
            for kind, name, swap, sql in own
            if kind == "trigger"
        ]
        inbound = tuple(_inbound(query, tables))
        obstacles = [each for trigger in triggers for each in _lacking(tables[trigger.table.name.lower()], trigger)]
        obstacles += [each for name in held if name.kind == DEFINITION for each in _unreadable(name)]
        obstacles += [each for key in inbound for each in _pointless(tables[key.key.target.name.lower()], key)]
        return Attachments(moved=tuple(triggers), inbound=inbound, held=tuple(held), obstacles=tuple(obstacles))

    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        definitions = [held for held in attachments.held if held.kind == DEFINITION]
        statements = [
            *_taken_off(attachments, [held.name for held in attachments.held if held.kind == INDEX]),
            *(_retold(held.table.name, unkeyed(held.definition)) for held in definitions),
            *self._renames((swap.live, swap.old) for swap in swaps),
            *(f"DROP INDEX {quoted(name)}" for swap in swaps for name in _scratch(self.shadow(swap, swaps))),
            *self._renames((swap.shadow, swap.live) for swap in swaps),
            *(text for swap in swaps for text in self._indexes(swap.table)),
            *(text for each in attachments.moved for text in each.make),
            *(_retold(swap.live.name, self._definition(swap.table)) for swap in swaps if swap.table.foreign_keys),
        ]
        return _steps(statements, wait)

    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        definitions = [held for held in attachments.held if held.kind == DEFINITION]
        statements = [
            *_taken_off(attachments, []),
            *(f"DROP TABLE {self._dialect.qualified(swap.live)}" for swap in swaps),
            *self._renames((swap.old, swap.live) for swap in swaps),
            *(_retold(held.name, held.definition) for held in definitions),
            *(held.definition for held in attachments.held if held.kind == INDEX),
            *(text for each in attachments.moved for text in each.make),
        ]
        return _steps(statements, wait)

    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        return tuple(Step(f"DROP TABLE {self._dialect.qualified(swap.old)}") for swap in tables)

    def _indexes(self, table: Table) -> Iterator[str]:
        """Some unique constraints are made as indexes too."""
        yield from self._dialect.add_keys(table)
        yield from (self._dialect.create_index(table, index) for index in table.indexes)

    def _definition(self, table: Table) -> str:
        """What the shadow would have been made by, had it the final name and its foreign keys."""
        (definition,) = self._dialect.create_table(table)
        return definition

    def _renames(self, pairs: Iterable[tuple[TableName, TableName]]) -> Iterator[str]:
        for before, after in pairs:
            yield f"ALTER TABLE {self._dialect.qualified(before)} RENAME TO {self._dialect.qualified(after)}"


def _steps(statements: list[str], wait: float) -> tuple[Step, ...]:
    before = (f"PRAGMA busy_timeout = {max(1, round(wait * 1000))}", *PREPARE)
    return (
        *(Step(text, alone=True) for text in before),
        *map(Step, statements),
        *(Step(text, alone=True) for text in RESTORE),
    )


def _taken_off(attachments: Attachments, indexes: list[str]) -> Iterator[str]:
    yield from (text for each in attachments.moved for text in each.remove)
    yield from (f"DROP INDEX {quoted(name)}" for name in indexes)


def _scratch(shadow: Table) -> tuple[str, ...]:
    uniques = (each.name for each in shadow.uniques if each.nulls_not_distinct)
    return (*uniques, *(each.name for each in shadow.indexes))


def _retold(table: str, sql: str) -> str:
    return RETOLD.format(sql=string_literal(sql), name=string_literal(table))


def _inbound(query: Query, tables: dict[str, Swap]) -> Iterator[InboundKey]:
    """Keys know their table by name, so there is nothing to do but to ask for consent."""
    found: dict[tuple[str, str, str], list[tuple[str, object]]] = {}
    for child, number, parent, column, referenced in query(INBOUND):
        if str(parent).lower() in tables and str(child).lower() not in tables:
            key = (str(child), str(number), str(parent))
            found.setdefault(key, []).append((str(column), referenced))
    for (child, _, parent), pairs in found.items():
        swap = tables[parent.lower()]
        primary = swap.table.primary_key.columns if swap.table.primary_key else ()
        columns = tuple(column for column, _ in pairs)
        referenced = tuple(str(name) for _, name in pairs if name is not None) or primary
        yield InboundKey(TableName("", child), ForeignKey("", columns, swap.live, referenced), (), ())


def _pointless(swap: Swap, key: InboundKey) -> Iterator[Obstacle]:
    if not is_key(swap.table, key.key.target_columns):
        yield Obstacle(swap.live, f"foreign key of {key.child}", "the new table has no such key to point to")


def _lacking(swap: Swap, trigger: Attachment) -> Iterator[Obstacle]:
    words = tokens(trigger.make[0])
    there = {column.name.lower() for column in swap.table.columns} | {"rowid", "oid", "_rowid_"}
    spans = zip(words, words[1:], words[2:], strict=False)
    used = [third.name for first, dot, third in spans if first.word in ("NEW", "OLD") and dot.text == "."]
    gone = sorted({name for name in used if name.lower() not in there})
    if gone:
        reason = f"it needs column {', '.join(gone)}, which the new table does not have"
        yield Obstacle(swap.live, f"trigger {trigger.name}", reason)


def _unreadable(held: Held) -> Iterator[Obstacle]:
    """The table without its foreign keys must be the same table otherwise: tried on an empty database."""
    try:
        told = [_columns(sql) for sql in (held.definition, unkeyed(held.definition))]
    except (sqlite3.Error, IndexError):
        told = [((), ()), ((), ("",))]
    if told[0][0] != told[1][0] or told[1][1]:
        yield Obstacle(held.table, "table", "its definition cannot be written without its foreign keys")


def _columns(sql: str) -> tuple[tuple[object, ...], tuple[object, ...]]:
    with closing(sqlite3.connect(":memory:")) as memory:
        memory.execute(sql)
        (name,) = memory.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL").fetchone()
        columns = memory.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)).fetchall()
        indexes = memory.execute("SELECT * FROM pragma_index_list(?)", (name,)).fetchall()
        keys = memory.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)).fetchall()
    return (*columns, *indexes), tuple(keys)

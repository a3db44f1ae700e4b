"""Reads what hangs on tables that are to be swapped: triggers, foreign keys, names of constraints. Views, grants and
code know tables by name and need nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dialects.mysql.columns import quoted
from dialects.swap import Attachment, Attachments, Held, InboundKey, Obstacle, Query, Swap, is_key, missing_columns
from mappings.schema import ForeignKey, TableName

TRIGGERS = """\
SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement, definer, sql_mode,
       character_set_client, collation_connection
FROM information_schema.triggers WHERE trigger_schema = database() AND event_object_table IN ({tables})
ORDER BY event_object_table, action_timing, event_manipulation, action_order"""
KEYS = """\
SELECT table_schema = database(), table_schema, table_name, constraint_name, referenced_table_name, column_name,
       referenced_column_name
FROM information_schema.key_column_usage
WHERE referenced_table_schema = database() AND referenced_table_name IN ({tables})
ORDER BY table_schema, table_name, constraint_name, ordinal_position"""
COLUMN_GRANTS = """\
SELECT DISTINCT table_name, column_name, grantee FROM information_schema.column_privileges
WHERE table_schema = database() AND table_name IN ({tables}) ORDER BY 1, 2, 3"""
SHOW = "SHOW CREATE TABLE {table}"

CONSTRAINT = re.compile(r"^ +CONSTRAINT `((?:[^`]|``)+)` ((?:FOREIGN KEY|CHECK) .*?),?$", re.MULTILINE)
"""A line of SHOW CREATE TABLE; what is a line's end in a text stands there as an escape."""
OWN_COLUMN = re.compile(r"\b(?:NEW|OLD)\s*\.\s*(?:`((?:[^`]|``)+)`|(\w+))", re.IGNORECASE)
UNICODE = ("utf8mb4", "utf8mb3", "utf8")
VERSIONED = "WITH SYSTEM VERSIONING"


def read(query: Query, swaps: tuple[Swap, ...]) -> Attachments:
    return Reading(query, {swap.live.name: swap for swap in swaps}).attachments()


@dataclass
class Reading:
    """One reading of the catalogue, for tables known by name."""

    query: Query
    tables: dict[str, Swap]
    obstacles: list[Obstacle] = field(default_factory=list)
    left: list[Obstacle] = field(default_factory=list)

    def attachments(self) -> Attachments:
        texts = {name: self._shown(swap.live) for name, swap in self.tables.items()}
        for name, text in texts.items():
            self._look_at(self.tables[name], text)
        triggers, inbound = tuple(self._triggers()), tuple(self._inbound())
        held = tuple(held for name, text in texts.items() for held in self._held(self.tables[name], text))
        self._grants()
        return Attachments(
            moved=triggers, inbound=inbound, held=held, obstacles=tuple(self.obstacles), left=tuple(self.left)
        )

    def _ask(self, statement: str) -> list[tuple[str, ...]]:
        listed = ", ".join("'" + name.replace("\\", "\\\\").replace("'", "''") + "'" for name in self.tables)
        return [tuple(map(str, row)) for row in self.query(statement.format(tables=listed))]

    def _shown(self, name: TableName) -> str:
        return str(self.query(SHOW.format(table=_qualified(name)))[0][1])

    def _look_at(self, swap: Swap, text: str) -> None:
        if VERSIONED in text:
            self.obstacles.append(Obstacle(swap.live, "history", "the rows of the past stay with the old table"))
        if "\n/*!50100 PARTITION BY" in text or "\n PARTITION BY" in text:
            self.left.append(Obstacle(swap.live, "partitioning", "the new table is not partitioned"))

    def _triggers(self) -> Iterator[Attachment]:
        for name, table, timing, event, body, definer, mode, charset, collation in self._ask(TRIGGERS):
            swap = self.tables[table]
            used = {(first or second).replace("``", "`") for first, second in OWN_COLUMN.findall(body)}
            there = {column.name.lower() for column in swap.table.columns}
            gone = sorted(each for each in used if each.lower() not in there)
            if gone:
                reason = f"it needs column {', '.join(gone)}, which the new table does not have"
                self.obstacles.append(Obstacle(swap.live, f"trigger {name}", reason))
            if charset not in UNICODE and not body.isascii():
                self.obstacles.append(Obstacle(swap.live, f"trigger {name}", f"its text is written in {charset}"))
            settings = (
                f"SET SESSION sql_mode = '{mode}', character_set_client = {charset}, collation_connection = {collation}"
            )
            user, _, host = definer.rpartition("@")
            create = (
                f"CREATE DEFINER={quoted(user)}@{quoted(host)} TRIGGER {quoted(name)} {timing} {event} "
                f"ON {_qualified(swap.live)} FOR EACH ROW {body}"
            )
            yield Attachment(swap.live, "trigger", name, (f"DROP TRIGGER {quoted(name)}",), (settings, create))

    def _inbound(self) -> Iterator[InboundKey]:
        found: dict[tuple[TableName, str, str], list[tuple[str, str]]] = {}
        for here, schema, table, name, parent, column, referenced in self._ask(KEYS):
            if here != "1" or table not in self.tables:
                child = TableName("" if here == "1" else schema, table)
                found.setdefault((child, name, parent), []).append((column, referenced))
        for (child, name, parent), pairs in found.items():
            swap = self.tables[parent]
            columns, referenced_columns = zip(*pairs, strict=True)
            key = ForeignKey(name, columns, swap.live, referenced_columns)
            if not is_key(swap.table, key.target_columns):
                place = f"foreign key {name} of {child}"
                self.obstacles.append(Obstacle(swap.live, place, "the new table has no such key to point to"))
            definition = dict(constraints(self._shown(child)))[name]
            yield InboundKey(child, key, (drop_key(child, name),), (add(child, name, definition),))

    def _held(self, swap: Swap, text: str) -> Iterator[Held]:
        for name, definition in constraints(text):
            kind = "check" if definition.startswith("CHECK") else "foreign key"
            yield Held(swap.live, kind, name, definition=definition)

    def _grants(self) -> None:
        for table, column, grantee in self._ask(COLUMN_GRANTS):
            if missing_columns(self.tables[table].table, (column,)):
                what = f"grants on {column} to {grantee}"
                self.left.append(Obstacle(self.tables[table].live, what, "the new table has no such column"))


def constraints(text: str) -> Iterable[tuple[str, str]]:
    """The foreign keys and checks with names that SHOW CREATE TABLE tells, as it spells them."""
    return [(name.replace("``", "`"), definition) for name, definition in CONSTRAINT.findall(text)]


def drop_key(table: TableName, name: str) -> str:
    return f"ALTER TABLE {_qualified(table)} DROP FOREIGN KEY {quoted(name)}"


def add(table: TableName, name: str, definition: str) -> str:
    return f"ALTER TABLE {_qualified(table)} ADD CONSTRAINT {quoted(name)} {definition}"


def _qualified(name: TableName) -> str:
    return ".".join(quoted(part) for part in (name.schema, name.name) if part)

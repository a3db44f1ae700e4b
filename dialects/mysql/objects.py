"""What a database holds beside tables, by name and with the reason why it is left behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from dialects.mysql.columns import ColumnRow
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY
from mappings.schema import Expression, NotCarried, TableName, View

Run = Callable[[str], Iterable[tuple[Any, ...]]]

DEFINITIONS = """\
SELECT table_schema, table_name, view_definition FROM information_schema.views
WHERE table_schema = DATABASE() AND view_definition <> '' ORDER BY table_name"""
"""Empty to those who may not see it."""
VIEWS = "SELECT 'view', table_name FROM information_schema.views WHERE table_schema = DATABASE()"
TRIGGERS = """\
SELECT 'trigger', CONCAT(event_object_table, '.', trigger_name) FROM information_schema.triggers
WHERE trigger_schema = DATABASE()"""
ROUTINES = """\
SELECT LOWER(routine_type), routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()"""
EVENTS = "SELECT 'event', event_name FROM information_schema.events WHERE event_schema = DATABASE()"
PARTITIONS = """\
SELECT 'partitions', table_name FROM information_schema.partitions
WHERE table_schema = DATABASE() AND partition_name IS NOT NULL GROUP BY table_name"""
HIDDEN_OF_MYSQL = """\
SELECT DISTINCT 'invisibility', CONCAT(table_name, '.', index_name) FROM information_schema.statistics
WHERE table_schema = DATABASE() AND is_visible = 'NO'"""
HIDDEN_OF_MARIADB = """\
SELECT DISTINCT 'invisibility', CONCAT(table_name, '.', index_name) FROM information_schema.statistics
WHERE table_schema = DATABASE() AND ignored = 'YES'"""

CODE = "code is not carried"
REASONS = {
    "view": "a view is code, not rows",
    "trigger": CODE,
    "procedure": CODE,
    "function": CODE,
    "package": CODE,
    "package body": CODE,
    "event": CODE,
    "partitions": "all rows go into one table without partitions",
    "invisibility": "the optimizer will use the index",
    "sequence": "a sequence belongs to no column",
}
OTHER_TYPES = {"SEQUENCE": "sequence"}


def listed(run: Run, server: Server, tables: Iterable[tuple[Any, ...]]) -> tuple[NotCarried, ...]:
    """Views, triggers, routines, events, partitions, sequences. `tables` are rows of name, type, ..."""
    queries = (VIEWS, TRIGGERS, ROUTINES, EVENTS, PARTITIONS, HIDDEN_OF_MARIADB if server.maria else HIDDEN_OF_MYSQL)
    found = [(kind, name) for query in queries for kind, name in run(query)]
    found += [(OTHER_TYPES[row[1]], row[0]) for row in tables if row[1] in OTHER_TYPES]
    return tuple(NotCarried(kind, str(name), REASONS.get(kind, CODE)) for kind, name in found)


def views(run: Run) -> tuple[View, ...]:
    """The views that this user may read, their tables without the name of the database."""
    return tuple(
        View(TableName("", str(name)), Expression(FAMILY, _in_database(str(definition), str(home))))
        for home, name, definition in run(DEFINITIONS)
    )


def _in_database(definition: str, home: str) -> str:
    """Without the database before each name; strings are passed over."""
    quoted = "`" + home.replace("`", "``") + "`."
    parts = re.compile(rf"('(?:[^'\\]|''|\\.)*')|{re.escape(quoted)}", re.DOTALL)
    return parts.sub(lambda found: found[1] or "", definition)


def of_tables(tables: Iterable[tuple[Any, ...]], rows: Iterable[ColumnRow]) -> tuple[NotCarried, ...]:
    """What tables have beside rows: history, and the columns that tell its periods."""
    history = [
        NotCarried("history", str(row[0]), "only the current rows are copied")
        for row in tables
        if row[1] == "SYSTEM VERSIONED"
    ]
    periods = [
        NotCarried("column", f"{row.table}.{row.name}", "the server keeps this period itself")
        for row in rows
        if row.is_period
    ]
    return (*history, *periods)

"""Keys, indexes, foreign keys and checks read from the catalogue."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeVar

from dialects.mysql.columns import ColumnReader, Place
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY
from mappings.schema import (
    Action,
    Check,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    TableName,
    Unique,
)

T = TypeVar("T")
Row = tuple[Any, ...]

INDEXES = """\
SELECT table_name, index_name, non_unique, column_name, collation, sub_part, index_type, {expression}
FROM information_schema.statistics WHERE table_schema = DATABASE()
ORDER BY table_name, index_name, seq_in_index"""
FOREIGN_KEYS = """\
SELECT u.table_name, u.constraint_name, u.column_name,
  IF(u.referenced_table_schema = DATABASE(), '', u.referenced_table_schema), u.referenced_table_name,
  u.referenced_column_name, r.delete_rule, r.update_rule
FROM information_schema.key_column_usage u
JOIN information_schema.referential_constraints r ON r.constraint_schema = u.constraint_schema
  AND r.constraint_name = u.constraint_name AND r.table_name = u.table_name
WHERE u.table_schema = DATABASE() AND u.referenced_table_name IS NOT NULL
ORDER BY u.table_name, u.constraint_name, u.ordinal_position"""
CHECKS_OF_MARIADB = """\
SELECT table_name, constraint_name, check_clause, level, 'YES' FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE() ORDER BY table_name, constraint_name"""
CHECKS_OF_MYSQL = """\
SELECT t.table_name, t.constraint_name, c.check_clause, 'Table', t.enforced
FROM information_schema.table_constraints t JOIN information_schema.check_constraints c
  ON c.constraint_schema = t.constraint_schema AND c.constraint_name = t.constraint_name
WHERE t.table_schema = DATABASE() AND t.constraint_type = 'CHECK' ORDER BY t.table_name, t.constraint_name"""

PRIMARY = "PRIMARY"
METHODS = {"FULLTEXT": "fulltext", "SPATIAL": "spatial", "VECTOR": "vector"}
ACTIONS: dict[str, Action] = {action: action for action in ("RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT")}
UNNAMED = re.compile(r"^CONSTRAINT_\d+$")
JSON_VALID = re.compile(r"^json_valid\(`((?:[^`]|``)+)`\)$")


def by_table(rows: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """What belongs to each table, in order."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for table, item in rows:
        found[table].append(item)
    return found


def indexes(rows: Iterable[Row], reader: ColumnReader) -> list[Index]:
    """The indexes of one table, the primary key among them by its name."""
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row[1], []).append(row)
    return [_index(name, parts, reader) for name, parts in named.items()]


def _index(name: str, rows: list[Row], reader: ColumnReader) -> Index:
    method = METHODS.get(rows[0][6], "")
    parts = tuple(_part(row, reader, whole=bool(method)) for row in rows)
    return Index(name, parts, unique=not rows[0][2], method=method)


def _part(row: Row, reader: ColumnReader, *, whole: bool) -> IndexPart:
    table, _, _, column, order, prefix, _, expression = row
    if expression:
        return IndexPart(expression=Expression(FAMILY, reader.mended(table, expression)), descending=order == "D")
    return IndexPart(column, None, order == "D", None if whole or prefix is None else int(prefix))


def split(found: list[Index]) -> tuple[PrimaryKey | None, tuple[Unique, ...], tuple[Index, ...]]:
    """Primary key, unique constraints, and the indexes that are neither; one over beginnings of values is an index."""
    primary = next((index for index in found if index.name == PRIMARY and _plain(index)), None)
    uniques = tuple(index for index in found if index.unique and index is not primary and _plain(index))
    rest = tuple(_named(index) for index in found if index is not primary and index not in uniques)
    return (
        PrimaryKey("", _names(primary)) if primary else None,
        tuple(Unique(index.name, _names(index)) for index in uniques),
        rest,
    )


def _named(index: Index) -> Index:
    """A primary key over beginnings of values becomes an index, and may not keep its name."""
    return replace(index, name="primary_key") if index.name == PRIMARY else index


def _plain(index: Index) -> bool:
    return not any(part.prefix or part.descending or part.expression for part in index.parts)


def _names(index: Index) -> tuple[str, ...]:
    return tuple(part.column for part in index.parts)


def foreign_keys(rows: Iterable[Row], server: Server) -> tuple[ForeignKey, ...]:
    """The foreign keys of one table. Those into another database name it as the target's schema."""
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(row[1], []).append(row)
    return tuple(
        ForeignKey(
            name=name,
            columns=tuple(part[2] for part in parts),
            target=TableName(parts[0][3], parts[0][4]),
            target_columns=tuple(part[5] for part in parts),
            on_delete=_action(parts[0][6], server),
            on_update=_action(parts[0][7], server),
        )
        for name, parts in named.items()
    )


def _action(rule: str, server: Server) -> Action:
    """MariaDB says RESTRICT where nothing was said; to InnoDB the two are the same."""
    return "NO ACTION" if server.maria and rule == "RESTRICT" else ACTIONS.get(rule, "NO ACTION")


def json_columns(rows: Iterable[Row]) -> frozenset[Place]:
    """The columns that MariaDB's JSON made: they carry a check of their own that the text is JSON."""
    found = ((row[0], JSON_VALID.match(row[2])) for row in rows if row[3] == "Column")
    return frozenset((table, match[1].replace("``", "`")) for table, match in found if match)


def checks(rows: Iterable[Row], reader: ColumnReader) -> tuple[Check, ...]:
    """The checks of one table, but for those that JSON made."""
    return tuple(
        Check(
            name="" if row[3] == "Column" or UNNAMED.match(row[1]) else row[1],
            expression=Expression(FAMILY, reader.mended(row[0], row[2])),
            enforced=row[4] == "YES",
        )
        for row in rows
        if not (json_columns([row]) & reader.json)
    )

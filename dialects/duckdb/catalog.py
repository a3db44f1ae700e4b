"""Reads the catalogue: DuckDB's own table functions, and the kept SQL text for the collations they do not tell."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from dialects.duckdb import defaults
from dialects.duckdb.ddl import OURS, SEQUENCE
from dialects.duckdb.types import FAMILY, STRING, logical_type
from mappings import types as t
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
    View,
)

HERE = "database_name = current_database() AND NOT internal"
TABLES = f"""\
SELECT schema_name, table_name, comment, estimated_size, sql FROM duckdb_tables()
WHERE {HERE} AND NOT temporary ORDER BY table_oid"""
COLUMNS = f"""\
SELECT schema_name, table_name, column_name, data_type, is_nullable, column_default, generation_expression, comment
FROM duckdb_columns() WHERE {HERE} ORDER BY table_oid, column_index"""
CONSTRAINTS = """\
SELECT schema_name, table_name, constraint_type, constraint_column_names, expression, referenced_table,
       referenced_column_names
FROM duckdb_constraints() WHERE database_name = current_database() AND constraint_type <> 'NOT NULL'
ORDER BY constraint_index"""
INDEXES = """\
SELECT schema_name, table_name, index_name, is_unique, expressions::VARCHAR[] FROM duckdb_indexes()
WHERE database_name = current_database() ORDER BY index_oid"""
SEQUENCES = """\
SELECT schema_name, sequence_name, start_value, increment_by, last_value FROM duckdb_sequences()
WHERE database_name = current_database() AND NOT temporary ORDER BY sequence_oid"""
OTHERS = f"""\
SELECT 'view', schema_name, view_name, 'a view is code, not rows' FROM duckdb_views() WHERE {HERE} AND NOT temporary
UNION ALL
SELECT 'macro', schema_name, function_name, 'code is not carried' FROM duckdb_functions() WHERE {HERE}
UNION ALL
SELECT 'type', schema_name, type_name, 'columns are made of what it stands for' FROM duckdb_types() WHERE {HERE}
UNION ALL
SELECT 'trigger', schema_name, table_name || '.' || trigger_name, 'code is not carried' FROM duckdb_triggers()
WHERE database_name = current_database() AND NOT temporary"""
VIEWS = f"""\
SELECT schema_name, view_name, sql FROM duckdb_views() WHERE {HERE} AND NOT temporary ORDER BY view_oid"""
NEXTVAL = re.compile(r"^nextval\('((?:[^']|'')+)'\)$", re.IGNORECASE)
NAME_PART = re.compile(r'"((?:[^"]|"")+)"|([^".]+)')
CAST_OF_ALL = re.compile(r"CAST\((.*) AS [^()]*(?:\([^()]*\))?\)", re.DOTALL)
IDENTIFIER = re.compile(r'"(?:[^"]|"")*"')
VIEW = re.compile(
    r'CREATE VIEW (?:"(?:[^"]|"")*"|[^\s"(])+ (?:\((?:"(?:[^"]|"")*"|[^")])*\) )?AS (.*?);?\s*', re.DOTALL
)
COLLATED = re.compile(r'("(?:[^"]|"")+"|[^\s",()]+) VARCHAR COLLATE ([\w.]+)')

Row = tuple[Any, ...]
Query = Callable[[str], list[Row]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The answers of all queries, by schema and table. `numbering` collects the sequences that number a column."""

    columns: dict[TableName, list[Row]]
    constraints: dict[TableName, list[Row]]
    indexes: dict[TableName, list[Row]]
    sequences: dict[TableName, Row]
    numbering: set[TableName] = field(default_factory=set)


def reflect(query: Query, version: str, schemas: tuple[str, ...], default_schema: str) -> Schema:
    """The tables of these schemas, of all when none is named; tables of our own are left out."""
    known = Catalogue(
        _by_table(query(COLUMNS)),
        _by_table(query(CONSTRAINTS)),
        _by_table(query(INDEXES)),
        {TableName(row[0], row[1]): row[2:] for row in query(SEQUENCES)},
    )
    tables = tuple(
        TableReader(known, TableName(schema, name), sql).table(comment or "", rows)
        for schema, name, comment, rows, sql in query(TABLES)
        if _wanted(schema, name, schemas)
    )
    left_out = [
        NotCarried(kind, _told(schema, name, default_schema), reason)
        for kind, schema, name, reason in query(OTHERS)
        if _wanted(schema, name, schemas)
    ]
    left_out += [
        NotCarried("sequence", _told(name.schema, name.name, default_schema), "no column is numbered by it")
        for name in known.sequences
        if name not in known.numbering and _wanted(name.schema, name.name, schemas)
    ]
    views = tuple(
        View(TableName(schema, name), Expression(FAMILY, found[1]), _names(known, schema, name))
        for schema, name, sql in query(VIEWS)
        if _wanted(schema, name, schemas) and (found := VIEW.fullmatch(sql))
    )
    return Schema(FAMILY, f"DuckDB {version}", default_schema, tables, tuple(left_out), views)


def _names(known: Catalogue, schema: str, view: str) -> tuple[str, ...]:
    """The columns of a view, which the catalogue lists as those of tables."""
    return tuple(row[0] for row in known.columns.get(TableName(schema, view), ()))


def _by_table(rows: Iterable[Row]) -> dict[TableName, list[Row]]:
    found: dict[TableName, list[Row]] = defaultdict(list)
    for row in rows:
        found[TableName(row[0], row[1])].append(row[2:])
    return found


def _wanted(schema: str, name: str, schemas: tuple[str, ...]) -> bool:
    return not (name.startswith(OURS) or schema.startswith(OURS)) and (not schemas or schema in schemas)


def _told(schema: str, name: str, default_schema: str) -> str:
    return name if schema == default_schema else f"{schema}.{name}"


class TableReader:
    """Puts one table together."""

    def __init__(self, known: Catalogue, name: TableName, sql: str) -> None:
        self._known = known
        self._name = name
        self._collations = {_bare(word): collation for word, collation in COLLATED.findall(STRING.sub("''", sql))}
        self._options: list[tuple[str, str]] = []

    def table(self, comment: str, rows: int | None) -> Table:
        columns = tuple(self._column(row) for row in self._known.columns[self._name])
        constraints = self._known.constraints[self._name]
        keys = [tuple(row[1]) for row in constraints if row[0] == "PRIMARY KEY"]
        return Table(
            self._name,
            columns,
            PrimaryKey("", keys[0]) if keys else None,
            tuple(Unique("", tuple(row[1])) for row in constraints if row[0] == "UNIQUE"),
            tuple(self._foreign_key(row) for row in constraints if row[0] == "FOREIGN KEY"),
            tuple(self._index(row, columns) for row in self._known.indexes[self._name]),
            tuple(Check("", Expression(FAMILY, row[2])) for row in constraints if row[0] == "CHECK"),
            comment=comment,
            rows=rows,
            options=tuple(self._options),
        )

    def _column(self, row: Row) -> Column:
        name, native, nullable, default, generation, comment = row
        if native == "VARCHAR" and name in self._collations:
            native = f"{native} COLLATE {self._collations[name]}"
        kind = logical_type(native)
        identity = self._identity(name, default, kind)
        generated = Generated(Expression(FAMILY, _uncast(generation)), stored=False) if generation else None
        meaning = None if identity or generated else defaults.parsed(default, kind)
        return Column(name, kind, native, nullable, meaning, identity, generated, comment or "")

    def _identity(self, column: str, default: str | None, kind: t.LogicalType) -> Identity | None:
        """An integer whose default asks a sequence of the same schema numbers itself."""
        found = NEXTVAL.match(default or "")
        if found is None or not isinstance(kind, t.Integer):
            return None
        parts = [quoted.replace('""', '"') or plain for quoted, plain in NAME_PART.findall(found[1].replace("''", "'"))]
        sequence = TableName(parts[-2] if len(parts) > 1 else self._name.schema, parts[-1])
        if sequence not in self._known.sequences or sequence.schema != self._name.schema:
            return None
        self._known.numbering.add(sequence)
        self._options.append((SEQUENCE + column, sequence.name))
        start, increment, last = self._known.sequences[sequence]
        return Identity(start=start, increment=increment, next=start if last is None else last + increment)

    def _foreign_key(self, row: Row) -> ForeignKey:
        _, columns, _, target, target_columns = row
        return ForeignKey("", tuple(columns), TableName(self._name.schema, target), tuple(target_columns))

    def _index(self, row: Row, columns: tuple[Column, ...]) -> Index:
        name, unique, expressions = row
        own = {column.name.lower(): column.name for column in columns}
        parts = []
        for text in expressions:
            column = own.get(_bare(text).lower())
            parts.append(IndexPart(column) if column else IndexPart(expression=Expression(FAMILY, text)))
        return Index(name, tuple(parts), unique)


def _uncast(generation: str) -> str:
    """Without the cast to the column's own type that DuckDB puts around the expression of every generated column."""
    found = CAST_OF_ALL.fullmatch(generation)
    return found[1] if found and _closed(found[1]) else generation


def _closed(text: str) -> bool:
    """Whether no parenthesis of the text is closed before it is opened, or left open."""
    depth, bare = 0, STRING.sub("", IDENTIFIER.sub("", text))
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0


def _bare(word: str) -> str:
    """An identifier without its quotes."""
    return word[1:-1].replace('""', '"') if word.startswith('"') else word

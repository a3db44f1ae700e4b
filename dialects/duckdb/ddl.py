"""Tables, keys, indexes, sequences and comments as DuckDB says them, as pure text.

DuckDB holds a foreign key while rows come in, even within one statement, and cannot add one to a filled table. So a
table with foreign keys is filled without them and then made anew, in one transaction, from its own rows.
"""

from __future__ import annotations

from dataclasses import replace

from dialects import sqltext
from dialects.base import Dialect
from mappings import types as t
from mappings.schema import Column, Identity, Index, Table, TableName

OURS = "_dbtransfer"
"""What names of our own begin with; the catalogue leaves them out."""
MAIN = "main"
SEQUENCE = "sequence of "
"""Options by this word and a column's name hold the sequence that numbers the column, as `nextval` names it."""

REMADE = """\
ALTER TABLE {table} RENAME TO {filled_name};
{create};
INSERT INTO {table} ({columns}) SELECT {columns} FROM {filled};
DROP TABLE {filled}"""

CONTINUE_IDENTITY = """\
WITH position AS (
  SELECT min_value, max_value, increment_by,
         {most}({start}, coalesce(last_value::HUGEINT + increment_by, start_value),
           (SELECT {last}({column})::HUGEINT + increment_by FROM {table})) AS wanted
    FROM duckdb_sequences()
   WHERE database_name = current_database() AND schema_name = {schema} AND sequence_name = {name}),
last AS (
  SELECT *, wanted - increment_by AS given,
         given BETWEEN min_value AND max_value AND wanted BETWEEN min_value AND max_value AS counted FROM position)
SELECT setval({sequence}, CASE WHEN counted THEN given ELSE greatest(min_value, least(max_value, wanted)) END::BIGINT,
              counted)
  FROM last"""
"""A sequence can neither be told a number below its least nor that it has given its last: then it gives that once more,
which a key refuses."""


def create_table(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """Schema and sequences where they may be missing, then the table without its keys."""
    bare = replace(table, primary_key=None, uniques=(), foreign_keys=())
    return create_keyed(dialect, bare)


def create_keyed(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """The same, the table with all its keys."""
    statements = [dialect.make_schema(name) for name in sorted({table.name.schema} - {"", MAIN})]
    statements += [_create_sequence(dialect, table, column) for column in table.columns if column.identity]
    return (*statements, _create(dialect, table))


def _create(dialect: Dialect, table: Table) -> str:
    def define(column: Column) -> str:
        numbering = f"DEFAULT nextval({_sequence_literal(dialect, table, column)})" if column.identity else ""
        return sqltext.column_line(dialect, column, after_type=numbering)

    return sqltext.create_table(dialect, table, define)


def sequence_of(table: Table, column: Column) -> TableName:
    """The sequence that numbers the column: the one it has, or the one we make."""
    known = dict(table.options).get(SEQUENCE + column.name)
    return TableName(table.name.schema, known or f"{table.name.name}_{column.name}_seq")


def _sequence_literal(dialect: Dialect, table: Table, column: Column) -> str:
    return sqltext.string_literal(dialect.qualified(sequence_of(table, column)))


def _create_sequence(dialect: Dialect, table: Table, column: Column) -> str:
    """Two columns may share a sequence, so it may be there already."""
    identity = column.identity or Identity()
    words = [f"CREATE SEQUENCE IF NOT EXISTS {dialect.qualified(sequence_of(table, column))}"]
    words.append(f"INCREMENT BY {identity.increment}")
    words += [f"MINVALUE {identity.start}"] * (identity.increment > 0 and identity.start < 1)
    words += [f"MAXVALUE {identity.start}"] * (identity.increment < 0 and identity.start > -1)
    return " ".join([*words, f"START WITH {identity.start}"])


def add_keys(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """Keys for a filled table: a tree built at once costs less than one that grows by every row."""
    if table.foreign_keys:
        return (_remade(dialect, table),)
    keys = [] if table.primary_key is None else [("PRIMARY KEY", table.primary_key.columns)]
    keys += [("UNIQUE", unique.columns) for unique in table.uniques]
    relation = dialect.qualified(table.name)
    return tuple(f"ALTER TABLE {relation} ADD {what} ({sqltext.column_list(dialect, names)})" for what, names in keys)


def _remade(dialect: Dialect, table: Table) -> str:
    filled = TableName(table.name.schema, f"{OURS}_{table.name.name}")
    return REMADE.format(
        table=dialect.qualified(table.name),
        filled=dialect.qualified(filled),
        filled_name=dialect.quote(filled.name),
        create=_create(dialect, table),
        columns=sqltext.column_list(dialect, (column.name for column in table.stored_columns)),
    )


def create_index(dialect: Dialect, table: Table, index: Index) -> str:
    unique = "UNIQUE " if index.unique else ""
    parts = ", ".join(
        dialect.quote(part.column) if part.expression is None else f"({part.expression.sql})" for part in index.parts
    )
    return f"CREATE {unique}INDEX {dialect.quote(index.name)} ON {dialect.qualified(table.name)} ({parts})"


def continue_identity(dialect: Dialect, table: Table, column: Column) -> str | None:
    identity = column.identity
    if identity is None or not isinstance(column.type, t.Integer):
        return None
    up, sequence = identity.increment > 0, sequence_of(table, column)
    positions = [identity.start] if identity.next is None else [identity.start, identity.next]
    return CONTINUE_IDENTITY.format(
        most="greatest" if up else "least",
        last="max" if up else "min",
        start=max(positions) if up else min(positions),
        column=dialect.quote(column.name),
        table=dialect.qualified(table.name),
        schema=sqltext.string_literal(sequence.schema or MAIN),
        name=sqltext.string_literal(sequence.name),
        sequence=_sequence_literal(dialect, table, column),
    )


def comment(dialect: Dialect, table: Table) -> tuple[str, ...]:
    relation = dialect.qualified(table.name)
    statements = [f"COMMENT ON TABLE {relation} IS {sqltext.string_literal(table.comment)}"] if table.comment else []
    statements += [
        f"COMMENT ON COLUMN {relation}.{dialect.quote(column.name)} IS {sqltext.string_literal(column.comment)}"
        for column in table.columns
        if column.comment
    ]
    return tuple(statements)

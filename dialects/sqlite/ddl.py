"""Tables, indexes and identity as SQLite says them. Foreign keys stand in CREATE TABLE; there is no other place."""

from __future__ import annotations

import re
from dataclasses import replace

from dialects import sqltext
from dialects.base import Dialect
from dialects.sqlite.types import BUILT_IN_COLLATIONS, FAMILY, quoted
from mappings.schema import Column, Expression, Index, IndexPart, Table, Unique

CONTINUE_IDENTITY = """\
INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq)
SELECT (SELECT rowid FROM sqlite_sequence WHERE name = {name}), {name},
  max(coalesce((SELECT max({column}) FROM {table}), 0),
      coalesce((SELECT max(seq) FROM sqlite_sequence WHERE name = {name}), 0), {last})"""
"""sqlite_sequence has no unique name, so the row is replaced by its rowid, or added when there is none."""

COLLATED = re.compile(r"\bCOLLATE\s+(\w+)\s*$", re.IGNORECASE)


def numbered(table: Table) -> Column | None:
    """The column that is an INTEGER PRIMARY KEY and numbers itself."""
    if table.primary_key is None or len(table.primary_key.columns) != 1:
        return None
    column = table.column(table.primary_key.columns[0])
    return column if column.identity is not None and column.native.upper() == "INTEGER" else None


def is_rowid(table: Table, column: Column) -> bool:
    """Whether the column is the rowid itself and so numbers itself, asked to or not."""
    options = dict(table.options)
    alone = table.primary_key is not None and table.primary_key.columns == (column.name,)
    apart = options.get("rowid_alias") == "no" or options.get("without_rowid") == "yes"
    return alone and not apart and column.native.upper() == "INTEGER"


def create_table(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """One statement: columns, keys, checks and foreign keys; without unique constraints for which NULLs are equal."""
    inline = _inline_key(dialect, table)
    table = replace(table, uniques=tuple(unique for unique in table.uniques if not unique.nulls_not_distinct))
    name = table.primary_key.columns[0] if inline and table.primary_key else ""

    def define(column: Column) -> str:
        return sqltext.column_line(dialect, column, after_type=inline if column.name == name else "")

    suffix = _suffix(dict(table.options))
    return (sqltext.create_table(dialect, table, define, key_clause=not inline, suffix=suffix),)


def _inline_key(dialect: Dialect, table: Table) -> str:
    """The key of a column that numbers itself, and of an INTEGER that shall not: DESC in this place alone keeps it
    from becoming the rowid. Empty for all other keys."""
    options = dict(table.options)
    name = table.primary_key.name if table.primary_key else ""
    if numbered(table) is not None:
        counted = "" if options.get("autoincrement") == "no" else " AUTOINCREMENT"
        return sqltext.constraint(dialect, name, f"PRIMARY KEY{counted}")
    if options.get("rowid_alias") == "no" and options.get("without_rowid") != "yes":
        return sqltext.constraint(dialect, name, "PRIMARY KEY DESC")
    return ""


def _suffix(options: dict[str, str]) -> str:
    words = ["WITHOUT ROWID"] * (options.get("without_rowid") == "yes") + ["STRICT"] * (options.get("strict") == "yes")
    return f" {', '.join(words)}" if words else ""


def add_keys(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """The unique constraints for which NULLs are equal."""
    made = (unique for unique in table.uniques if unique.nulls_not_distinct)
    return tuple(create_index(dialect, table, never_null_index(table, unique)) for unique in made)


def never_null_index(table: Table, unique: Unique) -> Index:
    parts = (part for name in unique.columns for part in never_null_parts(table, IndexPart(name)))
    return Index(unique.name, tuple(parts), unique=True)


def never_null_parts(table: Table, part: IndexPart) -> tuple[IndexPart, ...]:
    """The part itself where it holds no NULL; else its value, a stand-in for NULL, and which of the two it is. A
    function's value has no collation, so the column's is said."""
    if part.column and not table.column(part.column).nullable:
        return (part,)
    value = part.expression.sql if part.expression else quoted(part.column)
    own = COLLATED.search(table.column(part.column).native) if part.column else None
    stand_in = replace(
        part,
        column="",
        prefix=None,
        expression=Expression(FAMILY, f"ifnull({beginning(value, part)}, 0)"),
        collation=part.collation or (own[1] if own else ""),
    )
    return (stand_in, IndexPart(expression=Expression(FAMILY, f"{value} IS NULL")))


def beginning(value: str, part: IndexPart) -> str:
    return value if part.prefix is None else f"substr({value}, 1, {part.prefix})"


def create_index(dialect: Dialect, table: Table, index: Index) -> str:
    unique = "UNIQUE " if index.unique else ""
    parts = ", ".join(_part(dialect, index, part) for part in index.parts)
    where = f" WHERE {index.where.sql}" if index.where else ""
    return f"CREATE {unique}INDEX {dialect.quote(index.name)} ON {dialect.qualified(table.name)} ({parts}){where}"


def _part(dialect: Dialect, index: Index, part: IndexPart) -> str:
    text = part.expression.sql if part.expression else dialect.quote(part.column)
    if index.unique:
        text = beginning(text, part)
    collation = f" COLLATE {part.collation}" if part.collation.upper() in BUILT_IN_COLLATIONS else ""
    return text + collation + (" DESC" if part.descending else "")


def continue_identity(dialect: Dialect, table: Table, column: Column) -> str | None:
    """Without AUTOINCREMENT the next number is one more than the greatest, unasked."""
    identity = numbered(table)
    if identity is None or identity.name != column.name or dict(table.options).get("autoincrement") == "no":
        return None
    following = column.identity.next if column.identity else None
    return CONTINUE_IDENTITY.format(
        name=sqltext.string_literal(table.name.name),
        column=dialect.quote(column.name),
        table=dialect.qualified(table.name),
        last=(following or 1) - 1,
    )

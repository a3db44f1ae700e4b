"""CREATE TABLE, indexes, keys, identities and comments, as pure text."""

from __future__ import annotations

from collections.abc import Iterator

from dialects import sqltext
from dialects.base import Dialect
from dialects.mssql import sizes
from dialects.mssql.fitted import filtered
from dialects.mssql.server import Server
from dialects.mssql.spelling import literal, quote
from mappings.schema import Column, ForeignKey, Index, IndexPart, Table, TableName, Unique

OPENING = (
    "SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON",
    "SET NUMERIC_ROUNDABORT OFF",
    "SET DATEFORMAT ymd",
)
"""What filtered indexes and computed columns need, and what dates in DEFAULT are read by."""
CREATE_SCHEMA = "IF SCHEMA_ID({literal}) IS NULL EXEC(N'CREATE SCHEMA {quoted}')"
CONTINUE_IDENTITY = """\
DECLARE @next decimal(38,0) = (
  SELECT CASE WHEN {most}({name}) {order} {wanted} THEN CAST({most}({name}) AS decimal(38,0)) + ({increment})
    ELSE {wanted} END FROM {relation});
IF EXISTS (SELECT 1 FROM {relation}) SET @next = @next - ({increment});
DBCC CHECKIDENT ({table}, RESEED, @next) WITH NO_INFOMSGS"""
"""A table that never held a row takes the new number first, any other goes on behind it. Run by EXEC, so that several
stand in one batch."""
COMMENT = "EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = {text}, {place}"
CLUSTERED, NONCLUSTERED = "clustered", "nonclustered"
PRIMARY_KEY = "primary key"
COLUMNSTORE = {"columnstore": "NONCLUSTERED COLUMNSTORE", "clustered columnstore": "CLUSTERED COLUMNSTORE"}


def create_table(dialect: Dialect, table: Table, server: Server) -> tuple[str, ...]:
    """The schema where it is missing, then the table with the keys that are constraints."""
    lines = [_column(dialect, column) for column in table.columns]
    lines += list(_keys(dialect, table))
    lines += [sqltext.check_clause(dialect, check) for check in table.checks]
    body = ",\n  ".join(lines)
    return (*_schema(table.name, server), f"CREATE TABLE {dialect.qualified(table.name)} (\n  {body}\n)")


def _schema(name: TableName, server: Server) -> tuple[str, ...]:
    known = {each.lower() for each in server.schemas} if server.folds_case else server.schemas
    if not name.schema or (name.schema.lower() if server.folds_case else name.schema) in known:
        return ()
    quoted = quote(name.schema).replace("'", "''")
    return (CREATE_SCHEMA.format(literal=literal(name.schema), quoted=quoted),)


def _column(dialect: Dialect, column: Column) -> str:
    if column.generated is not None:
        stored = " PERSISTED" + " NOT NULL" * (not column.nullable) if column.generated.stored else ""
        return f"{quote(column.name)} AS ({column.generated.expression.sql}){stored}"
    identity = column.identity
    numbering = f"IDENTITY({identity.start},{identity.increment})" if identity else ""
    line = sqltext.column_line(dialect, column, after_type=numbering)
    return f"{line} NULL" if column.nullable else line


def _keys(dialect: Dialect, table: Table) -> Iterator[str]:
    if table.primary_key is not None:
        columns = table.primary_key.columns
        body = f"PRIMARY KEY {_kind(table, columns)} ({sqltext.column_list(dialect, columns)})"
        yield sqltext.constraint(dialect, table.primary_key.name, body)
    for unique in table.uniques:
        if not filtered(table, unique):
            kind = "CLUSTERED" if dict(table.options).get(CLUSTERED) == unique.name else "NONCLUSTERED"
            body = f"UNIQUE {kind} ({sqltext.column_list(dialect, unique.columns)})"
            yield sqltext.constraint(dialect, unique.name, body)


def _kind(table: Table, columns: tuple[str, ...]) -> str:
    """The rows lie in the order of the primary key unless something else orders them or the key is too long."""
    options = dict(table.options)
    elsewhere = options.get(PRIMARY_KEY) == NONCLUSTERED or CLUSTERED in options
    columnstore = any(index.method == "clustered columnstore" for index in table.indexes)
    long = sizes.key_octets(table, columns) > sizes.CLUSTERED_OCTETS
    return "NONCLUSTERED" if elsewhere or columnstore or long else "CLUSTERED"


def add_keys(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """The unique constraints that are held as unique indexes over the rows without NULL."""
    return tuple(_filtered(dialect, table, unique) for unique in table.uniques if filtered(table, unique))


def not_null(table: Table, columns: tuple[str, ...]) -> str:
    """The condition that leaves out the rows with NULL in one of these columns."""
    return " AND ".join(f"{quote(name)} IS NOT NULL" for name in columns if table.column(name).nullable)


def _filtered(dialect: Dialect, table: Table, unique: Unique) -> str:
    present = not_null(table, unique.columns)
    columns = sqltext.column_list(dialect, unique.columns)
    name = quote(unique.name or f"{table.name.name}_unique")
    return f"CREATE UNIQUE NONCLUSTERED INDEX {name} ON {dialect.qualified(table.name)} ({columns}) WHERE {present}"


def create_index(dialect: Dialect, table: Table, index: Index) -> str:
    place = f"{quote(index.name)} ON {dialect.qualified(table.name)}"
    if index.method in COLUMNSTORE:
        columns = ", ".join(quote(part.column) for part in index.parts)
        listed = f" ({columns})" if index.method == "columnstore" else ""
        return f"CREATE {COLUMNSTORE[index.method]} INDEX {place}{listed}"
    kind = "CLUSTERED" if dict(table.options).get(CLUSTERED) == index.name else "NONCLUSTERED"
    words = [f"CREATE {'UNIQUE ' * index.unique}{kind} INDEX {place} ({', '.join(map(_part, index.parts))})"]
    words += [f"INCLUDE ({sqltext.column_list(dialect, index.include)})"] if index.include else []
    words += [f"WHERE {index.where.sql}"] if index.where is not None else []
    return " ".join(words)


def _part(part: IndexPart) -> str:
    return quote(part.column) + " DESC" * part.descending


def add_foreign_key(dialect: Dialect, table: Table, key: ForeignKey) -> str:
    checking = "CHECK" if key.validated else "NOCHECK"
    clause = sqltext.foreign_key_clause(dialect, key)
    return f"ALTER TABLE {dialect.qualified(table.name)} WITH {checking} ADD {clause}"


def continue_identity(dialect: Dialect, table: Table, column: Column) -> str | None:
    """The next number is behind all there are, behind the source's own position and the declared start."""
    identity = column.identity
    if identity is None:
        return None
    up = identity.increment > 0
    positions = [identity.start] if identity.next is None else [identity.start, identity.next]
    wanted = max(positions) if up else min(positions)
    relation = dialect.qualified(table.name)
    statements = CONTINUE_IDENTITY.format(
        most="MAX" if up else "MIN",
        order=">=" if up else "<=",
        name=quote(column.name),
        relation=relation,
        table=literal(relation),
        wanted=wanted,
        increment=identity.increment,
    )
    return f"EXEC({literal(statements)})"


def comment(dialect: Dialect, table: Table) -> tuple[str, ...]:
    place = f"@level0type = N'SCHEMA', @level0name = {literal(table.name.schema)}, "
    place += f"@level1type = N'TABLE', @level1name = {literal(table.name.name)}"
    statements = [COMMENT.format(text=literal(table.comment), place=place)] if table.comment else []
    statements += [
        COMMENT.format(
            text=literal(column.comment),
            place=f"{place}, @level2type = N'COLUMN', @level2name = {literal(column.name)}",
        )
        for column in table.columns
        if column.comment
    ]
    return tuple(statements)

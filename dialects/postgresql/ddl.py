"""CREATE TABLE, indexes, keys, identities and comments, as pure text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.base import Dialect
from dialects.postgresql.server import Server
from dialects.postgresql.spelling import enum_name, quote
from dialects.postgresql.types import CITEXT, FAMILY, innermost, parsed
from dialects.sqltext import check_clause, column_line, column_list, constraint, string_literal
from mappings import types as t
from mappings.schema import Check, Column, ForeignKey, Identity, Index, IndexPart, Table, Unique

CREATE_ENUM = """\
DO {mark} BEGIN
  CREATE TYPE {name} AS ENUM ({labels});
EXCEPTION WHEN duplicate_object THEN
  IF ARRAY(SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = {literal}::regtype ORDER BY enumsortorder)
     IS DISTINCT FROM ARRAY[{labels}]::text[] THEN
    RAISE EXCEPTION 'the type % is there already with other labels', {literal} USING ERRCODE = 'duplicate_object';
  END IF;
END {mark}"""

CONTINUE_IDENTITY = """\
SELECT setval(coalesce(pg_get_serial_sequence({table}, {column})::regclass, asked), {least}(wanted, {bound})::bigint,
              wanted {beyond} {bound})
  FROM (SELECT {most}({last}({name}) + ({increment})::numeric, {start}) AS wanted FROM ONLY {relation}) AS positions
  LEFT JOIN (SELECT s.oid::regclass AS asked
               FROM pg_catalog.pg_attribute a
               JOIN pg_catalog.pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
               JOIN pg_catalog.pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
               JOIN pg_catalog.pg_class s ON d.refclassid = 'pg_class'::regclass AND s.oid = d.refobjid
              WHERE a.attrelid = {table}::regclass AND a.attname = {column} AND s.relkind = 'S') AS defaults ON true"""
"""A column owns its sequence, or its default asks one that nobody owns."""

SCHEMA_OF = re.compile(r'^(?:([^".]+)|"((?:[^"]|"")+)")\.')
UNLOGGED = "unlogged"
STORAGE = "with"


def create_table(dialect: Dialect, table: Table, server: Server) -> tuple[str, ...]:
    """Schema, extensions and enum types where they may be missing, then the table itself."""
    statements = [f"CREATE EXTENSION IF NOT EXISTS {quote(name)}" for name in _extensions(table, server)]
    enums = list(_enums(table))
    statements += [f"CREATE SCHEMA IF NOT EXISTS {quote(name)}" for name in _schemas(table, enums) - server.schemas]
    statements += [_create_enum(kind) for kind in enums]
    return (*statements, _create_table(dialect, table, server))


def _extensions(table: Table, server: Server) -> list[str]:
    bases = [parsed(column.native).base for column in table.columns]
    return sorted({name for base in bases if (name := server.missing_extension(base)) is not None})


def _schemas(table: Table, enums: list[t.Enum]) -> set[str]:
    homes = [SCHEMA_OF.match(enum_name(kind)) for kind in enums]
    named = {(home[1] or home[2]).replace('""', '"') for home in homes if home is not None}
    return (named | {table.name.schema}) - {""}


def _enums(table: Table) -> Iterator[t.Enum]:
    """Each named enum type once; the type is created by whichever table comes first."""
    kinds = dict.fromkeys(innermost(column.type) for column in table.columns if _uses_own_type(column))
    return (kind for kind in kinds if isinstance(kind, t.Enum))


def _uses_own_type(column: Column) -> bool:
    element = innermost(column.type)
    return isinstance(element, t.Enum) and bool(element.name) and column.native != "text"


def _create_enum(kind: t.Enum) -> str:
    name = enum_name(kind)
    labels = ", ".join(map(string_literal, kind.labels))
    mark = "$do$"
    while mark in labels + name:
        mark = f"{mark[:-1]}o$"
    return CREATE_ENUM.format(mark=mark, name=name, literal=string_literal(name), labels=labels)


def _create_table(dialect: Dialect, table: Table, server: Server) -> str:
    lines = [_column(dialect, column, server) for column in table.columns]
    lines += [_check(dialect, check, server) for check in table.checks]
    options = dict(table.options)
    word = "UNLOGGED TABLE" if UNLOGGED in options else "TABLE"
    storage = f" WITH ({options[STORAGE]})" if STORAGE in options else ""
    body = ",\n  ".join(lines)
    return f"CREATE {word} {dialect.qualified(table.name)} (\n  {body}\n){storage}"


def add_keys(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """Primary key and unique constraints for a filled table: one sort costs less than an insertion for each row."""
    keys = []
    if table.primary_key is not None:
        body = f"PRIMARY KEY ({column_list(dialect, table.primary_key.columns)})"
        keys.append(constraint(dialect, table.primary_key.name, body))
    keys += [constraint(dialect, unique.name, _unique(dialect, unique)) for unique in table.uniques]
    return tuple(f"ALTER TABLE {dialect.qualified(table.name)} ADD {key}" for key in keys)


def _column(dialect: Dialect, column: Column, server: Server) -> str:
    if column.generated is not None and not column.generated.stored and not server.virtual_columns:
        stored = f"GENERATED ALWAYS AS ({column.generated.expression.sql}) STORED"
        return " ".join([quote(column.name), column.native, stored] + ["NOT NULL"] * (not column.nullable))
    extra = [_collate(column), _identity(column.identity)]
    return column_line(dialect, column, after_type=" ".join(filter(None, extra)))


def _collate(column: Column) -> str:
    kind = column.type
    if not isinstance(kind, t.Text) or kind.collation is None or kind == CITEXT:
        return ""
    return f"COLLATE {kind.collation.name}" if kind.collation.family == FAMILY else ""


def _identity(identity: Identity | None) -> str:
    """The bounds are said only where the default ones would refuse the start."""
    if identity is None:
        return ""
    options = f"START WITH {identity.start} INCREMENT BY {identity.increment}"
    if identity.increment > 0 and identity.start < 1:
        options += f" MINVALUE {identity.start}"
    if identity.increment < 0 and identity.start > -1:
        options += f" MAXVALUE {identity.start}"
    return f"GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'} AS IDENTITY ({options})"


def _unique(dialect: Dialect, unique: Unique) -> str:
    nulls = " NULLS NOT DISTINCT" if unique.nulls_not_distinct else ""
    deferral = _deferral(unique.deferrable, unique.initially_deferred)
    return f"UNIQUE{nulls} ({column_list(dialect, unique.columns)}){deferral}"


def _deferral(deferrable: bool, deferred: bool) -> str:
    return " DEFERRABLE" * deferrable + " INITIALLY DEFERRED" * (deferrable and deferred)


def _check(dialect: Dialect, check: Check, server: Server) -> str:
    return check_clause(dialect, check) + " NOT ENFORCED" * (server.unenforced_checks and not check.enforced)


def create_index(dialect: Dialect, table: Table, index: Index) -> str:
    words = ["CREATE UNIQUE INDEX" if index.unique else "CREATE INDEX", quote(index.name)]
    words.append(f"ON {dialect.qualified(table.name)}")
    if index.method:
        words.append(f"USING {quote(index.method)}")
    words.append(f"({', '.join(map(_part, index.parts))})")
    if index.include:
        words.append(f"INCLUDE ({column_list(dialect, index.include)})")
    if index.nulls_not_distinct:
        words.append("NULLS NOT DISTINCT")
    if index.where is not None:
        words.append(f"WHERE {index.where.sql}")
    return " ".join(words)


def _part(part: IndexPart) -> str:
    words = [f"({part.expression.sql})" if part.expression is not None else quote(part.column)]
    words += [f"COLLATE {part.collation}"] * bool(part.collation)
    words += [part.opclass] * bool(part.opclass) + ["DESC"] * part.descending
    if part.nulls_first is not None:
        words.append("NULLS FIRST" if part.nulls_first else "NULLS LAST")
    return " ".join(words)


def add_foreign_key(dialect: Dialect, table: Table, key: ForeignKey) -> str:
    words = [f"FOREIGN KEY ({column_list(dialect, key.columns)})"]
    words.append(f"REFERENCES {dialect.qualified(key.target)} ({column_list(dialect, key.target_columns)})")
    words += ["MATCH FULL"] * key.match_full
    if key.on_delete != "NO ACTION":
        columns = f" ({column_list(dialect, key.set_columns)})" if key.set_columns else ""
        words.append(f"ON DELETE {key.on_delete}{columns}")
    if key.on_update != "NO ACTION":
        words.append(f"ON UPDATE {key.on_update}")
    clause = " ".join(words) + _deferral(key.deferrable, key.initially_deferred) + " NOT VALID" * (not key.validated)
    return f"ALTER TABLE {dialect.qualified(table.name)} ADD {constraint(dialect, key.name, clause)}"


def continue_identity(dialect: Dialect, table: Table, column: Column) -> str | None:
    """The next number is behind all there are, behind the source's own position and the declared start; a full
    sequence stays full instead of failing here."""
    identity = column.identity
    if identity is None or not isinstance(column.type, t.Integer):
        return None
    up = identity.increment > 0
    low, high = column.type.bounds
    positions = [identity.start] if identity.next is None else [identity.start, identity.next]
    relation = dialect.qualified(table.name)
    return CONTINUE_IDENTITY.format(
        table=string_literal(relation),
        column=string_literal(column.name),
        name=quote(column.name),
        relation=relation,
        increment=identity.increment,
        start=max(positions) if up else min(positions),
        bound=high if up else low,
        least="least" if up else "greatest",
        most="greatest" if up else "least",
        last="max" if up else "min",
        beyond=">" if up else "<",
    )


def comment(dialect: Dialect, table: Table) -> tuple[str, ...]:
    relation = dialect.qualified(table.name)
    statements = [f"COMMENT ON TABLE {relation} IS {string_literal(table.comment)}"] if table.comment else []
    statements += [
        f"COMMENT ON COLUMN {relation}.{quote(column.name)} IS {string_literal(column.comment)}"
        for column in table.columns
        if column.comment
    ]
    return tuple(statements)

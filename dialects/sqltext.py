"""SQL that most engines share, as pure text. An engine's `ddl` calls these and says only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dialects.base import Dialect, KeyRange
from mappings.schema import Check, Column, ForeignKey, Table, TableName

ORPHANS = """\
SELECT DISTINCT {child_columns} FROM {child} c
WHERE {not_null} AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE {joined})"""


def string_literal(text: str) -> str:
    """A standard SQL string; an engine whose backslash escapes must turn that off in its session."""
    return "'" + text.replace("'", "''") + "'"


def column_list(dialect: Dialect, names: Iterable[str]) -> str:
    return ", ".join(dialect.quote(name) for name in names)


def restriction(dialect: Dialect, where: KeyRange | None) -> str:
    """What follows FROM for the rows that are meant: ` WHERE ...`, or nothing when all are."""
    predicate = _range_predicate(dialect, where) if where else ""
    return f" WHERE {predicate}" if predicate else ""


def in_order(dialect: Dialect, where: KeyRange | None) -> str:
    """What has the rows of a range come in the order of its key."""
    return f" ORDER BY {dialect.quote(where.column)}" if where else ""


def _range_predicate(dialect: Dialect, where: KeyRange) -> str:
    column = dialect.quote(where.column)
    ends = []
    if where.lower is not None:
        ends.append(f"{column} >= {where.lower}")
    if where.upper is not None:
        ends.append(f"{column} < {where.upper}")
    return " AND ".join(ends)


def count_query(dialect: Dialect, relation: str, where: KeyRange | None) -> str:
    return f"SELECT count(*) FROM {relation}{restriction(dialect, where)}"


def boundary_query(dialect: Dialect, name: TableName, column: str, after: int | None, rows: int) -> str:
    """The key `rows` rows behind `after`: an index walk of that many entries, so cuts cost one index scan in all."""
    key = dialect.quote(column)
    start = f" WHERE {key} >= {after}" if after is not None else ""
    return f"SELECT {key} FROM {dialect.qualified(name)}{start} ORDER BY {key} LIMIT 1 OFFSET {rows}"


def readable(name: str, column: Column) -> str:
    """The column in a SELECT, by its quoted name or an expression of it, without the values that the user allows to be
    read as NULL."""
    return f"CASE WHEN {column.null_where} THEN NULL ELSE {name} END" if column.null_where else name


def tally_query(dialect: Dialect, table: Table, predicates: Iterable[str]) -> str:
    """One row: for each predicate the number of rows for which it is true, NULL when there are no rows."""
    sums = ", ".join(f"SUM(CASE WHEN {predicate} THEN 1 ELSE 0 END)" for predicate in predicates)
    return f"SELECT {sums} FROM {dialect.relation(table)}"


def examples_query(dialect: Dialect, table: Table, predicate: str, rows: int) -> str:
    """The primary keys of the first rows for which the predicate is true."""
    keys = column_list(dialect, table.primary_key.columns if table.primary_key else ())
    return dialect.first(f"SELECT {keys} FROM {dialect.relation(table)} WHERE {predicate}", rows)


def foreign_key_clause(dialect: Dialect, key: ForeignKey) -> str:
    """`CONSTRAINT ... FOREIGN KEY ... REFERENCES ...` with its actions, without deferral."""
    parts = [f"CONSTRAINT {dialect.quote(key.name)}"] if key.name else []
    parts.append(f"FOREIGN KEY ({column_list(dialect, key.columns)})")
    parts.append(f"REFERENCES {dialect.qualified(key.target)} ({column_list(dialect, key.target_columns)})")
    if key.on_delete != "NO ACTION":
        parts.append(f"ON DELETE {key.on_delete}")
    if key.on_update != "NO ACTION":
        parts.append(f"ON UPDATE {key.on_update}")
    return " ".join(parts)


def deferral(key: ForeignKey) -> str:
    """What follows a foreign key's actions when it may be checked at commit."""
    return " DEFERRABLE" * key.deferrable + " INITIALLY DEFERRED" * (key.deferrable and key.initially_deferred)


def orphans_query(dialect: Dialect, table: Table, key: ForeignKey) -> str:
    """At most ten key tuples whose every part is there but whose parent row is not."""
    columns = [dialect.quote(name) for name in key.columns]
    parents = [dialect.quote(name) for name in key.target_columns]
    query = ORPHANS.format(
        child_columns=", ".join(f"c.{column}" for column in columns),
        child=dialect.qualified(table.name),
        parent=dialect.qualified(key.target),
        not_null=" AND ".join(f"c.{column} IS NOT NULL" for column in columns),
        joined=" AND ".join(f"p.{parent} = c.{column}" for parent, column in zip(parents, columns, strict=True)),
    )
    return dialect.first(query, 10)


def create_table(
    dialect: Dialect,
    table: Table,
    define: Callable[[Column], str],
    *,
    key_clause: bool = True,
    suffix: str = "",
) -> str:
    """CREATE TABLE with columns, primary key, unique constraints, checks and, where the engine can say them
    only here, foreign keys. `define` is the engine's own definition of one column; `key_clause` is False
    when a column's definition already says PRIMARY KEY; `suffix` follows the closing parenthesis."""
    lines = [define(column) for column in table.columns]
    if table.primary_key is not None and key_clause:
        columns = column_list(dialect, table.primary_key.columns)
        lines.append(constraint(dialect, table.primary_key.name, f"PRIMARY KEY ({columns})"))
    lines += [
        constraint(dialect, unique.name, f"UNIQUE ({column_list(dialect, unique.columns)})") for unique in table.uniques
    ]
    lines += [check_clause(dialect, check) for check in table.checks]
    if dialect.limits.foreign_keys_inline:
        lines += [foreign_key_clause(dialect, key) + deferral(key) for key in table.foreign_keys]
    body = ",\n  ".join(lines)
    return f"CREATE TABLE {dialect.qualified(table.name)} (\n  {body}\n){suffix}"


def constraint(dialect: Dialect, name: str, body: str) -> str:
    return f"CONSTRAINT {dialect.quote(name)} {body}" if name else body


def check_clause(dialect: Dialect, check: Check) -> str:
    return constraint(dialect, check.name, f"CHECK ({check.expression.sql})")


def column_line(dialect: Dialect, column: Column, *, after_type: str = "") -> str:
    """`name type [after_type] [GENERATED ...] [DEFAULT ...] [NOT NULL]`, the order all engines accept."""
    parts = [dialect.quote(column.name), column.native]
    if after_type:
        parts.append(after_type)
    if column.generated is not None:
        kind = "STORED" if column.generated.stored else "VIRTUAL"
        parts.append(f"GENERATED ALWAYS AS ({column.generated.expression.sql}) {kind}")
    elif column.default is not None and (default := dialect.spell_default(column.default, column)) is not None:
        parts.append(f"DEFAULT {default}")
    if not column.nullable:
        parts.append("NOT NULL")
    return " ".join(parts)

"""SQL that most engines share, as pure text. An engine's `ddl` calls these and says only what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from dialects.base import Cut, Dialect, KeyRange
from mappings.errors import DatabaseError
from mappings.schema import Check, Column, ForeignKey, Table

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
    """What has the rows of a range come in the order of its key. Rows by their address come as they lie."""
    return f" ORDER BY {column_list(dialect, where.columns)}" if where and not where.address else ""


def _range_predicate(dialect: Dialect, where: KeyRange) -> str:
    columns = [dialect.quote(name) for name in where.columns]
    ends = []
    if where.lower is not None:
        ends.append(_behind(dialect, columns, where.lower, ">="))
    if where.upper is not None:
        ends.append(_behind(dialect, columns, where.upper, "<"))
    return " AND ".join(ends)


def _behind(dialect: Dialect, columns: Sequence[str], cut: Cut, sign: Literal[">=", "<"]) -> str:
    """The keys on one side of a cut, in the order of the columns."""
    if len(columns) > 1 and dialect.row_values:
        return f"({', '.join(columns)}) {sign} ({', '.join(cut)})"
    first, value = columns[0], cut[0]
    if len(columns) == 1:
        return f"{first} {sign} {value}"
    rest = _behind(dialect, columns[1:], cut[1:], sign)
    # the first column's own bound is said once more: it is what an index or a zone map is searched by
    return f"({first} {sign[0]}= {value} AND ({first} {sign[0]} {value} OR {first} = {value} AND {rest}))"


def count_query(dialect: Dialect, relation: str, where: KeyRange | None) -> str:
    return f"SELECT count(*) FROM {relation}{restriction(dialect, where)}"


def boundary_query(dialect: Dialect, table: Table, where: KeyRange, rows: int) -> str:
    """The literals of the key `rows` rows behind the first of `where`: an index walk of that many entries, so cuts cost
    one index scan in all. They are spelled for that one row alone."""
    keys = column_list(dialect, where.columns)
    ordered = f"SELECT {keys} FROM {dialect.relation(table)}{restriction(dialect, where)} ORDER BY {keys}"
    return f"SELECT {_literals(dialect, table, where)} FROM ({dialect.nth(ordered, rows)}) cut"


def _literals(dialect: Dialect, table: Table, where: KeyRange) -> str:
    if where.address:
        return column_list(dialect, where.columns)
    found = {name: dialect.key_literal(table.column(name)) for name in where.columns}
    for name, literal in found.items():
        if literal is None:
            raise DatabaseError(f"{table.name} cannot be cut by its column {name}")
    return ", ".join(filter(None, found.values()))


def cut_of(found: Sequence[tuple[object, ...]]) -> Cut | None:
    """The answer to a `boundary_query`."""
    return tuple(str(literal) for literal in found[0]) if found else None


def readable(name: str, column: Column) -> str:
    """The column in a SELECT, by its quoted name or an expression of it, without the values that the user allows to be
    read as NULL."""
    return f"CASE WHEN {column.null_where} THEN {column.instead} ELSE {name} END" if column.null_where else name


def tally_query(dialect: Dialect, table: Table, predicates: Iterable[str], *, among: str = "") -> str:
    """One row: for each predicate the number of rows for which it is true, NULL when there are no rows. `among` is what
    FROM names in place of the whole table."""
    sums = ", ".join(f"SUM(CASE WHEN {predicate} THEN 1 ELSE 0 END)" for predicate in predicates)
    return f"SELECT {sums} FROM {among or dialect.relation(table)}"


def examples_query(dialect: Dialect, table: Table, predicate: str, rows: int, *, among: str = "") -> str:
    """The primary keys of the first rows for which the predicate is true, as the engine prints them."""
    names = table.primary_key.columns if table.primary_key else ()
    keys = ", ".join(dialect.printed(table.column(name)) for name in names)
    return dialect.first(f"SELECT {keys} FROM {among or dialect.relation(table)} WHERE {predicate}", rows)


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

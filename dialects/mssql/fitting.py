"""Whether and how keys, indexes and checks of other engines can be held here, and in words what is lost."""

from __future__ import annotations

import re
from dataclasses import replace

from dialects.base import Fit
from dialects.mssql import sizes
from dialects.mssql.expressions import QUOTED
from dialects.mssql.fitted import Fitted, filtered
from dialects.mssql.spelling import quote
from dialects.mssql.types import FAMILY
from mappings import types as t
from mappings.errors import Blocked
from mappings.schema import Action, Column, Expression, ForeignKey, Identity, Index, Table, Unique

NOT_SIMPLE = re.compile(
    r"\bOR\b|\bNOT\b(?!\s+NULL)|\bBETWEEN\b|\bLIKE\b|\b(?!(?:IN|AND)\b)\w+\s*\(|[+*/%]", re.IGNORECASE
)
"""What the predicate of a filtered index cannot have: it is an AND of comparisons with constants."""
LONGEST_COMMENT = 3750
"""Characters of an extended property, which has 7500 bytes."""
METHODS = {"": "", "hash": "an ordered tree instead of a hash", "columnstore": "", "clustered columnstore": ""}


def fit_identity(table: Table, column: Column) -> Fit[Identity]:
    first = next(other for other in table.columns if other.identity is not None)
    if first.name != column.name:
        return Fit(None, "a table has at most one IDENTITY column")
    whole = isinstance(column.type, t.Integer) or (isinstance(column.type, t.Decimal) and not column.type.scale)
    if not whole:
        return Fit(None, "IDENTITY needs an integer")
    if column.nullable:
        return Fit(None, "an IDENTITY column cannot be NULL")
    if column.default is not None:
        return Fit(None, "an IDENTITY column has no default")
    return Fit(column.identity)


def fit_unique(table: Table, unique: Unique) -> Fit[Unique]:
    """Plain where NULL is one value or does not occur; otherwise held as a filtered unique index, see `ddl`."""
    if (problem := sizes.key_problem(table, unique.columns)) != "":
        return Fit(None, problem)
    reasons = ["checked at once, not deferrable"] * unique.deferrable
    reasons += [sizes.key_warning(table, unique.columns)]
    if filtered(table, unique):
        reasons += ["a unique index over the rows without NULL, for a constraint would take NULL once only"]
    held = replace(unique, deferrable=False, initially_deferred=False)
    return Fit(held, "; ".join(filter(None, reasons)))


def fit_index(table: Table, index: Index) -> Fit[Index]:
    if index.method not in METHODS:
        return Fit(None, f"there is no {index.method} index of this kind here")
    if any(part.expression is not None for part in index.parts):
        return Fit(None, "there is no index on an expression here: add a computed column and index that")
    if index.unique and any(part.prefix is not None for part in index.parts):
        return Fit(None, "there is no unique index on the beginning of a text here")
    columns = tuple(part.column for part in index.parts)
    problem = "" if "columnstore" in index.method else sizes.key_problem(table, columns)
    return Fit(None, problem) if problem else _indexed(table, index, columns)


def _indexed(table: Table, index: Index, columns: tuple[str, ...]) -> Fit[Index]:
    where, reasons = index.where, _reasons(index)
    if where is not None and not is_simple(where.sql):
        if index.unique:
            return Fit(None, f"a unique index cannot be filtered by {where.sql}")
        where, reasons = None, [*reasons, "covers all rows: an index cannot be filtered by such a condition"]
    if index.unique and not index.nulls_not_distinct:
        where, told = _without_nulls(table, where, columns)
        reasons += [told]
    reasons += [sizes.key_warning(table, columns)]
    parts = tuple(replace(part, prefix=None, nulls_first=None, collation="", opclass="") for part in index.parts)
    method = "" if index.method == "hash" else index.method
    held = replace(index, parts=parts, where=where, method=method, nulls_not_distinct=index.unique)
    return Fit(held, "; ".join(filter(None, reasons)))


def _without_nulls(table: Table, where: Expression | None, columns: tuple[str, ...]) -> tuple[Expression | None, str]:
    nullable = [name for name in columns if table.column(name).nullable]
    if not nullable:
        return where, ""
    conditions = [where.sql] if where is not None else []
    conditions += [f"{quote(name)} IS NOT NULL" for name in nullable]
    return Expression(FAMILY, " AND ".join(conditions)), "over the rows without NULL, of which it would take one only"


def is_simple(sql: str) -> bool:
    return NOT_SIMPLE.search(QUOTED.sub("N", sql)) is None


def _reasons(index: Index) -> list[str]:
    told = {
        METHODS[index.method]: True,
        "the whole column instead of its beginning": any(part.prefix is not None for part in index.parts),
        "the order of NULLs is not kept": any(part.nulls_first is not None for part in index.parts),
        "collations and operator classes are not kept": any(p.collation or p.opclass for p in index.parts),
    }
    return [reason for reason, true in told.items() if true and reason]


def fit_foreign_key(table: Table, key: ForeignKey, fitted: Fitted) -> Fit[ForeignKey]:
    if key.set_columns:
        return Fit(None, "SET NULL for some of the columns does not exist here")
    if (problem := fitted.target_problem(table, key)) != "":
        return Fit(None, problem)
    on_delete: Action = "NO ACTION" if key.on_delete == "RESTRICT" else key.on_delete
    on_update: Action = "NO ACTION" if key.on_update == "RESTRICT" else key.on_update
    reasons = ["checked at once, not deferrable"] * key.deferrable
    reasons += ["MATCH FULL not kept"] * (key.match_full and len(key.columns) > 1)
    held = replace(
        key, on_delete=on_delete, on_update=on_update, deferrable=False, initially_deferred=False, match_full=False
    )
    return Fit(held, "; ".join(reasons))


def fit_table(table: Table, fitted: Fitted) -> tuple[Table, tuple[str, ...]]:
    """Blocked where the key or the row is too large. What hangs on the tables fitted before is settled last."""
    if (problem := sizes.row_problem(table)) != "":
        raise Blocked(problem)
    key = table.primary_key.columns if table.primary_key else ()
    if (problem := sizes.key_problem(table, key)) != "":
        raise Blocked(f"primary key: {problem}")
    table, changes = _settled(table)
    table, more = fitted.settle(table)
    return table, tuple(filter(None, [sizes.key_warning(table, key), _padded(table), *changes, *more]))


def _settled(table: Table) -> tuple[Table, list[str]]:
    """A condition is no value here, so what computes one is stored; comments have an end."""
    reasons, columns = [], []
    for column in table.columns:
        if column.generated is not None and isinstance(column.type, t.Boolean):
            reasons.append(f"{column.name}: a condition cannot be computed here, so its values are stored")
            column = replace(column, generated=None)
        if len(column.comment) > LONGEST_COMMENT:
            reasons.append(f"the comment of {column.name} is longer than {LONGEST_COMMENT} characters and left out")
            column = replace(column, comment="")
        columns.append(column)
    if len(table.comment) > LONGEST_COMMENT:
        reasons.append(f"its comment is longer than {LONGEST_COMMENT} characters and left out")
        table = replace(table, comment="")
    return replace(table, columns=tuple(columns)), reasons


def _padded(table: Table) -> str:
    keys = [unique.columns for unique in table.uniques] + ([table.primary_key.columns] if table.primary_key else [])
    keys += [tuple(part.column for part in index.parts) for index in table.indexes if index.unique]
    names = dict.fromkeys(name for columns in keys for name in columns if isinstance(table.column(name).type, t.Text))
    return f"trailing spaces do not count in keys here, so 'a' and 'a ' are equal in {', '.join(names)}" * bool(names)

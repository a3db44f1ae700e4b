"""Keys and indexes of other engines as SQLite can hold them, with what is lost on the way."""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Fit
from dialects.sqlite.ddl import is_rowid, never_null_parts, numbered
from dialects.sqlite.types import BUILT_IN_COLLATIONS
from mappings.schema import Column, ForeignKey, Identity, Index, IndexPart, Table, Unique

HINTS = {"gin": "an FTS5 table finds words", "gist": "an R*Tree table finds shapes and ranges"}
NULLS_BY_EXPRESSION = "NULLs count as equal by an index on expressions, at which no foreign key can point"


def fit_identity(table: Table, column: Column) -> Fit[Identity]:
    """Only a primary key of one integer column numbers itself, upwards by one."""
    identity, own = column.identity, numbered(table)
    if identity is None or own is None or own.name != column.name:
        return Fit(None, "only a primary key of one integer column numbers itself here")
    reasons = ["explicit values are accepted"] * identity.always
    if identity.increment != 1:
        reasons.append(f"counts by 1, not by {identity.increment}")
    return Fit(replace(identity, always=False, increment=1), "; ".join(reasons))


def fit_unique(table: Table, unique: Unique) -> Fit[Unique]:
    """Where NULLs are equal, `add_keys` says it by an index on expressions."""
    equal = unique.nulls_not_distinct and any(table.column(name).nullable for name in unique.columns)
    held = replace(unique, nulls_not_distinct=equal, deferrable=False, initially_deferred=False)
    reasons = [NULLS_BY_EXPRESSION] * equal
    reasons += ["is checked at once, not at commit"] * unique.deferrable
    return Fit(held, "; ".join(reasons))


def fit_index(table: Table, index: Index) -> Fit[Index]:
    """The ordered tree is the only index there is. What it includes stands behind its parts, unless it is unique."""
    if index.method:
        hint = HINTS.get(index.method, "")
        return Fit(None, f"there is no {index.method} index here" + f": {hint}" * bool(hint))
    fits = [_part(part, unique=index.unique) for part in index.parts]
    reasons = [f"INCLUDE ({', '.join(index.include)}) left out"] * bool(index.unique and index.include)
    reasons += dict.fromkeys(reason for _, reason in fits if reason)
    parts = tuple(part for part, _ in fits)
    if not index.unique:
        covered = {part.column for part in parts}
        parts += tuple(IndexPart(name) for name in index.include if name not in covered)
    elif index.nulls_not_distinct:
        parts = tuple(never_null for part in parts for never_null in never_null_parts(table, part))
        reasons += [NULLS_BY_EXPRESSION]
    return Fit(replace(index, parts=parts, include=(), nulls_not_distinct=False), "; ".join(reasons))


def _part(part: IndexPart, *, unique: bool) -> tuple[IndexPart, str]:
    reasons = []
    if part.nulls_first is not None and part.nulls_first == part.descending:
        reasons.append("NULLs sort before all values")
    if part.opclass:
        reasons.append(f"operator class {part.opclass} left out")
    foreign = bool(part.collation) and part.collation.upper() not in BUILT_IN_COLLATIONS
    if foreign:
        reasons.append(f"collation {part.collation} left out")
    if part.prefix is not None and not unique:
        reasons.append("holds whole values instead of their beginnings")
    held = replace(
        part,
        nulls_first=None,
        opclass="",
        collation="" if foreign else part.collation,
        prefix=part.prefix if unique else None,
    )
    return held, ", ".join(reasons)


def fit_foreign_key(key: ForeignKey) -> Fit[ForeignKey]:
    reasons = ["MATCH FULL is not enforced"] * key.match_full
    if key.set_columns:
        reasons.append(f"an action sets all columns, not only {', '.join(key.set_columns)}")
    return Fit(replace(key, match_full=False, set_columns=()), "; ".join(reasons))


def fit_table(table: Table) -> tuple[Table, tuple[str, ...]]:
    """The table as it is; what SQLite does with it unasked, and what it has no place for."""
    reasons = ["its integer primary key numbers itself where no value is given"] * any(
        is_rowid(table, column) and column.identity is None for column in table.columns
    )
    reasons += ["its comment is not kept"] * bool(table.comment)
    commented = [column.name for column in table.columns if column.comment]
    reasons += [f"the comments of its columns are not kept: {', '.join(commented)}"] * bool(commented)
    return table, tuple(reasons)

"""Whether and how a table's identity, keys and indexes can be held here, and in words what is lost."""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Fit
from mappings import types as t
from mappings.schema import Check, Column, ForeignKey, Identity, Index, IndexPart, Table, Unique

UNINDEXED = (t.Interval, t.Duration, t.Array, t.Opaque)
"""What no index and no key can be of: intervals, lists, structs, maps."""
NAMELESS = "its name is not kept"


def fit_identity(column: Column) -> Fit[Identity]:
    """A sequence and a default that asks it."""
    identity = column.identity
    if identity is None or not isinstance(column.type, t.Integer):
        return Fit(None, f"only an integer can number itself here, not {column.native}")
    return Fit(replace(identity, always=False), "explicit values are accepted" if identity.always else "")


def fit_unique(unique: Unique) -> Fit[Unique]:
    held = replace(unique, nulls_not_distinct=False, deferrable=False, initially_deferred=False)
    reasons = [NAMELESS] * bool(unique.name) + ["several rows may hold NULL"] * unique.nulls_not_distinct
    reasons += ["is checked at once, not at commit"] * unique.deferrable
    return Fit(held, "; ".join(reasons))


def fit_check(check: Check) -> Fit[Check]:
    return Fit(check, NAMELESS if check.name else "")


def fit_index(table: Table, index: Index) -> Fit[Index]:
    """The adaptive radix tree, whole and ascending, is the only index there is."""
    refusal = _refusal(table, index)
    if refusal:
        return Fit(None, refusal)
    reasons = ["holds all rows instead of a part"] * (index.where is not None)
    reasons += [f"INCLUDE ({', '.join(index.include)}) left out"] * bool(index.include)
    reasons += ["several rows may hold NULL"] * index.nulls_not_distinct
    fits = [_part(part) for part in index.parts]
    reasons += dict.fromkeys(reason for _, reason in fits if reason)
    parts = tuple(part for part, _ in fits)
    held = replace(index, parts=parts, where=None, include=(), method="", nulls_not_distinct=False)
    return Fit(held, "; ".join(reasons))


def _refusal(table: Table, index: Index) -> str:
    """Why there can be no such index, empty when there can."""
    if index.method not in ("", "hash"):
        return f"there is no {index.method} index here"
    if index.unique and index.where is not None:
        return "there is no partial index here, and a whole one would refuse rows"
    if index.unique and any(part.prefix is not None for part in index.parts):
        return "an index of prefixes cannot be said here, and one of whole values is unique in another way"
    kinds = {part.column: table.column(part.column).type for part in index.parts if part.column}
    return next((f"{name} is of a type without indexes" for name, kind in kinds.items() if _unindexed(kind)), "")


def _unindexed(kind: t.LogicalType) -> bool:
    return isinstance(kind, UNINDEXED)


def _part(part: IndexPart) -> tuple[IndexPart, str]:
    reasons = ["sorts upwards only"] * (part.descending or part.nulls_first is not None)
    reasons += [f"operator class {part.opclass} left out"] * bool(part.opclass)
    reasons += [f"collation {part.collation} left out"] * bool(part.collation)
    reasons += ["holds whole values instead of their beginnings"] * (part.prefix is not None)
    return IndexPart(part.column, part.expression), ", ".join(reasons)


def fit_foreign_key(table: Table, key: ForeignKey) -> Fit[ForeignKey]:
    """Actions are not known here, and rows can only point at rows of earlier statements."""
    if key.target == table.name:
        return Fit(None, "rows of one statement cannot point at each other here, so the table could not be filled")
    if key.target.schema != table.name.schema:
        return Fit(None, "a foreign key cannot reach into another schema here")
    if not key.validated:
        return Fit(None, "not validated at the source, so rows may break it")
    held = ForeignKey(key.name, key.columns, key.target, key.target_columns)
    reasons = [NAMELESS] * bool(key.name)
    reasons += [f"ON DELETE {key.on_delete} not kept"] * (key.on_delete not in ("NO ACTION", "RESTRICT"))
    reasons += [f"ON UPDATE {key.on_update} not kept"] * (key.on_update not in ("NO ACTION", "RESTRICT"))
    reasons += ["is checked at once, not at commit"] * key.deferrable
    reasons += ["MATCH FULL is not enforced"] * key.match_full
    return Fit(held, "; ".join(reasons))


def fit_table(table: Table) -> tuple[Table, tuple[str, ...]]:
    """Plain unique indexes as constraints, the only ones that a foreign key may point at; generated columns computed
    on reading, and plain where a key or check needs them."""
    plain = [index for index in table.indexes if index.unique and all(part.column for part in index.parts)]
    uniques = [Unique(index.name, tuple(part.column for part in index.parts)) for index in plain]
    reasons = [f"the unique index {index.name} becomes a unique constraint" for index in plain]
    columns, changed = _generated(table)
    return replace(
        table,
        columns=columns,
        uniques=(*table.uniques, *uniques),
        indexes=tuple(index for index in table.indexes if index not in plain),
    ), (*reasons, *changed)


def _generated(table: Table) -> tuple[tuple[Column, ...], list[str]]:
    constrained = _constrained(table)
    columns, reasons = [], []
    for column in table.columns:
        held = column
        if column.generated is not None and (column.name in constrained or not column.nullable):
            held = replace(column, generated=None)
            reasons.append(f"the generated column {column.name} is kept as a plain column with its values")
        elif column.generated is not None and column.generated.stored:
            held = replace(column, generated=replace(column.generated, stored=False))
            reasons.append(f"the generated column {column.name} is computed when it is read")
        columns.append(held)
    return tuple(columns), reasons


def _constrained(table: Table) -> set[str]:
    """The generated columns that a key or a check names; a check may name them in any spelling."""
    keys = [unique.columns for unique in table.uniques] + [key.columns for key in table.foreign_keys]
    keys += [table.primary_key.columns] if table.primary_key else []
    keys += [tuple(part.column for part in index.parts) for index in table.indexes]
    texts = [check.expression.sql.lower() for check in table.checks]
    checked = {column.name for column in table.columns if any(column.name.lower() in text for text in texts)}
    return {name for key in keys for name in key} | checked

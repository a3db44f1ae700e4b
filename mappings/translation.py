"""Translates an expression: parse, one form, allow-list, the target's spelling. `mappings.expressions` is the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from mappings import types as t
from mappings.allow_list import Reader
from mappings.normal_form import simplified
from mappings.own_spelling import Rewrite, spelled
from mappings.schema import Column, Expression
from mappings.sorts import Sort, Untranslatable, holds


@dataclass(frozen=True, slots=True)
class OneTable:
    """The columns of one table, by their names at the source."""

    columns: Mapping[str, Column]

    def __call__(self, node: exp.Column) -> Column:
        """The column of exactly this name, else the only one that differs in case."""
        if node.table:
            raise Untranslatable(f"{node.sql()} is another table's")
        if node.name in self.columns:
            return self.columns[node.name]
        folded = [column for name, column in self.columns.items() if name.lower() == node.name.lower()]
        if len(folded) != 1:
            raise Untranslatable(f"there is no one column {node.name}")
        return folded[0]


def translated(
    expression: Expression,
    *,
    to: str,
    columns: Mapping[str, Column],
    rewrite: Rewrite | None,
    into: t.LogicalType | None,
) -> str:
    """The expression in the grammar of `to`. Untranslatable, with the reason, when equal values cannot be promised."""
    try:
        tree = sqlglot.parse_one(expression.sql, read=expression.family)
        reader = Reader(OneTable(columns), expression.family, to)
        tree = simplified(tree, reader)
        found = reader.sort(tree)
        if into is not None and not _stores(into, found, tree):
            raise Untranslatable(f"{found} is converted when a column of another kind stores it")
        return generated(spelled(tree, reader, rewrite), to)
    except SqlglotError as error:
        raise Untranslatable("it cannot be parsed") from error


def generated(tree: exp.Expr, to: str) -> str:
    """The text of a tree that is spelled already."""
    return tree.sql(dialect=to, identify=True, unsupported_level=ErrorLevel.RAISE)


def _stores(kind: t.LogicalType, found: Sort, tree: exp.Expr) -> bool:
    """A part of a date is whole, whatever type an engine gives it."""
    return holds(kind, Sort.INTEGER if isinstance(tree, exp.Extract) else found)

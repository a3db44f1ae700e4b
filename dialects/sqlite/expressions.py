"""Expressions of other families in SQLite's SQL, where their value is sure to be the same."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from dialects.sqlite.types import FAMILY
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression

ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg)
ASCII_ONLY = (exp.Upper, exp.Lower)
"""SQLite's own know the letters A to Z alone."""
REAL_DIGITS = 15


def spelled(expression: Expression, columns: Mapping[str, Column]) -> str | None:
    """The expression in SQLite's SQL, None when the same value cannot be promised for every row."""
    if expression.family == FAMILY:
        return expression.sql
    try:
        tree = sqlglot.parse_one(expression.sql, read=expression.family)
    except SqlglotError:
        return None
    if tree.find(*ASCII_ONLY) is not None or not _decimals_compare(tree, columns):
        return None
    return translate(expression, to=FAMILY, columns=columns, rewrite=_as_number)


def _decimals_compare(tree: exp.Expr, columns: Mapping[str, Column]) -> bool:
    """Decimals are text here and are compared as doubles: exact for fifteen digits, but not behind arithmetic."""
    folded = {name.lower(): column for name, column in columns.items()}
    used = [folded.get(column.name.lower()) for column in tree.find_all(exp.Column)]
    decimals = [column.type for column in used if column is not None and isinstance(column.type, t.Decimal)]
    if any(kind.precision is None or kind.precision > REAL_DIGITS for kind in decimals):
        return False
    return not decimals or tree.find(*ARITHMETIC) is None or all(_is_sign(node) for node in tree.find_all(*ARITHMETIC))


def _is_sign(node: exp.Expr) -> bool:
    return isinstance(node, exp.Neg) and isinstance(node.this, exp.Literal)


def _as_number(column: exp.Column, source: Column) -> exp.Expr:
    return exp.cast(column, "REAL") if isinstance(source.type, t.Decimal) else column

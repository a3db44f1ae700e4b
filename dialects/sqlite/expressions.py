"""Expressions and views of other families in SQLite's SQL, where their value is sure to be the same.

Decimals are text here and are compared as doubles: mappings.allow_list passes those of fifteen digits and none behind
arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dialects.sqlite.types import FAMILY
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression, TableName, View
from mappings.views import Moved, translate_view

if TYPE_CHECKING:
    from sqlglot import exp


def spelled(expression: Expression, columns: Mapping[str, Column]) -> str | None:
    """The expression in SQLite's SQL, None when the same value cannot be promised for every row."""
    if expression.family == FAMILY:
        return expression.sql
    return translate(expression, to=FAMILY, columns=columns, rewrite=_as_number)


def selected(view: View, default_schema: str, tables: Mapping[TableName, Moved]) -> str:
    """The SELECT of a view. Untranslatable, with the reason, when its rows cannot be promised."""
    return translate_view(view, to=FAMILY, default_schema=default_schema, tables=tables, rewrite=_as_number)


def _as_number(column: exp.Column, source: Column) -> exp.Expr:
    """Called while an expression is translated, so the parser is loaded already."""
    from sqlglot import exp

    return exp.cast(column, "REAL") if isinstance(source.type, t.Decimal) else column

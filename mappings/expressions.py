"""CHECKs, generated columns and partial predicates by meaning: sqlglot parses, an allow-list decides, we spell.

Each allowed node has a sort of value (mappings.sorts), and operands must be of sorts that every engine combines and
compares alike (mappings.allow_list). What is not allowed is refused, never guessed: the plan lists it with the reason.
The parser is loaded with the first expression that needs it, for it takes longer than all the rest of a start.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mappings.schema import Column, Expression
from mappings.sorts import Untranslatable
from mappings.types import LogicalType

if TYPE_CHECKING:
    from mappings.own_spelling import Rewrite

HANDED_OVER = {"duckdb": "postgres", "tsql": "postgres"}
"""Families that take an expression in another one's grammar and spell it themselves: nothing is translated to them."""
PROVEN = frozenset({"postgres", "mysql", "sqlite", *HANDED_OVER})
"""The grammars between which values were compared; SQL Server's part is by its manual (mappings.habits)."""


def translate(
    expression: Expression,
    *,
    to: str,
    columns: Mapping[str, Column],
    rewrite: Rewrite | None = None,
    into: LogicalType | None = None,
) -> str | None:
    """`expression` in the grammar of the family `to`, or None when equal values cannot be promised.

    `columns` are the source's columns by name. `rewrite` lets an engine spell a column that it stores in another
    form (a decimal kept as text must be compared as a number). `into` is the type of the generated column that will
    store the value: None is the answer too where storing would alter it.
    """
    if expression.family not in PROVEN or to not in PROVEN - HANDED_OVER.keys():
        return None
    from mappings.translation import translated

    try:
        return translated(expression, to=to, columns=columns, rewrite=rewrite, into=into)
    except Untranslatable:
        return None


def refusal(expression: Expression, *, to: str, columns: Mapping[str, Column], into: LogicalType | None = None) -> str:
    """Why `translate` answers None, in words; empty when it does not."""
    if not {expression.family, to} <= PROVEN:
        return f"values of {expression.family} and {to} were never compared"
    from mappings.translation import translated

    to = HANDED_OVER.get(to, to)
    try:
        translated(expression, to=to, columns=columns, rewrite=None, into=into)
    except Untranslatable as reason:
        return str(reason)
    return ""

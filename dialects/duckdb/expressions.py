"""Expressions of other families in DuckDB's SQL, where their value is sure to be the same.

DuckDB's parser is PostgreSQL's, but it divides, matches patterns and computes decimals in ways of its own: an
expression is taken in PostgreSQL's spelling when all its nodes are among those that were seen to mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialects.duckdb.types import FAMILY
from mappings import types as t
from mappings.expressions import translate
from mappings.schema import Column, Expression

GRAMMAR = "postgres"
LOGIC = ("And", "Or", "Not", "Paren", "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "In", "Between", "Is", "Case", "If")
VALUES = ("Null", "Boolean", "Literal", "Column", "Identifier", "Coalesce")
ARITHMETIC = ("Add", "Sub", "Mul", "Neg")
TEXT = ("Length", "Lower")
"""Not upper(): it gives a capital for ß here, which PostgreSQL keeps."""
SAME = frozenset((*LOGIC, *VALUES, *ARITHMETIC, *TEXT))
"""Nodes by sqlglot's names, whose values were compared with PostgreSQL's."""
COMPUTED = (t.Integer, t.Float, t.Year)
"""Decimals are left out: a product may have more digits than DuckDB's 38."""


def spelled(expression: Expression, columns: Mapping[str, Column]) -> str | None:
    """The expression in DuckDB's SQL, None when the same value cannot be promised for every row."""
    if expression.family == FAMILY:
        return expression.sql
    sql = translate(expression, to=GRAMMAR, columns=columns)
    return sql if sql is not None and _means_the_same(sql, columns) else None


def _means_the_same(sql: str, columns: Mapping[str, Column]) -> bool:
    import sqlglot  # the parser takes longer to load than all the rest of a start

    tree = sqlglot.parse_one(sql, read=GRAMMAR)
    names = {type(node).__name__ for node in tree.walk()}
    if not names <= SAME or any(node.args.get("symmetric") for node in tree.walk()):
        return False
    folded = {name.lower(): column.type for name, column in columns.items()}
    used = [folded.get(node.name.lower()) for node in tree.walk() if type(node).__name__ == "Column"]
    return names.isdisjoint(ARITHMETIC) or all(isinstance(kind, COMPUTED) for kind in used)

"""CHECKs, generated columns and partial predicates by meaning: sqlglot parses, an allow-list decides, we spell.

What is not on the list is refused, never guessed: the plan then lists the object with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mappings import types as t
from mappings.schema import Column, Expression

ALLOWED = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Null,
    exp.Boolean, exp.Column, exp.Identifier, exp.Literal, exp.In, exp.Between, exp.Add, exp.Sub, exp.Mul, exp.Neg,
    exp.Length, exp.Upper, exp.Lower, exp.Coalesce,
)  # fmt: skip
"""Nodes whose value is the same on every engine once the notes of `_refused` are heeded."""

COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
LITERAL_CASTS = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT, exp.DataType.Type.SMALLINT, exp.DataType.Type.DECIMAL)
TEXT_CASTS = (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR, exp.DataType.Type.CHAR, exp.DataType.Type.BPCHAR)

Rewrite = Callable[[exp.Column, Column], exp.Expr]


def translate(
    expression: Expression, *, to: str, columns: Mapping[str, Column], rewrite: Rewrite | None = None
) -> str | None:
    """`expression` in the grammar of the family `to`, or None when equal values cannot be promised.

    `columns` are the source's columns by name. `rewrite` lets an engine spell a column that it stores in another
    form (a decimal kept as text must be compared as a number).
    """
    try:
        tree = sqlglot.parse_one(expression.sql, read=expression.family)
    except SqlglotError:
        return None
    tree = _normalised(tree.copy())
    if _refused(tree, expression.family, {name.lower(): column for name, column in columns.items()}):
        return None
    tree = tree.transform(lambda node: _quoted(node, columns, rewrite))
    return tree.sql(dialect=to, identify=True)


def _normalised(tree: exp.Expr) -> exp.Expr:
    """Without casts that change nothing, without charset introducers, `= ANY (ARRAY[...])` as IN."""
    tree = tree.transform(_plain_cast).transform(_plain_any)
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


def _plain_cast(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Introducer):
        literal: exp.Expr = node.expression
        return literal
    if not isinstance(node, exp.Cast) or isinstance(node, exp.TryCast):
        return node
    inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
    unlimited = not node.to.expressions
    if node.to.this in TEXT_CASTS and unlimited and isinstance(inner, exp.Literal | exp.Column | exp.Cast | exp.Array):
        return inner
    if isinstance(inner, exp.Array):
        return inner
    if isinstance(inner, exp.Literal) and inner.is_string and node.to.this in LITERAL_CASTS:
        return exp.Literal.number(inner.this) if _is_number(inner.this) else node
    if isinstance(inner, exp.Literal | exp.Neg) and node.to.this in LITERAL_CASTS and unlimited:
        return inner
    return node


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _plain_any(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.EQ) and isinstance(node.expression, exp.Any):
        array = node.expression.this
        while isinstance(array, exp.Paren):
            array = array.this
        if isinstance(array, exp.Array):
            return exp.In(this=node.this, expressions=array.expressions)
    return node


def _refused(tree: exp.Expr, family: str, columns: Mapping[str, Column]) -> bool:
    for node in tree.walk():
        if not isinstance(node, ALLOWED) or (isinstance(node, exp.Func) and not isinstance(node, ALLOWED)):
            return True
        if isinstance(node, exp.Literal) and "\\" in node.this:
            return True
        if isinstance(node, exp.Column) and (node.name.lower() not in columns or node.table):
            return True
        if isinstance(node, exp.Length) and family == "mysql" and node.args.get("binary"):
            return True
        if isinstance(node, COMPARISONS) and any(
            _compares_loosely(columns[column.name.lower()]) for column in node.find_all(exp.Column)
        ):
            return True
    return False


def _compares_loosely(column: Column) -> bool:
    """Text that ignores case or accents here would compare exactly there, or the other way round; and instants,
    spans and bytes are spelled differently per engine."""
    match column.type:
        case t.Text(collation=collation) | t.Enum(collation=collation) | t.SetOf(collation=collation):
            return collation is not None and collation.insensitive
        case t.Boolean() | t.Integer() | t.Decimal() | t.Float() | t.Date() | t.Year() | t.Dynamic():
            return False
        case _:
            return True


def _quoted(node: exp.Expr, columns: Mapping[str, Column], rewrite: Rewrite | None) -> exp.Expr:
    if not isinstance(node, exp.Column):
        return node
    name = next(name for name in columns if name.lower() == node.name.lower())
    quoted = exp.column(exp.to_identifier(name, quoted=True))
    return rewrite(quoted, columns[name]) if rewrite is not None else quoted

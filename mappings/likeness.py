"""Whether two spellings of an expression are one: a catalogue prints what it was told in other words.

Servers add casts, parentheses and character sets, print BETWEEN as two comparisons and IN as `= ANY (ARRAY[...])`. The
parser reads both texts; what engines add by themselves is taken away again. A cast of a constant and a cast that only
widens a number are not looked at; everything else must be the same. A text that the parser does not know is compared
as it stands, but for spaces. The module loads the parser: see mappings.expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mappings import types as t
from mappings.allow_list import Reader
from mappings.normal_form import simplified
from mappings.schema import Column, Expression
from mappings.sorts import Sort, Untranslatable
from mappings.translation import OneTable

WIDTHS = {
    exp.DType.SMALLINT: 16,
    exp.DType.INT: 32,
    exp.DType.BIGINT: 64,
    exp.DType.DECIMAL: 65,
    exp.DType.FLOAT: 66,
    exp.DType.DOUBLE: 67,
}
"""Number types, each of which holds all that stand before it, as far as servers cast unasked."""
SORT_WIDTHS = {Sort.INTEGER: 64, Sort.DECIMAL: 65, Sort.SINGLE: 66, Sort.FLOAT: 67}
NO_NUMBER = 1000
CONSTANTS = (exp.Literal, exp.Neg, exp.Array, exp.Null, exp.Boolean)
OPERATORS = (exp.Binary, exp.Unary, exp.In)


def normal_expression(expression: Expression, columns: Mapping[str, Column]) -> str:
    """The expression in its family's SQL, the same text for all spellings of one meaning. `columns` by name."""
    family = expression.family
    try:
        tree = sqlglot.parse_one(expression.sql, read=family)
        tree = simplified(tree, Reader(OneTable(columns), family, family))
    except (SqlglotError, Untranslatable, RecursionError, ValueError):  # ValueError: a family the parser does not know
        return " ".join(expression.sql.split())
    tree = _wrapped(_rewritten(exp.Paren(this=tree), columns, family))
    return tree.sql(dialect=family, identify=True, comments=False)


def _rewritten(node: exp.Expr, columns: Mapping[str, Column], family: str) -> exp.Expr:
    """The node in its plainest form, what is inside first, without any parentheses."""
    for child in list(node.iter_expressions()):
        child.replace(_rewritten(child, columns, family))
    match node:
        case exp.Paren(this=exp.Expr() as inner):
            return inner
        case exp.Cast(this=exp.Expr() as inner) if type(node) is exp.Cast and _adds_nothing(node, columns, family):
            return inner
        case exp.Between(this=value):
            low = exp.GTE(this=value.copy(), expression=node.args["low"])
            return exp.And(this=low, expression=exp.LTE(this=value, expression=node.args["high"]))
        case exp.And() | exp.Or():
            return _from_the_left(node)
        case exp.In(expressions=[only]) if not (node.args.get("query") or node.args.get("field")):
            return exp.EQ(this=node.this, expression=only)
        case exp.Literal(is_string=False) if node.this.startswith("-"):
            return exp.Neg(this=exp.Literal.number(node.this[1:]))
        case _:
            return node


def _from_the_left(node: exp.Connector) -> exp.Expr:
    """`a AND (b AND c)` as `(a AND b) AND c`."""
    kind = type(node)
    parts = [part.copy() for part in node.flatten()]
    return reduce(lambda left, right: kind(this=left, expression=right), parts)


def _wrapped(node: exp.Expr) -> exp.Expr:
    """The node with every operator that stands inside of another one in parentheses of its own."""
    for child in list(node.iter_expressions()):
        wrapped = _wrapped(child)
        apart = isinstance(node, OPERATORS) and isinstance(child, OPERATORS)
        child.replace(exp.Paren(this=wrapped.copy()) if apart else wrapped)
    return node


def _adds_nothing(node: exp.Cast, columns: Mapping[str, Column], family: str) -> bool:
    if all(isinstance(part, CONSTANTS) for part in node.this.walk()):
        return True
    width = WIDTHS.get(node.to.this)
    return width is not None and not node.to.expressions and _width(node.this, columns, family) <= width


def _width(node: exp.Expr, columns: Mapping[str, Column], family: str) -> int:
    """How wide a number is; the reader is a new one, because it knows nodes by their identity."""
    reader = Reader(OneTable(columns), family, family)
    try:
        if isinstance(node, exp.Column) and isinstance(kind := reader.column(node).type, t.Integer):
            return kind.bits
        return SORT_WIDTHS.get(reader.sort(node), NO_NUMBER)
    except Untranslatable:
        return NO_NUMBER

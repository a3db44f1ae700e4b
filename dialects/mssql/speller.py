"""Expressions of other engines in T-SQL, which has no truth values outside a condition, and whose LEN, UPPER and LIKE
are others than those of the other engines."""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from dialects.mssql.spelling import literal, quote
from mappings import types as t
from mappings.schema import Column

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
CONDITIONS = (exp.And, exp.Or, exp.Not, exp.Is, exp.In, exp.Between, exp.Boolean)
OPERANDS = frozenset({"this", "expression", "expressions", "low", "high", "is_string"})
ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


class Unspeakable(Exception):
    """T-SQL has no expression of the same value; caught in `respelled`."""


def _refuse_more(node: exp.Expr) -> None:
    """What the parser keeps beside the operands (BETWEEN SYMMETRIC, NOT LIKE) must be spelled or refused."""
    known = OPERANDS | ({"negate"} if isinstance(node, exp.Is) else set())
    said = {name for name, value in node.args.items() if value}
    if said - known:
        raise Unspeakable(f"{node.key} with {', '.join(sorted(said - known))}")


def respelled(sql: str, grammar: str, columns: Mapping[str, Column]) -> str | None:
    """The expression, which `mappings.expressions` has found sound, in T-SQL. None where there is none of the same
    value."""
    try:
        return Speller(columns)(sqlglot.parse_one(sql, read=grammar))
    except Unspeakable:
        return None


class Speller:
    """Spells the nodes that `mappings.expressions` allows."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = columns

    def __call__(self, node: exp.Expr) -> str:
        """A condition, or a value where the whole expression is one (a generated column)."""
        return self.condition(node) if self._is_truth(node) else self.value(node)

    def condition(self, node: exp.Expr) -> str:
        _refuse_more(node)
        match node:
            case exp.Paren():
                return f"({self.condition(node.this)})"
            case exp.And() | exp.Or():
                word = "AND" if isinstance(node, exp.And) else "OR"
                return f"{self.condition(node.this)} {word} {self.condition(node.expression)}"
            case exp.Not():
                return f"NOT {self._held(node.this)}"
            case exp.Is(expression=exp.Null()):
                return f"{self.value(node.this)} IS {'NOT ' * bool(node.args.get('negate'))}NULL"
            case exp.In() | exp.Between():
                return self._among(node)
            case exp.Column():
                return f"{self.value(node)} = 1"
            case exp.Boolean():
                return "1 = 1" if node.this else "1 = 0"
            case _ if type(node) in COMPARISONS:
                return self._compared(node)
            case _:
                raise Unspeakable(type(node).__name__)

    def _held(self, node: exp.Expr) -> str:
        inner = self.condition(node)
        return inner if isinstance(node, exp.Paren) else f"({inner})"

    def _compared(self, node: exp.Expr) -> str:
        left, right = node.this, node.expression
        if self._is_truth(left) and not (self._is_simple(left) and self._is_simple(right)):
            raise Unspeakable("a condition as a value")
        operator = COMPARISONS[type(node)]
        if not self._is_text(left, right):
            return f"{self.value(left)} {operator} {self.value(right)}"
        joint = "AND" if isinstance(node, exp.EQ) else "OR"
        return self._exactly(self.value(left), self.value(right), operator, joint)

    def _exactly(self, left: str, right: str, operator: str, joint: str) -> str:
        """Trailing spaces do not count in a comparison here, but they do in the length."""
        return f"({left} {operator} {right} {joint} DATALENGTH({left}) {operator} DATALENGTH({right}))"

    def _among(self, node: exp.In | exp.Between) -> str:
        subject = self.value(node.this)
        if isinstance(node, exp.Between):
            return f"{subject} BETWEEN {self.value(node.args['low'])} AND {self.value(node.args['high'])}"
        values = [self.value(each) for each in node.expressions]
        if not self._is_text(node.this, *node.expressions):
            return f"{subject} IN ({', '.join(values)})"
        return "(" + " OR ".join(self._exactly(subject, value, "=", "AND") for value in values) + ")"

    def value(self, node: exp.Expr) -> str:
        _refuse_more(node)
        match node:
            case exp.Paren():
                return f"({self.value(node.this)})"
            case exp.Column():
                return quote(node.name)
            case exp.Literal():
                return literal(node.this) if node.is_string else node.this
            case exp.Null():
                return "NULL"
            case exp.Boolean():
                return "1" if node.this else "0"
            case exp.Neg():
                return f"-({self.value(node.this)})"
            case exp.Coalesce():
                return f"COALESCE({', '.join(map(self.value, [node.this, *node.expressions]))})"
            case exp.Add() | exp.Sub() | exp.Mul():
                return self._computed(node)
            case _:
                raise Unspeakable(type(node).__name__)

    def _computed(self, node: exp.Expr) -> str:
        """Integers only: decimals get another scale here, and floats are rounded in another order."""
        kinds = [self._columns[column.name].type for column in node.find_all(exp.Column)]
        numbers = [each.this for each in node.find_all(exp.Literal)]
        if not all(isinstance(kind, t.Integer) for kind in kinds) or not all(map(str.isdigit, numbers)):
            raise Unspeakable("arithmetic")
        return f"{self.value(node.this)} {ARITHMETIC[type(node)]} {self.value(node.expression)}"

    def _is_truth(self, node: exp.Expr | None) -> bool:
        """Whether the node is true or false; a column of bits is a value that `condition` compares with 1."""
        match node:
            case exp.Paren():
                return self._is_truth(node.this)
            case exp.Column():
                column = self._columns.get(node.name)
                return column is not None and isinstance(column.type, t.Boolean)
            case _:
                return isinstance(node, CONDITIONS) or type(node) in COMPARISONS

    def _is_text(self, *nodes: exp.Expr) -> bool:
        """Whether text is compared whose trailing spaces count at the source; those of char(n) do not."""
        names = [column.name for node in nodes for column in node.find_all(exp.Column)]
        kinds = [self._columns[name].type for name in names]
        texts = [kind for kind in kinds if isinstance(kind, t.Text)]
        return bool(texts) and not any(kind.fixed for kind in texts)

    def _is_simple(self, node: exp.Expr) -> bool:
        return isinstance(node, exp.Column | exp.Boolean)

"""Words of DuckDB and SQL Server that mean another thing than elsewhere: brought into the common form, or refused.

For DuckDB as seen on DuckDB 2.0. SQL Server was written by its manual: little is promised, and nothing where the manual
leaves a doubt (trailing spaces, collations, the scale of decimals, LEN, LIKE).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlglot import exp

from mappings.patterns import like_of
from mappings.schema import Column
from mappings.sorts import EXACT_DIGITS, TIMES, Sort, Untranslatable, digits_of

DUCKDB, TSQL = "duckdb", "tsql"
DATE_PARTS = frozenset({"YEAR", "MONTH", "DAY"})
BITS = {"0": False, "1": True}
COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
COMPUTED = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs, exp.Mod, exp.Div)
CHOSEN = (exp.Case, exp.Coalesce)
LOGIC = (exp.And, exp.Or, exp.Not, exp.Paren, exp.Is, exp.Null, exp.Boolean, exp.Literal, exp.Column)


class Sorts(Protocol):
    """The reader of an expression, as far as it is needed here."""

    source: str
    target: str

    def sort(self, node: exp.Expr) -> Sort:
        """The sort of the node's value; Untranslatable when it has none."""

    def column(self, node: exp.Column) -> Column:
        """The column meant."""


def common_form(node: exp.Expr, reader: Sorts) -> exp.Expr:
    """The node in the form that the other grammars have; what is inside of it is so already."""
    match reader.source:
        case "duckdb":
            return _of_duckdb(node, reader)
        case "tsql":
            return _of_tsql(node, reader)
        case _:
            return node


def _of_duckdb(node: exp.Expr, reader: Sorts) -> exp.Expr:
    match node:
        case exp.Anonymous(this="count_star", expressions=[]):
            return exp.Count(this=exp.Star())
        case exp.Anonymous(this="date_part", expressions=[exp.Literal() as part, moment]):
            known = part.name.upper() in DATE_PARTS
            return exp.Extract(this=exp.Var(this=part.name.upper()), expression=moment) if known else node
        case exp.NullSafeEQ(expression=exp.Boolean() as truth):
            return exp.Is(this=node.this, expression=truth)
        case exp.NullSafeNEQ(expression=exp.Boolean() as truth):
            return exp.Not(this=exp.Is(this=node.this, expression=truth))
        case exp.Cast() if node.to.this == exp.DType.BOOLEAN and _sort(node.this, reader) is Sort.TRUTH:
            inner: exp.Expr = node.this
            return inner
        case _:
            return node


def _of_tsql(node: exp.Expr, reader: Sorts) -> exp.Expr:
    match node:
        case exp.National():
            return exp.Literal.string(node.name)
        case exp.Paren(this=exp.Literal() as constant):
            return constant
        case exp.Convert(this=exp.DataType(this=exp.DType.BIT), expression=exp.Expr() as number):
            return _truth(number) or node
        case exp.EQ() | exp.NEQ() if _sort(node.this, reader) is Sort.TRUTH:
            truth = _truth(node.expression)
            return node if truth is None else type(node)(this=node.this, expression=truth)
        case _:
            return node


def _truth(node: exp.Expr) -> exp.Expr | None:
    """The truth that a bit of 0 or 1 stands for."""
    number = node.unnest()
    known = isinstance(number, exp.Literal) and not number.is_string and number.name in BITS
    return exp.Boolean(this=BITS[number.name]) if known else None


def _sort(node: exp.Expr, reader: Sorts) -> Sort | None:
    try:
        return reader.sort(node)
    except Untranslatable:
        return None


def refuse_habit(node: exp.Expr, reader: Sorts) -> None:
    """Untranslatable, with the reason, for a node that its engine reads in a way of its own."""
    if reader.source == DUCKDB:
        _refuse_of_duckdb(node, reader)
    elif reader.source == TSQL:
        _refuse_of_tsql(node, reader)


def _refuse_of_duckdb(node: exp.Expr, reader: Sorts) -> None:
    match node:
        case exp.Literal(is_string=False) if digits_of(node.name) > EXACT_DIGITS:
            raise Untranslatable(f"{node.name} may be a float")
        case exp.Div():
            raise Untranslatable("division that gives a fraction")
        case exp.Upper():
            raise Untranslatable("upper(), which knows a capital of ß")
        case exp.Trim():
            raise Untranslatable("trim(), which takes every kind of space away")
        case exp.Glob() if like_of(node.expression.name) is None or "?" in node.expression.name:
            raise Untranslatable("a pattern whose ? is one byte")
        case exp.Extract() if node.this.name.upper() == "YEAR" and reader.target == "postgres":
            raise Untranslatable("years before Christ, which are counted otherwise")


def _refuse_of_tsql(node: exp.Expr, reader: Sorts) -> None:
    match node:
        case exp.Literal(is_string=False) if digits_of(node.name) > EXACT_DIGITS:
            raise Untranslatable(f"{node.name} has more digits than a double keeps")
        case exp.Coalesce() | exp.Case():
            _refuse_others(_choices(node), reader, "a choice")
        case _ if isinstance(node, COMPUTED):
            _refuse_others(filter(None, (node.this, node.args.get("expression"))), reader, "arithmetic")
        case _ if isinstance(node, COMPARED):
            _refuse_other_times(node, reader)
        case _ if not isinstance(node, LOGIC):
            raise Untranslatable(f"{node.key} of SQL Server, whose values were never compared")


def _choices(node: exp.Expr) -> Iterable[exp.Expr]:
    if isinstance(node, exp.Coalesce):
        return (node.this, *node.expressions)
    default = node.args.get("default")
    return (*(branch.args["true"] for branch in node.args["ifs"]), *filter(None, (default,)))


def _refuse_others(nodes: Iterable[exp.Expr], reader: Sorts, what: str) -> None:
    """Whole numbers only: decimals get another scale there, text the length of the first one."""
    sorts = {reader.sort(node) for node in nodes} - {Sort.INTEGER, Sort.NULL}
    if sorts:
        raise Untranslatable(f"{what} of {' and '.join(sorted(sorts))} in SQL Server")


def _refuse_other_times(node: exp.Expr, reader: Sorts) -> None:
    """Two columns of one native type only: a constant's meaning hangs on the session, and `datetime` is not
    `datetime2` rounded."""
    operands = [each.unnest() for each in node.iter_expressions()]
    if not any(reader.sort(each) in TIMES for each in operands):
        return
    natives = {reader.column(each).native if isinstance(each, exp.Column) else "" for each in operands}
    if len(natives) != 1:
        raise Untranslatable("a comparison of different kinds of moments")

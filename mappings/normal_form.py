"""One form for what engines print in many: an expression without casts that change nothing, without character set
introducers, `= ANY (ARRAY[...])` as IN, `concat` as a chain of `||`, `if` as CASE."""

from __future__ import annotations

import re
from functools import reduce

from sqlglot import exp

from mappings.allow_list import Reader
from mappings.habits import common_form
from mappings.sorts import EXACT_TEXTS, Sort, Untranslatable, fraction_of_moment, is_iso_date

NUMBER_CASTS = (exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.DOUBLE)
MOMENT_CASTS = (exp.DType.TIMESTAMP, exp.DType.DATETIME, exp.DType.TIMESTAMPNTZ)
TEXT_CASTS = (exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.BPCHAR)
TEXT_SORTS = EXACT_TEXTS | {Sort.PADDED, Sort.LOOSE, Sort.LABEL}
WHOLE, FRACTION = re.compile(r"-?\d+"), re.compile(r"-?\d+(\.\d+)?")
UTF8_INTRODUCERS = ("_utf8mb4", "_utf8mb3", "_utf8")
COUNTED_NULLS = {"num_nonnulls": (0, 1), "num_nulls": (1, 0)}
"""What each argument of the function adds where it is NULL and where it is not."""
YEARS = {exp.Year: "YEAR", exp.Month: "MONTH", exp.Day: "DAY", exp.DayOfMonth: "DAY"}


def simplified(tree: exp.Expr, reader: Reader) -> exp.Expr:
    """The tree in its one form, changed in place, without outer parentheses."""
    root = exp.Paren(this=tree)
    for node in reversed(list(root.walk(bfs=True))):
        plain = _plain(common_form(node, reader), reader)
        if plain is not node:
            node.replace(plain)
    inner: exp.Expr = root.this
    return inner.unnest()


def _plain(node: exp.Expr, reader: Reader) -> exp.Expr:
    match node:
        case exp.Introducer():
            return node.expression if _is_utf8(node) else node
        case exp.Cast() if type(node) is exp.Cast:
            return _plain_cast(node, reader) or node
        case exp.EQ(expression=exp.Any(this=listed)) if isinstance(array := listed.unnest(), exp.Array):
            return exp.In(this=node.this, expressions=array.expressions)
        case exp.NEQ(expression=exp.Anonymous(this="ALL", expressions=[listed])):
            array = listed.unnest()
            within = exp.In(this=node.this, expressions=array.expressions)
            return exp.Not(this=within) if isinstance(array, exp.Array) else node
        case exp.Concat() | exp.Anonymous():
            return _plain_call(node)
        case exp.If() if not isinstance(node.parent, exp.Case):
            branch = exp.If(this=node.this, true=node.args["true"])
            return exp.Case(ifs=[branch], default=node.args.get("false"))
        case exp.Case() if node.this is not None:
            return _searched(node)
        case exp.Like() if node.args.get("negate"):
            return exp.Not(this=exp.Like(this=node.this, expression=node.expression))
        case exp.Left() if reader.source != "sqlite":
            return exp.Substring(this=node.this, start=exp.Literal.number(1), length=node.expression)
        case exp.Year() | exp.Month() | exp.Day() | exp.DayOfMonth():
            return exp.Extract(this=exp.Var(this=YEARS[type(node)]), expression=_moment(node.this))
        case _:
            return node


def _plain_call(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Concat):
        parts = [_not_null(part) for part in node.expressions] if node.args.get("coalesce") else node.expressions
        return reduce(lambda left, right: exp.DPipe(this=left, expression=right), parts)
    weights = COUNTED_NULLS.get(str(node.this).lower())
    if weights is None or not node.expressions:
        return node
    counted = [_counted(part, *weights) for part in node.expressions]
    return exp.Paren(this=reduce(lambda left, right: exp.Add(this=left, expression=right), counted))


def _not_null(part: exp.Expr) -> exp.Expr:
    """PostgreSQL's concat passes over what is NULL."""
    return exp.Coalesce(this=part, expressions=[exp.Literal.string("")])


def _counted(part: exp.Expr, null: int, there: int) -> exp.Expr:
    branch = exp.If(this=exp.Is(this=part, expression=exp.Null()), true=exp.Literal.number(null))
    return exp.Case(ifs=[branch], default=exp.Literal.number(there))


def _searched(node: exp.Case) -> exp.Case:
    """CASE that asks conditions, for one that compares with values."""
    branches = [
        exp.If(this=exp.EQ(this=node.this.copy(), expression=branch.this), true=branch.args["true"])
        for branch in node.args["ifs"]
    ]
    return exp.Case(ifs=branches, default=node.args.get("default"))


def _moment(node: exp.Expr) -> exp.Expr:
    """Without the parser's own conversion of year()'s argument."""
    return node.this if isinstance(node, exp.TsOrDsToDate) else node


def _is_utf8(node: exp.Introducer) -> bool:
    return node.name.lower() in UTF8_INTRODUCERS and isinstance(node.expression, exp.Literal)


def _plain_cast(node: exp.Cast, reader: Reader) -> exp.Expr | None:
    inner, to = node.this.unnest(), node.to
    if isinstance(inner, exp.Array) and to.this == exp.DType.ARRAY and len(to.expressions) == 1:
        elements = [_cast_literal(element.unnest(), to.expressions[0], reader.source) for element in inner.expressions]
        return exp.Array(expressions=elements) if all(elements) else None
    if isinstance(inner, exp.Literal | exp.Neg):
        return _cast_literal(inner, to, reader.source)
    return inner if _is_text(to, reader.source) and _is_textual(inner, reader) else None


def _is_textual(node: exp.Expr, reader: Reader) -> bool:
    try:
        return reader.sort(node) in TEXT_SORTS
    except Untranslatable:
        return False


def _cast_literal(node: exp.Expr, to: exp.DataType, family: str) -> exp.Expr | None:
    """The literal with the cast's effect, None when it is none or the cast may alter it."""
    literal = node.this.unnest() if isinstance(node, exp.Neg) else node
    if not isinstance(literal, exp.Literal) or to.expressions:
        return None
    if literal.is_string:
        moment = to.this in MOMENT_CASTS and fraction_of_moment(literal.this) is not None
        if _is_text(to, family) or moment or (to.this == exp.DType.DATE and is_iso_date(literal.this)):
            return node
        node = literal = exp.Literal(this=literal.this, is_string=False)
    keeps_fractions = to.this == exp.DType.DECIMAL and family == "postgres"
    number = FRACTION if keeps_fractions else WHOLE
    return node if to.this in NUMBER_CASTS and number.fullmatch(literal.this) else None


def _is_text(to: exp.DataType, family: str) -> bool:
    """CHAR without a length is one character in PostgreSQL, any number elsewhere."""
    return not to.expressions and (to.this in TEXT_CASTS or (to.this == exp.DType.CHAR and family != "postgres"))

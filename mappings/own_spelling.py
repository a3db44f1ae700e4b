"""Allowed nodes in the spelling of one engine, where that is not what the parser's own generator would say."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from mappings import types as t
from mappings.allow_list import Reader
from mappings.patterns import glob_of, like_of, regular_of
from mappings.schema import Column
from mappings.sorts import Sort, Untranslatable, fraction_of_moment

Rewrite = Callable[[exp.Column, Column], exp.Expr]

TRIMS = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}
SECONDS = len("2020-01-31 10:00:00")
STRFTIME = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d"}
ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Abs)
COMPARED = (exp.EQ, exp.NEQ, exp.In, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Nullif)


def spelled(tree: exp.Expr, reader: Reader, rewrite: Rewrite | None) -> exp.Expr:
    """The tree, whose sorts `reader` has found, for the reader's target; changed in place."""
    root = exp.Paren(this=tree)
    nodes = list(tree.walk(bfs=True))
    whole = {id(node) for node in nodes if _sort(node, reader) is Sort.INTEGER}
    padded = {id(node) for node in nodes if isinstance(node, COMPARED) and _any_padded(node, reader)}
    if reader.target == "sqlite":
        _spell_moments(nodes, reader)
    speller = Speller(reader, frozenset(whole), frozenset(padded), rewrite)
    for node in reversed(nodes):
        own = speller.own(node)
        if own is not node:
            node.replace(own)
    inner: exp.Expr = root.this
    return inner


def _sort(node: exp.Expr, reader: Reader) -> Sort | None:
    """None for nodes that are no values, such as names and branches."""
    try:
        return reader.sort(node)
    except Untranslatable:
        return None


def _spell_moments(nodes: list[exp.Expr], reader: Reader) -> None:
    """Constants that are compared with timestamps get the digits that the column's texts have."""
    for node in nodes:
        if not isinstance(node, exp.Predicate) or isinstance(node, exp.Is):
            continue
        operands: list[exp.Expr] = [each for each in node.iter_expressions() if _sort(each, reader) is not None]
        kinds = [reader.column(each).type for each in operands if isinstance(each, exp.Column)]
        digits = next((kind.digits for kind in kinds if isinstance(kind, t.Timestamp)), None)
        for operand in operands:
            if digits is not None and isinstance(operand, exp.Literal) and operand.is_string:
                fraction = (fraction_of_moment(operand.this) or "").ljust(digits, "0")
                operand.set("this", operand.this[:SECONDS] + f".{fraction}" * bool(digits))


def _operands(node: exp.Expr) -> list[exp.Expr]:
    return [node.this, *node.expressions] if isinstance(node, exp.In) else [node.this, node.expression]


def _uncast(node: exp.Cast) -> exp.Expr:
    inner: exp.Expr = node.this.unnest()
    return inner


def _any_padded(node: exp.Expr, reader: Reader) -> bool:
    return any(_sort(operand, reader) is Sort.PADDED for operand in _operands(node))


class Speller:
    """Spells node after node, from the leaves to the root. `whole` are the nodes that are integers, `padded` the
    comparisons of text whose trailing spaces do not count, both by their identity."""

    def __init__(self, reader: Reader, whole: frozenset[int], padded: frozenset[int], rewrite: Rewrite | None) -> None:
        self._reader = reader
        self._whole = whole
        self._padded = padded
        self._rewrite = rewrite

    def own(self, node: exp.Expr) -> exp.Expr:
        """The node in the target's spelling; its children are so already."""
        match node:
            case exp.Column() if type(node) is exp.Column:
                return self._column(node)
            case exp.Cast():
                return _uncast(node)
            case exp.EQ() | exp.NEQ() | exp.In() | exp.NullSafeEQ() | exp.NullSafeNEQ() | exp.Nullif():
                return self._compared(node)
            case exp.DPipe() if self._reader.target == "mysql":
                return exp.Anonymous(this="CONCAT", expressions=[node.this, node.expression])
            case exp.Trim():
                function = TRIMS.get(str(node.args.get("position") or ""), "TRIM")
                return exp.Anonymous(this=function, expressions=[node.this])
            case exp.Substring():
                places = [node.args["start"], node.args["length"]]
                return exp.Anonymous(this="SUBSTR", expressions=[node.this, *places])
            case exp.Div() | exp.IntDiv():
                return self._divided(node)
            case exp.Extract():
                return self._part_of_date(node)
            case exp.Like() | exp.Glob() | exp.RegexpLike():
                return self._pattern(node)
            case _:
                return node

    def _column(self, node: exp.Column) -> exp.Expr:
        column = self._reader.column(node)
        table = exp.to_identifier(node.table, quoted=True) if node.table else None
        quoted = exp.column(exp.to_identifier(column.name, quoted=True), table=table)
        own = self._rewrite(quoted, column) if self._rewrite is not None else quoted
        return exp.cast(own, exp.DType.BIGINT) if self._overflows(node, column) else own

    def _overflows(self, node: exp.Column, column: Column) -> bool:
        """PostgreSQL computes in the width of the columns, the others in 64 bits."""
        narrow = isinstance(column.type, t.Year) or getattr(column.type, "bits", 64) < 64
        computed = node.find_ancestor(*ARITHMETIC) is not None and id(node) in self._whole
        return computed and narrow and self._reader.target == "postgres" != self._reader.source

    def _compared(self, node: exp.Expr) -> exp.Expr:
        """Text that is padded is compared without its trailing spaces."""
        if id(node) in self._padded:
            for operand in _operands(node):
                operand.replace(exp.Anonymous(this="RTRIM", expressions=[operand.copy()]))
        return exp.paren(node) if isinstance(node, exp.NullSafeEQ | exp.NullSafeNEQ) else node

    def _divided(self, node: exp.Expr) -> exp.Expr:
        if self._reader.target == "mysql":
            return exp.IntDiv(this=node.this, expression=node.expression)
        same = self._reader.target == "sqlite"
        return exp.Div(this=node.this, expression=node.expression, typed=True, safe=same)

    def _part_of_date(self, node: exp.Expr) -> exp.Expr:
        part = node.this.name.upper()
        if self._reader.target == "sqlite":
            call = exp.Anonymous(this="STRFTIME", expressions=[exp.Literal.string(STRFTIME[part]), node.expression])
            return exp.cast(call, exp.DType.INT)
        asked = exp.Extract(this=exp.Var(this=part), expression=node.expression)
        return exp.cast(asked, exp.DType.INT) if self._reader.target == "postgres" else asked

    def _pattern(self, node: exp.Expr) -> exp.Expr:
        pattern, target = node.expression.this, self._reader.target
        if isinstance(node, exp.RegexpLike):
            return self._regular(self._with(node, exp.RegexpLike, regular_of(pattern)))
        if isinstance(node, exp.Glob):
            return node if target == "sqlite" else self._with(node, exp.Like, like_of(pattern))
        return self._with(node, exp.Glob, glob_of(pattern)) if target == "sqlite" else node

    def _regular(self, node: exp.Expr) -> exp.Expr:
        """An operator, which MariaDB knows too; MySQL alone has the function of that name."""
        if self._reader.target != "mysql":
            return node
        sides = (side.sql(dialect="mysql", identify=True) for side in (node.this, node.expression))
        return exp.Paren(this=exp.Var(this=" REGEXP ".join(sides)))

    @staticmethod
    def _with(node: exp.Expr, operator: type[exp.Expr], pattern: str | None) -> exp.Expr:
        if pattern is None:
            raise Untranslatable("a pattern that engines read differently")
        return operator(this=node.this, expression=exp.Literal.string(pattern))

"""The allow-list: which nodes of an expression have the same value on every engine, and of what sort it is."""

from __future__ import annotations

import re
from typing import Protocol

from sqlglot import exp

from mappings import types as t
from mappings.habits import refuse_habit
from mappings.schema import Column
from mappings.sorts import (
    EXACT_DIGITS,
    EXACT_TEXTS,
    NUMBERS,
    TEXTS,
    TIMES,
    Sort,
    Untranslatable,
    fraction_of_moment,
    is_iso_date,
    sort_of,
)

ASCII_CASE = STORED_TIMES = REAL_FRACTIONS = "sqlite"
"""Whose upper() and lower() know A to Z only, whose times are text, and whose fractions are binary."""
WHOLE = re.compile(r"-?\d+")
GREATEST_SINGLE = 2**24
GREATEST_SCALE = 30
"""Of a product in MySQL; more digits would be cut."""
DATE_PARTS = frozenset({"YEAR", "MONTH", "DAY"})
SIDES = frozenset({"", "BOTH", "LEADING", "TRAILING"})
REGULAR_FAMILIES = frozenset({"postgres", "mysql"})


class Scope(Protocol):
    """Where names are looked up."""

    def __call__(self, node: exp.Column) -> Column:
        """The column meant; Untranslatable when there is none or more than one."""


class Reader:
    """Finds the sort of every node, or raises Untranslatable. `families` are the source's and the target's."""

    def __init__(self, scope: Scope, source: str, target: str) -> None:
        self.column = scope
        self.source = source
        self.target = target
        self._families = frozenset({source, target})
        self._known: dict[int, Sort] = {}

    def sort(self, node: exp.Expr) -> Sort:
        """The sort of the node's value. The node must stay alive as long as the reader."""
        if id(node) not in self._known:
            self._known[id(node)] = self._found(node)
        return self._known[id(node)]

    def _found(self, node: exp.Expr) -> Sort:
        refuse_habit(node, self)
        match node:
            case exp.Paren():
                return self.sort(node.this)
            case exp.Null():
                return Sort.NULL
            case exp.Boolean():
                return Sort.TRUTH
            case exp.Literal():
                return self._literal(node)
            case exp.Column() if type(node) is exp.Column:
                return self._column(node)
            case exp.Cast() if type(node) is exp.Cast:
                return self._cast(node)
            case exp.Case() | exp.Coalesce() | exp.Nullif():
                return self._chosen(node)
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Neg() | exp.Abs() | exp.Mod() | exp.Div() | exp.IntDiv():
                return self._arithmetic(node)
            case exp.DPipe() | exp.Upper() | exp.Lower() | exp.Trim() | exp.Substring() | exp.Length() | exp.Extract():
                return self._function(node)
            case _:
                return self._predicate(node)

    def _predicate(self, node: exp.Expr) -> Sort:
        match node:
            case exp.And() | exp.Or():
                return self._truths(node.this, node.expression)
            case exp.Not():
                return self._truths(node.this)
            case exp.Is():
                return self._is(node)
            case exp.EQ() | exp.NEQ() | exp.NullSafeEQ() | exp.NullSafeNEQ():
                return self._compared([node.this, node.expression], ordered=False)
            case exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                return self._compared([node.this, node.expression], ordered=True)
            case exp.In() if not (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
                return self._compared([node.this, *node.expressions], ordered=False)
            case exp.Between():
                return self._compared([node.this, node.args["low"], node.args["high"]], ordered=True)
            case exp.Like() | exp.Glob() if not node.args.get("negate"):
                return self._like(node)
            case exp.RegexpLike() if self.source == "postgres" and self._families <= REGULAR_FAMILIES:
                return self._like(node)
            case _:
                raise Untranslatable(f"{node.key} is not on the list")

    def _literal(self, node: exp.Literal) -> Sort:
        """Text with a backslash or a control character is refused: it needs escapes in some engines' settings."""
        if not node.is_string:
            if REAL_FRACTIONS in self._families and len(node.this.replace(".", "").strip("0")) > EXACT_DIGITS:
                raise Untranslatable(f"{node.this} has more digits than a double keeps")
            return Sort.INTEGER if WHOLE.fullmatch(node.this) else Sort.DECIMAL
        if "\\" in node.this or not node.this.isprintable():
            raise Untranslatable("text with escapes")
        return Sort.WORD

    def _column(self, node: exp.Column) -> Sort:
        kind = self.column(node).type
        if self.target == REAL_FRACTIONS and _is_kept_as_text(kind):
            return Sort.OTHER
        sort = sort_of(kind)
        return Sort.OTHER if sort in TIMES and self.source == STORED_TIMES else sort

    def _cast(self, node: exp.Cast) -> Sort:
        """Only of whole numbers to wider ones."""
        inner, to = node.this.unnest(), node.to
        if isinstance(inner, exp.Column) and self.sort(inner) is Sort.INTEGER and not to.expressions:
            if to.this == exp.DType.DECIMAL and self.source == "postgres":
                return Sort.DECIMAL
            if to.this == exp.DType.BIGINT and getattr(self.column(inner).type, "bits", 64) < 64:
                return Sort.INTEGER
        raise Untranslatable(f"a cast to {to.sql()}")

    def one_of(self, node: exp.Expr, *sorts: Sort) -> Sort:
        """The node's sort, which must be one of these."""
        found = self.sort(node)
        if found not in sorts:
            raise Untranslatable(f"{found} instead of {' or '.join(sorts)}")
        return found

    def _truths(self, *nodes: exp.Expr) -> Sort:
        for node in nodes:
            self.one_of(node, Sort.TRUTH, Sort.NULL)
        return Sort.TRUTH

    def _is(self, node: exp.Is) -> Sort:
        if isinstance(node.expression, exp.Null):
            self.sort(node.this)
            return Sort.TRUTH
        if isinstance(node.expression, exp.Boolean):
            return self._truths(node.this)
        raise Untranslatable("IS")

    def _compared(self, nodes: list[exp.Expr], *, ordered: bool) -> Sort:
        """Numbers with numbers; text by equality, because its order is the collation's; labels with own labels."""
        sorts = {self.sort(node) for node in nodes} - {Sort.NULL}
        if sorts <= NUMBERS:
            return self._numbers_compared(nodes, sorts)
        if Sort.DATE in sorts and all(self.sort(node) in (Sort.DATE, Sort.NULL) or _is_date(node) for node in nodes):
            return Sort.TRUTH
        if len(sorts) == 1 and sorts <= TIMES and self._same_digits(nodes):
            return Sort.TRUTH
        if sorts == {Sort.MOMENT, Sort.WORD} and self._moments(nodes):
            return Sort.TRUTH
        if ordered:
            raise Untranslatable("order of " + " and ".join(sorted(sorts)))
        if self._texts_compare(nodes, sorts) or (sorts == {Sort.TRUTH} and all(map(_is_simple, nodes))):
            return Sort.TRUTH
        if sorts == {Sort.LABEL, Sort.WORD} and self._own_labels(nodes):
            return Sort.TRUTH
        raise Untranslatable("comparison of " + " and ".join(sorted(sorts)))

    def _numbers_compared(self, nodes: list[exp.Expr], sorts: set[Sort]) -> Sort:
        """Single precision only with whole numbers that it holds."""
        others = [node for node in nodes if self.sort(node) not in (Sort.SINGLE, Sort.NULL)]
        if Sort.SINGLE in sorts and not all(map(_is_small, others)):
            raise Untranslatable("comparison of single precision")
        return Sort.TRUTH

    def _same_digits(self, nodes: list[exp.Expr]) -> bool:
        """Times of two columns; as text they compare alike only where both have as many digits."""
        columns = [node.unnest() for node in nodes]
        if not all(isinstance(column, exp.Column) for column in columns):
            return False
        kinds = {self.column(column).type for column in columns if isinstance(column, exp.Column)}
        return len(kinds) == 1 or STORED_TIMES not in self._families

    def _moments(self, nodes: list[exp.Expr]) -> bool:
        """One timestamp column with constants, which SQLite must be able to say in the column's own digits."""
        columns = {node.unnest() for node in nodes if self.sort(node) is Sort.MOMENT}
        constants = [node for node in nodes if self.sort(node) is Sort.WORD]
        digits = {self._digits(column) for column in columns if isinstance(column, exp.Column)}
        fractions = [fraction_of_moment(node.name) for node in constants if isinstance(node, exp.Literal)]
        if len(digits) != 1 or None in fractions or len(fractions) != len(constants):
            return False
        return STORED_TIMES not in self._families or all(len(each or "") <= min(digits) for each in fractions)

    def _digits(self, column: exp.Column) -> int:
        kind = self.column(column).type
        return kind.digits if isinstance(kind, t.Timestamp) else 0

    def _texts_compare(self, nodes: list[exp.Expr], sorts: set[Sort]) -> bool:
        if sorts <= {Sort.PADDED, Sort.WORD, Sort.FIXED, Sort.TEXT} and Sort.PADDED in sorts:
            return True
        fixed = Sort.FIXED in sorts and any(_ends_in_space(node) for node in nodes)
        return sorts <= EXACT_TEXTS and sorts != {Sort.WORD} and not fixed

    def _own_labels(self, nodes: list[exp.Expr]) -> bool:
        """One enum column, and for the rest labels of it."""
        types = [self.column(node).type for node in nodes if isinstance(node, exp.Column)]
        literals = [node.name for node in nodes if isinstance(node, exp.Literal)]
        known = types[0] if len(types) == 1 else None
        return isinstance(known, t.Enum) and len(literals) == len(nodes) - 1 and set(literals) <= set(known.labels)

    def _like(self, node: exp.Expr) -> Sort:
        """Of text that minds case, with a constant pattern. SQLite's LIKE does not mind case."""
        if isinstance(node, exp.Like) and self.source == ASCII_CASE:
            raise Untranslatable("LIKE that ignores the case of A to Z")
        self.one_of(node.this, Sort.TEXT)
        if not isinstance(node.expression, exp.Literal):
            raise Untranslatable("a pattern that is no constant")
        self.one_of(node.expression, Sort.WORD)
        return Sort.TRUTH

    def _arithmetic(self, node: exp.Expr) -> Sort:
        if isinstance(node, exp.Mod | exp.Div | exp.IntDiv):
            return self._divided(node)
        nodes = [node.this] if isinstance(node, exp.Unary | exp.Abs) else [node.this, node.expression]
        sorts = {self.one_of(each, Sort.INTEGER, Sort.DECIMAL, Sort.FLOAT) for each in nodes}
        if Sort.FLOAT in sorts:
            return Sort.FLOAT
        if Sort.DECIMAL in sorts and len(nodes) > 1:
            self._refuse_cut_fractions(node)
        return Sort.DECIMAL if Sort.DECIMAL in sorts else Sort.INTEGER

    def _refuse_cut_fractions(self, node: exp.Expr) -> None:
        if REAL_FRACTIONS in self._families:
            raise Untranslatable("arithmetic of decimals")
        kinds = [self.column(column).type for column in node.find_all(exp.Column)]
        scales = [kind.scale for kind in kinds if isinstance(kind, t.Decimal)]
        if None in scales or sum(scale or 0 for scale in scales) > GREATEST_SCALE:
            raise Untranslatable("arithmetic of decimals with more digits than all engines keep")

    def _divided(self, node: exp.Expr) -> Sort:
        """Whole numbers by a constant; others round as they like, and a column may be zero."""
        divisor = node.expression.unnest()
        self.one_of(node.this, Sort.INTEGER)
        constant = isinstance(divisor, exp.Literal) and not divisor.is_string and WHOLE.fullmatch(divisor.this)
        if not constant or int(divisor.this) == 0:
            raise Untranslatable("division by what may be zero")
        if isinstance(node, exp.Div) and self.source == "mysql":
            raise Untranslatable("division that gives a fraction")
        if any(isinstance(self.column(column).type, t.Dynamic) for column in node.find_all(exp.Column)):
            raise Untranslatable("division of what may be a fraction")
        return Sort.INTEGER

    def _function(self, node: exp.Expr) -> Sort:
        match node:
            case exp.DPipe():
                return self._joined([node.this, node.expression])
            case exp.Length() if not (node.args.get("binary") or node.args.get("encoding")):
                self.one_of(node.this, *TEXTS)
                return Sort.INTEGER
            case exp.Upper() | exp.Lower() if ASCII_CASE not in self._families:
                found = self.one_of(node.this, *TEXTS)
                return Sort.TEXT if found is Sort.FIXED else found
            case exp.Trim() if node.expression is None and str(node.args.get("position") or "") in SIDES:
                return self.one_of(node.this, Sort.TEXT, Sort.LOOSE)
            case exp.Substring() if _counts_from_one(node):
                return self.one_of(node.this, Sort.TEXT, Sort.LOOSE)
            case exp.Extract() if node.this.name.upper() in DATE_PARTS:
                self.one_of(node.expression, Sort.DATE, Sort.MOMENT)
                return Sort.DECIMAL if self.source == "postgres" else Sort.INTEGER
            case _:
                raise Untranslatable(f"{node.key} in this form is not on the list")

    def _joined(self, nodes: list[exp.Expr]) -> Sort:
        """Characters in a row are the same under every collation, but how the whole then compares is the weakest's."""
        order = (Sort.LOOSE, Sort.PADDED, Sort.TEXT, Sort.WORD)
        sorts = {self.one_of(node, *order) for node in nodes}
        return next(sort for sort in order if sort in sorts)

    def _chosen(self, node: exp.Expr) -> Sort:
        match node:
            case exp.Coalesce():
                return self.alike([node.this, *node.expressions])
            case exp.Nullif():
                self._compared([node.this, node.expression], ordered=False)
                return self.sort(node.this)
            case _:
                return self._case(node)

    def _case(self, node: exp.Expr) -> Sort:
        self._truths(*(branch.this for branch in node.args["ifs"]))
        default = node.args.get("default")
        return self.alike([branch.args["true"] for branch in node.args["ifs"]] + ([default] if default else []))

    def alike(self, nodes: list[exp.Expr]) -> Sort:
        """The one sort of values of which one is chosen."""
        sorts = {self.sort(node) for node in nodes} - {Sort.NULL}
        if sorts and sorts <= NUMBERS - {Sort.SINGLE}:
            return next(sort for sort in (Sort.FLOAT, Sort.DECIMAL, Sort.INTEGER) if sort in sorts)
        if len(sorts) == 1 and not sorts & {Sort.OTHER, Sort.LABEL, *TIMES}:
            return sorts.pop()
        if sorts == {Sort.TEXT, Sort.WORD}:
            return Sort.TEXT
        raise Untranslatable("a choice of " + " and ".join(sorted(sorts)))


def _is_kept_as_text(kind: t.LogicalType) -> bool:
    """Numbers that SQLite would round."""
    if isinstance(kind, t.Decimal):
        return kind.precision is None or kind.precision > EXACT_DIGITS
    return kind == t.Integer(64, unsigned=True)


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and is_iso_date(node.this)


def _is_simple(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column | exp.Boolean | exp.Null)


def _is_small(node: exp.Expr) -> bool:
    """A whole number that single precision holds."""
    inner = node.this if isinstance(node, exp.Neg) else node
    whole = isinstance(inner, exp.Literal) and not inner.is_string and WHOLE.fullmatch(inner.this)
    return bool(whole) and abs(int(inner.this)) <= GREATEST_SINGLE


def _ends_in_space(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and node.this.endswith(" ")


def _counts_from_one(node: exp.Expr) -> bool:
    """Engines differ for places before the first character and for lengths below zero."""
    start, length = node.args.get("start"), node.args.get("length")
    whole = [isinstance(place, exp.Literal) and WHOLE.fullmatch(place.this) for place in (start, length)]
    return all(whole) and start is not None and length is not None and int(start.this) >= 1 and int(length.this) >= 0

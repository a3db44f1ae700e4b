"""CHECKs, generated columns and partial predicates by meaning: sqlglot parses, an allow-list decides, we spell.

Each allowed node has a sort of value, and operands must be of sorts that every engine combines and compares alike.
What is not allowed is refused, never guessed: the plan then lists the object with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from mappings import types as t
from mappings.schema import Column, Expression

PROVEN = frozenset({"postgres", "mysql", "sqlite"})
"""The grammars between which values were compared."""
ASCII_CASE, REAL_FRACTIONS = "sqlite", "sqlite"
"""Whose upper() and lower() know A to Z only, and whose arithmetic with fractions is binary."""

NUMBER_CASTS = (exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT, exp.DType.DECIMAL, exp.DType.DOUBLE)
TEXT_CASTS = (exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.BPCHAR)
WHOLE, FRACTION = re.compile(r"-?\d+"), re.compile(r"-?\d+(\.\d+)?")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
UTF8_INTRODUCERS = ("_utf8mb4", "_utf8mb3", "_utf8")

Rewrite = Callable[[exp.Column, Column], exp.Expr]


class Sort(StrEnum):
    """What kind of value a node has, as far as engines treat kinds differently."""

    TRUTH = "truth"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    TEXT = "text"
    LOOSE = "text that ignores case or accents"
    LABEL = "label of an enum"
    DATE = "date"
    NULL = "null"
    OTHER = "other"
    """Spelled differently by engines: only IS NULL asks the same everywhere."""


NUMBERS = frozenset({Sort.INTEGER, Sort.DECIMAL, Sort.FLOAT})


class Untranslatable(Exception):
    """Equal values cannot be promised; caught in `translate`."""


def translate(
    expression: Expression, *, to: str, columns: Mapping[str, Column], rewrite: Rewrite | None = None
) -> str | None:
    """`expression` in the grammar of the family `to`, or None when equal values cannot be promised.

    `columns` are the source's columns by name. `rewrite` lets an engine spell a column that it stores in another
    form (a decimal kept as text must be compared as a number).
    """
    if not {expression.family, to} <= PROVEN:
        return None
    try:
        tree = sqlglot.parse_one(expression.sql, read=expression.family)
        reader = Reader(columns, frozenset({expression.family, to}))
        tree = _without_parentheses(_simplified(tree, reader, expression.family))
        reader.sort(tree)
        tree = tree.transform(lambda node: _quoted(node, reader, rewrite))
        return tree.sql(dialect=to, identify=True, unsupported_level=ErrorLevel.RAISE)
    except (SqlglotError, Untranslatable):
        return None


class Reader:
    """Finds the sort of every node, or raises Untranslatable."""

    def __init__(self, columns: Mapping[str, Column], families: frozenset[str]) -> None:
        self._columns = columns
        self._families = families

    def column(self, node: exp.Column) -> Column:
        """The column meant: of exactly this name, else the only one that differs in case."""
        if node.name in self._columns:
            return self._columns[node.name]
        folded = [column for name, column in self._columns.items() if name.lower() == node.name.lower()]
        if len(folded) != 1 or node.table:
            raise Untranslatable(node.name)
        return folded[0]

    def sort(self, node: exp.Expr) -> Sort:
        """The sort of the node's value."""
        match node:
            case exp.Paren():
                return self.sort(node.this)
            case exp.Null():
                return Sort.NULL
            case exp.Boolean():
                return Sort.TRUTH
            case exp.Literal():
                return _sort_of_literal(node)
            case exp.Column() if type(node) is exp.Column and not node.table:
                return _sort_of_type(self.column(node).type)
            case exp.And() | exp.Or():
                return self._truths(node.this, node.expression)
            case exp.Not():
                return self._truths(node.this)
            case exp.Is():
                return self._is(node)
            case exp.EQ() | exp.NEQ():
                return self._compared(node.this, [node.expression], ordered=False)
            case exp.GT() | exp.GTE() | exp.LT() | exp.LTE():
                return self._compared(node.this, [node.expression], ordered=True)
            case exp.In() if not (node.args.get("query") or node.args.get("unnest") or node.args.get("field")):
                return self._compared(node.this, node.expressions, ordered=False)
            case exp.Between():
                return self._compared(node.this, [node.args["low"], node.args["high"]], ordered=True)
            case exp.Add() | exp.Sub() | exp.Mul():
                return self._computed(node.this, node.expression)
            case exp.Neg():
                return self._computed(node.this)
            case exp.Length() if not (node.args.get("binary") or node.args.get("encoding")):
                self._one_of(node.this, Sort.TEXT, Sort.LOOSE)
                return Sort.INTEGER
            case exp.Upper() | exp.Lower() if ASCII_CASE not in self._families:
                return self._one_of(node.this, Sort.TEXT, Sort.LOOSE)
            case exp.Coalesce():
                return self._alike([node.this, *node.expressions])
            case _:
                raise Untranslatable(type(node).__name__)

    def _one_of(self, node: exp.Expr, *sorts: Sort) -> Sort:
        found = self.sort(node)
        if found not in sorts:
            raise Untranslatable(f"{found} instead of {' or '.join(sorts)}")
        return found

    def _truths(self, *nodes: exp.Expr) -> Sort:
        for node in nodes:
            self._one_of(node, Sort.TRUTH, Sort.NULL)
        return Sort.TRUTH

    def _is(self, node: exp.Is) -> Sort:
        if isinstance(node.expression, exp.Null):
            self.sort(node.this)
            return Sort.TRUTH
        if isinstance(node.expression, exp.Boolean):
            return self._truths(node.this)
        raise Untranslatable("IS")

    def _compared(self, left: exp.Expr, right: list[exp.Expr], *, ordered: bool) -> Sort:
        """Numbers with numbers; text by equality, because its order is the collation's; labels with own labels."""
        nodes = [left, *right]
        sorts = {self.sort(node) for node in nodes} - {Sort.NULL}
        if sorts <= NUMBERS or sorts == {Sort.DATE}:
            return Sort.TRUTH
        if sorts == {Sort.DATE, Sort.TEXT} and all(self.sort(node) is Sort.DATE or _is_date(node) for node in nodes):
            return Sort.TRUTH
        if ordered:
            raise Untranslatable("order of " + " and ".join(sorted(sorts)))
        if sorts == {Sort.TEXT} or (sorts == {Sort.TRUTH} and all(map(_is_simple, nodes))):
            return Sort.TRUTH
        if sorts == {Sort.LABEL, Sort.TEXT} and self._own_labels(nodes):
            return Sort.TRUTH
        raise Untranslatable("comparison of " + " and ".join(sorted(sorts)))

    def _own_labels(self, nodes: list[exp.Expr]) -> bool:
        """One enum column, and for the rest labels of it."""
        types = [self.column(node).type for node in nodes if isinstance(node, exp.Column)]
        literals = [node.name for node in nodes if isinstance(node, exp.Literal)]
        known = types[0] if len(types) == 1 else None
        return isinstance(known, t.Enum) and len(literals) == len(nodes) - 1 and set(literals) <= set(known.labels)

    def _computed(self, *nodes: exp.Expr) -> Sort:
        """Single precision is refused: some engines compute it in double, some do not."""
        sorts = {self._one_of(node, *NUMBERS) for node in nodes}
        columns = [self.column(column).type for node in nodes for column in node.find_all(exp.Column)]
        if any(isinstance(kind, t.Float) and kind.bits == 32 for kind in columns):
            raise Untranslatable("arithmetic of single precision")
        if Sort.FLOAT in sorts:
            return Sort.FLOAT
        if Sort.DECIMAL in sorts and len(nodes) > 1 and REAL_FRACTIONS in self._families:
            raise Untranslatable("arithmetic of decimals")
        return Sort.DECIMAL if Sort.DECIMAL in sorts else Sort.INTEGER

    def _alike(self, nodes: list[exp.Expr]) -> Sort:
        sorts = {self.sort(node) for node in nodes} - {Sort.NULL}
        if sorts and sorts <= NUMBERS:
            return next(sort for sort in (Sort.FLOAT, Sort.DECIMAL, Sort.INTEGER) if sort in sorts)
        if len(sorts) == 1 and not sorts & {Sort.OTHER, Sort.LABEL}:
            return sorts.pop()
        raise Untranslatable("COALESCE of " + " and ".join(sorted(sorts)))


def _sort_of_literal(node: exp.Literal) -> Sort:
    """Text with a backslash or a control character is refused: it needs escapes in some engines' settings."""
    if not node.is_string:
        return Sort.INTEGER if WHOLE.fullmatch(node.this) else Sort.DECIMAL
    if "\\" in node.this or not node.this.isprintable():
        raise Untranslatable("text with escapes")
    return Sort.TEXT


def _sort_of_type(kind: t.LogicalType) -> Sort:
    match kind:
        case t.Boolean():
            return Sort.TRUTH
        case t.Integer() | t.Year():
            return Sort.INTEGER
        case t.Decimal():
            return Sort.DECIMAL
        case t.Float():
            return Sort.FLOAT
        case t.Text(collation=collation):
            return Sort.LOOSE if collation is not None and collation.insensitive else Sort.TEXT
        case t.Enum(collation=collation):
            return Sort.LOOSE if collation is not None and collation.insensitive else Sort.LABEL
        case t.Date():
            return Sort.DATE
        case t.Dynamic(hint=hint) if not isinstance(hint, t.Boolean):
            return _sort_of_type(hint)
        case _:
            return Sort.OTHER


def _is_date(node: exp.Expr) -> bool:
    """A date that every engine reads alike: `'2020-01-31'`."""
    if not (isinstance(node, exp.Literal) and node.is_string and ISO_DATE.fullmatch(node.this)):
        return False
    try:
        return bool(date.fromisoformat(node.this))
    except ValueError:
        return False


def _is_simple(node: exp.Expr) -> bool:
    return isinstance(node, exp.Column | exp.Boolean | exp.Null)


def _simplified(tree: exp.Expr, reader: Reader, family: str) -> exp.Expr:
    """Without casts that change nothing, without charset introducers, `= ANY (ARRAY[...])` as IN."""
    root = exp.Paren(this=tree)
    for node in reversed(list(root.walk(bfs=True))):
        plain = _plain(node, reader, family)
        if plain is not node:
            node.replace(plain)
    inner: exp.Expr = root.this
    return inner


def _plain(node: exp.Expr, reader: Reader, family: str) -> exp.Expr:
    match node:
        case exp.Introducer():
            return node.expression if _is_utf8(node) else node
        case exp.Cast() if type(node) is exp.Cast:
            return _plain_cast(node, reader, family) or node
        case exp.EQ(expression=exp.Any(this=listed)) if isinstance(array := _without_parentheses(listed), exp.Array):
            return exp.In(this=node.this, expressions=array.expressions)
        case exp.NEQ(expression=exp.Anonymous(this="ALL", expressions=[listed])):
            array = _without_parentheses(listed)
            within = exp.In(this=node.this, expressions=array.expressions)
            return exp.Not(this=within) if isinstance(array, exp.Array) else node
        case _:
            return node


def _is_utf8(node: exp.Introducer) -> bool:
    return node.name.lower() in UTF8_INTRODUCERS and isinstance(node.expression, exp.Literal)


def _plain_cast(node: exp.Cast, reader: Reader, family: str) -> exp.Expr | None:
    inner, to = _without_parentheses(node.this), node.to
    if isinstance(inner, exp.Array) and to.this == exp.DType.ARRAY and len(to.expressions) == 1:
        elements = [_cast_literal(element, to.expressions[0], family) for element in inner.expressions]
        return exp.Array(expressions=elements) if all(elements) else None
    if isinstance(inner, exp.Column) and _is_text(to, family):
        return inner if reader.sort(inner) in (Sort.TEXT, Sort.LOOSE, Sort.LABEL) else None
    return _cast_literal(inner, to, family)


def _cast_literal(node: exp.Expr, to: exp.DataType, family: str) -> exp.Expr | None:
    """The literal with the cast's effect, None when it is none or the cast may alter it."""
    literal = node.this if isinstance(node, exp.Neg) else node
    if not isinstance(literal, exp.Literal) or to.expressions:
        return None
    if literal.is_string:
        if _is_text(to, family) or (to.this == exp.DType.DATE and _is_date(node)):
            return node
        literal = exp.Literal(this=literal.this, is_string=False)
        node = literal
    keeps_fractions = to.this == exp.DType.DECIMAL and family == "postgres"
    number = FRACTION if keeps_fractions else WHOLE
    return node if to.this in NUMBER_CASTS and number.fullmatch(literal.this) else None


def _is_text(to: exp.DataType, family: str) -> bool:
    """CHAR without a length is one character in PostgreSQL, any number elsewhere."""
    return not to.expressions and (to.this in TEXT_CASTS or (to.this == exp.DType.CHAR and family != "postgres"))


def _without_parentheses(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _quoted(node: exp.Expr, reader: Reader, rewrite: Rewrite | None) -> exp.Expr:
    if not isinstance(node, exp.Column):
        return node
    column = reader.column(node)
    quoted = exp.column(exp.to_identifier(column.name, quoted=True))
    return rewrite(quoted, column) if rewrite is not None else quoted

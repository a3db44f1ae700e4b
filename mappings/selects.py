"""The SELECT of a view: parsed, judged part by part, and written again for another engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mappings import types as t
from mappings.allow_list import REAL_FRACTIONS, Reader
from mappings.normal_form import simplified
from mappings.own_spelling import Rewrite, spelled
from mappings.schema import Column, TableName, View
from mappings.sorts import EXACT_TEXTS, NUMBERS, TEXTS, TIMES, Sort, Untranslatable, sort_of
from mappings.translation import generated
from mappings.views import Moved

PARTS = frozenset({"expressions", "from_", "joins", "where", "group", "having", "distinct"})
EQUAL_EVERYWHERE = (NUMBERS - {Sort.SINGLE}) | EXACT_TEXTS | TIMES | {Sort.DATE, Sort.TRUTH, Sort.LABEL, Sort.NULL}
"""Kinds of which two values are in one group on every engine when they are on one."""
SHOWN = EQUAL_EVERYWHERE | {Sort.SINGLE, Sort.PADDED, Sort.LOOSE}
ORDERED = (NUMBERS - {Sort.SINGLE}) | {Sort.DATE}
FOLDING = ("sqlite", "duckdb")
"""Families whose tables' names mind no case."""
STRICT = ("postgres", "duckdb")
"""Families that take no column beside aggregates which is not grouped by."""
JOINS = {"": "JOIN", "INNER": "JOIN", "CROSS": "CROSS JOIN", "LEFT": "LEFT JOIN"}


def selected(
    view: View, *, to: str, default_schema: str, tables: Mapping[TableName, Moved], rewrite: Rewrite | None
) -> str:
    """See mappings.views.translate_view."""
    try:
        tree = sqlglot.parse_one(view.definition.sql, read=view.definition.family)
    except SqlglotError as error:
        raise Untranslatable("it cannot be parsed") from error
    if not isinstance(tree, exp.Select):
        raise Untranslatable("it is no simple SELECT")
    others = {name for name, value in tree.args.items() if value and name not in PARTS}
    if others:
        raise Untranslatable(f"it has {', '.join(sorted(others)).replace('_', ' ')}")
    writer = Writer(view, Sources(default_schema, tables, view.definition.family), to, rewrite)
    return writer.select(tree)


@dataclass(frozen=True, slots=True)
class Joined:
    """One table behind FROM: its alias, what it is, how it is joined, and on what."""

    alias: str
    table: Moved
    word: str = ""
    on: exp.Expr | None = None


class Sources:
    """The tables behind FROM, and where a column's name is looked up."""

    def __init__(self, default_schema: str, tables: Mapping[TableName, Moved], family: str) -> None:
        self._default_schema = default_schema
        self._tables = tables
        self._folds = family in FOLDING
        self.joined: list[Joined] = []

    def add(self, node: exp.Expr | None, word: str = "", on: exp.Expr | None = None) -> None:
        """A table and what is joined to it. Joins in parentheses on the left are the same without them."""
        if isinstance(node, exp.Subquery) and not word and not node.args.get("alias"):
            self.add(node.this)
        elif isinstance(node, exp.Table):
            self.joined.append(Joined(node.alias_or_name, self._table(node), word, on))
        else:
            raise Untranslatable("it reads something else than tables")
        for join in node.args.get("joins") or []:
            self.join(join)

    def join(self, join: exp.Expr) -> None:
        on = join.args.get("on")
        word = JOINS.get(join.args.get("side") or join.args.get("kind") or "")
        word = "CROSS JOIN" if word == "JOIN" and on is None else word
        if word is None or join.args.get("using") or join.args.get("method") or (on is None) != (word == "CROSS JOIN"):
            raise Untranslatable("a join that is not on the list")
        if isinstance(join.this, exp.Subquery) or join.this.args.get("joins"):
            raise Untranslatable("a join of joins")
        self.add(join.this, word, on)

    def _table(self, node: exp.Table) -> Moved:
        if node.catalog:
            raise Untranslatable(f"{node.name} is named with its database")
        name = TableName(node.db or self._default_schema, node.name)
        found = [name] if name in self._tables else [each for each in self._tables if self._same(each, name)]
        if len(found) != 1:
            raise Untranslatable(f"{node.name} is no table that is copied")
        return self._tables[found[0]]

    def _same(self, one: TableName, other: TableName) -> bool:
        return self._folds and str(one).lower() == str(other).lower()

    def __call__(self, node: exp.Column) -> Column:
        """The column as the source types it, under its name on the target; of no known kind where its type changes to
        text."""
        homes = [joined for joined in self.joined if not node.table or joined.alias.lower() == node.table.lower()]
        found = [
            (column, joined.table.columns[column.name])
            for joined in homes
            for column in joined.table.source.columns
            if column.name == node.name or column.name.lower() == node.name.lower()
        ]
        if len(found) != 1 or node.args.get("db"):
            raise Untranslatable(f"there is no one column {node.name}")
        source, target = found[0]
        retyped = isinstance(target.type, t.Text) and sort_of(source.type) not in TEXTS | {Sort.LABEL}
        kind = t.Opaque("", source.native) if retyped else source.type
        return replace(source, name=target.name, type=kind)


class ViewReader(Reader):
    """The allow-list, and the aggregates that give the same value everywhere."""

    def _found(self, node: exp.Expr) -> Sort:
        match node:
            case exp.Count():
                return self._counted(node)
            case exp.Sum():
                if self.one_of(node.this, Sort.INTEGER, Sort.DECIMAL) is Sort.DECIMAL:
                    self._refuse_real_sums()
                return Sort.DECIMAL
            case exp.Min() | exp.Max() if not node.expressions:
                return self.one_of(node.this, *ORDERED)
            case _:
                return super()._found(node)

    def _counted(self, node: exp.Count) -> Sort:
        if isinstance(node.this, exp.Distinct):
            (counted,) = node.this.expressions if len(node.this.expressions) == 1 else (exp.Star(),)
            self.one_of(counted, *EQUAL_EVERYWHERE)
        elif not isinstance(node.this, exp.Star):
            self.sort(node.this)
        return Sort.INTEGER

    def _refuse_real_sums(self) -> None:
        if REAL_FRACTIONS in (self.source, self.target):
            raise Untranslatable("a sum of decimals")


class Writer:
    """Writes the SELECT of one view anew."""

    def __init__(self, view: View, sources: Sources, to: str, rewrite: Rewrite | None) -> None:
        self._view = view
        self._sources = sources
        self._to = to
        self._rewrite = rewrite

    def select(self, tree: exp.Select) -> str:
        """The whole text."""
        self._read_sources(tree)
        distinct = tree.args.get("distinct")
        if distinct is not None and distinct.args.get("on"):
            raise Untranslatable("DISTINCT ON")
        shown = EQUAL_EVERYWHERE if distinct is not None else None
        self._refuse_any_value(tree)
        names = self._view.columns
        items = list(self._items(tree))
        if names and len(names) != len(items):
            raise Untranslatable("its columns cannot be told apart")
        named = zip(items, names or [name for _, name in items], strict=True)
        columns = [f"{self._shown(node, shown)} AS {self._quoted(name)}" for (node, _), name in named]
        return f"SELECT {'DISTINCT ' * (distinct is not None)}{', '.join(columns)}{self._rest(tree)}"

    def _refuse_any_value(self, tree: exp.Select) -> None:
        """MySQL and SQLite may let a group show any of its rows; PostgreSQL and DuckDB never do."""
        group = tree.args.get("group")
        aggregated = group is not None or any(item.find(exp.AggFunc) for item in tree.expressions)
        if not aggregated or self._view.definition.family in STRICT:
            return
        grouped = {node.sql() for node in group.expressions} if group is not None else set()
        loose = [
            item for item in tree.expressions if not item.find(exp.AggFunc) and item.unalias().sql() not in grouped
        ]
        if loose:
            raise Untranslatable(f"{loose[0].sql()} may be of any row of a group")

    def _read_sources(self, tree: exp.Select) -> None:
        begin = tree.args.get("from_")
        if begin is None:
            raise Untranslatable("it reads no table")
        self._sources.add(begin.this)
        for join in tree.args.get("joins") or []:
            self._sources.join(join)
        if len({joined.alias.lower() for joined in self._sources.joined}) != len(self._sources.joined):
            raise Untranslatable("two tables of one name")

    def _items(self, tree: exp.Select) -> Iterator[tuple[exp.Expr, str]]:
        """What is selected, each with its name; a star stands for all columns."""
        for item in tree.expressions:
            if item.is_star and not isinstance(item, exp.Count | exp.Alias):
                yield from self._all(item.table if isinstance(item, exp.Column) else "")
            elif not item.alias_or_name:
                raise Untranslatable("a column without a name")
            else:
                yield item.unalias(), item.alias_or_name

    def _all(self, alias: str) -> Iterator[tuple[exp.Expr, str]]:
        for joined in self._sources.joined:
            if not alias or joined.alias.lower() == alias.lower():
                for column in joined.table.source.columns:
                    yield exp.column(exp.to_identifier(column.name), table=exp.to_identifier(joined.alias)), column.name

    def _shown(self, node: exp.Expr, sorts: frozenset[Sort] | None) -> str:
        """A column is shown as it is stored, whatever it is, unless rows are compared by it."""
        if isinstance(node, exp.Column) and sorts is None:
            self._sources(node)
            return self._text(node, SHOWN | {Sort.OTHER}, None)
        return self._text(node, sorts or SHOWN, self._rewrite)

    def _rest(self, tree: exp.Select) -> str:
        text = " FROM " + "".join(self._joined(joined) for joined in self._sources.joined)
        where, group, having = (tree.args.get(part) for part in ("where", "group", "having"))
        text += f" WHERE {self._text(where.this, {Sort.TRUTH}, self._rewrite)}" if where is not None else ""
        if group is not None:
            if any(value for name, value in group.args.items() if name != "expressions"):
                raise Untranslatable("more than a plain GROUP BY")
            text += " GROUP BY " + ", ".join(self._group(node) for node in group.expressions)
        return text + (f" HAVING {self._text(having.this, {Sort.TRUTH}, self._rewrite)}" if having is not None else "")

    def _group(self, node: exp.Expr) -> str:
        """A constant would be the number of a column."""
        if isinstance(node, exp.Literal):
            raise Untranslatable("GROUP BY a position")
        return self._text(node, EQUAL_EVERYWHERE, None)

    def _joined(self, joined: Joined) -> str:
        name = f"{joined.table.target} AS {self._quoted(joined.alias)}"
        on = f" ON {self._text(joined.on, {Sort.TRUTH}, self._rewrite)}" if joined.on is not None else ""
        return f" {joined.word} {name}{on}" if joined.word else name

    def _text(self, node: exp.Expr, sorts: frozenset[Sort] | set[Sort], rewrite: Rewrite | None) -> str:
        reader = ViewReader(self._sources, self._view.definition.family, self._to)
        tree = simplified(node.copy(), reader)
        reader.one_of(tree, *sorts)
        return generated(spelled(tree, reader, rewrite), self._to)

    def _quoted(self, name: str) -> str:
        return generated(exp.to_identifier(name, quoted=True), self._to)

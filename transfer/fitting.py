"""Fits a table's keys, indexes, checks and defaults to the target: carried as they are, adapted, or listed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dialects.base import Dialect, Fit
from mappings import types as t
from mappings.defaults import Default, ExpressionDefault, LiteralDefault, NowDefault
from mappings.errors import Blocked
from mappings.name_scopes import Kind, NameScopes
from mappings.names import Naming, Renamed, shortened
from mappings.renaming import mentions, renamed
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Index,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)
from mappings.type_mapper import Note, Spelling

T = TypeVar("T")


@dataclass
class TableFitter:
    """Fits tables of `schema` one after the other; names it gives are unique in the scopes of the target."""

    schema: Schema
    dialect: Dialect
    names: Mapping[TableName, TableName]
    forms: Mapping[tuple[TableName, str], str] = field(default_factory=dict)
    """Tables' columns that have another form because the user chose it."""
    naming: Naming = Naming()
    there: tuple[Table, ...] = ()
    """Tables that the target has already: their indexes and constraints have names too."""
    not_carried: list[NotCarried] = field(default_factory=list)
    renamed: list[Renamed] = field(default_factory=list)
    """Indexes and constraints that are called otherwise on the target."""
    _notes: list[Note] = field(default_factory=list)
    _retyped: frozenset[str] = frozenset()
    """The source table's columns whose values become text: expressions and defaults mean something else there."""
    _scopes: NameScopes = field(init=False)

    def __post_init__(self) -> None:
        tables = (*self.names.values(), *(table.name for table in self.there))
        self._scopes = NameScopes(self.dialect.limits, tables, self._allowed)
        for table in self.there:
            self._scopes.occupy(table)

    def _allowed(self, name: str) -> bool:
        return not (self.dialect.refuses_name("index", name) or self.dialect.refuses_name("constraint", name))

    def fit(self, source: Table, columns: list[Column], spellings: list[Spelling]) -> tuple[Table, list[Note]]:
        """The target's table for `source` with the settled `columns`, and what the reader should know."""
        self._notes = []
        self._retyped = frozenset(
            own.name
            for own, column in zip(source.columns, columns, strict=True)
            if self.forms.get((source.name, own.name), "ci") != "ci" or _retyped(own.type, column.type)
        )
        same_family = self.schema.family == self.dialect.family
        target = replace(
            source,
            name=self.names[source.name],
            columns=tuple(self._column(source, column) for column in columns),
            options=source.options if same_family else (),
            only=False,
            primary_key=None,
            uniques=(),
            foreign_keys=(),
            indexes=(),
            checks=(),
        )
        self._refuse_equal_names(source, target)
        target = replace(target, columns=tuple(self._numbered(source, target, column) for column in target.columns))
        target = self._with_checks(source, self._with_keys(source, target), spellings)
        target, reasons = self.dialect.fit_table(target)
        self._notes += [Note("S", str(source.name), reason) for reason in reasons]
        return target, self._notes

    def _refuse_equal_names(self, source: Table, target: Table) -> None:
        names = dict(zip((column.name for column in source.columns), (column.name for column in target.columns), strict=True))
        for first, other in equal_columns(names, self.dialect.limits):
            raise Blocked(
                f"{source.name}: the columns {first} and {other} would be one on the target",
                hint=f"rename one of them, or leave the table out with --exclude '{source.name}'",
            )

    def _column(self, source: Table, column: Column) -> Column:
        wished, name = self.naming.column(source.name, column.name), self._name(source.name, column.name)
        if name != wished:
            self._notes.append(Note("S", f"{source.name}.{column.name}", f"its name is too long and becomes {name}"))
        return replace(self._generated(source, self._defaulted(source, column)), name=name)

    def _defaulted(self, source: Table, column: Column) -> Column:
        place = f"{source.name}.{column.name}"
        if column.on_update_now and self.schema.family != self.dialect.family:
            self._drop("on update", place, "the target has no ON UPDATE CURRENT_TIMESTAMP")
            column = replace(column, on_update_now=False)
        retyped = column.name in self._retyped and isinstance(column.default, ExpressionDefault)
        if column.invisible and self.schema.family != self.dialect.family:
            self._drop("invisibility", place, "SELECT * shows the column on the target")
            column = replace(column, invisible=False)
        if column.default is None or (not retyped and self.dialect.spell_default(column.default, column) is not None):
            if isinstance(column.default, NowDefault) and self.schema.family != self.dialect.family:
                self._notes.append(Note("S", place, "the default is the target server's own clock"))
            return column
        self._drop("default", place, f"{_told(column.default)} has no equal on the target")
        return replace(column, default=None)

    def _generated(self, source: Table, column: Column) -> Column:
        if column.generated is None:
            return column
        spelled = None if column.name in self._retyped else self._spelled(source, column.generated.expression)
        if spelled is None:
            self._drop("generated column", f"{source.name}.{column.name}", "kept as a plain column with its values")
            return replace(column, generated=None)
        return replace(column, generated=replace(column.generated, expression=spelled))

    def _numbered(self, source: Table, target: Table, column: Column) -> Column:
        if column.identity is None:
            return column
        keyed = self._keyed(source, target)
        fit = self.dialect.fit_identity(keyed, column)
        identity = self._settled(fit, "identity", f"{source.name}.{column.name}")
        return replace(column, identity=identity)

    def _keyed(self, source: Table, target: Table) -> Table:
        """The target with the source's keys and indexes as far as its own columns go, for one that numbers itself."""
        primary = source.primary_key
        return replace(
            target,
            primary_key=primary and replace(primary, columns=self._cut(source.name, primary.columns)),
            uniques=tuple(replace(each, columns=self._cut(source.name, each.columns)) for each in source.uniques),
            indexes=tuple(replace(each, parts=self._parts(source, each)) for each in source.indexes),
        )

    def _with_keys(self, source: Table, target: Table) -> Table:
        primary = source.primary_key
        if primary is not None:
            name = self._claim("key", primary.name, source) if primary.name else ""
            target = replace(target, primary_key=PrimaryKey(name, self._cut(source.name, primary.columns)))
        uniques = [self._unique(source, target, unique) for unique in source.uniques]
        target = replace(target, uniques=tuple(unique for unique in uniques if unique is not None))
        indexes = [self._index(source, target, index) for index in source.indexes]
        target = replace(target, indexes=tuple(index for index in indexes if index is not None))
        keys = [self._foreign_key(source, target, key) for key in source.foreign_keys]
        return replace(target, foreign_keys=tuple(key for key in keys if key is not None))

    def _unique(self, source: Table, target: Table, unique: Unique) -> Unique | None:
        columns = self._cut(source.name, unique.columns)
        fit = self.dialect.fit_unique(target, replace(unique, columns=columns))
        held = self._settled(fit, "unique", f"{source.name}.{unique.name or ','.join(columns)}")
        return held and replace(held, name=self._claim("key", held.name, source, "unique"))

    def _index(self, source: Table, target: Table, index: Index) -> Index | None:
        place = f"{source.name}.{index.name}"
        translated = self._translated_index(source, index)
        if translated is None:
            self._drop("index", place, "its expression has no equal on the target")
            return None
        if any(part.column in self._retyped and (index.method or part.opclass) for part in index.parts):
            self._drop("index", place, "it is made for the type that its column no longer has")
            return None
        held = self._settled(self.dialect.fit_index(target, translated), "index", place)
        return held and replace(held, name=self._claim("index", held.name, source, "index"))

    def _translated_index(self, source: Table, index: Index) -> Index | None:
        parts = []
        for part in index.parts:
            expression = part.expression and self._spelled(source, part.expression)
            if part.expression is not None and expression is None:
                return None
            column = shortened(part.column, self.dialect.limits)
            parts.append(replace(part, column=column, expression=expression))
        where = index.where and self._spelled(source, index.where)
        if index.where is not None and where is None:
            return None
        return replace(index, parts=tuple(parts), where=where, include=self._cut(index.include))

    def _foreign_key(self, source: Table, target: Table, key: ForeignKey) -> ForeignKey | None:
        place = f"{source.name}.{key.name or ','.join(key.columns)}"
        pairs = zip(key.columns, key.target_columns, strict=True)
        if any(self.forms.get((source.name, own)) != self.forms.get((key.target, other)) for own, other in pairs):
            self._drop("foreign key", place, "of two columns that it ties only one has the form chosen for it")
            return None
        pointed = replace(
            key,
            target=self.names[key.target],
            columns=self._cut(key.columns),
            target_columns=self._cut(key.target_columns),
            set_columns=self._cut(key.set_columns),
        )
        held = self._settled(self.dialect.fit_foreign_key(target, pointed), "foreign key", place)
        if held is None:
            return None
        wished = held.name or f"{source.name.name}_{'_'.join(key.columns)}_fkey"
        return replace(held, name=self._claim(wished, source, constraint=True))

    def _with_checks(self, source: Table, target: Table, spellings: list[Spelling]) -> Table:
        """The source's own checks, translated, and those that a column's spelling needs to mean the same."""
        checks = [self._check(source, target, check) for check in source.checks]
        for column, spelling in zip(target.columns, spellings, strict=True):
            if spelling.check:
                sql = spelling.check.replace("{column}", self.dialect.quote(column.name))
                name = self._claim(f"{source.name.name}_{column.name}_check", source, constraint=True)
                checks.append(Check(name, Expression(self.dialect.family, sql)))
        return replace(target, checks=tuple(check for check in checks if check is not None))

    def _check(self, source: Table, target: Table, check: Check) -> Check | None:
        if check.implied and self.schema.family != self.dialect.family:
            return None  # the target's own type or check says it
        place = f"{source.name}.{check.name or check.expression.sql}"
        spelled = self._spelled(source, check.expression)
        if spelled is None:
            self._drop("check", place, f"no equal on the target: {check.expression.sql}")
            return None
        if not (check.validated and check.enforced):
            self._drop("check", place, "not validated or not enforced at the source, so rows may break it")
            return None
        held = self._settled(self.dialect.fit_check(target, replace(check, expression=spelled)), "check", place)
        wished = check.name or f"{source.name.name}_check"
        return held and replace(held, name=self._claim(wished, source, constraint=True))

    def _spelled(self, source: Table, expression: Expression) -> Expression | None:
        """In the target's SQL, where columns go by their target names."""
        limits = self.dialect.limits
        columns = {column.name: replace(column, name=shortened(column.name, limits)) for column in source.columns}
        if any(_mentions(expression, name) for name in self._retyped):
            return None
        sql = self.dialect.spell_expression(expression, columns)
        return None if sql is None else Expression(self.dialect.family, sql)

    def _settled(self, fit: Fit[T], what: str, place: str) -> T | None:
        if fit.held is None:
            self._drop(what, place, fit.reason)
        elif fit.reason:
            self._notes.append(Note("S", place, f"{what}: {fit.reason}"))
        return fit.held

    def _cut(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(shortened(column, self.dialect.limits) for column in columns)

    def _claim_key(self, wished: str, source: Table) -> str:
        """A name for a primary key or unique constraint, which is an index and a constraint in one."""
        name = self._claim(wished, source)
        self._scope(source, constraint=True).reserve(name)
        return name

    def _claim(self, wished: str, source: Table, *, constraint: bool = False) -> str:
        """A name that is free in its scope on the target."""
        return self._scope(source, constraint=constraint).claim(wished, self.names[source.name].name)

    def _scope(self, source: Table, *, constraint: bool) -> NameScope:
        """The names of one table's indexes or constraints, or those of its whole namespace."""
        limits, target = self.dialect.limits, self.names[source.name]
        wide = limits.constraint_names_per_schema if constraint else limits.index_names_per_schema
        kind = "constraint" if constraint else "index"
        key = f"{kind} {target.schema if wide else target}"
        if key not in self._scopes:
            self._scopes[key] = NameScope(limits)
            if wide and not constraint:
                for name in self.names.values():
                    if name.schema == target.schema:
                        self._scopes[key].reserve(name.name)
        return self._scopes[key]

    def _drop(self, what: str, name: str, reason: str) -> None:
        self.not_carried.append(NotCarried(what, name, reason))


def _retyped(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether values that engines compute and compare by their meaning become text."""
    meaning = source.hint if isinstance(source, t.Dynamic) else source
    meant = t.Boolean | t.Integer | t.Decimal | t.Float | t.Year | t.Date | t.Timestamp | t.Time | t.Binary
    return isinstance(target, t.Text) and isinstance(meaning, meant)


def _mentions(expression: Expression, column: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(column)}(?!\w)", expression.sql, re.IGNORECASE) is not None


def _told(default: Default) -> str:
    match default:
        case ExpressionDefault(sql=sql):
            return sql
        case LiteralDefault(text=text):
            return repr(text)
        case _:
            return default.kind.replace("_", " ")

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
from mappings.expressions import refusal
from mappings.name_scopes import Kind
from mappings.names import PRESERVED, Naming, Renamed, equal_columns
from mappings.renaming import mentions
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)
from mappings.type_mapper import Note, Spelling
from transfer.target_names import TargetNames

T = TypeVar("T")
FOLDING = re.compile(r"\b(?:upper|lower|ucase|lcase)\s*\(", re.IGNORECASE)


@dataclass
class TableFitter:
    """Fits tables of `schema` one after the other; names it gives are unique in the scopes of the target."""

    schema: Schema
    dialect: Dialect
    names: Mapping[TableName, TableName]
    forms: Mapping[tuple[TableName, str], str] = field(default_factory=dict)
    """Tables' columns that have another form because the user chose it."""
    naming: Naming = PRESERVED
    there: tuple[Table, ...] = ()
    """Tables that the target has already: their indexes and constraints have names too."""
    not_carried: list[NotCarried] = field(default_factory=list)
    _notes: list[Note] = field(default_factory=list)
    _fitted: set[TableName] = field(default_factory=set)
    """The source's tables so far, the one that is being fitted among them."""
    _retyped: frozenset[str] = frozenset()
    """The source table's columns whose values become text: expressions and defaults mean something else there."""
    _called: TargetNames = field(init=False)

    def __post_init__(self) -> None:
        self._called = TargetNames(self.dialect, self.names, self.naming, self.there)

    @property
    def renamed(self) -> list[Renamed]:
        """Indexes and constraints that are called otherwise on the target."""
        return self._called.renamed

    def fit(self, source: Table, columns: list[Column], spellings: list[Spelling]) -> tuple[Table, list[Note]]:
        """The target's table for `source` with the settled `columns`, and what the reader should know."""
        self._notes = []
        self._fitted.add(source.name)
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
        pairs = zip(source.columns, target.columns, strict=True)
        names = {own.name: column.name for own, column in pairs}
        for first, other in equal_columns(names, self.dialect.limits):
            raise Blocked(
                f"{source.name}: the columns {first} and {other} would be one on the target",
                hint=f"rename one of them, or leave the table out with --exclude '{source.name}'",
            )

    def _column(self, source: Table, column: Column) -> Column:
        name = self._called.column(source.name, column.name)
        if name != self.naming.column(source.name, column.name):
            self._notes.append(Note("S", f"{source.name}.{column.name}", f"its name is too long and becomes {name}"))
        return replace(self._generated(source, self._defaulted(source, column)), name=name)

    def _defaulted(self, source: Table, column: Column) -> Column:
        place = f"{source.name}.{column.name}"
        if column.on_update_now and self.schema.family != self.dialect.family:
            self._drop("on update", place, "the target has no ON UPDATE CURRENT_TIMESTAMP")
            column = replace(column, on_update_now=False)
        if column.invisible and self.schema.family != self.dialect.family:
            self._drop("invisibility", place, "SELECT * shows the column on the target")
            column = replace(column, invisible=False)
        if column.default is None:
            return column
        retyped = column.name in self._retyped and isinstance(column.default, ExpressionDefault)
        default = None if retyped else self._in_new_names(source, column.default)
        if default is not None and self.dialect.spell_default(default, column) is not None:
            if isinstance(default, NowDefault) and self.schema.family != self.dialect.family:
                self._notes.append(Note("S", place, "the default is the target server's own clock"))
            return replace(column, default=default)
        self._drop("default", place, f"{_told(column.default)} has no equal on the target")
        return replace(column, default=None)

    def _in_new_names(self, source: Table, default: Default) -> Default | None:
        """Some engines' defaults speak of other columns. None where names cannot be found for sure."""
        if not isinstance(default, ExpressionDefault):
            return default
        own = self._called.expression(source, Expression(default.family, default.sql))
        return None if own is None else replace(default, sql=own.sql)

    def _generated(self, source: Table, column: Column) -> Column:
        if column.generated is None:
            return column
        place, expression = f"{source.name}.{column.name}", column.generated.expression
        own = None if column.name in self._retyped else self._own(source, expression)
        told = replace(column.generated, expression=own or expression)
        sql = own and self.dialect.spell_generated(
            replace(source.column(column.name), generated=told), self._in_target_names(source)
        )
        if not sql:
            why = self._why(source, expression)
            self._drop("generated column", place, f"kept as a plain column with its values{why}")
            return replace(column, generated=None)
        self._warn_of_letters(place, expression)
        return replace(column, generated=replace(told, expression=Expression(self.dialect.family, sql)))

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
            primary_key=primary and replace(primary, columns=self._called.columns(source.name, primary.columns)),
            uniques=tuple(
                replace(each, columns=self._called.columns(source.name, each.columns)) for each in source.uniques
            ),
            indexes=tuple(replace(each, parts=self._parts(source, each)) for each in source.indexes),
        )

    def _with_keys(self, source: Table, target: Table) -> Table:
        primary = source.primary_key
        if primary is not None:
            name = self._claim("key", primary.name, source, "pkey") if primary.name else ""
            target = replace(target, primary_key=PrimaryKey(name, self._called.columns(source.name, primary.columns)))
        uniques = [self._unique(source, target, unique) for unique in source.uniques]
        target = replace(target, uniques=tuple(unique for unique in uniques if unique is not None))
        indexes = [self._index(source, target, index) for index in source.indexes]
        target = replace(target, indexes=tuple(index for index in indexes if index is not None))
        keys = [self._foreign_key(source, target, key) for key in source.foreign_keys]
        return replace(target, foreign_keys=tuple(key for key in keys if key is not None))

    def _unique(self, source: Table, target: Table, unique: Unique) -> Unique | None:
        columns = self._called.columns(source.name, unique.columns)
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
            parts.append(replace(part, expression=expression))
        where = index.where and self._spelled(source, index.where)
        if index.where is not None and where is None:
            return None
        translated = replace(index, parts=tuple(parts), where=where)
        include = self._called.columns(source.name, index.include)
        return replace(translated, parts=self._parts(source, translated), include=include)

    def _parts(self, source: Table, index: Index) -> tuple[IndexPart, ...]:
        return tuple(
            part if part.expression else replace(part, column=self._called.column(source.name, part.column))
            for part in index.parts
        )

    def _foreign_key(self, source: Table, target: Table, key: ForeignKey) -> ForeignKey | None:
        place = f"{source.name}.{key.name or ','.join(key.columns)}"
        if self._is_too_early(key):
            self._drop("foreign key", place, "a key here needs its parent first, and these tables point in a circle")
            return None
        pairs = zip(key.columns, key.target_columns, strict=True)
        if any(self.forms.get((source.name, own)) != self.forms.get((key.target, other)) for own, other in pairs):
            self._drop("foreign key", place, "of two columns that it ties only one has the form chosen for it")
            return None
        pointed = replace(
            key,
            target=self.names[key.target],
            columns=self._called.columns(source.name, key.columns),
            target_columns=self._called.columns(key.target, key.target_columns),
            set_columns=self._called.columns(source.name, key.set_columns),
        )
        held = self._settled(self.dialect.fit_foreign_key(target, pointed), "foreign key", place)
        if held is None:
            return None
        return replace(held, name=self._claim("foreign key", held.name, source, f"{'_'.join(held.columns)}_fkey"))

    def _is_too_early(self, key: ForeignKey) -> bool:
        """Whether the parent is made after the table, on a target that does not take that."""
        if self.dialect.limits.foreign_keys_forward:
            return False
        return key.target not in self._fitted and self.names[key.target] not in {table.name for table in self.there}

    def _with_checks(self, source: Table, target: Table, spellings: list[Spelling]) -> Table:
        """The source's own checks, translated, and those that a column's spelling needs to mean the same."""
        checks = [self._check(source, target, check) for check in source.checks]
        for column, spelling in zip(target.columns, spellings, strict=True):
            if spelling.check:
                sql = spelling.check.replace("{column}", self.dialect.quote(column.name))
                name = self._claim("check", "", source, f"{column.name}_check")
                checks.append(Check(name, Expression(self.dialect.family, sql)))
        return replace(target, checks=tuple(check for check in checks if check is not None))

    def _check(self, source: Table, target: Table, check: Check) -> Check | None:
        if check.implied and self.schema.family != self.dialect.family:
            return None  # the target's own type or check says it
        place = f"{source.name}.{check.name or check.expression.sql}"
        spelled = self._spelled(source, check.expression)
        if spelled is None:
            why = self._why(source, check.expression)
            self._drop("check", place, f"no equal on the target: {check.expression.sql}{why}")
            return None
        if not (check.validated and check.enforced):
            self._drop("check", place, "not validated or not enforced at the source, so rows may break it")
            return None
        held = self._settled(self.dialect.fit_check(target, replace(check, expression=spelled)), "check", place)
        self._warn_of_letters(place, check.expression)
        return held and replace(held, name=self._claim("check", check.name, source, "check"))

    def _warn_of_letters(self, place: str, expression: Expression) -> None:
        """Each product has its own table of letters, whatever its family."""
        product = self.dialect.label.partition(" ")[0]
        if FOLDING.search(expression.sql) and not self.schema.version.startswith(product):
            self._notes.append(Note("S", place, "UPPER and LOWER know other rare letters (such as ƀ, Ⱥ) on the target"))

    def _spelled(self, source: Table, expression: Expression) -> Expression | None:
        """In the target's SQL, where columns go by their target names."""
        own = self._own(source, expression)
        sql = own and self.dialect.spell_expression(own, self._in_target_names(source))
        return Expression(self.dialect.family, sql) if sql else None

    def _own(self, source: Table, expression: Expression) -> Expression | None:
        """In the source's SQL, where columns go by their target names. None where it speaks of what becomes text."""
        if any(mentions(expression, name) for name in self._retyped):
            return None
        return self._called.expression(source, expression)

    def _in_target_names(self, source: Table) -> dict[str, Column]:
        called = self._called.column
        return {column.name: replace(column, name=called(source.name, column.name)) for column in source.columns}

    def _why(self, source: Table, expression: Expression) -> str:
        """Behind what is dropped, in brackets, why the expression cannot be said in another family."""
        if self.schema.family == self.dialect.family:
            return ""
        why = refusal(expression, to=self.dialect.family, columns=self._in_target_names(source))
        return f" ({why})" if why else ""

    def _settled(self, fit: Fit[T], what: str, place: str) -> T | None:
        if fit.held is None:
            self._drop(what, place, fit.reason)
        elif fit.reason:
            self._notes.append(Note("S", place, f"{what}: {fit.reason}"))
        return fit.held

    def _claim(self, kind: Kind, own: str, source: Table, otherwise: str) -> str:
        """A name that is free in its scope on the target, with a note where the wished one is not."""
        name = self._called.claim(kind, own, source.name, otherwise)
        if own and name != self.naming.styled(own):
            message = f"{kind}: its name is taken, too long or refused there and becomes {name}"
            self._notes.append(Note("S", f"{source.name}.{own}", message))
        return name

    def _drop(self, what: str, name: str, reason: str) -> None:
        self.not_carried.append(NotCarried(what, name, reason))


def _retyped(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether values that engines compute and compare by their meaning become text."""
    meaning = source.hint if isinstance(source, t.Dynamic) else source
    meant = t.Boolean | t.Integer | t.Decimal | t.Float | t.Year | t.Date | t.Timestamp | t.Time | t.Binary
    return isinstance(target, t.Text) and isinstance(meaning, meant)


def _told(default: Default) -> str:
    match default:
        case ExpressionDefault(sql=sql):
            return sql
        case LiteralDefault(text=text):
            return repr(text)
        case _:
            return default.kind.replace("_", " ")

"""What SQLite says: pure text and types."""

from __future__ import annotations

from collections.abc import Mapping

from dialects import sqltext
from dialects.base import Dialect, Fit, Named
from dialects.rows import RowSql
from dialects.sqlite import cuts, ddl, defaults, expressions, fitting, hazards, names, spelling
from dialects.sqlite.normal import normal_form
from dialects.sqlite.rows import SqliteRows
from dialects.sqlite.swap import SqliteSwapper
from dialects.sqlite.types import FAMILY, quoted
from dialects.swap import Swapper
from mappings.defaults import Default
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import Column, Expression, ForeignKey, Identity, Index, Table, TableName, Unique, View
from mappings.sorts import Untranslatable
from mappings.type_mapper import Spelling, Use
from mappings.types import LogicalType
from mappings.views import Moved

LIMITS = Limits(
    writers=1,
    identifier_length=1_000_000,
    identifier_octets=False,
    schemas=False,
    index_names_per_schema=True,
    constraint_names_per_schema=False,
    identifiers_fold_case=True,
    foreign_keys_inline=True,
    unbounded_decimal=True,
    unsigned_integers=False,
    nul_in_text=True,
    float_specials=False,
    least_year=1,
    greatest_year=9999,
    keyed_text_length=None,
    minus_zero=False,
    json_torn_pairs=True,
    infinite_floats=True,
    identifiers_fold_ascii=True,
)
"""Identifiers have no limit of their own. NaN becomes NULL without a word."""


class SqliteDialect(Dialect):
    family = FAMILY
    limits = LIMITS
    reads_by_address = True
    row_values = True
    opening = ("PRAGMA foreign_keys = OFF",)

    def __init__(self, version: str) -> None:
        self.label = f"SQLite {version}"

    @property
    def rows(self) -> RowSql:  # type: ignore[override]
        return SqliteRows(self)

    @property
    def swapper(self) -> Swapper:  # type: ignore[override]
        return SqliteSwapper(self)

    def quote(self, name: str) -> str:
        return quoted(name)

    def held_query(self, name: TableName, column: str, where: str) -> str:
        """Who writes is alone."""
        return f"SELECT {quoted(column)} FROM {quoted(name.name)} WHERE {where}"

    def refuses_name(self, what: Named, name: str) -> str:
        """An empty name is a name here like others."""
        return names.refuses(what, name)

    def spell(self, kind: LogicalType, use: Use) -> Spelling | None:
        return spelling.spell(kind)

    def keep(self, column: Column) -> Spelling | None:
        return spelling.keep(column)

    def spell_default(self, default: Default, column: Column) -> str | None:
        return defaults.spelled(default, column)

    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        return expressions.spelled(expression, columns)

    def key_literal(self, column: Column) -> str | None:
        return cuts.key_literal(self.quote(column.name), column)

    def row_address(self, table: Table) -> str:
        return cuts.row_address(table)

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        return hazards.offends(self.quote(column.name), column, hazard)

    def spell_view(self, view: View, default_schema: str, tables: Mapping[TableName, Moved]) -> Fit[str]:
        if view.definition.family == FAMILY:
            return super().spell_view(view, default_schema, tables)
        try:
            return Fit(expressions.selected(view, default_schema, tables))
        except Untranslatable as reason:
            return Fit(None, str(reason))

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        return fitting.fit_identity(table, column)

    def fit_unique(self, table: Table, unique: Unique) -> Fit[Unique]:
        return fitting.fit_unique(table, unique)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return fitting.fit_index(table, index)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        return fitting.fit_foreign_key(key)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        return fitting.fit_table(table)

    def normal_form(self, table: Table) -> Table:
        return normal_form(table)

    def create_table(self, table: Table) -> tuple[str, ...]:
        return ddl.create_table(self, table)

    def add_keys(self, table: Table) -> tuple[str, ...]:
        return ddl.add_keys(self, table)

    def create_index(self, table: Table, index: Index) -> str:
        return ddl.create_index(self, table, index)

    def add_foreign_key(self, table: Table, key: ForeignKey) -> str | None:
        return None

    def orphans(self, table: Table, key: ForeignKey) -> str:
        return sqltext.orphans_query(self, table, key)

    def continue_identity(self, table: Table, column: Column) -> str | None:
        return ddl.continue_identity(self, table, column)

    def comment(self, table: Table) -> tuple[str, ...]:
        """There are none to put."""
        return ()

"""The Dialect of DuckDB: what it says about names, types, defaults and tables, without a connection."""

from __future__ import annotations

from collections.abc import Mapping

from dialects import sqltext
from dialects.base import Dialect, Fit
from dialects.duckdb import cuts, ddl, defaults, expressions, fitting, hazards, normal, spelling
from dialects.duckdb.rows import DuckDBRows
from dialects.duckdb.swap import DuckDBSwapper
from dialects.duckdb.types import FAMILY
from dialects.rows import RowSql
from dialects.swap import Swapper
from mappings.defaults import Default
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import Check, Column, Expression, ForeignKey, Identity, Index, Table, TableName, Unique
from mappings.type_mapper import Spelling, Use
from mappings.types import LogicalType

LIMITS = Limits(
    writers=4,
    identifier_length=1_000_000,
    identifier_octets=False,
    schemas=True,
    index_names_per_schema=True,
    constraint_names_per_schema=False,
    identifiers_fold_case=True,
    foreign_keys_inline=True,
    unbounded_decimal=False,
    unsigned_integers=True,
    nul_in_text=True,
    float_specials=True,
    least_year=-5_877_641,
    greatest_year=5_881_580,
    keyed_text_length=None,
    identifiers_fold_ascii=True,
    foreign_keys_forward=False,
)
"""Names have no limit: 5000 characters are kept. The years are those of DATE, whose last day Arrow's date32 holds too;
timestamps end before, where Arrow's microseconds do."""


class DuckDBDialect(Dialect):
    family = FAMILY
    limits = LIMITS

    def __init__(self, version: str) -> None:
        self.label = f"DuckDB {version}"

    @property
    def rows(self) -> RowSql:  # type: ignore[override]
        return DuckDBRows(self)

    @property
    def swapper(self) -> Swapper:  # type: ignore[override]
        return DuckDBSwapper(self)

    def quote(self, name: str) -> str:
        return spelling.quote(name)

    def held_query(self, name: TableName, column: str, where: str) -> str:
        """Of two transactions that change one row the second fails; there are no locks for readers."""
        return f"SELECT {self.quote(column)} FROM {self.qualified(name)} WHERE {where}"

    def spell(self, kind: LogicalType, use: Use) -> Spelling | None:
        return spelling.spell(kind, use)

    def keep(self, column: Column) -> Spelling | None:
        return spelling.keep(column)

    def spell_default(self, default: Default, column: Column) -> str | None:
        return defaults.spelled(default, column)

    def key_literal(self, column: Column) -> str | None:
        return cuts.key_literal(self.quote(column.name), column)

    def orders_by_value(self, column: Column) -> bool:
        return cuts.orders_by_value(column)

    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        return expressions.spelled(expression, columns)

    def normal_form(self, table: Table) -> Table:
        return normal.normal_form(table)

    def sample(self, table: Table, percent: float) -> str:
        return f"{self.relation(table)} TABLESAMPLE system({percent:g}%) REPEATABLE (1)"

    def printed(self, column: Column) -> str:
        return f"{self.quote(column.name)}::VARCHAR"

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        return hazards.offends(self.quote(column.name), column, hazard)

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        return fitting.fit_identity(column)

    def fit_unique(self, table: Table, unique: Unique) -> Fit[Unique]:
        return fitting.fit_unique(unique)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return fitting.fit_index(table, index)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        return fitting.fit_foreign_key(table, key)

    def fit_check(self, table: Table, check: Check) -> Fit[Check]:
        return fitting.fit_check(check)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        return fitting.fit_table(table)

    def drop_tables(self, tables: tuple[Table, ...]) -> tuple[str, ...]:
        """A sequence that numbers a column is the table's alone."""
        numbered = [(table, column) for table in tables for column in table.columns if column.identity is not None]
        sequences = [f"DROP SEQUENCE IF EXISTS {self.qualified(ddl.sequence_of(*each))}" for each in numbered]
        return (*super().drop_tables(tables), *sequences)

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
        return ddl.comment(self, table)

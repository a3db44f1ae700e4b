"""What one version of SQL Server says: the other files of this folder under the names of the seam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dialects import sqltext
from dialects.base import Dialect, Fit, Named
from dialects.mssql import cuts, ddl, defaults, digest, expressions, fitting, normal, probe, reading, spelling
from dialects.mssql.fitted import Fitted
from dialects.mssql.rows import MssqlRows
from dialects.mssql.server import Server
from dialects.mssql.swap import MssqlSwapper
from dialects.mssql.types import FAMILY
from dialects.rows import RowSql
from dialects.swap import Swapper
from mappings.defaults import Default
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import Column, Expression, ForeignKey, Identity, Index, Table, TableName, Unique
from mappings.type_mapper import Spelling, Use
from mappings.types import LogicalType

LIMITS = Limits(
    writers=64,
    identifier_length=128,
    identifier_octets=False,
    schemas=True,
    index_names_per_schema=False,
    constraint_names_per_schema=True,
    identifiers_fold_case=True,
    foreign_keys_inline=False,
    unbounded_decimal=False,
    unsigned_integers=False,
    nul_in_text=True,
    float_specials=False,
    least_year=1,
    greatest_year=9999,
    keyed_text_length=spelling.KEYED_UNITS,
    utf16_lengths=True,
    json_torn_pairs=True,
)


@dataclass(frozen=True)
class MssqlDialect(Dialect):
    """The text and types of one server. `fitted` is what it has been asked to fit: a server judges a foreign key by
    the tables beyond it, which the seam does not show."""

    server: Server = Server()
    fitted: Fitted = field(default_factory=Fitted, compare=False)
    family = FAMILY
    opening = ddl.OPENING

    @property
    def label(self) -> str:  # type: ignore[override]
        return self.server.label

    @property
    def limits(self) -> Limits:  # type: ignore[override]
        return replace(LIMITS, identifiers_fold_case=self.server.folds_case)

    @property
    def rows(self) -> RowSql:  # type: ignore[override]
        return MssqlRows(self)

    @property
    def swapper(self) -> Swapper:  # type: ignore[override]
        return MssqlSwapper(self)

    def quote(self, name: str) -> str:
        return spelling.quote(name)

    def literal(self, text: str) -> str:
        return spelling.literal(text)

    def held_query(self, name: TableName, column: str, where: str) -> str:
        return f"SELECT {self.quote(column)} FROM {self.qualified(name)} WITH (REPEATABLEREAD) WHERE {where}"

    def refuses_name(self, what: Named, name: str) -> str:
        temporary = what == "table" and name.startswith("#")
        return super().refuses_name(what, name) or "a table whose name begins with # is temporary" * temporary

    def spell(self, kind: LogicalType, use: Use) -> Spelling | None:
        return spelling.spell(kind, use, self.server)

    def keep(self, column: Column) -> Spelling | None:
        return spelling.keep(column, self.server)

    def spell_default(self, default: Default, column: Column) -> str | None:
        return defaults.spell_default(default, column, self.server)

    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        return expressions.spelled(expression, columns, self.server)

    def instead(self, column: Column, rule: str, sentinel: str) -> str:
        return reading.instead(self.quote(column.name), column, rule, sentinel)

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        return probe.offends(self.quote(column.name), column, hazard)

    def key_literal(self, column: Column) -> str | None:
        return cuts.key_literal(self.quote(column.name), column)

    def digest(self, columns: tuple[Column, ...]) -> str | None:
        return digest.row_text(self, columns, self.server.version)

    def sample(self, table: Table, percent: float) -> str:
        return f"{self.relation(table)} TABLESAMPLE SYSTEM ({percent:g} PERCENT) REPEATABLE (1)"

    def first(self, select: str, rows: int) -> str:
        words = "SELECT DISTINCT " if select.startswith("SELECT DISTINCT ") else "SELECT "
        return select.replace(words, f"{words}TOP ({rows}) ", 1)

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        return fitting.fit_identity(table, column)

    def fit_unique(self, table: Table, unique: Unique) -> Fit[Unique]:
        return fitting.fit_unique(table, unique)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return fitting.fit_index(table, index)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        return fitting.fit_foreign_key(table, key, self.fitted)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        return fitting.fit_table(table, self.fitted)

    def normal_form(self, table: Table) -> Table:
        return normal.normal_form(table)

    def create_table(self, table: Table) -> tuple[str, ...]:
        return ddl.create_table(self, table, self.server)

    def add_keys(self, table: Table) -> tuple[str, ...]:
        return ddl.add_keys(self, table)

    def create_index(self, table: Table, index: Index) -> str:
        return ddl.create_index(self, table, index)

    def add_foreign_key(self, table: Table, key: ForeignKey) -> str | None:
        return ddl.add_foreign_key(self, table, key)

    def orphans(self, table: Table, key: ForeignKey) -> str:
        return sqltext.orphans_query(self, table, key)

    def continue_identity(self, table: Table, column: Column) -> str | None:
        return ddl.continue_identity(self, table, column)

    def comment(self, table: Table) -> tuple[str, ...]:
        return ddl.comment(self, table)

    def nth(self, select: str, rows: int) -> str:
        return f"{select} OFFSET {rows} ROWS FETCH NEXT 1 ROWS ONLY"

"""PostgreSQL 15 and newer: the Dialect, and the engine that opens sessions. Drivers are imported on connecting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dialects import sqltext
from dialects.base import Dialect, Engine, Fit, Named, Session
from dialects.postgresql import cuts, ddl, defaults, digest, fitting, hazards, names, pages, spelling
from dialects.postgresql.normal import normal_form
from dialects.postgresql.rows import PostgreSQLRows
from dialects.postgresql.server import Server
from dialects.postgresql.swap import PostgreSQLSwapper
from dialects.postgresql.types import FAMILY
from dialects.rows import RowSql
from dialects.swap import Swapper
from dialects.url import DatabaseUrl
from mappings.buckets import Bucketing
from mappings.defaults import Default
from mappings.errors import ConfigurationError
from mappings.expressions import translate
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import Check, Column, Expression, ForeignKey, Identity, Index, Table
from mappings.type_mapper import Spelling, Use
from mappings.types import LogicalType

LIMITS = Limits(
    writers=64,
    identifier_length=63,
    identifier_octets=True,
    schemas=True,
    index_names_per_schema=True,
    constraint_names_per_schema=False,
    identifiers_fold_case=False,
    foreign_keys_inline=False,
    unbounded_decimal=True,
    unsigned_integers=False,
    nul_in_text=False,
    float_specials=True,
    least_year=-4712,
    greatest_year=294_246,
    keyed_text_length=None,
    json_torn_pairs=True,
    entry_octets=2704,
)
"""The years are those that both timestamps here and Arrow's microseconds hold."""


@dataclass(frozen=True)
class PostgreSQLDialect(Dialect):
    """What the server with these facts says."""

    server: Server = Server()
    family = FAMILY
    limits = LIMITS
    row_values = True
    opening = ("SET standard_conforming_strings = on",)

    @property
    def label(self) -> str:  # type: ignore[override]
        return self.server.label

    @property
    def rows(self) -> RowSql:  # type: ignore[override]
        return PostgreSQLRows(self)

    @property
    def swapper(self) -> Swapper:  # type: ignore[override]
        return PostgreSQLSwapper(self)

    def quote(self, name: str) -> str:
        return spelling.quote(name)

    def refuses_name(self, what: Named, name: str) -> str:
        return super().refuses_name(what, name) or names.refuses(what, name)

    def spell(self, kind: LogicalType, use: Use) -> Spelling | None:
        return spelling.spell(kind, use, self.server)

    def keep(self, column: Column) -> Spelling | None:
        return spelling.keep(column, self.server)

    def unsaid(self, column: Column) -> tuple[str, ...]:
        return spelling.unsaid(column)

    def spell_default(self, default: Default, column: Column) -> str | None:
        return defaults.spell_default(default, column, self.server)

    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        if expression.family == self.family:
            return expression.sql if self.server.runs(expression.sql) else None
        return translate(expression, to=self.family, columns=columns)

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        return hazards.offends(self.quote(column.name), column, hazard)

    def key_literal(self, column: Column) -> str | None:
        return cuts.key_literal(self.quote(column.name), column)

    def row_address(self, table: Table) -> str:
        return pages.ADDRESS

    def orders_by_value(self, column: Column) -> bool:
        return cuts.orders_by_value(column)

    def digest(self, columns: tuple[Column, ...]) -> str | None:
        return digest.row_text(self, columns, self.server.encoding)

    def bucket(self, by: Bucketing) -> str | None:
        return digest.bucket(self, by)

    def sample(self, table: Table, percent: float) -> str:
        return f"{self.relation(table)} TABLESAMPLE SYSTEM ({percent:g}) REPEATABLE (1)"

    def printed(self, column: Column) -> str:
        return f"{self.quote(column.name)}::text"

    def relation(self, table: Table) -> str:
        return f"{'ONLY ' * table.only}{self.qualified(table.name)}"

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        return fitting.fit_identity(column)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return fitting.fit_index(table, index, self.server)

    def fit_check(self, table: Table, check: Check) -> Fit[Check]:
        return fitting.fit_check(check, self.server)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        return fitting.fit_table(table, self.server)

    def normal_form(self, table: Table) -> Table:
        return normal_form(table, self.server)

    def drop_tables(self, tables: tuple[Table, ...]) -> tuple[str, ...]:
        """In one statement, so that keys between them are no hindrance."""
        names = ", ".join(self.qualified(table.name) for table in tables)
        return (f"DROP TABLE {names}",) if tables else ()

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


class PostgreSQLEngine(Engine):
    schemes = ("postgresql", "postgres")

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        try:
            from dialects.postgresql.session import open_session
        except ImportError as missing:
            raise ConfigurationError(
                f"the PostgreSQL drivers are not installed: {missing.name} is missing",
                hint="pip install 'dbtransfer[postgresql]'",
            ) from missing
        return open_session(url, writable=writable)


ENGINE = PostgreSQLEngine()

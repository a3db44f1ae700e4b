"""What one version of MySQL or MariaDB says: the other files of this folder under the names of the seam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dialects import sqltext
from dialects.base import Dialect, Fit, Named
from dialects.mysql import cuts, ddl, defaults, digest, fitting, hazards, names, sizes, spelling
from dialects.mysql.columns import quoted
from dialects.mysql.connecting import SQL_MODE
from dialects.mysql.expressions import own_expression
from dialects.mysql.normal import normal_form
from dialects.mysql.rows import MysqlRows
from dialects.mysql.server import Server
from dialects.mysql.swap import MysqlSwapper
from dialects.mysql.types import FAMILY, base, literal
from dialects.rows import RowSql
from dialects.swap import Swapper
from mappings import expressions
from mappings.buckets import Bucketing
from mappings.defaults import Default
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import Check, Column, Expression, ForeignKey, Identity, Index, Table, TableName, Unique
from mappings.type_mapper import Spelling, Use
from mappings.types import LogicalType

LIMITS = Limits(
    writers=64,
    ddl_in_transactions=False,
    identifier_length=64,
    identifier_octets=False,
    schemas=False,
    index_names_per_schema=False,
    constraint_names_per_schema=True,
    identifiers_fold_case=True,
    foreign_keys_inline=False,
    unbounded_decimal=False,
    unsigned_integers=True,
    nul_in_text=True,
    float_specials=False,
    least_year=1,
    greatest_year=9999,
    keyed_text_length=spelling.KEYED_CHARACTERS,
    minus_zero=False,
    json_depth=31,
    longest_span=3_020_399_999_999,
    constraint_kinds_apart=True,
    check_names_per_table=True,
)
OF_MYSQL = replace(
    LIMITS,
    minus_zero=True,
    json_doubles=True,
    json_depth=100,
    longest_span=3_020_399_000_000,
    check_names_per_table=False,
)


@dataclass(frozen=True)
class MysqlDialect(Dialect):
    """The text and types of one server."""

    server: Server
    family = FAMILY
    opening = (
        f"SET SESSION sql_mode = '{SQL_MODE}', time_zone = '+00:00', foreign_key_checks = 0",
        "SET NAMES utf8mb4",
    )

    @property
    def limits(self) -> Limits:  # type: ignore[override]
        of_product = LIMITS if self.server.maria else OF_MYSQL
        return replace(of_product, tables_keep_case=self.server.tables_keep_case)

    @property
    def rows(self) -> RowSql:  # type: ignore[override]
        return MysqlRows(self, self.server)

    @property
    def swapper(self) -> Swapper:  # type: ignore[override]
        return MysqlSwapper(self, self.server)

    @property
    def label(self) -> str:  # type: ignore[override]
        return self.server.label

    def quote(self, name: str) -> str:
        return quoted(name)

    def literal(self, text: str) -> str:
        return literal(text)

    def held_query(self, name: TableName, column: str, where: str) -> str:
        """In the words that MariaDB knows, too."""
        return f"SELECT {quoted(column)} FROM {self.qualified(name)} WHERE {where} LOCK IN SHARE MODE"

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
            return own_expression(expression.sql, self.server)
        return expressions.translate(expression, to=self.family, columns=columns)

    def printed(self, column: Column) -> str:
        moment = base(column.native) in hazards.MOMENTS
        return f"CAST({self.quote(column.name)} AS CHAR)" if moment else self.quote(column.name)

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        return hazards.offends(self.quote(column.name), column, hazard)

    def key_literal(self, column: Column) -> str | None:
        return cuts.key_literal(self.quote(column.name), column)

    def orders_by_value(self, column: Column) -> bool:
        return cuts.orders_by_value(column)

    def digest(self, columns: tuple[Column, ...]) -> str | None:
        return digest.row_text(self, columns)

    def bucket(self, by: Bucketing) -> str | None:
        return digest.bucket(self, by)

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        return fitting.fit_identity(table, column)

    def fit_unique(self, table: Table, unique: Unique) -> Fit[Unique]:
        return fitting.fit_unique(table, unique, self.server)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return fitting.fit_index(self, table, index, self.server)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        return fitting.fit_foreign_key(table, key)

    def fit_check(self, table: Table, check: Check) -> Fit[Check]:
        return fitting.fit_check(self, table, check)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        return sizes.fit_table(table)

    def normal_form(self, table: Table) -> Table:
        return normal_form(self, table, self.server)

    def drop_tables(self, tables: tuple[Table, ...]) -> tuple[str, ...]:
        """Keys between them may go round in a circle."""
        dropped = super().drop_tables(tables)
        return ("SET SESSION foreign_key_checks = 0", *dropped, "SET SESSION foreign_key_checks = 1") if dropped else ()

    def create_table(self, table: Table) -> tuple[str, ...]:
        return (ddl.create_table(self, table, self.server),)

    def add_keys(self, table: Table) -> tuple[str, ...]:
        return ddl.add_keys(self, table)

    def create_index(self, table: Table, index: Index) -> str:
        return ddl.create_index(self, table, index)

    def add_foreign_key(self, table: Table, key: ForeignKey) -> str | None:
        return f"ALTER TABLE {self.qualified(table.name)} ADD {sqltext.foreign_key_clause(self, key)}"

    def orphans(self, table: Table, key: ForeignKey) -> str:
        return sqltext.orphans_query(self, table, key)

    def continue_identity(self, table: Table, column: Column) -> str | None:
        """InnoDB itself goes on behind the greatest number there is."""
        if column.identity is None or column.identity.next is None:
            return None
        return f"ALTER TABLE {self.qualified(table.name)} AUTO_INCREMENT = {column.identity.next}"

    def comment(self, table: Table) -> tuple[str, ...]:
        return ()

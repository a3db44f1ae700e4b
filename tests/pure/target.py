"""An imaginary engine to plan for."""

from collections.abc import Mapping
from dataclasses import dataclass

from dialects.base import Dialect, Fit
from mappings import defaults as d
from mappings import types as t
from mappings.limits import Limits
from mappings.schema import Column, Expression, ForeignKey, Index, Table
from mappings.type_mapper import Spelling, Use
from tests.pure.limits import GENEROUS


@dataclass
class Target(Dialect):
    """An engine that has every type, and spells every expression but those that say `foreign`."""

    limits: Limits = GENEROUS
    family: str = "target"
    label: str = "Target 1"
    index_fit: str = ""
    """Why an index cannot be held at all."""
    key_note: str = ""
    """What a foreign key loses."""

    def quote(self, name: str) -> str:
        return f"<{name}>"

    def spell(self, kind: t.LogicalType, use: Use) -> Spelling | None:
        return None if isinstance(kind, t.Dynamic) else Spelling("native", kind)

    def spell_default(self, default: d.Default, column: Column) -> str | None:
        return None if isinstance(default, d.ExpressionDefault) else "default"

    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        if "foreign" in expression.sql:
            return None
        return f"{expression.sql} of {','.join(column.name for column in columns.values())}"

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        return Fit(None, self.index_fit) if self.index_fit else Fit(index)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        return Fit(key, self.key_note)

    def create_table(self, table: Table) -> tuple[str, ...]:
        return ()

    def create_index(self, table: Table, index: Index) -> str:
        return ""

    def add_foreign_key(self, table: Table, key: ForeignKey) -> str | None:
        return None

    def orphans(self, table: Table, key: ForeignKey) -> str:
        return ""

    def continue_identity(self, table: Table, column: Column) -> str | None:
        return None

    def comment(self, table: Table) -> tuple[str, ...]:
        return ()

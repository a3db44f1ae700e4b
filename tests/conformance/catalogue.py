"""Sessions that are none: tables made by hand, to plan from and to plan for, as the planner sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialects.base import Dialect
from mappings.schema import Schema, Table, TableName
from mappings.type_mapper import Facts, Risk


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A session that knows its tables and what their rows show, and nothing else: enough for a plan without rows."""

    dialect: Dialect
    schema: Schema
    facts: Mapping[TableName, Facts] = field(default_factory=dict)
    default_schema: str = ""

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        return self.schema

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        return dict.fromkeys(risks, self.facts.get(table.name, Facts()))

"""Views by meaning: a simple SELECT (columns, joins, conditions, groups) whose every expression is on the allow-list.

Everything else is refused with the reason: subqueries, set operations, windows, orders, limits, other views.
The parser is loaded with the first view: see mappings.expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mappings.expressions import HANDED_OVER, PROVEN
from mappings.schema import Column, Table, TableName, View
from mappings.sorts import Untranslatable

if TYPE_CHECKING:
    from mappings.own_spelling import Rewrite


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that the copy carries: as it is at the source, its name on the target as SQL text, and its columns there
    by the names that they have at the source."""

    source: Table
    target: str
    columns: Mapping[str, Column]


def translate_view(
    view: View,
    *,
    to: str,
    default_schema: str,
    tables: Mapping[TableName, Moved],
    rewrite: Rewrite | None = None,
) -> str:
    """The SELECT of `view` in the grammar of `to`, over the moved `tables`, by their names at the source.

    `default_schema` is where the source's bare names live. `rewrite` as in mappings.expressions.translate. Raises
    Untranslatable, with the reason, when equal rows cannot be promised.
    """
    if view.definition.family not in PROVEN or to not in PROVEN - HANDED_OVER.keys():
        raise Untranslatable(f"values of {view.definition.family} and {to} were never compared")
    from mappings.selects import selected

    return selected(view, to=to, default_schema=default_schema, tables=tables, rewrite=rewrite)

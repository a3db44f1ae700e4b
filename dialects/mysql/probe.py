"""What the rows of one table show about the risks of its columns, in one aggregate query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialects.base import Dialect
from mappings.schema import Table
from mappings.type_mapper import Facts, Risk

CHARACTERS = "MAX(CHAR_LENGTH({column}))"
OCTETS_OF_TEXT = "MAX(LENGTH(CONVERT({column} USING utf8mb4)))"
GREATEST = "MAX({column})"
QUERY = "SELECT COUNT(*){aggregates} FROM {table}"

FIELDS: dict[Risk, tuple[tuple[str, str], ...]] = {
    Risk.LENGTH: (("characters", CHARACTERS), ("octets", OCTETS_OF_TEXT)),
    Risk.MAGNITUDE: (("greatest", GREATEST),),
}
"""The facts that settle each risk. Types decide here, so there are no classes, and every decimal tells its digits."""


def query(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]]) -> str:
    """One scan over the table for all its risks."""
    aggregates = "".join(f", {text.format(column=dialect.quote(name))}" for name, _, text in _asked(risks))
    return QUERY.format(aggregates=aggregates, table=dialect.qualified(table.name))


def facts(risks: Mapping[str, frozenset[Risk]], row: tuple[Any, ...]) -> dict[str, Facts]:
    """The answer to `query` as facts by column."""
    found: dict[str, dict[str, int | None]] = {name: {"rows": int(row[0])} for name in risks}
    for (name, field, _), value in zip(_asked(risks), row[1:], strict=True):
        found[name][field] = int(value) if value is not None else 0
    return {
        name: Facts(
            characters=fields.get("characters"),
            octets=fields.get("octets"),
            greatest=fields.get("greatest"),
            rows=fields["rows"],
        )
        for name, fields in found.items()
    }


def _asked(risks: Mapping[str, frozenset[Risk]]) -> list[tuple[str, str, str]]:
    """Column, field of Facts, aggregate."""
    return [
        (name, field, text)
        for name, wanted in risks.items()
        for risk in sorted(wanted)
        for field, text in FIELDS.get(risk, ())
    ]

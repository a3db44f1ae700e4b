"""What the rows of one table show about the risks of its columns, in one aggregate query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dialects.base import Dialect
from mappings import types as t
from mappings.schema import Table
from mappings.type_mapper import Facts, Risk

CHARACTERS = "MAX(CHAR_LENGTH({column}))"
OCTETS = "MAX(LENGTH({column}))"
OCTETS_OF_TEXT = "MAX(LENGTH(CONVERT({column} USING utf8mb4)))"
GREATEST = "MAX({column})"
QUERY = "SELECT COUNT(*){aggregates} FROM {table}"

Field = tuple[str, str, str]
"""Column, field of Facts, aggregate."""


def query(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]]) -> str:
    """One scan over the table for all its risks."""
    asked = _asked(table, risks)
    aggregates = "".join(f", {text.format(column=dialect.quote(name))}" for name, _, text in asked)
    return QUERY.format(aggregates=aggregates, table=dialect.qualified(table.name))


def facts(table: Table, risks: Mapping[str, frozenset[Risk]], row: tuple[Any, ...]) -> dict[str, Facts]:
    """The answer to `query` as facts by column."""
    found: dict[str, dict[str, int | None]] = {name: {"rows": int(row[0])} for name in risks}
    for (name, field, _), value in zip(_asked(table, risks), row[1:], strict=True):
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


def _asked(table: Table, risks: Mapping[str, frozenset[Risk]]) -> list[Field]:
    return [field for name, wanted in risks.items() for risk in sorted(wanted) for field in _fields(table, name, risk)]


def _fields(table: Table, name: str, risk: Risk) -> tuple[Field, ...]:
    """What settles one risk. Types decide here, so there are no classes, and every decimal tells its digits."""
    if risk is Risk.MAGNITUDE:
        return ((name, "greatest", GREATEST),)
    if risk is not Risk.LENGTH:
        return ()
    if isinstance(table.column(name).type, t.Binary):
        return ((name, "octets", OCTETS),)
    return ((name, "characters", CHARACTERS), (name, "octets", OCTETS_OF_TEXT))

"""What a column's rows show: one aggregate scan per table, by the expressions of types.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialects.base import Dialect
from dialects.duckdb.types import FAMILY, FINER
from mappings import types as t
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk

DIGITS = "max(length(ltrim(split_part({name}::VARCHAR, '.', 1), '-0')))"
FRACTION_DIGITS = "max(length(rtrim(split_part({name}::VARCHAR, '.', 2), '0')))"
CHARACTERS = "max(length({name}::VARCHAR))"
TEXT_OCTETS = "max(strlen({name}::VARCHAR))"
OCTETS = "max(octet_length({name}))"
GREATEST = "max({name})"
FINER_ROWS = "count(*) FILTER (WHERE {finer})"
NOTHING = "NULL"
FIGURES = 6


def probe_query(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]]) -> str:
    """One row: the number of rows, then six figures for each column of `risks` in its order."""
    figures = ["count(*)"]
    for name in risks:
        column = table.column(name)
        figures += [figure.format(name=dialect.quote(name)) for figure in _figures(column, risks[name])]
    return f"SELECT {', '.join(figures)} FROM {dialect.qualified(table.name)}"


def _figures(column: Column, wanted: frozenset[Risk]) -> list[str]:
    digits = [DIGITS, FRACTION_DIGITS] if Risk.DIGITS in wanted else [NOTHING] * 2
    lengths = [NOTHING, NOTHING]
    if Risk.LENGTH in wanted:
        lengths = [NOTHING, OCTETS] if isinstance(column.type, t.Binary) else [CHARACTERS, TEXT_OCTETS]
    greatest = GREATEST if Risk.MAGNITUDE in wanted else NOTHING
    finer = NOTHING
    if Risk.CLASSES in wanted and column.native in FINER:
        finer = FINER_ROWS.format(finer=FINER[column.native])
    return [*digits, *lengths, greatest, finer]


def facts_from(table: Table, row: Sequence[Any], risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
    """The facts per column from the row of `probe_query`."""
    rows, figures = row[0], row[1:]
    known = {}
    for at, name in enumerate(risks):
        whole, fraction, characters, octets, greatest, finer = figures[at * FIGURES : (at + 1) * FIGURES]
        known[name] = Facts(
            observed=_observed(table.column(name), finer),
            characters=characters,
            octets=octets,
            integer_digits=whole,
            fraction_digits=fraction,
            greatest=None if greatest is None else int(greatest),
            rows=rows,
        )
    return known


def _observed(column: Column, finer: int | None) -> t.LogicalType | None:
    """Nanoseconds that are whole microseconds are these; others have no type but DuckDB's own."""
    if not isinstance(column.type, t.Dynamic):
        return None
    return t.Opaque(FAMILY, column.native) if finer else column.type.hint

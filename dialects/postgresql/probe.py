"""What a column's rows show: one aggregate scan per table, by the expressions of types.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dialects.base import Dialect
from mappings import types as t
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk

FINITE = "{name} NOT IN ('NaN', 'Infinity', '-Infinity')"
WHOLE_DIGITS = "max(CASE WHEN {finite} AND trunc({name}) <> 0 THEN length(abs(trunc({name}))::text) ELSE 0 END)"
FRACTION_DIGITS = "max(CASE WHEN {finite} THEN scale({name}) ELSE 0 END)"
UNUSUAL = "count(*) FILTER (WHERE NOT ({finite}))"
CHARACTERS = "max(char_length({name}::text))"
TEXT_OCTETS = "max(octet_length({name}::text))"
OCTETS = "max(octet_length({name}))"
NOTHING = "NULL"


def probe_query(dialect: Dialect, table: Table, risks: Mapping[str, frozenset[Risk]]) -> str:
    """One row: the number of rows, then six figures for each column of `risks` in its order."""
    figures = ["count(*)"]
    for name in risks:
        figures += _figures(dialect.quote(name), table.column(name), risks[name])
    return f"SELECT {', '.join(figures)} FROM {dialect.relation(table)}"


def _figures(name: str, column: Column, wanted: frozenset[Risk]) -> list[str]:
    digits = [WHOLE_DIGITS, FRACTION_DIGITS, UNUSUAL] if Risk.DIGITS in wanted else [NOTHING] * 3
    lengths = [NOTHING, NOTHING]
    if Risk.LENGTH in wanted:
        lengths = [NOTHING, OCTETS] if isinstance(column.type, t.Binary) else [CHARACTERS, TEXT_OCTETS]
    greatest = ["max({name})"] if Risk.MAGNITUDE in wanted else [NOTHING]
    finite = FINITE.format(name=name)
    return [figure.format(name=name, finite=finite) for figure in digits + lengths + greatest]


def facts_from(row: Sequence[Any], risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
    """The facts per column from the row of `probe_query`."""
    rows, figures = row[0], row[1:]
    known = {}
    for at, name in enumerate(risks):
        whole, fraction, unusual, characters, octets, greatest = figures[at * 6 : at * 6 + 6]
        known[name] = Facts(
            characters=characters,
            octets=octets,
            integer_digits=whole,
            fraction_digits=fraction,
            unusual=unusual or 0,
            greatest=None if greatest is None else int(greatest),
            rows=rows,
        )
    return known

"""SQL that most engines share for rows in buckets (mappings.buckets): to count and sum them, to pick some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialects.base import Dialect
from mappings.buckets import Bucketing, Hashes, Keys, Ranges, runs
from mappings.schema import Column, Table

BUCKETS = "SELECT {number}, COUNT(*), SUM({slice}) FROM {relation}{restriction} GROUP BY 1"
ROWS = "SELECT {number}, {slice}, COUNT(*) FROM {relation}{restriction} GROUP BY 1, 2"
NONE = "1 = 0"


def buckets_query(
    dialect: Dialect, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str
) -> str | None:
    """One row for each bucket: its number, its rows, the sum of their slices. None where the SQL has no such text."""
    return _filled(BUCKETS, dialect, table, columns, by, condition)


def slices_query(
    dialect: Dialect, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str
) -> str | None:
    """One row for each pair of number and slice: both, and how many rows have them. None as above."""
    return _filled(ROWS, dialect, table, columns, by, condition)


def _filled(
    template: str, dialect: Dialect, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str
) -> str | None:
    number, sliced = dialect.bucket(by), dialect.bucket(Hashes(columns))
    if number is None or sliced is None:
        return None
    restriction = f" WHERE {condition}" if condition else ""
    return template.format(number=number, slice=sliced, relation=dialect.relation(table), restriction=restriction)


def within(dialect: Dialect, by: Bucketing, chosen: Sequence[int | None]) -> str | None:
    """A predicate that is true for the rows of these buckets; None where the engine's SQL cannot tell."""
    if isinstance(by, Hashes):
        number = dialect.bucket(by)
        return None if number is None else _is_in(number, chosen)
    return _in_ranges(dialect.quote(by.column.name), by, chosen)


def _is_in(expression: str, chosen: Iterable[int | None]) -> str:
    listed = ", ".join(str(number) for number in chosen if number is not None)
    return f"{expression} IN ({listed})" if listed else NONE


def _in_ranges(name: str, by: Ranges | Keys, chosen: Sequence[int | None]) -> str:
    known = [number for number in chosen if number is not None]
    ways = [f"{name} IS NULL"] * (None in chosen)
    if isinstance(by, Keys):
        ways += [_is_in(name, known)] if known else []
    else:
        ways += [_between(name, lower, upper) for lower, upper in runs(by, known)]
    return "(" + " OR ".join(ways) + ")" if ways else NONE


def _between(name: str, lower: int | None, upper: int | None) -> str:
    ends = [f"{name} >= {lower}"] * (lower is not None) + [f"{name} < {upper}"] * (upper is not None)
    return "(" + " AND ".join(ends) + ")" if ends else f"{name} IS NOT NULL"

"""What a verification found in the rows, as text for people: by table and column, values beside each other."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

import click

from transfer.report import Difference, Report, RowCounts, TableReport, Unverified
from transfer.row_differences import around

SHOWN = 60
"""Characters of a value on a line, around the first that differs."""
HARMLESS = {
    "tolerated": "within the tolerance",
    "respelled": "only in the spelling of JSON",
    "transient": "no longer when they were read again",
}


def rows_found_text(report: Report) -> list[str]:
    """The tables that differ, each with its rows, and what could not be compared."""
    parts = [part for table in report.tables for part in _table_text(table, report.differences)]
    return [*_repair_text(report), *parts, *_unverified_text(report.unverified)]


def _repair_text(report: Report) -> Iterator[str]:
    """What a repair has done, and where its script is."""
    for each in report.repaired:
        yield f"{each.table}: {each.deleted:,} deleted, {each.updated:,} updated, {each.inserted:,} inserted"
    if report.repair_script:
        yield f"repair script: {report.repair_script}"


def _table_text(table: TableReport, differences: Iterable[Difference]) -> Iterator[str]:
    if table.difference:
        yield click.style(f"{table.target}: {table.difference}", fg="red")
    found = [each for each in differences if each.table == table.target]
    for column in dict.fromkeys((each.kind, each.column) for each in found):
        yield _group_text(*column, [each for each in found if (each.kind, each.column) == column])
    rows = len({(each.kind, each.key, each.source if not each.column else "") for each in found})
    if found and rows < table.counts.differing:
        yield f"  ... and {table.counts.differing - rows:,} rows more: --max-differences"
    yield from _harmless_text(table.target, table.counts)


def _harmless_text(table: str, counts: RowCounts) -> Iterator[str]:
    for name, words in HARMLESS.items():
        number = getattr(counts, name)
        if number:
            yield f"{table}: {number:,} row{'s' * (number != 1)} differ{'s' * (number == 1)} {words}, not counted above"


def _group_text(kind: str, column: str, found: list[Difference]) -> str:
    """All differences of one column, or all rows that are missing or extra."""
    widest = max(len(each.key) for each in found)
    lines = [f"  {kind} {column}".rstrip()]
    for each in found:
        key = f"{each.key.ljust(min(widest, 40))}  " if each.key else ""
        lines.append(f"    {key}{_values(each)}")
    return "\n".join(lines)


def _values(difference: Difference) -> str:
    """The values of both sides; of a whole row its beginning."""
    if difference.kind != "changed":
        text = difference.source or difference.target or ""
        return _printable(text if len(text) <= 2 * SHOWN else text[: 2 * SHOWN] + "…")
    source, target = around(difference.source, difference.target, SHOWN)
    alike = source is not None and target is not None and _looks(source) == _looks(target)
    return f"{_quoted(source, exact=alike)} -> {_quoted(target, exact=alike)}"


def _looks(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _quoted(text: str | None, *, exact: bool) -> str:
    """In quotes, with escapes for what does not show; for all but ASCII where two texts would look alike."""
    if text is None:
        return "NULL"
    return ascii(text) if exact else repr(text)


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _unverified_text(items: Iterable[Unverified]) -> Iterator[str]:
    listed = [f"  {item.place}: {item.reason}" for item in items]
    if listed:
        yield "\n".join([click.style("Not compared", fg="yellow", bold=True), *listed, ""])

"""Every fault is found and named, and nothing else; an untouched copy has none. On every pair of engines."""

from __future__ import annotations

from itertools import product

import pytest

import transfer
from tests.conftest import DatabaseFactory
from tests.verify import faults, goods
from tests.verify.faults import Found
from transfer.config import Options
from transfer.report import RowCounts

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
OFTEN = [("postgresql", "mysql", 100_000), ("mariadb", "postgresql", 30_000), ("sqlite", "duckdb", 30_000)]
"""Both inside; both inside, the other way; both read."""


def told(report: transfer.Report) -> set[Found]:
    """What the report says, without the schema that some engines put before a table and the values of whole rows."""
    return {
        (
            each.table.rpartition(".")[2],
            each.key,
            each.kind,
            each.column,
            each.source if each.column else None,
            each.target if each.column else None,
        )
        for each in report.differences
    }


def planted(database: DatabaseFactory, source: str, target: str, rows: int) -> None:
    sheets = (goods.goods(rows), goods.words(rows // 20), goods.pairs(), goods.log(rows // 20))
    spoilt = [
        faults.spoilt_goods(sheets[0]),
        faults.spoilt_words(sheets[1]),
        faults.spoilt_pairs(sheets[2]),
        faults.spoilt_log(sheets[3]),
    ]
    there = goods.filled(database(source), *sheets)
    clean = transfer.verify(there, goods.filled(database(target), *sheets), Options(jobs=2))
    assert (clean.status, clean.differences, clean.exit_code) == ("done", (), 0)
    assert sum(table.rows for table in clean.tables) == sum(len(sheet.rows) for sheet in sheets)
    report = transfer.verify(there, goods.filled(database(target), *(sheet for sheet, _ in spoilt)), Options(jobs=2))
    assert told(report) == set().union(*(found for _, found in spoilt))
    assert (report.status, report.exit_code) == ("differences", 3)
    counts = {table.target.rpartition(".")[2]: table.counts for table in report.tables}
    assert counts == {
        "goods": RowCounts(missing=1, extra=1, changed=len(faults.VALUES) - 1 + 2),
        "words": RowCounts(missing=1, extra=1, changed=1),
        "pairs": RowCounts(changed=2),
        "log": RowCounts(missing=1, extra=1),
    }


@pytest.mark.parametrize(("source", "target", "rows"), OFTEN)
def test_every_planted_fault_is_named(database: DatabaseFactory, source: str, target: str, rows: int) -> None:
    planted(database, source, target, rows)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_every_planted_fault_is_named_on_every_pair(database: DatabaseFactory, source: str, target: str) -> None:
    planted(database, source, target, 30_000)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), [pair[:2] for pair in OFTEN])
def test_every_planted_fault_is_named_among_a_million_rows(database: DatabaseFactory, source: str, target: str) -> None:
    planted(database, source, target, 1_000_000)

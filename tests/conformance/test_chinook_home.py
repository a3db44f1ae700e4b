"""The music shop goes round all engines and comes home: the same digests."""

from __future__ import annotations

import pytest

import transfer
from tests.conformance.edges import ENGINES
from tests.conformance.test_edges import PAIRS
from tests.conftest import DatabaseFactory

ROWS = 15_607


def travelled(database: DatabaseFactory, *engines: str) -> None:
    """From the first engine over all others to a second database of the first, compared with where it began."""
    began = database(engines[0], sample="chinook")
    there = began
    for engine in (*engines[1:], engines[0]):
        here = database(engine)
        report = transfer.copy(transfer.plan(there, here), source=there, target=here)
        assert ({table.verified for table in report.tables}, report.rows) == ({"digest"}, ROWS)
        there = here
    report = transfer.verify(began, there)
    assert ({table.verified for table in report.tables}, report.rows) == ({"digest"}, ROWS)


def test_chinook_goes_round(database: DatabaseFactory) -> None:
    travelled(database, *ENGINES)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_chinook_comes_home_from_everywhere(database: DatabaseFactory, source: str, target: str) -> None:
    travelled(database, source, target)

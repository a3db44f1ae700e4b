"""The edge values of every type of every engine: each arrives as it is, or blocks before a row is written."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance.edges import ENGINES
from tests.conformance.journeys import EDGES, arrived, returned, settled
from tests.conformance.quirks import QUIRKS, UNVERIFIABLE, quirks
from tests.conftest import DatabaseFactory
from tests.pairs import plain

PAIRS = [(source, target) for source in ENGINES for target in ENGINES]
RING = tuple(zip(ENGINES, (*ENGINES[1:], ENGINES[0]), strict=True))
"""Each engine once as home and once as the other: what `make test` sees of the journeys home."""


def filled(database: DatabaseFactory, engine: str) -> str:
    url = database(engine)
    plain.execute(url, *EDGES[engine].statements())
    return url


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_edge_arrives_or_blocks(database: DatabaseFactory, source: str, target: str) -> None:
    edges, there, here = EDGES[source], filled(database, source), database(target)
    way = settled(there, here)
    told = {(edges.native(name), edges.literal(name, key)) for name, key in way.values}
    assert told == {(edges.native(name), edges.literal(name, key)) for name, key in edges.stopping(target)}
    assert {edges.native(name) for name in way.columns} == {edges.native(name) for name in edges.blocking(target)}
    assert arrived(there, here, way) == Counter(name for name, _ in way.values)


def comes_home(database: DatabaseFactory, source: str, target: str) -> None:
    there, here, back = filled(database, source), database(target), database(source)
    way = settled(there, here)
    arrived(there, here, way)
    home = returned(there, here, back, way)
    assert home.changed.keys() == quirks(source, target), home.changed
    assert home.apart.keys() == {change for change in home.apart if change in UNVERIFIABLE}, home.apart


@pytest.mark.parametrize(("source", "target"), RING)
def test_edges_come_home(database: DatabaseFactory, source: str, target: str) -> None:
    comes_home(database, source, target)


@pytest.mark.soak
@pytest.mark.parametrize(("source", "target"), [pair for pair in PAIRS if pair not in RING])
def test_edges_come_home_from_everywhere(database: DatabaseFactory, source: str, target: str) -> None:
    comes_home(database, source, target)


def test_every_quirk_is_said_once() -> None:
    said = Counter((quirk.engine, quirk.what, quirk.returns) for quirk in QUIRKS)
    assert set(said.values()) == {1}
    assert all(quirk.homes and set(quirk.homes) <= set(ENGINES) and quirk.reason.source for quirk in QUIRKS)

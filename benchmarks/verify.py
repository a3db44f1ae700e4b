"""Verification beside copying: what both sides at once cost, and how fast each engine digests its own rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks.measure import Measured
from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings import types as t
from mappings.schema import Column, Table

ROUNDS = 2
ONE_PROCESS = "SET max_parallel_workers_per_gather = 0"


def rates(label: str, url: str, *settings: str) -> None:
    """Prints how many rows a second one connection digests, all columns hashed; JSON as the text that is printed."""
    with connect(parse_url(url)) as session:
        for setting in settings:
            session.query(setting)
        (table,) = session.reflect(()).tables
        columns = tuple(map(_as_text, table.columns))
        rows, seconds = min((_timed(session, table, columns) for _ in range(ROUNDS)), key=lambda each: each[1])
    print(f"  {label}: {rows / seconds:,.0f} rows/s")


def _as_text(column: Column) -> Column:
    return replace(column, type=t.Json()) if isinstance(column.type, t.Json) else column


def _timed(session: Session, table: Table, columns: Sequence[Column]) -> tuple[int, float]:
    began = time.monotonic()
    digest = session.digest(table, tuple(columns), None)
    assert digest is not None
    return digest.rows, time.monotonic() - began


def say(pair: str, copied: float, verified: Measured) -> None:
    """Prints the share that verifying both sides at once has of copying without verification."""
    share = verified.seconds / copied
    print(f"  verify {pair}: {verified.seconds:.1f} s, {share:.2f} of the {copied:.1f} s that the copy took")
    print(f"    client CPU {verified.cpu:.1f} s, peak resident {verified.peak_mb:.0f} MB")

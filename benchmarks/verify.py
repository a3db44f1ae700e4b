"""Verification beside copying: what both sides at once cost, how fast each engine digests its own rows, and what it
costs to find and name rows that differ, beside one digest of both tables and beside reladiff."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlsplit

import transfer
from benchmarks.measure import Measured, measured
from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings import types as t
from mappings.schema import Column, Table

ROUNDS = 2
ONE_PROCESS = "SET max_parallel_workers_per_gather = 0"
PLANTED = (
    "UPDATE wide SET name = 'Customer number 777777 Muller' WHERE id = {third}",
    "UPDATE wide SET price = price + 0.01 WHERE id = {half}",
    "DELETE FROM wide WHERE id = {quarter}",
    "INSERT INTO wide SELECT id + 9999999, customer, token, name, price, weight, quantity, active, score, born, "
    "happened, recorded, note, extra FROM wide WHERE id = {third}",
)
"""Two values, a row too few, a row too many, in four places far apart."""
COLUMNS = "customer name price weight quantity score born happened note"
"""What reladiff compares alike on PostgreSQL and MySQL: no uuid, boolean, instant and JSON."""


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


def planted(rows: int) -> list[str]:
    """The statements that make four rows differ."""
    return [statement.format(quarter=rows // 4, third=rows // 3, half=rows // 2) for statement in PLANTED]


def whole_digests(source: str, target: str) -> float:
    """Seconds for one digest of each table, both databases at work at once: what any proof of all values costs."""
    with connect(parse_url(source)) as one, connect(parse_url(target)) as other, ThreadPoolExecutor(2) as pool:
        pairs = [(session, session.reflect(()).tables[0]) for session in (one, other)]
        began = time.monotonic()
        for done in [
            pool.submit(_timed, session, table, tuple(map(_as_text, table.columns))) for session, table in pairs
        ]:
            done.result()
        return time.monotonic() - began


def search(pair: str, source: str, target: str, statements: Sequence[str], execute: Callable[[str], object]) -> None:
    """Prints what it costs to verify two equal tables, and to find and name four rows that differ."""
    hashed = min(whole_digests(source, target) for _ in range(ROUNDS))
    equal = min((transfer.verify(source, target) for _ in range(ROUNDS)), key=lambda report: report.seconds)
    for statement in statements:
        execute(statement)
    found = min((transfer.verify(source, target) for _ in range(ROUNDS)), key=lambda report: report.seconds)
    print(f"  {pair}: one digest of both tables {hashed:.2f} s")
    print(f"    verify, equal: {equal.seconds:.2f} s, {equal.seconds / hashed:.2f} of it ({equal.status})")
    print(f"    verify, four rows differ: {found.seconds:.2f} s, {found.seconds / hashed:.2f} of it")
    for each in found.differences:
        print(f"      {each.kind} {each.key} {each.column}")


def reladiff(program: str, source: str, target: str) -> None:
    """Prints what reladiff takes for the columns that it can compare, and how many rows it tells of."""
    command = [program, *map(_for_reladiff, (source, "wide", target, "wide")), "-k", "id"]
    for column in COLUMNS.split():
        command += ["-c", column]
    done = measured([*command, "--stats"])
    print(f"    reladiff, {len(COLUMNS.split())} columns: {done.seconds:.2f} s, client CPU {done.cpu:.1f} s")


def _for_reladiff(url: str) -> str:
    return url.replace("mariadb://", "mysql://", 1) if urlsplit(url).scheme == "mariadb" else url

"""Options of a run's patience and politeness, and how they become one value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from transfer.manners import DEFAULT_LOCK_TIMEOUT, DEFAULT_TRIES, Manners, parse_rate

Command = Callable[..., Any]
SECONDS = click.FloatRange(0, min_open=True)

OPTIONS = (
    click.option(
        "--max-lag",
        type=SECONDS,
        metavar="SECONDS",
        help="Pause reading while the source's replication is further behind.",
    ),
    click.option(
        "--max-load",
        type=click.IntRange(1),
        metavar="N",
        help="Pause reading while the source works on more than N statements.",
    ),
    click.option("--chunk-time", type=SECONDS, metavar="SECONDS", help="Cut chunks that take no longer than this."),
    click.option(
        "--max-rate", default="", metavar="RATE", help="Read no more, all workers together: 5000 rows/s, 10MB/s."
    ),
    click.option(
        "--stall-timeout",
        type=SECONDS,
        metavar="SECONDS",
        help="End the run, to be resumed, when a worker waits so long for a server.  [default: only say it]",
    ),
    click.option(
        "--lock-timeout",
        type=SECONDS,
        default=DEFAULT_LOCK_TIMEOUT,
        show_default=True,
        metavar="SECONDS",
        help="How long a statement on the target waits for a lock of others.",
    ),
    click.option(
        "--tries",
        type=click.IntRange(1, 100),
        default=DEFAULT_TRIES,
        show_default=True,
        help="How often a chunk or step is tried that a fault has ended.",
    ),
)
"""In reverse, as decorators are applied."""


def behaving(command: Command) -> Command:
    """All of these; the command gets them as `manners`."""

    @functools.wraps(command)
    def behaved(
        *,
        tries: int,
        lock_timeout: float,
        stall_timeout: float | None,
        max_rate: str,
        chunk_time: float | None,
        max_load: int | None,
        max_lag: float | None,
        **others: Any,
    ) -> Any:
        rows, octets = parse_rate(max_rate) if max_rate else (None, None)
        manners = Manners(
            tries=tries,
            lock_timeout=lock_timeout,
            stall_timeout=stall_timeout,
            max_rows=rows,
            max_octets=octets,
            chunk_time=chunk_time,
            max_load=max_load,
            max_lag=max_lag,
        )
        return command(manners=manners, **others)

    for option in OPTIONS:
        behaved = option(behaved)
    return behaved

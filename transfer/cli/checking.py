"""How a verification compares: its options as one value of transfer.verify_options."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from transfer.conditions import share_of
from transfer.verify_options import DEFAULT_MAX_DIFFERENCES, DEFAULT_RECHECK_DELAY, VerifyOptions

Command = Callable[..., Any]


def how(command: Command) -> Command:
    """All options below; the command gets them as one `asked`."""

    @functools.wraps(command)
    def asked(
        *,
        float_tolerance: float,
        max_differences: int,
        sample: str,
        columns: tuple[str, ...],
        where: str,
        rechecks: int,
        recheck_delay: float,
        state: str,
        **others: Any,
    ) -> Any:
        options = VerifyOptions(
            float_tolerance=float_tolerance,
            max_differences=max_differences,
            sample=share_of(sample),
            columns=columns,
            where=where,
            rechecks=rechecks,
            recheck_delay=recheck_delay,
            state=state,
        )
        return command(asked=options, **others)

    for option in OPTIONS:
        asked = option(asked)
    return asked


OPTIONS = (
    click.option(
        "--state",
        default="",
        metavar="FILE",
        help="Keep what is equal already, and go on from there next time. No value of a row is in it.",
    ),
    click.option(
        "--recheck-delay",
        type=click.FloatRange(0),
        default=DEFAULT_RECHECK_DELAY,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait before each.",
    ),
    click.option(
        "--rechecks",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Read rows that differ again so many times; only what differs each time is told.",
    ),
    click.option(
        "--where",
        default="",
        metavar="CONDITION",
        help="Only rows for which COLUMN OP VALUE holds: 'id >= 1000'. OP: = != < <= > >=.",
    ),
    click.option(
        "--columns",
        multiple=True,
        metavar="PATTERN",
        help="Only these columns of the target, as COLUMN or TABLE.COLUMN; repeatable.",
    ),
    click.option(
        "--sample",
        default="100%",
        show_default=True,
        metavar="SHARE",
        help="Only a share of the keys, such as 5%: the same ones each time. Exit 5 when they are equal.",
    ),
    click.option(
        "--max-differences",
        type=click.IntRange(0),
        default=DEFAULT_MAX_DIFFERENCES,
        show_default=True,
        metavar="N",
        help="Rows shown of each table; all are counted.",
    ),
    click.option(
        "--float-tolerance",
        type=click.FloatRange(0),
        default=0.0,
        show_default=True,
        metavar="SHARE",
        help="Floats that differ by no more than this times the greater one are counted apart.",
    ),
)
"""In reverse, as decorators are applied."""

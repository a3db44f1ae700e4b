"""When something is tried again, how often, and after how long. What is tried must know by itself whether it was done
already: a connection that is lost in a COMMIT does not say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import tenacity

from mappings.errors import ConnectionRefused, Locked, TransferError
from transfer.manners import Manners

T = TypeVar("T")
LONGEST_PAUSE = 60.0
"""Seconds."""


def persistently(
    work: Callable[[], T], manners: Manners, *, rest: Callable[[float], None], say: Callable[[str], None]
) -> T:
    """What `work` returns, tried again after a fault that passes. `rest` waits, and raises where the run ends; `say` is
    told each fault and when it is tried again. The last fault is raised, saying how often it was tried."""

    def tell(state: tenacity.RetryCallState) -> None:
        say(_told(state, manners))

    def give_up(state: tenacity.RetryCallState) -> T:
        error = _error(state)
        if isinstance(error, TransferError) and manners.tries > 1:
            error.hint = "\n".join(filter(None, (error.hint, f"It was tried {manners.tries} times.")))
        raise error

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(manners.tries),
        wait=tenacity.wait_exponential(manners.pause, LONGEST_PAUSE) + tenacity.wait_random(0, manners.pause / 2),
        retry=_passes,
        sleep=rest,
        before_sleep=tell,
        retry_error_callback=give_up,
    )
    return retrying(work)


def _error(state: tenacity.RetryCallState) -> BaseException:
    error = state.outcome.exception() if state.outcome is not None else None
    if error is None:
        raise AssertionError("asked only after a failure")
    return error


def _passes(state: tenacity.RetryCallState) -> bool:
    """Whether another try may go better. Once there was a connection, a server that takes none, or that still keeps the
    locks of the one that was lost, is about to come back."""
    error = state.outcome.exception() if state.outcome is not None else None
    if isinstance(error, ConnectionRefused | Locked):
        return state.attempt_number > 1
    return isinstance(error, TransferError) and error.retryable


def _told(state: tenacity.RetryCallState, manners: Manners) -> str:
    pause = state.next_action.sleep if state.next_action is not None else 0.0
    return f"{_error(state)}; try {state.attempt_number + 1} of {manners.tries} in {pause:.1f} s"

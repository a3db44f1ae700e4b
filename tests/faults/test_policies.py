"""Trying again, keeping a rate, and telling of stalls: without any server."""

from __future__ import annotations

import threading
import time
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects.base import Session
from mappings.errors import ConfigurationError, ConnectionLost, ConnectionRefused, StorageFull, TransferError
from mappings.schema import TableName
from transfer.config import Options, parse_on_error
from transfer.manners import Manners, parse_rate
from transfer.pacing import Bucket
from transfer.retrying import persistently
from transfer.watching import QUIET, Watch
from transfer.workers import Crew

QUICK = Manners(tries=3, pause=0.0)


def tried(*errors: Exception) -> tuple[int, list[str], object]:
    """How often it was tried, what was said, and what came out."""
    left, said, tries = list(errors), list[str](), list[int]()

    def work() -> str:
        tries.append(1)
        if left:
            raise left.pop(0)
        return "done"

    try:
        outcome: object = persistently(work, QUICK, rest=lambda _: None, say=said.append)
    except TransferError as error:
        outcome = error
    return len(tries), said, outcome


def test_what_passes_is_tried_again_and_told() -> None:
    assert tried(ConnectionLost("gone", where="t, chunk 1"))[0::2] == (2, "done")
    assert tried(ConnectionLost("gone", where="t, chunk 1"))[1] == ["t, chunk 1: gone; try 2 of 3 in 0.0 s"]


def test_tries_are_bounded_and_the_last_fault_is_raised() -> None:
    faults = [ConnectionLost(f"gone {number}") for number in range(5)]
    tries, said, outcome = tried(*faults)
    assert (tries, len(said), outcome) == (3, 2, faults[2])
    assert faults[2].hint == "It was tried 3 times."


def test_what_stays_is_not_tried_again() -> None:
    assert tried(StorageFull("full"))[0] == 1
    assert tried(ConnectionRefused("no"))[0] == 1


def test_a_server_that_was_there_may_refuse_for_a_while() -> None:
    assert tried(ConnectionLost("gone"), ConnectionRefused("starting up"))[0::2] == (3, "done")


def test_a_worker_that_waits_ends_with_its_crew() -> None:
    """A pause of a minute does not keep the others waiting."""
    crew = Crew([(cast(Session, Connection()),)])
    began = time.monotonic()

    def work(_: Session) -> None:
        threading.Timer(0.05, crew.fail, [StorageFull("elsewhere")]).start()
        persistently(_lose, Manners(pause=60), rest=crew.rest, say=lambda _: None)

    with pytest.raises(StorageFull, match="elsewhere"):
        crew.run(work)
    assert time.monotonic() - began < 30


class Connection:
    """The part of a session that can be cancelled."""

    def cancel(self) -> None: ...


def _lose() -> None:
    raise ConnectionLost("gone")


@given(st.floats(1, 1e6), st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1e6)), min_size=1, max_size=40))
def test_a_bucket_never_gives_more_than_its_rate(rate: float, takes: list[tuple[float, float]]) -> None:
    """Whatever is taken, and whenever: what was passed on is what the time allows, and one second's worth."""
    now, passed = 0.0, 0.0
    bucket = Bucket(rate, lambda: now)
    for idle, amount in takes:
        now += idle
        now += bucket.take(amount)
        passed += amount
        assert passed <= rate * (now + 1) * (1 + 1e-6) + 1e-3


@pytest.mark.parametrize("text, rate", [("500", (500, None)), ("10MB/s", (None, 1e7)), ("1.5kB", (None, 1500))])
def test_rates(text: str, rate: tuple[float | None, float | None]) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "0", "fast", "-1", "5 parsecs"])
def test_no_rates(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_rate(text)


def test_rejects_by_table() -> None:
    on_error, own = parse_on_error(["t*=reject", "tt=stop"])
    options = Options(on_error=on_error, on_error_of=own)
    told = [options.rejects(TableName("", name)) for name in ("t1", "tt", "x")]
    assert (told, options.rejecting) == ([True, False, False], True)
    with pytest.raises(ConfigurationError):
        parse_on_error(["t=ignore"])


def test_a_stall_is_told_every_half_minute_and_ends_the_run_where_it_should() -> None:
    said, ended = list[str](), list[TransferError]()
    watch = Watch(said.append, ended.append, 100.0)
    place = watch.place()
    place.at("item, chunk 3", "target")
    for seconds in (QUIET - 1, QUIET + 1, QUIET + 2, 2 * QUIET + 1, 99):
        watch.look(place.moved + seconds)
    assert [message.partition(" for ")[0] for message in said] == ["item, chunk 3: nothing has moved"] * 3
    assert "it waits for the target" in said[0] and not ended
    watch.look(place.moved + 101)
    assert [error.where for error in ended] == ["item, chunk 3"]

"""Reading ahead in a thread: order, limits, exceptions carried over, and an end whatever the producer does."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from transfer.copier import AHEAD, ahead

SOON = 5.0


class Producer:
    """Numbers without an end, or up to `count`, or until it fails; remembers what became of it."""

    def __init__(self, count: int | None = None, error: BaseException | None = None, pause: float = 0.0) -> None:
        self.made = 0
        self.closed = threading.Event()
        self._count, self._error, self._pause = count, error, pause

    def __iter__(self) -> Iterator[Any]:
        try:
            while self._count is None or self.made < self._count:
                self.made += 1
                time.sleep(self._pause)
                yield self.made
            if self._error is not None:
                raise self._error
        finally:
            self.closed.set()


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reader"]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert readers() == []


@pytest.mark.parametrize("count", [0, 1, AHEAD, AHEAD + 1, 50])
def test_all_items_come_in_order(count: int) -> None:
    producer = Producer(count)
    assert list(ahead(iter(producer))) == list(range(1, count + 1))
    assert producer.closed.is_set()


def test_after_the_end_there_is_only_the_end() -> None:
    items = ahead(iter(Producer(1)))
    assert [next(items, None) for _ in range(3)] == [1, None, None]
    items.close()
    assert next(items, None) is None


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_an_exception_is_raised_where_the_items_are_taken(error: BaseException) -> None:
    items = ahead(iter(Producer(2, error)))
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(type(error)) as caught:
        next(items)
    assert caught.value is error
    assert next(items, "the end") == "the end"


def test_the_producer_is_never_far_ahead() -> None:
    producer = Producer()
    items = ahead(iter(producer))
    assert next(items) == 1
    deadline = time.monotonic() + SOON
    while producer.made < AHEAD + 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert producer.made == AHEAD + 2
    items.close()


@pytest.mark.parametrize("taken", [0, 1, 5])
@pytest.mark.parametrize("pause", [0.0, 0.05])
def test_close_stops_an_endless_producer_and_closes_it(taken: int, pause: float) -> None:
    producer = Producer(pause=pause)
    items = ahead(iter(producer))
    assert [next(items) for _ in range(taken)] == list(range(1, taken + 1))
    began = time.monotonic()
    items.close()
    assert time.monotonic() - began < SOON
    assert producer.closed.is_set()


def test_close_waits_for_the_item_that_a_slow_producer_is_at() -> None:
    producer = Producer(pause=0.3)
    items = ahead(iter(producer))
    items.close()
    assert producer.made == 1
    assert producer.closed.is_set()


def test_close_twice_and_after_the_end_does_nothing() -> None:
    items = ahead(iter(Producer(1)))
    assert list(items) == [1]
    items.close()
    items.close()


def test_an_iterator_that_fails_while_it_is_closed_is_forgotten() -> None:
    def stubborn() -> Iterator[Any]:
        try:
            while True:
                yield 1
        finally:
            raise ValueError("the connection is gone")

    items = ahead(stubborn())
    next(items)
    items.close()


def test_an_iterator_without_close_will_do() -> None:
    assert list(ahead(iter([1, 2]))) == [1, 2]

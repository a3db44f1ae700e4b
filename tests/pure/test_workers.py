"""Workers run side by side; the first error, Ctrl-C or SIGTERM ends all of them, and is what the caller sees."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from dialects.base import Session
from mappings.errors import ConnectionLost, Stopped
from transfer.workers import Crew, Terminated

SOON = 5.0


class Connection:
    """The part of a session that can be cancelled."""

    def __init__(self, *, gone: bool = False) -> None:
        self.cancelled = threading.Event()
        self._gone = gone

    def cancel(self) -> None:
        self.cancelled.set()
        if self._gone:
            raise ConnectionLost("gone")

    def busy(self) -> None:
        """A statement that runs until it is cancelled."""
        assert self.cancelled.wait(SOON), "nobody cancelled"
        raise ConnectionLost("cancelled")


def crew(*connections: Connection) -> Crew:
    return Crew([(cast(Session, connection),) for connection in connections])


def test_each_worker_gets_sessions_of_its_own() -> None:
    connections = [Connection() for _ in range(3)]
    seen: list[tuple[Any, str]] = []
    crew(*connections).run(lambda session: seen.append((session, threading.current_thread().name)))
    assert {session for session, _ in seen} == set(connections)
    assert {name for _, name in seen} == {"worker-1", "worker-2", "worker-3"}
    assert not any(connection.cancelled.is_set() for connection in connections)


def test_the_first_error_is_raised_and_the_others_are_cancelled() -> None:
    failing, busy, gone = Connection(), Connection(), Connection(gone=True)
    error = ValueError("no")

    def work(session: Any) -> None:
        if session is failing:
            raise error
        session.busy()

    with pytest.raises(ValueError, match="no") as caught:
        crew(failing, gone, busy).run(work)
    assert caught.value is error
    assert busy.cancelled.is_set()


def test_a_worker_may_ask_whether_to_go_on() -> None:
    connections = [Connection(), Connection()]
    crew_of_two = crew(*connections)
    began = threading.Barrier(2)

    def work(session: Any) -> None:
        began.wait(SOON)
        if session is connections[0]:
            raise ValueError("no")
        while not crew_of_two.stopping:
            session.cancelled.wait(0.01)

    with pytest.raises(ValueError, match="no"):
        crew_of_two.run(work)
    assert crew_of_two.stopping


@pytest.fixture
def terminable() -> Iterator[None]:
    """SIGTERM as the command line handles it."""

    def handle(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, handle)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("terminable")
def test_a_signal_stops_all_workers_cleanly(number: signal.Signals) -> None:
    connections = [Connection(), Connection()]
    ended: list[Connection] = []
    began = threading.Barrier(2)

    def work(session: Any) -> None:
        began.wait(SOON)
        if session is connections[0]:
            time.sleep(0.05)
            signal.raise_signal(number)
        try:
            session.busy()
        finally:
            time.sleep(0.3)
            ended.append(session)

    with pytest.raises(Stopped) as caught:
        crew(*connections).run(cast(Callable[..., None], work))
    assert caught.value.exit_code == 128 + number
    assert set(ended) == set(connections)

"""Runs one piece of work in several threads, and ends all of them when one fails or the user stops the run."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeVar

from dialects.base import Session
from mappings.errors import Stopped, TransferError

T = TypeVar("T")


class Terminated(KeyboardInterrupt):
    """SIGTERM, raised in the main thread by the command line's handler."""


def signal_of(stop: KeyboardInterrupt) -> int:
    """The number of the signal that became this exception."""
    return signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT


SEVER_AFTER, LEAVE_AFTER = 20.0, 60.0
"""Seconds after which a worker that was told to end, and waits for a server that does not answer, has its connections
broken, and after which it is left to itself."""
CANCELLING = 12.0
"""Seconds for a server to answer that it has cancelled."""


class Ended(Exception):
    """Raised in a worker that rests, or is about to commit, when the run ends: nobody sees it."""


def taken(waiting: SimpleQueue[T]) -> T | None:
    """The next of what waits for several workers; None when nothing does."""
    try:
        return waiting.get_nowait()
    except Empty:
        return None


class Crew:
    """Workers, each with sessions of its own. Database work never runs in the main thread: a driver may take over
    SIGINT there (ADBC does)."""

    def __init__(self, sessions: Iterable[tuple[Session, ...]]) -> None:
        self._sessions = tuple(sessions)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._error: BaseException | None = None
        self._ending: float | None = None
        self._severed = False

    @property
    def stopping(self) -> bool:
        """True once a worker should take no new work."""
        return self._stop.is_set()

    def rest(self, seconds: float) -> None:
        """Called by a worker: wait. Ended when the crew is to stop meanwhile."""
        if self._stop.wait(seconds):
            raise Ended

    def go_on(self) -> None:
        """Called by a worker before it commits: Ended when nobody waits for it any more."""
        if self._ending is not None and time.monotonic() - self._ending > LEAVE_AFTER:
            raise Ended

    def fail(self, error: BaseException) -> None:
        """End all workers with this error, from any thread."""
        with self._lock:
            first = self._error is None and not self._stop.is_set()
            if first:
                self._error = error
        if first:
            self._end()

    def run(self, work: Callable[..., None]) -> None:
        """`work(*sessions)` once per worker. Raises the first worker's error, or Stopped after Ctrl-C or SIGTERM;
        by then every worker has ended and rolled back, or waits for a server that is silent, and will never commit."""
        ended = threading.Event()
        threading.Thread(target=self._all, args=(work, ended), name="crew", daemon=True).start()
        interrupted = self._wait(ended)
        if interrupted is not None:
            raise Stopped("stopped; no chunk was left half-written", signal_number=interrupted)
        if self._error is not None:
            raise self._error

    def _all(self, work: Callable[..., None], ended: threading.Event) -> None:
        """Start and join the workers. Not in the main thread: a `join` that a signal interrupts there takes the
        thread for dead, https://github.com/python/cpython/issues/90882"""
        threads = [
            threading.Thread(target=self._guarded, args=(work, sessions), name=f"worker-{number}", daemon=True)
            for number, sessions in enumerate(self._sessions, 1)
        ]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            ended.set()

    def _wait(self, ended: threading.Event) -> int | None:
        """Wait for all; the signal's number when one asked to stop meanwhile."""
        interrupted: int | None = None
        while True:
            try:
                while not ended.wait(0.1) and not self._left():
                    pass
                return interrupted
            except KeyboardInterrupt as stop:
                interrupted = signal_of(stop)
                self._end()

    def _guarded(self, work: Callable[..., None], sessions: tuple[Session, ...]) -> None:
        try:
            work(*sessions)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread by run()
            self.fail(error)

    def _left(self) -> bool:
        """Whether those who have not ended are left to themselves; before that their connections are broken."""
        ending = 0.0 if self._ending is None else time.monotonic() - self._ending
        if ending > SEVER_AFTER and not self._severed:
            self._severed = True
            for session in self._all_sessions():
                session.sever()
        return ending > LEAVE_AFTER

    def _all_sessions(self) -> list[Session]:
        return [session for sessions in self._sessions for session in sessions]

    def _end(self) -> None:
        self._stop.set()
        self._ending = time.monotonic() if self._ending is None else self._ending
        bounded(CANCELLING, *(session.cancel for session in self._all_sessions()))


def bounded(seconds: float, *calls: Callable[[], None]) -> None:
    """Make these calls at once, and wait for them no longer than this. What they raise says that a server is gone."""

    def make(call: Callable[[], None]) -> None:
        with suppress(TransferError):
            call()

    threads = [threading.Thread(target=make, args=(call,), name="bounded", daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))

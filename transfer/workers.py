"""Runs one piece of work in several threads, and ends all of them when one fails or the user stops the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable

from dialects.base import Session
from mappings.errors import Stopped, TransferError


class Terminated(KeyboardInterrupt):
    """SIGTERM, raised in the main thread by the command line's handler."""


class Crew:
    """Workers, each with sessions of its own. Database work never runs in the main thread: a driver may take over
    SIGINT there (ADBC does)."""

    def __init__(self, sessions: Iterable[tuple[Session, ...]]) -> None:
        self._sessions = tuple(sessions)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._error: BaseException | None = None

    @property
    def stopping(self) -> bool:
        """True once a worker should take no new work."""
        return self._stop.is_set()

    def run(self, work: Callable[..., None]) -> None:
        """`work(*sessions)` once per worker. Raises the first worker's error, or Stopped after Ctrl-C or SIGTERM;
        by then every worker has ended and rolled back."""
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
                while not ended.wait(0.1):
                    pass
                return interrupted
            except KeyboardInterrupt as stop:
                interrupted = signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT
                self._end()

    def _guarded(self, work: Callable[..., None], sessions: tuple[Session, ...]) -> None:
        try:
            work(*sessions)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread by run()
            with self._lock:
                first = self._error is None and not self._stop.is_set()
                if first:
                    self._error = error
            if first:
                self._end()

    def _end(self) -> None:
        self._stop.set()
        for session in (session for sessions in self._sessions for session in sessions):
            try:
                session.cancel()
            except TransferError:
                continue  # a session that is gone needs no cancelling

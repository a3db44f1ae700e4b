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
        ended = [threading.Event() for _ in self._sessions]
        for number, (sessions, end) in enumerate(zip(self._sessions, ended, strict=True), 1):
            name, args = f"worker-{number}", (work, sessions, end)
            threading.Thread(target=self._guarded, args=args, name=name, daemon=True).start()
        interrupted = self._wait(ended)
        if interrupted is not None:
            raise Stopped("stopped; no chunk was left half-written", signal_number=interrupted)
        if self._error is not None:
            raise self._error

    def _wait(self, ended: list[threading.Event]) -> int | None:
        """Wait for all; the signal's number when one asked to stop meanwhile. Events, for a Thread.join that a
        signal interrupts may take a running thread for ended (https://github.com/python/cpython/issues/90882)."""
        interrupted: int | None = None
        while True:
            try:
                if interrupted is not None and not self.stopping:
                    self._end()
                if all(end.is_set() for end in ended):
                    return interrupted
                for end in ended:
                    end.wait(0.1)
            except KeyboardInterrupt as stop:
                interrupted = signal.SIGTERM if isinstance(stop, Terminated) else signal.SIGINT

    def _guarded(self, work: Callable[..., None], sessions: tuple[Session, ...], ended: threading.Event) -> None:
        try:
            work(*sessions)
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread by run()
            with self._lock:
                first = self._error is None and not self._stop.is_set()
                if first:
                    self._error = error
            if first:
                self._end()
        finally:
            ended.set()

    def _end(self) -> None:
        self._stop.set()
        for session in (session for sessions in self._sessions for session in sessions):
            try:
                session.cancel()
            except TransferError:
                continue  # a session that is gone needs no cancelling

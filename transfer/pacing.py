"""Politeness: a run that takes no more rows or bytes a second than it may, and rests while the source is busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from dialects import connect
from dialects.base import Session
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, DatabaseError
from transfer.manners import Manners

Rest = Callable[[float], None]
"""Waits some seconds, and raises where the run ends meanwhile."""
EVERY = 1.0
"""Seconds between two questions to the source."""


class Bucket:
    """Tokens that fill up by `rate` a second, at most one second's worth. Thread-safe."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = rate, clock
        self._tokens, self._filled = rate, clock()
        self._lock = threading.Lock()

    def take(self, amount: float) -> float:
        """Take tokens, also such as are not there yet; the seconds after which they are."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._rate, self._tokens + (now - self._filled) * self._rate)
            self._filled = now
            self._tokens -= amount
            return max(0.0, -self._tokens / self._rate)


class Pace:
    """One for all workers of a run. `close` it."""

    def __init__(self, source: DatabaseUrl, manners: Manners, say: Callable[[str], None]) -> None:
        """ConfigurationError where the source cannot tell what it is to be asked."""
        self._source, self._manners, self._say = source, manners, say
        self._rows = Bucket(manners.max_rows) if manners.max_rows else None
        self._octets = Bucket(manners.max_octets) if manners.max_octets else None
        self._lock = threading.Lock()
        self._asked = float("-inf")
        self._session: Session | None = None
        if manners.max_load is not None or manners.max_lag is not None:
            self._session = connect(source)
            self._busy()

    def batch_rows(self, wanted: int) -> int:
        """Of a batch, so that waiting for it is short."""
        return wanted if self._manners.max_rows is None else max(1, min(wanted, round(self._manners.max_rows)))

    def take(self, rows: int, octets: int, rest: Rest) -> None:
        """Wait until these may be passed on."""
        seconds = max(
            self._rows.take(rows) if self._rows is not None else 0.0,
            self._octets.take(octets) if self._octets is not None else 0.0,
        )
        if seconds:
            rest(seconds)
        self.await_leisure(rest)

    def await_leisure(self, rest: Rest) -> None:
        """Wait while the source is busier than it may be; all workers do when one does."""
        if self._session is None:
            return
        with self._lock:
            if time.monotonic() - self._asked < EVERY:
                return
            reason = self._busy()
            if reason:
                self._say(f"reading pauses: {reason}")
                while self._busy():
                    rest(EVERY)
                self._say("reading goes on")
            self._asked = time.monotonic()

    def close(self) -> None:
        if self._session is not None:
            self._session.close()

    def _busy(self) -> str:
        """Why reading must pause, empty when it need not."""
        load, lag = self._answers()
        if self._manners.max_load is not None and load is not None and load > self._manners.max_load:
            return f"the source works on {load} statements, more than --max-load {self._manners.max_load}"
        if self._manners.max_lag is not None and lag is not None and lag > self._manners.max_lag:
            return f"the source's replication is {lag:.1f} s behind, more than --max-lag {self._manners.max_lag:g}"
        return ""

    def _answers(self) -> tuple[int | None, float | None]:
        try:
            return self._ask()
        except DatabaseError:
            if self._session is not None:
                self._session.close()
            self._session = connect(self._source)
            return self._ask()

    def _ask(self) -> tuple[int | None, float | None]:
        assert self._session is not None
        load = self._told("--max-load", self._session.load()) if self._manners.max_load is not None else None
        lag = self._told("--max-lag", self._session.lag()) if self._manners.max_lag is not None else None
        return (None if load is None else int(load)), lag

    def _told(self, option: str, answer: float | None) -> float:
        if answer is None:
            raise ConfigurationError(
                f"the source cannot tell what {option} asks for",
                hint="give the user the right to see it (pg_read_all_stats, REPLICATION CLIENT, VIEW SERVER STATE), or "
                "leave the option out",
            )
        return answer

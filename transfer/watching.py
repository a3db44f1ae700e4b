"""Says when nothing moves: since when, in which table and chunk, and for which side it waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from mappings.errors import ConnectionLost, TransferError

Side = Literal["source", "target"]
QUIET = 30.0
"""Seconds without a move after which, and between which, it is said."""
TICK = 0.5


@dataclass
class Place:
    """What one worker is at. Written by its threads, read by the watch."""

    what: str = ""
    """The table and chunk; empty when it waits for no server."""
    side: Side = "source"
    moved: float = field(default_factory=time.monotonic)
    told: int = 0

    def at(self, what: str, side: Side) -> None:
        """It begins to wait for that side."""
        self.what, self.side = what, side
        self.move()

    def move(self) -> None:
        self.moved, self.told = time.monotonic(), 0

    def leave(self) -> None:
        """It waits for nobody."""
        self.what = ""


class Watch:
    """Looks at all places while it is entered."""

    def __init__(
        self, say: Callable[[str], None], stalled: Callable[[TransferError], None], timeout: float | None
    ) -> None:
        """`stalled` is called once, when something has waited for `timeout` seconds."""
        self._say, self._stalled, self._timeout = say, stalled, timeout
        self._places: list[Place] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def place(self) -> Place:
        made = Place()
        self._places.append(made)
        return made

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(TICK):
            self.look(time.monotonic())

    def look(self, now: float) -> None:
        """Tell what has not moved for long, as of `now` on the monotonic clock."""
        for place in [place for place in self._places if place.what]:
            idle = now - place.moved
            if idle >= QUIET * (place.told + 1):
                place.told = int(idle // QUIET)
                self._say(f"{place.what}: {_told(place, idle)}")
            if self._timeout is not None and idle >= self._timeout and not self._over.is_set():
                self._over.set()
                hint = f"see what the {place.side} server waits for: a lock, its disk, or the network"
                self._stalled(ConnectionLost(_told(place, idle), hint=hint, where=place.what))


def _told(place: Place, idle: float) -> str:
    since = datetime.now(UTC) - timedelta(seconds=idle)
    return f"nothing has moved for {idle:.0f} s, since {since:%H:%M:%S} UTC; it waits for the {place.side}"

"""Copies, and is killed at the nth thing that it notes: `python -m tests.journal.dying SOURCE TARGET N JOBS`.

Prints how many such things there were when it lived through all of them.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import transfer
from dialects import connect
from dialects.url import parse_url
from transfer.config import Options
from transfer.journal import Journal

CHUNK_BYTES = 4_000
NOTED = ("claim", "prepare", "open", "note", "step", "chunk", "close")


class Fate:
    """Counts what happens, before and after it does, and ends the process at `last`."""

    def __init__(self, last: int) -> None:
        self._last = last
        self._lock = threading.Lock()
        self.count = 0

    def happens(self) -> None:
        with self._lock:
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def watched(*arguments: Any, **named: Any) -> Any:
            self.happens()
            result = method(*arguments, **named)
            self.happens()
            return result

        return watched


def main(source: str, target: str, last: int, jobs: int) -> None:
    fate = Fate(last)
    with connect(parse_url(target), writable=True) as session:
        sessions = type(session)
    for name in NOTED:
        setattr(Journal, name, fate.around(getattr(Journal, name)))
    for name in ("commit", "execute"):
        setattr(sessions, name, fate.around(getattr(sessions, name)))
    options = Options(jobs=jobs, chunk_bytes=CHUNK_BYTES)
    report = transfer.copy(transfer.plan(source, target, options), source=source, target=target, options=options)
    print(report.status, fate.count)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))

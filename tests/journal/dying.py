"""Copies, and is killed at something that it notes: `python -m tests.journal.dying SOURCE TARGET WHEN JOBS`.

WHEN is a number, of all such things, or a name and a number, such as `chunk 5`: each call counts twice, before it is
made and after. Prints how many there were when the process lived through all of them.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import transfer
from dialects import connect
from dialects.url import parse_url
from transfer import cutting
from transfer.config import IfExists, Options
from transfer.journal import Journal

CHUNK_BYTES = 4_000
NOTED = ("claim", "prepare", "open", "note", "step", "chunk", "close")


class Fate:
    """Counts what happens, before and after it does, and ends the process at `last`."""

    def __init__(self, last: str) -> None:
        self._last = last
        self._lock = threading.Lock()
        self._counts = Counter[str]()

    @property
    def steps(self) -> int:
        """How often a step began or ended."""
        return self._counts["step"]

    @property
    def count(self) -> int:
        return self._counts.total()

    def happens(self, name: str) -> None:
        with self._lock:
            self._counts[name] += 1
            if self._last in (str(self.count), f"{name} {self._counts[name]}"):
                os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def watched(*arguments: Any, **named: Any) -> Any:
            self.happens(name)
            result = method(*arguments, **named)
            self.happens(name)
            return result

        return watched


def main(source: str, target: str, last: str, jobs: int, if_exists: IfExists = "fail") -> None:
    fate = Fate(last)
    cutting.LEAST_ROWS = 1
    with connect(parse_url(target), writable=True) as session:
        sessions = type(session)
    for name in NOTED:
        setattr(Journal, name, fate.around(name, getattr(Journal, name)))
    for name in ("commit", "execute"):
        setattr(sessions, name, fate.around(name, getattr(sessions, name)))
    options = Options(jobs=jobs, chunk_bytes=CHUNK_BYTES, if_exists=if_exists)
    report = transfer.copy(transfer.plan(source, target, options), source=source, target=target, options=options)
    print(report.status, fate.count, fate.steps)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), *sys.argv[5:])  # type: ignore[arg-type]

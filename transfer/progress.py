"""Progress as events, shown as bars on a terminal and as JSON lines elsewhere. The only file that knows tqdm."""

from __future__ import annotations

import itertools
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from tqdm import tqdm

EVERY = 10.0
"""Seconds between two lines where there is no terminal."""


class Progress(Protocol):
    """What a run tells. Called from several threads at once."""

    def phase(self, name: str, tables: Mapping[str, int | None]) -> None:
        """A phase begins: its tables with the rows expected in each, None when unknown."""

    def rows(self, table: str, count: int) -> None: ...

    def done(self, table: str) -> None: ...

    def say(self, message: str) -> None:
        """A message for people that must not break a bar."""

    def close(self) -> None: ...


class Silent:
    """Tells nothing: for the Python API."""

    def phase(self, name: str, tables: Mapping[str, int | None]) -> None: ...

    def rows(self, table: str, count: int) -> None: ...

    def done(self, table: str) -> None: ...

    def say(self, message: str) -> None: ...

    def close(self) -> None: ...


class Bars:
    """One bar for the whole and one for each table at work, on a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._total: tqdm | None = None
        self._bars: dict[str, tqdm] = {}
        self._expected: Mapping[str, int | None] = {}
        self._phase = ""

    def phase(self, name: str, tables: Mapping[str, int | None]) -> None:
        self.close()
        self._phase, self._expected = name, tables
        known = [count for count in tables.values() if count is not None]
        total = sum(known) if len(known) == len(tables) else None
        self._total = self._bar(name, total, 0)

    def _bar(self, name: str, total: int | None, position: int) -> tqdm:
        return tqdm(
            total=total or None,
            desc=f"{name[:24]:24}",
            unit=" rows",
            unit_scale=True,
            file=self._stream,
            position=position,
            leave=False,
            dynamic_ncols=True,
        )

    def rows(self, table: str, count: int) -> None:
        with self._lock:
            if self._total is None:
                return
            if table not in self._bars:
                self._bars[table] = self._bar(table, self._expected.get(table), self._free_place())
            for bar in (self._bars[table], self._total):
                if bar.total is not None and bar.n + count > bar.total:
                    bar.total = bar.n + count
                bar.update(count)

    def _free_place(self) -> int:
        """The first line below the whole's that no bar stands on."""
        taken = {abs(bar.pos) for bar in self._bars.values()}
        return next(place for place in itertools.count(1) if place not in taken)

    def done(self, table: str) -> None:
        with self._lock:
            bar = self._bars.pop(table, None)
            if bar is not None:
                bar.close()

    def say(self, message: str) -> None:
        with self._lock:
            tqdm.write(message, file=self._stream)

    def close(self) -> None:
        with self._lock:
            for bar in (*self._bars.values(), *([self._total] if self._total is not None else [])):
                bar.close()
            self._bars, self._total = {}, None


class Lines:
    """One JSON object a line, at each phase and at least every ten seconds, until closed."""

    def __init__(self, stream: TextIO, every: float = EVERY, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._every = every
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._phase = ""
        self._began = self._clock()
        self._expected: int | None = None
        self._seen: dict[str, int] = {}
        self._running: dict[str, float] = {}
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._thread.start()

    def phase(self, name: str, tables: Mapping[str, int | None]) -> None:
        known = [count for count in tables.values() if count is not None]
        with self._lock:
            self._phase, self._began, self._seen, self._running = name, self._clock(), {}, {}
            self._expected = sum(known) if len(known) == len(tables) else None
        self._line({"event": "phase", "phase": name, "tables": len(tables), "rows": self._expected})

    def rows(self, table: str, count: int) -> None:
        with self._lock:
            self._seen[table] = self._seen.get(table, 0) + count
            self._running.setdefault(table, self._clock())

    def done(self, table: str) -> None:
        with self._lock:
            self._running.pop(table, None)
        self._line({"event": "table", "phase": self._phase, "table": table, "rows": self._seen.get(table, 0)})

    def say(self, message: str) -> None:
        self._line({"event": "message", "message": message})

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _tick(self) -> None:
        while not self._closed.wait(self._every):
            self.tell()

    def tell(self) -> None:
        """A line of how the phase stands now."""
        with self._lock:
            line = self._standing()
        self._line(line)

    def _standing(self) -> dict[str, object]:
        rows, seconds = sum(self._seen.values()), max(self._clock() - self._began, 0.001)
        rate = rows / seconds
        line: dict[str, object] = {
            "event": "progress",
            "phase": self._phase,
            "rows": rows,
            "rows_per_second": round(rate),
        }
        if self._expected:
            line["percent"] = round(min(100.0, 100 * rows / self._expected), 1)
            line["eta_seconds"] = round(max(0, self._expected - rows) / rate) if rate else None
        if self._running:
            oldest = min(self._running, key=lambda table: self._running[table])
            line["oldest"] = {"table": oldest, "seconds": round(self._clock() - self._running[oldest])}
        return line

    def _line(self, line: dict[str, object]) -> None:
        with self._lock:
            print(json.dumps(line, ensure_ascii=False), file=self._stream, flush=True)


def for_stream(stream: TextIO = sys.stderr) -> Progress:
    """Bars when the stream is a terminal, else JSON lines."""
    return Bars(stream) if stream.isatty() else Lines(stream)

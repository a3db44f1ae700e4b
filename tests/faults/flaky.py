"""A network that breaks, and a source and a copy to break it under."""

from __future__ import annotations

import random
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import transfer
from tests.commands.command import changed
from tests.pairs import plain
from transfer.config import Options
from transfer.manners import Manners
from transfer.progress import Silent
from transfer.report import Report

ROWS = 5_000
QUICK = Manners(tries=8, pause=0.02)
OPTIONS = Options(jobs=2, chunk_bytes=40_000, batch_rows=500, manners=QUICK)
FILL = """
    INSERT INTO item WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    SELECT i, hex(randomblob(40)), i % 97 FROM n"""


def local_source(folder: Path, rows: int = ROWS) -> str:
    """A SQLite file with one table `item`, in WAL mode, so that several read it."""
    path = folder / "source.db"
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode = wal")
        file.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, n INTEGER)")
        file.execute(FILL, (rows,))
        file.commit()
    return f"sqlite:///{path}"


class Heard(Silent):
    """What a run says, and the rows it counts."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.counted = 0
        self._lock = threading.Lock()

    def phase(self, name: str, tables: object) -> None:
        self.in_copy = name == "copy"

    def rows(self, table: str, count: int) -> None:
        with self._lock:
            self.counted += count if self.in_copy else 0

    def say(self, message: str) -> None:
        self.messages.append(message)


def copied(source: str, target: str, heard: Heard, options: Options = OPTIONS) -> Report:
    return transfer.copy(
        transfer.plan(source, target, options), source=source, target=target, options=options, progress=heard
    )


def item(url: str) -> str:
    """The table's name on that database, with its schema where it has one."""
    return next(name for name in plain.tables(url) if name.rpartition(".")[2] == "item")


def rows_of(url: str) -> list[tuple[object, ...]]:
    return sorted(tuple(row) for row in plain.query(url, f"SELECT id, name, n FROM {plain.quoted(url, item(url))}"))


class FlakyProxy:
    """Stands between clients and a server, and while it is `breaking` cuts a connection after some random bytes, up to
    `cuts` times in all."""

    def __init__(self, url: str, *, seed: int, cuts: int) -> None:
        split = urlsplit(url)
        self._server = (split.hostname or "127.0.0.1", split.port or 0)
        self._random, self._left, self._lock = random.Random(seed), cuts, threading.Lock()
        self._until: int | None = None
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = changed(url, host="127.0.0.1", port=self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        self._ends: list[socket.socket] = []

    def begin(self) -> None:
        """From now on connections are cut."""
        with self._lock:
            self._until = self._next()

    def close(self) -> None:
        """By now every client has gone."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join()
        for end in (self._listener, *self._ends):
            end.close()

    def _next(self) -> int:
        return self._random.randrange(1, 120_000)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            self._ends += (client, server)
            for source, sink in ((client, server), (server, client)):
                self._threads.append(threading.Thread(target=self._pass, args=(source, sink), daemon=True))
                self._threads[-1].start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(16_384):
                if self._cut(len(data)):
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _cut(self, octets: int) -> bool:
        with self._lock:
            if self._until is None or self._left == 0:
                return False
            self._until -= octets
            if self._until >= 0:
                return False
            self._until, self._left, self.cuts = self._next(), self._left - 1, self.cuts + 1
            return True


@contextmanager
def flaky(url: str, *, seed: int, cuts: int) -> Iterator[FlakyProxy]:
    proxy = FlakyProxy(url, seed=seed, cuts=cuts)
    try:
        yield proxy
    finally:
        proxy.close()

"""The connections of a run's workers: as many as the servers give, told when these are fewer than was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from dialects import connect
from dialects.base import Session
from dialects.url import DatabaseUrl
from mappings.errors import ConnectionRefused
from transfer.workers import Crew, bounded

Pair = tuple[Session, Session]
CLOSING = 10.0
"""Seconds that a server has to say goodbye."""


def connected(
    stack: ExitStack,
    readers: Sequence[Session],
    target: DatabaseUrl,
    prepare: Callable[[Session], None],
    tell: Callable[[list[str]], None],
) -> list[Pair]:
    """A writer for each reader, both with all the connections that they need; closed with `stack`. A pair that a server
    has no room for is left out; ConnectionRefused when not even one has it."""
    for reader in readers:
        stack.callback(bounded, CLOSING, reader.close)
    pairs: list[Pair] = []
    for reader in readers:
        try:
            pairs.append((reader, _writer(stack, target, prepare)))
        except ConnectionRefused as error:
            if not pairs:
                raise
            _let_go(readers[len(pairs) :], len(pairs), error, tell)
            break
    return _ready(pairs, tell)


def _writer(stack: ExitStack, target: DatabaseUrl, prepare: Callable[[Session], None]) -> Session:
    writer = connect(target, writable=True)
    stack.callback(bounded, CLOSING, writer.close)
    prepare(writer)
    return writer


def _ready(pairs: list[Pair], tell: Callable[[list[str]], None]) -> list[Pair]:
    """The pairs that can open all they need, in threads as they will work in."""
    refused: dict[int, ConnectionRefused] = {}

    def open_all(reader: Session, writer: Session) -> None:
        try:
            reader.ready()
            writer.ready()
        except ConnectionRefused as error:
            refused[id(reader)] = error

    Crew(pairs).run(open_all)
    able = [pair for pair in pairs if id(pair[0]) not in refused]
    if refused:
        error = next(iter(refused.values()))
        if not able:
            raise error
        left = [session for pair in pairs if id(pair[0]) in refused for session in pair]
        _let_go(left, len(able), error, tell)
    return able


def _let_go(
    sessions: Sequence[Session], workers: int, error: ConnectionRefused, tell: Callable[[list[str]], None]
) -> None:
    for session in sessions:
        session.close()
    tell([f"a server gives no more connections, so the rows go by {workers} workers: {error.message}"])


def several(stack: ExitStack, url: DatabaseUrl, most: int) -> list[Session]:
    """At most so many sessions that read, at least one; closed with `stack`."""
    sessions = [stack.enter_context(connect(url))]
    for _ in range(most - 1):
        try:
            sessions.append(stack.enter_context(connect(url)))
        except ConnectionRefused:
            break
    return sessions

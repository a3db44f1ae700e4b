"""The control connection: catalogue, DDL and small queries; and the snapshot that several sessions share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from threading import Lock
from typing import Any

import psycopg

from dialects.postgresql.connection import Address, PlainConnection, sever
from dialects.postgresql.errors import translating
from mappings.errors import DatabaseError

REPEATABLE_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
EXPORT = "SELECT pg_export_snapshot(), to_char(now(), 'YYYY-MM-DD HH24:MI:SS')"
ADOPT = "SET TRANSACTION SNAPSHOT '{}'"

NAME_WAS_CUT = "42622"
"""Only a notice to the server, but the object then has another name."""


class Snapshot:
    """One instant of the database. It can be adopted until the last of its `users` has left."""

    def __init__(self, address: Address, users: int) -> None:
        self._users = users
        self._lock = Lock()
        self._connection = address.plain()
        with translating(address.place):
            self._connection.execute(REPEATABLE_READ.encode())
            identifier, self.taken = self._connection.execute(EXPORT.encode()).fetchall()[0]
        self.opening = (REPEATABLE_READ, ADOPT.format(identifier))

    def holds(self) -> bool:
        """Whether it can still be adopted. Takes the server's answer to know, so the session may be in no statement."""
        with self._lock:
            try:
                self._connection.execute(b"SELECT 1")
            except psycopg.Error:
                return False
            return not self._connection.closed

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._connection.close()


class Control:
    """A connection where each statement is its own transaction, or, with `opening`, where all are in the one that
    these statements begin. A lost connection is opened anew by the next use."""

    def __init__(self, address: Address, opening: Sequence[str]) -> None:
        self._address = address
        self._opening = opening
        self._warnings: list[str] = []
        self._connection = self._opened()

    @property
    def connection(self) -> PlainConnection:
        if self._connection.closed:
            self._connection = self._opened()
        return self._connection

    def fetch(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a SELECT; an empty list for what has none."""
        connection = self.connection
        with translating(self._address.place):
            try:
                cursor = connection.execute(statement.encode(), parameters)
                return cursor.fetchall() if cursor.description is not None else []
            except psycopg.Error:
                self._begin_again()
                raise

    def execute(self, statement: str) -> None:
        """Run one statement; a warning of the server is an error."""
        self._warnings.clear()
        self.fetch(statement)
        if self._warnings:
            raise DatabaseError(f"the server warned: {'; '.join(self._warnings)}", hint=f"after: {statement[:200]}")

    def _heard(self, notice: psycopg.errors.Diagnostic) -> None:
        """The notice lives only as long as this call."""
        if notice.severity_nonlocalized == "WARNING" or notice.sqlstate == NAME_WAS_CUT:
            self._warnings.append(notice.message_primary or "")

    def take(self, address: Address) -> None:
        """Take the settings of this address, now and whenever the connection is opened anew."""
        self._address = address
        with translating(self._address.place):
            self._connection.execute(address.settings.encode())

    def sever(self) -> None:
        """From another thread: break the connection."""
        sever(self._connection)

    def cancel(self) -> None:
        """From another thread: end the running statement, if any."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=5)

    def close(self) -> None:
        self._connection.close()

    def _opened(self) -> PlainConnection:
        with ExitStack() as failed:
            connection = self._address.plain()
            failed.callback(connection.close)
            connection.add_notice_handler(self._heard)
            self._begin(connection)
            failed.pop_all()
            return connection

    def _begin(self, connection: PlainConnection) -> None:
        with translating(self._address.place):
            for statement in self._opening:
                connection.execute(statement.encode())

    def _begin_again(self) -> None:
        """An error ends the transaction that holds the snapshot."""
        if self._opening and not self._connection.closed:
            with suppress(psycopg.Error):
                self._connection.execute(b"ROLLBACK")
                self._begin(self._connection)

"""SQLite, through the standard library's own module: two builds of SQLite on one file can damage it."""

from __future__ import annotations

from dialects.base import Engine, Session
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError


class SqliteEngine(Engine):
    schemes = ("sqlite",)

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        _require_sqlite()
        from dialects.sqlite import connection, session

        return session.SqliteSession(url, connection.connect(url, writable=writable))

    def survey(self, url: DatabaseUrl) -> Session:
        _require_sqlite()
        from dialects.sqlite import connection, session

        return session.SqliteSession(url, connection.survey(url))


def _require_sqlite() -> None:
    try:
        import sqlite3  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise ConfigurationError(
            "this Python was built without its sqlite3 module",
            hint="use another Python, or install its sqlite part",
        ) from error


ENGINE = SqliteEngine()

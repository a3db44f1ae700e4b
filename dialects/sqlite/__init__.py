"""SQLite, through the standard library's own module: two builds of SQLite on one file can damage it."""

from __future__ import annotations

from dialects.base import Engine, Session
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError


class SqliteEngine(Engine):
    schemes = ("sqlite",)

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        try:
            from dialects.sqlite.session import SqliteSession
        except ImportError as error:
            raise ConfigurationError(
                "this Python was built without its sqlite3 module",
                hint="use another Python, or install its sqlite part",
            ) from error
        return SqliteSession(url, writable=writable)


ENGINE = SqliteEngine()

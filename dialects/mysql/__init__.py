"""MySQL and MariaDB: the server's version decides which of the two it is, whatever the URL says."""

from __future__ import annotations

from dialects.base import Engine, Session
from dialects.mysql.dialect import MysqlDialect
from dialects.mysql.server import Server
from dialects.mysql.session import MysqlSession
from dialects.url import DatabaseUrl

__all__ = ["ENGINE", "MysqlDialect", "MysqlEngine", "Server"]


class MysqlEngine(Engine):
    schemes = ("mysql", "mariadb")

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        return MysqlSession(url, writable=writable)


ENGINE = MysqlEngine()

"""SQL Server 2019 and newer. Drivers are imported on connecting."""

from __future__ import annotations

from dialects.base import Engine, Session
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server
from dialects.mssql.session import open_session
from dialects.url import DatabaseUrl

__all__ = ["ENGINE", "MssqlDialect", "MssqlEngine", "Server"]


class MssqlEngine(Engine):
    schemes = ("mssql",)

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        return open_session(url, writable=writable)


ENGINE = MssqlEngine()

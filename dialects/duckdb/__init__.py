"""DuckDB, in process: the engine that opens its files. The driver is imported on connecting."""

from __future__ import annotations

from dialects.base import Engine, Session
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError


class DuckDBEngine(Engine):
    schemes = ("duckdb",)

    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        _require_duckdb()
        from dialects.duckdb import connection, session

        return session.DuckDBSession(url, connection.connect(url, writable=writable))

    def survey(self, url: DatabaseUrl) -> Session:
        _require_duckdb()
        from dialects.duckdb import connection, session

        return session.DuckDBSession(url, connection.survey(url))


def _require_duckdb() -> None:
    try:
        import duckdb  # noqa: F401 - only whether it is there
    except ImportError as missing:
        raise ConfigurationError(
            f"the DuckDB driver is not installed: {missing.name} is missing", hint="pip install 'dbtransfer[duckdb]'"
        ) from missing


ENGINE = DuckDBEngine()

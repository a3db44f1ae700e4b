"""How the server is reached: one URL for both drivers, and the session settings that every connection gets."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from dialects.postgresql.errors import translating
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection as BinaryConnection

logging.getLogger("psycopg").addHandler(logging.NullHandler())
"""What the driver logs of a broken COPY is told by our own error; without a handler Python would print it, too."""
PlainConnection = psycopg.Connection[tuple[Any, ...]]

DEFAULTS = {
    "connect_timeout": "10",
    "application_name": "dbtransfer",
    "keepalives_idle": "60",
    "keepalives_interval": "10",
    "keepalives_count": "6",
    "tcp_user_timeout": "300000",
}
"""libpq's options where the URL does not say them; a firewall forgets a silent connection sooner than TCP asks. The
last, in milliseconds, also ends a COPY of which the server takes nothing for so long, so it is no less than patience
with triggers and locks asks for."""
ASKING_FOR_TLS = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "sslcrldir", "sslnegotiation")
VERIFIED = "verify-full"
"""What a URL with one of these means without sslmode: libpq itself would go on unencrypted where the server's
certificate is not the right one."""

SETTINGS = """
SELECT set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO, YMD', false),
       set_config('intervalstyle', 'iso_8601', false), set_config('extra_float_digits', '3', false),
       set_config('bytea_output', 'hex', false), set_config('xmloption', 'content', false),
       set_config('standard_conforming_strings', 'on', false), set_config('client_encoding', 'UTF8', false),
       set_config('row_security', 'off', false), set_config('statement_timeout', '0', false),
       set_config('idle_in_transaction_session_timeout', '0', false), set_config('idle_session_timeout', '0', false),
       set_config('search_path', quote_ident(coalesce(current_schema(), 'public')), false),
       set_config('default_transaction_read_only', '{read_only}', false)
"""
"""Values are printed exactly and in one way, rows hidden by a policy are an error, and a bare name has one meaning."""

LOCKS = "set_config('lock_timeout', '{:.0f}ms', false)"
ROOM_FOR_INDEXES = """
SELECT set_config('maintenance_work_mem', '256MB', false)
 WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')
"""
"""Keys are added to filled tables: with this memory their sort stays in it and runs in parallel."""

WITHOUT_COPY = {"adbc.postgresql.use_copy": "false"}


@dataclass(frozen=True, slots=True)
class Address:
    """A database as both drivers take it. `place` is fit for messages; nothing else but `conninfo` and `password`
    holds a secret."""

    place: str
    writable: bool
    conninfo: str = field(repr=False)
    password: str | None = field(repr=False)
    lock_timeout: float | None = None
    """Seconds; None is the server's own."""

    @property
    def settings(self) -> str:
        settings = SETTINGS.format(read_only="off" if self.writable else "on")
        return settings if self.lock_timeout is None else f"{settings}, {LOCKS.format(self.lock_timeout * 1000)}"

    def plain(self) -> PlainConnection:
        """A psycopg connection in autocommit mode. Nothing is prepared, so that a pooler may stand between."""
        with translating(self.place, self.password), ExitStack() as failed:
            connection = psycopg.connect(self.conninfo, autocommit=True, prepare_threshold=None)
            failed.callback(connection.close)
            connection.execute(self.settings.encode())
            if self.writable:
                connection.execute(ROOM_FOR_INDEXES)
            failed.pop_all()
            return connection

    def binary(self) -> BinaryConnection:
        """An Arrow connection in autocommit mode. To be opened in a worker thread: in the main thread the driver
        takes SIGINT over. Only reading needs the driver: a target starts a tenth of a second sooner without it."""
        try:
            from adbc_driver_postgresql import dbapi as adbc
        except ImportError as missing:
            raise ConfigurationError(
                f"the PostgreSQL drivers are not installed: {missing.name} is missing",
                hint="pip install 'dbtransfer[postgresql]'",
            ) from missing
        with translating(self.place, self.password), ExitStack() as failed:
            connection: BinaryConnection = adbc.connect(self.conninfo, autocommit=True)
            failed.callback(connection.close)
            run(connection, self.settings)
            failed.pop_all()
            return connection


def address(url: DatabaseUrl, *, writable: bool) -> Address:
    """What the URL says, with our defaults. Without a password libpq looks at PGPASSWORD and ~/.pgpass itself."""
    resolved = url.resolved
    arguments = _arguments(resolved)
    if set(ASKING_FOR_TLS) & set(arguments) and "PGSSLMODE" not in os.environ:
        arguments = {"sslmode": VERIFIED, **arguments}
    try:
        conninfo = make_conninfo("", **{**DEFAULTS, **arguments})
    except psycopg.ProgrammingError as error:
        raise ConfigurationError(
            f"{url}: {error}", hint="what follows the question mark must be an option of libpq, such as sslmode=require"
        ) from None
    host = f"{arguments.get('host', 'local socket')}:{arguments.get('port', 5432)}"
    place = f"{host}/{arguments.get('dbname', '')}"
    return Address(place, writable, conninfo, None if resolved.password is None else str(resolved.password))


def _arguments(url: URL) -> dict[str, Any]:
    """The URL as libpq's options."""
    if "host" not in url.query:
        return {**url.translate_connect_args(username="user", database="dbname"), **url.query}
    # several hosts behind the question mark: loading SQLAlchemy's dialect for the usual one costs 50 ms
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    url_parser: Any = PGDialect_psycopg  # carries no types of its own
    _, arguments = url_parser().create_connect_args(url.set(drivername="postgresql+psycopg"))
    return dict(arguments)


def sever(connection: PlainConnection) -> None:
    """From another thread: break the connection, so that whoever waits for the server gets an error."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)


def run(connection: BinaryConnection, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement outside COPY; the rows of a SELECT, an empty list for anything else."""
    with connection.cursor() as cursor:
        cursor.adbc_statement.set_options(**WITHOUT_COPY)
        cursor.execute(statement)
        return [] if cursor.description is None else list(cursor.fetchall())

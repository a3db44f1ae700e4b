"""Opening one connection: what the URL, the environment and ~/.my.cnf say, and the session settings that make both
products read and write the same values."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialects.mysql import connecting_tls as tls
from dialects.mysql.errors import code_of, translated
from dialects.mysql.server import OLDEST, Server, parse_version
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, ConnectionRefused, DatabaseError, PermissionDenied

if TYPE_CHECKING:
    from dialects.mysql.wire import BulkConnection

INSTALL = "pip install 'dbtransfer[mysql]'"
SQL_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO"
"""Without NO_ZERO_DATE, so that old rows can be read, and without NO_BACKSLASH_ESCAPES: MySQL re-reads the text of
defaults, checks and generated columns in the session's mode, and then cannot open tables with a quote in them."""
SETTINGS = """\
SET SESSION time_zone = '+00:00', sql_mode = '{sql_mode}', sql_notes = 1, lc_messages = 'en_US',
  foreign_key_checks = 1, unique_checks = 1, autocommit = 1, sql_auto_is_null = 0,
  sql_big_selects = 1, sql_select_limit = 18446744073709551615, lock_wait_timeout = 300,
  net_read_timeout = 86400, net_write_timeout = 86400, wait_timeout = 604800, {product}"""
WISHED = (
    "SET SESSION innodb_strict_mode = 1",
    "SET SESSION sql_generate_invisible_primary_key = 0",
    "SET SESSION sql_require_primary_key = 0",
)
"""Settings that MySQL lets administrators make only, or that only newer versions have. Without them warnings stay
warnings, which we look for anyway, and tables without a primary key may get one or be refused."""
OF_MYSQL = "max_execution_time = 0, information_schema_stats_expiry = 0"
OF_MARIADB = "max_statement_time = 0"
READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"
VERSION = "SELECT version(), @@local_infile, @@max_allowed_packet, @@lower_case_table_names"
COLLATIONS_OF_MYSQL = "SELECT collation_name FROM information_schema.collations"
COLLATIONS_OF_MARIADB = """\
SELECT full_collation_name FROM information_schema.collation_character_set_applicability"""
COLLATIONS_OF_OLD_MARIADB = "SELECT collation_name FROM information_schema.collations"
PARTLY = """\
SELECT DISTINCT table_name FROM information_schema.column_privileges
WHERE table_schema = DATABASE() AND privilege_type = 'SELECT'"""
WHOLE = "SELECT * FROM `{table}` WHERE 1 = 0"
NOT_ALLOWED = (1142, 1143)

SOCKET = "unix_socket"
SECONDS = ("connect_timeout", "read_timeout", "write_timeout")
IGNORED = ("charset",)
CONNECT_TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection with its settings, and what the server told."""

    connection: BulkConnection
    server: Server
    local_infile: bool
    max_allowed_packet: int


def open_connection(url: DatabaseUrl, *, writable: bool) -> Opened:
    """Connect and set the session up. ConfigurationError when the driver or the database's name is missing."""
    connection = bare_connection(url, local_infile=writable)
    try:
        with translated(f"setting up the session on {url}"):
            return _set_up(connection, writable=writable)
    except BaseException:
        connection._force_close()
        raise


def bare_connection(url: DatabaseUrl, *, local_infile: bool = False) -> BulkConnection:
    """A connection without settings."""
    try:
        from dialects.mysql.wire import BulkConnection
    except ImportError as error:
        raise ConfigurationError("the driver for MySQL and MariaDB is not installed", hint=INSTALL) from error
    options = arguments(url)
    allowed = options.pop("read_timeout", None)
    try:
        with translated(f"connecting to {url}"):
            # a server that is stopped still accepts: what it never says in answer is waited for as long as this
            made = BulkConnection(**options, read_timeout=options["connect_timeout"], local_infile=local_infile)
    except RuntimeError as error:  # caching_sha2_password without its library
        raise ConfigurationError(str(error), hint=INSTALL) from error
    except ConnectionRefused as error:
        error.hint = tls.HINT if tls.refused(error.__cause__) else error.hint
        raise
    made.endure(read_timeout=allowed)
    return made


def kill(url: DatabaseUrl, thread: int) -> None:
    """End the statement that a connection runs. A server that does not answer is asked for some seconds only."""
    connection = bare_connection(url)
    try:
        connection.endure(read_timeout=CONNECT_TIMEOUT)
        with translated("cancelling"):
            connection.run(f"KILL QUERY {thread}")
    finally:
        connection._force_close()


def arguments(url: DatabaseUrl) -> dict[str, Any]:
    """What the driver's connect takes, from URL, environment and ~/.my.cnf."""
    where = url.resolved
    if not where.database:
        raise ConfigurationError(
            f"{url} names no database", hint=f"write it behind the slash: {url.scheme}://user@host/database"
        )
    client = _client_options()
    password = where.password or os.environ.get("MYSQL_PWD") or client.get("password") or ""
    return {
        "host": where.host or "localhost",
        "port": where.port or 3306,
        "user": where.username or client.get("user") or None,
        "password": str(password).encode(),
        "database": where.database,
        "charset": "utf8mb4",
        "program_name": "dbtransfer",
        "autocommit": None,
        "connect_timeout": CONNECT_TIMEOUT,
        "auth_plugin_map": dict.fromkeys(tls.IN_CLEAR, tls.guard),
        **_query_options(url),
        **tls.driver_options({name: url.query(name) or "" for name in url.resolved.query}),
    }


def _query_options(url: DatabaseUrl) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name in url.resolved.query:
        value = url.query(name) or ""
        if name == SOCKET:
            options[name] = value
        elif name in SECONDS:
            options[name] = _seconds(name, value)
        elif name not in (*IGNORED, *tls.OPTIONS):
            known = ", ".join(sorted((SOCKET, *SECONDS, *tls.OPTIONS)))
            raise ConfigurationError(f"the URL's option {name} is not known", hint=f"use one of {known}")
    return options


def _seconds(name: str, value: str) -> int:
    if not value.isdigit() or int(value) == 0:
        raise ConfigurationError(
            f"the URL's option {name} is no number of seconds: {value}", hint="write a whole number such as 30"
        )
    return int(value)


def _client_options() -> Mapping[str, str]:
    """User and password of ~/.my.cnf. The rest of the file is not ours: it may point to another server."""
    from pymysql.optionfile import Parser

    path = Path.home() / ".my.cnf"
    parser = Parser()
    if not parser.read(path) or not parser.has_section("client"):
        return {}
    names = ("user", "password")
    return {name: parser.get("client", name) or "" for name in names if parser.has_option("client", name)}


def _set_up(connection: BulkConnection, *, writable: bool) -> Opened:
    text, local_infile, max_allowed_packet, lower_case = connection.run(VERSION)[0]
    maria, version = parse_version(text)
    connection.run(SETTINGS.format(sql_mode=SQL_MODE, product=OF_MARIADB if maria else OF_MYSQL))
    connection.run(ISOLATION)
    for setting in WISHED:
        with suppress(DatabaseError), translated("setting up the session"):
            connection.run(setting)
    server = Server(maria, version, _collations(connection, maria, version), tables_keep_case=not lower_case)
    if version < OLDEST[server.product]:
        oldest = ".".join(map(str, OLDEST[server.product]))
        raise ConfigurationError(f"the server is {server.label}", hint=f"{server.product} {oldest} or newer is needed")
    if not writable:
        connection.run(READ_ONLY)
        _refuse_hidden_columns(connection)
    return Opened(connection, server, bool(local_infile), int(max_allowed_packet))


def _refuse_hidden_columns(connection: BulkConnection) -> None:
    """The catalogue shows only the columns that were granted: a copy, and its proof, would pass over the rest."""
    for (table,) in connection.run(PARTLY):
        try:
            connection.run(WHOLE.format(table=table.replace("`", "``")))
        except Exception as error:
            if code_of(error) not in NOT_ALLOWED:
                raise
            raise PermissionDenied(
                f"this user may read only some columns of {table}, and cannot see that there are others",
                hint=f"GRANT SELECT ON `{table}`, the whole table; or REVOKE its SELECT on the columns to leave it out",
            ) from error


def _collations(connection: BulkConnection, maria: bool, version: tuple[int, int, int]) -> frozenset[str]:
    query = COLLATIONS_OF_MYSQL
    if maria:
        query = COLLATIONS_OF_MARIADB if version >= (10, 10, 0) else COLLATIONS_OF_OLD_MARIADB
    return frozenset(name for (name,) in connection.run(query) if name)

"""An independent eye: tables and rows through the plain drivers, values brought to one spelling for comparison."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from types import NoneType
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import psycopg
import pymysql

from dialects.mssql.connecting import connection_string
from dialects.url import parse_url

NUMBER = re.compile(r"-?\d+(\.\d+)?")
NUMERIC = (*"-0123456789",)
"""What a number or a moment begins with."""
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00(:?00)?)?")
JOURNAL = re.compile(r"(.+\.)?_dbtransfer[._](run|plan|step|chunk|reject)")
"""What runs keep in their target. Any other table of ours that is left behind is a fault, and shows."""

TABLES = {
    "postgresql": """SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        ORDER BY 1""",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = database() "
    "AND table_type = 'BASE TABLE' ORDER BY 1",
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "mssql": "SELECT s.name + '.' + t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id "
    "WHERE t.is_ms_shipped = 0 ORDER BY 1",
    "duckdb": "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1",
}


def engine(url: str) -> str:
    """Which plain driver speaks to it."""
    scheme = urlsplit(url).scheme.partition("+")[0]
    return "mysql" if scheme == "mariadb" else scheme


def connect(url: str) -> Any:
    """A connection of the plain driver, in UTC."""
    parts = urlsplit(url)
    if engine(url) == "sqlite":
        return sqlite3.connect(unquote(parts.path[1:]))
    if engine(url) == "duckdb":
        return duckdb.connect(unquote(parts.path[1:]))
    if engine(url) == "mssql":
        import mssql_python

        return mssql_python.connect(connection_string(parse_url(url)))
    place = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
    if engine(url) == "postgresql":
        return psycopg.connect(dbname=parts.path[1:], options="-c timezone=UTC -c intervalstyle=iso_8601", **place)
    # TLS would read all the system's certificates for every query
    return pymysql.connect(
        database=parts.path[1:], charset="utf8mb4", init_command="SET time_zone='+00:00'", ssl_disabled=True, **place
    )


def query(url: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of one statement."""
    if engine(url) == "duckdb":
        return _arrow_rows(url, sql)
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        return [tuple(row) for row in cursor.fetchall()]


def _arrow_rows(url: str, sql: str) -> list[tuple[Any, ...]]:
    """DuckDB's own Python values need another package for instants."""
    with closing(connect(url)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.sql(sql).to_arrow_table()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def execute(url: str, *statements: str) -> None:
    """Run statements and commit them."""
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def quoted(url: str, name: str) -> str:
    mark = "`" if engine(url) == "mysql" else '"'
    return ".".join(f"{mark}{part}{mark}" for part in name.split("."))


def tables(url: str) -> list[str]:
    """The tables' names as the engine stores them, with the schema on PostgreSQL; without the journal's."""
    return [name for name in _all_tables(url) if not JOURNAL.fullmatch(name)]


def journal(url: str) -> list[str]:
    """The names of the journal's tables; none before the first run has begun to write."""
    return [name for name in _all_tables(url) if JOURNAL.fullmatch(name)]


def _all_tables(url: str) -> list[str]:
    return [row[0] for row in query(url, TABLES[engine(url)])]


def columns(url: str, table: str) -> list[str]:
    with closing(connect(url)) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(f"SELECT * FROM {quoted(url, table)} WHERE 1 = 0")
        return [column[0] for column in cursor.description]


def rows(url: str, table: str, names: Iterable[str] = ()) -> list[tuple[Any, ...]]:
    """All rows of one table, comparable between engines, in a fixed order. PostgreSQL: without inherited ones."""
    chosen = ", ".join(quoted(url, name) for name in names) or "*"
    found = query(url, f"SELECT {chosen} FROM {only(url, table)}{quoted(url, table)}")
    return sorted((tuple(comparable(value) for value in row) for row in found), key=repr)


def only(url: str, table: str) -> str:
    """What keeps PostgreSQL from showing the rows of tables that inherit from this one too."""
    return "ONLY " if engine(url) == "postgresql" and not _partitioned(url, table) else ""


def _partitioned(url: str, table: str) -> bool:
    return bool(query(url, f"SELECT 1 FROM pg_partitioned_table WHERE partrelid = '{quoted(url, table)}'::regclass"))


def comparable(value: Any) -> Any:
    """One spelling for one meaning: numbers in plain digits, moments in ISO, truth as 1 and 0, bytes as bytes."""
    return COMPARABLE.get(type(value), str)(value)


def _comparable_list(values: Iterable[Any]) -> list[Any]:
    return [comparable(value) for value in values]


def _moment(moment: datetime) -> str:
    return _moment_there(moment, moment.tzinfo)


@lru_cache(4096)
def _moment_there(moment: datetime, _: tzinfo | None) -> str:
    """One instant in two zones is equal, its text is not."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _comparable_text(text: str) -> str:
    if text[:1] not in NUMERIC:
        return text
    if moment := MOMENT.fullmatch(text):
        return f"{moment[1]} {moment[2]}.{(moment[3] or '.')[1:]:0<6}"
    return _plain_number(Decimal(text)) if NUMBER.fullmatch(text) and "." in text else text


def _plain_number(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


COMPARABLE: dict[type, Callable[[Any], Any]] = {
    NoneType: lambda _: None,
    bytes: bytes,
    memoryview: bytes,
    bytearray: bytes,
    bool: lambda value: str(int(value)),
    int: str,
    float: lambda value: _plain_number(Decimal(repr(value))),
    Decimal: _plain_number,
    datetime: _moment,
    str: _comparable_text,
    set: lambda value: ",".join(sorted(map(str, value))),
    list: _comparable_list,
    tuple: _comparable_list,
}
"""By the driver's own type; what is not here is its text."""

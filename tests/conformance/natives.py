"""The native types of every engine as its catalogue prints them, for the page of types: pure values, no server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dialects.base import Dialect
from dialects.duckdb import dialect as duckdb
from dialects.duckdb import types as duckdb_types
from dialects.mssql import types as mssql_types
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server as MssqlServer
from dialects.mysql import MysqlDialect
from dialects.mysql import Server as MysqlServer
from dialects.mysql import types as mysql_types
from dialects.postgresql import PostgreSQLDialect
from dialects.postgresql import types as postgresql_types
from dialects.postgresql.server import BUILTIN_TYPES
from dialects.postgresql.server import Server as PostgreSQLServer
from dialects.sqlite import dialect as sqlite
from dialects.sqlite import types as sqlite_types
from mappings import types as t
from mappings.type_mapper import Facts

COLLATIONS = frozenset({
    "utf8mb4_0900_ai_ci", "utf8mb4_0900_as_ci", "utf8mb4_0900_as_cs", "utf8mb4_0900_bin", "utf8mb4_bin",
    "utf8mb4_general_ci", "utf8mb4_unicode_ci",
})  # fmt: skip
COLLATIONS_OF_MARIADB = frozenset({
    "utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_nopad_bin", "utf8mb4_uca1400_ai_ci", "utf8mb4_uca1400_as_ci",
    "utf8mb4_uca1400_nopad_ai_ci", "utf8mb4_uca1400_nopad_as_ci", "utf8mb4_uca1400_nopad_as_cs", "utf8mb4_unicode_ci",
})  # fmt: skip
MOODS = {"mood": t.Enum(("sad", "ok", "happy"), "mood")}

SERVERS: Mapping[str, Dialect] = {
    "PostgreSQL": PostgreSQLDialect(
        PostgreSQLServer(18, "18.1", types=BUILTIN_TYPES | {"citext", "hstore", "ltree", "mood"})
    ),
    "MySQL": MysqlDialect(MysqlServer(False, (9, 7, 4), COLLATIONS)),
    "MariaDB": MysqlDialect(MysqlServer(True, (11, 8, 2), COLLATIONS_OF_MARIADB)),
    "SQL Server": MssqlDialect(MssqlServer()),
    "SQLite": sqlite.SqliteDialect("3.50.4"),
    "DuckDB": duckdb.DuckDBDialect("2.0.0"),
}
"""Recent ones, as targets. SQL Server is 2022."""

LONG = Facts(rows=1000, characters=40, octets=44)
DIGITS = Facts(rows=1000, integer_digits=12, fraction_digits=4)
WIDE = Facts(rows=1000, integer_digits=90, fraction_digits=40)
SMALL = Facts(rows=1000, greatest=2**63 - 1)
GREAT = Facts(rows=1000, greatest=2**64 - 1)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the page. `rows` is what its rows show, told as `told`; `keyed`: the column is in a unique key."""

    native: str
    told: str = ""
    rows: Facts = Facts()
    keyed: bool = False


Read = Callable[[str], t.LogicalType]


@dataclass(frozen=True, slots=True)
class Source:
    """An engine as a source: `read` tells what a native type means."""

    name: str
    family: str
    cases: tuple[Case, ...]
    read: Read


def _keyed(*natives: str) -> tuple[Case, ...]:
    return tuple(Case(native, "in a key", LONG, keyed=True) for native in natives)


def _numbers(*natives: str) -> tuple[Case, ...]:
    return tuple(
        case
        for native in natives
        for case in (
            Case(native, "12 digits before the point, 4 after it", DIGITS),
            Case(native, "90 digits and 40", WIDE),
        )
    )


def _unsigned(native: str) -> tuple[Case, ...]:
    return Case(native, "all below 2^63", SMALL), Case(native, "greater ones", GREAT)


POSTGRESQL = (
    *map(Case, ("smallint", "integer", "bigint", "oid", "numeric(10,2)", "numeric(38,10)", "numeric(60,20)")),
    *map(Case, ("numeric(100,50)", "numeric(3,-2)", "numeric(3,5)")),
    *_numbers("numeric"),
    *map(Case, ("money", "real", "double precision", "boolean")),
    *map(Case, ("character(10)", "bpchar", "character varying(20)", "character varying(5000)", "character varying")),
    *map(Case, ("text", "citext", "name", '"char"')),
    *_keyed("character varying", "text", "citext", "bytea"),
    *map(Case, ("bytea", "date", "time without time zone", "time(0) without time zone", "time with time zone")),
    *map(Case, ("timestamp without time zone", "timestamp(3) without time zone", "timestamp with time zone")),
    *map(Case, ("interval", "interval year to month", "uuid", "json", "jsonb", "xml", "bit(8)", "bit(100)")),
    *map(Case, ("bit varying", "bit varying(9)", "mood", "integer[]", "text[]", "numeric(5,2)[]", "inet", "cidr")),
    *map(Case, ("macaddr", "int4range", "tstzrange", "int4multirange", "tsvector", "tsquery", "hstore", "ltree")),
    *map(Case, ("point", "polygon", "pg_lsn", "xid8", "regclass", "geometry(Point,4326)", "vector(3)")),
)  # fmt: skip

INTEGERS_OF_MYSQL = (
    "tinyint(1)", "tinyint", "tinyint unsigned", "smallint", "smallint unsigned", "mediumint", "mediumint unsigned",
    "int", "int unsigned", "bigint",
)  # fmt: skip
MYSQL = (
    *map(Case, INTEGERS_OF_MYSQL),
    *_unsigned("bigint unsigned"),
    *map(Case, ("decimal(10,2)", "decimal(38,10)", "decimal(65,30)", "float", "double", "bit(1)", "bit(8)", "bit(64)")),
    *map(Case, ("year", "date", "time", "time(6)", "datetime", "datetime(6)", "timestamp", "timestamp(6)")),
    *map(Case, ("char(10)", "varchar(20)", "varchar(20) COLLATE utf8mb4_unicode_ci", "varchar(5000)", "tinytext")),
    *map(Case, ("text", "mediumtext", "longtext", "binary(16)", "varbinary(20)", "tinyblob", "blob", "longblob")),
    *_keyed("text", "varbinary(3000)"),
    *map(Case, ("enum('a','b')", "set('x','y')", "json", "point", "geometry")),
)  # fmt: skip
OF_MYSQL_ALONE = (Case("geometry SRID 4326"), Case("vector(3)"))
OF_MARIADB_ALONE = (Case("decimal(50,38)"), Case("uuid"), Case("inet4"), Case("inet6"))

MSSQL = (
    *map(Case, ("bit", "tinyint", "smallint", "int", "bigint", "decimal(10,2)", "decimal(38,35)", "money")),
    *map(Case, ("smallmoney", "real", "float(53)", "date", "time(3)", "time(7)", "datetime", "smalldatetime")),
    *map(Case, ("datetime2(3)", "datetime2(7)", "datetimeoffset(3)", "datetimeoffset(7)", "char(10)", "text")),
    *map(Case, ("varchar(20)", "varchar(max)", "nchar(10)", "nvarchar(20)", "nvarchar(max)")),
    *map(Case, ("nvarchar(20) COLLATE Latin1_General_CI_AS", "binary(16)", "varbinary(20)", "varbinary(max)")),
    *_keyed("varbinary(900)"),
    *map(Case, ("uniqueidentifier", "xml", "rowversion", "json", "sql_variant", "hierarchyid", "geometry")),
    *map(Case, ("geography", "vector(3)")),
)  # fmt: skip

SQLITE = (
    *map(Case, ("INTEGER", "INT", "BIGINT", "REAL", "DOUBLE", "NUMERIC", "DECIMAL(10,2)", "MONEY", "TEXT", "CLOB")),
    *map(Case, ("VARCHAR(20)", "TEXT COLLATE NOCASE", "BLOB", "VARBINARY(20)", "BOOLEAN", "DATE", "TIME", "DATETIME")),
    *_keyed("TEXT", "BLOB"),
    *map(Case, ("TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "JSON", "")),
)  # fmt: skip

DUCKDB = (
    *map(Case, [name for name in duckdb_types.PLAIN if name not in ("UBIGINT", "BIGNUM")]),
    *_unsigned("UBIGINT"),
    *_numbers("BIGNUM"),
    *map(Case, duckdb_types.NANOSECONDS),
    *map(Case, ("DECIMAL(18,3)", "VARCHAR COLLATE nocase", "ENUM('a', 'b')", "INTEGER[]", "INTEGER[3]", "VARCHAR[][]")),
    *_keyed("VARCHAR", "BLOB"),
    *map(Case, ("STRUCT(a INTEGER, b VARCHAR)", "MAP(VARCHAR, INTEGER)", "UNION(n INTEGER, s VARCHAR)")),
)  # fmt: skip


def _declared(native: str) -> t.LogicalType:
    return t.Dynamic(native, sqlite_types.hint(native))


def _of_mariadb(native: str) -> t.LogicalType:
    """Its JSON is text with a check, which the catalogue tells from text."""
    return t.Json() if native == "json" else mysql_types.logical_type(native)


SOURCES = (
    Source(
        "PostgreSQL", postgresql_types.FAMILY, POSTGRESQL, lambda native: postgresql_types.logical_type(native, MOODS)
    ),
    Source("MySQL", mysql_types.FAMILY, MYSQL + OF_MYSQL_ALONE, mysql_types.logical_type),
    Source("MariaDB", mysql_types.FAMILY, MYSQL + OF_MARIADB_ALONE, _of_mariadb),
    Source("SQL Server", mssql_types.FAMILY, MSSQL, mssql_types.logical_type),
    Source("SQLite", sqlite_types.FAMILY, SQLITE, _declared),
    Source("DuckDB", duckdb_types.FAMILY, DUCKDB, duckdb_types.logical_type),
)

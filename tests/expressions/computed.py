"""One table with a column of every kind an expression may use, copied to every engine, and values computed there."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle, islice

import transfer
from dialects import connect
from dialects.base import Session
from mappings.errors import TransferError
from mappings.schema import Column, Expression
from tests.conftest import DatabaseFactory
from tests.pairs import plain

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite")
EVALUATED = (*ENGINES, "duckdb")
"""Engines that expressions come from and go to; DuckDB runs in this process."""
FAMILIES = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite", "duckdb": "duckdb"}
COLUMNS = {
    "id": ("bigint PRIMARY KEY", "bigint PRIMARY KEY", "INTEGER PRIMARY KEY"),
    "a": ("integer", "int", "INTEGER"),
    "b": ("bigint", "bigint", "INTEGER"),
    "c": ("smallint", "smallint unsigned", "INTEGER"),
    "huge": ("numeric(20,0)", "bigint unsigned", "INTEGER"),
    "p": ("numeric(9,2)", "decimal(9,2)", "DECIMAL(9,2)"),
    "q": ("numeric(12,4)", "decimal(12,4)", "DECIMAL(12,4)"),
    "f": ("double precision", "double", "REAL"),
    "r": ("real", "float", "REAL"),
    "v": ("varchar(20)", "varchar(20) COLLATE {exact}", "VARCHAR(20)"),
    "w": ("text", "varchar(50) COLLATE {exact}", "TEXT"),
    "fixed": ("char(4)", "char(4) COLLATE {exact}", "CHAR(4)"),
    "padded": ("text", "varchar(20) COLLATE utf8mb4_bin", "TEXT COLLATE RTRIM"),
    "loose": ("text", "varchar(20) COLLATE utf8mb4_general_ci", "TEXT COLLATE NOCASE"),
    "mood": ("mood", "enum('sad','ok','happy') COLLATE {exact}", "TEXT"),
    "d": ("date", "date", "DATE"),
    "e": ("date", "date", "DATE"),
    "ts": ("timestamp", "datetime(6)", "TIMESTAMP"),
    "us": ("timestamp", "datetime(6)", "TIMESTAMP"),
    "ms": ("timestamp(3)", "datetime(3)", "TIMESTAMP"),
    "at": ("timestamptz", "timestamp(6) NULL", "TIMESTAMP"),
    "till": ("timestamptz", "timestamp(6) NULL", "TIMESTAMP"),
    "opens": ("time(0)", "time", "TIME"),
    "closes": ("time(0)", "time", "TIME"),
    "ok": ("boolean", "boolean", "BOOLEAN"),
    "no": ("boolean", "boolean", "BOOLEAN"),
}
"""By name: the type on PostgreSQL, on MySQL and MariaDB, and on SQLite."""
IN_DUCKDB = {"padded": "text", "loose": "text COLLATE nocase", "ms": "timestamp_ms", "opens": "time", "closes": "time"}
"""Otherwise it knows PostgreSQL's names of types."""
NUMBERS = (0, 1, -1, 2, -7, 10, 255, None)
TEXTS = ("", "a", "A", "a ", " a", "Ab", "é", "É", "😀", "x_y", "a%b", "5", "a*b", "it's", "[x]", "xy1@z.de", None)
MOMENTS = ("2020-01-31 10:00:00", "2020-01-31 10:00:00.5", "1999-12-31 23:59:59.123", "2024-02-29 00:00:00", None)
POOLS: dict[str, tuple[object, ...]] = {
    **dict.fromkeys(("a", "b"), NUMBERS),
    "c": (0, 3, 255, 65, None),
    "huge": (0, 5, 12345, None, 77),
    "p": (Decimal("0.00"), Decimal("1.50"), Decimal("-0.01"), None, Decimal("1234567.89"), Decimal("10.00")),
    "q": (Decimal("0.0000"), Decimal("1.5000"), None, Decimal("-2.0001"), Decimal("10.0000")),
    "f": (0.0, 0.1, -2.5, 1e10, None, 1.5),
    "r": (0.5, 0.1, None, -3.0),
    **dict.fromkeys(("v", "w", "padded", "loose"), TEXTS),
    "fixed": ("abc", "a", None, "", "Abcd", "é"),
    "mood": ("sad", None, "ok", "happy"),
    **dict.fromkeys(("d", "e"), ("2020-01-31", "1899-12-31", None, "2024-02-29", "9999-12-31")),
    **dict.fromkeys(("ts", "us", "at", "till"), MOMENTS),
    "ms": ("2020-01-31 10:00:00.500", None, "2020-01-31 10:00:00"),
    **dict.fromkeys(("opens", "closes"), ("08:00:00", "00:00:00", None, "23:59:59")),
    **dict.fromkeys(("ok", "no"), (True, False, None)),
}
ROWS = 34


@dataclass(frozen=True)
class Copies:
    """The source, and a copy of its table on every engine."""

    engine: str
    source: Session
    targets: dict[str, Session]
    columns: dict[str, Column]

    def values(self, session: Session, expressions: Sequence[str]) -> list[list[object]]:
        """The value of each expression for each row, in one query."""
        table = session.dialect.quote("t")
        rows = session.query(f"SELECT {', '.join(expressions)} FROM {table} ORDER BY {session.dialect.quote('id')}")
        return [[plain_value(row[place]) for row in rows] for place in range(len(expressions))]

    def differing(self, expressions: Sequence[str]) -> list[str]:
        """What has another value on some target than on the source; refused expressions differ nowhere."""
        wanted = dict(zip(expressions, self.values(self.source, expressions), strict=True))
        return [found for engine in self.targets for found in self._differing(engine, wanted)]

    def _differing(self, engine: str, wanted: dict[str, list[object]]) -> list[str]:
        target = self.targets[engine]
        spelled = {sql: text for sql in wanted if (text := self.spelled(engine, sql)) is not None}
        found = dict(zip(spelled, self.values(target, list(spelled.values())), strict=True)) if spelled else {}
        return [
            f"{engine}: {sql} -> {spelled[sql]}: {wanted[sql]} became {found[sql]}"
            for sql in spelled
            if not all(map(same, wanted[sql], found[sql]))
        ]

    def spelled(self, engine: str, sql: str) -> str | None:
        """The expression of the source for the copy on `engine`, None when it is refused."""
        return self.targets[engine].dialect.spell_expression(Expression(FAMILIES[self.engine], sql), self.columns)


def plain_value(value: object) -> object:
    """One form for what drivers give in many."""
    match value:
        case bool():
            return int(value)
        case Decimal() | float():
            return float(value)
        case bytes():
            return value.decode()
        case datetime.date():
            return value.isoformat()
        case _:
            return value


def same(one: object, other: object) -> bool:
    """Equal values; a number may come as its text."""
    if isinstance(one, float | int) and isinstance(other, float | int | str):
        return float(one) == float(other)
    if isinstance(other, float | int) and isinstance(one, str):
        return float(one) == float(other)
    return one == other


@contextmanager
def copied(database: DatabaseFactory, engine: str) -> Iterator[Copies]:
    """The table made and filled on `engine`, and copied to every other one."""
    there = database(engine)
    fill(there, engine)
    with ExitStack() as opened:
        source = opened.enter_context(connect(there))
        table = source.reflect(()).tables[0]
        targets = {}
        for other in EVALUATED:
            if other != engine:
                here = database(other)
                report = transfer.copy(transfer.plan(there, here), source=there, target=here)
                assert report.status == "done"
                targets[other] = opened.enter_context(connect(here))
        yield Copies(engine, source, targets, {column.name: column for column in table.columns})


def fill(url: str, engine: str) -> None:
    """Make the table and put rows into it that mix every value with many others."""
    exact = "utf8mb4_nopad_bin" if engine == "mariadb" else "utf8mb4_0900_bin"
    place = {"postgresql": 0, "sqlite": 2, "duckdb": 0}.get(engine, 1)
    own = IN_DUCKDB if engine == "duckdb" else {}
    natives = {name: own.get(name, kinds[place].format(exact=exact)) for name, kinds in COLUMNS.items()}
    lines = [f"{plain.quoted(url, name)} {native}" for name, native in natives.items()]
    enum = ["CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')"] * (engine in ("postgresql", "duckdb"))
    names = ", ".join(plain.quoted(url, name) for name in COLUMNS)
    inserts = [f"INSERT INTO t ({names}) VALUES ({', '.join(map(literal, row))})" for row in rows()]
    plain.execute(url, *enum, f"CREATE TABLE t ({', '.join(lines)})", *inserts)


def rows() -> list[tuple[object, ...]]:
    """Rows whose columns go round their pools at different paces."""
    columns = [
        list(islice(cycle(POOLS[name]), place * 3, place * 3 + ROWS * (place % 3 + 1), place % 3 + 1))
        for place, name in enumerate(list(COLUMNS)[1:])
    ]
    return [(number, *values) for number, values in enumerate(zip(*columns, strict=True), start=1)]


def literal(value: object) -> str:
    """A constant that all engines read alike."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case str():
            doubled = value.replace("'", "''")
            return f"'{doubled}'"
        case _:
            return str(value)


def refused_by(session: Session, statement: str) -> str:
    """The server's message, empty when it takes the statement."""
    try:
        session.query(statement)
    except TransferError as error:
        return str(error)
    return ""

"""Columns read from the catalogue, and the catalogue's own mistakes mended: it shows text beyond the basic plane and
bytes as question marks, and MySQL shows expressions escaped and in the wrong character set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dialects.mysql import defaults
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY, base, logical_type, unescaped
from mappings import types as t
from mappings.defaults import BytesDefault, Default
from mappings.schema import Column, Expression, Generated, Identity

Run = Callable[[str], Iterable[tuple[Any, ...]]]
Show = Callable[[str], str]
Place = tuple[str, str]
"""A table and one of its columns."""

COLUMNS = """\
SELECT table_name, column_name, column_type, column_default, is_nullable, extra, generation_expression,
  collation_name, column_comment, {srid}
FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position"""
TRUE_DEFAULTS = "SELECT {columns} FROM (SELECT 1) one LEFT JOIN {table} ON FALSE"
FIRST_SRID = "SELECT ST_SRID({column}) FROM {table} WHERE {column} IS NOT NULL LIMIT 1"
SHOW = "SHOW CREATE TABLE {table}"

COMMENTED = re.compile(r"\s*/\*.*?\*/")
PERIODS = ("ROW START", "ROW END")
DOUBT = "?"
BINARY_WORDS = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One row of COLUMNS."""

    table: str
    name: str
    type: str
    default: str | None
    is_nullable: str
    extra: str
    generation: str | None
    collation: str | None
    comment: str
    srid: int | None

    @property
    def place(self) -> Place:
        return self.table, self.name

    @property
    def native(self) -> str:
        """The type with what belongs to it: collation, SRID."""
        collation = f" COLLATE {self.collation}" if self.collation else ""
        srid = f" SRID {self.srid}" if self.srid is not None else ""
        return COMMENTED.sub("", self.type) + collation + srid

    @property
    def is_period(self) -> bool:
        """The two columns of a system-versioned table that tell when a row was current."""
        return (self.generation or "").upper() in PERIODS

    @property
    def has_expression(self) -> bool:
        """Whether MySQL says that the default is an expression; MariaDB marks constants by quotes instead."""
        return "DEFAULT_GENERATED" in self.extra


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Makes columns of their rows. `json` are MariaDB's: longtext with a check that it made itself; `defaults` are
    the values of constants that the catalogue shows wrongly; `shown` are whole SHOW CREATE TABLE texts."""

    server: Server
    json: frozenset[Place]
    defaults: Mapping[Place, str | None]
    srids: Mapping[Place, int]
    shown: Mapping[str, str]

    def __call__(self, row: ColumnRow, next_number: int | None) -> Column:
        is_json = row.place in self.json and base(row.type) == "longtext"
        native = "json" if is_json else row.native
        kind = self._kind(row, t.Json() if is_json else logical_type(native))
        extra = row.extra.lower()
        return Column(
            name=row.name,
            type=kind,
            native=native,
            nullable=row.is_nullable == "YES",
            default=self._default(row, kind),
            identity=Identity(next=next_number) if "auto_increment" in extra else None,
            generated=self._generated(row),
            comment=row.comment,
            on_update_now="on update current_timestamp" in extra,
            invisible="invisible" in extra,
        )

    def _kind(self, row: ColumnRow, kind: t.LogicalType) -> t.LogicalType:
        """A geometry column without an SRID of its own has that of its first row; each row is checked when read."""
        srid = self.srids.get(row.place)
        return t.Geometry(kind.subtype, srid) if srid and isinstance(kind, t.Geometry) else kind

    def _generated(self, row: ColumnRow) -> Generated | None:
        if not row.generation:
            return None
        stored = "STORED" in row.extra.upper() or "PERSISTENT" in row.extra.upper()
        return Generated(Expression(FAMILY, self.mended(row.table, row.generation)), stored)

    def _default(self, row: ColumnRow, kind: t.LogicalType) -> Default | None:
        if row.default is None or row.generation:
            return None
        if row.place in self.defaults:
            return _true_default(self.defaults[row.place], kind)
        if self.server.maria:
            return defaults.read_marked(self.mended(row.table, row.default), kind)
        if row.has_expression:
            return defaults.read_expression(self.mended(row.table, row.default), kind)
        return defaults.read_literal(row.default, kind)

    def mended(self, table: str, text: str) -> str:
        """An expression as SHOW CREATE TABLE would print it, with its emoji."""
        return unmarred(text) if not self.server.maria else found_in(text, self.shown.get(table, ""))


def _true_default(value: str | None, kind: t.LogicalType) -> Default | None:
    if value is None:
        return None
    return BytesDefault(value.lower()) if isinstance(kind, t.Binary) else defaults.read_literal(value, kind)


def unmarred(text: str) -> str:
    """MySQL shows expressions with one level of escapes too many, and UTF-8 taken for Latin-1."""
    text = unescaped(text)
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def found_in(text: str, shown: str) -> str:
    """MariaDB shows four question marks for a character beyond the basic plane, but SHOW CREATE TABLE has it."""
    if DOUBT not in text or not shown:
        return text
    pattern = re.escape(text).replace(re.escape(4 * DOUBT), "(?:[\\U00010000-\\U0010ffff]|\\?{4})")
    found = re.search(pattern, shown)
    return found[0] if found else text


def column_reader(
    run: Run, show: Show, server: Server, rows: Iterable[ColumnRow], checks: Mapping[str, str], json: frozenset[Place]
) -> ColumnReader:
    """A reader that has asked the server about everything whose text cannot be trusted. `checks` are the clauses of
    each table's checks."""
    rows = tuple(rows)
    doubtful = [row for row in rows if _default_in_doubt(row, server)]
    texts = [*checks.items(), *((row.table, f"{row.generation}{row.default}") for row in rows)]
    shown = {table for table, text in texts if server.maria and DOUBT in text}
    return ColumnReader(
        server,
        json,
        _true_defaults(run, doubtful),
        _srids(run, rows),
        {table: show(SHOW.format(table=quoted(table))) for table in shown},
    )


def _default_in_doubt(row: ColumnRow, server: Server) -> bool:
    if row.default is None or row.generation or row.has_expression:
        return False
    constant = row.default.startswith("'") if server.maria else True
    return constant and (base(row.type) in BINARY_WORDS or DOUBT in row.default)


def _true_defaults(run: Run, rows: list[ColumnRow]) -> dict[Place, str | None]:
    """What DEFAULT() says: one query per table with a doubtful default."""
    found: dict[Place, str | None] = {}
    for table in dict.fromkeys(row.table for row in rows):
        asked = [row for row in rows if row.table == table]
        columns = ", ".join(_default_of(row) for row in asked)
        values = next(iter(run(TRUE_DEFAULTS.format(columns=columns, table=quoted(table)))))
        found.update(zip((row.place for row in asked), values, strict=True))
    return found


def _default_of(row: ColumnRow) -> str:
    column = f"DEFAULT({quoted(row.name)})"
    binary = base(row.type) in BINARY_WORDS
    return f"HEX({column})" if binary else f"CONVERT({column} USING utf8mb4)"


def _srids(run: Run, rows: tuple[ColumnRow, ...]) -> dict[Place, int]:
    """The SRID of the first geometry of each column that does not fix one."""
    asked = [row for row in rows if row.srid is None and isinstance(logical_type(row.native), t.Geometry)]
    found = {}
    for row in asked:
        for (srid,) in run(FIRST_SRID.format(column=quoted(row.name), table=quoted(row.table))):
            found[row.place] = int(srid)
    return found


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"

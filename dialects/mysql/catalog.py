"""What a database holds, read from information_schema: one query per topic, whatever the number of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dialects.mysql import keys, objects
from dialects.mysql.columns import COLUMNS, ColumnReader, ColumnRow, Show, column_reader
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY
from mappings.errors import PermissionDenied
from mappings.schema import Schema, Table, TableName

Run = Callable[[str], Iterable[tuple[Any, ...]]]
Row = tuple[Any, ...]

TABLES = """\
SELECT table_name, table_type, engine, row_format, table_collation, table_rows, data_length, auto_increment,
  create_options, table_comment
FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name"""

OWN = "_dbtransfer"
TABLE_TYPES = ("BASE TABLE", "SYSTEM VERSIONED")
OPTIONS = ("engine", "row_format", "collation")


@dataclass(frozen=True, slots=True)
class Parts:
    """What belongs to tables, by the table's name."""

    columns: dict[str, list[ColumnRow]]
    indexes: dict[str, list[Row]]
    foreign_keys: dict[str, list[Row]]
    checks: dict[str, list[Row]]
    reader: ColumnReader

    def table(self, row: Row) -> Table:
        """The table of one row of TABLES."""
        name = row[0]
        rows = [column for column in self.columns.get(name, ()) if not column.is_period]
        if not rows:
            raise PermissionDenied("this user may not read its columns", where=name, hint="GRANT SELECT on it")
        primary, uniques, indexes = keys.split(keys.indexes(self.indexes.get(name, ()), self.reader))
        return Table(
            name=TableName("", name),
            columns=tuple(self.reader(column, _number(row[7])) for column in rows),
            primary_key=primary,
            uniques=uniques,
            foreign_keys=keys.foreign_keys(self.foreign_keys.get(name, ()), self.reader.server),
            indexes=indexes,
            checks=keys.checks(self.checks.get(name, ()), self.reader),
            comment=row[9] or "",
            rows=_number(row[5]),
            octets=_number(row[6]),
            options=tuple((option, str(value)) for option, value in zip(OPTIONS, row[2:5], strict=True) if value),
        )


def read_schema(run: Run, show: Show, server: Server) -> Schema:
    """Every table of the session's database, and by name what is no table. Our own tables are passed over."""
    found = [row for row in run(TABLES) if not str(row[0]).startswith(OWN)]
    tables = [row for row in found if row[1] in TABLE_TYPES]
    parts = _parts(run, show, server, {row[0] for row in tables})
    columns = [row for rows in parts.columns.values() for row in rows]
    left = (*objects.listed(run, server, found), *objects.of_tables(tables, columns))
    return Schema(FAMILY, server.label, "", tuple(parts.table(row) for row in tables), left, objects.views(run))


def _parts(run: Run, show: Show, server: Server, wanted: set[str]) -> Parts:
    srid = "NULL" if server.maria else "srs_id"
    columns = [ColumnRow(*row) for row in run(COLUMNS.format(srid=srid)) if row[0] in wanted]
    checks = list(run(keys.CHECKS_OF_MARIADB if server.maria else keys.CHECKS_OF_MYSQL))
    indexes = run(keys.INDEXES.format(expression="NULL" if server.maria else "expression"))
    clauses = {
        table: "".join(row[2] for row in rows) for table, rows in keys.by_table((c[0], c) for c in checks).items()
    }
    json = keys.json_columns(checks) if server.maria else frozenset()
    return Parts(
        columns=keys.by_table((row.table, row) for row in columns),
        indexes=keys.by_table((row[0], row) for row in indexes),
        foreign_keys=keys.by_table((row[0], row) for row in run(keys.FOREIGN_KEYS)),
        checks=keys.by_table((row[0], row) for row in checks),
        reader=column_reader(run, show, server, columns, clauses, json),
    )


def _number(value: object) -> int | None:
    return int(str(value)) if value is not None else None

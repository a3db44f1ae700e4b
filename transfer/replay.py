"""Writes rejected rows again, after somebody has mended them; what is refused again stays in the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from dialects.base import Session
from mappings.arrow import arrow_schema, arrow_type
from mappings.conform import Cast
from mappings.errors import ConfigurationError, RowRefused, ValueDoesNotFit
from mappings.read_back import read_back
from mappings.schema import Column, Table
from transfer.existing import castable, resolved
from transfer.reject_file import Kept, KeptRow, KeptTable, read_rejects


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is still not taken: its line in the file as it was read, and why."""

    line: int
    table: str
    message: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """`written` rows are on the target; the others are left in the file."""

    written: int
    refused: tuple[Refused, ...]

    @property
    def exit_code(self) -> int:
        """0 all written, 5 some are left."""
        return 5 if self.refused else 0


def replay(path: Path, target: Session) -> Replayed:
    """Write the rows of the reject file into the target, each in a transaction of its own. Rows that are taken leave
    the file, also when the work is interrupted."""
    kept = read_rejects(path)
    tables = {table.name: table for table in target.reflect(()).tables}
    absent = [str(table.name) for table in kept if table.name not in tables]
    if absent:
        raise ConfigurationError(f"the target has no table {absent[0]}", hint="name the database that the copy went to")
    refused: list[Refused] = []
    taken: set[int] = set()
    try:
        for table in kept:
            writer = RowWriter(target, table, tables[table.name])
            for row in table.rows:
                message = writer.write(row)
                if message:
                    refused.append(Refused(row.line, str(table.name), message))
                else:
                    taken.add(row.line)
    finally:
        _rewrite(path, [(table, [row for row in table.rows if row.line not in taken]) for table in kept])
    return Replayed(len(taken), tuple(refused))


class RowWriter:
    """Writes rows of one table, each by itself."""

    def __init__(self, target: Session, kept: KeptTable, table: Table) -> None:
        self._target, self._kept, self._table = target, kept, table
        self._columns = tuple(_found(table, column) for column in kept.columns)

    def write(self, row: KeptRow) -> str:
        """Empty when the target took the row, else why not."""
        try:
            batch = self._batch(row)
            self._target.begin()
            self._target.write(self._table, self._columns, [batch])
            self._target.commit()
        except (ValueDoesNotFit, RowRefused, ValueError) as error:
            self._target.rollback()
            return str(error)
        return ""

    def _batch(self, row: KeptRow) -> pa.RecordBatch:
        arrays = [
            self._array(row, kept, column) for kept, column in zip(self._kept.columns, self._columns, strict=True)
        ]
        return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(self._columns))

    def _array(self, row: KeptRow, kept: Kept, column: Column) -> pa.Array:
        text = row.values[kept.source]
        try:
            array = read_back([text], arrow_type(kept.type))
        except ValueError as error:
            raise ValueError(f"{kept.source}: {text!r} is no {kept.type.kind.replace('_', ' ')}: {error}") from error
        place = f"{self._table.name}.{kept.target}"
        return Cast(place, kept.type, column.type, self._target.dialect.limits)(array).array


def _found(table: Table, kept: Kept) -> Column:
    try:
        column = table.column(kept.target)
    except KeyError:
        message = f"the target's table {table.name} has no column {kept.target}"
        raise ConfigurationError(message, hint="the table has changed since the copy: copy anew") from None
    wanted = resolved(column.type)
    # a column whose values decide takes what there is no cast for as it is: that is how the copy wrote it
    stored = wanted if castable(kept.type, wanted) else kept.type
    return Column(column.name, stored, column.native, column.nullable)


def _rewrite(path: Path, left: Sequence[tuple[KeptTable, list[KeptRow]]]) -> None:
    """The file with what is left, in one step; no file when nothing is."""
    lines = [line for table, rows in left if rows for line in (table.header, *(row.text for row in rows))]
    if not lines:
        path.unlink()
        return
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.replace(fresh, path)

"""Rows in: LOAD DATA LOCAL fed from memory, or multi-row INSERT where the server does not allow it. Both count what
the server did, and its warnings, exactly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from dialects import sqltext
from dialects.base import Dialect
from dialects.mysql.decode import enclosed
from dialects.mysql.writing import NUMBERED, Written, hexadecimal
from mappings.errors import DatabaseError, ValueDoesNotFit
from mappings.schema import TableName

LOAD = """\
LOAD DATA LOCAL INFILE 'dbtransfer' INTO TABLE {table} CHARACTER SET {charset}
FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n'
({columns}){expressions}"""
UTF8 = "CONVERT({value} USING utf8mb4)"
INSERT = "INSERT INTO {table} ({columns}) VALUES "
CSV = csv.WriteOptions(include_header=False, null_string="NULL", quoting_style="needed", batch_size=8192)
"""With an empty escape character the bare word NULL is NULL, and the quoted one is text."""
LOADED = re.compile(r"(\d+)\D+(\d+)\D+(\d+)\D+(\d+)$")
"""Records, Deleted, Skipped, Warnings: the numbers of the server's message, whatever its language."""
STATEMENT_OCTETS = 1 << 19
RESERVE = 1 << 12


@dataclass
class Fed:
    """How many rows have been sent so far."""

    rows: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """One load into `table` of these columns."""

    dialect: Dialect
    table: TableName
    columns: tuple[Written, ...]

    def statement(self) -> str:
        """LOAD DATA, where a column with an expression goes through a variable; one that numbers itself only where
        another does."""
        quote = self.dialect.quote
        octets = any(column.octets for column in self.columns)
        expressions = [_loading(column) if octets else column.expression for column in self.columns]
        through = [bool(set(expressions) - {"", NUMBERED} and expression) for expression in expressions]
        names = [f"@v{at}" if through[at] else quote(column.name) for at, column in enumerate(self.columns)]
        assigned = [
            f"{quote(column.name)} = {expressions[at].replace('{value}', f'@v{at}')}"
            for at, column in enumerate(self.columns)
            if through[at]
        ]
        return LOAD.format(
            table=self.dialect.qualified(self.table),
            charset="binary" if octets else "utf8mb4",
            columns=", ".join(names),
            expressions=f"\nSET {', '.join(assigned)}" if assigned else "",
        )

    def feed(self, batches: Iterable[pa.RecordBatch], fed: Fed) -> Iterator[memoryview]:
        """The batches as CSV."""
        for batch in batches:
            sink = pa.BufferOutputStream()
            csv.write_csv(_as_text(self.prepared(batch)), sink, CSV)
            fed.rows += batch.num_rows
            yield memoryview(sink.getvalue())

    def prepared(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch as what CSV can say."""
        arrays = [self._prepared(column, array) for column, array in zip(self.columns, batch.columns, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, names=[str(at) for at in range(len(arrays))])

    def _prepared(self, column: Written, array: pa.Array) -> pa.Array:
        try:
            return column.prepare(array)
        except ValueDoesNotFit as error:
            raise error.at(f"{self.table}.{column.name}") from error

    def inserts(self, batches: Iterable[pa.RecordBatch], most_octets: int, fed: Fed) -> Iterator[tuple[bytes, int]]:
        """The batches as INSERT statements of at most `most_octets`, each with the number of its rows."""
        names = sqltext.column_list(self.dialect, (column.name for column in self.columns))
        head = INSERT.format(table=self.dialect.qualified(self.table), columns=names).encode()
        for batch in batches:
            rows = self._row_texts(self.prepared(batch))
            for first, last in _groups(rows, min(STATEMENT_OCTETS, most_octets - len(head) - RESERVE), most_octets):
                fed.rows += last - first
                yield head + _between(rows, first, last), last - first

    def _row_texts(self, batch: pa.RecordBatch) -> pa.Array:
        """Each row as `(value,...),`."""
        values = [literals(column, array) for column, array in zip(self.columns, batch.columns, strict=True)]
        comma = pa.scalar(",", pa.large_utf8())
        return enclosed("(", pc.binary_join_element_wise(*values, comma), "),")


def _loading(column: Written) -> str:
    """The column's expression in a load without a character set."""
    return (column.expression or "{value}").replace("{value}", UTF8) if column.told else column.expression


def _as_text(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Bytes under the name of text: CSV would otherwise insist on UTF-8."""
    arrays = [array.view(pa.large_utf8()) if pa.types.is_large_binary(array.type) else array for array in batch]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def literals(column: Written, array: pa.Array) -> pa.Array:
    """Strings in quotes, with backslashes doubled as the session's mode wants it; bytes as hexadecimal digits."""
    before, after = (column.expression or "{value}").split("{value}")
    if column.octets:
        return pc.fill_null(enclosed(f"{before}x'", hexadecimal(array), f"'{after}"), "NULL")
    texts = array if pa.types.is_large_string(array.type) else array.cast(pa.large_utf8())
    escaped = pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), "'", "''")
    return pc.fill_null(enclosed(f"{before}'", escaped, f"'{after}"), "NULL")


def _groups(rows: pa.Array, wanted: int, most: int) -> Iterator[tuple[int, int]]:
    """Where to cut, so that each statement has about `wanted` bytes. One row alone may have up to `most`."""
    ends = _ends(rows)
    first = 0
    while first < len(rows):
        last = max(first + 1, int(ends.searchsorted(ends[first] + wanted, side="right")) - 1)
        if ends[last] - ends[first] > most - RESERVE:
            raise DatabaseError(
                f"a row of {ends[last] - ends[first]} bytes is longer than the server's max_allowed_packet of {most}",
                hint="on the server: SET GLOBAL max_allowed_packet = 1073741824, or SET GLOBAL local_infile = 1",
            )
        yield first, last
        first = last


def _ends(rows: pa.Array) -> npt.NDArray[np.int64]:
    return np.frombuffer(rows.buffers()[1], np.int64)[rows.offset : rows.offset + len(rows) + 1]


def _between(rows: pa.Array, first: int, last: int) -> memoryview:
    """The text of these rows without the comma behind the last one."""
    ends = _ends(rows)
    return memoryview(rows.buffers()[2])[ends[first] : ends[last] - 1]


def loaded(message: str) -> tuple[int, ...]:
    """Records, deleted, skipped, warnings, as the server's message tells them."""
    found = LOADED.search(message)
    return tuple(int(number) for number in found.groups()) if found else ()

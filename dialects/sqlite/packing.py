"""How SQLite packs a column of many rows into one or two strings, and how NumPy takes them apart again.

Text and blobs: all bytes in a row, and their lengths. Integers: their digits. Other values (reals have no exact text in
SQLite's own functions) go into a Python list through an aggregate function of ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from dialects.sqlite.decode import Value, Values
from dialects.sqlite.types import Affinity, affinity, quoted
from dialects.sqltext import readable
from mappings import types as t
from mappings.schema import Column

NULL_INTEGER = -(2**63) + 1
"""Stands for NULL in a packed column of integers; where a value is this very number, the rows are read one by one."""
MISFITS = 2**32
"""What each other value adds to a count of NULLs, so that the sum tells both."""
NULL_LENGTH, MISFIT_LENGTH = -1, -2
INTEGER_CHARACTERS = b"0123456789-,"
SAMPLE = 100
"""Values of a list that are measured to estimate all."""


class Way(StrEnum):
    INTEGER = "integer"
    TEXT = "text"
    BLOB = "blob"
    LIST = "list"


BYTES = (
    f"CAST(group_concat({{column}}, '') AS BLOB), CAST(group_concat(CASE typeof({{column}}) WHEN '{{way}}' "
    f"THEN length(CAST({{column}} AS BLOB)) WHEN 'null' THEN {NULL_LENGTH} ELSE {MISFIT_LENGTH} END) AS BLOB)"
)
PACKED = {
    Way.INTEGER: (
        f"CAST(group_concat(coalesce({{column}}, {NULL_INTEGER})) AS BLOB), "
        f"sum(CASE typeof({{column}}) WHEN 'integer' THEN 0 WHEN 'null' THEN 1 ELSE {MISFITS} END)"
    ),
    Way.TEXT: BYTES,
    Way.BLOB: BYTES,
    Way.LIST: "dbtransfer_list({column}), 0",
}


class Misfit(Exception):
    """A packed column holds something else than it is asked for; its rows must be read one by one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One column to fetch: its quoted name and how."""

    column: str
    way: Way


def asked(column: Column) -> Asked:
    """How a column's values can be packed, going by what they shall become. In a column of a numeric affinity no
    text looks like a number, so digits there are integers."""
    return Asked(readable(quoted(column.name), column), _way(column.type, affinity(column.native)))


def _way(kind: t.LogicalType, own: Affinity) -> Way:
    match kind:
        case t.Boolean() | t.Integer() | t.Year() if own in (Affinity.INTEGER, Affinity.NUMERIC):
            return Way.INTEGER
        case t.Decimal() if own == Affinity.TEXT:
            return Way.TEXT
        case t.Boolean() | t.Integer() | t.Year() | t.Float() | t.Decimal() | t.Opaque():
            return Way.LIST
        case t.Binary() | t.Geometry():
            return Way.BLOB
        case _:
            return Way.TEXT


def packed_query(columns: Sequence[Asked]) -> str:
    """The SELECT list that packs these columns behind the count of rows."""
    parts = [PACKED[column.way].format(column=column.column, way=column.way) for column in columns]
    return ", ".join(["SELECT count(*)", *parts])


class Link(sqlite3.Connection):
    """A connection with the aggregate `dbtransfer_list`, which puts a group's values into a list of `lists` and
    gives its number."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.lists: list[list[Value]] = []
        lists = self.lists

        class Collect:
            def __init__(self) -> None:
                self.values: list[Value] = []
                self.step = self.values.append

            def finalize(self) -> int:
                lists.append(self.values)
                return len(lists) - 1

        self.create_aggregate("dbtransfer_list", 1, Collect)


def unpacked(row: Sequence[Any], columns: Sequence[Asked], lists: list[list[Value]]) -> list[Values]:
    """The columns out of one result row; Misfit when one of them cannot be what it should."""
    rows = row[0]
    if not rows:
        return [[] for _ in columns]
    return [
        _unpack(column.way, rows, first, second, lists)
        for column, first, second in zip(columns, row[1::2], row[2::2], strict=True)
    ]


def _unpack(way: Way, rows: int, first: Any, second: Any, lists: list[list[Value]]) -> Values:
    match way:
        case Way.LIST:
            return lists[first]
        case Way.INTEGER:
            return _integers(first, rows, nulls=second)
        case _:
            return _bytes(first or b"", _numbers(second, rows))


def _numbers(digits: bytes, rows: int) -> np.ndarray:
    if digits.translate(None, INTEGER_CHARACTERS):
        raise Misfit
    numbers = np.fromstring(digits.decode(), dtype=np.int64, sep=",")
    if len(numbers) != rows:
        raise Misfit
    return numbers


def _integers(digits: bytes, rows: int, *, nulls: int) -> pa.Array:
    if nulls >= MISFITS:
        raise Misfit
    numbers = _numbers(digits, rows)
    if not nulls:
        return pa.array(numbers)
    absent = numbers == NULL_INTEGER
    if int(absent.sum()) != nulls:
        raise Misfit
    return pa.array(numbers, mask=absent)


def _bytes(content: bytes, lengths: np.ndarray) -> pa.Array:
    """The buffers of an Arrow array are just these: validity, offsets, content."""
    least = int(lengths.min())
    if least <= MISFIT_LENGTH:
        raise Misfit
    offsets = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(np.maximum(lengths, 0), out=offsets[1:])
    if int(offsets[-1]) != len(content):
        raise Misfit
    validity = pa.array(lengths != NULL_LENGTH).buffers()[1] if least == NULL_LENGTH else None
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(content)]
    return pa.Array.from_buffers(pa.large_binary(), len(lengths), buffers)


def measured(values: Values) -> float:
    """About how many bytes a column has."""
    if isinstance(values, pa.Array):
        return float(values.nbytes)
    sample = values[:: max(1, len(values) // SAMPLE)] or [None]
    octets = sum(len(value) if isinstance(value, bytes | bytearray | str) else 0 for value in sample)
    return (16 + octets / len(sample)) * len(values)

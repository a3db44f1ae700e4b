"""Binary COPY: columns as the bytes that the server's receive functions take, and rows made of them. Every step is one
of NumPy's or Arrow's over a whole column.

The layout is that of https://www.postgresql.org/docs/current/sql-copy.html: a row is the number of its fields, then
for each its length and its bytes, where a NULL is the length -1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROWS_AT_ONCE = 8192
"""Few enough that what is made of them stays near the processor until it is sent."""
LONGEST = 0x7FFFFFFF
NOTHING = pa.scalar(b"", pa.large_binary())

Numbers = npt.NDArray[Any]
Part = tuple[str, Numbers | int | bytes]
"""A NumPy type of so many bytes, big-endian as the server reads it, and the value of each row or the one of all."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values that all take the same bytes, made of these parts. What stands in the place of a NULL does not matter."""

    parts: tuple[Part, ...]

    @property
    def octets(self) -> int:
        return sum(np.dtype(kind).itemsize for kind, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Varying:
    """Values of any length, as large_binary; each that is not NULL has `head` before it."""

    values: pa.Array
    head: bytes = b""


Pack = Callable[[pa.Array], Fixed | Varying]
"""Makes the bytes of one column. pa.ArrowInvalid where a value has no place in the column's type."""


def numbers(array: pa.Array, kind: str) -> Numbers:
    """The fixed-width values of an array as they lie in memory, NULLs as whatever they are."""
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), kind)
    return np.frombuffer(buffer, kind, len(array), array.offset * np.dtype(kind).itemsize)


def validity(array: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Where the array has values, None when everywhere."""
    return array.is_valid().to_numpy(zero_copy_only=False) if array.null_count else None


class Rows:
    """Rows in the making, field by field from the left. What is of one size stands together in one block of bytes per
    row; blocks and the values between them are joined at the end."""

    def __init__(self, count: int, fields: int) -> None:
        self._count = count
        self._parts: list[Part] = [(">i2", fields)]
        self._pieces: list[pa.Array] = []

    def add(self, array: pa.Array, field: Fixed | Varying) -> None:
        """The next field: `field` is what was made of `array`."""
        valid = validity(array)
        if isinstance(field, Fixed):
            self._add_length(field.octets, valid)
            self._add_parts(field.parts, valid)
        else:
            self._add_length(_lengths(field), valid)
            self._add_parts(((f"S{len(field.head)}", field.head),) if field.head else (), valid)
            self._end_block()
            self._pieces.append(field.values)

    def octets(self) -> memoryview:
        """The bytes of all rows."""
        self._end_block()
        joined = pc.binary_join_element_wise(*self._pieces, NOTHING, null_handling="replace")
        ends = np.frombuffer(joined.buffers()[1], np.int64)
        return memoryview(joined.buffers()[2])[ends[0] : ends[self._count]]

    def _add_length(self, octets: int | Numbers, valid: npt.NDArray[np.bool_] | None) -> None:
        self._parts.append((">i4", octets if valid is None else np.where(valid, octets, -1)))

    def _add_parts(self, parts: tuple[Part, ...], valid: npt.NDArray[np.bool_] | None) -> None:
        """Into the block where all rows have a value, else as a piece that some rows leave out."""
        if valid is None:
            self._parts += parts
        elif parts:
            self._end_block()
            self._pieces.append(_block(parts, self._count, pa.py_buffer(np.packbits(valid, bitorder="little"))))

    def _end_block(self) -> None:
        if self._parts:
            self._pieces.append(_block(self._parts, self._count, None))
            self._parts = []


def _block(parts: Sequence[Part], count: int, bitmap: pa.Buffer | None) -> pa.Array:
    """One record per row, as large_binary."""
    kind = np.dtype([(str(at), part) for at, (part, _) in enumerate(parts)])
    records = np.empty(count, kind)
    for at, (_, values) in enumerate(parts):
        records[str(at)] = values
    offsets = np.arange(0, (count + 1) * kind.itemsize, kind.itemsize, dtype=np.int64)
    return pa.Array.from_buffers(pa.large_binary(), count, [bitmap, pa.py_buffer(offsets), pa.py_buffer(records)])


def _lengths(field: Varying) -> Numbers:
    array = field.values
    offsets = np.frombuffer(array.buffers()[1], np.int64, len(array) + 1, array.offset * 8)
    lengths: npt.NDArray[np.int64] = np.diff(offsets) + len(field.head)
    if lengths.max(initial=0) > LONGEST:
        raise pa.ArrowInvalid(f"a value of {lengths.max()} bytes is longer than the server takes")
    return lengths


def sliced(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same rows, at most ROWS_AT_ONCE together."""
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            yield batch.slice(start, ROWS_AT_ONCE)

"""Rows of MySQL's text protocol decoded column by column: one NumPy step per column and block, none per row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

PADDING = 64
"""Bytes behind the rows of a block that may be read, though never shown; also the longest fixed length gathered."""
LONGEST_FIXED = PADDING
VIEW, LENGTH, INLINE = 16, 4, 12
"""The bytes of one of Arrow's views, of its length, and of the values that it holds itself."""
VIEW_MASKS = np.array([[255] * (LENGTH + size) + [0] * (INLINE - size) for size in range(INLINE + 1)], np.uint8)
VIEW_MASKS = np.vstack([VIEW_MASKS, np.full(VIEW, 255, np.uint8)]).view(np.uint32)
NULL, TWO_BYTES, THREE_BYTES, EIGHT_BYTES = 0xFB, 0xFC, 0xFD, 0xFE
PREFIX_SIZES = {TWO_BYTES: 2, THREE_BYTES: 3, EIGHT_BYTES: 8}
MICROSECONDS_OF_DAY = 86_400_000_000
UUID_DIGITS = np.array([at for at in range(36) if at not in (8, 13, 18, 23)])
NIBBLES = np.zeros(256, np.uint8)
NIBBLES[ord("0") : ord("9") + 1] = np.arange(10)
NIBBLES[ord("a") : ord("f") + 1] = NIBBLES[ord("A") : ord("F") + 1] = np.arange(10, 16)


class Undecodable(ValueError):
    """Values that the wanted Arrow type cannot hold; the message says how many and shows one."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole rows as they came, and where each row's first column begins, at least LENGTH bytes in. `octets` ends
    in PADDING bytes."""

    octets: Bytes
    rows: Places


@dataclass(frozen=True, slots=True)
class Cells:
    """One column of a block: where each value begins and how long it is. `valid` is None without NULLs."""

    octets: Bytes
    starts: Places
    lengths: Places
    valid: npt.NDArray[np.bool_] | None

    def part(self, first: int, end: int) -> Cells:
        """The cells of some rows."""
        valid = None if self.valid is None else self.valid[first:end]
        return Cells(self.octets, self.starts[first:end], self.lengths[first:end], valid)

    def binary(self) -> pa.Array:
        """The values as large_binary."""
        count = len(self.starts)
        least, most = (int(self.lengths.min()), int(self.lengths.max())) if count else (0, 0)
        if least == most and 0 < most <= LONGEST_FIXED:
            return self._of_one_length(most)
        buffers = [self.bitmap(), pa.py_buffer(self._views(least, most)), pa.py_buffer(self.octets)]
        return pa.Array.from_buffers(pa.binary_view(), count, buffers).cast(pa.large_binary())

    def _of_one_length(self, length: int) -> pa.Array:
        """Uuids, dates, timestamps: one gather for all."""
        offsets = np.arange(0, length * (len(self.starts) + 1), length, dtype=np.int64)
        buffers = [self.bitmap(), pa.py_buffer(offsets), pa.py_buffer(_windows(self.octets, length)[self.starts])]
        return pa.Array.from_buffers(pa.large_binary(), len(self.starts), buffers)

    def _views(self, least: int, most: int) -> npt.NDArray[np.uint32]:
        """Arrow's views: the length, then up to twelve bytes, or four of them, a buffer's number and a place in it."""
        views = _windows(self.octets, VIEW)[self.starts - LENGTH].view(np.uint32).reshape(-1, 4)
        if least <= INLINE:
            views &= VIEW_MASKS.take(np.minimum(self.lengths, INLINE + 1), axis=0)
        if most > INLINE:
            long = slice(None) if least > INLINE else np.flatnonzero(self.lengths > INLINE)
            views[long, 2] = 0
            views[long, 3] = self.starts[long]
        views[:, 0] = self.lengths
        return views

    def text(self) -> pa.Array:
        """The values as large_utf8; Arrow checks that they are UTF-8."""
        return self.binary().cast(pa.large_utf8())

    def bitmap(self) -> pa.Buffer | None:
        return None if self.valid is None else pa.py_buffer(np.packbits(self.valid, bitorder="little"))

    def first_octets(self, size: int) -> Bytes:
        """The first `size` bytes of every value as a matrix; what stands beyond a value's end is noise."""
        return _windows(self.octets, size)[self.starts].view(np.uint8).reshape(-1, size)

    def without_first(self, count: int) -> Cells:
        lengths = np.maximum(self.lengths - count, 0)
        return Cells(self.octets, self.starts + count, lengths, self.valid)

    def array(self, kind: pa.DataType, values: npt.NDArray[np.generic]) -> pa.Array:
        """Fixed-width `values` as an Arrow array with our NULLs."""
        return pa.Array.from_buffers(
            kind, len(self.starts), [self.bitmap(), pa.py_buffer(np.ascontiguousarray(values))]
        )


Decoder = Callable[[Cells], pa.Array]


def _windows(octets: Bytes, size: int) -> npt.NDArray[np.void]:
    """Every run of `size` bytes of the block, overlapping, without copying."""
    count = len(octets) - size + 1
    return np.ndarray((count,), f"V{size}", buffer=octets, strides=(1,))


def columns(block: Block, count: int) -> list[Cells]:
    """Walk all rows at once, column by column."""
    found, places = [], block.rows
    for _ in range(count):
        cells, places = _column(block.octets, places)
        found.append(cells)
    return found


def _column(octets: Bytes, places: Places) -> tuple[Cells, Places]:
    """The cells that begin at `places` with their length, and where the next ones begin."""
    first = octets[places]
    starts = places + 1
    if not len(first) or first.max() < NULL:
        lengths = first.astype(np.int64)
        return Cells(octets, starts, lengths, None), starts + lengths
    valid = first != NULL
    lengths = np.where(first < NULL, first, 0).astype(np.int64)
    for mark, size in PREFIX_SIZES.items():
        marked = np.flatnonzero(first == mark)
        if len(marked):
            lengths[marked] = _little_endian(octets, starts[marked], size)
            starts[marked] += size
    return Cells(octets, starts, lengths, None if valid.all() else valid), starts + lengths


def _little_endian(octets: Bytes, places: Places, size: int) -> Places:
    total = np.zeros(len(places), np.int64)
    for at in range(size):
        total |= octets[places + at].astype(np.int64) << (8 * at)
    return total


def casting(kind: pa.DataType) -> Decoder:
    """Decode by Arrow's own parser: numbers, dates, times and timestamps."""

    def decode(cells: Cells) -> pa.Array:
        text = cells.binary().view(pa.large_utf8())
        try:
            return text.cast(kind)
        except pa.ArrowInvalid as error:
            raise _undecodable(text, kind) from error

    return decode


def instant(cells: Cells) -> pa.Array:
    """A TIMESTAMP: the session's zone is UTC."""
    return casting(pa.timestamp("us"))(cells).cast(pa.timestamp("us", "UTC"))


def single_float(cells: Cells) -> pa.Array:
    """The server prints the double that equals the single."""
    return casting(pa.float64())(cells).cast(pa.float32(), safe=False)


def boolean(cells: Cells) -> pa.Array:
    digits = np.where(cells.lengths == 1, cells.octets[cells.starts], 0)
    wrong = (digits < ord("0")) | (digits > ord("1"))
    if cells.valid is not None:
        wrong &= cells.valid
    if wrong.any():
        raise _undecodable(cells.text().filter(pa.array(wrong)), pa.bool_())
    return cells.array(pa.bool_(), np.packbits(digits == ord("1"), bitorder="little"))


def duration(digits: int) -> Decoder:
    """A TIME with `digits` after the point, of up to 838 hours and either sign."""
    tail = digits + 1 if digits else 0

    def decode(cells: Cells) -> pa.Array:
        negative = cells.octets[cells.starts] == ord("-")
        hour_digits = cells.lengths - tail - 6 - negative
        wrong = (hour_digits < 2) | (hour_digits > 3) if cells.valid is None else np.zeros(len(negative), np.bool_)
        if wrong.any():
            raise _undecodable(cells.text(), pa.time64("us"))
        hours = _digit(cells, tail + 7) + 10 * _digit(cells, tail + 8)
        hours += 100 * np.where(hour_digits == 3, _digit(cells, tail + 9), 0)
        minutes = _digit(cells, tail + 4) + 10 * _digit(cells, tail + 5)
        total = (hours * 60 + minutes) * 60 + _digit(cells, tail + 1) + 10 * _digit(cells, tail + 2)
        total *= 1_000_000
        for place in range(digits):
            total += _digit(cells, place + 1) * 10 ** (6 - digits + place)
        return cells.array(pa.duration("us"), np.where(negative, -total, total))

    return decode


def time_of_day(digits: int) -> Decoder:
    """A TIME that is known to lie within one day."""
    spans = duration(digits)

    def decode(cells: Cells) -> pa.Array:
        numbers = spans(cells).view(pa.int64())
        outside = pc.or_(pc.less(numbers, 0), pc.greater_equal(numbers, MICROSECONDS_OF_DAY))
        if pc.any(outside).as_py():
            found = cells.text().filter(pc.fill_null(outside, False))
            raise Undecodable(f"holds {len(found)} values such as '{found[0]}' that are no time of day")
        return numbers.view(pa.time64("us"))

    return decode


def _digit(cells: Cells, back: int) -> Places:
    """The value of the digit `back` bytes before the end."""
    found: Places = cells.octets[cells.starts + cells.lengths - back].astype(np.int64) - ord("0")
    return found


def uuid(cells: Cells) -> pa.Array:
    """36 characters with dashes as 16 bytes."""
    wrong = cells.lengths != 36
    if (wrong if cells.valid is None else wrong & cells.valid).any():
        raise _undecodable(cells.text(), pa.binary(16))
    digits = NIBBLES[cells.first_octets(36)[:, UUID_DIGITS]]
    return cells.array(pa.binary(16), (digits[:, ::2] << 4) | digits[:, 1::2])


def raw_uuid(cells: Cells) -> pa.Array:
    """A uuid kept as its sixteen bytes."""
    return cells.binary().cast(pa.binary(16))


def geometry(srid: int) -> Decoder:
    """The column's own bytes: four of the SRID, then WKB with x before y, whatever the SRID's axis order is."""

    def decode(cells: Cells) -> pa.Array:
        found = cells.first_octets(4).copy().view("<u4").ravel()
        other = np.unique(found[(found != srid) if cells.valid is None else (found != srid) & cells.valid])
        if len(other):
            raise Undecodable(f"holds geometries of SRID {other[0]} beside {srid}")
        return cells.without_first(4).binary()

    return decode


def wkb(cells: Cells) -> pa.Array:
    """WKB without a look at the SRID."""
    return cells.without_first(4).binary()


def vector(cells: Cells) -> pa.Array:
    """Four-byte floats as `[0.1,2]`, each in the shortest text that reads back to the same bits."""
    raw = cells.binary()
    offsets = np.frombuffer(raw.buffers()[1], np.int64, len(raw) + 1) // 4
    floats = np.frombuffer(raw.buffers()[2] or b"", "<f4", int(offsets[-1]))
    lists = pa.LargeListArray.from_arrays(pa.array(offsets), pa.array(floats).cast(pa.large_utf8()))
    texts = enclosed("[", pc.binary_join(lists, pa.scalar(",", pa.large_utf8())), "]")
    return pc.if_else(raw.is_valid(), texts, pa.scalar(None, pa.large_utf8()))


def enclosed(before: str, texts: pa.Array, after: str) -> pa.Array:
    """Each text between two constants; NULL stays NULL."""
    kind = pa.large_utf8()
    return pc.binary_join_element_wise(pa.scalar(before, kind), texts, pa.scalar(after, kind), pa.scalar("", kind))


def _undecodable(text: pa.Array, kind: pa.DataType) -> Undecodable:
    """Which values the parser refuses, found one by one: this is the way to an error."""
    refused = [value.as_py() for value in text if value.is_valid and not _readable(value, kind)]
    shown = f"{len(refused)} values such as '{str(refused[0])[:40]}'" if refused else "values"
    return Undecodable(f"holds {shown} that are no {_named(kind)}")


def _named(kind: pa.DataType) -> str:
    """The Arrow type for people."""
    known = ((pa.types.is_date, "date"), (pa.types.is_timestamp, "date and time"), (pa.types.is_time, "time of day"))
    return next((name for fits, name in known if fits(kind)), str(kind))


def _readable(value: pa.Scalar, kind: pa.DataType) -> bool:
    try:
        value.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True

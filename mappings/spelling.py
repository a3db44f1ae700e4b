"""The one text of each Arrow value, for text columns and for digests: exact, reversible, the same everywhere."""

from __future__ import annotations

import json
import re
from binascii import hexlify
from collections.abc import Callable
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DASHES = (8, 13, 18, 23)
"""Where the dashes stand in the 36 characters of a uuid."""
DIGITS = np.array([at for at in range(36) if at not in DASHES])
UUID = re.compile(r"(\{)?[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?(1)\})")
MICROSECONDS_OF_DAY = 86_400_000_000
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
"""0001-01-01 and 9999-12-31, counted from 1970-01-01."""
ERA = 146_097
"""Days of 400 years."""


def spelled(array: pa.Array) -> pa.Array:
    """Any scalar array as large_utf8: ISO dates and times with six digits of fraction (years before 1 as PostgreSQL
    prints them, `0044-03-15 BC`), decimals without an exponent, booleans as 1 and 0, floats in the shortest text
    that reads back to the same bits, bytes as hexadecimal digits."""
    kind = array.type
    if pa.types.is_large_string(kind):
        return array
    if pa.types.is_boolean(kind):
        return pc.cast(pc.cast(array, pa.int8()), pa.large_utf8())
    if pa.types.is_decimal(kind):
        return decimal_text(array)
    if pa.types.is_timestamp(kind):
        return timestamp_text(array, mark="" if kind.tz is None else "Z")
    if pa.types.is_date32(kind):
        return _date_text(array)
    if pa.types.is_time64(kind):
        return _time_text(array)
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:
        return uuid_text(array)
    if pa.types.is_duration(kind):
        return duration_text(array)
    if pa.types.is_large_binary(kind):
        return pa.array([None if value is None else value.hex() for value in array.to_pylist()], pa.large_utf8())
    return pc.cast(array, pa.large_utf8())


def large(text: str) -> pa.Scalar:
    """A constant of the type that all our texts have: Arrow's kernels do not mix it with `string`."""
    return pa.scalar(text, pa.large_utf8())


def joined(texts: list[pa.Array], separator: str) -> pa.Array:
    """Row by row, the texts with the separator between them; NULL when any is NULL."""
    return pc.binary_join_element_wise(*texts, large(separator))


def decimal_text(array: pa.Array) -> pa.Array:
    """Decimals in plain digits. Arrow writes `1E-10` and `0E-8` from scale 7 on, for what is less than a millionth."""
    texts = pc.cast(array, pa.large_utf8())
    scale = array.type.scale
    if scale < 7:
        return texts
    exponents = pc.fill_null(pc.match_substring(texts, "E"), False)
    if not pc.any(exponents).as_py():
        return texts
    unscaled = pc.cast(array.filter(exponents).view(_without_scale(array.type)), pa.large_utf8())
    signs = pc.if_else(pc.starts_with(unscaled, "-"), large("-0."), large("0."))
    digits = pc.utf8_lpad(pc.utf8_ltrim(unscaled, "-"), width=scale, padding="0")
    return pc.replace_with_mask(texts, exponents, joined([signs, digits], ""))


def _without_scale(kind: pa.DataType) -> pa.DataType:
    wide = pa.types.is_decimal256(kind)
    return pa.decimal256(kind.precision, 0) if wide else pa.decimal128(kind.precision, 0)


def timestamp_text(array: pa.Array, *, mark: str = "") -> pa.Array:
    """`2020-01-31 12:30:00.000000` with `mark` behind it; instants in UTC."""
    numbers = array.view(pa.int64())
    texts = pc.cast(array.view(pa.timestamp("us")), pa.large_utf8())
    texts = joined([texts, large(mark)], "") if mark else texts
    least, greatest = FIRST_DAY * MICROSECONDS_OF_DAY, (LAST_DAY + 1) * MICROSECONDS_OF_DAY - 1
    return _respelled(texts, numbers, lambda number: _moment(number, mark), least, greatest)


def _date_text(array: pa.Array) -> pa.Array:
    return _respelled(pc.cast(array, pa.large_utf8()), array.view(pa.int32()), _day, FIRST_DAY, LAST_DAY)


def _time_text(array: pa.Array) -> pa.Array:
    return _respelled(pc.cast(array, pa.large_utf8()), array.view(pa.int64()), _clock, 0, MICROSECONDS_OF_DAY - 1)


def _respelled(texts: pa.Array, numbers: pa.Array, spell: Callable[[int], str], least: int, greatest: int) -> pa.Array:
    """`texts`, but spelled by Python where Arrow does not print a number less than `least` or above `greatest`."""
    ends = pc.min_max(numbers)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    if low is None or (low >= least and high <= greatest):
        return texts
    outside = pc.fill_null(pc.or_(pc.less(numbers, least), pc.greater(numbers, greatest)), False)
    plain = pa.array([spell(number) for number in numbers.filter(outside).to_pylist()], pa.large_utf8())
    return pc.replace_with_mask(texts, outside, plain)


def _day(days: int) -> str:
    day, era = _calendar(days)
    return day + era


def _moment(microseconds: int, mark: str) -> str:
    days, rest = divmod(microseconds, MICROSECONDS_OF_DAY)
    day, era = _calendar(days)
    return f"{day} {_clock(rest)}{mark}{era}"


def _calendar(days: int) -> tuple[str, str]:
    """The day as PostgreSQL prints it in the proleptic calendar, and ` BC` when it is before the year 1."""
    eras, rest = divmod(days - FIRST_DAY, ERA)
    within = date.fromordinal(rest + 1)
    year = within.year + 400 * eras
    return f"{year if year > 0 else 1 - year:04d}-{within:%m-%d}", "" if year > 0 else " BC"


def _clock(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:06d}"


def uuid_text(array: pa.Array) -> pa.Array:
    """16 bytes as 36 lower-case characters with dashes."""
    text = np.full((len(array), 36), ord("-"), dtype=np.uint8)
    text[:, DIGITS] = _hexadecimal(_bytes_of(array)).reshape(len(array), 32)
    return _equally_long(text, array)


def uuid_digits(array: pa.Array) -> pa.Array:
    """16 bytes as 32 lower-case characters."""
    return _equally_long(_hexadecimal(_bytes_of(array)).reshape(len(array), 32), array)


def hex_text(raw: bytes, width: int, nulls_of: pa.Array) -> pa.Array:
    """Values of `width` bytes each as hexadecimal digits, NULL where the other array is."""
    return _equally_long(_hexadecimal(raw).reshape(len(nulls_of), 2 * width), nulls_of)


def _bytes_of(array: pa.Array) -> memoryview:
    """The bytes beneath a fixed_size_binary array; whatever stands there where it is NULL."""
    buffer = array.buffers()[1]
    width = array.type.byte_width
    view = memoryview(buffer if buffer is not None else b"")
    return view[array.offset * width : (array.offset + len(array)) * width]


def _hexadecimal(raw: bytes | memoryview) -> np.ndarray:
    return np.frombuffer(hexlify(raw), dtype=np.uint8)


def _equally_long(characters: np.ndarray, nulls_of: pa.Array) -> pa.Array:
    """A row of characters each as text."""
    count, width = characters.shape
    offsets = np.arange(0, width * count + 1, width, dtype=np.int64)
    characters = np.ascontiguousarray(characters)
    plain = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(characters))
    return pc.if_else(nulls_of.is_valid(), plain, large_null()) if nulls_of.null_count else plain


def large_null() -> pa.Scalar:
    return pa.scalar(None, pa.large_utf8())


def uuid_bytes(array: pa.Array) -> pa.Array:
    """Any usual spelling of uuids as 16 bytes. ValueError names nothing; the caller finds the row."""
    values = [None if value is None else _uuid(value) for value in array.to_pylist()]
    return pa.array(values, pa.binary(16))


def _uuid(text: str) -> bytes:
    if not UUID.fullmatch(text):
        raise ValueError("no uuid")
    return bytes.fromhex(text.strip("{}").replace("-", ""))


def duration_text(array: pa.Array) -> pa.Array:
    """Spans as ISO 8601, as PostgreSQL prints intervals of hours: `PT-1H-2M-3.5S`, `PT0S`."""
    numbers = array.view(pa.int64())
    return pa.array([None if value is None else _iso_span(value) for value in numbers.to_pylist()], pa.large_utf8())


def _iso_span(microseconds: int) -> str:
    sign = "-" if microseconds < 0 else ""
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    point = f".{fraction:06d}".rstrip("0") if fraction else ""
    parts = [f"{sign}{hours}H" * bool(hours), f"{sign}{minutes}M" * bool(minutes)]
    parts.append(f"{sign}{seconds}{point}S" * bool(seconds or point))
    return "PT" + ("".join(parts) or "0S")


def json_list(array: pa.Array) -> pa.Array:
    """A set's `a,b` as the JSON list `["a", "b"]`, the empty set as `[]`."""
    values = [
        None if text is None else json.dumps(text.split(",") if text else [], ensure_ascii=False)
        for text in array.to_pylist()
    ]
    return pa.array(values, pa.large_utf8())

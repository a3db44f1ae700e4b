"""The one text of each Arrow value, for text columns and for digests: exact, reversible, the same everywhere."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
DASHES = (8, 13, 18, 23)
"""Where the dashes stand in the 36 characters of a uuid."""
DIGITS = np.array([at for at in range(36) if at not in DASHES])
UUID = re.compile(r"^\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?$")


def spelled(array: pa.Array) -> pa.Array:
    """Any scalar array as large_utf8: ISO dates and times with the fraction as Arrow prints it, decimals without
    an exponent, booleans as 1 and 0, floats in the shortest text that reads back to the same bits."""
    kind = array.type
    if pa.types.is_large_string(kind):
        return array
    if pa.types.is_boolean(kind):
        return pc.cast(pc.cast(array, pa.int8()), pa.large_utf8())
    if pa.types.is_decimal(kind):
        return decimal_text(array)
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return joined([pc.cast(pc.cast(array, pa.timestamp("us")), pa.large_utf8()), large("Z")], "")
    if pa.types.is_fixed_size_binary(kind) and kind.byte_width == 16:
        return uuid_text(array)
    if pa.types.is_duration(kind):
        return duration_text(array)
    return pc.cast(array, pa.large_utf8())


def large(text: str) -> pa.Scalar:
    """A constant of the type that all our texts have: Arrow's kernels do not mix it with `string`."""
    return pa.scalar(text, pa.large_utf8())


def joined(texts: list[pa.Array], separator: str) -> pa.Array:
    """Row by row, the texts with the separator between them; NULL when any is NULL."""
    return pc.binary_join_element_wise(*texts, large(separator))


def decimal_text(array: pa.Array) -> pa.Array:
    """Decimals in plain digits. Arrow writes `1E-10` and `0E-8` from scale 7 on: those rows are spelled by Python."""
    texts = pc.cast(array, pa.large_utf8())
    if array.type.scale < 7:
        return texts
    exponents = pc.fill_null(pc.match_substring(texts, "E"), False)
    if not pc.any(exponents).as_py():
        return texts
    rows = pc.indices_nonzero(exponents)
    plain = pa.array([format(value.as_py(), "f") for value in array.take(rows)], pa.large_utf8())
    return pc.replace_with_mask(texts, exponents, plain)


def uuid_text(array: pa.Array) -> pa.Array:
    """16 bytes as 36 lower-case characters with dashes."""
    if not len(array):
        return pa.array([], pa.large_utf8())
    filled = pc.fill_null(array, b"\0" * 16)
    raw = np.frombuffer(filled.buffers()[1], dtype=np.uint8)[filled.offset * 16 : (filled.offset + len(array)) * 16]
    text = np.full((len(array), 36), ord("-"), dtype=np.uint8)
    digits = np.stack((HEX[raw >> 4], HEX[raw & 15]), axis=1).reshape(len(array), 32)
    text[:, DIGITS] = digits
    offsets = np.arange(0, 36 * len(array) + 1, 36, dtype=np.int64)
    plain = pa.LargeStringArray.from_buffers(len(array), pa.py_buffer(offsets), pa.py_buffer(text))
    return pc.if_else(array.is_valid(), plain, pa.scalar(None, pa.large_utf8()))


def uuid_bytes(array: pa.Array) -> pa.Array:
    """Any usual spelling of uuids as 16 bytes. ValueError names nothing; the caller finds the row."""
    values = [None if value is None else _uuid(value) for value in array.to_pylist()]
    return pa.array(values, pa.binary(16))


def _uuid(text: str) -> bytes:
    if not UUID.match(text):
        raise ValueError("no uuid")
    return bytes.fromhex(text.strip("{}").replace("-", ""))


def duration_text(array: pa.Array) -> pa.Array:
    """Spans as ISO 8601, as PostgreSQL prints intervals of hours: `PT-1H-2M-3.5S`, `PT0S`."""
    numbers = pc.cast(array, pa.int64()) if pa.types.is_duration(array.type) else array
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
    values = [None if text is None else json.dumps(text.split(",") if text else []) for text in array.to_pylist()]
    return pa.array(values, pa.large_utf8())

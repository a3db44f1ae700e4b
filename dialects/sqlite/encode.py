"""Arrow columns to the values SQLite shall store, as Python lists; ValueError where they cannot be stored unaltered.

Each list is made by one vectorised step: `to_pylist` builds a scalar object per value and is many times slower.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dialects.sqlite.types import Affinity
from mappings import types as t
from mappings.spelling import decimal_text, joined, large, spelled

NUMERIC_LOOKING = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"
REAL_DIGITS = 15
"""All the decimal digits that a double keeps."""


def encode(array: pa.Array, kind: t.LogicalType, affinity: Affinity) -> list[object]:
    """One column's values for binding into a column of this affinity."""
    match kind:
        case t.Boolean():
            return _integers(pc.cast(array, pa.int8()))
        case t.Integer() | t.Year():
            _refuse(affinity in (Affinity.TEXT, Affinity.REAL), "integers", affinity)
            return _integers(array)
        case t.Float():
            _refuse(affinity == Affinity.TEXT, "reals", affinity)
            return _floats(array)
        case t.Opaque():
            return [None if text is None else value_of_literal(text) for text in _objects(array)]
        case t.Binary() | t.Geometry():
            return _objects(array)
        case _:
            found = texts(array, kind)
            if affinity not in (Affinity.TEXT, Affinity.BLOB):
                _check_affinity(found, kind, affinity)
            return _objects(found)


def texts(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """What is stored as text, in the one spelling of its type."""
    match kind:
        case t.Decimal() if pa.types.is_decimal(array.type):
            return decimal_text(array)
        case t.Time(digits=digits):
            return _cut(spelled(array), digits, whole=8)
        case t.Timestamp(digits=digits, zoned=zoned):
            moments = _cut(spelled(array.view(pa.timestamp("us"))), digits, whole=19)
            return joined([moments, large("Z")], "") if zoned else moments
        case t.Date():
            return _whole(spelled(array), 10)
        case t.Duration(digits=digits):
            return _spans(array, digits)
        case t.Uuid():
            return spelled(array)
        case _:
            return array


def _refuse(wrong: bool, what: str, affinity: Affinity) -> None:
    if wrong:
        raise ValueError(f"a column of {affinity} affinity would turn {what} into something else")


def _check_affinity(array: pa.Array, kind: t.LogicalType, affinity: Affinity) -> None:
    """Text that looks like a number becomes one in such a column: fine for decimals of few digits, an alteration
    for all else."""
    match kind:
        case t.Decimal():
            digits = pc.utf8_length(pc.utf8_ltrim(pc.replace_substring_regex(array, "[-.]", ""), "0"))
            if pc.any(pc.greater(digits, REAL_DIGITS)).as_py():
                raise ValueError(f"a column of {affinity} affinity keeps {REAL_DIGITS} digits of a decimal")
        case t.Date() | t.Time() | t.Timestamp() | t.Duration() | t.TimeTz() | t.Interval():
            return
        case _:
            if pc.any(pc.match_substring_regex(array, NUMERIC_LOOKING)).as_py():
                raise ValueError(f"a column of {affinity} affinity would turn text of digits into a number")


def _cut(array: pa.Array, digits: int, *, whole: int) -> pa.Array:
    """Six digits of fraction cut to `digits`, which must lose nothing but zeros."""
    array = _whole(array, whole + 7)
    if digits == 6:
        return array
    tail = pc.utf8_slice_codeunits(array, whole + 1 + digits, whole + 7)
    if pc.any(pc.not_equal(tail, "0" * (6 - digits))).as_py():
        raise ValueError(f"has more than {digits} digits after the second's point")
    return pc.utf8_slice_codeunits(array, 0, whole + (1 + digits if digits else 0))


def _whole(array: pa.Array, length: int) -> pa.Array:
    """Refuses years that have no four digits, whose text would be longer."""
    lengths = pc.min_max(pc.binary_length(array))
    if lengths["min"].as_py() not in (None, length) or lengths["max"].as_py() not in (None, length):
        raise ValueError("is outside the years 1 to 9999")
    return array


def _spans(array: pa.Array, digits: int) -> pa.Array:
    numbers = array.view(pa.int64())
    return pa.array(
        [None if number is None else _span(number, digits) for number in _integers(numbers)], pa.large_utf8()
    )


def _span(microseconds: object, digits: int) -> str:
    """`-838:59:59.5` with exactly `digits` digits."""
    assert isinstance(microseconds, int)
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    point = f".{fraction:06d}"
    if point[1 + digits :].strip("0"):
        raise ValueError(f"has more than {digits} digits after the second's point")
    sign = "-" if microseconds < 0 else ""
    clock = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return clock + (point[: 1 + digits] if digits else "")


def _integers(array: pa.Array) -> list[object]:
    return _with_nulls(array, pc.fill_null(array, 0).to_numpy(zero_copy_only=False).tolist())


def _floats(array: pa.Array) -> list[object]:
    """SQLite stores NaN as NULL without a word."""
    numbers = pc.fill_null(array, 0.0).to_numpy(zero_copy_only=False)
    if np.isnan(numbers).any():
        raise ValueError("is NaN, which SQLite would store as NULL")
    return _with_nulls(array, numbers.tolist())


def _with_nulls(array: pa.Array, values: list[object]) -> list[object]:
    if array.null_count:
        for at in np.flatnonzero(np.asarray(array.is_null())).tolist():
            values[at] = None
    return values


def _objects(array: pa.Array) -> list[object]:
    found: list[object] = array.to_numpy(zero_copy_only=False).tolist()
    return found


def value_of_literal(text: object) -> object:
    """The value behind a literal of decode.literals."""
    assert isinstance(text, str)
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    if text.startswith("X"):
        return bytes.fromhex(text[2:-1])
    try:
        return int(text)
    except ValueError:
        return _finite_or_infinite(text)


def _finite_or_infinite(text: str) -> float:
    number = float(text)
    if math.isnan(number):
        raise ValueError("is NaN, which SQLite would store as NULL")
    return number

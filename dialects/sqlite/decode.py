"""Values as SQLite stores them to Arrow, column by column and exactly; ValueError (Arrow's included) where they do not.

A column comes as an Arrow array when the fetch could pack it (int64 for integers, large_binary for text or blobs, then
of one storage class throughout), else as a list of int, float, str or bytearray (text), bytes (blob) and None.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL, arrow_type
from mappings.spelling import joined, large

Value = int | float | str | bytearray | bytes | None
Values: TypeAlias = pa.Array | list[Value]
TRUE_WORDS = ("true", "t", "yes", "y", "on")
FALSE_WORDS = ("false", "f", "no", "n", "off")
BOOLEANS: dict[object, bool] = {
    1: True,
    0: False,
    **dict.fromkeys(TRUE_WORDS, True),
    **dict.fromkeys(FALSE_WORDS, False),
}
PLAIN_NUMBER = r"^-?\d+(\.\d+)?$"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
SPECIAL_NUMBERS = ("NaN", "Infinity", "-Infinity")
SPAN = r"^(?P<sign>-?)(?P<hours>\d+):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?:\.(?P<fraction>\d{1,6}))?$"
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
MIDNIGHT = "24:"
MICROSECONDS_OF_DAY = 86_400_000_000
EXACT = 2**53
"""From here on a double no longer holds every integer."""


def decode(values: Values, kind: t.LogicalType) -> pa.Array:
    """One column in the Arrow type of `kind`."""
    match kind:
        case t.Boolean():
            return booleans(values)
        case t.Integer() | t.Year():
            return pc.cast(integers(values), arrow_type(kind))
        case t.Float(bits=bits):
            return floats(values, bits)
        case t.Decimal(precision=precision, scale=scale):
            return decimals(values, precision, scale)
        case t.Binary() | t.Geometry():
            return blobs(values)
        case t.Date():
            return pc.cast(texts(values), pa.date32())
        case t.Time():
            return times(values)
        case t.Timestamp():
            return pc.cast(texts(values), arrow_type(kind))
        case t.Duration():
            return spans(values)
        case t.Uuid():
            return uuids(values)
        case t.Opaque(family=""):
            return printed(values)
        case t.Opaque():
            return literals(values)
        case _:
            return texts(values)


def classes(values: list[Value]) -> set[type]:
    """The storage classes present, NULL left out."""
    return set(map(type, values)) - {type(None)}


def integers(values: Values) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if classes(values) - {int}:
        raise ValueError("holds another thing than integers")
    return pa.array(values, pa.int64())


def texts(values: Values) -> pa.Array:
    """Text, checked to be UTF-8. Numbers are spelled so that they read back the same; blobs are refused."""
    if isinstance(values, pa.Array):
        return pc.cast(values, pa.large_utf8())
    found = classes(values)
    if bytes in found:
        raise ValueError("holds a blob, not text")
    if found & {int, float}:
        values = [_text(value) for value in values]
    return pc.cast(pa.array(values, pa.large_binary()), pa.large_utf8())


def _text(value: Value) -> Value:
    return repr(value) if isinstance(value, int | float) else value


def blobs(values: Values) -> pa.Array:
    if isinstance(values, list) and classes(values) - {bytes}:
        raise ValueError("holds another thing than blobs")
    return values if isinstance(values, pa.Array) else pa.array(values, pa.large_binary())


def booleans(values: Values) -> pa.Array:
    if isinstance(values, pa.Array):
        bounds = pc.min_max(values)
        if bounds["min"].as_py() not in (None, 0, 1) or bounds["max"].as_py() not in (None, 0, 1):
            raise ValueError("holds another integer than 0 and 1")
        return pc.cast(values, pa.bool_())
    return pa.array([None if value is None else _boolean(value) for value in values], pa.bool_())


def _boolean(value: Value) -> bool:
    known = value if type(value) is int else _plain(value).lower() if isinstance(value, str | bytearray) else None
    if known not in BOOLEANS:
        raise ValueError("is no boolean")
    return BOOLEANS[known]


def _plain(value: str | bytearray) -> str:
    return value if isinstance(value, str) else value.decode()


def floats(values: Values, bits: int) -> pa.Array:
    """Doubles; integers among them only where a double holds them exactly."""
    if isinstance(values, list) and classes(values) - {int, float}:
        raise ValueError("holds another thing than numbers")
    doubles = pc.cast(values, pa.float64()) if isinstance(values, pa.Array) else pa.array(values, pa.float64())
    if bits == 64:
        return doubles
    singles = pc.cast(doubles, pa.float32())
    if pc.any(pc.not_equal(pc.cast(singles, pa.float64()), doubles)).as_py():
        raise ValueError("holds a number that needs double precision")
    return singles


def decimals(values: Values, precision: int | None, scale: int | None) -> pa.Array:
    """Exact decimals; text where Arrow has none so wide."""
    if precision is None or precision > WIDEST_DECIMAL:
        return number_texts(values)
    kind = arrow_type(t.Decimal(precision, scale))
    if isinstance(values, list) and classes(values) == {float}:
        return _decimals_of_reals(values, kind)
    return pc.cast(number_texts(values, scale or 0), kind)


def number_texts(values: Values, scale: int | None = None) -> pa.Array:
    """Numbers as text in plain digits; reals as `real_text` has them for `scale`."""
    if isinstance(values, list):
        if bytes in classes(values):
            raise ValueError("holds a blob, not a number")
        values = [real_text(value, scale) if isinstance(value, float) else value for value in values]
    found = texts(values)
    odd = pc.fill_null(pc.invert(pc.match_substring_regex(found, PLAIN_NUMBER)), False)
    if not pc.any(odd).as_py():
        return found
    respelled = [_plain_number(text, scale) for text in pc.filter(found, odd).to_pylist()]
    return pc.replace_with_mask(found, odd, pa.array(respelled, pa.large_utf8()))


def _plain_number(text: str, scale: int | None) -> str:
    """`1e3`, `+1` or `.5` in plain digits; NaN and the infinities only where no scale is asked for."""
    if scale is None and text in SPECIAL_NUMBERS:
        return text
    if not NUMBER.fullmatch(text):
        raise ValueError("is no number")
    return format(Decimal(text), "f")


def real_text(value: float, scale: int | None) -> str:
    """A double as the decimal it stands for: the shortest text that reads back to it, or fifteen digits of it
    (all that decimals keep in a double) when only those fit into `scale`."""
    for text in (repr(value), f"{value:.15g}"):
        number = Decimal(text)
        if number.is_finite() and (scale is None or fraction_digits(number) <= scale):
            return format(number, "f")
    raise ValueError("holds a real that no decimal of the type is equal to")


def fraction_digits(number: Decimal) -> int:
    """Digits after the point without trailing zeros; negative where the last digits before it are zeros."""
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    return -exponent - (len(text) - len(text.rstrip("0"))) if text.strip("0") else 0


def _decimals_of_reals(values: list[Value], kind: pa.DataType) -> pa.Array:
    """Doubles whose nearest decimal at the scale reads back to them are taken by arithmetic, the rest by text.

    An integer below 2**53 over a power of ten up to 10**22 is one correctly rounded division."""
    doubles = pa.array(values, pa.float64())
    numbers = pc.fill_null(doubles, 0.0).to_numpy()
    if not 0 <= kind.scale <= 18 or np.abs(numbers).max() * 10.0**kind.scale >= EXACT:
        return pc.cast(number_texts(values, kind.scale), kind)
    unscaled = np.rint(numbers * 10.0**kind.scale)
    whole = unscaled.astype(np.int64)
    for at in np.flatnonzero(unscaled / 10.0**kind.scale != numbers).tolist():
        whole[at] = int(Decimal(real_text(float(numbers[at]), kind.scale)).scaleb(kind.scale))
    counted = pc.cast(pa.array(whole, mask=np.asarray(doubles.is_null())), pa.decimal128(19, 0))
    return pc.cast(counted.view(pa.decimal128(19, kind.scale)), kind)


def times(values: Values) -> pa.Array:
    """Times of day; `24:00:00` is the end of the day, as in PostgreSQL."""
    found = texts(values)
    ends = pc.starts_with(found, MIDNIGHT)
    if not pc.any(ends).as_py():
        return _time(found)
    begun = _time(pc.replace_substring_regex(found, f"^{MIDNIGHT}", "00:")).view(pa.int64())
    ended = pc.add(begun, MICROSECONDS_OF_DAY)
    if pc.any(pc.greater(pc.filter(begun, ends), 0)).as_py():
        raise ValueError("is past the end of the day")
    return pc.if_else(ends, ended, begun).view(pa.time64("us"))


def _time(found: pa.Array) -> pa.Array:
    moments = joined([large("1970-01-01"), found], " ")
    return pc.cast(moments, pa.timestamp("us")).view(pa.int64()).view(pa.time64("us"))


def spans(values: Values) -> pa.Array:
    """`-838:59:59.000000` as microseconds."""
    found = texts(values)
    parts = pc.extract_regex(pc.fill_null(found, "0:00:00"), SPAN)
    if parts.null_count:
        raise ValueError("is no span of hours, minutes and seconds")
    fraction = pc.utf8_rpad(parts.field("fraction"), width=6, padding="0")
    total = pc.cast(fraction, pa.int64())
    for name, unit in (("hours", 3_600_000_000), ("minutes", 60_000_000), ("seconds", 1_000_000)):
        total = pc.add_checked(total, pc.multiply_checked(pc.cast(parts.field(name), pa.int64()), unit))
    signed = pc.if_else(pc.equal(parts.field("sign"), "-"), pc.negate(total), total)
    return pc.if_else(found.is_valid(), signed, pa.scalar(None, pa.int64())).view(pa.duration("us"))


def uuids(values: Values) -> pa.Array:
    """36 characters as 16 bytes."""
    found = texts(values)
    if pc.any(pc.invert(pc.match_substring_regex(found, UUID))).as_py():
        raise ValueError("is no uuid of 36 characters")
    digits = "".join(pc.fill_null(pc.replace_substring(found, "-", ""), "0" * 32).to_pylist())
    raw = np.frombuffer(binascii.unhexlify(digits), dtype="S16") if digits else np.array([], dtype="S16")
    packed = pa.Array.from_buffers(pa.binary(16), len(found), [None, pa.py_buffer(raw)])
    return pc.if_else(found.is_valid(), packed, pa.scalar(None, pa.binary(16))) if found.null_count else packed


def literals(values: Values) -> pa.Array:
    """SQLite's own literals, of which each names its storage class; see encode.value_of_literal."""
    spelled = [None if value is None else LITERAL[type(value)](value) for value in _unpacked(values)]
    return pa.array(spelled, pa.large_utf8())


def printed(values: Values) -> pa.Array:
    """Any values as text; blobs, and text that is no UTF-8, as X'00ff'."""
    return pa.array([None if value is None else _printed(value) for value in _unpacked(values)], pa.large_utf8())


def _printed(value: int | float | str | bytearray | bytes) -> str:
    match value:
        case str():
            return value
        case int() | float():
            return repr(value)
        case bytearray() if (text := _utf8(value)) is not None:
            return text
        case _:
            return f"X'{value.hex()}'"


def _utf8(octets: bytearray) -> str | None:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return None


def _unpacked(values: Values) -> list[Value]:
    return values if isinstance(values, list) else values.to_pylist()


LITERAL: dict[type, Callable[..., str]] = {
    int: str,
    float: repr,
    bytes: lambda value: f"X'{value.hex()}'",
    str: lambda value: "'" + value.replace("'", "''") + "'",
    bytearray: lambda value: "'" + value.decode().replace("'", "''") + "'",
}

"""Arrow arrays from one type to another, value by value the same; and the nearest values where they cannot be.

Nothing here decides what may be lost: `conform` does, with what these functions find.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL, arrow_type
from mappings.spelling import MICROSECONDS_OF_DAY, duration_text, json_list, spelled, uuid_bytes, uuid_text

Convert = Callable[[pa.Array], pa.Array]
WIDEST_INTEGER = pa.decimal128(20, 0)
"""Holds every integer of 64 bits, signed or not."""


def converted(array: pa.Array, source: t.LogicalType, target: t.LogicalType) -> pa.Array:
    """`array` of `source` in the Arrow type of `target`. ValueError when a value cannot be exactly that.

    Trailing spaces of padded text carry no meaning and are left out.
    """
    wanted = arrow_type(target)
    special = CONVERSIONS.get((type(source), type(target)))
    array = special(array) if special is not None else array
    if isinstance(source, t.Text) and source.fixed and pa.types.is_large_string(array.type):
        array = pc.utf8_rtrim(array, " ")
    if array.type == wanted:
        return array
    if isinstance(source, t.Timestamp) and isinstance(target, t.Timestamp):
        return array.view(wanted)
    if pa.types.is_large_string(wanted):
        return spelled(array)
    return _as_number(array, wanted) if isinstance(source, NUMBERS) else pc.cast(array, wanted)


def _as_number(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    if pa.types.is_large_string(array.type):
        array = _decimals(array, wanted.scale if pa.types.is_decimal(wanted) else 0)
    if pa.types.is_decimal(wanted) and pa.types.is_integer(array.type):
        array = pc.cast(array, WIDEST_INTEGER)
    if pa.types.is_boolean(wanted):
        array = pc.cast(array, pa.int8())
    return pc.cast(array, wanted)


def _decimals(texts: pa.Array, scale: int) -> pa.Array:
    """Numbers carried as text, as the widest decimals. Arrow's own cast wraps around beyond 38 digits."""
    try:
        numbers = [None if text is None else Decimal(text) for text in texts.to_pylist()]
    except InvalidOperation:
        raise ValueError("no number") from None
    return pa.array(numbers, pa.decimal256(WIDEST_DECIMAL, scale))


def first_failure(convert: Convert, array: pa.Array) -> int:
    """The first row whose conversion fails, found by bisection."""
    low, high = 0, len(array)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            convert(array.slice(low, middle - low))
        except ValueError:
            high = middle
        else:
            low = middle
    return low


def rounded(array: pa.Array, scale: int) -> tuple[pa.Array, pa.Array]:
    """Decimals, or numbers carried as text, and the same with at most `scale` digits after the point, half away
    from zero; both in one type."""
    if pa.types.is_large_string(array.type):
        return array, _map(array, lambda text: _rounded(text, scale))
    wide = pc.cast(array, pa.decimal256(WIDEST_DECIMAL, array.type.scale))
    try:
        return wide, pc.round(wide, ndigits=scale, round_mode="half_towards_infinity")
    except pa.ArrowInvalid:  # the rounded number has one digit more than Arrow can hold
        return rounded(spelled(array), scale)


def _rounded(text: str, scale: int) -> str:
    """The text itself when it has no digit to lose, or is no number: its conversion then fails."""
    if len(text.partition(".")[2].rstrip("0")) <= scale:
        return text
    try:
        number = Decimal(text).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, Context(prec=len(text) + 1))
    except InvalidOperation:
        return text
    return format(number, "f")


def nearest_floats(array: pa.Array, target: t.Float) -> tuple[pa.Array, pa.Array]:
    """Numbers of any type as the nearest floats, and which of them are now another number."""
    wanted = arrow_type(target)
    if not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)):
        return _floats_of_decimals(array, wanted)
    floats = pc.cast(array, wanted, safe=False)
    back = pc.cast(floats, array.type, safe=False)
    same = pc.equal(back, array)
    if pa.types.is_floating(array.type):
        same = pc.or_(same, pc.and_(pc.is_nan(back), pc.is_nan(array)))
    return floats, pc.invert(same)


def _floats_of_decimals(array: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, pa.Array]:
    """A decimal and the float whose shortest text has the same value are the same number."""
    numbers = [None if value is None else Decimal(value) for value in array.to_pylist()]
    floats = pa.array([None if number is None else float(number) for number in numbers], pa.float64())
    floats = pc.cast(floats, wanted, safe=False)
    texts = spelled(floats).to_pylist()
    changed = [number is not None and not _same(number, text) for number, text in zip(numbers, texts, strict=True)]
    return floats, pa.array(changed, pa.bool_())


def _same(number: Decimal, text: str) -> bool:
    return number == Decimal(text) or (number.is_nan() and text == "nan")


def cut_to_octets(array: pa.Array, octets: int) -> pa.Array:
    """Texts cut to so many bytes of UTF-8, never within a character."""
    return _map(array, lambda text: text.encode()[:octets].decode(errors="ignore"))


def cut_to_utf16(array: pa.Array, units: int) -> pa.Array:
    """Texts cut to so many UTF-16 units, never within a character."""
    return _map(array, lambda text: text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore"))


def _map(array: pa.Array, change: Callable[[str], str]) -> pa.Array:
    return pa.array([None if text is None else change(text) for text in array.to_pylist()], array.type)


def utf16_length(array: pa.Array) -> pa.Array:
    """Lengths in UTF-16 units: characters outside the basic plane count two."""
    beyond = pc.count_substring_regex(array, "[\\x{10000}-\\x{10FFFF}]")
    return pc.add(pc.cast(pc.utf8_length(array), pa.int64()), pc.cast(beyond, pa.int64()))


def _one_bit(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.int8())


def _time_of_duration(array: pa.Array) -> pa.Array:
    numbers = array.view(pa.int64())
    ends = pc.min_max(numbers)
    if len(numbers) > numbers.null_count and (ends["min"].as_py() < 0 or ends["max"].as_py() >= MICROSECONDS_OF_DAY):
        raise ValueError("not within one day")
    return numbers.view(pa.time64("us"))


NUMBERS = (t.Boolean, t.Integer, t.Decimal, t.Float, t.Year)

CONVERSIONS: dict[tuple[type, type], Convert] = {
    (t.Uuid, t.Text): uuid_text,
    (t.Text, t.Uuid): uuid_bytes,
    (t.Binary, t.Uuid): lambda array: pc.cast(array, pa.binary(16)),
    (t.Uuid, t.Binary): lambda array: pc.cast(pc.cast(array, pa.binary()), pa.large_binary()),
    (t.Duration, t.Interval): duration_text,
    (t.Duration, t.Text): duration_text,
    (t.Duration, t.Time): _time_of_duration,
    (t.Duration, t.Integer): lambda array: array.view(pa.int64()),
    (t.Time, t.Duration): lambda array: array.view(pa.int64()).view(pa.duration("us")),
    (t.Boolean, t.Integer): _one_bit,
    (t.Boolean, t.Decimal): _one_bit,
    (t.SetOf, t.Json): json_list,
}
"""The pairs whose meaning Arrow's own cast does not know."""

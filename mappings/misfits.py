"""Finds the values that a target type does not hold exactly, and says how each rule would alter them.

Servers round, cut, pad and clamp without a word, so everything is looked for here. What is then done with a value
that does not fit is decided in `conform`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.casting import cut_to_octets, cut_to_utf16, nearest_floats, rounded, utf16_length
from mappings.json_text import beyond_doubles
from mappings.limits import Limits
from mappings.spelling import ERA, FIRST_DAY, MICROSECONDS_OF_DAY, duration_text


@dataclass(frozen=True, slots=True)
class Misfit:
    """Where `bad` is true, the value of `array` does not fit, for the reason `message`. A remedy gives the whole
    array as the rule of that name would make it, in the type of `array`, which replaces what was examined."""

    array: pa.Array
    bad: pa.Array
    message: str
    remedies: Mapping[str, Callable[[], pa.Array]] = field(default_factory=dict)


NUL = re.compile(b"\0")
LONG_NUMBER = r"\d[\d.]{15}|\d[eE][+-]?\d"
"""In JSON: sixteen digits and points in a row, or an exponent. Any other number is one that a double gives back."""

Check = Callable[[pa.Array], Misfit | None]
"""None when the type of the array says already that everything fits."""


def before(source: t.LogicalType, target: t.LogicalType) -> Iterator[Check]:
    """What must be looked for before the conversion, which would hide it."""
    number = isinstance(source, t.Integer | t.Year | t.Decimal)
    match target:
        case t.Float() if number or isinstance(source, t.Float):
            yield partial(_infinite, target=target)
            yield partial(_other_floats, target=target)
        case t.Decimal(scale=scale) if scale is not None and isinstance(source, t.Decimal):
            yield partial(_beyond_scale, scale=scale)
        case t.Integer() | t.Year() | t.Boolean() if number:
            yield partial(_beyond_scale, scale=0)
            yield partial(_out_of_bounds, target=target)
        case t.Text(fixed=True) if not (isinstance(source, t.Text) and source.fixed):
            yield _padded
        case _:
            return


def after(target: t.LogicalType, limits: Limits) -> Iterator[Check]:
    """What can be looked for in the array that is to be written."""
    if not limits.nul_in_text and pa.types.is_large_string(arrow_type(target)):
        yield _nul
    match target:
        case t.Text(length=length, octets=octets):
            if length is not None:
                yield partial(_longer_text, length=length, utf16=limits.utf16_lengths)
            if octets is not None:
                yield partial(_more_octets, octets=octets)
        case t.Binary(length=length, fixed=fixed) if length is not None:
            yield partial(_wrong_size, length=length, unit="bytes", fixed=fixed)
        case t.Bits(length=length, varying=varying) if length is not None:
            yield partial(_wrong_size, length=length, unit="bits", fixed=not varying)
        case t.Enum(labels=labels):
            yield partial(_no_label, labels=labels)
        case t.SetOf(members=members):
            yield partial(_no_subset, members=members)
        case t.Json(binary=True) if limits.json_doubles:
            yield _json_numbers
        case t.Float() if not limits.float_specials:
            yield _not_a_number if limits.infinite_floats else _special
        case t.Year():
            yield _no_year
        case t.Date():
            yield partial(_beyond_years, limits=limits, unit=1)
        case t.Timestamp(digits=digits):
            yield partial(_beyond_years, limits=limits, unit=MICROSECONDS_OF_DAY)
            yield partial(_finer, digits=digits)
        case t.Time(digits=digits):
            yield partial(_finer, digits=digits)
        case t.Duration(digits=digits):
            yield partial(_finer, digits=digits)
            if limits.longest_span is not None:
                yield partial(_longer_span, longest=limits.longest_span)
        case _:
            return


def _widens(source: pa.DataType, target: pa.DataType) -> bool:
    """Whether every number of the one type is a float of the other."""
    significant = 53 if target == pa.float64() else 24
    whole = pa.types.is_integer(source) and source.bit_width <= significant
    return bool(whole or (pa.types.is_floating(source) and source.bit_width <= target.bit_width))


def _infinite(array: pa.Array, target: t.Float) -> Misfit | None:
    if _widens(array.type, arrow_type(target)):
        return None
    floats, changed = nearest_floats(array, target)
    return Misfit(array, pc.and_(changed, pc.is_inf(floats)), f"beyond the floats of {target.bits} bits")


def _other_floats(array: pa.Array, target: t.Float) -> Misfit | None:
    if _widens(array.type, arrow_type(target)):
        return None
    floats, changed = nearest_floats(array, target)
    return Misfit(floats, changed, f"no float of {target.bits} bits", {"round": lambda: floats})


def _beyond_scale(array: pa.Array, scale: int) -> Misfit | None:
    carried_as_text = pa.types.is_large_string(array.type)
    if not carried_as_text and not (pa.types.is_decimal(array.type) and array.type.scale > scale):
        return None
    exact, nearest = rounded(array, scale)
    message = f"more than {scale} digits after the point"
    return Misfit(exact, pc.not_equal(exact, nearest), message, {"round": lambda: nearest})


def _out_of_bounds(array: pa.Array, target: t.Integer | t.Year | t.Boolean) -> Misfit | None:
    if not pa.types.is_integer(array.type):
        return None
    least, greatest = bounds(target)
    own = np.iinfo(array.type.to_pandas_dtype())
    if least <= own.min and own.max <= greatest:
        return None
    low, high = pa.scalar(max(least, int(own.min)), array.type), pa.scalar(min(greatest, int(own.max)), array.type)
    bad = pc.or_(pc.less(array, low), pc.greater(array, high))
    return Misfit(array, bad, f"outside {least} to {greatest}", {"clamp": lambda: _clamped(array, low, high)})


def bounds(target: t.Integer | t.Year | t.Boolean) -> tuple[int, int]:
    """The least and the greatest number of the type."""
    match target:
        case t.Integer():
            return target.bounds
        case t.Year():
            return 0, 2155
        case t.Boolean():
            return 0, 1


def _clamped(array: pa.Array, low: pa.Scalar, high: pa.Scalar) -> pa.Array:
    return pc.min_element_wise(pc.max_element_wise(array, low, skip_nulls=False), high, skip_nulls=False)


def _padded(array: pa.Array) -> Misfit | None:
    if not pa.types.is_large_string(array.type):
        return None
    message = "ends in spaces, which the target does not keep"
    return Misfit(array, pc.ends_with(array, " "), message, {"truncate": lambda: pc.utf8_rtrim(array, " ")})


def _nul(array: pa.Array) -> Misfit | None:
    start, end = _ends(array)[[0, -1]].tolist()
    values = array.buffers()[2]
    if values is None or NUL.search(values, start, end) is None:
        return None
    message = "the target holds no NUL character in text"
    remedies = {"strip": lambda: pc.replace_substring(array, "\x00", "")}
    return Misfit(array, pc.match_substring(array, "\x00"), message, remedies)


def _ends(array: pa.Array) -> np.ndarray:
    """Where the values of a large text array begin and end beneath it."""
    offsets = array.buffers()[1]
    whole = np.frombuffer(offsets, dtype=np.int64) if offsets is not None else np.zeros(1, dtype=np.int64)
    return whole[array.offset : array.offset + len(array) + 1]


def _longer_text(array: pa.Array, length: int, utf16: bool) -> Misfit | None:
    if np.diff(_ends(array)).max(initial=0) <= length:
        return None  # a character takes at least a byte, and one of two UTF-16 units takes four
    lengths = utf16_length(array) if utf16 else pc.utf8_length(array)
    cut = partial(cut_to_utf16, array, length) if utf16 else partial(pc.utf8_slice_codeunits, array, 0, length)
    return Misfit(array, pc.greater(lengths, length), f"longer than {length} characters", {"truncate": cut})


def _more_octets(array: pa.Array, octets: int) -> Misfit:
    bad = pc.greater(pc.binary_length(array), octets)
    return Misfit(array, bad, f"longer than {octets} bytes", {"truncate": partial(cut_to_octets, array, octets)})


def _wrong_size(array: pa.Array, length: int, unit: str, fixed: bool) -> Misfit:
    lengths = pc.binary_length(array)
    if fixed:
        return Misfit(array, pc.not_equal(lengths, length), f"not {length} {unit} long")
    return Misfit(array, pc.greater(lengths, length), f"longer than {length} {unit}")


def _no_label(array: pa.Array, labels: tuple[str, ...]) -> Misfit:
    return Misfit(array, _not_among(array, labels), "none of the target's labels")


def _no_subset(array: pa.Array, members: tuple[str, ...]) -> Misfit:
    distinct = pc.unique(array.drop_null()).to_pylist()
    subsets = [text for text in distinct if _in_order(text.split(",") if text else [], members)]
    return Misfit(array, _not_among(array, subsets), "no list of the target's members in their order")


def _not_among(array: pa.Array, texts: Iterable[str]) -> pa.Array:
    return pc.invert(pc.is_in(array, value_set=pa.array(texts, pa.large_utf8())))


def _in_order(names: list[str], members: tuple[str, ...]) -> bool:
    places = [members.index(name) if name in members else -1 for name in names]
    return -1 not in places and places == sorted(set(places))


def _not_a_number(array: pa.Array) -> Misfit:
    return Misfit(array, pc.is_nan(array), "the target holds no NaN")


def _json_numbers(array: pa.Array) -> Misfit | None:
    suspects = pc.fill_null(pc.match_substring_regex(array, LONG_NUMBER), False)
    if not pc.any(suspects).as_py():
        return None
    found = pa.array(
        [
            suspect and beyond_doubles(text)
            for suspect, text in zip(suspects.to_pylist(), array.to_pylist(), strict=True)
        ]
    )
    return Misfit(array, found, "a number in it is beyond a double, which is all that the target's JSON keeps")


def _special(array: pa.Array) -> Misfit:
    return Misfit(array, pc.invert(pc.is_finite(array)), "the target holds no NaN and no infinity")


def _no_year(array: pa.Array) -> Misfit:
    """One- and two-digit years would become others of this or the last century."""
    bad = pc.and_(pc.not_equal(array, 0), pc.or_(pc.less(array, 1901), pc.greater(array, 2155)))
    return Misfit(array, bad, "neither 0 nor a year from 1901 to 2155")


def _beyond_years(array: pa.Array, limits: Limits, unit: int) -> Misfit | None:
    """Dates and timestamps, which count `unit` a day, against the years that the target holds."""
    numbers = array.view(pa.int32() if unit == 1 else pa.int64())
    own = np.iinfo(numbers.type.to_pandas_dtype())
    low = max(_first_day(limits.least_year) * unit, int(own.min))
    high = min(_first_day(limits.greatest_year + 1) * unit - 1, int(own.max))
    ends = pc.min_max(numbers)
    if ends["min"].as_py() is None or (ends["min"].as_py() >= low and ends["max"].as_py() <= high):
        return None
    least, greatest = pa.scalar(low, numbers.type), pa.scalar(high, numbers.type)
    bad = pc.or_(pc.less(numbers, least), pc.greater(numbers, greatest))
    message = f"outside the years {limits.least_year} to {limits.greatest_year} that the target holds"
    return Misfit(array, bad, message, {"clamp": lambda: _clamped(numbers, least, greatest).view(array.type)})


def _longer_span(array: pa.Array, longest: int) -> Misfit:
    numbers = array.view(pa.int64())
    least, greatest = pa.scalar(-longest, pa.int64()), pa.scalar(longest, pa.int64())
    bad = pc.or_(pc.less(numbers, least), pc.greater(numbers, greatest))
    message = f"longer than {duration_text(pa.array([longest], pa.duration('us')))[0]}, which the target holds at most"
    return Misfit(array, bad, message, {"clamp": lambda: _clamped(numbers, least, greatest).view(array.type)})


def _first_day(year: int) -> int:
    """Days from 1970-01-01 to the first of January of `year`, in the proleptic calendar; the year 0 is 1 BC."""
    eras, rest = divmod(year - 1, 400)
    return date(rest + 1, 1, 1).toordinal() - 1 + eras * ERA + FIRST_DAY


def _finer(array: pa.Array, digits: int) -> Misfit | None:
    """Times of more than `digits` digits; cut as their text would be, so spans towards zero."""
    if digits >= 6:
        return None
    numbers = pc.fill_null(array.view(pa.int64()), 0).to_numpy()
    remainder = np.fmod if pa.types.is_duration(array.type) else np.mod
    rest = remainder(numbers, 10 ** (6 - digits))
    message = f"more than {digits} digits after the second's point"
    return Misfit(array, pa.array(rest != 0), message, {"truncate": lambda: pa.array(numbers - rest).view(array.type)})

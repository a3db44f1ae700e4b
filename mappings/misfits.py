"""Finds the values that a target type does not hold exactly, and says how each rule would alter them.

Servers round, cut, pad and clamp without a word, so everything is looked for here. What is then done with a value
that does not fit is decided in `conform`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL, arrow_type
from mappings.casting import cut_to_octets, cut_to_utf16, utf16_length
from mappings.json_misfits import deep_json, json_numbers, json_overflow, no_json, nul_in_json, torn_pairs
from mappings.limits import Limits
from mappings.misfit import Check, Misfit
from mappings.number_misfits import (
    beyond_scale,
    clamped,
    infinite,
    longer_number,
    no_year,
    not_a_number,
    other_floats,
    out_of_bounds,
    special,
)
from mappings.spelling import ERA, FIRST_DAY, MICROSECONDS_OF_DAY, duration_text

NUL = re.compile(b"\0")


def before(source: t.LogicalType, target: t.LogicalType) -> Iterator[Check]:
    """What must be looked for before the conversion, which would hide it."""
    number = isinstance(source, t.Integer | t.Year | t.Decimal)
    match target:
        case t.Float() if number or isinstance(source, t.Float):
            yield partial(infinite, target=target)
            yield partial(other_floats, target=target)
        case t.Decimal(precision=precision, scale=scale) if scale is not None and isinstance(source, t.Decimal):
            yield partial(beyond_scale, scale=scale)
            if precision is not None and precision > WIDEST_DECIMAL:
                yield partial(longer_number, digits=precision - scale)
        case t.Integer() | t.Year() | t.Boolean() if number:
            yield partial(beyond_scale, scale=0)
            yield partial(out_of_bounds, target=target)
        case t.Text(fixed=True) if not (isinstance(source, t.Text) and source.fixed):
            yield _padded
        case t.Json() if not isinstance(source, t.Json | t.SetOf):
            yield no_json
        case _:
            return


def after(target: t.LogicalType, limits: Limits) -> Iterator[Check]:
    """What can be looked for in the array that is to be written."""
    if not limits.nul_in_text and pa.types.is_large_string(arrow_type(target)):
        yield _nul
    match target:
        case t.Text(length=length, octets=octets, fixed=fixed):
            if length is not None:
                yield partial(_longer_text, length=length, utf16=limits.utf16_lengths, fixed=fixed)
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
        case t.Json(binary=binary):
            yield from _json(limits, parsed=binary)
        case t.Float() if not limits.float_specials:
            yield not_a_number if limits.infinite_floats else special
        case t.Year():
            yield no_year
        case t.Date():
            yield partial(_beyond_years, limits=limits, unit=1)
        case t.Timestamp(digits=digits):
            yield partial(_beyond_years, limits=limits, unit=MICROSECONDS_OF_DAY, step=10 ** (6 - digits))
            yield partial(_finer, digits=digits)
        case t.Time(digits=digits):
            yield partial(_finer, digits=digits)
        case t.Duration(digits=digits):
            yield partial(_finer, digits=digits)
            if limits.longest_span is not None:
                yield partial(_longer_span, longest=limits.longest_span, step=10 ** (6 - digits))
        case _:
            return


def _json(limits: Limits, *, parsed: bool) -> Iterator[Check]:
    if parsed and not limits.nul_in_text:
        yield nul_in_json
    if limits.json_doubles:
        yield json_numbers if parsed else json_overflow
    if limits.json_depth is not None:
        yield partial(deep_json, levels=limits.json_depth)
    if parsed or not limits.json_torn_pairs:
        yield torn_pairs


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


def _longer_text(array: pa.Array, length: int, utf16: bool, fixed: bool) -> Misfit | None:
    """What is cut for a padded column loses the spaces that it then ends in, which mean nothing there."""
    if np.diff(_ends(array)).max(initial=0) <= length:
        return None  # a character takes at least a byte, and one of two UTF-16 units takes four
    lengths = utf16_length(array) if utf16 else pc.utf8_length(array)
    cut = partial(cut_to_utf16, array, length) if utf16 else partial(pc.utf8_slice_codeunits, array, 0, length)
    remedy = (lambda: pc.utf8_rtrim(cut(), " ")) if fixed else cut
    return Misfit(array, pc.greater(lengths, length), f"longer than {length} characters", {"truncate": remedy})


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


def _beyond_years(array: pa.Array, limits: Limits, unit: int, step: int = 1) -> Misfit | None:
    """Dates and timestamps, which count `unit` a day in steps of `step`, against the years that the target holds."""
    numbers = array.view(pa.int32() if unit == 1 else pa.int64())
    own = np.iinfo(numbers.type.to_pandas_dtype())
    low = max(_first_day(limits.least_year) * unit, int(own.min))
    high = min(_first_day(limits.greatest_year + 1) * unit - 1, int(own.max))
    ends = pc.min_max(numbers)
    if ends["min"].as_py() is None or (ends["min"].as_py() >= low and ends["max"].as_py() <= high):
        return None
    bad = pc.or_(pc.less(numbers, low), pc.greater(numbers, high))
    message = f"outside the years {limits.least_year} to {limits.greatest_year} that the target holds"
    least, greatest = pa.scalar(low, numbers.type), pa.scalar(high // step * step, numbers.type)
    return Misfit(array, bad, message, {"clamp": lambda: clamped(numbers, least, greatest).view(array.type)})


def _longer_span(array: pa.Array, longest: int, step: int) -> Misfit:
    numbers = array.view(pa.int64())
    bad = pc.or_(pc.less(numbers, -longest), pc.greater(numbers, longest))
    nearest = longest // step * step
    least, greatest = pa.scalar(-nearest, pa.int64()), pa.scalar(nearest, pa.int64())
    message = f"longer than {duration_text(pa.array([longest], pa.duration('us')))[0]}, which the target holds at most"
    return Misfit(array, bad, message, {"clamp": lambda: clamped(numbers, least, greatest).view(array.type)})


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

"""Numbers that a target type does not hold exactly."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL, arrow_type
from mappings.casting import nearest_floats, rounded
from mappings.misfit import Misfit
from mappings.spelling import spelled

WHOLE = pa.decimal256(WIDEST_DECIMAL, 0)


def widens(source: pa.DataType, target: pa.DataType) -> bool:
    """Whether every number of the one type is a float of the other."""
    significant = 53 if target == pa.float64() else 24
    whole = pa.types.is_integer(source) and source.bit_width <= significant
    return bool(whole or (pa.types.is_floating(source) and source.bit_width <= target.bit_width))


def infinite(array: pa.Array, target: t.Float) -> Misfit | None:
    if widens(array.type, arrow_type(target)):
        return None
    floats, changed = nearest_floats(array, target)
    return Misfit(array, pc.and_(changed, pc.is_inf(floats)), f"beyond the floats of {target.bits} bits")


def other_floats(array: pa.Array, target: t.Float) -> Misfit | None:
    if widens(array.type, arrow_type(target)):
        return None
    floats, changed = nearest_floats(array, target)
    return Misfit(floats, changed, f"no float of {target.bits} bits", {"round": lambda: floats})


def beyond_scale(array: pa.Array, scale: int) -> Misfit | None:
    carried_as_text = pa.types.is_large_string(array.type)
    if not carried_as_text and not (pa.types.is_decimal(array.type) and array.type.scale > scale):
        return None
    exact, nearest = rounded(array, scale)
    message = f"more than {scale} digits after the point"
    return Misfit(exact, pc.not_equal(exact, nearest), message, {"round": lambda: nearest})


def longer_number(array: pa.Array, digits: int) -> Misfit:
    """NaN and the infinities have no digits: decimals that are carried as text may hold them."""
    longer = pc.match_substring_regex(spelled(array), r"^-?0*[1-9]\d{" + str(digits) + "}")
    return Misfit(array, longer, f"more than {digits} digits before the point")


def out_of_bounds(array: pa.Array, target: t.Integer | t.Year | t.Boolean) -> Misfit | None:
    least, greatest = bounds(target)
    kind = array.type
    if pa.types.is_large_string(kind):
        return _texts_out_of_bounds(array, least, greatest)
    if pa.types.is_decimal(kind):
        array, kind = array.cast(WHOLE), WHOLE
    else:
        own = np.iinfo(kind.to_pandas_dtype())
        if least <= own.min and own.max <= greatest:
            return None
        least, greatest = max(least, int(own.min)), min(greatest, int(own.max))
    low, high = pa.scalar(least, kind), pa.scalar(greatest, kind)
    bad = pc.or_(pc.less(array, low), pc.greater(array, high))
    message = "outside {} to {}".format(*bounds(target))
    return Misfit(array, bad, message, {"clamp": lambda: clamped(array, low, high)})


def _texts_out_of_bounds(array: pa.Array, least: int, greatest: int) -> Misfit:
    nearest = [None if text is None else _nearest(text, least, greatest) for text in array.to_pylist()]
    clamped = pa.array(nearest, array.type)
    return Misfit(array, pc.not_equal(array, clamped), f"outside {least} to {greatest}", {"clamp": lambda: clamped})


def _nearest(text: str, least: int, greatest: int) -> str:
    """The text itself within the bounds, and where it is no finite number."""
    number = Decimal(text)
    if not number.is_finite() or least <= number <= greatest:
        return text
    return str(least if number < least else greatest)


def bounds(target: t.Integer | t.Year | t.Boolean) -> tuple[int, int]:
    """The least and the greatest number of the type."""
    match target:
        case t.Integer():
            return target.bounds
        case t.Year():
            return 0, 2155
        case t.Boolean():
            return 0, 1


def clamped(array: pa.Array, low: pa.Scalar, high: pa.Scalar) -> pa.Array:
    return pc.min_element_wise(pc.max_element_wise(array, low, skip_nulls=False), high, skip_nulls=False)


def not_a_number(array: pa.Array) -> Misfit:
    return Misfit(array, pc.is_nan(array), "the target holds no NaN")


def special(array: pa.Array) -> Misfit:
    return Misfit(array, pc.invert(pc.is_finite(array)), "the target holds no NaN and no infinity")


def no_year(array: pa.Array) -> Misfit:
    """One- and two-digit years would become others of this or the last century."""
    bad = pc.and_(pc.not_equal(array, 0), pc.or_(pc.less(array, 1901), pc.greater(array, 2155)))
    return Misfit(array, bad, "neither 0 nor a year from 1901 to 2155")

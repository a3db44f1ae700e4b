"""JSON that a target's type does not take, or does not give back."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from mappings.json_text import beyond_doubles, depth, is_json, overflows, torn
from mappings.misfit import Misfit

ESCAPED_NUL = r"\u0000"
NUL_ESCAPE = r"(?:^|[^\\])(?:\\\\)*\\u0000"
"""The escape, unless the backslash before it is itself escaped."""
LONG_NUMBER = r"\d[\d.]{15}|\d[eE][+-]?\d"
"""Sixteen digits and points in a row, or an exponent. Any other number is one that a double gives back."""
GREAT_NUMBER = r"\d{300}|\d[eE]\+?\d{3}"
"""What a number beyond the greatest double has in it."""
HALF_A_PAIR = r"\\u[dD][89a-fA-F]"
BRACKETS = r"[\[{]"


def no_json(array: pa.Array) -> Misfit:
    return _misfit(array, array.is_valid(), lambda text: not is_json(text), "is no JSON")


def nul_in_json(array: pa.Array) -> Misfit | None:
    suspects = pc.match_substring(array, ESCAPED_NUL)
    if not pc.any(suspects).as_py():
        return None
    message = "the target's JSON holds no NUL character"
    return Misfit(array, pc.and_(suspects, pc.match_substring_regex(array, NUL_ESCAPE)), message)


def json_numbers(array: pa.Array) -> Misfit | None:
    """Numbers that parsed JSON does not give back."""
    message = "a number in it is beyond a double, which is all that the target's JSON keeps"
    return _among(array, pc.match_substring_regex(array, LONG_NUMBER), beyond_doubles, message)


def json_overflow(array: pa.Array) -> Misfit | None:
    """Numbers that a parser refuses whose numbers are doubles."""
    message = "a number in it is beyond the greatest double, and the target takes no such JSON"
    return _among(array, pc.match_substring_regex(array, GREAT_NUMBER), overflows, message)


def torn_pairs(array: pa.Array) -> Misfit | None:
    message = "an escape in it is half a surrogate pair, and the target takes no such JSON"
    return _among(array, pc.match_substring_regex(array, HALF_A_PAIR), torn, message)


def deep_json(array: pa.Array, levels: int) -> Misfit | None:
    suspects = pc.greater(pc.count_substring_regex(array, BRACKETS), levels)
    message = f"nested deeper than the {levels} levels that the target's JSON has"
    return _among(array, suspects, lambda text: depth(text) > levels, message)


def _among(array: pa.Array, suspects: pa.Array, bad: Callable[[str], bool], message: str) -> Misfit | None:
    suspects = pc.fill_null(suspects, False)
    return _misfit(array, suspects, bad, message) if pc.any(suspects).as_py() else None


def _misfit(array: pa.Array, suspects: pa.Array, bad: Callable[[str], bool], message: str) -> Misfit:
    pairs = zip(suspects.to_pylist(), array.to_pylist(), strict=True)
    return Misfit(array, pa.array([suspect and bad(text) for suspect, text in pairs], pa.bool_()), message)

"""What each hazard says, value by value and in plain Python: the meaning that casts and predicates are held against."""

from __future__ import annotations

import json
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite, isinf
from typing import Any

import numpy as np
import pyarrow as pa

from mappings import hazards as h
from mappings.json_text import is_json

DAY = 86_400_000_000
WIDE = Context(prec=300)


def plain_values(array: pa.Array) -> list[Any]:
    """Dates and times as the numbers that carry them, all else as Python has it."""
    kind = array.type
    if pa.types.is_date32(kind):
        return array.view(pa.int32()).to_pylist()
    return (array.view(pa.int64()) if pa.types.is_temporal(kind) else array).to_pylist()


def offends(hazard: h.Hazard, kind: pa.DataType, value: Any) -> bool:
    """Whether the value, carried as `kind`, is what the hazard says. What only reading tells is not asked here."""
    match hazard:
        case h.OutsideYears(least=least, greatest=greatest):
            return not least <= _year(kind, value) <= greatest
        case h.Finer(digits=digits):
            return bool(value % 10 ** (6 - digits))
        case h.LongerSpan(microseconds=longest):
            return abs(value) > longest
        case h.NoTimeOfDay():
            return not 0 <= value < DAY
        case h.LongerText(length=length, utf16=utf16):
            return (len(value.encode("utf-16-le")) // 2 if utf16 else len(value)) > length
        case h.MoreOctets(octets=octets):
            return len(value.encode()) > octets
        case h.WrongSize(length=length, fixed=fixed):
            return len(value) != length if fixed else len(value) > length
        case h.NulCharacter():
            return "\0" in value
        case h.NulInJson():
            return is_json(value) and "\0" in _texts_in(json.loads(value))
        case h.NotParsed(depth=depth, doubles=doubles, torn_pairs=torn_pairs):
            if not is_json(value):
                return False
            found = json.loads(value, parse_float=float, parse_int=float)
            beyond = doubles and any(map(isinf, _numbers_in(found)))
            torn = not torn_pairs and any("\ud800" <= letter <= "\udfff" for letter in _texts_in(found))
            return beyond or torn or (depth is not None and _levels(found) > depth)
        case h.TrailingSpaces():
            return value.endswith(" ")
        case h.NoLabel(labels=labels):
            return value not in labels
        case _:
            return _number_offends(hazard, value)


def _texts_in(value: Any) -> str:
    match value:
        case str():
            return value
        case list():
            return " ".join(map(_texts_in, value))
        case dict():
            return _texts_in([*value, *value.values()])
        case _:
            return ""


def _numbers_in(value: Any) -> list[float]:
    match value:
        case float():
            return [value]
        case list():
            return [number for each in value for number in _numbers_in(each)]
        case dict():
            return _numbers_in(list(value.values()))
        case _:
            return []


def _levels(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(_levels, value), default=0)
        case dict():
            return _levels(list(value.values()))
        case _:
            return 0


def _number_offends(hazard: h.Hazard, value: Any) -> bool:
    match hazard:
        case h.NotFinite(infinities=infinities):
            unusual = value if isinstance(value, float) else float(value)
            return not (isfinite(unusual) or (infinities and isinf(unusual)))
        case h.NoYear():
            number = Decimal(value)
            return number.is_finite() and number != 0 and not 1901 <= number <= 2155
        case h.OutOfBounds(least=least, greatest=greatest, rounded=rounded):
            number = _rounded(value, 0) if rounded else Decimal(value)
            return number.is_finite() and not least <= number <= greatest
        case h.MoreDigits(scale=scale):
            number = Decimal(value)
            return number.is_finite() and number != _rounded(number, scale)
        case h.LongerNumber(digits=digits, scale=scale):
            number = Decimal(value) if scale is None else _rounded(value, scale)
            return number.is_finite() and number.copy_abs() >= 10**digits
        case _:
            return False


def _rounded(value: Any, scale: int) -> Decimal:
    number = Decimal(value)
    return number.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, WIDE) if number.is_finite() else number


def _year(kind: pa.DataType, value: int) -> int:
    days = value if pa.types.is_date32(kind) else value // DAY
    return int(np.datetime64(days, "D").astype("datetime64[Y]").astype(int)) + 1970

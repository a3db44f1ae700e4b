"""One text for all spellings of the same JSON value: engines that parse JSON print it each in their own way.

Members are sorted by name, spaces left out, escapes resolved, and numbers written by value: `1e2`, `100` and `100.0`
are all `100`. Of members with the same name the last counts, as it does in jsonb and in MySQL.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from math import isinf
from typing import NoReturn

SURE_LENGTH = 16
"""A number with a point and at most so many characters has at most 15 digits: a double gives it back exactly."""
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
BRACKET = re.compile(r"[\[\]{}]")
HALF_A_PAIR = re.compile("[\ud800-\udfff]")
LONGEST_WHOLE = 400
"""Whole numbers of more digits are written with an exponent, so that `1e999999` stays short."""

Value = dict[str, "Value"] | list["Value"] | str | int | float | Decimal | None


def normal_json(text: str) -> str:
    """The normal form of a JSON text; `text` itself when it is none."""
    bare = text.strip(" \t\r\n")
    try:
        value, end = _READER.raw_decode(bare)
        return _written(value) if end == len(bare) else text
    except (ValueError, RecursionError, InvalidOperation):
        return text


def is_json(text: str) -> bool:
    """Whether the text is JSON as the standard has it: without NaN and Infinity."""
    try:
        json.loads(text, parse_constant=_refuse, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return False
    return True


def beyond_doubles(text: str) -> bool:
    """Whether a number of the JSON text is neither an integer of 64 bits nor one that a double gives back exactly."""
    try:
        json.loads(text, parse_float=_double, parse_int=_double)
    except _BeyondDoubles:
        return True
    except (ValueError, RecursionError, InvalidOperation):
        return False
    return False


def overflows(text: str) -> bool:
    """Whether a number of the JSON text is greater than any double, whatever its sign."""
    found: list[str] = []
    try:
        json.loads(text, parse_float=found.append, parse_int=found.append)
    except (ValueError, RecursionError):
        return False
    return any(isinf(float(number)) for number in found)


def torn(text: str) -> bool:
    """Whether a text in the JSON text has half a surrogate pair, which is no character."""
    try:
        texts = json.loads(f'"{" ".join(STRING.findall(text))}"', strict=False)
        return HALF_A_PAIR.search(texts) is not None
    except ValueError:
        return False


def depth(text: str) -> int:
    """How many levels of arrays and objects the JSON text has; 0 for a single value."""
    deepest = level = 0
    for bracket in BRACKET.findall(STRING.sub("", text)):
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
    return deepest


class _BeyondDoubles(Exception):
    """Ends the parsing at the first such number."""


def _double(text: str) -> None:
    number = Decimal(text)
    whole = text.lstrip("-").isdigit() and -(2**63) <= number < 2**64
    if not whole and Decimal(repr(float(text))) != number:
        raise _BeyondDoubles


def _written(value: Value) -> str:
    try:
        return _WRITER.encode(value)
    except TypeError:
        return _spelled_out(value)


def _number(text: str) -> int | float | Decimal:
    """A number with a point or an exponent: whole numbers as int, what a double gives back exactly as float."""
    if len(text) <= SURE_LENGTH and "e" not in text and "E" not in text:
        near = float(text)
        return int(near) if near.is_integer() else near
    return _exact(Decimal(text))


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= LONGEST_WHOLE else Decimal(text)


def _exact(number: Decimal) -> int | float | Decimal:
    _, significant, exponent = _parts(number)
    if not significant:
        return 0
    if exponent >= 0 and number.adjusted() < LONGEST_WHOLE:
        return int(number)
    near = float(number)
    return near if Decimal(repr(near)) == number else number


def _parts(number: Decimal) -> tuple[str, str, int]:
    """The sign, the digits without zeros at the end, none for zero, and the power of ten they are multiplied by."""
    sign, digits, exponent = number.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    return "-" * sign, significant, int(exponent) + len(digits) - len(significant)


def _spelled_out(value: Value) -> str:
    """What the json module writes, for values with numbers that it cannot write."""
    match value:
        case dict():
            members = (f"{encode_basestring(name)}:{_spelled_out(member)}" for name, member in sorted(value.items()))
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(_spelled_out, value)) + "]"
        case Decimal():
            sign, significant, exponent = _parts(value)
            return f"{sign}{significant}e{exponent}"
        case _:
            return _WRITER.encode(value)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


_READER = json.JSONDecoder(parse_float=_number, parse_int=_whole, parse_constant=_refuse)
_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))

"""What the types alone say may go wrong is all that can: no value is refused that was not asked about before."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings import hazards as h
from mappings import types as t
from mappings.conform import RULES, Cast, Rule
from mappings.errors import ValueDoesNotFit
from mappings.exposure import hazards
from tests.pure.offending import DAY, offends, plain_values
from tests.pure.samples import array_of
from tests.pure.ways import TYPES, ways

LETTERS = "abä😀 \0"
SPELLED = ("12.50", "-7", "1e3", "NaN", "2020-02-30", "2020-01-31 12:30:00.5", "1", "0" * 32, "{}", "[1", "a,b", "b,a")
ENDS = tuple(sign * 2**bits + more for bits in (7, 8, 15, 16, 23, 24, 31, 32, 53, 63, 64) for sign in (-1, 1)
             for more in (-1, 0, 1))  # fmt: skip
HARD_JSON = (
    r'["\ud800"]', r'["\\ud800"]', r'{"\udc00": 1}', r'["\ud83d\ude00"]', r'["\ud83d", "\ude00"]', "[1e400]",
    "[-1e400]", "9" * 309, "9" * 308, "1.8e308", "1.7e308", "1e-400", '["1e400"]', "[[[1]]]", '[["[[["]]',
    '{"a": {"b": {}}}', '"\\"[[["',
)  # fmt: skip
YEARS = (0, 70, 1900, 1901, 2155, 2156)
DAYS = (-719_163, -719_162, 0, 2_932_896, 2_932_897, -(2**31), 2**31 - 1)
SPANS = (-1, 0, 1, DAY - 1, DAY, 3_020_399_000_000, -3_020_399_000_001, 3_020_399_999_999, 1_500_000, 999_000)


def integers(least: int, greatest: int) -> st.SearchStrategy[int]:
    ends = [end for end in (*ENDS, *YEARS, least, greatest) if least <= end <= greatest]
    return st.sampled_from(ends) | st.integers(least, greatest)


def decimals(precision: int, scale: int) -> st.SearchStrategy[Decimal]:
    """Among them those whose rounding to fewer digits adds one before the point."""
    greatest = 10**precision - 1
    unscaled = st.integers(-greatest, greatest) | st.integers(0, precision).map(lambda digits: 10**digits - 1)
    return unscaled.map(lambda number: Decimal((number < 0, tuple(map(int, str(abs(number)))), -scale)))


def texts(longest: int, octets: int | None = None) -> st.SearchStrategy[str]:
    found = st.text(LETTERS, max_size=longest) | st.sampled_from([text for text in SPELLED if len(text) <= longest])
    return found if octets is None else found.filter(lambda text: len(text.encode()) <= octets)


def values_of(kind: t.LogicalType) -> st.SearchStrategy[Any]:
    """All that a source may yield as `kind`."""
    match kind:
        case t.Boolean():
            return st.booleans()
        case t.Integer():
            return integers(*kind.bounds)
        case t.Year():
            return st.sampled_from((0, 1901, 1999, 2155))
        case t.Decimal(precision=precision, scale=scale) if precision is not None and precision <= 76:
            return decimals(precision, scale or 0)
        case t.Decimal(precision=precision, scale=scale):
            unusual = ["NaN", "Infinity", "-Infinity"] if precision is None else ["NaN"]
            finite = decimals(40, 20 if scale is None else scale).map(lambda number: format(number, "f"))
            return st.sampled_from(unusual) | finite
        case t.Float(bits=bits):
            return st.floats(width=32 if bits == 32 else 64) | st.sampled_from((0.5, 2.0**60, float("nan")))
        case t.Text(length=length, octets=octets, fixed=fixed):
            found = texts(length if length is not None else 50, octets)
            return found.map(lambda text: text.rstrip(" ")) if fixed else found
        case t.Binary(length=length, fixed=fixed):
            longest = 20 if length is None else length
            return st.binary(min_size=longest if fixed else 0, max_size=longest)
        case _:
            return moments_of(kind)


def moments_of(kind: t.LogicalType) -> st.SearchStrategy[Any]:
    match kind:
        case t.Date():
            return st.sampled_from(DAYS) | st.integers(-800_000, 3_000_000)
        case t.Time(digits=digits):
            return st.integers(0, 10**digits * 86_400 - 1).map(lambda number: number * 10 ** (6 - digits))
        case t.Timestamp(digits=digits):
            unit = 10 ** (6 - digits)
            near = st.sampled_from([days * DAY + more for days in DAYS[:5] for more in (0, DAY - 1)])
            return (near | st.integers(-(2**62), 2**62)).map(lambda number: number // unit * unit)
        case t.Duration(digits=digits):
            unit = 10 ** (6 - digits)
            return (st.sampled_from(SPANS) | st.integers(-(10**13), 10**13)).map(lambda number: number // unit * unit)
        case t.Uuid():
            return st.binary(min_size=16, max_size=16)
        case _:
            return carried_as_text(kind)


def objects(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(st.text(LETTERS, max_size=2), values, max_size=2)


def carried_as_text(kind: t.LogicalType) -> st.SearchStrategy[str]:
    match kind:
        case t.TimeTz():
            return st.sampled_from(("12:30:00+00", "23:59:59.999999-15:59:59"))
        case t.Interval():
            return st.sampled_from(("PT0S", "P1Y2M3DT4H5M6.789S", "P-178956970Y-8M-2147483648DT-54.775808S"))
        case t.Json():
            scalars = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(LETTERS)
            found = st.recursive(scalars, lambda inner: st.lists(inner) | objects(inner), max_leaves=4).map(json.dumps)
            return found | st.sampled_from(HARD_JSON)
        case t.Enum(labels=labels):
            return st.sampled_from(labels)
        case t.SetOf(members=members):
            subsets = st.lists(st.sampled_from(members), unique=True)
            return subsets.map(lambda names: ",".join(sorted(names, key=members.index)))
        case t.Bits(length=length, varying=varying):
            longest = 12 if length is None else length
            return st.text("01", min_size=0 if varying or length is None else longest, max_size=longest)
        case _:
            raise AssertionError(kind)


TARGETS = {source: ways(source) for source in TYPES}
EVERY_SOURCE = pytest.mark.parametrize("source", TYPES, ids=str)
FEW = settings(max_examples=4, deadline=None)


@cache
def column_of(source: t.LogicalType) -> st.SearchStrategy[pa.Array]:
    values = st.lists(st.none() | values_of(source), min_size=8, max_size=20)
    return values.map(lambda column: array_of(source, *column))


def held(asked: tuple[h.Hazard, ...], array: pa.Array) -> list[list[h.Hazard]]:
    """The hazards that each value is, as far as they can be told without the cast."""
    values = plain_values(array)
    return [
        [hazard for hazard in asked if value is not None and offends(hazard, array.type, value)] for value in values
    ]


@EVERY_SOURCE
def test_what_is_refused_was_asked_about_and_nothing_else(source: t.LogicalType) -> None:
    @FEW
    @given(column_of(source))
    def holds(array: pa.Array) -> None:
        for target, limits in TARGETS[source]:
            asked = hazards(source, source, target, limits)
            only_reading_tells = any(isinstance(hazard, h.NotHeld) for hazard in asked)
            refused = Cast("t.c", source, target, limits).refused(array).to_pylist()
            for value, bad, found in zip(array, refused, held(asked, array), strict=True):
                assert bad or not found, (target, limits, value, found)
                assert found or only_reading_tells or not bad, (target, limits, value, asked)

    holds()


@EVERY_SOURCE
def test_refused_is_what_the_copy_would_stop_at(source: t.LogicalType) -> None:
    @FEW
    @given(column_of(source), st.sampled_from((None, *RULES)))
    def holds(array: pa.Array, rule: Rule | None) -> None:
        for target, limits in TARGETS[source]:
            cast = Cast("t.c", source, target, limits, rule)
            refused = cast.refused(array)
            cast(array.filter(pc.invert(refused)))
            for value in plain_values(array.filter(refused))[:2]:
                with pytest.raises(ValueDoesNotFit):
                    cast(array_of(source, value))

    holds()


@EVERY_SOURCE
def test_a_rule_that_every_hazard_names_lets_all_values_through(source: t.LogicalType) -> None:
    """And alters those that were refused, no other."""

    @FEW
    @given(column_of(source), st.sampled_from(RULES))
    def holds(array: pa.Array, rule: Rule) -> None:
        for target, limits in TARGETS[source]:
            asked = hazards(source, source, target, limits)
            found = held(asked, array)
            helps = all(rule in h.rules(hazard) for some in found for hazard in some)
            if not helps or any(isinstance(hazard, h.NotHeld) for hazard in asked):
                continue
            cast = Cast("t.c", source, target, limits, rule)
            conformed, altered = cast(array), sum(map(bool, found))
            assert conformed.altered == altered, (target, limits, found)
            again = replace(cast, source=target, rule=None)
            assert not pc.any(again.refused(conformed.array)).as_py(), (target, limits)
            assert conformed.array.null_count == array.null_count + (altered if rule == "null" else 0)

    holds()


def test_every_type_has_a_way() -> None:
    """A type without one would make the properties above say nothing of it."""
    assert all(TARGETS.values())

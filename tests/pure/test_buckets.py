"""Buckets: every key is in just one, exactly, up to the ends of 64 bits; ranges of keys are those of their buckets."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from mappings import types as t
from mappings.buckets import Hashes, Keys, Ranges, bucket_of, key_of, numbers, runs
from mappings.canonical import row_texts, slices, speller
from mappings.schema import Column
from transfer.buckets import MOST, SIZES, Buckets, hashes, ranges, size_of

LEAST, GREATEST = -(2**63), 2**63 - 1
KEY = Column("id", t.Integer(64), "bigint")
UNSIGNED = Column("id", t.Integer(64, unsigned=True), "bigint unsigned")
keys = st.one_of(st.integers(LEAST, GREATEST), st.sampled_from([LEAST, LEAST + 1, -1, 0, 1, GREATEST - 1, GREATEST]))


def batch(values: list[int | None], column: Column = KEY) -> pa.RecordBatch:
    kind = pa.uint64() if column is UNSIGNED else pa.int64()
    return pa.RecordBatch.from_arrays([pa.array(values, kind)], names=["id"])


def by(column: Column, values: list[int]) -> Ranges:
    return ranges(column, (min(values), max(values)))


@given(st.lists(keys, min_size=1, max_size=20))
def test_each_key_is_in_the_bucket_of_its_distance(values: list[int]) -> None:
    cut = by(KEY, values)
    found = numbers(batch([*values, None]), cut).to_pylist()
    assert found == [*((value - cut.least) // cut.width for value in values), None]
    assert all(0 <= number < cut.count <= MOST for number in found[:-1])
    assert found[:-1] == [bucket_of(cut, value) for value in values]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20))
def test_unsigned_keys_too(values: list[int]) -> None:
    cut = by(UNSIGNED, values)
    assert numbers(batch(values, UNSIGNED), cut).to_pylist() == [(value - cut.least) // cut.width for value in values]
    single = Keys(UNSIGNED)
    assert [key_of(single, number) for number in numbers(batch(values, UNSIGNED), single).to_pylist()] == values


@given(st.lists(keys, min_size=2, max_size=9), keys)
def test_keys_outside_belong_to_the_first_and_the_last(values: list[int], other: int) -> None:
    cut = by(KEY, values)
    (number,) = numbers(batch([other]), cut).to_pylist()
    assert number == (0 if other < cut.least else min((other - cut.least) // cut.width, cut.count - 1))
    assert number == bucket_of(cut, other)


@given(st.lists(keys, min_size=1, max_size=9), st.sets(st.integers(0, 255), min_size=1), keys)
def test_the_ranges_of_buckets_hold_just_their_keys(values: list[int], chosen: set[int], key: int) -> None:
    cut = by(KEY, values)
    told = {number % cut.count for number in chosen}
    inside = [(lower is None or lower <= key) and (upper is None or key < upper) for lower, upper in runs(cut, told)]
    assert sum(inside) == (bucket_of(cut, key) in told)


def test_neighbours_are_one_range() -> None:
    cut = Ranges(KEY, 10, 5, 4)
    assert list(runs(cut, (0, 1, 3))) == [(None, 20), (25, None)]
    assert list(runs(Keys(KEY), (7, 8, 3))) == [(3, 4), (7, 9)]
    assert list(runs(cut, ())) == []


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 2**56 - 1)), max_size=60))
def test_sums_are_those_of_the_rows_in_any_order_and_any_parts(rows: list[tuple[int, int]]) -> None:
    whole, parts, told = (Buckets.empty(hashes((KEY,), 0)) for _ in range(3))
    whole.add(pa.array([number for number, _ in rows], pa.int64()), np.array([one for _, one in rows], np.uint64))
    for number, one in reversed(rows):
        parts.add(pa.array([number], pa.int64()), np.array([one], np.uint64))
        told.put([(number, 1, one)])
    assert whole.differing(parts) == whole.differing(told) == []
    assert whole.total == len(rows)
    for number in range(256):
        assert int(whole.sums[number]) == sum(one for place, one in rows if place == number) % 2**64


def test_one_row_more_or_another_slice_makes_a_bucket_differ() -> None:
    one, other = Buckets.empty(Hashes((KEY,), 2)), Buckets.empty(Hashes((KEY,), 2))
    one.put([(3, 2, 30), (None, 1, 5), (255, 1, 7)])
    other.put([(3, 2, 31), (None, 2, 5), (255, 1, 7)])
    assert one.differing(other) == [3, None]
    assert one.fuller(other, None) == 2


def test_leading_digits_are_those_of_the_hash() -> None:
    rows = batch([*range(50)])
    whole = slices(row_texts(rows, (speller(KEY.type),)))
    for digits, size in SIZES.items():
        found = numbers(rows, Hashes((KEY,), digits)).to_pylist()
        assert found == [int(one) >> 4 * (14 - digits) for one in whole]
        assert size_of(Hashes((KEY,), digits)) == size == 16**digits
        assert found == [bucket_of(Hashes((KEY,), digits), int(one)) for one in whole]


def test_a_key_far_from_all_others_leaves_the_others_apart() -> None:
    assert ranges(KEY, (1, 1_000_000)).width <= 2_000 == ranges(KEY, (1, 50_000_000)).width
    assert ranges(KEY, (1, 10**15)).count == MOST

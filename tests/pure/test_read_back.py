"""The text of a value is read back to the same value, whatever its type."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.read_back import read_back
from mappings.spelling import spelled

MICROSECONDS = st.integers(-(10**15), 10**15)
VALUES: list[tuple[pa.DataType, st.SearchStrategy[Any]]] = [
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.bool_(), st.booleans()),
    (pa.float64(), st.floats(allow_nan=False)),
    (pa.decimal128(20, 10), st.decimals(-(10**9), 10**9, places=10)),
    (pa.date32(), st.dates()),
    (pa.time64("us"), st.times()),
    (pa.timestamp("us"), st.datetimes()),
    (pa.large_binary(), st.binary()),
    (pa.binary(16), st.binary(min_size=16, max_size=16)),
    (pa.large_utf8(), st.text()),
]


@pytest.mark.parametrize(("kind", "values"), VALUES, ids=[str(kind) for kind, _ in VALUES])
def test_every_type_comes_back(kind: pa.DataType, values: st.SearchStrategy[Any]) -> None:
    @given(st.lists(st.none() | values, max_size=20))
    def comes_back(rows: list[Any]) -> None:
        array = pa.array(rows, kind)
        assert read_back(spelled(array).to_pylist(), kind).equals(array)

    comes_back()


@given(st.lists(st.none() | MICROSECONDS, max_size=20))
def test_spans_come_back(rows: list[int | None]) -> None:
    array = pa.array(rows, pa.int64()).view(pa.duration("us"))
    assert read_back(spelled(array).to_pylist(), pa.duration("us")).equals(array)


def test_instants_come_back_in_utc() -> None:
    array = pa.array([0, 10**15], pa.int64()).view(pa.timestamp("us", "UTC"))
    assert read_back(spelled(array).to_pylist(), array.type).equals(array)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("x", pa.int64()), ("25:00", pa.time64("us")), ("xyz", pa.large_binary()), ("PT", pa.duration("us"))],
)
def test_what_is_no_value_is_an_error(text: str, kind: pa.DataType) -> None:
    with pytest.raises(ValueError):
        read_back([text], kind)

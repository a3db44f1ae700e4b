"""Each value has one text, and that text can be read back."""

import json
import re
import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.spelling import json_list, spelled, uuid_bytes

DAY = 86_400_000_000
EPOCH = date(1970, 1, 1).toordinal()


def moments(*microseconds: int) -> pa.Array:
    return pa.array(microseconds, pa.int64()).view(pa.timestamp("us"))


def instants(*microseconds: int) -> pa.Array:
    return moments(*microseconds).view(pa.timestamp("us", "UTC"))


def days(*numbers: int) -> pa.Array:
    return pa.array(numbers, pa.int32()).view(pa.date32())


def spans(*microseconds: int) -> pa.Array:
    return pa.array(microseconds, pa.int64()).view(pa.duration("us"))


def clocks(*microseconds: int) -> pa.Array:
    return pa.array(microseconds, pa.int64()).view(pa.time64("us"))


SPELLED: list[tuple[pa.Array, str]] = [
    (pa.array([True]), "1"),
    (pa.array([False]), "0"),
    (pa.array([-(2**63)]), "-9223372036854775808"),
    (pa.array([2**64 - 1], pa.uint64()), "18446744073709551615"),
    (pa.array([D("1.10")]), "1.10"),
    (pa.array([D("-0.05")], pa.decimal256(50, 2)), "-0.05"),
    (pa.array([D(0)], pa.decimal128(20, 10)), "0.0000000000"),
    (pa.array([D("1E-10")], pa.decimal128(20, 10)), "0.0000000001"),
    (pa.array([D("-1.5E-7")], pa.decimal256(76, 38)), "-0.00000015000000000000000000000000000000"),
    (pa.array([D("-123456789.0000001")], pa.decimal128(20, 7)), "-123456789.0000001"),
    (pa.array([0.1]), "0.1"),
    (pa.array([-0.0]), "-0"),
    (pa.array([2.2250738585072014e-308]), "2.2250738585072014e-308"),
    (pa.array([16777216.0], pa.float32()), "16777216"),
    (pa.array(["  as it is "], pa.large_utf8()), "  as it is "),
    (pa.array([b"\x00\xff"], pa.large_binary()), "00ff"),
    (days(0), "1970-01-01"),
    (days(-1), "1969-12-31"),
    (days(-719162), "0001-01-01"),
    (days(-719163), "0001-12-31 BC"),
    (days(-719163 - 366), "0002-12-31 BC"),
    (days(2932897), "10000-01-01"),
    (days(2**31 - 1), "5881580-07-11"),
    (days(-(2**31)), "5877642-06-23 BC"),
    (moments(-1), "1969-12-31 23:59:59.999999"),
    (moments(1_500_000), "1970-01-01 00:00:01.500000"),
    (moments(-719162 * DAY - 1), "0001-12-31 23:59:59.999999 BC"),
    (moments(2**63 - 1), "294247-01-10 04:00:54.775807"),
    (instants(0), "1970-01-01 00:00:00.000000Z"),
    (instants(-719162 * DAY - 1), "0001-12-31 23:59:59.999999Z BC"),
    (clocks(1), "00:00:00.000001"),
    (clocks(DAY - 1), "23:59:59.999999"),
    (clocks(DAY), "24:00:00.000000"),
    (spans(0), "PT0S"),
    (spans(3_020_399_000_000), "PT838H59M59S"),
    (spans(-3_723_500_000), "PT-1H-2M-3.5S"),
    (spans(-1), "PT-0.000001S"),
    (spans(60_000_000), "PT1M"),
    (pa.array([bytes(range(16))], pa.binary(16)), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
]


@pytest.mark.parametrize(("array", "text"), SPELLED, ids=[text[:30] for _, text in SPELLED])
def test_the_one_text_of_a_value(array: pa.Array, text: str) -> None:
    assert spelled(array).equals(pa.array([text], pa.large_utf8()))


@pytest.mark.parametrize("array", [array for array, _ in SPELLED], ids=lambda array: str(array.type))
def test_null_stays_null_also_in_a_slice(array: pa.Array) -> None:
    null = pa.nulls(1, array.type)
    whole = pa.concat_arrays([null, array, null, array])
    assert spelled(whole.slice(1, 2)).equals(pa.concat_arrays([spelled(array), pa.nulls(1, pa.large_utf8())]))
    assert spelled(pa.nulls(3, array.type)).null_count == 3
    assert len(spelled(array.slice(0, 0))) == 0


@given(st.lists(st.dates() | st.none()))
def test_dates_read_back(values: list[date | None]) -> None:
    texts = spelled(pa.array(values, pa.date32())).to_pylist()
    assert [text and date.fromisoformat(text) for text in texts] == values


@given(st.integers(-(2**31), 2**31 - 1))
def test_any_day_of_the_calendar_reads_back(day: int) -> None:
    text = spelled(days(day))[0].as_py()
    number, month, of_month, era = re.fullmatch(r"(\d{4,})-(\d\d)-(\d\d)( BC)?", text).groups()  # type: ignore[union-attr]
    year = 1 - int(number) if era else int(number)
    eras, rest = divmod(year - 1, 400)
    assert date(rest + 1, int(month), int(of_month)).toordinal() + eras * 146_097 - EPOCH == day


@given(st.lists(st.datetimes() | st.none()))
def test_timestamps_read_back(values: list[datetime | None]) -> None:
    texts = spelled(pa.array(values, pa.timestamp("us"))).to_pylist()
    assert [text and datetime.fromisoformat(text) for text in texts] == values


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=12).filter(lambda d: d.adjusted() < 25)))
def test_decimals_read_back_without_an_exponent(values: list[D]) -> None:
    texts = spelled(pa.array(values, pa.decimal128(38, 12))).to_pylist()
    assert all(re.fullmatch(r"-?\d+\.\d{12}", text) for text in texts)
    assert [D(text) for text in texts] == values


@given(st.lists(st.floats(allow_nan=False) | st.none()))
def test_floats_read_back_to_the_same_bits(values: list[float | None]) -> None:
    texts = spelled(pa.array(values, pa.float64())).to_pylist()
    back = [None if text is None else float(text) for text in texts]
    assert [value and np.float64(value).tobytes() for value in back] == [
        value and np.float64(value).tobytes() for value in values
    ]


@given(st.lists(st.timedeltas(timedelta(-(10**8)), timedelta(10**8)) | st.none()))
def test_spans_read_back(values: list[timedelta | None]) -> None:
    for value, text in zip(values, spelled(pa.array(values, pa.duration("us"))).to_pylist(), strict=True):
        assert value == (None if text is None else span_of(text))


def span_of(text: str) -> timedelta:
    parts = re.fullmatch(r"PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?", text)
    assert parts is not None
    hours, minutes, seconds = (D(part or 0) for part in parts.groups())
    return timedelta(microseconds=int((hours * 3600 + minutes * 60 + seconds) * 1_000_000))


@given(st.lists(st.uuids() | st.none()))
def test_uuids_read_back(values: list[uuid.UUID | None]) -> None:
    array = pa.array([value and value.bytes for value in values], pa.binary(16))
    assert spelled(array).to_pylist() == [value and str(value) for value in values]
    assert uuid_bytes(spelled(array)).equals(array)


@pytest.mark.parametrize("form", ["{}", "{{{}}}"])
@pytest.mark.parametrize("text", [str(uuid.UUID(int=2**100)), uuid.UUID(int=2**100).hex, "A" * 32])
def test_usual_spellings_of_a_uuid_are_read(form: str, text: str) -> None:
    array = pa.array([form.format(text)], pa.large_utf8())
    assert uuid_bytes(array)[0].as_py() == uuid.UUID(text).bytes


@pytest.mark.parametrize("text", ["", "0" * 31, "0" * 33, "{" + "0" * 32, "0" * 32 + "}", "g" * 32, "0" * 32 + "\n"])
def test_what_is_no_uuid_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="no uuid"):
        uuid_bytes(pa.array([text], pa.large_utf8()))


@pytest.mark.parametrize(("text", "items"), [("", []), ("a", ["a"]), ("a,b", ["a", "b"]), ('"é', ['"é'])])
def test_a_set_becomes_a_json_list(text: str, items: list[Any]) -> None:
    array = json_list(pa.array([text, None], pa.large_utf8()))
    assert json.loads(array[0].as_py()) == items
    assert not array[1].is_valid

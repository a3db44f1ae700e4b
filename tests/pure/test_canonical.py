"""The canonical row text of verification.md: known texts, sums checked against hashlib, near pairs kept apart."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as D
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.canonical import row_texts, slice_sum, speller
from mappings.schema import Column
from transfer.digest import Digest, Digester

NOON = datetime(2020, 1, 31, 12, 30, 0, 5)


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def batch_of(kinds: tuple[t.LogicalType, ...], rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = [pa.array([row[at] for row in rows], arrow_type(kind)) for at, kind in enumerate(kinds)]
    return pa.RecordBatch.from_arrays(columns, names=[f"c{at}" for at in range(len(kinds))])


def texts_of(kinds: tuple[t.LogicalType, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    texts: list[str] = row_texts(batch_of(kinds, rows), tuple(map(speller, kinds))).to_pylist()
    return texts


KNOWN: list[tuple[t.LogicalType, Any, str]] = [
    (t.Integer(64), -(2**63), "-9223372036854775808"),
    (t.Integer(64, True), 2**64 - 1, "18446744073709551615"),
    (t.Integer(24), 7, "7"),
    (t.Year(), 1999, "1999"),
    (t.Boolean(), True, "1"),
    (t.Boolean(), False, "0"),
    (t.Decimal(9, 2), D("1.10"), "1.10"),
    (t.Decimal(9, 2), D("-0.05"), "-0.05"),
    (t.Decimal(20, 10), D(0), "0.0000000000"),
    (t.Decimal(20, 10), D("1E-10"), "0.0000000001"),
    (t.Decimal(), "1.10", "1.1"),
    (t.Decimal(), "100", "100"),
    (t.Decimal(), "100.00", "100"),
    (t.Decimal(), "-0.00", "0"),
    (t.Decimal(), "NaN", "NaN"),
    (t.Decimal(100, 2), "1" * 98 + ".50", "1" * 98 + ".5"),
    (t.Float(64), 1.1, "4607632778762754458"),
    (t.Float(64), -1.1, "-4615739258092021350"),
    (t.Float(64), -0.0, "0"),
    (t.Float(64), float("nan"), "9221120237041090560"),
    (t.Float(64), float("-inf"), "-4503599627370496"),
    (t.Float(32), 16777216.0, "4715268809856909312"),
    (t.Date(), date(2020, 1, 31), "2020-01-31"),
    (t.Timestamp(), NOON, "2020-01-31 12:30:00.000005"),
    (t.Timestamp(0), NOON.replace(microsecond=0), "2020-01-31 12:30:00.000000"),
    (t.Timestamp(zoned=True), NOON.replace(tzinfo=UTC), "2020-01-31 12:30:00.000005"),
    (t.Time(), time(12, 30), "12:30:00.000000"),
    (t.Duration(), timedelta(hours=-838, minutes=-59, seconds=-59), "-3020399000000"),
    (t.Interval(), "P1Y2M3DT4H5M6.789S", "P1Y2M3DT4H5M6.789S"),
    (t.Uuid(), bytes(range(16)), "000102030405060708090a0b0c0d0e0f"),
    (t.Text(40), "äb|c", "5:äb|c"),
    (t.Text(255), "", "0:"),
    (t.Text(40), "a ", "2:a "),
    (t.Text(40, True), "a  ", "1:a"),
    (t.Text(256), "äb", "3:äb"),
    (t.Text(), "", "0:"),
    (t.Text(), "é" * 127 + "x", f"255:{'é' * 127}x"),
    (t.Text(), "é" * 128, "#" + sha("é" * 128)),
    (t.Text(255), "é" * 128, "#" + sha("é" * 128)),
    (t.Text(octets=65535), "a ", "2:a "),
    (t.Text(1000, True), "a ", "1:a"),
    (t.Text(1000, True), "a" * 300 + " ", "#" + sha("a" * 300)),
    (t.Text(fixed=True), "a ", "1:a"),
    (t.Enum(("ok", "")), "ok", "2:ok"),
    (t.Enum(("ok", "")), "", "0:"),
    (t.SetOf(("a", "b")), "a,b", "3:a,b"),
    (t.Bits(3), "011", "3:011"),
    (t.Bits(8, True), "", "0:"),
    (t.TimeTz(), "12:30:00.5+02", "13:12:30:00.5+02"),
    (t.Binary(), b"\x00\xff", sha(b"\x00\xff")),
    (t.Geometry(), b"\x01", sha(b"\x01")),
    (t.Json(), '{"a": 1}', '8:{"a": 1}'),
    (t.Json(True), '{"b": 1.50, "a": "\\u00e9"}', sha('{"a":"é","b":1.5}')),
    (t.Array(t.Integer(32), "postgresql", "integer[]"), "{1,2}", "5:{1,2}"),
    (t.Opaque("postgresql", "inet"), "10.0.0.1/24", "11:10.0.0.1/24"),
]


@pytest.mark.parametrize(("kind", "value", "text"), KNOWN)
def test_the_canonical_text_of_a_value(kind: t.LogicalType, value: Any, text: str) -> None:
    assert texts_of((kind,), [(value,)]) == [text]


def test_every_logical_type_has_a_known_text() -> None:
    kinds = {type(kind) for kind, _, _ in KNOWN} | {t.Dynamic}
    assert kinds == set(t.LogicalType.__args__)


def test_a_dynamic_column_has_none() -> None:
    with pytest.raises(TypeError, match="probe"):
        speller(t.Dynamic("", t.Text()))


@pytest.mark.parametrize(("kind", "value", "text"), KNOWN)
def test_null_is_nothing_between_bars_also_in_a_slice(kind: t.LogicalType, value: Any, text: str) -> None:
    kinds = (kind, t.Integer(8), kind)
    batch = batch_of(kinds, [(None, 1, None), (value, None, None), (None, 2, value), (None, None, None)])
    texts = row_texts(batch.slice(1, 2), tuple(map(speller, kinds)))
    assert texts.to_pylist() == [f"{text}||", f"|2|{text}"]
    assert texts_of(kinds, [(None, None, None)]) == ["||"]


WORDS, LONG = (t.Text(40), t.Text(40)), (t.Text(), t.Text())
NEAR: list[tuple[tuple[t.LogicalType, ...], tuple[Any, ...], tuple[Any, ...]]] = [
    *(
        (kinds, one, other)
        for kinds in (WORDS, LONG)
        for one, other in (
            (("a", ""), ("a ", "")),
            (("a", ""), ("a\n", "")),
            (("a", ""), ("A", "")),
            (("a", ""), ("á", "")),
            (("\u00e9", ""), ("e\u0301", "")),
            (("😀", ""), ("😁", "")),
            (("a", ""), ("a", None)),
            ((None, "a"), ("a", None)),
            (("", ""), (None, None)),
            (("a|b", "c"), ("a", "b|c")),
            (("ab", "c"), ("a", "bc")),
            (("1:a", ""), ("a", "1:")),
            (("0:|0:", ""), ("", "0:|0:")),
        )
    ),
    ((t.Text(40, True),), (" a",), ("a",)),
    ((t.Text(40, True),), ("a\t",), ("a",)),
    ((t.Timestamp(),), (NOON,), (NOON + timedelta(microseconds=1),)),
    ((t.Timestamp(zoned=True),), (NOON.replace(tzinfo=UTC),), (NOON.replace(tzinfo=UTC, microsecond=6),)),
    ((t.Time(),), (time(0, 0, 0, 1),), (time(0, 0, 0, 10),)),
    ((t.Integer(64),), (9007199254740991,), (9007199254740990,)),
    ((t.Float(64),), (0.1,), (0.1 + 2**-56,)),
    ((t.Float(64),), (0.0,), (5e-324,)),
    ((t.Decimal(38, 10),), (D("12345678901234567890.0000000001"),), (D("12345678901234567890.0000000002"),)),
    ((t.Decimal(),), ("10",), ("1",)),
    ((t.Decimal(),), ("0.10",), ("0.01",)),
    ((t.Boolean(), t.Boolean()), (True, None), (None, True)),
    ((t.Binary(),), (b"",), (None,)),
    ((t.Binary(),), (b"\0",), (b"\0\0",)),
    ((t.Bits(8, True),), ("01",), ("1",)),
    ((t.Json(True),), ('{"a":1}',), ('{"a":"1"}',)),
    ((t.Json(True),), ('{"a":null}',), ("{}",)),
    ((t.Json(True),), ("null",), (None,)),
    ((t.Json(True),), ("no JSON",), ("no  JSON",)),
    ((t.Json(),), ('{"a":1}',), ('{"a": 1}',)),
    ((t.Json(),), ("1.0",), ("1.00",)),
]


@pytest.mark.parametrize(("kinds", "one", "other"), NEAR)
def test_near_values_are_told_apart(
    kinds: tuple[t.LogicalType, ...], one: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    first, second = texts_of(kinds, [one, other])
    assert first != second


EQUAL: list[tuple[t.LogicalType, Any, Any]] = [
    (t.Float(64), -0.0, 0.0),
    (t.Float(32), -0.0, 0.0),
    (t.Decimal(), "1.10", "1.1"),
    (t.Decimal(), "5.000", "5"),
    (t.Text(40, True), "a", "a    "),
    (t.Json(True), '{"b":1e2,"a":[1.10]}', '{"a": [1.1], "b": 100.0}'),
    (t.Json(True), "-0", "0.00"),
]


@pytest.mark.parametrize(("kind", "one", "other"), EQUAL)
def test_spellings_of_one_value_are_equal(kind: t.LogicalType, one: Any, other: Any) -> None:
    first, second = texts_of((kind,), [(one,), (other,)])
    assert first == second


def test_a_float_is_the_same_in_single_and_double_precision() -> None:
    assert texts_of((t.Float(32),), [(0.1,)]) == texts_of((t.Float(64),), [(0.10000000149011612,)])


def plain_sum(texts: list[str]) -> int:
    return sum(int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big") for text in texts)


@given(st.lists(st.text()), st.integers(0, 5), st.integers(0, 5))
def test_the_sum_is_that_of_plain_hashlib(texts: list[str], skip: int, length: int) -> None:
    array = pa.array(texts, pa.large_utf8())
    assert slice_sum(array) == plain_sum(texts)
    assert slice_sum(array.slice(skip, length)) == plain_sum(texts[skip:][:length])


def test_the_sum_goes_beyond_64_bits() -> None:
    texts = [str(number) for number in range(2000)]
    assert plain_sum(texts) > 2**64
    assert slice_sum(pa.array(texts, pa.large_utf8())) == plain_sum(texts)


def test_the_sum_of_nothing_is_zero() -> None:
    assert slice_sum(pa.array([], pa.large_utf8())) == 0
    assert slice_sum(pa.array([""] * 3, pa.large_utf8())) == 3 * plain_sum([""])


KINDS: tuple[t.LogicalType, ...] = (
    t.Text(40),
    t.Text(),
    t.Integer(16),
    t.Boolean(),
    t.Bits(9, True),
    t.Enum(("", "a", "0:", "|")),
    t.Binary(),
)
tricky = st.text(alphabet="a:|0 1é\n", max_size=4)
row = st.tuples(
    st.none() | tricky,
    st.none() | tricky,
    st.none() | st.integers(-20, 20),
    st.none() | st.booleans(),
    st.none() | st.text(alphabet="01", max_size=3),
    st.none() | st.sampled_from(("", "a", "0:", "|")),
    st.none() | st.binary(max_size=2),
)


@given(st.lists(row, min_size=2, max_size=20, unique_by=repr))
def test_different_rows_have_different_texts(rows: list[tuple[Any, ...]]) -> None:
    texts = texts_of(KINDS, rows)
    assert len(set(texts)) == len(rows)


@given(st.lists(row, max_size=20), st.integers(1, 7), st.randoms())
def test_a_digest_knows_neither_batches_nor_order(rows: list[tuple[Any, ...]], size: int, random: Any) -> None:
    digester = Digester(Column(f"c{at}", kind, "") for at, kind in enumerate(KINDS))
    whole = digester(batch_of(KINDS, rows))
    random.shuffle(rows)
    parts = [digester(batch_of(KINDS, rows[start : start + size])) for start in range(0, len(rows), size)]
    assert sum(parts, Digest()) == whole
    assert whole.rows == len(rows)


def test_a_row_twice_is_not_a_row_once_nor_another_row_twice() -> None:
    digester = Digester([Column("c", t.Integer(32), "integer")])
    sums = {digester(batch_of((t.Integer(32),), rows)).total for rows in ([(1,)], [(1,), (1,)], [(2,), (2,)])}
    assert len(sums) == 3

"""JSON texts with the same value have the same normal form, and no others do."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.json_text import beyond_doubles, normal_json

SAME = [
    ("100", "1e2", "100.0", "1.0E2", "1E+2", "10000e-2", "100.000000000000000000000"),
    ("1.1", "1.10", "11e-1", "0.11e1", "1.1000000000000000000000"),
    ("0", "-0", "0.0", "-0.0", "0e5", "-0.000e-7", "0e999"),
    ("1500", "1.5e3"),
    ("0.00001", "1e-5", "1E-05", "0.000010000000000000000"),
    ("100000000000000000000", "1e20", "100000000000000000000.0"),
    ("123456789012345678901234567890.5", "1.234567890123456789012345678905e29"),
    ("1e400", "10e399", "1" + "0" * 400, "1" + "0" * 400 + ".0"),
    ("1e5000", "1" + "0" * 5000),
    ("9007199254740993", "9007199254740993.0"),
    ('{"a":1,"b":2}', '{ "b" : 2, "a" : 1 }', '{"b": 2.0, "a": 1}', '\n{"a":1,"b":2}\t'),
    ('{"a":2}', '{"a": 1, "a": 2}'),
    ('"é/"', '"\\u00e9\\/"'),
    ('"😀"', '"\\ud83d\\ude00"'),
    ('[1,[],{},null,true,false,""]', '[ 1.0, [ ], { }, null, true, false, "" ]'),
    ('{"x":{"b":0.1234567890123456789,"a":[1e999]}}', '{"x": {"a": [1e999], "b": 0.12345678901234567890}}'),
]

DIFFERENT = [
    "1", "1.1", '"1.1"', '"1"', "1.10000000000000000001", "9007199254740993", "9007199254740992", "-1", "1e400",
    "1e401", '"1e400"', "1e-400", "0", "null", '""', '"null"', "true", '"true"', "[]", "{}", "[[]]", "[null]",
    '{"":null}', '{"a":1}', '{"a":[1]}', '{"a ":1}', '["a",1]', '[1,"a"]', "[1,2]", "[2,1]", "[12]",
    '"a b"', '"a  b"', '"A B"',
    '"é"', '"e\u0301"', '"\\ud800"', '"\\u0000"', '"\\n"', '"\\\\n"', "no JSON", " no JSON", "NaN", '"NaN"',
    "Infinity",
    "1 1", "[1", "[1]]", "01", "1e99999999999999999999", "[" * 100_000, "[" * 100_001,
]  # fmt: skip


@pytest.mark.parametrize("texts", SAME, ids=lambda texts: texts[0][:20])
def test_spellings_of_one_value_have_one_form(texts: tuple[str, ...]) -> None:
    assert {normal_json(text) for text in texts} == {normal_json(texts[0])}


def test_different_values_have_different_forms() -> None:
    forms = [normal_json(text) for text in DIFFERENT]
    assert len(set(forms)) == len(forms)


@pytest.mark.parametrize(
    "text", ["no JSON", "NaN", "[1", "1 1", "01", "{'a': 1}", "1e99999999999999999999", "[" * 9**5]
)
def test_what_is_no_json_stays_as_it_stands(text: str) -> None:
    assert normal_json(text) == text


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ('{"b": [1.50, 2e3], "a": "\\u00e9"}', '{"a":"é","b":[1.5,2000]}'),
        ("1e400", "1e400"),
        ("-12345678901234567890.5", "-123456789012345678905e-1"),
    ],
)
def test_the_form_itself(text: str, form: str) -> None:
    assert normal_json(text) == form


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


@given(values)
def test_the_form_is_json_of_the_same_value(value: Any) -> None:
    assert json.loads(normal_json(json.dumps(value))) == value


@given(values)
def test_indentation_escapes_and_order_do_not_matter(value: Any) -> None:
    one = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    assert normal_json(one) == normal_json(json.dumps(value))


numbers = st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(-10, 10, places=3)


@given(numbers, st.integers(0, 30), st.booleans())
def test_a_number_is_its_value_however_it_is_written(number: Decimal, zeros: int, plain: bool) -> None:
    sign, digits, exponent = number.as_tuple()
    longer = Decimal((sign, (*digits, *[0] * zeros), int(exponent) - zeros))
    text = format(longer, "f") if plain and abs(number.adjusted()) < 1000 else _with_exponent(longer)
    assert normal_json(f"[{text}]") == normal_json(f"[{_with_exponent(number)}]")


def _with_exponent(number: Decimal) -> str:
    sign, digits, exponent = number.as_tuple()
    return f"{'-' * sign}{int(''.join(map(str, digits)))}e{exponent}"


@given(numbers, numbers)
def test_two_numbers_have_one_form_only_when_they_are_equal(one: Decimal, other: Decimal) -> None:
    forms = {normal_json(_with_exponent(number)) for number in (one, other)}
    assert (len(forms) == 1) == (one == other)


DOUBLES = (
    "1.10",
    "-9223372036854775808",
    "18446744073709551615",
    "1e20",
    "100000000000000000000",
    "0.1",
    "5e-324",
    "-0.0",
)
BEYOND = ("12345678901234567890.5", "18446744073709551617", "0.1000000000000000055511151231257827", "1e999", "1e-400")


@pytest.mark.parametrize("number", DOUBLES)
def test_numbers_that_an_engine_with_doubles_keeps(number: str) -> None:
    assert not beyond_doubles(f'{{"a": [{number}, "12345678901234567890.5"]}}')


@pytest.mark.parametrize("number", BEYOND)
def test_numbers_that_it_does_not_keep(number: str) -> None:
    assert beyond_doubles(f'{{"a": [1, {number}]}}')

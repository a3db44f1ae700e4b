"""What does not fit is refused with its row and a hint, or altered by the allowed rule and counted."""

from dataclasses import replace
from decimal import Decimal as D
from typing import Any

import pyarrow as pa
import pytest

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.conform import RULES, Cast, Rule
from mappings.errors import ValueDoesNotFit
from mappings.limits import Limits
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.samples import array_of

UTF16 = replace(GENEROUS, utf16_lengths=True)
DAY = 86_400_000_000


def conform(
    source: t.LogicalType,
    target: t.LogicalType,
    values: list[Any],
    *,
    rule: Rule | None = None,
    limits: Limits = NARROW,
) -> tuple[pa.Array, int]:
    conformed = Cast("shop.orders.total", source, target, limits, rule)(array_of(source, *values))
    conformed.array.validate(full=True)
    assert conformed.array.type == arrow_type(target)
    assert len(conformed.array) == len(values)
    return conformed.array, conformed.altered


MISFITS: dict[str, tuple[t.LogicalType, t.LogicalType, Any, Any, str, dict[Rule, Any]]] = {
    # name: source, target, a value that fits, one that does not, a part of the message, what each rule makes of it
    "text length": (t.Text(), t.Text(3), "äbc", "äbcd", "longer than 3 characters", {"truncate": "äbc"}),
    "text octets": (t.Text(), t.Text(octets=4), "äbc", "äbçd", "longer than 4 bytes", {"truncate": "äb"}),
    "padded text": (t.Text(), t.Text(9, True), " a", "a ", "ends in spaces", {"truncate": "a"}),
    "NUL": (t.Text(), t.Text(), "ab", "a\0b", "no NUL", {"strip": "ab"}),
    "NUL in JSON": (t.Json(), t.Json(), "{}", '"\0"', "no NUL", {"strip": '""'}),
    "bytes": (t.Binary(), t.Binary(2), b"a", b"abc", "longer than 2 bytes", {}),
    "padded bytes": (t.Binary(), t.Binary(2, True), b"ab", b"a", "not 2 bytes long", {}),
    "bits": (t.Bits(), t.Bits(3), "101", "10", "not 3 bits long", {}),
    "varying bits": (t.Bits(), t.Bits(3, True), "", "1010", "longer than 3 bits", {}),
    "label": (t.Text(), t.Enum(("a", "b")), "b", "1", "none of the target's labels", {}),
    "empty label": (t.Enum(("a",)), t.Enum(("a",)), "a", "", "none of the target's labels", {}),
    "members": (t.Text(), t.SetOf(("a", "b")), "a,b", "b,a", "no list of the target's members", {}),
    "unknown member": (t.SetOf(("a", "c")), t.SetOf(("a", "b")), "", "a,c", "no list of the target's members", {}),
    "member twice": (t.Text(), t.SetOf(("a", "b")), "a", "a,a", "no list of the target's members", {}),
    "8 bits": (t.Integer(64), t.Integer(8), -128, -129, "outside -128 to 127", {"clamp": -128}),
    "24 bits": (t.Integer(32), t.Integer(24), 2**23 - 1, 2**23, "outside -8388608 to 8388607", {"clamp": 2**23 - 1}),
    "unsigned 24 bits": (t.Integer(64), t.Integer(24, True), 2**24 - 1, 2**24, "outside 0 to", {"clamp": 2**24 - 1}),
    "negative": (t.Integer(16), t.Integer(16, True), 0, -1, "outside 0 to 65535", {"clamp": 0}),
    "64th bit": (t.Integer(64, True), t.Integer(64), 2**63 - 1, 2**63, "outside", {"clamp": 2**63 - 1}),
    "sign of 64": (t.Integer(64), t.Integer(64, True), 2**63 - 1, -1, "outside", {"clamp": 0}),
    "no boolean": (t.Integer(8), t.Boolean(), 1, 2, "outside 0 to 1", {"clamp": True}),
    "short year": (t.Integer(64), t.Year(), 0, 70, "neither 0 nor a year from 1901", {}),
    "late year": (t.Integer(64), t.Year(), 2155, 2156, "outside 0 to 2155", {"clamp": 2155}),
    "scale": (t.Decimal(9, 3), t.Decimal(9, 2), D("1.550"), D("1.555"), "more than 2 digits", {"round": D("1.56")}),
    "negative scale": (t.Decimal(9, 3), t.Decimal(9, 2), D("-1"), D("-1.555"), "more than 2", {"round": D("-1.56")}),
    "precision": (t.Decimal(9, 2), t.Decimal(4, 2), D("99.99"), D("100.00"), "is no decimal of 4 digits, 2", {}),
    "wide decimal": (t.Decimal(76, 0), t.Decimal(38, 0), D(10**37), D(10**38), "is no decimal of 38 digits", {}),
    "whole number": (t.Decimal(9, 2), t.Integer(8), D("2.00"), D("2.50"), "more than 0 digits", {"round": 3}),
    "decimal bounds": (t.Decimal(9, 2), t.Integer(8), D("127"), D("128"), "outside -128 to 127", {"clamp": 127}),
    "integer to decimal": (t.Integer(64), t.Decimal(5, 2), -999, 1000, "is no decimal of 5 digits", {}),
    "number as text": (t.Decimal(), t.Decimal(5, 2), "1.5000", "1.005", "more than 2 digits", {"round": D("1.01")}),
    "45 digits as text": (t.Decimal(), t.Decimal(38, 0), "9" * 38, "1" * 45, "is no decimal of 38 digits", {}),
    "NaN as text": (t.Decimal(), t.Decimal(5, 2), "12.3", "NaN", "is no decimal of 5 digits", {}),
    "text as integer": (t.Decimal(), t.Integer(64), "12.0", "12.5", "more than 0 digits", {"round": 13}),
    "single precision": (t.Float(64), t.Float(32), 0.5, 0.1, "no float of 32", {"round": 0.10000000149011612}),
    "beyond single": (t.Float(64), t.Float(32), 2.0**127, 1e39, "beyond the floats of 32 bits", {}),
    "float of 54 bits": (t.Integer(64), t.Float(64), 2**60, 2**53 + 1, "no float of 64 bits", {"round": 2.0**53}),
    "float of a decimal": (t.Decimal(20, 2), t.Float(64), D("0.10"), D("123456789012345678.25"), "no float of 64",
                           {"round": 123456789012345680.0}),
    "float of text": (t.Decimal(), t.Float(64), "0.1", "0.10000000000000000001", "no float of 64", {"round": 0.1}),
    "NaN": (t.Float(64), t.Float(64), 1e308, float("nan"), "no NaN and no infinity", {}),
    "infinity": (t.Float(32), t.Float(64), 1.0, float("-inf"), "no NaN and no infinity", {}),
    "early date": (t.Date(), t.Date(), -719162, -719163, "outside the years 1 to 9999", {"clamp": -719162}),
    "late date": (t.Date(), t.Date(), 2932896, 2932897, "outside the years 1 to 9999", {"clamp": 2932896}),
    "late timestamp": (t.Timestamp(), t.Timestamp(), 2932897 * DAY - 1, 2932897 * DAY, "outside the years",
                       {"clamp": 2932897 * DAY - 1}),
    "timestamp digits": (t.Timestamp(), t.Timestamp(3), 1_000, 1_999, "more than 3 digits", {"truncate": 1_000}),
    "before 1970": (t.Timestamp(), t.Timestamp(0), -10**6, -1, "more than 0 digits", {"truncate": -10**6}),
    "instant digits": (t.Timestamp(zoned=True), t.Timestamp(0, True), 0, 1, "more than 0 digits", {"truncate": 0}),
    "time digits": (t.Time(), t.Time(5), 10, 19, "more than 5 digits", {"truncate": 10}),
    "span towards zero": (t.Duration(), t.Duration(0), -10**6, -1_500_000, "more than 0", {"truncate": -10**6}),
    "no time of day": (t.Duration(), t.Time(), DAY - 1, DAY, "is no time", {}),
    "no uuid": (t.Text(), t.Uuid(), "00000000-0000-0000-0000-00000000000A", "a", "is no uuid", {}),
    "uuid and more": (t.Text(), t.Uuid(), "{00000000000000000000000000000000}", "0" * 32 + "\n", "is no uuid", {}),
    "bytes no uuid": (t.Binary(), t.Uuid(), b"0" * 16, b"0" * 15, "is no uuid", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", MISFITS)
def test_a_value_that_fits_is_kept_and_nothing_is_counted(name: str) -> None:
    source, target, good, *_ = MISFITS[name]
    array, altered = conform(source, target, [good, None, good])
    assert (array.null_count, altered) == (1, 0)
    assert array[0].is_valid and array[0] == array[2]


@pytest.mark.parametrize("name", MISFITS)
def test_the_first_value_that_does_not_fit_is_named_with_its_row(name: str) -> None:
    source, target, good, bad, message, remedies = MISFITS[name]
    with pytest.raises(ValueDoesNotFit) as caught:
        conform(source, target, [good, None, good, bad, good, bad])
    assert caught.value.row == 3
    assert message in str(caught.value)
    for rule in (*remedies, "null"):
        assert f"--allow-loss 'shop.orders.total={rule}'" in caught.value.hint


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name, misfit in MISFITS.items() for rule in misfit[5]])
def test_an_allowed_rule_alters_and_counts(name: str, rule: Rule) -> None:
    source, target, good, bad, _, remedies = MISFITS[name]
    array, altered = conform(source, target, [bad, good, None, bad], rule=rule)
    wanted = array_of(target, remedies[rule])[0]
    assert altered == 2
    assert (array[0], array[3]) == (wanted, wanted)
    assert array[1] == conform(source, target, [good])[0][0]
    assert not array[2].is_valid


@pytest.mark.parametrize("name", MISFITS)
def test_null_is_a_remedy_for_everything(name: str) -> None:
    source, target, good, bad, *_ = MISFITS[name]
    array, altered = conform(source, target, [bad, good, None, bad, good], rule="null")
    assert altered == 2
    assert array.is_valid().to_pylist() == [False, True, False, False, True]


@pytest.mark.parametrize("name", MISFITS)
def test_a_rule_for_something_else_allows_nothing(name: str) -> None:
    source, target, _, bad, _, remedies = MISFITS[name]
    for rule in set(RULES) - set(remedies) - {"null"}:
        with pytest.raises(ValueDoesNotFit):
            conform(source, target, [bad], rule=rule)


@pytest.mark.parametrize("name", MISFITS)
def test_a_slice_of_an_array_is_conformed_like_an_array_of_its_own(name: str) -> None:
    source, target, good, bad, *_ = MISFITS[name]
    whole = array_of(source, bad, None, good, bad, None, good)
    cast = Cast("t.c", source, target, NARROW, "null")
    assert cast(whole.slice(2, 3)).array.equals(cast(array_of(source, good, bad, None)).array)
    assert cast(whole.slice(2, 3)).altered == 1


@pytest.mark.parametrize("name", MISFITS)
@pytest.mark.parametrize("count", [0, 1, 3])
def test_no_value_at_all_fits(name: str, count: int) -> None:
    source, target, *_ = MISFITS[name]
    array, altered = conform(source, target, [None] * count)
    assert (array.null_count, altered) == (count, 0)


@pytest.mark.parametrize(
    ("limits", "good", "bad", "message"),
    [
        (replace(GENEROUS, json_doubles=True), "[1e308]", "[1e309]", "beyond the greatest double"),
        (replace(GENEROUS, json_doubles=True), '["1e309"]', "9" * 309, "beyond the greatest double"),
        (replace(GENEROUS, json_depth=2), '{"[[[": []}', '[{"a": []}]', "deeper than the 2 levels"),
        (GENEROUS, r'"\\ud83d"', r'{"\ud83d": 1}', "half a surrogate pair"),
        (GENEROUS, r'"\ud83d\ude00"', r'["\ud83d", "\ude00"]', "half a surrogate pair"),
    ],
)
def test_json_that_a_parser_refuses_does_not_fit(limits: Limits, good: str, bad: str, message: str) -> None:
    with pytest.raises(ValueDoesNotFit, match=message) as caught:
        conform(t.Json(), t.Json(), [good, None, bad], limits=limits)
    assert caught.value.row == 2
    array, altered = conform(t.Json(), t.Json(), [good, bad], rule="null", limits=limits)
    assert (array.to_pylist(), altered) == ([good, None], 1)


def test_json_as_text_may_be_what_no_parser_takes() -> None:
    kept = replace(GENEROUS, json_torn_pairs=True)
    texts = [r'"\ud83d"', "[1e400]", "[" * 500 + "]" * 500]
    assert conform(t.Json(), t.Json(), texts, limits=kept)[0].to_pylist() == texts


@pytest.mark.parametrize("row", [0, 1, 499, 511, 998, 999])
def test_bisecting_finds_the_row_wherever_it_is(row: int) -> None:
    texts = ["0" * 32] * 1000
    texts[row] = "nonsense"
    with pytest.raises(ValueDoesNotFit, match="'nonsense' is no uuid") as caught:
        conform(t.Text(), t.Uuid(), texts)
    assert caught.value.row == row


def test_many_failing_values_become_null_one_by_one() -> None:
    texts = ["0" * 32 if number % 3 else "no" for number in range(1000)]
    array, altered = conform(t.Text(), t.Uuid(), texts, rule="null")
    assert altered == array.null_count == 334
    assert [row for row in range(1000) if not array[row].is_valid] == list(range(0, 1000, 3))


def test_an_emoji_counts_two_where_the_target_counts_so() -> None:
    assert conform(t.Text(), t.Text(2), ["😀a"])[1] == 0
    with pytest.raises(ValueDoesNotFit, match="longer than 2 characters"):
        conform(t.Text(), t.Text(2), ["😀a"], limits=UTF16)
    array, _ = conform(t.Text(), t.Text(2), ["😀a", "a😀", "ab"], limits=UTF16, rule="truncate")
    assert array.to_pylist() == ["😀", "a", "ab"]


def test_padding_of_the_source_means_nothing() -> None:
    for target in (t.Text(2, True), t.Text(2), t.Text(), t.Enum(("a",))):
        assert conform(t.Text(5, True), target, ["a    ", "a"]) == (pa.array(["a", "a"], pa.large_utf8()), 0)


def test_a_generous_target_holds_nul_specials_and_all_years() -> None:
    assert conform(t.Text(), t.Text(), ["a\0b"], limits=GENEROUS)[0].to_pylist() == ["a\0b"]
    assert conform(t.Float(), t.Float(), [float("inf")], limits=GENEROUS)[0].to_pylist() == [float("inf")]
    assert conform(t.Float(), t.Float(32), [float("nan"), float("inf")], limits=GENEROUS)[1] == 0
    extremes = [-(10**8), 10**8]
    assert conform(t.Date(), t.Date(), extremes, limits=GENEROUS)[0].equals(array_of(t.Date(), *extremes))


@pytest.mark.parametrize("kind", [t.Date(), t.Timestamp(), t.Timestamp(zoned=True)])
def test_the_ends_of_the_calendar_can_be_refused_and_shown(kind: t.LogicalType) -> None:
    bits = 32 if isinstance(kind, t.Date) else 64
    for value in (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1):
        with pytest.raises(ValueDoesNotFit, match="value '.*' does not fit: outside the years 1 to 9999"):
            conform(kind, kind, [value])


@pytest.mark.parametrize(
    ("source", "target", "bad", "text"),
    [
        (t.Text(), t.Text(50), "x" * 60, "'" + "x" * 40 + "...'"),
        (t.Binary(), t.Binary(1), b"\x00\xff", "'00ff'"),
        (t.Decimal(20, 10), t.Decimal(20, 9), D("0.0000000001"), "'0.0000000001'"),
        (t.Time(), t.Time(0), DAY + 1, "'24:00:00.000001'"),
        (t.Date(), t.Date(), -719163, "'0001-12-31 BC'"),
        (t.Timestamp(zoned=True), t.Timestamp(0, True), 1, "'1970-01-01 00:00:00.000001Z'"),
        (t.Duration(), t.Duration(0), -1, "'PT-0.000001S'"),
        (t.Float(64), t.Float(32), 0.1, "'0.1'"),
    ],
)
def test_the_value_is_shown_in_its_own_spelling(
    source: t.LogicalType, target: t.LogicalType, bad: object, text: str
) -> None:
    with pytest.raises(ValueDoesNotFit) as caught:
        conform(source, target, [bad])
    assert f"value {text} does not fit" in str(caught.value)


def test_midnight_at_the_end_of_the_day_is_a_time() -> None:
    end = array_of(t.Time(), DAY)
    assert Cast("t.c", t.Time(), t.Time(0), NARROW)(end).array.view(pa.int64()).to_pylist() == [DAY]

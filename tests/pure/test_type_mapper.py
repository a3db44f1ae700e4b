"""The ladder: every rung is listed here, every way down ends, and what it promises conform can do."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.conform import Cast
from mappings.errors import Blocked
from mappings.limits import Limits
from mappings.type_mapper import Facts, Risk, Spelling, Use, risks, settle, weaker
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.samples import CI, SAMPLES, array_of

PLAIN = Use()


@dataclass(frozen=True)
class Target:
    """An imaginary engine that has the types for which `holds` is true."""

    holds: Callable[[t.LogicalType], bool]
    limits: Limits = GENEROUS

    def spell(self, kind: t.LogicalType, use: Use) -> Spelling | None:
        return Spelling("native", kind) if self.holds(kind) else None


def kinds_only(*kinds: t.LogicalType) -> Target:
    return Target(lambda kind: kind in kinds)


ETERNAL = replace(GENEROUS, least_year=-6_000_000, greatest_year=6_000_000)
NOTHING = Target(lambda kind: False)
TEXT_ONLY = kinds_only(t.Text())
TEXT_AND_BYTES = kinds_only(t.Text(), t.Binary())
ANY_TEXT = Target(lambda kind: isinstance(kind, t.Text | t.Binary))
LITTLE = Target(
    lambda kind: kind in (t.Integer(64), t.Float(64), t.Timestamp(), t.Timestamp(3), t.Text(), t.Binary(), t.Interval())
)
MIDDLING = Target(
    lambda kind: isinstance(kind, t.Decimal | t.Json | t.Text | t.Binary | t.Time) or kind in (t.Integer(16), t.Float())
)
EVERYTHING = Target(lambda kind: not isinstance(kind, t.Dynamic))

CHAINS: list[tuple[t.LogicalType, list[tuple[str, t.LogicalType]]]] = [
    # every way down from a type on a target that has none of them, until it is Blocked
    (t.Boolean(), [("S", t.Integer(8)), ("W", t.Integer(16)), ("W", t.Integer(32)), ("W", t.Integer(64)),
                   ("W", t.Decimal(20, 0)), ("T", t.Text())]),
    (t.Integer(24, True), [("S", t.Integer(32)), ("W", t.Integer(64)), ("W", t.Decimal(20, 0)), ("T", t.Text())]),
    (t.Integer(64, True), [("S", t.Decimal(20, 0)), ("T", t.Text())]),
    (t.Decimal(9, 2), [("T", t.Text())]),
    (t.Decimal(), [("T", t.Text())]),
    (t.Float(32), [("W", t.Float(64))]),
    (t.Text(3, True, collation=CI), [("S", t.Text(3, True)), ("S", t.Text(3)), ("W", t.Text())]),
    (t.Text(octets=255), [("W", t.Text())]),
    (t.Binary(3), [("W", t.Binary())]),
    (t.Date(), [("T", t.Text(16)), ("W", t.Text())]),
    (t.Time(), [("T", t.Text(15)), ("W", t.Text())]),
    (t.TimeTz(), [("T", t.Text(24)), ("W", t.Text())]),
    (t.Timestamp(3, True), [("S", t.Timestamp(3)), ("T", t.Text(32)), ("W", t.Text())]),
    (t.Duration(), [("S", t.Interval()), ("T", t.Text(64)), ("W", t.Text())]),
    (t.Uuid(), [("T", t.Text(36)), ("W", t.Text())]),
    (t.Json(True), [("S", t.Json()), ("T", t.Text())]),
    (t.Enum(("a", "bcd")), [("S", t.Text(3)), ("W", t.Text())]),
    (t.SetOf(("a", "bcd")), [("S", t.Text(6)), ("W", t.Text())]),
    (t.Bits(3), [("T", t.Text(3)), ("W", t.Text())]),
    (t.Year(), [("S", t.Integer(16)), ("W", t.Integer(32)), ("W", t.Integer(64)), ("W", t.Decimal(20, 0)),
                ("T", t.Text())]),
    (t.Geometry(), [("S", t.Binary())]),
    (t.Array(t.Text(), "postgresql", "text[]"), [("S", t.Json()), ("T", t.Text())]),
    (t.Opaque("postgresql", "inet"), [("T", t.Text())]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "chain"), CHAINS)
def test_every_rung_of_the_way_down(kind: t.LogicalType, chain: list[tuple[str, t.LogicalType]]) -> None:
    steps = []
    with pytest.raises(Blocked):
        while True:
            step = weaker(kind, PLAIN)
            steps.append((step.code, step.kind))
            kind = step.kind
    assert steps == chain


def test_every_type_has_its_way_down_listed() -> None:
    on_the_way = {type(kind) for start, chain in CHAINS for kind in (start, *(kind for _, kind in chain))}
    assert on_the_way | {t.Dynamic} == set(t.LogicalType.__args__)
    assert {type(kind) for kind, _ in SAMPLES} | {t.Dynamic} == set(t.LogicalType.__args__)


@pytest.mark.parametrize("kind", [kind for kind, _ in SAMPLES], ids=str)
def test_a_target_without_types_is_blocked_and_not_asked_forever(kind: t.LogicalType) -> None:
    with pytest.raises(Blocked):
        settle(kind, PLAIN, NOTHING)


@pytest.mark.parametrize("kind", [kind for kind, _ in SAMPLES], ids=str)
def test_a_target_with_every_type_takes_it_as_it_is(kind: t.LogicalType) -> None:
    settled = settle(kind, PLAIN, EVERYTHING)
    assert (settled.read_as, settled.spelling.stored, settled.steps) == (kind, kind, ())


@pytest.mark.parametrize("target", [TEXT_ONLY, TEXT_AND_BYTES, ANY_TEXT, LITTLE, MIDDLING, EVERYTHING])
@pytest.mark.parametrize(("kind", "value"), SAMPLES, ids=str)
def test_what_the_ladder_promises_conform_can_do(kind: t.LogicalType, value: Any, target: Target) -> None:
    try:
        settled = settle(kind, PLAIN, target)
    except Blocked:
        return
    array = array_of(settled.read_as, value, None)
    conformed = Cast("t.c", settled.read_as, settled.spelling.stored, ETERNAL)(array)
    assert conformed.array.type == arrow_type(settled.spelling.stored)
    assert conformed.altered == 0
    assert conformed.array.null_count == array.null_count


@pytest.mark.parametrize(
    ("kind", "target", "read_as", "stored"),
    [
        (t.Boolean(), LITTLE, t.Boolean(), t.Integer(64)),
        (t.Json(True), TEXT_ONLY, t.Json(True), t.Text()),
        (t.Enum(("a",)), TEXT_ONLY, t.Text(1), t.Text()),
        (t.Array(t.Text(), "postgresql", "text[]"), TEXT_ONLY, t.Text(), t.Text()),
        (t.Duration(), TEXT_ONLY, t.Duration(), t.Text()),
        (t.Timestamp(3, True), LITTLE, t.Timestamp(3, True), t.Timestamp(3)),
        (t.Geometry(), TEXT_AND_BYTES, t.Binary(), t.Binary()),
    ],
)
def test_the_source_yields_the_weakest_type_that_it_can_yield_itself(
    kind: t.LogicalType, target: Target, read_as: t.LogicalType, stored: t.LogicalType
) -> None:
    settled = settle(kind, PLAIN, target)
    assert (settled.read_as, settled.spelling.stored) == (read_as, stored)


DECIMALS = Target(lambda kind: kind == t.Text() or (isinstance(kind, t.Decimal) and 0 < (kind.precision or 0) <= 65))


@pytest.mark.parametrize(
    ("kind", "facts", "stored"),
    [
        (t.Decimal(), Facts(integer_digits=5, fraction_digits=3), t.Decimal(8, 3)),
        (t.Decimal(), Facts(integer_digits=0, fraction_digits=0), t.Decimal(1, 0)),
        (t.Decimal(), Facts(integer_digits=60, fraction_digits=6), t.Text()),
        (t.Decimal(), Facts(integer_digits=5, fraction_digits=3, unusual=1), t.Text()),
        (t.Decimal(), Facts(), t.Text()),
        (t.Decimal(70, 10), Facts(integer_digits=3, fraction_digits=2), t.Decimal(5, 2)),
        (t.Decimal(70, 10), Facts(integer_digits=60, fraction_digits=10), t.Text()),
    ],
)
def test_a_probed_number_becomes_the_decimal_that_holds_it(
    kind: t.LogicalType, facts: Facts, stored: t.LogicalType
) -> None:
    assert settle(kind, Use(facts=facts), DECIMALS).spelling.stored == stored


@pytest.mark.parametrize(
    ("use", "stored"),
    [
        (Use(facts=Facts(greatest=2**63 - 1)), t.Integer(64)),
        (Use(facts=Facts(greatest=2**63)), t.Decimal(20, 0)),
        (Use(), t.Decimal(20, 0)),
        (Use(numbered=True), t.Integer(64)),
        (Use(numbered=True, facts=Facts(greatest=5)), t.Integer(64)),
    ],
)
def test_the_64th_bit_is_kept_when_it_is_needed(use: Use, stored: t.LogicalType) -> None:
    signed = Target(lambda kind: kind == t.Integer(64) or isinstance(kind, t.Decimal))
    assert settle(t.Integer(64, True), use, signed).spelling.stored == stored


def test_a_signed_number_of_as_many_bits_has_a_check_and_no_other() -> None:
    signed = Target(lambda kind: kind == t.Integer(64) or isinstance(kind, t.Decimal))
    few = Use(facts=Facts(greatest=5))
    assert settle(t.Integer(64, True), few, signed).spelling.check == "{column} >= 0"
    assert settle(t.Integer(64, True), PLAIN, signed).spelling.check == ""
    assert settle(t.Integer(32, True), few, signed).spelling.check == ""
    assert settle(t.Integer(32), few, signed).spelling.check == ""
    seen = Use(facts=Facts(observed=t.Integer(64)))
    assert settle(t.Dynamic("INT", t.Integer(64)), seen, signed).spelling.check == ""


def test_an_unsigned_number_of_fewer_bits_gets_a_wider_signed_one() -> None:
    signed = Target(lambda kind: isinstance(kind, t.Integer) and not kind.unsigned)
    for bits, wider in ((8, 16), (16, 32), (24, 32), (32, 64)):
        assert settle(t.Integer(bits, True), PLAIN, signed).spelling.stored == t.Integer(wider)


def test_a_dynamic_column_becomes_what_its_values_are() -> None:
    use = Use(facts=Facts(observed=t.Integer(64)))
    settled = settle(t.Dynamic("INT", t.Integer(64)), use, EVERYTHING)
    assert (settled.read_as, settled.spelling.stored) == (t.Integer(64), t.Integer(64))
    with pytest.raises(Blocked, match="2 texts among numbers"):
        settle(t.Dynamic("INT", t.Integer(64)), Use(facts=Facts(problem="2 texts among numbers")), EVERYTHING)


KEYED = Use(keyed=True)


@pytest.mark.parametrize(
    ("kind", "use", "limits", "asked"),
    [
        (t.Dynamic("", t.Text()), PLAIN, NARROW, {Risk.CLASSES}),
        (t.Dynamic("", t.Text()), KEYED, NARROW, {Risk.CLASSES, Risk.LENGTH}),
        (t.Dynamic("", t.Text()), KEYED, GENEROUS, {Risk.CLASSES}),
        (t.Decimal(), PLAIN, NARROW, {Risk.DIGITS}),
        (t.Decimal(), PLAIN, GENEROUS, set()),
        (t.Decimal(9, 2), PLAIN, NARROW, set()),
        (t.Integer(64, True), PLAIN, NARROW, {Risk.MAGNITUDE}),
        (t.Integer(64, True), PLAIN, GENEROUS, set()),
        (t.Integer(32, True), PLAIN, NARROW, set()),
        (t.Text(), KEYED, NARROW, {Risk.LENGTH}),
        (t.Text(101), KEYED, NARROW, {Risk.LENGTH}),
        (t.Text(100), KEYED, NARROW, set()),
        (t.Text(), PLAIN, NARROW, set()),
        (t.Text(), KEYED, GENEROUS, set()),
        (t.Binary(), KEYED, NARROW, {Risk.LENGTH}),
        (t.Date(), KEYED, NARROW, set()),
    ],
)
def test_only_what_the_target_cannot_hold_unseen_is_probed(
    kind: t.LogicalType, use: Use, limits: Limits, asked: set[Risk]
) -> None:
    assert risks(kind, use, limits) == asked

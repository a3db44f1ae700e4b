"""Hazards in words, and the rules that settle them."""

from __future__ import annotations

from typing import get_args

import pytest

from mappings import hazards as h
from mappings.conform import RULES

EVERY: dict[type, tuple[h.Hazard, str, tuple[str, ...], bool]] = {
    # what the plan says, the rules that settle it, and whether the column as text does
    h.NoMoment: (h.NoMoment(), "a zero, partial or infinite date", ("null",), True),
    h.NoTimeOfDay: (h.NoTimeOfDay(), "a time outside the day", ("null",), True),
    h.NotFinite: (h.NotFinite(), "NaN or an infinity", ("null",), True),
    h.MinusZero: (h.MinusZero(), "-0.0, which becomes the 0.0 that it is equal to", (), True),
    h.OutsideYears: (h.OutsideYears(1, 9999), "a date outside the years 1 to 9999", ("clamp", "null"), True),
    h.Finer: (h.Finer(3), "more than 3 digits after the second's point", ("truncate", "null"), True),
    h.Hundreds: (h.Hundreds(), "a digit of 100 nanoseconds", ("truncate", "round", "null"), True),
    h.LongerSpan: (h.LongerSpan(3_020_399_000_000), "a span of more than 3020399 seconds", ("clamp", "null"), True),
    h.OutOfBounds: (h.OutOfBounds(-128, 127), "a number outside -128 to 127", ("clamp", "null"), True),
    h.NoYear: (h.NoYear(), "neither 0 nor a year from 1901 to 2155", ("null",), True),
    h.MoreDigits: (h.MoreDigits(2), "more than 2 digits after the point", ("round", "null"), True),
    h.LongerNumber: (h.LongerNumber(4), "more than 4 digits before the point", ("null",), True),
    h.LongerText: (h.LongerText(5), "more than 5 characters", ("truncate", "null"), False),
    h.MoreOctets: (h.MoreOctets(9), "more than 9 bytes of text", ("truncate", "null"), False),
    h.WrongSize: (h.WrongSize(16, fixed=True), "other than 16 bytes or bits", ("null",), False),
    h.NulCharacter: (h.NulCharacter(), "a NUL character", ("strip", "null"), False),
    h.NulInJson: (h.NulInJson(), r"a NUL character (\u0000) in JSON", ("null",), True),
    h.NotParsed: (h.NotParsed(31), "JSON that the target's parser refuses", ("null",), True),
    h.NoUnicode: (h.NoUnicode(), "text that is no Unicode", (), False),
    h.TrailingSpaces: (h.TrailingSpaces(), "trailing spaces", ("truncate", "null"), False),
    h.NoLabel: (h.NoLabel(("a",)), "none of the target's labels", ("null",), True),
    h.OtherSrid: (h.OtherSrid(4326), "a geometry of another SRID than 4326", ("null",), False),
    h.LowerBounds: (h.LowerBounds(), "an array that does not begin at 1", (), True),
    h.NotHeld: (h.NotHeld("it", ("null",)), "what the target's type does not hold, such as it", ("null",), True),
}


def test_every_hazard_is_here() -> None:
    assert set(EVERY) == set(get_args(h.Hazard))


@pytest.mark.parametrize("kind", EVERY)
def test_a_hazard_says_what_it_is_and_what_settles_it(kind: type) -> None:
    hazard, words, rules, text = EVERY[kind]
    assert h.told(hazard) == words
    assert h.rules(hazard) == rules
    assert set(rules) <= set(RULES)
    assert h.as_text(hazard) == text


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (h.Finding("c", h.NulCharacter(), 1), "1 row holds a NUL character"),
        (h.Finding("c", h.NulCharacter(), 2, ("4", "7")), "2 rows hold a NUL character (key 4; 7)"),
        (h.Finding("c", h.NotFinite(infinities=True), 12_345, ("1, a",)), "12,345 rows hold NaN (key 1, a; ...)"),
        (h.Finding("c", h.LongerText(5, utf16=True), 1), "1 row holds more than 5 UTF-16 units"),
        (h.Finding("c", h.WrongSize(5), 1), "1 row holds more than 5 bytes or bits"),
        (h.Finding("c", h.NotHeld(), 1), "1 row holds what the target's type does not hold"),
    ],
)
def test_a_finding_is_one_sentence(finding: h.Finding, sentence: str) -> None:
    assert finding.sentence == sentence

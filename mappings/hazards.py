"""What values a column may hold that its target does not, as questions that the source's rows can answer beforehand.

A hazard is asked as a predicate of the source's SQL (Dialect.offends), or, where SQL cannot tell, by reading the column
and casting it as the copy would. Each names the rules that settle it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from mappings.conform import Rule


@dataclass(frozen=True, slots=True)
class NoMoment:
    """Dates and timestamps that no calendar has: zero and partial dates, the infinities."""


@dataclass(frozen=True, slots=True)
class NoTimeOfDay:
    """Times of day that are none: 24:00:00, and spans outside a day."""


@dataclass(frozen=True, slots=True)
class NotFinite:
    """NaN, and the infinities unless `infinities` are welcome."""

    infinities: bool = False


@dataclass(frozen=True, slots=True)
class MinusZero:
    """-0.0, where floats have one zero."""


@dataclass(frozen=True, slots=True)
class OutsideYears:
    """Finite dates and timestamps before the year `least` or after `greatest`; the year 0 is 1 BC."""

    least: int
    greatest: int


@dataclass(frozen=True, slots=True)
class Finer:
    """Times with more than `digits` digits after the second's point."""

    digits: int


@dataclass(frozen=True, slots=True)
class Hundreds:
    """Times with a digit of 100 nanoseconds, which nothing between two kinds of database carries."""


@dataclass(frozen=True, slots=True)
class LongerSpan:
    """Spans longer than `microseconds`, of either sign."""

    microseconds: int


@dataclass(frozen=True, slots=True)
class OutOfBounds:
    """Numbers below `least` or above `greatest`; `rounded`: once they are rounded to whole numbers."""

    least: int
    greatest: int
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class NoYear:
    """Numbers that are neither 0 nor a year from 1901 to 2155."""


@dataclass(frozen=True, slots=True)
class MoreDigits:
    """Numbers with more than `scale` digits after the point, trailing zeros not counted."""

    scale: int


@dataclass(frozen=True, slots=True)
class LongerNumber:
    """Numbers of more than `digits` digits before the point, once they are rounded to `scale` digits after it."""

    digits: int
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class LongerText:
    """Text of more than `length` characters, or UTF-16 units when `utf16`."""

    length: int
    utf16: bool = False


@dataclass(frozen=True, slots=True)
class MoreOctets:
    """Text of more than `octets` bytes of UTF-8."""

    octets: int


@dataclass(frozen=True, slots=True)
class WrongSize:
    """Bytes or bits of more than `length`; of any other length when `fixed`."""

    length: int
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class NulCharacter:
    """Text with a NUL character."""


@dataclass(frozen=True, slots=True)
class NulInJson:
    """JSON whose texts have a NUL character, as the escape \\u0000."""


@dataclass(frozen=True, slots=True)
class NotParsed:
    """JSON that the target's parser refuses: of more than `depth` levels, with a number beyond the `doubles`, or with
    an escape that is half a surrogate pair where there may be no `torn_pairs`."""

    depth: int | None = None
    doubles: bool = False
    torn_pairs: bool = False


@dataclass(frozen=True, slots=True)
class NoUnicode:
    """Text that is no sequence of Unicode characters: lone surrogates, bytes that are no UTF-8."""


@dataclass(frozen=True, slots=True)
class TrailingSpaces:
    """Text that ends in spaces, where the target does not keep them."""


@dataclass(frozen=True, slots=True)
class NoLabel:
    """Text that is none of `labels`."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherSrid:
    """Geometries of another SRID than `srid`, which the whole column is read as."""

    srid: int


@dataclass(frozen=True, slots=True)
class LowerBounds:
    """Arrays that do not begin at 1, which JSON cannot say."""


@dataclass(frozen=True, slots=True)
class NotHeld:
    """Any value that the cast to the target's type refuses for another reason, which no SQL can tell. `example` is
    what the cast says of the first one, `ways` the rules that would settle it."""

    example: str = ""
    ways: tuple[Rule, ...] = ()


Hazard = (
    NoMoment
    | NoTimeOfDay
    | NotFinite
    | MinusZero
    | OutsideYears
    | Finer
    | Hundreds
    | LongerSpan
    | OutOfBounds
    | NoYear
    | MoreDigits
    | LongerNumber
    | LongerText
    | MoreOctets
    | WrongSize
    | NulCharacter
    | NulInJson
    | NotParsed
    | NoUnicode
    | TrailingSpaces
    | NoLabel
    | OtherSrid
    | LowerBounds
    | NotHeld
)


def rules(hazard: Hazard) -> tuple[Rule, ...]:
    """The rules that settle the hazard, the one that loses least first; the column as text settles most others."""
    match hazard:
        case OutsideYears() | OutOfBounds() | LongerSpan():
            return ("clamp", "null")
        case Finer() | LongerText() | MoreOctets() | TrailingSpaces():
            return ("truncate", "null")
        case MoreDigits():
            return ("round", "null")
        case Hundreds():
            return ("truncate", "round", "null")
        case NulCharacter():
            return ("strip", "null")
        case LowerBounds() | NoUnicode() | MinusZero():
            return ()
        case NotHeld(ways=ways):
            return ways
        case _:
            return ("null",)


def told(hazard: Hazard) -> str:
    """The hazard as the end of a sentence that begins with a number of rows: `3 rows hold ...`."""
    match hazard:
        case NoMoment():
            return "a zero, partial or infinite date"
        case NoTimeOfDay():
            return "a time outside the day"
        case NotFinite(infinities=infinities):
            return "NaN" if infinities else "NaN or an infinity"
        case MinusZero():
            return "-0.0, which becomes the 0.0 that it is equal to"
        case OutsideYears(least=least, greatest=greatest):
            return f"a date outside the years {least} to {greatest}"
        case Finer(digits=digits):
            return f"more than {digits} digits after the second's point"
        case Hundreds():
            return "a digit of 100 nanoseconds"
        case LongerSpan(microseconds=microseconds):
            return f"a span of more than {microseconds // 1_000_000} seconds"
        case OutOfBounds(least=least, greatest=greatest):
            return f"a number outside {least} to {greatest}"
        case NoYear():
            return "neither 0 nor a year from 1901 to 2155"
        case MoreDigits(scale=scale):
            return f"more than {scale} digits after the point"
        case LongerNumber(digits=digits):
            return f"more than {digits} digits before the point"
        case LongerText(length=length, utf16=utf16):
            return f"more than {length} {'UTF-16 units' if utf16 else 'characters'}"
        case MoreOctets(octets=octets):
            return f"more than {octets} bytes of text"
        case WrongSize(length=length, fixed=fixed):
            return f"{'other' if fixed else 'more'} than {length} bytes or bits"
        case NulCharacter():
            return "a NUL character"
        case NulInJson():
            return "a NUL character (\\u0000) in JSON"
        case NotParsed():
            return "JSON that the target's parser refuses"
        case NoUnicode():
            return "text that is no Unicode"
        case TrailingSpaces():
            return "trailing spaces"
        case NoLabel():
            return "none of the target's labels"
        case OtherSrid(srid=srid):
            return f"a geometry of another SRID than {srid}"
        case LowerBounds():
            return "an array that does not begin at 1"
        case NotHeld(example=example):
            return "what the target's type does not hold" + (f", such as {example}" if example else "")
        case _:
            assert_never(hazard)


def harmless(hazard: Hazard) -> bool:
    """Whether the target takes such a value, as another that is equal to it: nothing to settle, but to be told."""
    return isinstance(hazard, MinusZero)


def as_text(hazard: Hazard) -> bool:
    """Whether the column copied as text holds these values too, so that nothing is lost."""
    moments = NoMoment | NoTimeOfDay | OutsideYears | Finer | Hundreds | LongerSpan
    numbers = NotFinite | MinusZero | OutOfBounds | NoYear | MoreDigits | LongerNumber
    return isinstance(hazard, moments | numbers | NulInJson | NotParsed | LowerBounds | NoLabel | NotHeld)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found in one column: so many `rows` hold it; `keys` are those of the first ones."""

    column: str
    hazard: Hazard
    rows: int
    keys: tuple[str, ...] = ()
    sampled: bool = False
    """Counted among some of the rows only."""

    @property
    def sentence(self) -> str:
        """`3 rows hold a NUL character (key 4, 17, 90)`."""
        of = " of the sample" * self.sampled
        counted = f"1 row{of} holds" if self.rows == 1 else f"{self.rows:,} rows{of} hold"
        more = "; ..." if self.rows > len(self.keys) else ""
        keys = f" (key {'; '.join(self.keys)}{more})" if self.keys else ""
        return f"{counted} {told(self.hazard)}{keys}"

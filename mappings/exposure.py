"""Which hazards a column runs, from the types alone: what the source yields against what the target takes."""

from __future__ import annotations

from collections.abc import Iterator

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL, arrow_type
from mappings.hazards import (
    Finer,
    Hazard,
    Hundreds,
    LongerNumber,
    LongerSpan,
    LongerText,
    LowerBounds,
    MinusZero,
    MoreDigits,
    MoreOctets,
    NoLabel,
    NoMoment,
    NotFinite,
    NotHeld,
    NoTimeOfDay,
    NotParsed,
    NoUnicode,
    NoYear,
    NulCharacter,
    NulInJson,
    OtherSrid,
    OutOfBounds,
    OutsideYears,
    TrailingSpaces,
    WrongSize,
)
from mappings.limits import Limits
from mappings.number_misfits import bounds, widens

NUMBERS = (t.Integer, t.Year, t.Decimal, t.Float)
WORDS = (t.Text, t.Enum, t.SetOf, t.Json, t.Opaque)
"""What letters of any sort may stand in."""
TEXTS = (t.Text, t.Json, t.Opaque, t.TimeTz, t.Interval, t.Enum, t.SetOf, t.Bits)
"""What is carried as text."""
PRINTED: dict[type[t.LogicalType], int] = {
    t.Date: 16,
    t.Time: 15,
    t.TimeTz: 24,
    t.Timestamp: 32,
    t.Duration: 32,
    t.Interval: 64,
    t.Uuid: 36,
    t.Float: 24,
}
"""Characters of the longest value; the ladder gives columns that become text as much."""


def hazards(own: t.LogicalType, source: t.LogicalType, target: t.LogicalType, limits: Limits) -> tuple[Hazard, ...]:
    """What may go wrong for a column of type `own` between the type that the source yields for it and the type that
    the target takes. Empty when every value of the one is a value of the other.
    """
    asked = [*_in_reading(own, source), *_in_casting(source, target), *_in_writing(source, target, limits)]
    return tuple(dict.fromkeys(asked))


def _in_reading(own: t.LogicalType, source: t.LogicalType) -> Iterator[Hazard]:
    """What Arrow has no place for, whatever the target."""
    if isinstance(own, t.Dynamic) and isinstance(source, t.Time | t.Timestamp):
        yield Hundreds()
    match source:
        case t.Date() | t.Timestamp():
            yield NoMoment()
        case t.Time():
            yield NoTimeOfDay()
        case t.Decimal(precision=precision) if precision is not None and precision <= WIDEST_DECIMAL:
            yield NotFinite()
        case t.Json() if isinstance(own, t.Array):
            yield LowerBounds()
        case t.Geometry(srid=srid):
            yield OtherSrid(srid or 0)
        case t.Text() | t.Json():
            yield NoUnicode()
        case _:
            return


def _in_casting(source: t.LogicalType, target: t.LogicalType) -> Iterator[Hazard]:
    number = isinstance(source, t.Integer | t.Year | t.Decimal | t.Boolean)
    match target:
        case t.Integer() | t.Year() | t.Boolean() if number:
            yield from _beyond_integer(source, *bounds(target))
        case t.Decimal(precision=precision, scale=scale) if number and precision is not None:
            yield from _beyond_decimal(source, precision, scale or 0)
        case t.Float() if isinstance(source, NUMBERS) and not widens(arrow_type(source), arrow_type(target)):
            yield NotHeld()
        case t.Text(fixed=True) if isinstance(source, WORDS) and not (isinstance(source, t.Text) and source.fixed):
            yield TrailingSpaces()
        case t.Uuid() if isinstance(source, t.Binary) and source != t.Binary(16, fixed=True):
            yield WrongSize(16, fixed=True)
        case t.Integer() if isinstance(source, t.Duration) and target != t.Integer(64):
            yield NotHeld()
        case _ if _parses(source, target):
            yield NotHeld()
        case _:
            return


def _beyond_integer(source: t.LogicalType, least: int, greatest: int) -> Iterator[Hazard]:
    match source:
        case t.Integer() | t.Year() | t.Boolean():
            own_least, own_greatest = bounds(source)
            if own_least < least or own_greatest > greatest:
                yield OutOfBounds(least, greatest)
        case t.Decimal(precision=precision, scale=scale):
            if _carried_as_text(source):
                yield NotFinite()
            fraction = scale is None or scale > 0
            if fraction:
                yield MoreDigits(0)
            if precision is None or not least <= -_reach(source, 0) <= _reach(source, 0) <= greatest:
                yield OutOfBounds(least, greatest, fraction)


def _beyond_decimal(source: t.LogicalType, precision: int, scale: int) -> Iterator[Hazard]:
    match source:
        case t.Decimal(precision=own, scale=own_scale):
            if _carried_as_text(source) and precision <= WIDEST_DECIMAL:
                yield NotFinite()
            finer = own_scale is None or own_scale > scale
            if finer:
                yield MoreDigits(scale)
            if own is None or _reach(source, scale) >= 10 ** (precision - scale):
                yield LongerNumber(precision - scale, scale if finer else None)
        case t.Integer() | t.Year() | t.Boolean():
            if max(abs(end) for end in bounds(source)) >= 10 ** (precision - scale):
                yield LongerNumber(precision - scale)


def _carried_as_text(source: t.Decimal) -> bool:
    """Numbers of more digits than Arrow has, NaN and the infinities among them."""
    return source.precision is None or source.precision > WIDEST_DECIMAL


def _reach(source: t.Decimal, scale: int) -> int:
    """The greatest number, digits before the point alone, once it is rounded to `scale`."""
    own_scale = source.scale or 0
    nines: int = 10 ** ((source.precision or 0) - own_scale) - 1
    return nines + 1 if own_scale > scale else nines


def _parses(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether text becomes something that not every text is."""
    free = (t.Text, t.Binary, t.Opaque, t.Dynamic, t.Enum, t.SetOf, t.Bits)
    return isinstance(source, TEXTS) and type(source) is not type(target) and not isinstance(target, free)


def _in_writing(source: t.LogicalType, target: t.LogicalType, limits: Limits) -> Iterator[Hazard]:
    if not limits.nul_in_text and isinstance(source, WORDS) and isinstance(target, WORDS):
        yield NulCharacter()
    match target:
        case t.Text():
            yield from _longer(source, target, utf16=limits.utf16_lengths)
        case t.Binary(length=length, fixed=fixed) if length is not None:
            yield from _other_size(source, length, fixed)
        case t.Bits(length=length, varying=varying) if length is not None:
            yield from _other_size(source, length, not varying)
        case t.Enum(labels=labels):
            yield NoLabel(labels)
        case t.SetOf(members=members) if not (isinstance(source, t.SetOf) and source.members == members):
            yield NotHeld()
        case t.Json() if not isinstance(source, t.SetOf):
            yield from _in_json(target, limits)
        case t.Float():
            yield from _in_floats(source, limits)
        case t.Year() if not isinstance(source, t.Year):
            yield NoYear()
        case t.Date() | t.Timestamp() | t.Time() | t.Duration():
            yield from _other_moments(source, target, limits)
        case _:
            return


def _in_floats(source: t.LogicalType, limits: Limits) -> Iterator[Hazard]:
    if not limits.float_specials and isinstance(source, t.Float | t.Decimal):
        yield NotFinite(limits.infinite_floats)
    if not limits.minus_zero and isinstance(source, t.Float):
        yield MinusZero()


def _in_json(target: t.Json, limits: Limits) -> Iterator[Hazard]:
    if target.binary and not limits.nul_in_text:
        yield NulInJson()
    if target.binary and limits.json_doubles:
        yield NotHeld()
    torn_pairs = limits.json_torn_pairs and not target.binary
    doubles = limits.json_doubles and not target.binary
    if doubles or not torn_pairs or limits.json_depth is not None:
        yield NotParsed(limits.json_depth, doubles, torn_pairs)


def _other_size(source: t.LogicalType, length: int, fixed: bool) -> Iterator[Hazard]:
    match source:
        case t.Binary(length=own, fixed=own_fixed):
            held = own is not None and (own == length and own_fixed if fixed else own <= length)
        case t.Bits(length=own, varying=own_varying):
            held = own is not None and (own == length and not own_varying if fixed else own <= length)
        case t.Uuid():
            if length == 16 or (length > 16 and not fixed):
                return
            yield NotHeld()
            return
        case _:
            held = False
    if not held:
        yield WrongSize(length, fixed)


def _longer(source: t.LogicalType, target: t.Text, *, utf16: bool) -> Iterator[Hazard]:
    """A character takes at most four bytes, and at most two UTF-16 units."""
    length, octets = target.length, target.octets
    own = source.length if isinstance(source, t.Text) else _widest_print(source)
    own_octets = source.octets if isinstance(source, t.Text) else None
    if not isinstance(source, (*WORDS, t.Bits)):
        if own is None or (length is not None and own > length) or (octets is not None and own > octets):
            yield NotHeld()
        return
    if (
        length is not None
        and (own is None or own * (1 + utf16) > length)
        and (own_octets is None or own_octets > length)
    ):
        yield LongerText(length, utf16)
    if octets is not None and (own is None or own * 4 > octets) and (own_octets is None or own_octets > octets):
        yield MoreOctets(octets)


def _widest_print(source: t.LogicalType) -> int | None:
    """Characters of the longest text that a value of this type is spelled as, None when there is no limit."""
    match source:
        case t.Enum(labels=labels):
            return max(map(len, labels), default=0)
        case t.SetOf(members=members):
            return sum(map(len, members)) + len(members)
        case t.Bits(length=length):
            return length
        case t.Boolean():
            return 1
        case t.Integer() | t.Year():
            return max(len(str(end)) for end in bounds(source))
        case t.Decimal(precision=precision):
            return None if precision is None else precision + len("-0.")
        case _:
            return PRINTED.get(type(source))


def _other_moments(
    source: t.LogicalType, target: t.Date | t.Timestamp | t.Time | t.Duration, limits: Limits
) -> Iterator[Hazard]:
    if isinstance(target, t.Date | t.Timestamp):
        yield OutsideYears(limits.least_year, limits.greatest_year)
    if not isinstance(target, t.Date):
        own_digits = 6 if isinstance(source, t.Text | t.Date) else getattr(source, "digits", 6)
        if target.digits < own_digits:
            yield Finer(target.digits)
    if isinstance(target, t.Time) and isinstance(source, t.Duration):
        yield NoTimeOfDay()
    if isinstance(target, t.Duration) and isinstance(source, t.Duration) and limits.longest_span is not None:
        yield LongerSpan(limits.longest_span)


def at_reading(own: t.LogicalType, source: t.LogicalType, hazard: Hazard) -> bool:
    """Whether such a value cannot even be read as the source's type, so that a rule must act in the source."""
    return hazard in _in_reading(own, source)

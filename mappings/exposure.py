"""Which hazards a column runs, from the types alone: what the source yields against what the target takes."""

from __future__ import annotations

from collections.abc import Iterator

from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL
from mappings.hazards import (
    Finer,
    Hazard,
    LongerNumber,
    LongerSpan,
    LongerText,
    LowerBounds,
    MoreDigits,
    MoreOctets,
    NoLabel,
    NoMoment,
    NotFinite,
    NotHeld,
    NoTimeOfDay,
    NoUnicode,
    NoYear,
    NulCharacter,
    OutOfBounds,
    OutsideYears,
    TrailingSpaces,
    WrongSize,
)
from mappings.limits import Limits
from mappings.misfits import bounds


def hazards(own: t.LogicalType, source: t.LogicalType, target: t.LogicalType, limits: Limits) -> tuple[Hazard, ...]:
    """What may go wrong for a column of type `own` between the type that the source yields for it and the type that
    the target takes. Empty when every value of the one is a value of the other.
    """
    asked = [*_in_reading(own, source), *_in_casting(source, target), *_in_writing(source, target, limits)]
    return tuple(dict.fromkeys(asked))


def _in_reading(own: t.LogicalType, source: t.LogicalType) -> Iterator[Hazard]:
    """What Arrow has no place for, whatever the target."""
    match source:
        case t.Date() | t.Timestamp():
            yield NoMoment()
        case t.Time():
            yield NoTimeOfDay()
        case t.Decimal(precision=precision) if precision is not None and precision <= WIDEST_DECIMAL:
            yield NotFinite()
        case t.Json() if isinstance(own, t.Array):
            yield LowerBounds()
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
        case t.Float() if number or (isinstance(source, t.Float) and source.bits > target.bits):
            yield NotHeld()
        case t.Text(fixed=True) if not (isinstance(source, t.Text) and source.fixed):
            yield TrailingSpaces()
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
            if scale is None or scale > 0:
                yield MoreDigits(0)
            if precision is None or 10 ** (precision - (scale or 0)) - 1 > greatest or least == 0:
                yield OutOfBounds(least, greatest)


def _beyond_decimal(source: t.LogicalType, precision: int, scale: int) -> Iterator[Hazard]:
    match source:
        case t.Decimal(precision=own, scale=own_scale):
            if own is None or own_scale is None:
                yield NotFinite()
            if own_scale is None or own_scale > scale:
                yield MoreDigits(scale)
            if own is None or own - (own_scale or 0) > precision - scale:
                yield LongerNumber(precision - scale)
        case t.Integer() | t.Year():
            if max(abs(end) for end in bounds(source)) >= 10 ** (precision - scale):
                yield LongerNumber(precision - scale)


def _parses(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether text becomes something that not every text is."""
    free = (t.Text, t.Binary, t.Opaque, t.Dynamic, t.Enum, t.SetOf, t.Bits)
    texts = isinstance(source, t.Text | t.Opaque) or (isinstance(source, t.Json) and not source.binary)
    if isinstance(source, t.Json) and isinstance(target, t.Json):
        return target.binary and not source.binary
    return texts and type(source) is not type(target) and not isinstance(target, free)


def _in_writing(source: t.LogicalType, target: t.LogicalType, limits: Limits) -> Iterator[Hazard]:
    if not limits.nul_in_text and isinstance(target, t.Text | t.Enum | t.SetOf | t.Opaque | t.Json):
        yield NulCharacter()
    match target:
        case t.Text(length=length, octets=octets):
            yield from _longer(source, length, octets, utf16=limits.utf16_lengths)
        case t.Binary(length=length, fixed=fixed) if length is not None and source != target:
            yield WrongSize(length, fixed)
        case t.Bits(length=length, varying=varying) if length is not None and source != target:
            yield WrongSize(length, not varying)
        case t.Enum(labels=labels):
            yield NoLabel(labels)
        case t.SetOf() if source != target:
            yield NotHeld()
        case t.Json(binary=True) if limits.json_doubles:
            yield NotHeld()
        case t.Float() if not limits.float_specials:
            yield NotFinite(limits.infinite_floats)
        case t.Year() if not isinstance(source, t.Year):
            yield NoYear()
        case t.Date() | t.Timestamp() | t.Time() | t.Duration():
            yield from _other_moments(source, target, limits)
        case _:
            return


def _longer(source: t.LogicalType, length: int | None, octets: int | None, *, utf16: bool) -> Iterator[Hazard]:
    """A character takes at most four bytes, and at most two UTF-16 units."""
    own = source.length if isinstance(source, t.Text) else _widest_print(source)
    own_octets = source.octets if isinstance(source, t.Text) else None
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
        case t.Date() | t.Timestamp() | t.Time() | t.TimeTz() | t.Duration() | t.Uuid() | t.Boolean() | t.Integer():
            return 0  # the ladder has given it room
        case t.Enum(labels=labels):
            return max(map(len, labels), default=0)
        case t.SetOf(members=members):
            return sum(map(len, members)) + len(members)
        case t.Bits(length=length):
            return length
        case _:
            return None


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
    if isinstance(target, t.Duration) and limits.longest_span is not None:
        yield LongerSpan(limits.longest_span)


def at_reading(own: t.LogicalType, source: t.LogicalType, hazard: Hazard) -> bool:
    """Whether such a value cannot even be read as the source's type, so that a rule must act in the source."""
    return hazard in _in_reading(own, source)

"""Types in a few words, so that what comes back changed from another engine can be said of many types at once."""

from __future__ import annotations

from dataclasses import replace

from mappings import types as t
from mappings.schema import Column

WIDEST = 38
"""Digits of a decimal that most engines have."""
FINEST = 30
"""Digits after the point that all of those have."""
MICROSECONDS = 6


def label(kind: t.LogicalType) -> str:
    """The kind of type, with what of it some engine does not keep."""
    match kind:
        case t.Dynamic(hint=hint):
            return label(hint)
        case t.Integer(bits=bits, unsigned=unsigned):
            return f"{'unsigned ' * unsigned}integer of {bits} bits"
        case t.Decimal(precision=None):
            return "number"
        case t.Decimal(precision=precision, scale=scale):
            return "wide decimal" if (precision or 0) > WIDEST or (scale or 0) > FINEST else "decimal"
        case t.Float(bits=bits):
            return f"float of {bits} bits"
        case t.Text():
            return _text(kind)
        case t.Binary(length=length, fixed=fixed):
            return "bytes" if length is None else f"{'padded' if fixed else 'limited'} bytes"
        case t.Timestamp(digits=digits, zoned=zoned):
            return _digits("instant" if zoned else "timestamp", digits)
        case t.Time(digits=digits) | t.TimeTz(digits=digits) | t.Duration(digits=digits):
            return _digits(kind.kind.replace("_", " "), digits)
        case t.Json(binary=binary):
            return "parsed JSON" if binary else "JSON"
        case t.Bits(varying=varying):
            return "varying bits" if varying else "bits"
        case t.Geometry(subtype=subtype):
            return "geometry" if subtype == "GEOMETRY" else "geometry of one kind"
        case _:
            return kind.kind.replace("_", " ")


def _text(kind: t.Text) -> str:
    if kind.fixed:
        return "padded text"
    return "text" if kind.length is None and kind.octets is None else "limited text"


def _digits(word: str, digits: int) -> str:
    return word if digits == MICROSECONDS else f"{word} of few digits"


def change(before: Column, after: Column) -> tuple[str, str] | None:
    """What a column was and what came back, in words; None where it is the same type. SQLite's declarations that its
    values decide are of the same type whatever their words."""
    if before.native == after.native:
        return None
    old, new = label(before.type), label(after.type)
    if old != new:
        return old, new
    if isinstance(before.type, t.Dynamic):
        return None
    return (f"collation of {old}", "another") if _collated(before.type, after.type) else (f"words for {old}", "others")


def _collated(one: t.LogicalType, other: t.LogicalType) -> bool:
    """Whether two types differ in their collations alone."""
    if isinstance(one, t.Text | t.Enum | t.SetOf) and isinstance(other, t.Text | t.Enum | t.SetOf):
        return replace(one, collation=None) == replace(other, collation=None)
    return False

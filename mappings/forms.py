"""The forms that a user may choose for a column beside what the ladder would take: one vocabulary for flags, files and
messages."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from mappings import types as t
from mappings.errors import Blocked

Form = Literal["text", "bytes", "bool", "ci", "utc", "uuid", "json"]
FORMS: dict[Form, str] = {
    "text": "stored as text",
    "bytes": "stored as bytes: a text's UTF-8, a uuid's sixteen",
    "bool": "stored as true and false, where only 0 and 1 occur",
    "ci": "compared without regard to case",
    "utc": "the wall clock is taken for UTC: an instant becomes one, one becomes an instant",
    "uuid": "stored as a uuid, from its sixteen bytes or its text",
    "json": "stored as JSON",
}
"""Each form and what it means."""


def formed(kind: t.LogicalType, form: Form) -> t.LogicalType:
    """The type that a column of `kind` shall have on the target. Blocked where the form makes no sense for it."""
    match form, kind:
        case "text", _:
            return t.Text()
        case "bytes", t.Uuid():
            return t.Binary(16, fixed=True)
        case "bytes", t.Text() | t.Json() | t.Opaque() | t.Enum() | t.SetOf():
            return t.Binary()
        case "bool", t.Integer() | t.Bits(length=1) | t.Decimal(scale=0):
            return t.Boolean()
        case "ci", t.Text():
            return replace(kind, collation=t.Collation("", "case-insensitive", insensitive=True))
        case "utc", t.Timestamp():
            return replace(kind, zoned=not kind.zoned)
        case "uuid", t.Binary(length=16) | t.Text():
            return t.Uuid()
        case "json", t.Text() | t.Opaque():
            return t.Json(binary=True)
        case _:
            raise Blocked(f"{kind.kind.replace('_', ' ')} cannot be {FORMS[form].partition(',')[0]}")

"""The native types of PostgreSQL read into logical ones. Native text is always as format_type prints it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mappings import types as t

FAMILY = "postgres"
CITEXT = t.Text(collation=t.Collation(FAMILY, "citext", True))
MODIFIERS = re.compile(r"\s*\((-?\d+)(?:,(-?\d+))?\)")
MODIFIED = re.compile(r"^(?:[^\"(]|\"[^\"]*\")*?(\([^)]*\))")
NAME_OCTETS = 63

PLAIN: dict[str, t.LogicalType] = {
    "boolean": t.Boolean(),
    "smallint": t.Integer(16),
    "integer": t.Integer(32),
    "bigint": t.Integer(64),
    "oid": t.Integer(32, unsigned=True),
    "real": t.Float(32),
    "double precision": t.Float(64),
    "text": t.Text(),
    "name": t.Text(NAME_OCTETS),
    "citext": CITEXT,
    "bytea": t.Binary(),
    "date": t.Date(),
    "uuid": t.Uuid(),
    "json": t.Json(),
    "jsonb": t.Json(binary=True),
}
ALIASES = {"bpchar": "character"}


@dataclass(frozen=True, slots=True)
class Native:
    """A type text taken apart: `numeric(10,2)[]` is base `numeric`, modifiers (10, 2) and array."""

    base: str
    modifiers: tuple[int, ...] = ()
    array: bool = False

    @property
    def first(self) -> int | None:
        return self.modifiers[0] if self.modifiers else None


def parsed(native: str) -> Native:
    """The type text taken apart. Modifiers that are not numbers (`geometry(Point,4326)`) are left out."""
    text, array = (native[:-2], True) if native.endswith("[]") else (native, False)
    if text.startswith("interval"):
        return Native("interval", (), array)
    found = MODIFIED.match(text)
    if found is None:
        return Native(ALIASES.get(text, text), (), array)
    base = text[: found.start(1)].rstrip() + text[found.end(1) :]
    numbers = re.findall(r"-?\d+", found[1]) if re.fullmatch(r"\([-\d, ]+\)", found[1]) else []
    return Native(ALIASES.get(base, base), tuple(map(int, numbers)), array)


def logical_type(
    native: str, named: Mapping[str, t.LogicalType] | None = None, *, money_digits: int = 2
) -> t.LogicalType:
    """What the values of a column of this type mean. `named` tells the types that users and extensions made, by
    their text; a type that is in no table is Opaque."""
    parts = parsed(native)
    if parts.array:
        return t.Array(logical_type(native[:-2], named, money_digits=money_digits), FAMILY, native)
    if parts.base in PLAIN:
        return PLAIN[parts.base]
    if parts.base == "money":
        return t.Decimal(19, money_digits)
    if named is not None and parts.base in named:
        return named[parts.base]
    return _modified(parts, native)


def _modified(parts: Native, native: str) -> t.LogicalType:
    digits = 6 if parts.first is None else parts.first
    match parts.base:
        case "numeric":
            return _numeric(parts)
        case "character":
            return t.Text(parts.first if native != "bpchar" else None, fixed=True)
        case "character varying":
            return t.Text(parts.first)
        case "time without time zone":
            return t.Time(digits)
        case "time with time zone":
            return t.TimeTz(digits)
        case "timestamp without time zone":
            return t.Timestamp(digits)
        case "timestamp with time zone":
            return t.Timestamp(digits, zoned=True)
        case "interval":
            return t.Interval(native.removeprefix("interval").strip())
        case "bit":
            return t.Bits(1 if parts.first is None else parts.first)
        case "bit varying":
            return t.Bits(parts.first, varying=True)
        case _:
            return t.Opaque(FAMILY, native)


def _numeric(parts: Native) -> t.Decimal:
    """numeric(3,-2) holds up to 99900, numeric(3,5) up to 0.00999."""
    if not parts.modifiers:
        return t.Decimal()
    precision, scale = (*parts.modifiers, 0)[:2]
    if scale < 0:
        return t.Decimal(precision - scale, 0)
    return t.Decimal(max(precision, scale), scale)


def innermost(kind: t.LogicalType) -> t.LogicalType:
    """The element of an array, any other type itself."""
    return innermost(kind.element) if isinstance(kind, t.Array) else kind

"""The ways that a column can take into tables which a target has already, and imaginary limits for them."""

from __future__ import annotations

from dataclasses import replace

from mappings import hazards as h
from mappings import types as t
from mappings.exposure import hazards
from mappings.limits import Limits
from mappings.schema import Column, Table, TableName
from mappings.type_mapper import Use
from tests.pure.limits import GENEROUS, NARROW
from tests.pure.target import Target
from transfer.config import Consent
from transfer.existing import adopt
from transfer.plan import ColumnPlan

LIKE_SQL_SERVER = replace(NARROW, nul_in_text=True, utf16_lengths=True)
LIMITS = (
    GENEROUS,
    NARROW,
    LIKE_SQL_SERVER,
    replace(NARROW, infinite_floats=True, json_doubles=True, longest_span=3_020_399_000_000),
    replace(GENEROUS, json_depth=2),
)
LABELS = ("a", "b", "long label", "ä")
TYPES: tuple[t.LogicalType, ...] = (
    t.Boolean(),
    *(t.Integer(bits, unsigned) for bits in (8, 16, 24, 32, 64) for unsigned in (False, True)),
    t.Year(),
    *(t.Decimal(precision, scale) for precision, scale in ((4, 2), (9, 0), (12, 3), (20, 0), (38, 10), (76, 30))),
    t.Decimal(),
    t.Decimal(100, 2),
    t.Float(32),
    t.Float(64),
    *(t.Text(length, fixed) for length in (3, 16, 40) for fixed in (False, True)),
    *(t.Text(octets=octets) for octets in (4, 20, 255)),
    t.Text(),
    t.Binary(),
    t.Binary(3),
    t.Binary(16),
    t.Binary(16, True),
    t.Date(),
    *(kind(digits) for kind in (t.Time, t.Timestamp, t.Duration, t.TimeTz) for digits in (0, 3, 6)),
    t.Timestamp(0, True),
    t.Timestamp(6, True),
    t.Interval(),
    t.Uuid(),
    t.Json(),
    t.Json(True),
    t.Enum(LABELS),
    t.Enum(LABELS[:2]),
    t.SetOf(LABELS[:2]),
    t.SetOf(("b", "a", "c")),
    t.Bits(3),
    t.Bits(8, True),
    t.Bits(),
)


def pair(source: t.LogicalType, target: t.LogicalType, limits: Limits) -> ColumnPlan | None:
    """The way from a source's column into one that a target has already, where there is one."""
    name = TableName("", "t")
    there, here = (Table(name, (Column("c", kind, "native"),)) for kind in (source, target))
    adopted = adopt(there, here, {(name, "c"): Use()}, Target(limits), {"c": Consent()})
    return adopted.columns[0] if adopted.columns else None


def ways(source: t.LogicalType) -> list[tuple[t.LogicalType, Limits]]:
    """Every target with all limits that make a difference to it."""
    found: dict[tuple[t.LogicalType, tuple[h.Hazard, ...]], Limits] = {}
    for limits in LIMITS:
        for target in TYPES:
            if (way := pair(source, target, limits)) is not None:
                stored = way.write.type
                found[stored, hazards(source, source, stored, limits)] = limits
    return [(target, limits) for (target, _), limits in found.items()]

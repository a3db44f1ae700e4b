"""A value of each logical type."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from mappings import types as t
from mappings.arrow import arrow_type

CI = t.Collation("mysql", "utf8mb4_general_ci", insensitive=True)
NOON = datetime(2020, 1, 31, 12, 30, 0, 5000)
SAMPLES: list[tuple[t.LogicalType, Any]] = [
    (t.Boolean(), True),
    *((t.Integer(bits, unsigned), 100) for bits in (8, 16, 24, 32, 64) for unsigned in (False, True)),
    (t.Decimal(9, 2), Decimal("1.50")),
    (t.Decimal(76, 30), Decimal("1.5")),
    (t.Decimal(200, 2), "1.50"),
    (t.Decimal(), "1.50"),
    (t.Float(32), 0.5),
    (t.Float(64), 0.1),
    (t.Text(3, True, collation=CI), "a"),
    (t.Text(255), "a"),
    (t.Text(octets=255), "a"),
    (t.Text(), "a"),
    (t.Binary(16, True), b"0" * 16),
    (t.Binary(), b"a"),
    (t.Date(), date(2020, 1, 31)),
    (t.Date(), -(2**31)),
    (t.Time(), time(12, 30)),
    (t.TimeTz(), "12:30:00.123456-15:59:59"),
    (t.Timestamp(3), NOON),
    (t.Timestamp(3, True), NOON.replace(tzinfo=UTC)),
    (t.Timestamp(6, True), -(2**63)),
    (t.Duration(), timedelta(hours=-3)),
    (t.Interval(), "P1Y2M"),
    (t.Uuid(), b"0" * 16),
    (t.Json(True), '{"a": 1}'),
    (t.Json(), '{"a": 1}'),
    (t.Enum(("ok", "no"), "mood", CI), "ok"),
    (t.Enum(()), None),
    (t.SetOf(("a", "b")), "a,b"),
    (t.Bits(3), "101"),
    (t.Bits(None, True), ""),
    (t.Year(), 1999),
    (t.Geometry("POINT", 4326), b"\x01"),
    (t.Array(t.Integer(32), "postgresql", "integer[]"), "[1]"),
    (t.Opaque("postgresql", "inet"), "10.0.0.1"),
]


def array_of(kind: t.LogicalType, *values: Any) -> pa.Array:
    """The values as a column of this type; dates and times also as the numbers that carry them."""
    wanted = arrow_type(kind)
    if not (pa.types.is_temporal(wanted) and all(value is None or isinstance(value, int) for value in values)):
        return pa.array(values, wanted)
    return pa.array(values, pa.int32() if pa.types.is_date32(wanted) else pa.int64()).view(wanted)

"""Values at the edges of every kind, and the columns that hold them on an engine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as D
from typing import Any

import pyarrow as pa

from dialects.base import Dialect, Session
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.conform import Cast
from mappings.schema import Column, Table, TableName
from mappings.type_mapper import Use, settle

LONG = "é" * 127 + "x"
"""255 bytes: the longest text that stands in the row as it is."""
TEXTS = (
    "", " ", "a", "A", "á", "a\u0301", "a ", " a", "a\n", "\t", "|", "0:", "1:a", "#a", "it's", 'q"', "back\\slash",
    "%s {x}", "é", "ß", "ﬀ", "😀", "😁", "NULL", "x" * 255, "x" * 256, LONG, LONG + "y", "é" * 128, " " * 300,
)  # fmt: skip
SHORT = tuple(text for text in TEXTS if len(text) <= 20)
MOMENTS = (
    datetime(1, 1, 1), datetime(1000, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1),
    datetime(2000, 2, 29, 12, 30, 0, 1), datetime(2024, 3, 10, 2, 30), datetime(2024, 7, 1, 0, 0, 0, 500000),
    datetime(2020, 1, 31, 12, 30, 0, 123456), datetime(9999, 12, 31, 23, 59, 59, 999999),
)  # fmt: skip
DOUBLES = (
    0.0, 1.0, -1.0, 0.1, 0.1 + 0.2, -2.5, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
    -1.7976931348623157e308, 9007199254740993.0, 1e22, 123456789.12345679, 1 / 3,
)  # fmt: skip
SINGLES = (0.0, 1.0, -1.0, 16777216.0, 0.10000000149011612, 3.4028234663852886e38, 1.401298464324817e-45)
UUIDS = (bytes(16), b"\xff" * 16, bytes(range(16)))


def whole(kind: t.Integer) -> tuple[int, ...]:
    least, greatest = kind.bounds
    return tuple(sorted({least, least // 2, 0, 1, 7, greatest // 2, greatest}))


VALUES: tuple[tuple[t.LogicalType, Sequence[Any]], ...] = (
    (t.Boolean(), (True, False)),
    *((kind, whole(kind)) for bits in (8, 16, 24, 32, 64) for kind in (t.Integer(bits), t.Integer(bits, True))),
    (t.Decimal(9, 2), tuple(map(D, ("0.00", "1.10", "-0.05", "0.5", "9999999.99", "-9999999.99", "100")))),
    (t.Decimal(20, 10), tuple(map(D, ("0", "1E-10", "-1E-10", "0.000001", "9999999999.9999999999")))),
    (t.Decimal(38, 0), (D(0), D(10) ** 37, -(D(10) ** 37))),
    (t.Decimal(60, 20), (D(0), D("1E-20"), D("-1234567890123456789012345678901234567890.5"))),
    (t.Float(64), DOUBLES),
    (t.Float(32), SINGLES),
    (t.Text(20), SHORT),
    (t.Text(300), TEXTS),
    (t.Text(), (*TEXTS, "x" * 70_000)),
    (t.Text(20, fixed=True), tuple(text for text in SHORT if not text.endswith(" "))),
    (t.Binary(), (b"", b"\0", b"\0\0", b" ", b"a ", b"\xff", b"'\\\n|", bytes(range(256)), b"x" * 70_000)),
    (t.Binary(4, fixed=True), (b"\0\0\0\0", b"a   ", b"\xff\0\xff ")),
    (t.Date(), (date(1, 1, 1), date(1969, 12, 31), date(1970, 1, 1), date(2000, 2, 29), date(9999, 12, 31))),
    (t.Time(), (time(), time(0, 0, 0, 1), time(12, 30), time(12, 30, 0, 500000), time(23, 59, 59, 999999))),
    (t.Time(0), (time(), time(23, 59, 59))),
    (t.TimeTz(), ("12:30:00+00", "23:59:59.999999-12:59", "00:00:00.5+15:59")),
    (t.Timestamp(), MOMENTS),
    (t.Timestamp(0), tuple(moment.replace(microsecond=0) for moment in MOMENTS)),
    (t.Timestamp(3), tuple(moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in MOMENTS)),
    (t.Timestamp(zoned=True), tuple(moment.replace(tzinfo=UTC) for moment in MOMENTS)),
    (t.Duration(), (timedelta(), timedelta(microseconds=-1), timedelta(hours=838, minutes=59, seconds=59),
                    timedelta(hours=-838, minutes=-59, seconds=-59), timedelta(hours=25, microseconds=500_000))),
    (t.Duration(0), (timedelta(), timedelta(seconds=-1), timedelta(hours=24))),
    (t.Interval(), ("PT0S", "P1Y2M3DT4H5M6.789S", "P-1Y-2M3DT-4H-5M-6.789S", "P-1DT-0.001S")),
    (t.Uuid(), UUIDS),
    (t.Json(), ('{"k" :  1.10, "k": "é😀"}', "[]", "null", '"NULL"', '{"a": "' + LONG + '"}')),
    (t.Json(True), ('{"a": 1, "bb": [1, 2.50, "é😀|"], "c": null}', "[]", "null", '"NULL"', "-0.0", "1e2")),
    (t.Enum(("ok", "", "a|b", "É")), ("ok", "", "a|b", "É")),
    (t.SetOf(("x", "y z", "É")), ("", "x", "x,É", "x,y z,É")),
    (t.Bits(1), ("0", "1")),
    (t.Bits(9), ("000000000", "000000101", "111111111")),
    (t.Bits(64), ("0" * 64, "1" * 64, "0" * 63 + "1")),
    (t.Bits(9, varying=True), ("", "0", "00", "101")),
    (t.Year(), (0, 1901, 1999, 2155)),
    (t.Geometry(), (b"\1\1\0\0\0" + bytes(16), bytes.fromhex("0101000000000000000000f03f0000000000000040"))),
    (t.Array(t.Integer(32), "postgres", "integer[]"), ("{}", "{1,NULL,-2147483648}", "{{1,2},{3,NULL}}")),
    (t.Opaque("postgres", "inet"), ("10.0.0.1/24", "::1/128")),
    (t.Opaque("mysql", "inet6"), ("::", "2001:db8::1")),
)  # fmt: skip
"""Every value also beside NULL: each stands in a row of its own."""


def stored(dialect: Dialect) -> list[tuple[Column, t.LogicalType, Sequence[Any]]]:
    """The columns as the dialect's ladder ends, each with the type and the values that come to it; what has no end
    there (an array on another engine) is settled by the type of the source, which is not asked here."""
    found = []
    for at, (kind, values) in enumerate(VALUES):
        settled = settle(kind, Use(), dialect)
        if settled.read_as == kind:
            column = Column(f"c{at:02}_{kind.kind}", settled.spelling.stored, settled.spelling.native)
            found.append((column, kind, values))
    return found


def batch(dialect: Dialect) -> tuple[Table, pa.RecordBatch]:
    """A table of all columns, and its rows as they are sent: one value each, and a row of NULLs."""
    columns = stored(dialect)
    count = sum(len(values) for _, _, values in columns) + 1
    arrays, first = [pa.array(range(count), pa.int64())], 0
    for column, kind, values in columns:
        listed = [None] * first + list(values) + [None] * (count - first - len(values))
        cast = Cast(column.name, kind, column.type, dialect.limits)
        arrays.append(cast(pa.array(listed, arrow_type(kind))).array)
        first += len(values)
    table = Table(TableName("", "edges"), (key(dialect), *(column for column, _, _ in columns)))
    return table, pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(table.columns))


def key(dialect: Dialect) -> Column:
    spelling = dialect.spell(t.Integer(64), Use(keyed=True))
    assert spelling is not None
    return Column("id", t.Integer(64), spelling.native, nullable=False)


def written(session: Session) -> tuple[Table, pa.RecordBatch]:
    """The table made and filled on the session's engine, and what was sent."""
    table, rows = batch(session.dialect)
    table = Table(TableName(session.default_schema, table.name.name), table.columns)
    for statement in session.dialect.create_table(table):
        session.execute(statement)
    session.begin()
    assert session.write(table, table.columns, [rows]) == rows.num_rows
    session.commit()
    return table, rows

"""How values travel: which pairs go in binary, which as text, which not at all; and their exact text."""

from __future__ import annotations

import struct

import pyarrow as pa
import pytest

from dialects.postgresql.packing import Varying
from dialects.postgresql.read import decoded
from dialects.postgresql.types import FAMILY, logical_type
from dialects.postgresql.wire import NativeColumn, date_text, hex_text, text_encoder, timestamp_text, wire
from mappings import types as t
from mappings.errors import TransferError
from mappings.schema import Column


def way(kind: t.LogicalType, native: str, *, enum: bool = False) -> str:
    """`binary`, `text`, or `refused`."""
    column = Column("c", kind, native)
    try:
        found = wire(column, NativeColumn("c", native, enum, generated=False))
    except TransferError:
        return "refused"
    return "text" if found.binary is None else "binary"


BINARY = [
    "boolean", "smallint", "bigint", "oid", "numeric(10,2)", "real", "double precision", "text", "citext", "bytea",
    "character(3)", "character varying(3)", "name", "date", "time without time zone", "timestamp(3) without time zone",
    "timestamp with time zone", "uuid", "json", "jsonb",
]  # fmt: skip
TEXT = [
    "numeric", "numeric(100,50)", "interval", "time with time zone", "bit(3)", "bit varying", "integer[]", "inet",
    "xml", "int4range", "tsvector", '"char"',
]  # fmt: skip


@pytest.mark.parametrize("native", BINARY)
def test_types_that_go_in_binary(native: str) -> None:
    assert way(logical_type(native), native) == "binary"


@pytest.mark.parametrize("native", TEXT)
def test_types_that_go_as_text(native: str) -> None:
    assert way(logical_type(native), native) == "text"


def test_types_made_for_other_engines() -> None:
    assert way(t.Year(), "smallint") == "binary"
    assert way(t.Duration(), "interval") == "binary"
    assert way(t.SetOf(("a",)), "text[]") == "binary"
    assert way(t.Enum(("a",)), "text") == "binary"
    assert way(t.Enum(("a",), "mood"), "mood", enum=True) == "binary"
    assert way(t.Integer(32, unsigned=True), "bigint") == "binary"


@pytest.mark.parametrize(
    ("kind", "native"),
    [
        (t.Text(8), "bigint"),
        (t.Float(64), "bigint"),
        (t.Float(64), "real"),
        (t.Integer(64), "timestamp without time zone"),
        (t.Integer(32), "date"),
        (t.Timestamp(), "timestamp with time zone"),
        (t.Binary(), "text"),
        (t.Uuid(), "text"),
        (t.Decimal(19, 2), "money"),
        (t.Text(), "numeric"),
        (t.Decimal(12, 3), "numeric(12,2)"),
        (t.Decimal(), "numeric(12,2)"),
        (t.Text(4), "character varying(3)"),
        (t.Text(), "character varying(3)"),
        (t.Timestamp(6), "timestamp(3) without time zone"),
        (t.Time(6), "time(0) without time zone"),
        (t.Interval(), "interval(0)"),
        (t.Duration(6), "interval(3)"),
        (t.Array(t.Decimal(5, 3), FAMILY, "numeric(5,3)[]"), "numeric(5,2)[]"),
    ],
)
def test_what_the_server_would_misread_or_round_is_refused(kind: t.LogicalType, native: str) -> None:
    assert way(kind, native) == "refused"


def test_a_generated_column_is_refused() -> None:
    with pytest.raises(TransferError, match="generated"):
        wire(Column("c", t.Integer(32), "integer"), NativeColumn("c", "integer", enum=False, generated=True))


def test_bytes_are_spelled_in_hexadecimal_also_in_a_slice() -> None:
    values = pa.array([b"zz", b"\x00\xff", None, b"", b"a"], pa.large_binary())
    assert hex_text(values.slice(1)).to_pylist() == ["\\x00ff", None, "\\x", "\\x61"]
    assert hex_text(values.slice(0, 0)).to_pylist() == []


def test_dates_of_every_year_are_spelled_as_the_server_reads_them() -> None:
    common = pa.array([0, None, -719_162, 2_932_896], pa.int32()).cast(pa.date32())
    assert date_text(common).to_pylist() == ["1970-01-01", None, "0001-01-01", "9999-12-31"]
    rare = pa.array([-719_163, None, 2_932_897, -2_440_588], pa.int32()).cast(pa.date32())
    assert date_text(rare).to_pylist() == ["0001-12-31 BC", None, "10000-01-01", "4714-11-24 BC"]


def test_moments_of_every_year_are_spelled_as_the_server_reads_them() -> None:
    rare = pa.array([-62_135_596_800_000_001, None, 1_500], pa.int64())
    assert timestamp_text(rare.cast(pa.timestamp("us"))).to_pylist() == [
        "0001-12-31 23:59:59.999999 BC",
        None,
        "1970-01-01 00:00:00.001500",
    ]
    instants = timestamp_text(rare.cast(pa.timestamp("us", "UTC"))).to_pylist()
    assert instants[2] == "1970-01-01 00:00:00.001500+00"
    assert timestamp_text(rare.slice(2).cast(pa.timestamp("us", "UTC"))).to_pylist() == ["1970-01-01 00:00:00.001500Z"]


def test_sets_are_spelled_as_arrays() -> None:
    values = pa.array(["a,b", "", None, 'q"\\,c'], pa.large_utf8())
    members = t.SetOf(("a", "b", "c", 'q"\\'))
    assert text_encoder(members)(values).to_pylist() == ['{"a","b"}', "{}", None, '{"q\\"\\\\","c"}']
    binary = wire(Column("c", members, "text[]"), NativeColumn("c", "text[]", enum=False, generated=False)).binary
    assert binary is not None
    two = struct.pack(">iiIiii1si", 1, 0, 25, 2, 1, 1, b"a", 1) + b"b"
    odd = struct.pack(">iiIiii3si", 1, 0, 25, 2, 1, 3, b'q"\\', 1) + b"c"
    packed = binary(values)
    assert isinstance(packed, Varying)
    assert packed.values.to_pylist() == [two, struct.pack(">iiI", 0, 0, 25), None, odd]


def test_numbers_are_decoded_exactly_or_not_at_all() -> None:
    texts = pa.array(["1.50", None, "-0.01"])
    assert [str(value) for value in decoded(texts, t.Decimal(5, 2))] == ["1.50", "None", "-0.01"]
    for wrong in ("1.555", "NaN", "1000000"):
        with pytest.raises(pa.ArrowInvalid):
            decoded(pa.array([wrong]), t.Decimal(5, 2))
    with pytest.raises(pa.ArrowInvalid):
        decoded(pa.array([300], pa.int16()), t.Integer(8))

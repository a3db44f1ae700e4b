"""Values of every type into the server and back, by LOAD DATA and by INSERT, on both products."""

import struct
from decimal import Decimal
from itertools import product as combinations

import numpy as np
import pyarrow as pa
import pytest

from dialects.mysql.session import MysqlSession
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Use
from tests.mysql.tables import batch_of, create, round_trip, rows_of, spelled, table_of, write

AWKWARD_TEXTS = [
    "", "NULL", "null", "\\N", "\\", "\\\\", '"', '""', "'", "''", '","', "a,b", "a\nb", "a\r\nb", "\r", "\n", "\t",
    "a\0b", "\0", "\x1a", " lead", "trail ", "`", "%_", "é", "日本語", "😀", "\u2028", "$1", "{value}", "@v0", '"\n"',
    '\\"', "\\'", "a\\\nb", "x" * 300, "é" * 300, "😀" * 70000, None,
]  # fmt: skip


def test_text(writer: MysqlSession) -> None:
    round_trip(writer, t.Text(), list(AWKWARD_TEXTS))


def test_text_as_the_only_column_and_all_null(writer: MysqlSession) -> None:
    round_trip(writer, t.Text(20), [None, None, None])


def test_text_in_many_combinations(writer: MysqlSession) -> None:
    pieces = ['"', ",", "\n", "\\", "N", "'", "NULL", ""]
    columns = [spelled(writer, name, t.Text(50)) for name in ("a", "b", "c")]
    table = create(writer, table_of(columns))
    triples = list(combinations(pieces, repeat=3))
    values: dict[str, list[object]] = {
        "a": ["".join(triple) for triple in triples],
        "b": [triple[1] + triple[0] for triple in triples],
        "c": [None if triple[2] == "" else triple[2] for triple in triples],
    }
    batch = batch_of(table, values)
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))


@pytest.mark.parametrize("kind", [t.Binary(), t.Binary(200), t.Binary(60_000)], ids=str)
def test_bytes(writer: MysqlSession, kind: t.Binary) -> None:
    round_trip(writer, kind, [b"", b"\0", bytes(range(100)), bytes(range(155, 256)), b"NULL", b"\xff\xfe", None])


def test_padded_bytes(writer: MysqlSession) -> None:
    round_trip(writer, t.Binary(4, fixed=True), [b"\0\0\0\0", b"ab\0\0", b"\xff\0\xff ", None])


@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize("bits", [8, 16, 24, 32, 64])
def test_integers(writer: MysqlSession, bits: int, unsigned: bool) -> None:
    low, high = t.Integer(bits, unsigned).bounds
    round_trip(writer, t.Integer(bits, unsigned), [low, high, 0, 1, None])


def test_booleans(writer: MysqlSession) -> None:
    round_trip(writer, t.Boolean(), [True, False, None] * 5)


@pytest.mark.parametrize("precision, scale", [(5, 0), (10, 2), (38, 10), (38, 30), (39, 0), (65, 30), (65, 0)])
def test_decimals(writer: MysqlSession, precision: int, scale: int) -> None:
    digits = ["9" * precision, "1", "7", "123", "0"]
    values = [Decimal((sign, tuple(map(int, text)), -scale)) for text in digits for sign in (0, 1)]
    round_trip(writer, t.Decimal(precision, scale), [*values[:-1], None])


def test_doubles_by_bits(writer: MysqlSession) -> None:
    random = np.random.default_rng(11).integers(0, 2**64, 5000, dtype=np.uint64).view(np.float64)
    edges = [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 0.1, 1 / 3, 1e15, 1e16, 9007199254740993.0]
    round_trip(writer, t.Float(64), [*random[np.isfinite(random)].tolist(), *edges, None])


def test_singles_by_bits(writer: MysqlSession) -> None:
    random = np.random.default_rng(12).integers(0, 2**32, 5000, dtype=np.uint32).view(np.float32)
    edges = [16777216.0, 1.17549435e-38, 3.4028235e38, 0.1, 1.401298464324817e-45]
    round_trip(writer, t.Float(32), [*random[np.isfinite(random)].tolist(), *edges, None])


def microseconds(text: str) -> int:
    return int(np.datetime64(text, "us").astype(np.int64))


MOMENTS = ["0001-01-01T00:00:00", "0999-12-31T23:59:59.999999", "1969-12-31T23:59:59.5", "2024-02-29T12:00:00.000001"]


@pytest.mark.parametrize("digits", [0, 3, 6])
def test_timestamps(writer: MysqlSession, digits: int) -> None:
    unit = 10 ** (6 - digits)
    values = [microseconds(text) // unit * unit for text in [*MOMENTS, "9999-12-31T23:59:59.999999"]]
    column = spelled(writer, "value", t.Timestamp(digits))
    table = create(writer, table_of([column]))
    array = pa.array([*values, None]).cast(pa.timestamp("us"))
    batch = pa.RecordBatch.from_arrays([pa.array(range(len(array)), pa.int64()), array], names=["id", "value"])
    write(writer, table, batch)
    assert rows_of(writer, table).column("value").combine_chunks().equals(array)


def test_instants_of_timestamp_columns(writer: MysqlSession) -> None:
    column = Column("value", t.Timestamp(6, zoned=True), "timestamp(6)")
    table = create(writer, table_of([column]))
    moments = ["1970-01-01T00:00:01", "2024-03-31T02:30:00", "2024-10-27T02:30:00.123456", "2038-01-19T03:14:07.999999"]
    array = pa.array([*map(microseconds, moments), None]).cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    batch = pa.RecordBatch.from_arrays([pa.array(range(len(array)), pa.int64()), array], names=["id", "value"])
    write(writer, table, batch)
    assert rows_of(writer, table).column("value").combine_chunks().equals(array)


def test_dates(writer: MysqlSession) -> None:
    days = [int(np.datetime64(text, "D").astype(np.int64)) for text in ("0001-01-01", "0999-06-30", "9999-12-31")]
    array = pa.array([*days, 0, None], pa.int32()).cast(pa.date32())
    table = create(writer, table_of([spelled(writer, "value", t.Date())]))
    batch = pa.RecordBatch.from_arrays([pa.array(range(len(array)), pa.int64()), array], names=["id", "value"])
    write(writer, table, batch)
    assert rows_of(writer, table).column("value").combine_chunks().equals(array)


def test_times(writer: MysqlSession) -> None:
    array = pa.array([0, 1, 86_399_999_999, 43_200_000_000, None], pa.int64()).cast(pa.time64("us"))
    round_trip(writer, t.Time(6), array.to_pylist())


LONGEST = (838 * 3600 + 59 * 60 + 59) * 1_000_000


@pytest.mark.parametrize("digits", [0, 1, 3, 6])
def test_durations(writer: MysqlSession, digits: int) -> None:
    unit = 10 ** (6 - digits)
    spans = [
        0,
        unit,
        -unit,
        LONGEST,
        -LONGEST,
        3_600_000_000 * 100,
        -360_000_000_000 - unit,
        59_000_000,
        86_400_000_000,
    ]
    array = pa.array([*spans, None], pa.int64()).cast(pa.duration("us"))
    table = create(writer, table_of([spelled(writer, "value", t.Duration(digits))]))
    batch = pa.RecordBatch.from_arrays([pa.array(range(len(array)), pa.int64()), array], names=["id", "value"])
    write(writer, table, batch)
    assert rows_of(writer, table).column("value").combine_chunks().equals(array)


@pytest.mark.parametrize("length", [1, 7, 8, 64])
def test_bits(writer: MysqlSession, length: int) -> None:
    round_trip(writer, t.Bits(length), ["1" * length, "0" * length, "1".zfill(length), None])


def test_years(writer: MysqlSession) -> None:
    round_trip(writer, t.Year(), [0, 1901, 2000, 2155, None])


def test_labels(writer: MysqlSession) -> None:
    labels = ("b", "A", "a", "it's", "x\\y", 't,"u', "é", "", "1", "2")
    round_trip(writer, t.Enum(labels), [*labels, None])


def test_sets(writer: MysqlSession) -> None:
    round_trip(writer, t.SetOf(("x", "it's", "z")), ["", "x", "x,z", "x,it's,z", None])


def test_json(writer: MysqlSession) -> None:
    texts = ['{"a": "é\\n\\"q\\" \\\\ 😀"}', "[1, 2.5, null]", '"text"', "null", None]
    round_trip(writer, t.Json(binary=True), list(texts))


def test_json_as_written(writer: MysqlSession) -> None:
    round_trip(writer, t.Json(), ['{"b":1,  "a":1.50, "a":2}', "[ ]", None])


def test_uuids(writer: MysqlSession, product: str) -> None:
    """MariaDB's type refuses uuids of no known version, so it is kept but never chosen."""
    assert writer.dialect.spell(t.Uuid(), Use()) is None
    if product == "mysql":
        return
    table = create(writer, table_of([Column("value", t.Uuid(), "uuid")]))
    values = [bytes(16), bytes.fromhex("0123456789ab4def8123456789abcdef"), b"\xff" * 16, None]
    batch = batch_of(table, {"value": list(values)})
    write(writer, table, batch)
    assert rows_of(writer, table).column("value").to_pylist() == values


def point(x: float, y: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, x, y)


@pytest.mark.parametrize("srid", [None, 4326, 3857])
def test_geometries_with_x_first(writer: MysqlSession, srid: int | None) -> None:
    round_trip(writer, t.Geometry("POINT", srid), [point(10.5, 20.25), point(-170, 80), None])
    shown = writer.query("SELECT ST_SRID(value), ST_X(value) FROM t WHERE id = 1")
    assert shown[0][0] == (srid or 0)


def test_vectors(writer: MysqlSession) -> None:
    if not writer.dialect.server.has_vectors:
        pytest.skip(f"{writer.dialect.label} has no VECTOR")
    singles = np.random.default_rng(5).integers(0, 2**32, 3000, dtype=np.uint32).view(np.float32)
    finite = singles[np.isfinite(singles)][:2100].reshape(-1, 3)
    texts = [f"[{','.join(_shortest(value) for value in row)}]" for row in finite]
    round_trip(writer, t.Opaque("mysql", "vector(3)"), [*texts, None])


def _shortest(value: np.float32) -> str:
    return str(pa.array([value], pa.float32()).cast(pa.string())[0])


def test_addresses(session: MysqlSession, product: str) -> None:
    if product == "mysql":
        return
    round_trip(session, t.Opaque("mysql", "inet6"), ["2001:db8::1", "::", None])


def test_a_whole_row_of_every_type(writer: MysqlSession) -> None:
    kinds = {"a": t.Text(10), "b": t.Binary(10), "c": t.Bits(9), "d": t.Integer(8), "e": t.Boolean(), "f": t.Year()}
    table = create(writer, table_of([spelled(writer, name, kind) for name, kind in kinds.items()]))
    values: dict[str, list[object]] = {
        "a": ["x", None, "NULL"], "b": [b"\0", None, b""], "c": ["101010101", None, "000000001"],
        "d": [-128, None, 127], "e": [True, None, False], "f": [2020, None, 0],
    }  # fmt: skip
    batch = batch_of(table, values)
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))


def test_every_type_beside_bytes(writer: MysqlSession) -> None:
    """A load with a column of bytes has no character set: what has one must still arrive as it was."""
    columns = [
        Column("bytes", t.Binary(), "longblob"),
        spelled(writer, "text", t.Text()),
        Column("latin", t.Text(20), "varchar(20) COLLATE latin1_swedish_ci"),
        Column("ascii", t.Text(20), "char(20) COLLATE ascii_bin"),
        spelled(writer, "label", t.Enum(("é", "日", "1"))),
        spelled(writer, "labels", t.SetOf(("é", "日"))),
        spelled(writer, "json", t.Json(binary=True)),
        spelled(writer, "bits", t.Bits(9)),
        spelled(writer, "decimal", t.Decimal(20, 5)),
        spelled(writer, "double", t.Float()),
        spelled(writer, "year", t.Year()),
        spelled(writer, "truth", t.Boolean()),
        spelled(writer, "place", t.Geometry("POINT", 4326)),
    ]
    table = create(writer, table_of(columns))
    values: dict[str, list[object]] = {
        "bytes": [bytes(range(256)), b'","\n\\"NULL', None],
        "text": ['é日😀 "q", \\ \n\0', "NULL", None],
        "latin": ["é€", "", None],
        "ascii": ["plain", "", None],
        "label": ["é", "1", None],
        "labels": ["é,日", "", None],
        "json": ['{"é": "日😀\\""}', '"NULL"', None],
        "bits": ["101010101", "000000001", None],
        "decimal": [Decimal("-1.50000"), Decimal("123456789012345.12345"), None],
        "double": [1e-300, -0.1, None],
        "year": [0, 2155, None],
        "truth": [True, False, None],
        "place": [point(1, 2), point(-3, 4.5), None],
    }
    batch = batch_of(table, values)
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))
    assert writer.query("SELECT HEX(latin) FROM t WHERE id = 1") == [("E980",)]


def test_uuids_and_addresses_beside_bytes(writer: MysqlSession, product: str) -> None:
    if product == "mysql":
        pytest.skip("MySQL has neither type")
    columns = [Column("b", t.Binary(), "longblob"), Column("u", t.Uuid(), "uuid")]
    columns.append(Column("i", t.Opaque("mysql", "inet6"), "inet6"))
    table = create(writer, table_of(columns))
    values: dict[str, list[object]] = {"b": [b"\xff"], "u": [bytes(16)], "i": ["2001:db8::1"]}
    batch = batch_of(table, values)
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))

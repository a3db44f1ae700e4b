"""Packets decoded, and files refused: no server needed."""

import io
import struct
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

pymysql = pytest.importorskip("pymysql")

from dialects.mysql import decode  # noqa: E402
from dialects.mysql.decode import Block, Cells, Undecodable, columns  # noqa: E402
from dialects.mysql.wire import BulkConnection, RowStream  # noqa: E402

EOF = b"\xfe\x00\x00\x02\x00"
FULL = 0xFFFFFF


def cell(value: bytes | None) -> bytes:
    """One value with its length before it."""
    if value is None:
        return b"\xfb"
    size = len(value)
    if size < 0xFB:
        return bytes([size]) + value
    if size < 1 << 16:
        return b"\xfc" + struct.pack("<H", size) + value
    if size < 1 << 24:
        return b"\xfd" + struct.pack("<I", size)[:3] + value
    return b"\xfe" + struct.pack("<Q", size) + value


def packets(payload: bytes, number: int) -> tuple[bytes, int]:
    """The payload as one packet or more, and the number of the next."""
    written = b""
    while True:
        part, payload = payload[:FULL], payload[FULL:]
        written += struct.pack("<I", len(part))[:3] + bytes([number % 256]) + part
        number += 1
        if len(part) < FULL:
            return written, number


def stream_of(*payloads: bytes, at_once: int = 1 << 30, number: int = 5) -> RowStream:
    """A stream over these packets, which come in pieces of at most `at_once` bytes."""
    data, following = b"", number
    for payload in payloads:
        text, following = packets(payload, following)
        data += text

    class Reader(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return super().read1(min(size or 0, at_once))

    connection = BulkConnection(defer_connect=True)
    connection._rfile = Reader(data)
    connection._next_seq_id = number
    return RowStream(connection, 1)


def rows(stream: RowStream, count: int, most_rows: int = 1000) -> Iterator[tuple[bytes | None, ...]]:
    """All rows of a stream as bytes."""
    while (block := stream.next_block(most_rows)) is not None:
        cells = [column.binary().to_pylist() for column in columns(block, count)]
        assert len(cells[0]) <= most_rows
        yield from zip(*cells, strict=True)


VALUES = [b"", b"x", b"y" * 12, b"z" * 13, b"\xfb", b"\xfe\xff", b"w" * 250, b"v" * 251, b"u" * 70_000, None]


@pytest.mark.parametrize("at_once", [1, 3, 4096, 1 << 30])
@pytest.mark.parametrize("most_rows", [1, 3, 1000])
def test_rows_of_every_length(at_once: int, most_rows: int) -> None:
    values = [value for value in VALUES if at_once > 3 or len(value or b"") < 1000]
    expected = [(one, two) for one in values for two in values]
    stream = stream_of(*(cell(one) + cell(two) for one, two in expected), EOF, at_once=at_once)
    assert list(rows(stream, 2, most_rows)) == expected
    assert stream.finished and stream.next_block(5) is None


def test_rows_longer_than_a_packet() -> None:
    long = [b"a" * (FULL - 9), b"b" * (FULL - 8), b"c" * (FULL - 4), b"d" * (2 * FULL - 9)]
    expected = [(value, b"after") for value in long for value in (b"short", value, None)]
    stream = stream_of(*(cell(one) + cell(two) for one, two in expected), EOF, at_once=1 << 20)
    assert list(rows(stream, 2)) == expected


def test_a_long_row_may_begin_like_the_end() -> None:
    """Its first byte is that of an end packet, and the bytes where a packet goes on may be anything."""
    value = (b"\xfe\xff" * FULL)[: FULL + 5]
    assert list(rows(stream_of(cell(value), EOF), 1)) == [(value,)]


def test_no_rows_at_all() -> None:
    assert stream_of(EOF).next_block(10) is None


def test_warnings_are_counted() -> None:
    stream = stream_of(cell(b"x"), b"\xfe\x03\x00\x02\x00")
    assert list(rows(stream, 1)) == [(b"x",)] and stream.warning_count == 3


def test_an_error_between_rows() -> None:
    error = b"\xff" + struct.pack("<H", 1317) + b"#70100Query execution was interrupted"
    stream = stream_of(cell(b"x"), cell(b"y"), error)
    with pytest.raises(pymysql.err.OperationalError, match="interrupted"):
        list(rows(stream, 1))
    assert stream.finished


def test_a_connection_that_ends_too_early() -> None:
    stream = stream_of(cell(b"x" * 100))
    with pytest.raises(pymysql.err.OperationalError) as caught:
        list(rows(stream, 1))
    assert caught.value.args[0] == 2013 and not stream._connection.open


def test_packets_out_of_order() -> None:
    stream = stream_of(cell(b"x"), cell(b"y"), EOF)
    stream._sequence += 1
    with pytest.raises(pymysql.err.OperationalError, match="out of order"):
        list(rows(stream, 1))


def test_numbers_of_packets_wrap() -> None:
    assert len(list(rows(stream_of(*[cell(b"x")] * 1000, EOF, number=250), 1, 7))) == 1000


def cells_of(values: list[str | bytes | None]) -> Cells:
    """One column of a block."""
    payload, places = bytearray(8), []
    for value in values:
        places.append(len(payload))
        payload += cell(value.encode() if isinstance(value, str) else value)
    payload += bytes(decode.PADDING)
    (found,) = columns(Block(np.frombuffer(payload, np.uint8), np.array(places, np.int64)), 1)
    return found


def test_durations() -> None:
    texts: list[str | bytes | None] = [
        "00:00:00.000001",
        "-00:00:00.000001",
        "838:59:59.000000",
        "-838:59:59.999999",
        None,
    ]
    found = decode.duration(6)(cells_of(texts)).view(pa.int64()).to_pylist()
    assert found == [1, -1, 3_020_399_000_000, -3_020_399_999_999, None]
    assert decode.duration(0)(cells_of(["01:02:03", "-10:00:00"])).view(pa.int64()).to_pylist() == [
        3_723_000_000,
        -36_000_000_000,
    ]


def test_times_outside_a_day() -> None:
    assert decode.time_of_day(0)(cells_of(["23:59:59", None])).view(pa.int64()).to_pylist() == [86_399_000_000, None]
    with pytest.raises(Undecodable, match="2 values such as '24:00:00'"):
        decode.time_of_day(0)(cells_of(["01:00:00", "24:00:00", "-01:00:00"]))


def test_uuids() -> None:
    text = "00112233-4455-6677-8899-AABBCCDDEEFF"
    assert decode.uuid(cells_of([text, None])).to_pylist() == [bytes.fromhex(text.replace("-", "")), None]
    with pytest.raises(Undecodable):
        decode.uuid(cells_of(["short"]))


def test_booleans() -> None:
    assert decode.boolean(cells_of(["1", "0", None])).to_pylist() == [True, False, None]
    with pytest.raises(Undecodable):
        decode.boolean(cells_of(["2"]))
    with pytest.raises(Undecodable):
        decode.boolean(cells_of(["10"]))


def test_zero_dates_are_refused_with_their_number() -> None:
    with pytest.raises(Undecodable, match="holds 2 values such as '0000-00-00'"):
        decode.casting(pa.date32())(cells_of(["2020-01-01", "0000-00-00", None, "2021-00-01"]))
    with pytest.raises(Undecodable, match="holds 1 values such as '2021-02-31 00:00:00'"):
        decode.casting(pa.timestamp("us"))(cells_of(["2021-02-31 00:00:00"]))


def test_instants_are_utc() -> None:
    found = decode.instant(cells_of(["2020-01-01 00:00:00.5"]))
    assert found.type == pa.timestamp("us", "UTC") and found.cast(pa.int64()).to_pylist() == [1_577_836_800_500_000]


def test_geometries_of_several_srids() -> None:
    one, two = struct.pack("<I", 4326) + b"wkb", struct.pack("<I", 0) + b"other"
    assert decode.geometry(4326)(cells_of([one, None])).to_pylist() == [b"wkb", None]
    assert decode.wkb(cells_of([one, two])).to_pylist() == [b"wkb", b"other"]
    with pytest.raises(Undecodable, match="SRID 0 beside 4326"):
        decode.geometry(4326)(cells_of([one, two]))


def test_vectors() -> None:
    raw = np.array([0.1, -2e30, 3], "<f4").tobytes()
    assert decode.vector(cells_of([raw, None])).to_pylist() == ["[0.1,-2e+30,3]", None]


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(pa.ArrowInvalid):
        cells_of([b"\xff"]).text()


@pytest.mark.parametrize("length", [1, 2, 12, 13, 26, 36, 64, 65, 300])
def test_values_of_one_length(length: int) -> None:
    values = [bytes([number]) * length for number in range(20)]
    assert cells_of([*values]).binary().to_pylist() == values
    assert cells_of([*values, None]).binary().to_pylist() == [*values, None]


class Wire:
    """Stands for the socket: what the server says, and what it was sent."""

    def __init__(self, *answers: bytes) -> None:
        data = b"".join(packets(payload, number)[0] for number, payload in answers_numbered(answers))
        self.said, self.sent = io.BytesIO(data), b""

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def settimeout(self, _: object) -> None:
        pass

    def close(self) -> None:
        pass


def answers_numbered(answers: tuple[bytes, ...]) -> list[tuple[int, bytes]]:
    return [(1 if at == 0 else 5, answer) for at, answer in enumerate(answers)]


def connected(wire: Wire) -> BulkConnection:
    connection = BulkConnection(defer_connect=True, local_infile=True)
    connection._sock, connection._rfile = wire, wire.said
    connection._current_timeout, connection._result = None, None
    return connection


ASKED_FOR_A_FILE = b"\xfb/etc/passwd"
LOADED = b"\x00\x02\x00\x02\x00\x00\x00" + b"\x2aRecords: 2  Deleted: 0  Skipped: 0  Warnings: 0"


def test_a_server_that_asks_for_a_file_gets_only_what_was_offered() -> None:
    wire = Wire(ASKED_FOR_A_FILE, LOADED)
    connection = connected(wire)
    connection.load("LOAD DATA LOCAL ...", [memoryview(b"1,2\n"), memoryview(b"3,4\n")])
    assert wire.sent.endswith(b"...\x04\0\0\x021,2\n\x04\0\0\x033,4\n\0\0\0\x04")
    assert connection.message.endswith("Warnings: 0")


def test_a_server_that_asks_unasked_gets_nothing() -> None:
    wire = Wire(ASKED_FOR_A_FILE)
    connection = connected(wire)
    with pytest.raises(pymysql.err.OperationalError, match="not offered"):
        connection.query("SELECT 1")
    assert wire.sent == b"\x09\0\0\0\x03SELECT 1" and not connection.open


def test_a_query_for_rows_that_is_answered_by_asking_for_a_file() -> None:
    wire = Wire(ASKED_FOR_A_FILE)
    with pytest.raises(pymysql.err.OperationalError, match="not offered"):
        connected(wire).stream("SELECT 1")
    assert b"root" not in wire.sent


def test_a_feed_that_fails_does_not_end_the_file() -> None:
    wire = Wire(ASKED_FOR_A_FILE, LOADED)
    connection = connected(wire)

    def feed() -> Iterator[memoryview]:
        yield memoryview(b"1,2\n")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        connection.load("LOAD DATA LOCAL ...", feed())
    assert wire.sent.endswith(b"1,2\n") and not connection.open

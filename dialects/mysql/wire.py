"""PyMySQL's connection with two additions: rows as blocks of raw packets, and LOAD DATA LOCAL fed from memory.

Imports the driver, so only `connect` may import this module.
"""

from __future__ import annotations

import functools
import socket
import ssl
from array import array
from collections.abc import Iterable
from contextlib import suppress
from struct import Struct
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
from pymysql import err
from pymysql.connections import Connection, MySQLResult
from pymysql.constants import COMMAND, CR

from dialects.mysql.decode import PADDING, Block

FULL_PACKET = 0xFFFFFF
"""A packet of this length goes on in the next one."""
HEADER = 4
WORD = Struct("<I").unpack_from
"""A header read at once: the length in its lower three bytes, then the packet's number."""
EOF, ERROR = 0xFE, 0xFF
LONGEST_EOF = 8
READ_OCTETS = 1 << 18
BLOCK_OCTETS = 1 << 21
"""Large enough that the cost per block and column vanishes: a fifth less than with a quarter of it."""
FEED_OCTETS = 1 << 20
KEPT_ALIVE = tuple(
    (getattr(socket, name), value)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 6), ("TCP_USER_TIMEOUT", 300_000))
    if hasattr(socket, name)
)
"""In seconds, and milliseconds for the last: how long what was sent may go unheard, or the server take nothing more."""


class BulkResult(MySQLResult):  # type: ignore[misc]
    """A result that answers a request for a local file with the armed feed only, whatever file the server names."""

    def _read_load_local_packet(self, first_packet: Any) -> None:
        connection: BulkConnection = self.connection
        feed = connection.disarmed()
        if feed is None:
            connection._force_close()
            raise err.OperationalError(CR.CR_MALFORMED_PACKET, "the server asked for a file that was not offered")
        try:
            for piece in feed:
                connection.send(piece)
        except BaseException:
            # an empty packet would end the file, and the server would take what it has for all of it
            connection._force_close()
            raise
        connection.write_packet(b"")
        self._read_ok_packet(connection._read_packet())


@functools.cache
def _default_context() -> ssl.SSLContext:
    context: ssl.SSLContext = Connection._create_ssl_ctx(None, {})
    return context


class BulkConnection(Connection):  # type: ignore[misc]
    """One connection. `warning_count` and `message` are those of the last statement."""

    _feed: Iterable[memoryview] | None = None
    warning_count = 0
    message = ""
    field_count = 0

    def _create_ssl_ctx(self, options: dict[str, Any]) -> ssl.SSLContext:
        """The driver's own default reads all certificates of the system for every connection: 40 ms of work."""
        return super()._create_ssl_ctx(options) if options else _default_context()

    def endure(self, *, read_timeout: int | None) -> None:
        """Wait so many seconds for each answer from now on, for ever with None; find out by itself when the other side
        is gone."""
        self._read_timeout = read_timeout
        if self._sock is not None and not self.unix_socket:
            for option, value in KEPT_ALIVE:
                self._sock.setsockopt(socket.IPPROTO_TCP, option, value)

    def sever(self) -> None:
        """From another thread: whoever waits for this connection gets an error at once."""
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)

    def run(self, sql: str) -> tuple[tuple[Any, ...], ...]:
        """Send a statement and return its rows, none for one that has no result."""
        self.query(sql)
        rows: tuple[tuple[Any, ...], ...] = self._result.rows or ()  # type: ignore[union-attr]
        return rows

    def names(self) -> list[str]:
        """Of the columns of the last statement's rows."""
        fields = self._result.fields if self._result is not None else ()
        return [str(field.name) for field in fields or ()]

    def show(self, sql: str) -> str:
        """The text of SHOW CREATE TABLE, whose defaults may hold bytes that are not UTF-8."""
        self.use_unicode = False
        try:
            text: bytes = self.run(sql)[0][1]
        finally:
            self.use_unicode = True
        return text.decode("utf-8", "replace")

    def load(self, sql: str, feed: Iterable[memoryview]) -> None:
        """Run LOAD DATA LOCAL with `feed` as the file."""
        self._feed = feed
        try:
            self.query(sql)
        finally:
            self._feed = None

    def disarmed(self) -> Iterable[memoryview] | None:
        feed, self._feed = self._feed, None
        return feed

    def send(self, piece: memoryview) -> None:
        for start in range(0, len(piece), FEED_OCTETS):
            self.write_packet(piece[start : start + FEED_OCTETS])

    def stream(self, sql: str) -> RowStream:
        """Send a query and return its rows as they come."""
        self._execute_command(COMMAND.COM_QUERY, sql)
        result = BulkResult(self)
        result.init_unbuffered_query()
        result.unbuffered_active = False  # otherwise PyMySQL reads the socket when it collects the result
        return RowStream(self, result.field_count)

    def _read_query_result(self, unbuffered: bool = False) -> int:
        self._result = None
        result = BulkResult(self)
        result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        self.warning_count = result.warning_count
        self.message = (result.message or b"").decode("utf-8", "replace")
        return int(result.affected_rows)


class RowStream:
    """The rows of one query, which must be read to their end before the connection takes another statement."""

    def __init__(self, connection: BulkConnection, field_count: int) -> None:
        self.field_count = field_count
        self.finished = False
        self.warning_count = 0
        self._connection = connection
        self._sequence: int = connection._next_seq_id
        self._buffer = bytearray(2 * BLOCK_OCTETS + PADDING)
        self._filled = 0
        self._walked = 0
        self._rows = array("q")

    def next_block(self, most_rows: int) -> Block | None:
        """The next at most `most_rows` rows, None behind the last. The block before it is overwritten."""
        self._move_rest()
        while not self.finished:
            self._walk(most_rows)
            full = len(self._rows) >= most_rows or self._walked >= BLOCK_OCTETS
            long_row = self._next_is_long()
            if self._rows and (full or long_row or self.finished):
                return self._block()
            if long_row:
                return self._long_row()
            if not self.finished:
                self._fill()
        return None

    def drain(self) -> None:
        """Read and forget the rest."""
        while self.next_block(1 << 20) is not None:
            pass

    def _walk(self, most_rows: int) -> None:
        """Note where each whole row begins: the only step per row in Python."""
        buffer, place, filled = self._buffer, self._walked, self._filled
        found, last = self._rows.append, filled - HEADER
        for _ in range(most_rows - len(self._rows)):
            if place > last:
                break
            size = WORD(buffer, place)[0] & FULL_PACKET
            end = place + HEADER + size
            if end > filled or size == FULL_PACKET:
                break
            found(place + HEADER)
            place = end
        self._walked = place
        self._take_end()

    def _take_end(self) -> None:
        """The last packet walked may be the end of the rows or an error; no other packet can."""
        if not self._rows:
            return
        packet = memoryview(self._buffer)[self._rows[-1] : self._walked]
        if packet[0] == ERROR:
            self.finished = True
            err.raise_mysql_exception(packet.tobytes())
        if packet[0] == EOF and len(packet) <= LONGEST_EOF:
            self.finished = True
            self.warning_count = int.from_bytes(packet[1:3], "little")
            self._rows.pop()

    def _next_is_long(self) -> bool:
        place = self._walked
        header = self._buffer[place : min(place + 3, self._filled)]
        return header == b"\xff\xff\xff"

    def _block(self) -> Block:
        octets = np.frombuffer(self._buffer, np.uint8)
        rows = np.frombuffer(self._rows, np.int64)
        self._check_order(octets[rows - 1])
        return Block(octets, rows)

    def _check_order(self, numbers: npt.NDArray[np.uint8]) -> None:
        expected = (self._sequence + np.arange(len(numbers))) & 0xFF
        if not np.array_equal(numbers, expected):
            self._lose("packets out of order")
        self._sequence += len(numbers)

    def _move_rest(self) -> None:
        """Bring what is not walked yet to the front of the buffer."""
        rest = self._buffer[self._walked : self._filled]
        self._buffer[: len(rest)] = rest
        self._filled, self._walked = len(rest), 0
        self._rows = array("q")

    def _fill(self) -> None:
        """Receive what is there, at least one byte."""
        if self._filled + PADDING >= len(self._buffer):
            self._buffer = self._buffer + bytes(len(self._buffer))
        end = min(self._filled + READ_OCTETS, len(self._buffer) - PADDING)
        self._filled += self._receive(memoryview(self._buffer)[self._filled : end])

    def _receive(self, into: memoryview) -> int:
        try:
            # not readinto1: with some bytes at hand it still waits for more, which after the last row never come
            octets: bytes = self._connection._rfile.read1(len(into))
        except (OSError, ValueError) as error:
            return self._lose(str(error))
        into[: len(octets)] = octets
        return len(octets) or self._lose("the server closed the connection")

    def _lose(self, reason: str) -> NoReturn:
        self.finished = True
        self._connection._force_close()
        raise err.OperationalError(CR.CR_SERVER_LOST, f"lost connection during query ({reason})")

    def _long_row(self) -> Block:
        """A row of 16 MB or more: its packets joined without their headers."""
        payload = bytearray(HEADER)
        size = FULL_PACKET
        while size == FULL_PACKET:
            size = self._header()
            self._take(size, payload)
        payload += bytes(PADDING)
        self._move_rest()
        return Block(np.frombuffer(payload, np.uint8), np.array([HEADER], np.int64))

    def _header(self) -> int:
        while self._filled - self._walked < HEADER:
            self._fill()
        header = self._buffer[self._walked : self._walked + HEADER]
        self._walked += HEADER
        self._check_order(np.array([header[3]], np.uint8))
        return int.from_bytes(header[:3], "little")

    def _take(self, size: int, payload: bytearray) -> None:
        """Append `size` bytes to the payload: first what the buffer has, then straight from the connection."""
        there = min(size, self._filled - self._walked)
        payload += self._buffer[self._walked : self._walked + there]
        self._walked += there
        done = len(payload)
        payload += bytes(size - there)
        with memoryview(payload) as view:
            while done < len(view):
                done += self._receive(view[done:])

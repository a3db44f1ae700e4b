"""Servers that turn on their clients: one that asks for local files, one that asks for the password in clear."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Self
from urllib.parse import urlsplit

from tests.commands.command import changed

HEADER = 4
QUERY = b"\x03"
LOCAL_FILE = b"\xfb"
AUTH_SWITCH = b"\xfe"
CAPABILITIES = 0x81BFF7FF & ~0x0800
"""All that PyMySQL speaks, without TLS."""
SALT = b"12345678901234567890"
PATIENCE = 20.0

Turn = Callable[[bytes], str]
"""The file to ask for in reply to a statement; empty to pass it on."""


def packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload


class _Listener:
    """Accepts connections on loopback until it is closed, each served by a thread."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                client.settimeout(PATIENCE)
                thread = threading.Thread(target=self._served, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _served(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            self.serve(client)

    def serve(self, client: socket.socket) -> None:
        raise OSError("says nothing")


class FileThief(_Listener):
    """Stands before a real server and answers the statements that `turn` picks by asking for a local file.
    `statements` are all that came; `asked` says whether it did; `got` is what the client sent after it was asked."""

    def __init__(self, url: str, turn: Turn) -> None:
        split = urlsplit(url)
        self._server = (split.hostname or "", split.port or 0)
        self._turn = turn
        self.statements: list[bytes] = []
        self.asked = False
        self.got = b""
        super().__init__()
        self.url = changed(url, host="127.0.0.1", port=self.port)

    def serve(self, client: socket.socket) -> None:
        with socket.create_connection(self._server) as server:
            back = threading.Thread(target=_pump, args=(server, client))
            back.start()
            with suppress(OSError):
                self._watch(client, server)
            for end in (server, client):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join(PATIENCE)

    def _watch(self, client: socket.socket, server: socket.socket) -> None:
        """Pass packets on; a command is the first packet of a conversation."""
        reader = client.makefile("rb")
        while len(header := reader.read(HEADER)) == HEADER:
            payload = reader.read(int.from_bytes(header[:3], "little"))
            if header[3] == 0 and payload[:1] == QUERY:
                self.statements.append(payload[1:])
                if wanted := self._turn(payload[1:]):
                    self.asked = True
                    client.sendall(packet(1, LOCAL_FILE + wanted.encode()))
                    self.got += self._answer(reader)
                    return
            server.sendall(header + payload)

    def _answer(self, reader: BinaryIO) -> bytes:
        """All that comes until the client hangs up, ends the file with an empty packet, or gives the next command."""
        told = b""
        while len(header := reader.read(HEADER)) == HEADER and header[3] != 0:
            payload = reader.read(int.from_bytes(header[:3], "little"))
            told += header + payload
            if not payload:
                break
        return told


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)


class PasswordThief(_Listener):
    """Greets as MySQL does, then switches the login to a plug-in that sends the password in clear.
    `got` is all that the client sent."""

    def __init__(self, plugin: str, data: bytes) -> None:
        self._switch = AUTH_SWITCH + plugin.encode() + b"\0" + data
        self.got = b""
        super().__init__()

    def serve(self, client: socket.socket) -> None:
        low, high = CAPABILITIES & 0xFFFF, CAPABILITIES >> 16
        greeting = b"\x0a8.0.40\0" + struct.pack("<I", 7) + SALT[:8] + b"\0"
        greeting += struct.pack("<HBHHB", low, 45, 2, high, len(SALT) + 1) + bytes(10) + SALT[8:] + b"\0"
        client.sendall(packet(0, greeting + b"mysql_native_password\0"))
        self.got += client.recv(65536)
        client.sendall(packet(2, self._switch))
        while data := client.recv(65536):
            self.got += data
            client.sendall(packet(4, b"\xff\x15\x04#28000no"))

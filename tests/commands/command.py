"""Runs the installed command, and the proxy that can cut its connections."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

PROGRAM = str(Path(sys.executable).with_name("dbtransfer"))


@dataclass(frozen=True)
class Outcome:
    """What a user sees of one command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document it must be."""
        return json.loads(self.out)


def start(*args: str, env: dict[str, str] | None = None, limit_file_size: int = 0) -> subprocess.Popen[str]:
    """The command, started; `limit_file_size` in bytes makes a full disk of any file that grows beyond it."""
    before = ["prlimit", f"--fsize={limit_file_size}"] if limit_file_size else []
    return subprocess.Popen(
        [*before, PROGRAM, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | (env or {}),
    )


def finished(process: subprocess.Popen[str], *, timeout: float = 60) -> Outcome:
    """Wait for the command. No output may ever hold a traceback."""
    out, err = process.communicate(timeout=timeout)
    assert "Traceback" not in out + err, err
    return Outcome(process.returncode, out, err)


def run(*args: str, env: dict[str, str] | None = None, limit_file_size: int = 0) -> Outcome:
    return finished(start(*args, env=env, limit_file_size=limit_file_size))


def changed(url: str, **parts: str | int) -> str:
    """The URL with another user, password, host or port, or database."""
    split = urlsplit(url)
    user = parts.get("user", split.username)
    password = parts.get("password", split.password)
    host, port = parts.get("host", split.hostname), parts.get("port", split.port)
    place = f"{user}:{password}@{host}:{port}"
    return urlunsplit(split._replace(netloc=place, path=f"/{parts.get('database', split.path[1:])}"))


class CuttingProxy:
    """Stands between client and server on loopback and cuts every connection once `octets` went through."""

    def __init__(self, url: str, *, octets: int) -> None:
        split = urlsplit(url)
        self._server = (split.hostname or "127.0.0.1", split.port or 0)
        self._left = octets
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = changed(url, host="127.0.0.1", port=self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop listening; every connection ends with its own client."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        """Pass on both ways until one end is through or the cut comes; then close both."""
        with client, socket.create_connection(self._server) as server:
            back = threading.Thread(target=self._pass, args=(server, client))
            back.start()
            self._pass(client, server)
            back.join()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._left -= len(data)
                if self._left < 0:
                    break
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

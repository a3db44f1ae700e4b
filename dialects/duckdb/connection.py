"""Opens a database file. Who only reads cannot change it: the file is opened read-only, or, where this very process
has it open for writing, every statement runs in a read-only transaction.

Nothing here opens the file by other means: closing it again would end the lock that DuckDB has on it, for locks of
files belong to the process.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dialects.duckdb.errors import told
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, ConnectionRefused, PermissionDenied

OPTIONS = ("memory_limit", "threads")
MOST_THREADS = 4
WORKING_MEMORY = "256MB"
"""Enough for rows to stream through; building keys and indexes needs more, and so do wide tables."""
READER_MEMORY, SHARED_MEMORY = 48, 32
"""Megabytes for each reader of one thread, and for all of them together. What is above it fills with blocks of
the file that nobody reads again; a read that runs out of it, a sort of long rows, begins again with all there is."""
WIDE = 50
"""Columns from which on a table is written with more memory: DuckDB packs 122,880 values of every column at a time,
and 300 columns of short texts run out of 256 MB."""
MEMORY_SHARE = 2
"""One part of so many of the machine's memory is for keys and indexes, unless ?memory_limit says another size."""
SETTINGS = {
    "memory_limit": WORKING_MEMORY,
    "arrow_large_buffer_size": "true",
    "python_enable_replacements": "false",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""Text as large_utf8; nothing from the network, from other files or from variables of this program."""
OTHERWISE = "different configuration"


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection; `most_memory` is what building an index may take. `shared`: others in this process may write."""

    connection: duckdb.DuckDBPyConnection
    writable: bool
    shared: bool
    most_memory: str


def path_of(url: DatabaseUrl) -> Path:
    """The file a URL means, without links: one file must never be open twice in one process under two names."""
    name = url.resolved.database
    if not name or name.startswith(":memory:"):
        raise ConfigurationError(
            "a copy needs a database file, not one in memory",
            hint="write duckdb:///file.db or duckdb:////absolute/file.db",
        )
    unknown = [option for option in url.resolved.query if option not in OPTIONS]
    if unknown:
        raise ConfigurationError(
            f"DuckDB has no option {unknown[0]!r} in a URL", hint=f"the options are {', '.join(OPTIONS)}"
        )
    return Path(name).resolve()


def connect(url: DatabaseUrl, *, writable: bool) -> Opened:
    """Open the file; a writable one is made when it is missing."""
    path, threads = path_of(url), _threads(url)
    _check(path, writable=writable)
    most = url.query("memory_limit") or _share()
    with told(f"open {path}"):
        if writable:
            return _prepared(_open(path, threads, read_only=False), True, True, most)
        try:
            return _prepared(_open(path, threads, read_only=True), False, False, most)
        except duckdb.ConnectionException as error:
            if OTHERWISE not in str(error):
                raise
        return _prepared(_open(path, threads, read_only=False), False, True, most)


def survey(url: DatabaseUrl) -> Opened:
    """Open the file for reading; one that is not there yet, but could be made, stands as an empty database."""
    path = path_of(url)
    if path.exists():
        return connect(url, writable=False)
    _check(path, writable=True)
    return _prepared(duckdb.connect(":memory:", config=_config(_threads(url))), False, True, WORKING_MEMORY)


def _open(path: Path, threads: int, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(path), read_only=read_only, config=_config(threads))


def _config(threads: int) -> dict[str, str | bool | int | float | list[str]]:
    return {**SETTINGS, "threads": str(threads)}


def _prepared(connection: duckdb.DuckDBPyConnection, writable: bool, shared: bool, most: str) -> Opened:  # noqa: FBT001
    connection.execute("SET TimeZone = 'UTC'")
    return Opened(connection, writable, shared, most)


def _threads(url: DatabaseUrl) -> int:
    text = url.query("threads")
    if text is None:
        return min(MOST_THREADS, os.cpu_count() or 1)
    if not text.isdigit() or text == "0":
        raise ConfigurationError(f"threads={text} is no number of threads", hint="write ?threads=2")
    return int(text)


def for_readers(opened: Opened, url: DatabaseUrl, count: int) -> None:
    """So many readers, each with one thread and the memory that it needs: all readers of a file share one limit."""
    opened.connection.execute(f"SET memory_limit = '{SHARED_MEMORY + count * READER_MEMORY}MB'")
    if url.query("threads") is None:
        opened.connection.execute(f"SET threads = {count}")


def _share() -> str:
    """Half of this machine's memory."""
    octets = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{octets // MEMORY_SHARE // 1_000_000}MB"


def _check(path: Path, *, writable: bool) -> None:
    """What DuckDB would say less plainly, or only once it has made a file."""
    if path.is_dir():
        raise ConnectionRefused(f"{path} is a folder, not a database file")
    if not writable and not path.exists():
        raise ConnectionRefused(
            f"there is no file {path}", hint="check the path; duckdb:////x/y.db is absolute, /// is not"
        )
    if writable and not path.parent.is_dir():
        raise ConnectionRefused(f"there is no folder {path.parent}", hint=f"make it first: mkdir -p '{path.parent}'")
    wanted, place = (os.W_OK, path if path.exists() else path.parent) if writable else (os.R_OK, path)
    if not os.access(place, wanted):
        verb = "write to" if writable else "read"
        raise PermissionDenied(f"this user may not {verb} {place}", hint="check its owner and mode with ls -l")

"""Opens a database file. Who only reads cannot change it: the file is opened read-only, and SQLite itself refuses."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from dialects.sqlite.errors import told
from dialects.sqlite.packing import Link
from dialects.url import DatabaseUrl
from mappings.errors import ConfigurationError, ConnectionRefused, PermissionDenied

OLDEST = (3, 37, 0)
"""The first with pragma table_list."""
TIMEOUT = 30.0
"""Seconds to wait for another program's lock."""
CACHE_KIBIBYTES = 65_536
OPTIONS = ("timeout", "immutable")
SETTINGS = f"PRAGMA cache_size = -{CACHE_KIBIBYTES}"


def path_of(url: DatabaseUrl) -> Path:
    """The file a URL means. ConfigurationError for one in memory, which no second connection could see."""
    name = url.resolved.database
    if not name or name == ":memory:":
        raise ConfigurationError(
            "a copy needs a database file, not one in memory",
            hint="write sqlite:///file.db or sqlite:////absolute/file.db",
        )
    for option in url.resolved.query:
        if option not in OPTIONS:
            raise ConfigurationError(
                f"SQLite has no option {option!r} in a URL", hint=f"the options are {', '.join(OPTIONS)}"
            )
    return Path(name)


def timeout_of(url: DatabaseUrl) -> float:
    """Seconds to wait for a lock."""
    text = url.query("timeout")
    try:
        return TIMEOUT if text is None else float(text)
    except ValueError:
        raise ConfigurationError(f"timeout={text} is no number of seconds", hint="write ?timeout=60") from None


def connect(url: DatabaseUrl, *, writable: bool) -> Link:
    """Open the file; a writable one is made when it is missing."""
    if sqlite3.sqlite_version_info < OLDEST:
        raise ConfigurationError(
            f"this Python has SQLite {sqlite3.sqlite_version}, older than 3.37", hint="use a newer Python or SQLite"
        )
    path = path_of(url)
    _check(path, writable=writable)
    immutable = "&immutable=1" if url.query("immutable") == "1" and not writable else ""
    connection = open_file(path, "rwc" if writable else f"ro{immutable}", timeout_of(url))
    try:
        _prepare(connection, path, writable=writable)
    except BaseException:
        connection.close()
        raise
    return connection


def survey(url: DatabaseUrl) -> Link:
    """Open the file for reading; one that is not there yet, but could be made, stands as an empty database."""
    path = path_of(url)
    if path.exists():
        return connect(url, writable=False)
    _check(path, writable=True)
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, factory=Link)


def _check(path: Path, *, writable: bool) -> None:
    """SQLite says `unable to open database file` for all of these, and opens a protected file for reading alone."""
    if path.is_dir():
        raise ConnectionRefused(f"{path} is a folder, not a database file")
    if not writable and not path.exists():
        raise ConnectionRefused(
            f"there is no file {path}", hint="check the path; sqlite:////x/y.db is absolute, /// is not"
        )
    if writable and not path.parent.is_dir():
        raise ConnectionRefused(f"there is no folder {path.parent}", hint=f"make it first: mkdir -p '{path.parent}'")
    wanted, place = (os.W_OK, path if path.exists() else path.parent) if writable else (os.R_OK, path)
    if not os.access(place, wanted):
        verb = "write to" if writable else "read"
        raise PermissionDenied(f"this user may not {verb} {place}", hint="check its owner and mode with ls -l")


def open_file(path: Path, mode: str, timeout: float) -> Link:
    """One connection, in autocommit, that any one thread at a time may use."""
    with told(f"open {path}"):
        return sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=False,
            factory=Link,
        )


def _prepare(connection: Link, path: Path, *, writable: bool) -> None:
    with told(f"open {path}"):
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        connection.execute(SETTINGS)
        connection.execute("PRAGMA foreign_keys = ON" if writable else "PRAGMA query_only = ON")

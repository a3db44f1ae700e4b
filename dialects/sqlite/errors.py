"""The error table: what SQLite and its module say, as one of our errors with a hint. Chosen by SQLite's own code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mappings.errors import (
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    StorageFull,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What one primary result code becomes."""

    kind: type[DatabaseError]
    hint: str


BUSY = Fault(Contention, "another program is writing to this file: wait for it, or raise ?timeout=SECONDS in the URL")
READ_ONLY = Fault(PermissionDenied, "check who may write to the file and to its folder (SQLite makes files beside it)")
FAULTS = {
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_AUTH: READ_ONLY,
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_INTERRUPT: Fault(DatabaseError, "the work was cancelled; run it again"),
    sqlite3.SQLITE_NOMEM: Fault(DatabaseError, "memory ran out: use fewer rows per batch"),
    sqlite3.SQLITE_IOERR: Fault(DatabaseError, "the file system failed: check the disk"),
    sqlite3.SQLITE_CORRUPT: Fault(DatabaseError, "the file is damaged: run PRAGMA integrity_check, restore a backup"),
    sqlite3.SQLITE_FULL: Fault(StorageFull, "free some space, or raise PRAGMA max_page_count, then run it again"),
    sqlite3.SQLITE_CANTOPEN: Fault(ConnectionRefused, "check the path, and that its folder can be written to"),
    sqlite3.SQLITE_NOTADB: Fault(ConnectionRefused, "check the path: this file is no SQLite database, or is encrypted"),
    sqlite3.SQLITE_TOOBIG: Fault(DatabaseError, "SQLite holds at most 1,000,000,000 bytes in one value"),
    sqlite3.SQLITE_CONSTRAINT: Fault(ConstraintViolated, "mend the rows at the source, or drop this constraint"),
    sqlite3.SQLITE_MISMATCH: Fault(ConstraintViolated, "an INTEGER PRIMARY KEY holds integers only"),
    sqlite3.SQLITE_SCHEMA: Fault(Contention, "another program changed the tables meanwhile: run it again"),
}
OTHERS = Fault(DatabaseError, "")
PRIMARY = 0xFF
"""The bits of an extended result code that hold the primary one."""


def translated(error: sqlite3.Error, doing: str = "") -> DatabaseError:
    """Our error for the module's; without a code it comes from the module itself."""
    code = getattr(error, "sqlite_errorcode", None)
    fault = FAULTS.get(code & PRIMARY, OTHERS) if code is not None else OTHERS
    words = str(error) or type(error).__name__
    return fault.kind(f"{doing}: {words}" if doing else words, hint=fault.hint)


@contextmanager
def told(doing: str = "") -> Iterator[None]:
    """Turn the module's errors within into ours, chained."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, doing) from error

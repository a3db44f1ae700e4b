"""The error table: what DuckDB says, as one of our errors with a hint. Chosen by the driver's class, then its words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from mappings.errors import (
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    StorageFull,
    WriteAltered,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error of class `said`, with these `words` in it, becomes."""

    said: type[duckdb.Error]
    words: str
    kind: type[DatabaseError]
    hint: str


FAULTS = (
    Fault(
        duckdb.IOException, "Could not set lock", Contention, "end the program that has the file open, then try again"
    ),
    Fault(
        duckdb.ConnectionException, "different configuration", Contention, "close the file elsewhere in this program"
    ),
    Fault(
        duckdb.IOException, "not a valid DuckDB", ConnectionRefused, "check the path: this file is no DuckDB database"
    ),
    Fault(duckdb.IOException, "Install it first", ConnectionRefused, "check the path: this file is no DuckDB database"),
    Fault(
        duckdb.IOException, "encrypt", ConnectionRefused, "an encrypted file cannot be opened here: decrypt it first"
    ),
    Fault(duckdb.IOException, "newer version", ConnectionRefused, "update the driver: pip install -U duckdb"),
    Fault(duckdb.IOException, "No space left", StorageFull, "free some space, then run it again"),
    Fault(duckdb.IOException, "File too large", StorageFull, "raise the limit of the file's size, then run it again"),
    Fault(duckdb.IOException, "ermission denied", PermissionDenied, "check who may write to the file and its folder"),
    Fault(duckdb.IOException, "", DatabaseError, "the file system failed: check the disk"),
    Fault(duckdb.OutOfMemoryException, "temp_directory", StorageFull, "free some space for the file's .tmp folder"),
    Fault(duckdb.OutOfMemoryException, "", DatabaseError, "give it more memory: ?memory_limit=8GB in the URL"),
    Fault(duckdb.ConstraintException, "", ConstraintViolated, "mend the rows at the source, or drop this constraint"),
    Fault(duckdb.ConversionException, "", WriteAltered, "mend the value at the source"),
    Fault(duckdb.OutOfRangeException, "", WriteAltered, "mend the value at the source"),
    Fault(duckdb.TransactionException, "read-only", PermissionDenied, "this session only reads"),
    Fault(duckdb.TransactionException, "onflict", Contention, "another connection changed the same rows: run it again"),
    Fault(duckdb.TransactionException, "", DatabaseError, "run it again"),
    Fault(duckdb.InvalidInputException, "read-only", PermissionDenied, "this session only reads"),
    Fault(duckdb.PermissionException, "", PermissionDenied, ""),
    Fault(duckdb.InterruptException, "", DatabaseError, "the work was cancelled; run it again"),
    Fault(duckdb.FatalException, "", DatabaseError, "DuckDB has closed the file; check the disk, then run it again"),
)
"""The first that fits; other errors have no hint."""


def translated(error: duckdb.Error, doing: str = "") -> DatabaseError:
    """Our error for the driver's."""
    words = str(error).strip() or type(error).__name__
    message = f"{doing}: {words}" if doing else words
    for fault in FAULTS:
        if isinstance(error, fault.said) and fault.words in words:
            return fault.kind(message, hint=fault.hint)
    return DatabaseError(message)


@contextmanager
def told(doing: str = "") -> Iterator[None]:
    """Turn the driver's errors within into ours, chained."""
    try:
        yield
    except duckdb.Error as error:
        raise translated(error, doing) from error

"""What SQL Server and its drivers say, as our errors. The table is by number; a driver that hides the number is known
by the words, which the session asks for in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mappings import errors as e

NUMBER = re.compile(r"Sql Error: (\d+)|\((\d{2,5})\)\s*\(SQL\w+\)|\((\d{3,5})\)$|\bError (\d{3,5}),|Msg (\d+),")
"""How drivers tell the server's number: the bulk copy's own, pyodbc's, and the server's in long messages."""
PREFIX = re.compile(r"\[(?:Microsoft|unixODBC|SQL Server|ODBC Driver \d+ for SQL Server|[0-9A-Z]{5})\]")
SPACES = re.compile(r"[ \t\r\n]+")
"""Without the separators of `reading.REFUSED`, which Python takes for spaces."""
DRIVERS = ("mssql_python", "mssql_py_core", "pyodbc")
GONE = "look at the server and the network, then run again"
AGAIN = "run again"
MEND = "mend these rows at the source, or leave the constraint out"
SPACE = "make room on the server, then run again"
LIBRARIES = "the driver needs libraries of the system; on Debian: apt-get install libltdl7 libkrb5-3 libgssapi-krb5-2"
NARROW = "change these values, or the target's column"


@dataclass(frozen=True, slots=True)
class Known:
    """One error: the server's `number`, a part of its English words, and what it is to us."""

    number: int
    words: str
    kind: type[e.DatabaseError]
    hint: str = ""


TABLE = (
    Known(18456, "Login failed for user", e.ConnectionRefused, "look at the user and the password of the URL"),
    Known(18470, "The account is disabled", e.ConnectionRefused, "ask the server's administrator"),
    Known(4060, "Cannot open database", e.ConnectionRefused, "look at the database's name and the user's right to it"),
    Known(911, "Make sure that the name is entered correctly", e.ConnectionRefused, "look at the database's name"),
    Known(208, "Invalid object name", e.DatabaseError, "the table is not there: plan anew"),
    Known(207, "Invalid column name", e.DatabaseError, "the column is not there: plan anew"),
    Known(2714, "There is already an object named", e.DatabaseError, "drop it, or append with --if-exists append"),
    Known(547, "statement conflicted with the", e.ConstraintViolated, MEND),
    Known(2601, "Cannot insert duplicate key row in object", e.ConstraintViolated, MEND),
    Known(2627, "Violation of", e.ConstraintViolated, MEND),
    Known(1505, "CREATE UNIQUE INDEX statement terminated", e.ConstraintViolated, MEND),
    Known(515, "Cannot insert the value NULL into column", e.ConstraintViolated, MEND),
    Known(1946, "Operation failed. The index entry of length", e.ConstraintViolated, "leave the index or the rows out"),
    Known(8152, "String or binary data would be truncated.", e.WriteAltered, NARROW),
    Known(2628, "String or binary data would be truncated in table", e.WriteAltered, NARROW),
    Known(245, "Conversion failed when converting the", e.DatabaseError, NARROW),
    Known(8114, "Error converting data type", e.DatabaseError, NARROW),
    Known(8115, "Arithmetic overflow error converting", e.WriteAltered, NARROW),
    Known(220, "Arithmetic overflow error for data type", e.WriteAltered, NARROW),
    Known(241, "Conversion failed when converting date and/or time", e.DatabaseError, NARROW),
    Known(242, "resulted in an out-of-range value", e.WriteAltered, NARROW),
    Known(1205, "was deadlocked on", e.Contention, AGAIN),
    Known(1222, "Lock request time out period exceeded", e.Contention, AGAIN),
    Known(3960, "Snapshot isolation transaction aborted due to update conflict", e.Contention, AGAIN),
    Known(3961, "because the object accessed by the statement has been modified by a DDL", e.Contention, AGAIN),
    Known(
        3952,
        "Snapshot isolation transaction failed accessing database",
        e.DatabaseError,
        "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON",
    ),
    Known(9002, "The transaction log for database", e.StorageFull, SPACE),
    Known(1105, "Could not allocate space for object", e.StorageFull, SPACE),
    Known(1101, "Could not allocate a new page for database", e.StorageFull, SPACE),
    Known(40544, "has reached its size quota", e.StorageFull, SPACE),
    Known(701, "There is insufficient system memory", e.Contention, AGAIN),
    Known(229, "permission was denied on the object", e.PermissionDenied, "GRANT it to the user of the URL"),
    Known(230, "permission was denied on the column", e.PermissionDenied, "GRANT it to the user of the URL"),
    Known(262, "permission denied in database", e.PermissionDenied, "GRANT it to the user of the URL"),
    Known(297, "The user does not have permission to perform this action", e.PermissionDenied, "GRANT it to the user"),
    Known(1088, "because it does not exist or you do not have permissions", e.PermissionDenied, "GRANT it to the user"),
    Known(3906, "because the database is read-only", e.PermissionDenied, "choose a database that can be written"),
    Known(1785, "may cause cycles or multiple cascade paths", e.DatabaseError, "leave the key's actions out"),
    Known(1919, "is of a type that is invalid for use as a key column", e.DatabaseError),
    Known(3902, "has no corresponding BEGIN TRANSACTION", e.DatabaseError, "the transaction has failed: run again"),
    Known(40197, "has encountered an error processing your request", e.ConnectionLost, AGAIN),
    Known(40501, "The service is currently busy", e.Contention, AGAIN),
    Known(10928, "Resource ID", e.Contention, "--jobs 1, or run again"),
    Known(596, "because the session is in the kill state", e.ConnectionLost, GONE),
)
BY_NUMBER = {known.number: known for known in TABLE}
WORDS = (
    ("Login timeout expired", e.ConnectionRefused, "look at the host and the port of the URL"),
    ("Client unable to establish connection", e.ConnectionRefused, "look at the host, the port and encrypt=..."),
    ("certificate verify failed", e.ConnectionRefused, "trust the server's certificate: trust_server_certificate=yes"),
    ("Server is not found or not accessible", e.ConnectionRefused, "look at the host and the port of the URL"),
    ("Failed to load the driver", e.DatabaseError, LIBRARIES),
    ("Communication link failure", e.ConnectionLost, GONE),
    ("TCP Provider", e.ConnectionLost, GONE),
    ("connection is broken", e.ConnectionLost, GONE),
    ("Connection is dead", e.ConnectionLost, GONE),
    ("Operation canceled", e.DatabaseError, "the statement was interrupted: run again"),
    ("Operation cancelled", e.DatabaseError, "the statement was interrupted: run again"),
    ("Query timeout expired", e.Contention, AGAIN),
)
"""What drivers themselves say, without a number."""
MISSING = (207, 208, 229, 371, 15151)
"""A column or object that is not there or not to be seen: a catalogue can do without it."""
HARMLESS = re.compile(
    r"maximum key length|DBCC execution completed|Changed (?:database context|language setting)"
    r"|Null value is eliminated by an aggregate|exceeds the allowed maximum|depends on the missing object"
    r"|Checking identity information|Nonqualified transactions are being rolled back"
    r"|Changing any part of an object name"
)
"""Warnings that alter nothing: a long key is told in the plan."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise the drivers' errors, and those of a broken connection, as ours; `doing` says what was tried."""
    try:
        yield
    except e.TransferError:
        raise
    except Exception as error:
        if not from_driver(error):
            raise
        raise translation(error, doing) from error


def from_driver(error: Exception) -> bool:
    """The bulk copy's own errors are RuntimeErrors and ValueErrors of no module."""
    if type(error).__module__.partition(".")[0] in DRIVERS or isinstance(error, OSError):
        return True
    return isinstance(error, RuntimeError | ValueError) and NUMBER.search(str(error)) is not None


def translation(error: Exception, doing: str) -> e.DatabaseError:
    text = told(error)
    known = _known(text)
    if known is not None:
        return known.kind(f"{doing}: {text}" + ("" if _number(text) else f" ({known.number})"), hint=known.hint)
    for words, kind, hint in WORDS:
        if words.lower() in text.lower():
            return kind(f"{doing}: {text}", hint=hint)
    lost = isinstance(error, OSError) or type(error).__name__ == "InterfaceError"
    return (e.ConnectionLost if lost else e.DatabaseError)(f"{doing}: {text}", hint=GONE if lost else "")


def told(error: Exception) -> str:
    """The driver's words on one line, without its own name before them."""
    words = getattr(error, "ddbc_error", "") or " ".join(str(part) for part in error.args) or str(error)
    return SPACES.sub(" ", PREFIX.sub("", words)).strip() or type(error).__name__


def number_of(error: BaseException | None) -> int:
    """The server's number of the driver's error behind one of ours, 0 when there is none."""
    if not isinstance(error, Exception):
        return 0
    text = told(error)
    known = _known(text)
    return known.number if known is not None else _number(text)


def _number(text: str) -> int:
    found = NUMBER.search(text)
    return int(next(group for group in found.groups() if group)) if found else 0


def _known(text: str) -> Known | None:
    number = _number(text)
    if number in BY_NUMBER:
        return BY_NUMBER[number]
    return next((known for known in TABLE if known.words in text), None)

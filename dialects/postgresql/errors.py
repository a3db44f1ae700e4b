"""What the server and the drivers say, as our errors with a hint. SQLSTATE decides; the drivers' own words only where
there is none: on connecting, and from the binary reader in mid-stream."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mappings.errors import (
    ConfigurationError,
    ConnectionLost,
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    RowRefused,
    StorageFull,
    TransferError,
)

Kind = type[DatabaseError] | type[ConfigurationError]


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: Kind
    hint: str


STATES = {
    "08": Meaning(
        ConnectionLost, "see that the server is up, and what its log says: a full disk ends it, too; then run again"
    ),
    "22": Meaning(RowRefused, "the value does not fit the column: change it, or the column's type"),
    "23": Meaning(ConstraintViolated, "mend the row at the source, or leave the constraint out"),
    "28": Meaning(ConnectionRefused, "check the user name and the password (or PGPASSWORD, ~/.pgpass)"),
    "40": Meaning(Contention, "other sessions were in the way: try again"),
    "42": Meaning(DatabaseError, "see the server's message"),
    "53": Meaning(DatabaseError, "the server is short of resources: try again later or with fewer --jobs"),
    "54": Meaning(DatabaseError, "a limit of the server is exceeded"),
    "57": Meaning(ConnectionLost, "the server ended the connection: try again when it is up"),
    "22023": Meaning(DatabaseError, "see the server's message"),
    "22P05": Meaning(DatabaseError, "the database's encoding lacks this character: use a database with UTF8"),
    "25P03": Meaning(ConnectionLost, "the server ended an idle transaction: see idle_in_transaction_session_timeout"),
    "25P04": Meaning(ConnectionLost, "the server ended a long transaction: see transaction_timeout"),
    "25006": Meaning(DatabaseError, "the session or the server is read-only: a standby cannot be a target"),
    "3D000": Meaning(ConnectionRefused, "check the database's name, or make it first: CREATE DATABASE name"),
    "42501": Meaning(
        PermissionDenied,
        "GRANT the user SELECT on the source's tables; on the target CREATE ON SCHEMA, and INSERT on its tables",
    ),
    "42P07": Meaning(DatabaseError, "it exists already: choose --if-exists, or drop it"),
    "42710": Meaning(DatabaseError, "it exists already: drop it, or rename one of the two"),
    "42622": Meaning(DatabaseError, "names are limited to 63 bytes: give a shorter one"),
    "P0001": Meaning(RowRefused, "a trigger of the table refuses the row"),
    "53100": Meaning(StorageFull, "make room on the server's disk"),
    "53200": Meaning(DatabaseError, "the server is out of memory: use fewer --jobs"),
    "53300": Meaning(ConnectionRefused, "the server has no connection left: use fewer --jobs or raise max_connections"),
    "53400": Meaning(StorageFull, "a configured limit of the server is reached: see temp_file_limit"),
    "55P03": Meaning(Contention, "another session holds the lock: try again"),
    "57014": Meaning(DatabaseError, "the statement was cancelled"),
    "57P04": Meaning(ConnectionLost, "the database was dropped"),
    "58030": Meaning(StorageFull, "the server cannot write to its disk"),
}
"""By whole SQLSTATE, else by its class."""

TOO_LATE = Meaning(Contention, "the server is busy: try again")
HIDDEN_ROWS = Meaning(PermissionDenied, "read as the owner, or as a role with BYPASSRLS")
INSTANT_GONE = Meaning(
    DatabaseError, "the session that held the instant is gone, and what is read now would be of another"
)
TOLD_APART = (
    ("57014", r"due to (statement|lock) timeout", TOO_LATE),
    ("22023", r"snapshot", INSTANT_GONE),
    ("55000", r"could not import the requested snapshot", INSTANT_GONE),
    ("42501", r"row-level security", HIDDEN_ROWS),
    # a quota, or the largest file that the file system or the server's limits allow: no state of its own
    ("XX000", r"file too large|quota exceeded",
     Meaning(StorageFull, "make room on the server's disk: a quota or a limit on the size of its files is reached")),
)  # fmt: skip
"""States that mean several things; the server's words say which, where it speaks English."""

WORDS = (
    (r"password authentication failed|no password supplied|role .* does not exist", STATES["28"]),
    (r"no pg_hba\.conf entry", Meaning(ConnectionRefused, "the server does not admit this host, user or encryption")),
    (r"database .* does not exist", STATES["3D000"]),
    (r"permission denied for database", Meaning(PermissionDenied, "GRANT CONNECT ON DATABASE ... TO the user")),
    (r"too many (clients|connections)|connection slots are reserved|connection limit", STATES["53300"]),
    (r"conflict with recovery", Meaning(Contention, "a standby replayed a change: try again")),
    (r"canceling statement due to (statement|lock) timeout", TOO_LATE),
    (r"canceling statement", STATES["57014"]),
    (r"row-level security", HIDDEN_ROWS),
    (r"terminating connection|closed the connection|connection .*lost|no connection to the server|SSL SYSCALL"
     r"|could not (send|receive) data|broken pipe|connection (timed out|reset)", STATES["08"]),
    (r"invalid connection option|invalid value for parameter|invalid .* value: ",
     Meaning(ConfigurationError, "see the options of libpq; they follow the question mark of the URL")),
    (r"could not translate|failed to resolve|name or service not known|nodename nor servname",
     Meaning(ConnectionRefused, "check the host name")),
    (r"connection refused", Meaning(ConnectionRefused, "is the server running there, and does it listen on TCP?")),
    (r"timeout|timed out", Meaning(ConnectionRefused, "check host, port and firewall, or set ?connect_timeout=")),
    (r"SSL|certificate", Meaning(ConnectionRefused, "check ?sslmode= and the certificates")),
)  # fmt: skip

PREFIX = re.compile(
    r"^(?:[A-Z_]+: )?(?:\[libpq\] )?(?:Failed to [^:]*?: )?(?:Execution error \[\w+\]: )?(?:PGRES_\w+ )?"
    r"(?:connection (?:failed|is bad): )?(?:connection to server [^:]*? failed: )?"
)
SUFFIX = re.compile(r"\s*\.? ?SQLSTATE: \w{5}\s*$|\s*\n+Query was: .*$", re.DOTALL)
SEVERITY = re.compile(r"(?:^|\n)\s*(?:ERROR|FATAL|PANIC): +")

NOISE = ("LINE ", "^", "HINT:", "QUERY:")
"""Lines of a message that show our own SQL, or advise on it."""


@contextmanager
def translating(where: str, password: str | None = None) -> Iterator[None]:
    """Whatever a driver raises inside leaves as one of our errors. `where` names the server for people."""
    try:
        yield
    except TransferError:
        raise
    except Exception as error:
        known = translated(error, where, password)
        if known is None:
            raise
        raise known from error


def translated(error: BaseException, where: str, password: str | None = None) -> TransferError | None:
    """Our error for a driver's; None for what no driver raised."""
    if not _from_driver(error):
        return None
    state = getattr(error, "sqlstate", None)
    text = _text(error, password)
    meaning = _meaning(state, text)
    return meaning.kind(f"{where}: {text}", hint=meaning.hint)


def lost(error: BaseException, where: str) -> ConnectionLost:
    """For an error in mid-stream after which the connection is gone."""
    return ConnectionLost(f"{where}: {_text(error, None)}", hint=STATES["08"].hint)


def _from_driver(error: BaseException) -> bool:
    module = type(error).__module__
    return module.startswith(("psycopg", "adbc_driver", "pyarrow")) or isinstance(error, OSError)


def _meaning(state: str | None, text: str) -> Meaning:
    for special, pattern, meaning in TOLD_APART:
        if state == special and re.search(pattern, text, re.IGNORECASE):
            return meaning
    if state is not None:
        return STATES.get(state) or STATES.get(state[:2]) or Meaning(DatabaseError, "see the server's message")
    for pattern, meaning in WORDS:
        if re.search(pattern, text, re.IGNORECASE):
            return meaning
    return Meaning(DatabaseError, "see the server's message")


def _text(error: BaseException, password: str | None) -> str:
    """The server's message with its detail and context in one line, without the drivers' wrapping and any password."""
    text = PREFIX.sub("", SUFFIX.sub("", str(error)))
    found = SEVERITY.search(text)
    if found is not None and not text[: found.start()].strip():
        text = text[found.end() :]
    lines = [line.strip() for line in text.splitlines()]
    text = "; ".join(line for line in lines if line and not line.startswith(NOISE))
    return text.replace(password, "***") if password else text

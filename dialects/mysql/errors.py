"""The driver's errors as ours: one table of codes, each with what to try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mappings import errors as e

Kind = type[e.DatabaseError]

GRANT = "ask the administrator for this right"
SPACE = "make room on the server's disk, then run again"
AGAIN = "run again; the transaction was rolled back"
GONE = "see that the server is up and that wait_timeout and max_allowed_packet are large enough"

CODES: dict[int, tuple[Kind, str]] = {
    **dict.fromkeys((1044, 1142, 1143, 1227, 1370, 1410), (e.PermissionDenied, GRANT)),
    **dict.fromkeys((1290, 1836), (e.PermissionDenied, "the server is read-only: use its primary")),
    **dict.fromkeys((1045, 1698), (e.ConnectionRefused, "look at user and password; MYSQL_PWD holds one, too")),
    1049: (e.ConnectionRefused, "make it first: CREATE DATABASE `...` CHARACTER SET utf8mb4"),
    **dict.fromkeys((2002, 2003), (e.ConnectionRefused, "look at host and port, and whether the server is up")),
    2005: (e.ConnectionRefused, "look at the spelling of the host"),
    **dict.fromkeys((1040, 1203, 1226), (e.ConnectionRefused, "fewer connections: --jobs 1, or raise max_connections")),
    2026: (e.ConnectionRefused, "look at the ssl_* options of the URL"),
    # the server shuts down or ends the session (4031: it was idle), or either side cannot read or write packets
    **dict.fromkeys(
        (1053, 1077, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 2014, 2055, 4031), (e.ConnectionLost, GONE)
    ),
    # locks; statements that took too long (1969 on MariaDB); a cluster that does not take this transaction now
    **dict.fromkeys((1047, 1205, 1213, 1969, 3024, 3058, 3101, 3572), (e.Contention, AGAIN)),
    # below 1000: what the server says of its own files (writing, their size, the disk)
    **dict.fromkeys((3, 14, 20, 28, 1021, 1026, 1114, 1712), (e.StorageFull, SPACE)),
    **dict.fromkeys(
        (1022, 1048, 1062, 1169, 1216, 1217, 1364, 1451, 1452, 1557, 1586, 3819, 4025),
        (e.ConstraintViolated, "mend these rows at the source, or leave the constraint out"),
    ),
    **dict.fromkeys(
        (1264, 1265, 1292, 1366, 1406, 1416, 1644, 3140, 4079),
        (
            e.RowRefused,
            "the value does not fit the column, or a trigger refuses it: mend the row, or change the column",
        ),
    ),
    1050: (e.AlreadyThere, "the table is there already: drop it, or append with --if-exists append"),
    **dict.fromkeys((1060, 1061, 1068, 1359, 1826, 3822), (e.AlreadyThere, "drop the object of that name first")),
    **dict.fromkeys((1091, 1146, 1360, 3821), (e.NotThere, "see whether somebody else has dropped it")),
    1118: (e.DatabaseError, "the row is too wide for one table: leave columns out with --exclude"),
    1153: (e.DatabaseError, "on the server: SET GLOBAL max_allowed_packet = 1073741824"),
    1317: (e.DatabaseError, "the statement was interrupted: run again"),
    1419: (e.PermissionDenied, "SET GLOBAL log_bin_trust_function_creators = 1"),
    3750: (e.DatabaseError, "on the server: SET GLOBAL sql_require_primary_key = OFF"),
    6125: (e.DatabaseError, "on the server: SET GLOBAL restrict_fk_on_non_standard_key = OFF"),
    3548: (e.DatabaseError, "the server does not know this SRID: create it, or leave the column out"),
}
NO_LOCAL_FILES = frozenset({1148, 3948, 4166})
"""What servers say when LOAD DATA LOCAL is turned off."""
HARMLESS = frozenset({124, 1007, 1008, 1050, 1051, 1091, 1280, 1287, 1681, 1831, 3090, 3135, 3674, 3719, 3778, 6020})
"""Warnings of DDL that alter nothing: a hidden column for full text, made or dropped already (IF EXISTS), a primary
key's name, deprecated words, the same index twice, a spatial index without an SRID, utf8mb3, and a sql_mode."""


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Raise the driver's errors, and those of a broken connection, as ours; `doing` says what was tried."""
    try:
        yield
    except e.TransferError:
        raise
    except Exception as error:
        if not from_driver(error):
            raise
        raise translation(error, doing) from error


def from_driver(error: Exception) -> bool:
    return type(error).__module__.startswith("pymysql") or isinstance(error, OSError)


def code_of(error: BaseException) -> int:
    """The server's or driver's number, 0 when there is none."""
    first = error.args[0] if error.args else 0
    return first if isinstance(first, int) and not isinstance(error, OSError) else 0


def translation(error: Exception, doing: str) -> e.DatabaseError:
    code = code_of(error)
    words = str(error.args[1]) if len(error.args) > 1 else str(error)
    lost = isinstance(error, OSError) or type(error).__name__ == "InterfaceError"
    kind, hint = CODES.get(code, (e.ConnectionLost, GONE) if lost else (e.DatabaseError, ""))
    return kind(f"{doing}: {words or 'the connection is closed'}" + (f" ({code})" if code else ""), hint=hint)


def refused_rows(warnings: list[tuple[str, int, str]], told: str) -> e.DatabaseError:
    """The error for rows that the server skipped or altered, from the first of its warnings."""
    code = warnings[0][1] if warnings else 0
    kind, hint = CODES.get(code, (e.WriteAltered, ""))
    if not issubclass(kind, e.ConstraintViolated):
        kind, hint = e.WriteAltered, "change these values, or the target's column"
    shown = "; ".join(f"{message} ({number})" for _, number, message in warnings[:5])
    return kind(f"{told}{': ' if shown else ''}{shown}", hint=hint)

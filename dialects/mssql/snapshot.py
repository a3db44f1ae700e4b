"""Several sessions on one instant. A shared lock on all tables, held only while the snapshots are opened, is right
against every writer; where it cannot be had there is one reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dialects.base import Readers, Session
from mappings.errors import Contention, PermissionDenied
from mappings.schema import TableName

if TYPE_CHECKING:
    from dialects.mssql.session import MssqlSession

Open = Callable[[], "MssqlSession"]

LOCK = "SELECT TOP (1) 1 FROM {table} WITH (TABLOCK, HOLDLOCK)"
"""HOLDLOCK keeps the shared lock until the transaction ends; TABLOCK takes it on the whole table, empty or not."""
WAIT = "SET LOCK_TIMEOUT 30000"
BEGIN, END = "BEGIN TRANSACTION", "ROLLBACK TRANSACTION"
INSTANT = "SELECT CONVERT(nvarchar(40), SYSUTCDATETIME(), 126) + N'Z'"
NOT_ALLOWED = (
    "not consistent: each table is read as it is at that moment, by one reader; "
    "ALTER DATABASE {database} SET ALLOW_SNAPSHOT_ISOLATION ON makes one instant possible"
)
READ_ONLY = "all rows: the database is read-only"


def open_readers(opened: Open, tables: Sequence[TableName], count: int) -> Readers:
    """`count` sessions on one instant, or one where the server or this user cannot do so."""
    sessions: list[MssqlSession] = []
    try:
        sessions.append(opened())
        server = sessions[0].dialect.server
        if not (server.read_only or server.snapshots):
            database = sessions[0].dialect.quote(server.database)
            return _readers(sessions, consistent=False, words=NOT_ALLOWED.format(database=database))
        sessions += [opened() for _ in range(count - 1)]
        if server.read_only:
            return _readers(sessions, consistent=True, words=READ_ONLY)
        instant, alone = _snapshots(opened, sessions, tuple(tables))
        for session in sessions[1:] if alone else []:
            session.close()
        words = f"all rows as of {instant}" + (f", by one reader ({alone})" if alone else "")
        return _readers(sessions[:1] if alone else sessions, consistent=True, words=words)
    except BaseException:
        for session in sessions:
            session.close()
        raise


def _readers(sessions: Sequence[Session], *, consistent: bool, words: str) -> Readers:
    return Readers(tuple(sessions), consistent, words)


def _snapshots(opened: Open, sessions: list[MssqlSession], tables: tuple[TableName, ...]) -> tuple[str, str]:
    """Open the snapshots; the instant, and why only the first one has it, empty when all do."""
    if len(sessions) == 1 or not tables:
        return _hold(sessions, tables), ""
    try:
        with _locked(opened, tables):
            return _hold(sessions, tables), ""
    except (PermissionDenied, Contention) as error:
        sessions[0].leave_snapshot()
        return _hold(sessions[:1], tables), error.message


def _hold(sessions: Sequence[MssqlSession], tables: tuple[TableName, ...]) -> str:
    for session in sessions:
        session.hold_snapshot(tables)
    ((instant,),) = sessions[0].query(INSTANT)
    return str(instant)


@contextmanager
def _locked(opened: Open, tables: Sequence[TableName]) -> Iterator[None]:
    """Hold all writers off these tables. PermissionDenied or Contention when that cannot be."""
    with opened() as keeper:
        keeper.control(WAIT)
        keeper.control(BEGIN)
        for name in sorted(tables):
            keeper.query(LOCK.format(table=keeper.dialect.qualified(name)))
        yield
        keeper.control(END)

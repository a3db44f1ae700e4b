"""Several sessions on one instant. A lock on the tables, held only while the snapshots are opened, is right against
every writer; where the right to it is missing there is one reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dialects.base import Dialect, Readers, Session
from dialects.mysql.connecting import bare_connection
from dialects.mysql.errors import translated
from dialects.url import DatabaseUrl
from mappings.errors import ConnectionRefused, Contention, PermissionDenied
from mappings.schema import TableName

if TYPE_CHECKING:
    from dialects.mysql.session import MysqlSession
    from dialects.mysql.wire import BulkConnection

START = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
LOCK = "LOCK TABLES {tables}"
LOCK_ALL = "FLUSH TABLES WITH READ LOCK"
WAIT = "SET SESSION lock_wait_timeout = 30"
INSTANT = "SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')"
UNSAFE = """\
SELECT table_name, engine FROM information_schema.tables
WHERE table_schema = DATABASE() AND engine NOT IN ('InnoDB', 'ROCKSDB', 'TokuDB')"""


def open_readers(url: DatabaseUrl, tables: Sequence[TableName], count: int) -> Readers:
    """`count` sessions on one instant, or one where the tables cannot be locked for a moment."""
    sessions: list[MysqlSession] = []
    try:
        _open_all(url, sessions, max(1, count))
        instant, alone = _snapshots(url, sessions, tables)
        kept = sessions[:1] if alone else sessions
        for session in sessions[len(kept) :]:
            session.close()
        return _readers(kept, instant, tables, why=alone)
    except BaseException:
        for session in sessions:
            session.close()
        raise


def _open_all(url: DatabaseUrl, sessions: list[MysqlSession], count: int) -> None:
    """So many as the server gives, and one at least."""
    from dialects.mysql.session import MysqlSession

    try:
        while len(sessions) < count:
            sessions.append(MysqlSession(url, writable=False))
    except ConnectionRefused:
        if not sessions:
            raise


def _snapshots(url: DatabaseUrl, sessions: list[MysqlSession], tables: Sequence[TableName]) -> tuple[str, str]:
    """Open the snapshots; the instant, and why only the first one has it, empty when all do."""
    if len(sessions) == 1:
        return _start(sessions), ""
    try:
        with locked(url, sessions[0].dialect, tables):
            return _start(sessions), ""
    except (PermissionDenied, Contention, ConnectionRefused) as error:
        return _start(sessions[:1]), error.message


def _start(sessions: list[MysqlSession]) -> str:
    for session in sessions:
        session.hold_snapshot(START)
    ((instant,),) = sessions[0].query(INSTANT)
    return str(instant)


def _readers(sessions: list[MysqlSession], instant: str, tables: Sequence[TableName], *, why: str) -> Readers:
    """What the readers see, in words. Tables of engines without snapshots are named: their rows may be newer."""
    wanted = {name.name for name in tables}
    unsafe = [f"{name} ({engine})" for name, engine in sessions[0].query(UNSAFE) if name in wanted]
    words = f"all rows as of {instant}"
    words += f", by one reader ({why})" if why else ""
    words += f"; but the engines of {', '.join(unsafe)} have no snapshots" if unsafe else ""
    kept: tuple[Session, ...] = tuple(sessions)
    return Readers(kept, consistent=not unsafe, consistency=words)


@contextmanager
def locked(url: DatabaseUrl, dialect: Dialect, tables: Sequence[TableName]) -> Iterator[None]:
    """Hold all writers off these tables. PermissionDenied or Contention when that cannot be."""
    connection = bare_connection(url)
    try:
        if tables:
            _lock(connection, dialect, tables)
        yield
    finally:
        connection._force_close()


def _lock(connection: BulkConnection, dialect: Dialect, tables: Sequence[TableName]) -> None:
    connection.run(WAIT)
    try:
        with translated("locking the tables"):
            connection.run(LOCK.format(tables=", ".join(f"{dialect.qualified(name)} READ" for name in tables)))
    except PermissionDenied:
        with translated("locking all tables"):
            connection.run(LOCK_ALL)

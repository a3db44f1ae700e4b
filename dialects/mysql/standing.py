"""How busy a server is, how far its replication is behind, and how long it may wait for locks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dialects.mysql.server import Server
from mappings.errors import DatabaseError

Query = Callable[[str], Sequence[tuple[object, ...]]]
Named = Callable[[str], Sequence[Mapping[str, object]]]

LOCKS = "SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}"
RUNNING = "SHOW GLOBAL STATUS LIKE 'Threads_running'"
"""Our own workers' among them; pt-online-schema-change and gh-ost ask for the same."""
REPLICA_OF_MYSQL, REPLICA_OF_MARIADB = "SHOW REPLICA STATUS", "SHOW ALL SLAVES STATUS"
REPLICA_OF_OLD_MYSQL = "SHOW SLAVE STATUS"
RENAMED = (8, 0, 22)
BEHIND = ("Seconds_Behind_Source", "Seconds_Behind_Master")
BROKEN = float("inf")
"""A replica whose replication stands still: the server says NULL."""


def load(query: Query) -> int | None:
    """Statements at work."""
    rows = query(RUNNING)
    return int(str(rows[0][1])) if rows else None


def lag(named: Named, server: Server) -> float | None:
    """Seconds that this server is behind its own source, 0 where it has none; None without the right to know."""
    if server.maria:
        statement = REPLICA_OF_MARIADB
    else:
        statement = REPLICA_OF_MYSQL if server.version >= RENAMED else REPLICA_OF_OLD_MYSQL
    try:
        rows = named(statement)
    except DatabaseError:
        return None
    return max((_behind(row) for row in rows), default=0.0)


def _behind(row: Mapping[str, object]) -> float:
    told = next((row[name] for name in BEHIND if name in row), None)
    return BROKEN if told is None else float(str(told))

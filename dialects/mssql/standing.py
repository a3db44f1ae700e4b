"""How busy a server is, and how far its replicas are behind. Both take VIEW SERVER STATE."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mappings.errors import DatabaseError

Query = Callable[[str], Sequence[tuple[object, ...]]]

RUNNING = """\
SELECT count(*) FROM sys.dm_exec_requests r JOIN sys.dm_exec_sessions s ON s.session_id = r.session_id
WHERE s.is_user_process = 1 AND r.session_id <> @@SPID AND r.status IN ('running', 'runnable')"""
BEHIND = """\
SELECT coalesce(max(secondary_lag_seconds), 0) FROM sys.dm_hadr_database_replica_states
WHERE database_id = DB_ID() AND is_primary_replica = 0"""


def load(query: Query) -> int | None:
    """Statements at work, our own workers' among them."""
    return _number(query, RUNNING)


def lag(query: Query) -> float | None:
    """Seconds of the availability group's replica that is furthest behind."""
    return _number(query, BEHIND)


def _number(query: Query, statement: str) -> int | None:
    try:
        return int(str(query(statement)[0][0]))
    except DatabaseError:
        return None

"""How busy a server is, and how far its replication is behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Query = Callable[[str], Sequence[tuple[object, ...]]]

ACTIVE = """\
SELECT CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') THEN count(*) END FROM pg_stat_activity
 WHERE state = 'active' AND backend_type = 'client backend' AND application_name <> 'dbtransfer'"""
"""Without our own. Who is no member of pg_read_all_stats does not see what sessions of others do, nor their lag."""
LAG = """\
SELECT CASE WHEN pg_is_in_recovery()
            THEN CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
                      ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END
            WHEN pg_has_role('pg_read_all_stats', 'USAGE')
            THEN (SELECT coalesce(max(extract(epoch FROM replay_lag)), 0) FROM pg_stat_replication) END::float8"""


def load(query: Query) -> int | None:
    """Statements of others at work."""
    told = query(ACTIVE)[0][0]
    return None if told is None else int(str(told))


def lag(query: Query) -> float | None:
    """Seconds: of the standby that is furthest behind, or of this server where it is one."""
    told = query(LAG)[0][0]
    return None if told is None else float(str(told))

"""What PostgreSQL cannot call things, whatever the quotes."""

from __future__ import annotations

from dialects.base import Named

SYSTEM_COLUMNS = ("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid")
SYSTEM_SCHEMAS = "pg_"


def refuses(what: Named, name: str) -> str:
    if what == "column" and name in SYSTEM_COLUMNS:
        return f"every table has a system column {name}"
    if what == "schema" and name.startswith(SYSTEM_SCHEMAS):
        return f"schemas that begin with {SYSTEM_SCHEMAS} are the server's own"
    return ""

"""What SQLite cannot call things, whatever the quotes."""

from __future__ import annotations

from dialects.base import Named

OWN = "sqlite_"


def refuses(what: Named, name: str) -> str:
    if what in ("table", "index") and name.lower().startswith(OWN):
        return f"names that begin with {OWN} are SQLite's own"
    return ""

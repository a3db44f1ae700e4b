"""Holds names of one database file for one session. Other processes cannot open a file that this one writes to."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

_HELD: dict[tuple[Path, str], object] = {}
_LOCK = threading.Lock()


def take(path: Path, names: Sequence[str], holder: object) -> str:
    """Empty when all are held by `holder` now, else the first that another one holds."""
    with _LOCK:
        taken = next((name for name in names if _HELD.get((path, name), holder) is not holder), "")
        if not taken:
            _HELD.update({(path, name): holder for name in names})
        return taken


def give_up(holder: object) -> None:
    """What `holder` holds is free again."""
    with _LOCK:
        for place in [place for place, other in _HELD.items() if other is holder]:
            del _HELD[place]

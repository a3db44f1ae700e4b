"""Holds a database file for one run: SQLite itself locks it for single transactions only."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

SUFFIX = "-dbtransfer-lock"


class Claim:
    """A lock on a file beside the database, which the kernel gives up with the process that holds it. Not on the
    database file itself: closing that would end SQLite's own locks of this process."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + SUFFIX)
        self._file: int | None = None

    def take(self) -> bool:
        """False when somebody else has it."""
        while self._file is None:
            file = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                return False
            if self._is(file):
                self._file = file
            else:
                os.close(file)
        return True

    def _is(self, file: int) -> bool:
        """Whether the file is still the one of that name: its last holder may have removed it meanwhile."""
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(file))
        except FileNotFoundError:
            return False

    def give_up(self) -> None:
        """Removed while it is still held, so that nobody removes another's."""
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):
                self._path.unlink()
            os.close(file)

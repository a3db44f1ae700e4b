"""Which parts of a verification are equal already, in a local file: numbers and names, never a value of a row but the
least key that ranges are counted from. A part that differed is not in it, for it must be looked at again."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from mappings import canonical
from mappings.buckets import Hashes, Ranges
from mappings.errors import ConfigurationError
from mappings.schema import Column
from transfer.buckets import is_integer

VERSION = 1


class VerifyState:
    """A line of JSON for what is compared, one for each table's cuts, one for each part that is equal. Thread-safe."""

    def __init__(self, path: str, meaning: dict[str, Any]) -> None:
        self._path = Path(path) if path else None
        self._lock = threading.Lock()
        self._cuts: dict[str, dict[str, int]] = {}
        self._equal: dict[tuple[str, int], int] = {}
        if self._path is None:
            return
        head = {"dbtransfer": "verify", "version": VERSION, "text": canonical.VERSION, **meaning}
        if self._path.exists():
            self._read(self._path, head)
        else:
            self._write(head)

    def _read(self, path: Path, head: dict[str, Any]) -> None:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
            found, *entries = [json.loads(line) for line in lines if line.endswith("}")]
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"--state {path} cannot be read: {error}", hint="name another file") from error
        if found != json.loads(json.dumps(head)):
            raise ConfigurationError(
                f"--state {path} is of another verification: other tables, types or options", hint="name another file"
            )
        for entry in entries:
            if "part" in entry:
                self._equal[entry["table"], entry["part"]] = entry["rows"]
            else:
                self._cuts[entry["table"]] = entry["cuts"]

    def cut(self, table: str, columns: tuple[Column, ...]) -> tuple[Ranges | Hashes, int] | None:
        """How the table was cut before, and into how many parts; None where it was not."""
        cuts = self._cuts.get(table)
        if cuts is None:
            return None
        if "digits" in cuts:
            return Hashes(columns, cuts["digits"]), cuts["parts"]
        if len(columns) != 1 or not is_integer(columns[0]):
            raise ConfigurationError(f"--state {self._path}: {table} has another key now", hint="name another file")
        return Ranges(columns[0], cuts["least"], cuts["width"], cuts["count"]), cuts["parts"]

    def cut_is(self, table: str, by: Ranges | Hashes, parts: int) -> None:
        """Remember how a table is cut."""
        if isinstance(by, Hashes):
            cuts = {"digits": by.digits, "parts": parts}
        else:
            cuts = {"least": by.least, "width": by.width, "count": by.count, "parts": parts}
        self._write({"table": table, "cuts": cuts})

    def rows(self, table: str, part: int) -> int | None:
        """The rows of a part that is known to be equal; None for any other."""
        return self._equal.get((table, part))

    def equal(self, table: str, part: int, rows: int) -> None:
        """Remember that a part is equal."""
        self._write({"table": table, "part": part, "rows": rows})

    def _write(self, entry: dict[str, Any]) -> None:
        if self._path is None:
            return
        try:
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        except OSError as error:
            hint = "name a file that can be written"
            raise ConfigurationError(f"--state {self._path}: {error.strerror}", hint=hint) from error

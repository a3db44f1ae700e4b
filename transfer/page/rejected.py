"""The first rejected rows of each table, read back from the reject file of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.schema import TableName

SHOWN = 100
"""Rows of each table."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why one row of the target's `table` was not written. Empty what only the database knows."""

    table: str
    key: str
    column: str
    value: str
    type: str
    message: str


def first_rejects(path: str, shown: int = SHOWN) -> dict[str, list[Rejected]]:
    """The first rows of each table by its name on the target, in the file's order. OSError when it cannot be read,
    ValueError when it is no reject file. The file is read line by line: it may be large."""
    tables: dict[str, list[Rejected]] = {}
    for table, line in _lines(Path(path)):
        rows = tables.setdefault(table, [])
        if len(rows) < shown:
            rows.append(Rejected(table, *(str(line[name]) for name in ("key", "column", "value", "type", "message"))))
    return tables


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    table = ""
    with path.open(encoding="utf-8", newline="\n") as file:
        for text in file:
            line = json.loads(text)
            if "table" in line:
                table = str(TableName(line["table"]["schema"], line["table"]["name"]))
            else:
                yield table, line

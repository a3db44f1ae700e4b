"""The reject file: JSON lines that a person can mend and `dbtransfer replay` writes again.

A line that says `table` describes the table of the lines that follow: its name on the target, its columns and their
types. Each other line is one rejected row: every value as text (bytes in hexadecimal digits), null for NULL.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mappings.errors import ConfigurationError
from mappings.schema import TableName
from mappings.types import LogicalType
from transfer.plan import ColumnPlan, TablePlan
from transfer.rejects import Reject


class RejectFile:
    """Appends the rejects of all workers. The file is made with the first one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = ""
        self._lock = threading.Lock()

    def add(self, table: TablePlan, rejects: Iterable[Reject]) -> None:
        lines = [json.dumps(_row(reject), ensure_ascii=False) for reject in rejects]
        if not lines:
            return
        with self._lock, open(self.path, "a", encoding="utf-8", opener=_private) as file:
            name = str(table.target.name)
            if name != self._last:
                file.write(json.dumps(_header(table), ensure_ascii=False) + "\n")
                self._last = name
            file.write("\n".join(lines) + "\n")


def _private(path: str, flags: int) -> int:
    """Whole rows are in the file, so a new one is for its owner alone."""
    return os.open(path, flags, 0o600)


def _header(table: TablePlan) -> dict[str, Any]:
    name = table.target.name
    columns = [_column(pair) for pair in table.columns if pair.write.generated is None]
    return {"table": {"schema": name.schema, "name": name.name}, "columns": columns}


def _column(pair: ColumnPlan) -> dict[str, Any]:
    return {"source": pair.read.name, "target": pair.write.name, "type": asdict(pair.read.type)}


def _row(reject: Reject) -> dict[str, Any]:
    told = {"key": reject.key, "column": reject.column, "value": reject.value, "type": reject.type}
    return {"row": dict(reject.row), **told, "message": reject.message}


@dataclass(frozen=True, slots=True)
class Kept:
    """One column of a table in the file: its name in the rows, its name on the target, and its type in the rows."""

    source: str
    target: str
    type: LogicalType


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of the file by its line number, from 1; `text` is the line itself."""

    line: int
    text: str
    values: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class KeptTable:
    """Consecutive rows of one table. `header` is the line that describes it."""

    name: TableName
    columns: tuple[Kept, ...]
    header: str
    rows: list[KeptRow]


def read_rejects(path: Path) -> list[KeptTable]:
    """The whole file. ConfigurationError names the line that is not as it should be."""
    try:
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}", hint="name a file that a copy has written") from error
    tables: list[KeptTable] = []
    for number, text in _filled(lines):
        try:
            _take(tables, number, text)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            message = f"{path}, line {number} is no rejected row: {type(error).__name__} {error}"
            raise ConfigurationError(message, hint="mend the line, or leave it out") from error
    return tables


def _filled(lines: list[str]) -> Iterator[tuple[int, str]]:
    return ((number, text) for number, text in enumerate(lines, 1) if text.strip())


def _take(tables: list[KeptTable], number: int, text: str) -> None:
    from pydantic import TypeAdapter  # a tenth of a second that no other command spends

    document = json.loads(text)
    if "table" in document:
        name = TableName(document["table"]["schema"], document["table"]["name"])
        columns = TypeAdapter(tuple[Kept, ...]).validate_python(tuple(document["columns"]))
        tables.append(KeptTable(name, columns, text, []))
        return
    values = {column.source: document["row"][column.source] for column in tables[-1].columns}
    wrong = [column for column, value in values.items() if not (value is None or isinstance(value, str))]
    if wrong:
        raise ValueError(f"{wrong[0]} must be a text or null")
    tables[-1].rows.append(KeptRow(number, text, values))

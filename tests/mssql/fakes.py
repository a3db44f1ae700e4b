"""A driver that never reaches a server: it answers by parts of the statements and keeps what it was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.drivers import Link
from dialects.mssql.server import Server
from dialects.mssql.session import MssqlSession
from dialects.url import parse_url

URL = "mssql://reader:secret@db.example/shop"
FACTS = ("16.0.4003.1", 3, "dbo", "shop", "SQL_Latin1_General_CP1_CI_AS")


class ProgrammingError(Exception):
    """Made as mssql-python makes its errors: words for people, and no number."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.driver_error = "Syntax error or access violation"
        self.ddbc_error = f"[Microsoft][SQL Server]{words}"


ProgrammingError.__module__ = "mssql_python.exceptions"


def refused(words: str) -> ProgrammingError:
    return ProgrammingError(words)


@dataclass
class FakeCursor:
    """A DB-API cursor over `answers`: the first whose key is in the statement. Several result sets are a tuple."""

    connection: FakeConnection
    description: Any = None
    messages: list[Any] = field(default_factory=list)
    hstmt: Any = None
    fast_executemany: bool = False
    _sets: list[list[tuple[Any, ...]]] = field(default_factory=list)

    def execute(self, statement: str) -> None:
        self.connection.statements.append(statement)
        answer = self.connection.answer(statement)
        if isinstance(answer, Exception):
            raise answer
        self._sets = list(answer) if isinstance(answer, tuple) else [answer]
        self._show()

    def _show(self) -> None:
        self.description = [("c",)] if self._sets and self._sets[0] is not None else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._sets[0]

    def fetchmany(self, rows: int) -> list[tuple[Any, ...]]:
        found, self._sets[0] = self._sets[0][:rows], self._sets[0][rows:]
        return found

    def nextset(self) -> bool:
        """As with ODBC, the error of a later statement comes with its own result."""
        self._sets = self._sets[1:]
        if self._sets and isinstance(self._sets[0], Exception):
            raise self._sets[0]
        self._show()
        return bool(self._sets)

    def arrow_batch(self, rows: int) -> pa.RecordBatch:
        """The batches that the statement's answer holds, one after the other, then an empty one."""
        batches = self._sets[0]
        return batches.pop(0) if batches else pa.RecordBatch.from_arrays([], names=[])

    def bulkcopy_arrow(self, table: str, source: Iterable[pa.RecordBatch], **options: Any) -> dict[str, int]:
        assert options == {"timeout": 0, "keep_nulls": True, "table_lock": True}
        batches = list(source)
        self.connection.loaded.append((table, batches))
        rows = sum(batch.num_rows for batch in batches)
        return {"rows_copied": rows - self.connection.swallowed, "batch_count": len(batches)}

    def setinputsizes(self, sizes: list[Any]) -> None:
        self.connection.sizes.append(sizes)

    def executemany(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self.connection.statements.append(statement)
        self.connection.rows += rows

    def cancel(self) -> None:
        self.connection.statements.append("cancelled")

    def close(self) -> None:
        self.connection.closed_cursors += 1


@dataclass
class FakeConnection:
    answers: dict[str, Any] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    loaded: list[tuple[str, list[pa.RecordBatch]]] = field(default_factory=list)
    sizes: list[list[Any]] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    swallowed: int = 0
    closed_cursors: int = 0
    closed: bool = False

    def answer(self, statement: str) -> Any:
        return next((answer for part, answer in self.answers.items() if part in statement), None)

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)

    def close(self) -> None:
        self.closed = True


class FakeLink(Link):
    """A link that answers by parts of statements, without a cursor beneath it."""

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        super().__init__(FakeConnection())
        self.answers = answers or {}
        self.statements: list[str] = []
        self.loaded: list[tuple[str, pa.Table]] = []
        self.closed = False

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        self.statements.append(statement)
        answer = next((answer for part, answer in self.answers.items() if part in statement), [])
        if isinstance(answer, Exception):
            raise answer
        return list(answer() if callable(answer) else answer)

    def stream(self, statement: str, types: Sequence[pa.DataType], rows: int) -> Iterator[pa.RecordBatch]:
        self.statements.append(statement)
        yield from next((answer for part, answer in self.answers.items() if part in statement), [])

    def load(self, table: str, batches: Iterable[pa.RecordBatch]) -> int:
        found = pa.Table.from_batches(batches)
        self.loaded.append((table, found))
        return int(found.num_rows)

    def cancel(self) -> None:
        self.statements.append("cancelled")

    def close(self) -> None:
        self.closed = True


def session(link: FakeLink, *, writable: bool = True, server: Server | None = None) -> MssqlSession:
    """A session over the link on a server of 2022 or the one given."""
    return MssqlSession(parse_url(URL), link, MssqlDialect(server or Server()), writable=writable)

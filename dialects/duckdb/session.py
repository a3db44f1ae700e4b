"""One user of one database file: catalogue, rows out, rows in, transactions that end as they should."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa

from dialects import sqltext
from dialects.base import CIRCUMSTANCES, Cut, KeyRange, Readers, Session
from dialects.duckdb import bulk, catalog, claim, connection, probe
from dialects.duckdb.ddl import MAIN
from dialects.duckdb.dialect import DuckDBDialect
from dialects.duckdb.errors import told
from dialects.url import DatabaseUrl
from mappings.errors import DatabaseError
from mappings.schema import Column, Schema, Table, TableName
from mappings.type_mapper import Facts, Risk

READING, WRITING = "BEGIN TRANSACTION READ ONLY", "BEGIN TRANSACTION"
LOCKED = "the file as it is: no other program can write to it meanwhile"
ONE_INSTANT = "one instant of the file, in one transaction"


class DuckDBSession(Session):
    """A connection and the words it is told."""

    default_schema = MAIN

    def __init__(self, url: DatabaseUrl, opened: connection.Opened) -> None:
        self.dialect = DuckDBDialect(duckdb.__version__)
        self._url = url
        self._opened = opened
        self._connection = opened.connection
        self._cancelled = threading.Event()
        self._in_transaction = False
        self._broken = False

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        with told("read the catalogue"), self._reading():
            return catalog.reflect(self._rows, duckdb.__version__, schemas, self.default_schema)

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        row = self.query(probe.probe_query(self.dialect, table, risks))[0]
        return probe.facts_from(table, row, risks)

    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        (rows,) = self.query(sqltext.count_query(self.dialect, self.dialect.qualified(name), where))[0]
        assert isinstance(rows, int)
        return rows

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        return sqltext.cut_of(self.query(sqltext.boundary_query(self.dialect, table, where, rows)))

    def execute(self, statement: str) -> None:
        """One transaction, even where the text is of several statements; with all the memory that keys may need."""
        with told(statement), self._much_memory():
            self._begin()
            try:
                self._connection.execute(statement)
                self._connection.execute("COMMIT")
            finally:
                self.rollback()

    def execute_all(self, statements: Sequence[str]) -> None:
        with told(), self._much_memory():
            super().execute_all(statements)

    def attempt(self, statements: Sequence[str], scratch: TableName) -> str:
        """Within one transaction that is rolled back: sequences go too, and the file is as it was."""
        with told(f"try {scratch}"):
            self._begin()
        try:
            with told():
                for statement in statements:
                    self._connection.execute(statement)
        except CIRCUMSTANCES:
            raise
        except DatabaseError as error:
            return error.message
        finally:
            self.rollback()
        return ""

    @contextmanager
    def _much_memory(self) -> Iterator[None]:
        """An index is built in memory alone. What it held is given back once it is in the file."""
        if not self._opened.writable:
            yield
            return
        self._connection.execute(f"SET memory_limit = '{self._opened.most_memory}'")
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # another connection may be at work; the next statement gives it back
                self._shrink()

    def _shrink(self) -> None:
        try:
            self._connection.execute(f"SET memory_limit = '{connection.WORKING_MEMORY}'")
        except duckdb.OutOfMemoryException:
            self._connection.execute("CHECKPOINT")
            self._connection.execute(f"SET memory_limit = '{connection.WORKING_MEMORY}'")

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with told(statement), self._reading():
            return self._rows(statement)

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        """By Arrow: DuckDB's own Python values need another package for instants."""
        relation = self._connection.sql(statement)
        return list(zip(*(column.to_pylist() for column in relation.to_arrow_table().columns), strict=True))

    def claim(self, names: Sequence[str]) -> str:
        return claim.take(connection.path_of(self._url), names, self)

    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        """A file opened read-only cannot change: other programs are locked out, and this one has no writer. Where this
        process writes to it, only one transaction is sure to see one instant."""
        if self._opened.shared:
            (session,) = self._opened_again(1)
            session.hold()
            return Readers((session,), True, ONE_INSTANT)
        with told("open readers"):
            connection.for_readers(self._opened, self._url, count)
        return Readers(self._opened_again(count), True, LOCKED)

    def _opened_again(self, count: int) -> tuple[DuckDBSession, ...]:
        with ExitStack() as stack:
            sessions = tuple(
                stack.enter_context(DuckDBSession(self._url, connection.connect(self._url, writable=False)))
                for _ in range(count)
            )
            stack.pop_all()
        return sessions

    def hold(self) -> None:
        """Fix what this session sees until `rollback` or `close`: the first read does, not the BEGIN."""
        with told("begin to read"):
            self._begin()
            self._connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()

    def holds_instant(self) -> bool:
        """As long as the transaction of `hold`; a file that nobody here may write to does not change at all."""
        return not self._opened.shared or (self._in_transaction and not self._broken)

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """A sort by the key of long rows may need more memory than readers are given: then all there is."""
        self._cancelled.clear()
        asked = (self._connection, self.dialect, table, columns, where, batch_rows, self._watch)
        begun = False
        with told(f"read {table.name}"):
            try:
                with self._reading():
                    for batch in bulk.read(*asked):
                        begun = True
                        yield batch
                return
            except duckdb.OutOfMemoryException:
                if begun or self._in_transaction:
                    raise
            self._connection.execute(f"SET memory_limit = '{self._opened.most_memory}'")
            with self._reading():
                yield from bulk.read(*asked)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One snapshot for all queries within, that of the open transaction when there is one."""
        if self._in_transaction:
            yield
            return
        self._begin()
        try:
            yield
        finally:
            self.rollback()

    def _begin(self) -> None:
        if self._in_transaction:
            raise DatabaseError("a transaction is open already")
        self._connection.execute(WRITING if self._opened.writable else READING)
        self._in_transaction, self._broken = True, False

    def begin(self) -> None:
        with told("begin to write"):
            self._begin()

    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        if not self._in_transaction:
            raise DatabaseError("no transaction is open")
        self._cancelled.clear()
        try:
            with told(f"write {table.name}"):
                if len(columns) > connection.WIDE:
                    self._connection.execute(f"SET memory_limit = '{self._opened.most_memory}'")
                return bulk.write(self._connection, self.dialect, table, columns, batches, self._watch)
        except BaseException:
            self._broken = True
            raise

    def within(self, statement: str) -> list[tuple[object, ...]]:
        if not self._in_transaction:
            raise DatabaseError("no transaction is open")
        with told(statement):
            try:
                return self._connection.execute(statement).fetchall()
            except BaseException:
                self._broken = True
                raise

    def commit(self) -> None:
        """DuckDB takes COMMIT after an error, says nothing and rolls back; that must not look like success."""
        if self._broken or not self._in_transaction:
            self.rollback()
            raise DatabaseError("there is no transaction to commit: it failed before", hint="run it again")
        with told("commit"):
            self._in_transaction = False
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        if not self._in_transaction:
            return
        self._in_transaction = False
        with suppress(duckdb.Error):  # gone, or committed: nothing of the transaction is left either way
            self._connection.execute("ROLLBACK")

    def _watch(self) -> None:
        if self._cancelled.is_set():
            raise DatabaseError("the work was cancelled", hint="run it again")

    def cancel(self) -> None:
        """An interrupt ends a statement that runs; between two batches the flag does."""
        self._cancelled.set()
        with told("cancel"):
            self._connection.interrupt()

    def close(self) -> None:
        self.rollback()
        self._connection.close()
        claim.give_up(self)

    def loading(self, *, own_tables: bool) -> None:
        """Nothing to prepare: keys of own tables come after their rows, and foreign keys always hold here."""

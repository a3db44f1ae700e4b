"""One user of one database file: catalogue, rows out, rows in, snapshots for parallel readers."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dialects import sqltext
from dialects.base import Cut, KeyRange, Readers, Session
from dialects.sqlite import bulk, catalog, connection, probe
from dialects.sqlite.claim import Claim
from dialects.sqlite.dialect import SqliteDialect
from dialects.sqlite.errors import told
from dialects.sqlite.packing import Link
from dialects.url import DatabaseUrl
from mappings.errors import Contention, DatabaseError, PermissionDenied
from mappings.schema import Column, Schema, Table, TableName
from mappings.type_mapper import Facts, Risk

ANY_READ = "SELECT count(*) FROM sqlite_schema"
"""The first read of a transaction fixes its snapshot."""
TRIES = 5
ONE_INSTANT = "one instant of the file"


class SqliteSession(Session):
    """A connection and the words it is told."""

    default_schema = ""

    def __init__(self, url: DatabaseUrl, opened: Link) -> None:
        self.dialect = SqliteDialect(sqlite3.sqlite_version)
        self._url = url
        self._connection = opened
        self._cancelled = threading.Event()
        self._marked = False
        self._claim: Claim | None = None

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        with told("read the catalogue"), self._reading():
            return catalog.reflect(self._connection, sqlite3.sqlite_version)

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        with told(f"look at the values of {table.name}"), self._reading():
            return probe.observe(self._connection, table, risks)

    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        (rows,) = self.query(sqltext.count_query(self.dialect, self.dialect.qualified(name), where))[0]
        assert isinstance(rows, int)
        return rows

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        return sqltext.cut_of(self.query(sqltext.boundary_query(self.dialect, table, where, rows)))

    def execute(self, statement: str) -> None:
        with told(statement):
            self._connection.execute(statement)

    def attempt(self, statements: Sequence[str], scratch: TableName) -> str:
        """In a database of its own, in memory: the file is not touched."""
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as memory:
            try:
                for statement in statements:
                    memory.execute(statement)
            except sqlite3.Error as error:
                return str(error)
        return ""

    def query(self, statement: str) -> list[tuple[object, ...]]:
        with told(statement):
            return self._connection.execute(statement).fetchall()

    def weights(self, column: Column, values: pa.Array) -> pa.Array | None:
        """NOCASE knows the letters A to Z only."""
        native = column.native.upper()
        if native.endswith(" COLLATE NOCASE"):
            return pc.ascii_lower(values)
        return pc.utf8_rtrim(values, " ") if native.endswith(" COLLATE RTRIM") else None

    def claim(self, names: Sequence[str]) -> str:
        """The whole file, for one writer at a time is all it takes."""
        claim = self._claim or Claim(connection.path_of(self._url))
        with told("lock the file for one run"):
            if not claim.take():
                return names[0]
        self._claim = claim
        return ""

    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        """A held reader in rollback-journal mode keeps every writer from committing, and many are no worse than
        one only in WAL mode; so there is one in any other."""
        with told("PRAGMA journal_mode"):
            (mode,) = self._connection.execute("PRAGMA journal_mode").fetchone()
        with ExitStack() as opened:
            sessions = tuple(
                opened.enter_context(SqliteSession(self._url, connection.connect(self._url, writable=False)))
                for _ in range(count if mode == "wal" else 1)
            )
            self._attach(sessions)
            opened.pop_all()
        return Readers(sessions, True, ONE_INSTANT)

    def _attach(self, sessions: tuple[SqliteSession, ...]) -> None:
        """Begin all of them on one instant: while writers are held out where this user may lock the file, otherwise
        by seeing that nothing was committed meanwhile."""
        if len(sessions) == 1:
            sessions[0].hold()
            return
        try:
            with self._writers_held_out():
                for session in sessions:
                    session.hold()
        except (PermissionDenied, Contention):
            self._attach_between_commits(sessions)

    @contextmanager
    def _writers_held_out(self) -> Iterator[None]:
        path, timeout = connection.path_of(self._url), connection.timeout_of(self._url)
        with told("hold writers out"), closing(connection.open_file(path, "rw", timeout)) as control:
            control.execute("BEGIN IMMEDIATE")
            yield
            control.execute("ROLLBACK")

    def _attach_between_commits(self, sessions: tuple[SqliteSession, ...]) -> None:
        for _ in range(TRIES):
            before = self._version()
            for session in sessions:
                session.rollback()
                session.hold()
            if self._version() == before:
                return
        raise Contention("the file changes too often to read it in parallel", hint="use --jobs 1")

    def _version(self) -> object:
        """Differs when another connection has committed since this one looked."""
        return self.query("PRAGMA data_version")[0][0]

    def hold(self) -> None:
        """Fix what this session sees until `rollback` or `close`."""
        with told("begin to read"):
            self._connection.execute("BEGIN")
            self._connection.execute(ANY_READ).fetchone()

    def holds_instant(self) -> bool:
        """`hold` began a transaction, and nothing but its end lets go of what that sees."""
        return self._connection.in_transaction

    def wait_for_locks(self, seconds: float) -> None:
        with told("set the time to wait for locks"):
            self._connection.execute(f"PRAGMA busy_timeout = {round(seconds * 1000)}")

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        self._cancelled.clear()
        with told(f"read {table.name}"), self._reading():
            yield from bulk.read(self._connection, table, columns, where, batch_rows, self._watch)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One snapshot for all queries within, that of the open transaction when there is one."""
        if self._connection.in_transaction:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self.rollback()

    def begin(self) -> None:
        self._marked = False
        with told("begin to write"):
            self._connection.execute("BEGIN IMMEDIATE")

    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        self._cancelled.clear()
        with told(f"write {table.name}"):
            return bulk.write(self._connection, table, columns, batches, self._watch)

    def within(self, statement: str) -> list[tuple[object, ...]]:
        return self.query(statement)

    def mark(self) -> bool:
        with told("mark a point"):
            if self._marked:
                self._connection.execute("RELEASE part")
            self._connection.execute("SAVEPOINT part")
        self._marked = True
        return True

    def undo(self) -> None:
        """Some errors, a full disk among them, roll back the whole transaction."""
        if not self._connection.in_transaction:
            raise DatabaseError("SQLite has rolled the transaction back already", hint="run it again")
        with told("go back to the mark"):
            self._connection.execute("ROLLBACK TO part")

    def commit(self) -> None:
        """SQLite rolls back by itself when the disk is full; committing nothing then must not look like success."""
        if not self._connection.in_transaction:
            raise DatabaseError("SQLite has rolled the transaction back already", hint="run it again")
        with told("commit"):
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            return  # gone, or rolled back already: nothing of the transaction is left either way

    def _watch(self) -> None:
        if self._cancelled.is_set():
            raise DatabaseError("the work was cancelled", hint="run it again")

    def cancel(self) -> None:
        """An interrupt ends a statement that runs; between two statements the flag does."""
        self._cancelled.set()
        with told("cancel"):
            self._connection.interrupt()

    def close(self) -> None:
        self.rollback()
        self._connection.close()
        if self._claim is not None:
            self._claim.give_up()

    def loading(self, *, own_tables: bool) -> None:
        """Foreign keys hold while rows go into tables that were there before; for our own, an anti-join follows."""
        wanted = 0 if own_tables else 1
        self.execute(f"PRAGMA foreign_keys = {wanted}")
        found: Any = self.query("PRAGMA foreign_keys")[0][0]
        if found != wanted:
            raise DatabaseError("foreign keys cannot be switched inside a transaction")

"""One user of one database: a connection for catalogue, queries and the transaction, and a second one, opened with the
first write, that fills the staging table."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import pyarrow as pa
import pyarrow.compute as pc

from dialects import sqltext
from dialects.base import Cut, KeyRange, Readers, Session
from dialects.mssql import probe, reading, server, standing
from dialects.mssql.catalog import Asked, read_schema
from dialects.mssql.connecting import open_link
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.drivers import Link
from dialects.mssql.errors import HARMLESS, MISSING, number_of, translated
from dialects.mssql.queries import FILTERED, MASKED
from dialects.mssql.snapshot import open_readers
from dialects.mssql.staging import Staging
from dialects.mssql.types import is_insensitive, parsed
from dialects.url import DatabaseUrl
from mappings.arrow import arrow_schema
from mappings.errors import ConnectionLost, DatabaseError, PermissionDenied, TransferError
from mappings.schema import Column, Schema, Table, TableName
from mappings.type_mapper import Facts, Risk

READS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
BEGIN = "BEGIN TRANSACTION"
COMMIT = """\
IF XACT_STATE() = 1 COMMIT TRANSACTION
ELSE BEGIN; THROW 50001, N'the transaction has failed and cannot be committed', 1; END"""
"""After an error the transaction is gone, and a plain COMMIT would say only that there is none."""
ROLLBACK = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION"
COUNT = "SELECT COUNT_BIG(*) FROM {table}{where}"
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"
KEEP_ON_CANCEL = "SET XACT_ABORT OFF"
"""Otherwise a query that is left early would take the snapshot's transaction with it."""
CLAIM = """\
DECLARE @held int; EXEC @held = sp_getapplock @Resource = N'dbtransfer.{name}', @LockMode = 'Exclusive', \
@LockOwner = 'Session', @LockTimeout = 0; SELECT @held"""
DEPTH = "SELECT @@TRANCOUNT"
OLD = "this engine is written for SQL Server 2019 and newer, and {label} is older: what it lacks may stop the run"
SHOW_ALL = "switch the policy off (ALTER SECURITY POLICY ... WITH (STATE = OFF)), or GRANT UNMASK to this user"


def open_session(url: DatabaseUrl, *, writable: bool) -> MssqlSession:
    """A session on the database behind `url`."""
    link = open_link(url)
    try:
        with translated(f"asking {url} what it is"):
            return MssqlSession(url, link, MssqlDialect(_server(link)), writable=writable)
    except BaseException:
        link.close()
        raise


def _server(link: Link) -> server.Server:
    """A compatible server may show less of its catalogue than is asked for here."""
    database = _optional(link, server.DATABASE_FACTS)
    schemas = frozenset(str(name) for (name,) in _optional(link, server.SCHEMAS))
    return server.server_from(link.run(server.FACTS)[0], database[0] if database else (), schemas)


def _optional(link: Link, statement: str) -> list[tuple[object, ...]]:
    try:
        return list(link.run(statement))
    except Exception as error:
        if number_of(error) not in MISSING:
            raise
        return []


class MssqlSession(Session):
    dialect: MssqlDialect

    def __init__(self, url: DatabaseUrl, link: Link, dialect: MssqlDialect, *, writable: bool) -> None:
        self._url = url
        self._link = link
        self._writable = writable
        self._staging: Staging | None = None
        self._cancelled = threading.Event()
        self._in_snapshot = False
        self._lost = False
        self._interrupted = False
        self._gone = False
        self._lock_timeout = ""
        self._hidden: dict[tuple[str, str], str] | None = None
        self.dialect = dialect
        self.default_schema = dialect.server.default_schema

    @contextmanager
    def _working(self, doing: str) -> Iterator[None]:
        """One statement, its errors translated. Any error ends the transaction, and with it the snapshot."""
        if self._interrupted:
            self._interrupted = False
            self._lost = int(str(self._link.run(DEPTH)[0][0])) == 0
        if self._lost:
            raise DatabaseError(f"{doing}: an earlier error has ended the snapshot", hint="run again")
        try:
            with translated(doing):
                yield
        except GeneratorExit:  # rows that nobody wants any more: whether the snapshot outlived that is asked next time
            self._interrupted = self._in_snapshot
            raise
        except BaseException as error:
            self._lost = self._in_snapshot
            self._gone = self._gone or isinstance(error, ConnectionLost)
            raise

    def _run(self, doing: str, statement: str) -> list[tuple[object, ...]]:
        with self._working(doing):
            return list(self._link.run(statement))

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        def run(statement: str) -> list[tuple[object, ...]]:
            with translated("reading the catalogue"):
                return list(self._link.run(statement))

        schema = read_schema(run, self.dialect.server, schemas)
        self.dialect.fitted.begin(schema.tables)
        return schema

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        rows = self._run(f"probing {table.name}", probe.query(self.dialect, table, risks))
        return probe.facts(self.dialect, table, risks, rows[0])

    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        query = COUNT.format(table=self.dialect.qualified(name), where=sqltext.restriction(self.dialect, where))
        return int(str(self._run(f"counting {name}", query)[0][0]))

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        query = sqltext.boundary_query(self.dialect, table, where, rows)
        return sqltext.cut_of(self._run(f"cutting {table.name}", query))

    def execute(self, statement: str) -> None:
        self._refuse_writing()
        self._run(_told(statement), statement)
        warnings = [warning for warning in self._link.warnings if not HARMLESS.search(warning)]
        if warnings:
            raise DatabaseError(f"the server warns about: {_told(statement)}: {'; '.join(warnings)}")

    def _refuse_writing(self) -> None:
        if not self._writable:
            raise DatabaseError("this session only reads")

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """The server has no sessions that only read, so what is no SELECT is refused here."""
        if not READS.match(statement):
            self._refuse_writing()
        return self._run(_told(statement), statement)

    def weights(self, column: Column, values: pa.Array) -> pa.Array | None:
        """No comparison here counts trailing spaces. Of collations that ignore more than case, only case is known."""
        trimmed = pc.utf8_rtrim(values, characters=" ")
        name = parsed(column.native).collation or self.dialect.server.collation
        return pc.utf8_lower(trimmed) if is_insensitive(name) else trimmed

    def claim(self, names: Sequence[str]) -> str:
        for name in names:
            held = hashlib.sha256(name.encode()).hexdigest()
            if int(str(self._run(f"locking {name}", CLAIM.format(name=held))[0][0])) < 0:
                return name
        return ""

    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        return open_readers(lambda: open_session(self._url, writable=False), tables, count)

    def hold_snapshot(self, tables: tuple[TableName, ...]) -> None:
        """All further reading of this session sees this instant. The first row that is read fixes it."""
        for setting in (SNAPSHOT, KEEP_ON_CANCEL):
            self._run("choosing SNAPSHOT isolation", setting)
        self._run("opening a snapshot", BEGIN)
        self._in_snapshot = True
        for name in tables[:1]:
            self._run("opening a snapshot", f"SELECT TOP (1) 1 FROM {self.dialect.qualified(name)}")

    def leave_snapshot(self) -> None:
        """Forget a snapshot that may have been opened, so that another can be."""
        self._in_snapshot = self._lost = self._interrupted = False
        self._run("leaving a snapshot", ROLLBACK)

    def control(self, statement: str) -> None:
        """Run a statement that sets the session up or opens a transaction, and changes no row."""
        self._run(_told(statement), statement)

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        self._refuse_hidden(table.name)
        statement = reading.select(self.dialect, table, columns, where)
        try:
            yield from self._decoded(table, columns, statement, reading.rows_at_once(table, batch_rows))
        except DatabaseError as error:
            refused = reading.refusal(error, table, columns)
            if refused is None:
                raise
            raise refused from error

    def _decoded(
        self, table: Table, columns: tuple[Column, ...], statement: str, rows: int
    ) -> Iterator[pa.RecordBatch]:
        schema = arrow_schema(columns)
        types = [reading.raw_type(column.type) for column in columns]
        with self._working(f"reading {table.name}"):
            for batch in self._link.stream(statement, types, rows):
                self._refuse_cancelled()
                arrays = [
                    reading.decoded(array, column.type) for array, column in zip(batch.columns, columns, strict=True)
                ]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)

    def _refuse_hidden(self, name: TableName) -> None:
        """A policy or a mask shows other rows or values than the table has, and says nothing."""
        if self._hidden is None:
            asked = Asked(lambda statement: self._run("asking what is hidden", statement))
            rows = [row for topic in (FILTERED, MASKED) for row in asked(topic)]
            self._hidden = {(str(row[0]).lower(), str(row[1]).lower()): str(row[2]) for row in rows}
        told = self._hidden.get((name.schema.lower(), name.name.lower()))
        if told:
            raise PermissionDenied(f"{told} {name}", hint=SHOW_ALL)

    def _refuse_cancelled(self) -> None:
        if self._cancelled.is_set():
            self._cancelled.clear()
            raise DatabaseError("cancelled")

    def holds_instant(self) -> bool:
        """Only in a snapshot that no error has ended."""
        return self._in_snapshot and not (self._lost or self._gone)

    def wait_for_locks(self, seconds: float) -> None:
        self._lock_timeout = f"SET LOCK_TIMEOUT {round(seconds * 1000)}"
        self._run("setting the session up", self._lock_timeout)

    def load(self) -> int | None:
        return standing.load(self.query)

    def lag(self) -> float | None:
        return standing.lag(self.query)

    def begin(self) -> None:
        self._refuse_writing()
        if self._gone:
            self._open_again()
        self._run("opening a transaction", BEGIN)

    def _open_again(self) -> None:
        if self._staging is not None:
            self._staging.close()
        self._link.close()
        self._staging, self._link, self._gone = None, open_link(self._url), False
        if self._lock_timeout:
            self._run("setting the session up", self._lock_timeout)

    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        self._refuse_writing()
        if self._staging is None:
            with translated("opening the connection for the staging table"):
                self._staging = Staging(open_link(self._url), self.default_schema)
        with self._working(f"writing {table.name}"):
            return self._staging.write(self._link, self.dialect, table.name, columns, self._watched(batches))

    def _watched(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            self._refuse_cancelled()
            yield batch

    def within(self, statement: str) -> list[tuple[object, ...]]:
        self._refuse_writing()
        return self._run(_told(statement), statement)

    def commit(self) -> None:
        self._run("committing", COMMIT)
        self._clear_staging()

    def rollback(self) -> None:
        with suppress(TransferError):
            self._run("rolling back", ROLLBACK)
        with suppress(TransferError):
            self._clear_staging()

    def _clear_staging(self) -> None:
        if self._staging is not None:
            with translated("dropping the staging table"):
                self._staging.clear(self._link)

    def cancel(self) -> None:
        self._cancelled.set()
        self._link.cancel()
        if self._staging is not None:
            self._staging.cancel()

    def close(self) -> None:
        self.rollback()
        if self._staging is not None:
            self._staging.close()
        self._link.close()

    def loading(self, *, own_tables: bool) -> None:
        """Nothing to prepare: indexes and foreign keys of own tables come after their rows."""

    def notices(self) -> tuple[str, ...]:
        known = self.dialect.server
        old = OLD.format(label=known.label) if known.version < server.TESTED else ""
        return tuple(filter(None, (self._link.notice, old)))


def _told(statement: str) -> str:
    """The beginning of a statement, for messages."""
    words = " ".join(statement.split())
    return words if len(words) <= 80 else f"{words[:80]}..."

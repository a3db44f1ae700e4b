"""One user of one database: a single connection for catalogue, rows out, rows in, and DDL."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dialects import sqltext
from dialects.base import Cut, KeyRange, Numbered, Readers, Session
from dialects.buckets import buckets_query, slices_query
from dialects.mysql import decode, digest, probe, reading, standing, weights, writing
from dialects.mysql.bulk import Fed, Load, loaded
from dialects.mysql.catalog import read_schema
from dialects.mysql.connecting import Opened, kill, open_connection
from dialects.mysql.dialect import MysqlDialect
from dialects.mysql.errors import HARMLESS, NO_LOCAL_FILES, code_of, refused_rows, translated
from dialects.mysql.snapshot import open_readers
from dialects.url import DatabaseUrl
from mappings.arrow import arrow_schema
from mappings.buckets import Bucketing
from mappings.canonical import Digest
from mappings.errors import DatabaseError, PermissionDenied
from mappings.schema import Column, Schema, Table, TableName
from mappings.type_mapper import Facts, Risk

if TYPE_CHECKING:
    from dialects.mysql.wire import BulkConnection, RowStream

DATA_STATEMENT = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|SELECT|SET|DO)\b", re.IGNORECASE)
FOREIGN_KEY = re.compile(r"ALTER TABLE .* ADD (?:CONSTRAINT .* )?FOREIGN KEY ", re.DOTALL)
"""Checked while it is added, a foreign key copies the whole table row by row; the runner has looked for orphans."""
CREATE_TABLE = re.compile(r"^CREATE TABLE ")
UNCHECKED = "SET SESSION foreign_key_checks = 0"
CHECKED = "SET SESSION foreign_key_checks = 1"
CLAIM = "SELECT GET_LOCK('dbtransfer.{name}', 1)"
"""A server may notice a moment later that the session that held a name is closed."""
WARNINGS = "SHOW WARNINGS LIMIT 10"
IN_TRANSACTION = 1
"""SERVER_STATUS_IN_TRANS of the protocol."""
SLOW = (
    "the target does not allow LOAD DATA LOCAL, so rows go by INSERT, which is slower; "
    "to allow it, on the server: SET GLOBAL local_infile = 1"
)


class MysqlSession(Session):
    """A session on MySQL or MariaDB. A failed load may have cost the connection; `begin` opens a new one."""

    default_schema = ""

    def __init__(self, url: DatabaseUrl, *, writable: bool) -> None:
        self._url = url
        self._writable = writable
        self._cancelled = threading.Event()
        self._stream: RowStream | None = None
        self._busy = False
        self._in_transaction = False
        self._failed = False
        self._settings: list[str] = []
        self._use(open_connection(url, writable=writable))

    def _use(self, opened: Opened) -> None:
        self._connection: BulkConnection = opened.connection
        self._local_infile = opened.local_infile
        self._max_allowed_packet = opened.max_allowed_packet
        self.dialect: MysqlDialect = MysqlDialect(opened.server)

    @contextmanager
    def _working(self, doing: str) -> Iterator[None]:
        """One statement at a time, its errors translated. Any error spoils the open transaction."""
        if self._stream is not None:
            raise DatabaseError(f"{doing}: rows are still being read on this session", hint="close the reader first")
        self._busy = True
        try:
            with translated(doing):
                yield
        except BaseException:
            self._failed = True
            raise
        finally:
            self._busy = False

    def _run(self, doing: str, statement: str) -> list[tuple[Any, ...]]:
        with self._working(doing):
            return list(self._connection.run(statement))

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        """The one database of the URL; `schemas` say nothing here."""
        with self._working("reading the catalogue"):
            return read_schema(self._connection.run, self._connection.show, self.dialect.server)

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        rows = self._run(f"probing {table.name}", probe.query(self.dialect, table, risks))
        if self._connection.warning_count:
            self._raise_warnings(f"the server warned while {table.name} was probed", harmless=HARMLESS)
        return probe.facts(table, risks, rows[0])

    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        query = sqltext.count_query(self.dialect, self.dialect.qualified(name), where)
        return int(self._run(f"counting {name}", query)[0][0])

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        query = sqltext.boundary_query(self.dialect, table, where, rows)
        return sqltext.cut_of(self._run(f"cutting {table.name}", query))

    def execute(self, statement: str) -> None:
        if self._in_transaction and not DATA_STATEMENT.match(statement):
            raise DatabaseError("this statement would commit the open transaction", hint=f"it is: {statement[:100]}")
        if FOREIGN_KEY.match(statement):
            self._run("leaving foreign keys unchecked", UNCHECKED)
        try:
            self._run(_told(statement), statement)
            if self._connection.warning_count:
                self._raise_warnings(f"the server warns about: {_told(statement)}", harmless=HARMLESS)
        finally:
            if FOREIGN_KEY.match(statement) and UNCHECKED not in self._settings and self._connection.open:
                self._run("checking foreign keys", CHECKED)

    def attempt(self, statements: Sequence[str], scratch: TableName) -> str:
        """On a temporary table, which costs next to nothing. That knows less than a real one (no full text), so what it
        refuses is tried on a real one."""
        if not self._writable:
            raise DatabaseError("this session only reads")
        temporary = [CREATE_TABLE.sub("CREATE TEMPORARY TABLE ", statement) for statement in statements]
        with suppress(PermissionDenied):
            if super().attempt(temporary, scratch) == "":
                return ""
        return super().attempt(statements, scratch)

    def query(self, statement: str) -> list[tuple[object, ...]]:
        return self._run(_told(statement), statement)

    def weights(self, column: Column, values: pa.Array) -> pa.Array | None:
        collation = weights.weigher(column.native)
        if not collation:
            return None
        rows = self._run("weighing text", weights.query(collation, values)) if len(values) else []
        return pa.array([row[0] for row in rows], pa.large_utf8())

    def claim(self, names: Sequence[str]) -> str:
        database = self._url.resolved.database
        for name in names:
            held = hashlib.sha256(f"{database}\0{name}".encode()).hexdigest()[:40]
            if self._run(f"locking {name}", CLAIM.format(name=held))[0][0] != 1:
                return name
        return ""

    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        return open_readers(self._url, tables, count)

    def hold_snapshot(self, statement: str) -> None:
        """Open the snapshot that all further reading of this session sees."""
        self._run("opening a snapshot", statement)

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        asked = tuple(reading.asked(self.dialect, column) for column in columns)
        statement = reading.select(self.dialect, table.name, asked, where)
        return self._batches(table, statement, columns, tuple(column.decoder for column in asked), batch_rows)

    def select(
        self, table: Table, columns: tuple[Column, ...], condition: str, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        asked = tuple(reading.asked(self.dialect, column) for column in columns)
        statement = f"{reading.select(self.dialect, table.name, asked, None)} WHERE {condition}"
        return self._batches(table, statement, columns, tuple(column.decoder for column in asked), batch_rows)

    def _batches(
        self,
        table: Table,
        statement: str,
        columns: tuple[Column, ...],
        decoders: tuple[decode.Decoder, ...],
        batch_rows: int,
    ) -> Iterator[pa.RecordBatch]:
        schema = arrow_schema(columns)
        with self._streaming(f"reading {table.name}", statement) as stream:
            waiting: list[pa.RecordBatch] = []
            while (block := stream.next_block(batch_rows)) is not None:
                waiting.append(reading.batch(table, schema, block, decoders))
                if reading.enough(waiting, batch_rows):
                    yield pa.concat_batches(waiting)
                    waiting.clear()
            if waiting:
                yield pa.concat_batches(waiting)
        if stream.warning_count:
            self._raise_warnings(f"the server warned while {table.name} was read", harmless=HARMLESS)

    @contextmanager
    def _streaming(self, doing: str, statement: str) -> Iterator[RowStream]:
        with self._working(doing):
            self._refuse_cancelled()
            stream = self._connection.stream(statement)
        self._stream, self._busy = stream, True
        try:
            with translated(doing):
                yield stream
        finally:
            if not stream.finished:
                self._abandon(stream)
            self._stream, self._busy = None, False

    def _abandon(self, stream: RowStream) -> None:
        """Stop the query and read what is still on its way, so that the session and its snapshot stay."""
        with suppress(Exception):
            self._kill()
        try:
            stream.drain()
        except Exception:  # a killed query ends with an error, a lost connection too
            if not self._connection.open:
                return
        with suppress(Exception):
            self._connection.run("DO 0")  # takes a KILL that came after the query's own end

    def digest(self, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> Digest | None:
        """None also after a warning: the server may have cut or left out a value, so the rows must be read."""
        row = self.dialect.digest(columns)
        found = row and self._digested(table, digest.query(self.dialect, table, row, where))
        return Digest(int(found[0][0]), int(found[0][1])) if found else None

    def buckets(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        return self._numbered(table, buckets_query(self.dialect, table, columns, by, condition))

    def row_slices(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        return self._numbered(table, slices_query(self.dialect, table, columns, by, condition))

    def _numbered(self, table: Table, statement: str | None) -> Numbered | None:
        found = None if statement is None else self._digested(table, statement)
        if found is None:
            return None
        return [(None if number is None else int(number), int(one), int(other)) for number, one, other in found]

    def _digested(self, table: Table, statement: str) -> list[tuple[Any, ...]] | None:
        """None after a warning."""
        found = self._run(f"digesting {table.name}", statement)
        return None if self._connection.warning_count else found

    def begin(self) -> None:
        if not self._writable:
            raise DatabaseError("this session only reads")
        if not self._connection.open:
            self._reopen()
        self._run("opening a transaction", "START TRANSACTION")
        self._in_transaction, self._failed = True, False

    def _reopen(self) -> None:
        self._use(open_connection(self._url, writable=True))
        for setting in self._settings:
            self._run("setting up the session", setting)

    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        wanted = tuple(writing.written(column, self.dialect.server) for column in columns)
        load = Load(self.dialect, table.name, wanted)
        with self._working(f"writing {table.name}"):
            if not self._local_infile:
                return self._insert(load, batches)
            try:
                return self._load(load, batches)
            except Exception as error:
                if code_of(error) not in NO_LOCAL_FILES:
                    raise
                self._local_infile = False
            return self._insert(load, batches)

    def _load(self, load: Load, batches: Iterable[pa.RecordBatch]) -> int:
        fed = Fed()
        self._connection.load(load.statement(), self._watched(load.feed(batches, fed)))
        told = loaded(self._connection.message)
        if told != (fed.rows, 0, 0, 0) or self._connection.warning_count:
            records, deleted, skipped, warnings = told
            self._raise_warnings(
                f"of {fed.rows} rows sent to {load.table} the server took {records - skipped}, "
                f"replaced {deleted}, with {warnings} warnings"
            )
        return fed.rows

    def _watched(self, pieces: Iterator[memoryview]) -> Iterator[memoryview]:
        for piece in pieces:
            self._refuse_cancelled()
            yield piece

    def _refuse_cancelled(self) -> None:
        if self._cancelled.is_set():
            self._cancelled.clear()
            raise DatabaseError("cancelled")

    def _insert(self, load: Load, batches: Iterable[pa.RecordBatch]) -> int:
        fed = Fed()
        for statement, rows in load.inserts(batches, self._max_allowed_packet, fed):
            self._refuse_cancelled()
            self._connection.query(statement)
            stored = self._connection.affected_rows()
            if stored != rows or self._connection.warning_count:
                self._raise_warnings(f"of {rows} rows sent to {load.table} the server took {stored}")
        return fed.rows

    def _raise_warnings(self, told: str, *, harmless: frozenset[int] = frozenset()) -> None:
        """Raise with the server's own words; not where all its warnings are harmless."""
        with translated("reading the server's warnings"):
            warnings = list(self._connection.run(WARNINGS))
        serious = [(level, code, message) for level, code, message in warnings if code not in harmless]
        if serious or not harmless:
            self._failed = True
            raise refused_rows(serious, told)

    def within(self, statement: str) -> list[tuple[object, ...]]:
        rows = self._run(_told(statement), statement)
        if self._connection.warning_count:
            self._raise_warnings(f"the server warns about: {_told(statement)}")
        return rows

    def mark(self) -> bool:
        self._run("marking a point", "SAVEPOINT part")
        return True

    def undo(self) -> None:
        """A failed statement spoils nothing that came before the mark."""
        self._run("going back to the mark", "ROLLBACK TO SAVEPOINT part")
        self._failed = False

    def commit(self) -> None:
        if self._failed:
            raise DatabaseError("a statement of this transaction failed, so it is not committed")
        self._run("committing", "COMMIT")
        self._in_transaction = False

    def rollback(self) -> None:
        self._in_transaction = self._failed = False
        if self._connection.open:
            with suppress(DatabaseError):
                self._run("rolling back", "ROLLBACK")
        self._failed = False

    def cancel(self) -> None:
        if self._busy:
            self._cancelled.set()
            self._kill()

    def _kill(self) -> None:
        kill(self._url, self._connection.thread_id())

    def sever(self) -> None:
        self._connection.sever()

    def holds_instant(self) -> bool:
        """The transaction of the snapshot is still open: this session never opens another one for reading."""
        try:
            self._run("asking for the snapshot", "DO 0")
        except DatabaseError:
            return False
        return bool(self._connection.server_status & IN_TRANSACTION)

    def wait_for_locks(self, seconds: float) -> None:
        setting = standing.LOCKS.format(seconds=max(1, round(seconds)))
        self._settings.append(setting)
        self._run("setting the session up", setting)

    def load(self) -> int | None:
        return standing.load(self.query)

    def lag(self) -> float | None:
        return standing.lag(self._named, self.dialect.server)

    def _named(self, statement: str) -> list[dict[str, object]]:
        """The rows of a statement whose columns are known by name only."""
        with self._working(_told(statement)):
            rows, names = self._connection.run(statement), self._connection.names()
        return [dict(zip(names, row, strict=True)) for row in rows]

    def close(self) -> None:
        if self._busy or self._stream is not None or not self._connection.open:
            self._connection._force_close()
            return
        with suppress(Exception):
            self._connection.close()

    def loading(self, *, own_tables: bool) -> None:
        """Foreign keys of our own tables are made, and checked, after the rows."""
        if own_tables:
            self._settings.append(UNCHECKED)
            self._run("preparing to load", UNCHECKED)

    def notices(self) -> tuple[str, ...]:
        server, scheme = self.dialect.server, self._url.scheme
        found = []
        if scheme != server.product.lower():
            found.append(f"the URL says {scheme}://, but the server is {server.label}")
        if self._writable and not self._local_infile:
            found.append(SLOW)
        return tuple(found)


def _told(statement: str) -> str:
    """The beginning of a statement, for messages."""
    line = " ".join(statement.split())
    return line if len(line) <= 80 else f"{line[:77]}..."

"""One user of one PostgreSQL database: a control connection for catalogue, DDL and queries, and the two bulk paths."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any

import pyarrow as pa

from dialects.base import CIRCUMSTANCES, Cut, KeyRange, Numbered, Readers, Session
from dialects.buckets import buckets_query, slices_query
from dialects.postgresql import PostgreSQLDialect, digest, pages, standing
from dialects.postgresql.bulk import ArrowStream, CopyIn, Load
from dialects.postgresql.catalog import reflect
from dialects.postgresql.connection import Address, address
from dialects.postgresql.control import Control, Snapshot
from dialects.postgresql.errors import translating
from dialects.postgresql.probe import facts_from, probe_query
from dialects.postgresql.read import Decoder, batch_octets, refusal, select
from dialects.postgresql.server import EXTENSION_TYPES, FACTS, KNOWN, OLDEST, Server, server_from
from dialects.postgresql.wire import NativeColumn, wire
from dialects.sqltext import boundary_query, column_list, count_query, cut_of, string_literal
from dialects.url import DatabaseUrl
from mappings.buckets import Bucketing
from mappings.canonical import Digest
from mappings.errors import ConfigurationError, ConnectionRefused, DatabaseError, TransferError
from mappings.schema import Column, Schema, Table, TableName
from mappings.type_mapper import Facts, Risk

WEIGHTS = """\
SELECT lower(value) FROM json_array_elements_text({values}) WITH ORDINALITY AS listed (value, place) ORDER BY place"""
CLAIM = "SELECT pg_try_advisory_lock({key})"
CLAIM_TRIES, CLAIM_PAUSE = 10, 0.1
"""A server may notice a moment later that the session that held a name is closed."""
NATIVE_COLUMNS = """
WITH RECURSIVE seen AS (
  SELECT a.attname, a.attgenerated <> '' AS generated, a.atttypmod AS modifier, t.oid, t.typtype, t.typbasetype,
         t.typtypmod
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
   WHERE a.attrelid = %(relation)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT s.attname, s.generated, s.typtypmod, t.oid, t.typtype, t.typbasetype, t.typtypmod
    FROM seen s JOIN pg_type t ON t.oid = s.typbasetype WHERE s.typtype = 'd')
SELECT attname, format_type(oid, modifier), typtype = 'e', generated FROM seen WHERE typtype <> 'd'
"""
"""The type beneath any domain: what the server's binary input will read."""


def open_session(url: DatabaseUrl, *, writable: bool) -> PostgreSQLSession:
    """A session on the database behind `url`; ConfigurationError for a server that is too old."""
    place = address(url, writable=writable)
    control = Control(place, ())
    try:
        server = _server(control)
    except TransferError:
        control.close()
        raise
    if server.version < OLDEST:
        control.close()
        raise ConfigurationError(f"{server.label} is too old", hint=f"PostgreSQL {OLDEST} or newer is needed")
    return PostgreSQLSession(place, PostgreSQLDialect(server), control)


def _server(control: Control) -> Server:
    extensions = sorted(set(EXTENSION_TYPES.values()))
    return server_from(control.fetch(FACTS)[0], control.fetch(KNOWN, {"extensions": extensions}))


class PostgreSQLSession(Session):
    dialect: PostgreSQLDialect

    def __init__(self, place: Address, dialect: PostgreSQLDialect, control: Control, *opening: str) -> None:
        """`opening` are the statements by which the binary connection enters the snapshot of `control`."""
        self._address = place
        self._control = control
        self.dialect = dialect
        self.default_schema = dialect.server.default_schema
        self._out = ArrowStream(place, *opening)
        self._in = CopyIn(place)
        self._in_transaction = False
        self._native: dict[TableName, dict[str, NativeColumn]] = {}

    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        with translating(self._address.place):
            return reflect(self._control.connection, self.dialect.server, schemas)

    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        return facts_from(self._control.fetch(probe_query(self.dialect, table, risks))[0], risks)

    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        relation = "ONLY " * only + self.dialect.qualified(name)
        return int(self._control.fetch(count_query(self.dialect, relation, where))[0][0])

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        if where.address:
            return pages.boundary(self.query, self.dialect, table, where, rows)
        return cut_of(self.query(boundary_query(self.dialect, table, where, rows)))

    def execute(self, statement: str) -> None:
        self._native.clear()
        self._control.execute(statement)

    def attempt(self, statements: Sequence[str], scratch: TableName) -> str:
        """In one transaction that is rolled back: types and schemas made on the way go with the table."""
        if not self._address.writable:
            raise DatabaseError("this session only reads")
        message = ""
        self.execute("BEGIN")
        try:
            for statement in statements:
                self.execute(statement)
        except CIRCUMSTANCES:
            with suppress(DatabaseError):
                self.execute("ROLLBACK")
            raise
        except DatabaseError as error:
            message = error.message
        self.execute("ROLLBACK")
        return message

    def execute_all(self, statements: Sequence[str]) -> None:
        """Over the control connection, which hears the server's warnings."""
        self.execute("BEGIN")
        try:
            for statement in (*statements, "COMMIT"):
                self.execute(statement)
        except BaseException:
            with suppress(DatabaseError):
                self.execute("ROLLBACK")
            raise

    def query(self, statement: str) -> list[tuple[object, ...]]:
        return list(self._control.fetch(statement))

    def weights(self, column: Column, values: pa.Array) -> pa.Array | None:
        """Of citext. Collations that are not deterministic tell no weights, so their keys are not asked."""
        if column.native != "citext":
            return None
        listed = string_literal(json.dumps(values.to_pylist()))
        return pa.array([row[0] for row in self.query(WEIGHTS.format(values=listed))], pa.large_utf8())

    def claim(self, names: Sequence[str]) -> str:
        for name in names:
            key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
            if not self._claimed(CLAIM.format(key=key)):
                return name
        return ""

    def _claimed(self, statement: str) -> bool:
        for _ in range(CLAIM_TRIES):
            if self._control.fetch(statement)[0][0]:
                return True
            time.sleep(CLAIM_PAUSE)
        return False

    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        place = replace(self._address, writable=False)
        snapshot = Snapshot(place, count)
        sessions: list[Session] = []
        for _ in range(count):
            try:
                sessions.append(SnapshotSession(place, self.dialect, snapshot))
            except TransferError as error:
                snapshot.leave()
                if not (sessions and isinstance(error, ConnectionRefused)):
                    close_all(sessions)
                    raise
        return Readers(tuple(sessions), True, f"all rows as of {snapshot.taken} UTC, in one snapshot")

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        yield from self._stream(select(self.dialect, table, columns, where), table, columns, batch_rows)

    def select(
        self, table: Table, columns: tuple[Column, ...], condition: str, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        statement = f"{select(self.dialect, table, columns, None)} WHERE {condition}"
        yield from self._stream(statement, table, columns, batch_rows)

    def _stream(
        self, statement: str, table: Table, columns: tuple[Column, ...], batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        decode = Decoder(table, columns, check_text=self.dialect.server.encoding == "SQL_ASCII")
        try:
            with closing(self._out.stream(statement, batch_octets(table, batch_rows))) as batches:
                for batch in batches:
                    yield from decode(batch, batch_rows)
        except DatabaseError as error:
            refused = refusal(error, table, columns)
            if refused is None:
                raise
            raise refused from error

    def digest(self, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> Digest | None:
        """None also where a value has no place in its type: reading it then raises, with its key."""
        row = self.dialect.digest(columns)
        found = row and self._digested(table, columns, digest.query(self.dialect, table, row, where))
        return Digest(int(found[0][0]), int(found[0][1])) if found else None

    def buckets(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        return self._numbered(table, columns, buckets_query(self.dialect, table, columns, by, condition))

    def row_slices(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        return self._numbered(table, columns, slices_query(self.dialect, table, columns, by, condition))

    def _numbered(self, table: Table, columns: tuple[Column, ...], statement: str | None) -> Numbered | None:
        found = None if statement is None else self._digested(table, columns, statement)
        if found is None:
            return None
        return [(None if number is None else int(number), int(one), int(other)) for number, one, other in found]

    def _digested(self, table: Table, columns: tuple[Column, ...], statement: str) -> list[tuple[Any, ...]] | None:
        """None where a value has no place in its type."""
        self._control.fetch(digest.PLANNED)
        found = None
        try:
            found = list(self._control.fetch(statement))
        except DatabaseError as error:
            if refusal(error, table, columns) is None:
                raise
        self._control.fetch(digest.AS_BEFORE)
        return found

    def begin(self) -> None:
        if self._in_transaction:
            raise DatabaseError("a transaction is open already")
        self._in.begin()
        self._in_transaction = True

    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        if not self._in_transaction:
            raise DatabaseError("no transaction is open")
        return self._in.write(self._load(table.name, columns, self._native_columns(table.name)), batches)

    def _native_columns(self, name: TableName) -> dict[str, NativeColumn]:
        """What the catalogue says of the table now; asked once until the next DDL of this session."""
        if name not in self._native:
            rows = self._control.fetch(NATIVE_COLUMNS, {"relation": self.dialect.qualified(name)})
            self._native[name] = {row[0]: NativeColumn(*row) for row in rows}
        return self._native[name]

    def _load(self, name: TableName, columns: tuple[Column, ...], native: Mapping[str, NativeColumn]) -> Load:
        missing = [column.name for column in columns if column.name not in native]
        if missing:
            raise TransferError(f"{name} has no column {', '.join(missing)}", hint="the table has changed: plan anew")
        names = column_list(self.dialect, (column.name for column in columns))
        wires = tuple(wire(column, native[column.name]) for column in columns)
        return Load(name, self.dialect.qualified(name), names, columns, wires)

    def within(self, statement: str) -> list[tuple[object, ...]]:
        return self._in.run(statement)

    def mark(self) -> bool:
        self._in.mark()
        return True

    def undo(self) -> None:
        self._in.undo()

    def commit(self) -> None:
        self._in_transaction = False
        self._in.commit()

    def rollback(self) -> None:
        self._in_transaction = False
        self._in.rollback()

    def cancel(self) -> None:
        self._control.cancel()
        self._out.cancel()
        self._in.cancel()

    def close(self) -> None:
        self._out.close()
        self._in.close()
        self._control.close()

    def sever(self) -> None:
        """The binary reader's connection cannot be broken from outside."""
        self._control.sever()
        self._in.sever()

    def ready(self) -> None:
        if self._address.writable:
            self._in.open()
        else:
            self._out.open()

    def wait_for_locks(self, seconds: float) -> None:
        self._address = replace(self._address, lock_timeout=seconds)
        self._control.take(self._address)
        self._in.take(self._address)

    def load(self) -> int | None:
        return standing.load(self.query)

    def lag(self) -> float | None:
        return standing.lag(self.query)

    def loading(self, *, own_tables: bool) -> None:
        """Nothing to prepare: indexes and foreign keys of own tables come after their rows."""

    def notices(self) -> tuple[str, ...]:
        if self.dialect.server.encoding != "SQL_ASCII":
            return ()
        return ("the database has no encoding (SQL_ASCII): its text is read as UTF-8, and what is not stops the run",)


class SnapshotSession(PostgreSQLSession):
    """A session whose connections all see one snapshot."""

    def __init__(self, place: Address, dialect: PostgreSQLDialect, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._attached = True
        super().__init__(place, dialect, Control(place, snapshot.opening), *snapshot.opening)

    def holds_instant(self) -> bool:
        return self._snapshot.holds()

    def close(self) -> None:
        super().close()
        if self._attached:
            self._attached = False
            self._snapshot.leave()


def close_all(sessions: Iterable[Session]) -> None:
    for session in sessions:
        session.close()

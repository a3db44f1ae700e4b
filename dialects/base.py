"""The seam between what we do and what an engine says and does.

Dialect is pure text and types, testable without a server. Session is one user of one database. An engine folder
offers an Engine, which opens Sessions; a Dialect never decides which tables, which loss, where to cut, or when.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, Literal, Self, TypeVar

import pyarrow as pa

from dialects.endurance import Enduring
from dialects.ranges import Cut as Cut
from dialects.ranges import KeyRange as KeyRange
from dialects.rows import RowSql
from dialects.swap import Swapper
from dialects.url import DatabaseUrl
from mappings.buckets import Bucketing
from mappings.canonical import Digest
from mappings.defaults import Default
from mappings.errors import ConnectionLost, ConnectionRefused, Contention, DatabaseError, PermissionDenied, StorageFull
from mappings.expressions import refusal
from mappings.hazards import Hazard
from mappings.limits import Limits
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Identity,
    Index,
    Schema,
    Table,
    TableName,
    Unique,
    View,
)
from mappings.sorts import Untranslatable
from mappings.type_mapper import Facts, Risk, Spelling, Use
from mappings.types import Integer, LogicalType
from mappings.views import Moved, translate_view

T = TypeVar("T")
Named = Literal["schema", "table", "column", "index", "constraint"]
Numbered = list[tuple[int | None, int, int]]
"""Of each bucket, or of equal rows in one: the bucket's number and two counts or sums."""
CIRCUMSTANCES = (ConnectionLost, ConnectionRefused, Contention, PermissionDenied, StorageFull)
"""Errors that tell of the server's state, not of the statement it was given."""


@dataclass(frozen=True, slots=True)
class Fit(Generic[T]):
    """An object as an engine can hold it, None when it cannot at all; `reason` says what is lost, if anything."""

    held: T | None
    reason: str = ""


def unreadable(table: Table, column: Column, key: str, problem: str) -> DatabaseError:
    """For a value that has no place in the type it is to be read as. `key` names the row, if it is known."""
    place = f"{table.name}.{column.name}"
    return DatabaseError(
        problem,
        where=f"{place}, key {key}" if key else place,
        hint=f"mend the value, or copy the column as text: --allow-loss '{place}=text'",
    )


class Dialect(ABC):
    """What one version of one engine says. Every method is pure."""

    family: str
    """Engines of one family understand each other's Expressions and Opaque types (MySQL and MariaDB do)."""
    label: str
    """The product and version for people, such as `MariaDB 10.11.11`."""
    swapper: Swapper
    """What it says to put one table in the place of another."""
    rows: RowSql
    """What it says to add, alter and remove single rows."""
    limits: Limits
    reads_by_address: bool = False
    """Whether rows are read faster by ranges of their address than by those of any key but a single integer."""
    row_values: bool = False
    """Whether an index serves `(a, b) >= (1, 2)`; otherwise a range of a compound key is spelled column by column."""
    opening: tuple[str, ...] = ()
    """What a script for the engine's own client begins with, so that the statements mean there what they mean here."""

    @abstractmethod
    def quote(self, name: str) -> str:
        """The identifier in the engine's quotes, whatever characters it has."""

    def literal(self, text: str) -> str:
        """A string constant with just these characters, under the settings of a session."""
        return "'" + text.replace("'", "''") + "'"

    def refuses_name(self, what: Named, name: str) -> str:
        """Why nothing of this kind can have this name here, however it is quoted; empty when it can. A name that the
        engine would alter without a word is refused too."""
        return "" if name else "there are no empty names"

    @abstractmethod
    def spell(self, kind: LogicalType, use: Use) -> Spelling | None:
        """The native type that holds every value of `kind` in this use, or None when there is none.

        Asked again with weaker types until it answers; see mappings.type_mapper.
        """

    def keep(self, column: Column) -> Spelling | None:
        """The native type of a column of the same family reused as it is, where this version knows it.

        Asked before `spell`, so that a move within one family changes nothing it need not change.
        """
        return None

    def unsaid(self, column: Column) -> tuple[str, ...]:
        """In words, what the native type of a source's column says beyond its logical type and another does not."""
        return ()

    @abstractmethod
    def spell_default(self, default: Default, column: Column) -> str | None:
        """The text behind DEFAULT for a target `column` (its `type` and `native` settled), None when there is none."""

    @abstractmethod
    def spell_expression(self, expression: Expression, columns: Mapping[str, Column]) -> str | None:
        """The expression in this engine's SQL, same value for every row, None when that cannot be promised.

        `columns` are the source table's columns by name.
        """

    def spell_generated(self, column: Column, columns: Mapping[str, Column]) -> str | None:
        """The expression of a generated source `column` in this engine's SQL; None also where storing the
        value in a column of its type would alter it."""
        if column.generated is None:
            return None
        expression = column.generated.expression
        stored = refusal(expression, to=expression.family, columns=columns, into=column.type) == ""
        if expression.family != self.family and not stored:
            return None
        return self.spell_expression(expression, columns)

    def spell_view(self, view: View, default_schema: str, tables: Mapping[TableName, Moved]) -> Fit[str]:
        """The SELECT of a source's view in this engine's SQL over the tables that are copied, by their names at the
        source, whose bare names live in `default_schema`; otherwise why its rows cannot be promised. In the same family
        the text stays as it is where all names do."""
        if view.definition.family == self.family and all(self._keeps(name, moved) for name, moved in tables.items()):
            own = self.spell_expression(view.definition, {})
            return Fit(own, "" if own is not None else "it calls what this server does not know")
        try:
            return Fit(translate_view(view, to=self.family, default_schema=default_schema, tables=tables))
        except Untranslatable as reason:
            return Fit(None, str(reason))

    def _keeps(self, name: TableName, moved: Moved) -> bool:
        renamed = any(source != target.name for source, target in moved.columns.items())
        return moved.target == self.qualified(name) and not renamed

    def create_view(self, name: TableName, view: View, select: str) -> str:
        """The statement that makes the source's `view` under this name from its spelled SELECT."""
        columns = ", ".join(self.quote(column) for column in view.columns)
        return f"CREATE VIEW {self.qualified(name)}{f' ({columns})' if columns else ''} AS {select}"

    def fit_identity(self, table: Table, column: Column) -> Fit[Identity]:
        """Whether and how `column` of the target `table` can number itself."""
        return Fit(column.identity)

    def fit_unique(self, table: Table, unique: Unique) -> Fit[Unique]:
        """The unique constraint as this engine can hold it."""
        return Fit(unique)

    def fit_index(self, table: Table, index: Index) -> Fit[Index]:
        """The index as this engine can hold it; its expressions are in this engine's SQL already."""
        return Fit(index)

    def fit_foreign_key(self, table: Table, key: ForeignKey) -> Fit[ForeignKey]:
        """The foreign key as this engine can hold it."""
        return Fit(key)

    def fit_check(self, table: Table, check: Check) -> Fit[Check]:
        """The check as this engine can hold it; its expression is in this engine's SQL already."""
        return Fit(check)

    def fit_table(self, table: Table) -> tuple[Table, tuple[str, ...]]:
        """The target `table`, its keys fitted already, as this engine can make it, and what is changed for that.
        Blocked when it cannot."""
        return table, ()

    def normal_form(self, table: Table) -> Table:
        """A planned or reflected `table` of this engine in one form: what its catalogue tells otherwise than it was
        told, what it makes unasked and what it cannot tell apart looks alike in both. `native` then says all that a
        column's type is (labels and collation too); defaults and expressions are left as they are."""
        return table

    @abstractmethod
    def create_table(self, table: Table) -> tuple[str, ...]:
        """The statements that make an empty `table`: columns, defaults, checks and the keys that `add_keys` does
        not add, but no index and no foreign key unless the engine can say those only here."""

    def add_keys(self, table: Table) -> tuple[str, ...]:
        """The primary key and unique constraints that are better added once the rows are there."""
        return ()

    @abstractmethod
    def create_index(self, table: Table, index: Index) -> str: ...

    def drop_tables(self, tables: tuple[Table, ...]) -> tuple[str, ...]:
        """The statements that drop these tables, children before their parents, and what `create_table` made for each
        alone. Nothing else goes with them."""
        return tuple(f"DROP TABLE {self.qualified(table.name)}" for table in tables)

    @abstractmethod
    def add_foreign_key(self, table: Table, key: ForeignKey) -> str | None:
        """None where CREATE TABLE said it (limits.foreign_keys_inline)."""

    @abstractmethod
    def orphans(self, table: Table, key: ForeignKey) -> str:
        """A query for at most ten key tuples of `table` whose parent row is missing."""

    @abstractmethod
    def continue_identity(self, table: Table, column: Column) -> str | None:
        """The statement after which the next inserted row gets a number greater than all there are and than
        the source would have given. None where the engine does so unasked."""

    @abstractmethod
    def comment(self, table: Table) -> tuple[str, ...]:
        """The statements that put the table's and its columns' comments, if CREATE TABLE did not."""

    def offends(self, column: Column, hazard: Hazard) -> str | None:
        """A predicate of this engine's SQL that is true for the rows of a source table whose value in `column` is what
        `hazard` says, never NULL for a value that is there. Empty where no value of the column's type can be that here;
        None where SQL cannot tell, so that the values must be read."""
        return None

    def key_literal(self, column: Column) -> str | None:
        """An expression for the literal of a row's value in this column of a source table: written into a predicate it
        is just that value, whatever characters and digits it has. None where ranges of such a column are not to be had,
        because its order or its text is not exact. The column holds no NULL."""
        return self.quote(column.name) if isinstance(column.type, Integer) else None

    def row_address(self, table: Table) -> str:
        """The system column that tells where a row of `table` lies, by whose ranges it can be read in parts, but within
        one snapshot only. Empty where there is none."""
        return ""

    def orders_by_value(self, column: Column) -> bool:
        """Whether the column is ordered by the value of its literals, and these are the standard's, which mean the same
        to every engine that says so: 42, 1.50, DATE '2024-02-29', TIMESTAMP '2024-02-29 12:00:00.5'."""
        return isinstance(column.type, Integer)

    def instead(self, column: Column, rule: str, sentinel: str) -> str:
        """What a SELECT yields in place of a value that cannot be read as the column's type: NULL, the `sentinel` where
        there is one, and for rules that alter the value an expression of it."""
        return self.literal(sentinel) if sentinel else "NULL"

    def digest(self, columns: tuple[Column, ...]) -> str | None:
        """An expression for the canonical text of a row (mappings.canonical) with these columns, `column.type` saying
        what text each has. None where SQL cannot say just that text, or need not: engines that run in this process."""
        return None

    def bucket(self, by: Bucketing) -> str | None:
        """An expression for the number of a row's bucket as `by` has it, NULL where the integer key is; keys that are
        greater than those of all ranges may get greater numbers. None where `digest` would be None."""
        return None

    def make_schema(self, name: str) -> str:
        """The statement that makes a namespace where there is none of that name."""
        return f"CREATE SCHEMA IF NOT EXISTS {self.quote(name)}"

    def relation(self, table: Table) -> str:
        """The table as FROM names it, when its own rows alone are meant."""
        return self.qualified(table.name)

    def held_query(self, name: TableName, column: str, where: str) -> str:
        """A SELECT of one column whose rows nobody changes before the transaction ends."""
        return f"SELECT {self.quote(column)} FROM {self.qualified(name)} WHERE {where} FOR SHARE"

    def sample(self, table: Table, percent: float) -> str:
        """What FROM names for about so many of a hundred rows, always the same: the first, where it has no better."""
        columns, rows = ", ".join(self.quote(each.name) for each in table.columns), (table.rows or 0) * percent / 100
        return f"({self.first(f'SELECT {columns} FROM {self.relation(table)}', int(rows) + 1)}) some_rows"

    def printed(self, column: Column) -> str:
        """The column in a SELECT as something that the driver can show, whatever its value."""
        return self.quote(column.name)

    def first(self, select: str, rows: int) -> str:
        """The SELECT cut to its first rows."""
        return f"{select} LIMIT {rows}"

    def nth(self, select: str, rows: int) -> str:
        """The one row of an ordered SELECT behind its first `rows`."""
        return f"{select} LIMIT 1 OFFSET {rows}"

    def qualified(self, name: TableName) -> str:
        return ".".join(self.quote(part) for part in (name.schema, name.name) if part)


class Session(Enduring, ABC):
    """One user of one database: catalogue, rows out, rows in. Not thread-safe, except `cancel`.

    Every method raises errors of `mappings.errors` only, with no password in them.
    """

    dialect: Dialect
    default_schema: str
    """Where a name without a schema lives; empty on engines without schemas."""

    @abstractmethod
    def reflect(self, schemas: tuple[str, ...]) -> Schema:
        """Every table of these schemas (all the user's own schemas when empty), and by name what is no table."""

    @abstractmethod
    def observe(self, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
        """One aggregate scan over `table` that answers the risks per column."""

    @abstractmethod
    def count(self, name: TableName, where: KeyRange | None = None, *, only: bool = False) -> int:
        """The exact number of rows, counted by the engine in the session's snapshot."""

    @abstractmethod
    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        """The key `rows` rows behind the first of `where` (about so many, where rows are told by their address), None
        when no more than these are in it."""

    @abstractmethod
    def execute(self, statement: str) -> None:
        """Run one statement of DDL and commit it. A warning of the server is an error unless known harmless."""

    def execute_all(self, statements: Sequence[str]) -> None:
        """Run statements of DDL and of our own bookkeeping and commit them: all together, or, where the engine's DDL
        commits by itself (limits.ddl_in_transactions), one after another."""
        if not self.dialect.limits.ddl_in_transactions:
            for statement in statements:
                self.execute(statement)
            return
        self.begin()
        try:
            for statement in statements:
                self.within(statement)
            self.commit()
        except BaseException:
            self.rollback()
            raise

    def attempt(self, statements: Sequence[str], scratch: TableName) -> str:
        """Why the server refuses one of these statements, in its own words; empty when it takes them all.

        They make the table `scratch` and use nothing else, and nothing of them remains. What says nothing about them (a
        lost connection, a missing right, a full disk) raises. The session must be writable and in no transaction.
        """
        message, gone = "", f"DROP TABLE IF EXISTS {self.dialect.qualified(scratch)}"
        try:
            for statement in statements:
                self.execute(statement)
        except CIRCUMSTANCES:
            with suppress(DatabaseError):
                self.execute(gone)
            raise
        except DatabaseError as error:
            message = error.message
        self.execute(gone)
        return message

    @abstractmethod
    def query(self, statement: str) -> list[tuple[object, ...]]:
        """The rows of one small query."""

    def weights(self, column: Column, values: pa.Array) -> pa.Array | None:
        """What a unique key on the target's text `column` compares these values by: those of equal weight are one to
        it. None where only equal texts are equal. Nothing is written."""
        return None

    @abstractmethod
    def claim(self, names: Sequence[str]) -> str:
        """Hold these names against every other session of the same database, in whatever process, until this one is
        closed or its process ends. Empty when all are held; else the first that another session holds."""

    @abstractmethod
    def readers(self, tables: tuple[TableName, ...], count: int) -> Readers:
        """`count` sessions that all see one instant of these tables, or fewer when the engine cannot."""

    @abstractmethod
    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """The rows as batches of at most about `batch_rows` rows, in the Arrow schema of `columns`.

        `column.native` says what the engine has, `column.type` what to yield (mappings.arrow.arrow_schema).
        Rows of a KeyRange come in key order. Closing the iterator early frees the connection.
        """

    def digest(self, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> Digest | None:
        """The digest of what `read` would yield, counted and summed by the engine itself in the session's snapshot.
        None where it cannot for these columns or these values: the rows must then be read."""
        return None

    def buckets(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        """Number, rows and sum of the slices of each bucket that has rows, of those for which `condition` is true (all
        when empty), in one scan. None where `digest` would be."""
        return None

    def row_slices(self, table: Table, columns: tuple[Column, ...], by: Bucketing, condition: str) -> Numbered | None:
        """Number and slice of the rows for which `condition` is true, and how many rows have both. None where `digest`
        would be."""
        return None

    def select(
        self, table: Table, columns: tuple[Column, ...], condition: str, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        """As `read`, the rows for which a predicate of the engine's SQL is true; where the engine reads in a way of its
        own, more rows may come, which the caller must leave out."""
        return self.read(table, columns, None, batch_rows)

    @abstractmethod
    def begin(self) -> None:
        """Open the transaction that the next writes belong to."""

    @abstractmethod
    def write(self, table: Table, columns: tuple[Column, ...], batches: Iterable[pa.RecordBatch]) -> int:
        """Write the batches into `columns` of `table` inside the open transaction; returns the rows written.

        Anything the server would alter, skip or warn about raises; the caller then rolls back.
        """

    @abstractmethod
    def within(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement inside the open transaction, over the connection that writes; its rows, if it has any."""

    def mark(self) -> bool:
        """Mark a point in the open transaction, in place of the mark before; False where the engine has no such."""
        return False

    def undo(self) -> None:
        """Undo what was written since the mark, also after a write that failed; the transaction stays open."""
        raise DatabaseError(f"{self.dialect.label} knows no marks within a transaction")

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def rollback(self) -> None:
        """Undo the open transaction, if any; never raises for a connection that is gone."""

    @abstractmethod
    def cancel(self) -> None:
        """Called from another thread: make the running read or write end with an error soon."""

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def loading(self, *, own_tables: bool) -> None:
        """Prepare for bulk loading; `own_tables` when this run created all of them, so that the engine may
        leave out foreign key checks that are made up for afterwards."""

    def notices(self) -> tuple[str, ...]:
        """What the user should be told once about this connection, such as a slower path and its remedy."""
        return ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Readers:
    """Sessions for parallel reading. `consistency` says in words what instant they see; `consistent` whether
    it is one."""

    sessions: tuple[Session, ...]
    consistent: bool
    consistency: str


class Engine(ABC):
    """An engine folder's entry: the URL schemes it answers to and how to open a session."""

    schemes: tuple[str, ...]

    @abstractmethod
    def connect(self, url: DatabaseUrl, *, writable: bool) -> Session:
        """Open a session with the settings of types.md A12. A session that is not `writable` cannot change
        the database: the engine itself refuses. The driver is imported here."""

    def survey(self, url: DatabaseUrl) -> Session:
        """A session to plan with, on a target that nothing is written to yet: a file that is not there counts as
        an empty database and is not made."""
        return self.connect(url, writable=False)

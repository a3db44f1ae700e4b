"""The tables that runs keep in the target, beside the user's own: their columns, their place, and rows into them.

They live in the schema `_dbtransfer`, or, where the target has no schemas or none may be made, under names that begin
with `_dbtransfer_`; reflection and comparison look past both. They hold no password.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from dialects.base import Dialect, Session
from dialects.sqltext import column_list
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.canonical import VERSION
from mappings.errors import DatabaseError, PermissionDenied
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Use, settle

OURS = "_dbtransfer"
NAME_LENGTH = 200
"""Longest name in a key of these tables, short enough for every engine."""
NAME, WORD, COUNT, TEXT = t.Text(NAME_LENGTH), t.Text(32), t.Integer(64), t.Text()


@dataclass(frozen=True, slots=True)
class Kept:
    """One table of the journal: its columns, all NOT NULL, and those of its key."""

    name: str
    columns: Mapping[str, t.LogicalType]
    key: tuple[str, ...]


RUN = Kept(
    "run",
    {
        "run": WORD,
        "state": WORD,
        "epoch": COUNT,
        "owner": TEXT,
        "source": TEXT,
        "options": TEXT,
        "started": WORD,
        "changed": WORD,
        "message": TEXT,
    },
    ("run",),
)
"""One row a run. `source` is its URL without a password, ${VARIABLES} unresolved; `options` how it was asked to go. Who
takes a run over counts `epoch` up, so that a former owner's chunks no longer commit."""
PLAN = Kept("plan", {"run": WORD, "hash": t.Text(64), "document": TEXT}, ("run",))
STEP = Kept("step", {"run": WORD, "number": COUNT, "phase": WORD, "object": TEXT, "state": WORD}, ("run", "number"))
"""What changes the target's schema: `state` is `intended`, or `done`. The `before` steps keep how many rows a table
had that was there already."""
CHUNK = Kept(
    "chunk",
    {
        "run": WORD,
        "source_table": NAME,
        "number": COUNT,
        "lower_end": TEXT,
        "upper_end": TEXT,
        "rows": COUNT,
        "digest": t.Text(64),
        "altered": TEXT,
        "milliseconds": COUNT,
        "epoch": COUNT,
        "committed": WORD,
    },
    ("run", "source_table", "number"),
)
"""One row a chunk that is on the target, committed with its rows. `digest` is the sum of what was sent, behind the
version of the row text; empty where none was made. `altered` is a JSON object of counts by column."""
REJECT = Kept(
    "reject",
    {
        "run": WORD,
        "source_table": NAME,
        "chunk": COUNT,
        "number": COUNT,
        "target_table": TEXT,
        "row_key": TEXT,
        "column_name": TEXT,
        "value": TEXT,
        "target_type": TEXT,
        "message": TEXT,
    },
    ("run", "source_table", "chunk", "number"),
)
"""What a rejected row is told by; all its values are in the reject file."""
ALL = (RUN, PLAN, STEP, CHUNK, REJECT)


def short_name(name: str) -> str:
    """A name as the key of these tables takes it: a long one ends in a hash of the whole."""
    if len(name) <= NAME_LENGTH:
        return name
    return name[: NAME_LENGTH - 17] + "#" + hashlib.sha256(name.encode()).hexdigest()[:16]


def digest_text(total: int) -> str:
    """The sum of a digest with the version of the row text that it was made of."""
    return f"v{VERSION}:{total}"


def digest_total(text: str) -> int | None:
    """The sum; None where there is none, or it is of rows that were spelled otherwise."""
    version, _, total = text.partition(":")
    return int(total) if version == f"v{VERSION}" else None


def kept_table(dialect: Dialect, kept: Kept, home: str) -> Table:
    """A journal table in the target's own types. `home` is the schema OURS, or the session's default one."""
    columns = []
    for column, kind in kept.columns.items():
        spelling = settle(kind, Use(keyed=column in kept.key), dialect).spelling
        columns.append(Column(column, spelling.stored, spelling.native, nullable=False))
    name = TableName(home, kept.name if home == OURS else f"{OURS}_{kept.name}")
    return Table(name, tuple(columns), PrimaryKey(f"{OURS}_{kept.name}_key", kept.key))


def homes(session: Session) -> tuple[str, ...]:
    """The places in which a journal may be, the better one first."""
    return (OURS, session.default_schema) if session.dialect.limits.schemas else (session.default_schema,)


def found_home(session: Session) -> str | None:
    """Where this target's journal is, None when it has none."""
    return next((home for home in homes(session) if is_there(session, kept_table(session.dialect, RUN, home))), None)


def make_tables(session: Session) -> str:
    """Make the tables that are not there yet; the place in which they are."""
    home = found_home(session)
    for place in homes(session) if home is None else (home,):
        try:
            _make(session, place)
            return place
        except PermissionDenied:
            if place != OURS or home is not None:
                raise
    raise AssertionError("the last home has raised or returned")


def _make(session: Session, home: str) -> None:
    dialect = session.dialect
    if home == OURS:
        session.execute(dialect.make_schema(OURS))
    for kept in ALL:
        table = kept_table(dialect, kept, home)
        if not is_there(session, table):
            for statement in (*dialect.create_table(table), *dialect.add_keys(table)):
                session.execute(statement)


def drop_statements(session: Session, home: str) -> tuple[str, ...]:
    """What removes the whole journal."""
    dialect = session.dialect
    tables = (kept_table(dialect, kept, home) for kept in ALL)
    dropped = [f"DROP TABLE {dialect.qualified(table.name)}" for table in tables if is_there(session, table)]
    return (*dropped, f"DROP SCHEMA {dialect.quote(OURS)}") if home == OURS else tuple(dropped)


def is_there(session: Session, table: Table) -> bool:
    try:
        session.query(f"SELECT 1 FROM {session.dialect.qualified(table.name)} WHERE 1 = 0")
    except DatabaseError:
        return False
    return True


class Shelf:
    """One table of the journal, as a session writes and reads it."""

    def __init__(self, dialect: Dialect, kept: Kept, home: str) -> None:
        self._dialect = dialect
        self._table = kept_table(dialect, kept, home)
        self.name = self._table.name

    def write(self, session: Session, rows: Sequence[Sequence[object]]) -> None:
        """Add rows, inside the open transaction."""
        schema = arrow_schema(self._table.columns)
        columns = zip(*rows, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        session.write(self._table, self._table.columns, [pa.RecordBatch.from_arrays(arrays, schema=schema)])

    def select(self, run: str = "") -> str:
        """All columns of one run's rows, or of all, in the order of the key."""
        key = self._table.primary_key
        assert key is not None
        where = f" WHERE {self.of(run)}" if run else ""
        names = column_list(self._dialect, (column.name for column in self._table.columns))
        order = column_list(self._dialect, key.columns)
        return f"SELECT {names} FROM {self._dialect.qualified(self.name)}{where} ORDER BY {order}"

    def update(self, values: Mapping[str, str | int], where: str) -> str:
        """A statement that changes rows."""
        parts = ", ".join(f"{self._dialect.quote(name)} = {self._literal(value)}" for name, value in values.items())
        return f"UPDATE {self._dialect.qualified(self.name)} SET {parts} WHERE {where}"

    def delete(self, where: str) -> str:
        return f"DELETE FROM {self._dialect.qualified(self.name)} WHERE {where}"

    def of(self, run: str, **others: str | int) -> str:
        """The predicate for rows of one run."""
        parts = {"run": run, **others}
        return " AND ".join(f"{self._dialect.quote(name)} = {self._literal(value)}" for name, value in parts.items())

    def _literal(self, value: str | int) -> str:
        return str(value) if isinstance(value, int) else self._dialect.literal(value)

"""The tables that a run keeps in the target, beside the user's own: what must commit together with its rows.

They live in the schema `_dbtransfer`, or, where the target has no schemas or none may be made, under names that begin
with `_dbtransfer_`; reflection and comparison look past both.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from dialects.base import Dialect, Session
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import DatabaseError, PermissionDenied
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Use, settle
from transfer.rejects import Reject

OURS = "_dbtransfer"
REJECT: dict[str, t.LogicalType] = {
    "run": t.Text(32),
    "source_table": t.Text(200),
    "chunk": t.Integer(64),
    "number": t.Integer(64),
    "target_table": t.Text(),
    "row_key": t.Text(),
    "column_name": t.Text(),
    "value": t.Text(),
    "target_type": t.Text(),
    "message": t.Text(),
}
"""What a rejected row is told by; all its values are in the reject file."""
REJECT_KEY = ("run", "source_table", "chunk", "number")


class Journal:
    """The journal of one run in one target. `prepare` makes its tables; the rest belongs to a chunk's transaction."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._table: Table | None = None

    def prepare(self, session: Session) -> None:
        """Make the tables that are not there yet."""
        dialect = session.dialect
        homes = [TableName(OURS, "reject")] if dialect.limits.schemas else []
        for name in (*homes, TableName(session.default_schema, f"{OURS}_reject")):
            self._table = reject_table(dialect, name)
            if _is_there(session, name):
                return
            try:
                if name.schema == OURS:
                    session.execute(dialect.make_schema(OURS))
                for statement in (*dialect.create_table(self._table), *dialect.add_keys(self._table)):
                    session.execute(statement)
                return
            except PermissionDenied:
                if name.schema != OURS:
                    raise

    def write_rejects(self, session: Session, rejects: Sequence[Reject]) -> None:
        """Keep these rows, inside the transaction that writes the rest of their chunk."""
        if not rejects or self._table is None:
            return
        rows = [self._row(reject) for reject in rejects]
        columns = zip(*rows, strict=True)
        schema = arrow_schema(self._table.columns)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        session.write(self._table, self._table.columns, [pa.RecordBatch.from_arrays(arrays, schema=schema)])

    def _row(self, reject: Reject) -> tuple[object, ...]:
        told = (reject.target, reject.key, reject.column, reject.value, reject.type, reject.message)
        texts = tuple(text.replace("\x00", "\\0") for text in told)
        return (self._run, reject.table[:200], reject.chunk, reject.number, *texts)


def reject_table(dialect: Dialect, name: TableName) -> Table:
    """The reject table in the target's own types."""
    columns = []
    for column, kind in REJECT.items():
        spelling = settle(kind, Use(keyed=column in REJECT_KEY), dialect).spelling
        columns.append(Column(column, spelling.stored, spelling.native, nullable=False))
    return Table(name, tuple(columns), PrimaryKey(f"{OURS}_reject_key", REJECT_KEY))


def _is_there(session: Session, name: TableName) -> bool:
    try:
        session.query(f"SELECT 1 FROM {session.dialect.qualified(name)} WHERE 1 = 0")
    except DatabaseError:
        return False
    return True

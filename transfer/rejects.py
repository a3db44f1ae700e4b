"""Rows that the target does not take: told apart from those that it takes, kept, and written where they can be mended.

A chunk that fails is sifted: values that the cast refuses are known by row; what the database refuses is found by
halving the batch. Rejected rows go into the journal in the chunk's own transaction, and into a file for `replay`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from mappings.conform import Cast, shown
from mappings.errors import RowRefused, ValueDoesNotFit
from mappings.spelling import spelled
from transfer.plan import TablePlan


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was read and not written. `column`, `value` and `type` are empty where only the database knows which
    of them it refused. `row` holds every value by the source's column name in its one text, None for NULL."""

    table: str
    target: str
    chunk: int
    number: int
    key: str
    column: str
    value: str
    type: str
    message: str
    row: Mapping[str, str | None] = field(default_factory=dict)


class Sifter:
    """Parts the batches of one chunk into what the target takes and what it does not."""

    def __init__(self, table: TablePlan, chunk: int, casts: tuple[Cast, ...]) -> None:
        self._table = table
        self._chunk = chunk
        self._casts = casts
        self._key = table.source.primary_key.columns if table.source.primary_key else ()
        self.rejects: list[Reject] = []

    def sound(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows whose every value the casts take; the others are rejected by their first bad value."""
        bad = pa.array([False] * batch.num_rows)
        for at, cast in enumerate(self._casts):
            refused = self._refused(cast, batch.column(at))
            for row in pc.indices_nonzero(pc.and_not(refused, bad)).to_pylist():
                self._refuse_value(batch, row, at, cast)
            bad = pc.or_(bad, refused)
        return batch.filter(pc.invert(bad))

    def _refused(self, cast: Cast, array: pa.Array) -> pa.Array:
        """Of what would be refused without a rule, that which the rule does not settle."""
        refused = cast.refused(array)
        if cast.rule is None:
            return refused
        return pa.array([bad and _fails(cast, array.slice(row, 1)) for row, bad in enumerate(refused.to_pylist())])

    def _refuse_value(self, batch: pa.RecordBatch, row: int, at: int, cast: Cast) -> None:
        column = self._table.columns[at]
        try:
            cast(batch.column(at).slice(row, 1))
        except ValueDoesNotFit as error:
            place = {"column": column.read.name, "value": shown(batch.column(at), row), "type": column.write.native}
            self._keep(batch, row, error.message, **place)

    def refuse(self, batch: pa.RecordBatch, row: int, error: RowRefused) -> None:
        """The database's own words for a row that it does not take."""
        self._keep(batch, row, error.message)

    def _keep(
        self, batch: pa.RecordBatch, row: int, message: str, *, column: str = "", value: str = "", type: str = ""
    ) -> None:
        values = {name: _text(batch.column(name), row) for name in batch.schema.names}
        key = ", ".join(str(values[name]) for name in self._key if name in values)
        names = str(self._table.source.name), str(self._table.target.name)
        number = len(self.rejects) + 1
        self.rejects.append(Reject(*names, self._chunk, number, key, column, value, type, message, values))


def _fails(cast: Cast, array: pa.Array) -> bool:
    try:
        cast(array)
    except ValueDoesNotFit:
        return True
    return False


def _text(array: pa.Array, row: int) -> str | None:
    value: str | None = spelled(array.slice(row, 1))[0].as_py()
    return value

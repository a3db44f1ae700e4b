"""A repair as a script for the target's own client: parameter-free, in transactions, with what it does as comments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dialects.base import Dialect
from transfer.repair_plan import Act, Step
from transfer.repair_steps import Batch
from transfer.report import Repaired

WHY: dict[Act, str] = {
    "loosen": "rows that will go let go of rows that refer to them",
    "delete": "rows that the source does not have",
    "exchange": "rows that trade the values of a unique key: removed and added anew",
    "update": "rows that differ, in the columns that do",
    "insert": "rows that the source has and the target has not",
    "tie": "foreign keys of rows that are all there now",
}
HEAD = """\
Makes the rows of {target} those of {source}, as they were at {instant} (UTC).
Run it with: {running}
Take a copy of what you would miss first. Verify again afterwards."""


@dataclass(frozen=True)
class Script:
    """Writes what a repair would do; all `together` in one transaction where foreign keys wait for its end."""

    dialect: Dialect
    together: bool

    def lines(self, head: str, repaired: Sequence[Repaired], batches: Iterable[Batch]) -> Iterator[str]:
        """All lines; of an empty repair comments alone."""
        yield from _comments(head)
        if not any(each.rows for each in repaired):
            yield from _comments("Nothing to repair: this script is empty.")
            return
        yield from (f"{statement};" for statement in (*self.dialect.opening, *self.dialect.rows.checking))
        for each in repaired:
            yield from _comments(f"{each.table}: {told(each)}")
        yield from self._opened() if self.together else ()
        last: Step | None = None
        for batch in batches:
            if batch.step != last:
                yield from _comments(f"{batch.step.work.name}: {WHY[batch.step.act]}")
            last = batch.step
            yield from self._batch(batch)
        yield from (f"{self.dialect.rows.commit};",) if self.together else ()

    def _batch(self, batch: Batch) -> Iterator[str]:
        body = [statement.sql for statement in batch.statements]
        work, columns = batch.step.work, batch.columns
        if batch.added.num_rows:
            before, after = self.dialect.rows.around_inserts(work.table, columns)
            added = [self.dialect.rows.insert(work.table, columns, values) for values in batch.inserts()]
            body += [*before, *added, *after]
        if body:
            yield from () if self.together else (f"{self.dialect.rows.begin};",)
            yield from (f"{statement};" for statement in body)
            yield from () if self.together else (f"{self.dialect.rows.commit};",)

    def _opened(self) -> Iterator[str]:
        yield f"{self.dialect.rows.begin};"
        yield from (f"{statement};" for statement in self.dialect.rows.deferring)


def told(repaired: Repaired) -> str:
    """`3 rows to delete, 1 to update, 2 to insert`."""
    return f"{repaired.deleted:,} rows to delete, {repaired.updated:,} to update, {repaired.inserted:,} to insert"


def _comments(text: str) -> Iterator[str]:
    """A name may hold a line's end, which would end the comment."""
    for line in text.splitlines():
        yield f"-- {' '.join(line.split())}"

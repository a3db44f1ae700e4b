"""What the journal of a target tells of its runs: read, never written, and needed by nobody who copies for the first
time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dialects.base import Session
from mappings.errors import ConfigurationError
from transfer import journal_tables as tables
from transfer.journal_tables import Kept, Shelf, short_name


def kept_value(steps: Iterable[StepRecord], name: str, kind: Any) -> Any:
    """A value of this type that a run keeps under a name (Journal.remember); None when it keeps none."""
    from pydantic import TypeAdapter  # a tenth of a second that few commands spend

    text = next((step.object for step in steps if step.phase == name), None)
    return None if text is None else TypeAdapter(kind).validate_json(text)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `source` is its URL without a password; `options` how it was to go; times are UTC as ISO 8601."""

    run: str
    state: str
    epoch: int
    owner: str
    source: str
    options: dict[str, Any]
    started: str
    changed: str
    message: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A change of the schema: `state` is `intended` or `done`. For phase `before` it is a number of rows."""

    number: int
    phase: str
    object: str
    state: str


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """A chunk that is on the target. `total` is the sum of its digest, None where none was made."""

    table: str
    number: int
    span: tuple[str, str]
    rows: int
    total: int | None
    altered: dict[str, int]
    milliseconds: int
    committed: str


class History:
    """The journal of the target behind `session`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._home = tables.found_home(session)

    @property
    def home(self) -> str | None:
        """The schema of the journal; None where there is no journal."""
        return self._home

    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, the oldest first. Their names tell the second only."""
        return tuple(sorted(map(_run_record, self._rows(tables.RUN)), key=lambda run: run.started))

    def run(self, name: str = "") -> RunRecord:
        """The run of that name, or that begins so; the last one when empty. ConfigurationError when there is none, or
        more than one."""
        found = [run for run in self.runs() if run.run.startswith(name)]
        if not name:
            found = found[-1:]
        if len(found) == 1:
            return found[0]
        known = ", ".join(run.run for run in self.runs()[-5:])
        if not found:
            what = f"no run {name}" if name else "no run"
            raise ConfigurationError(f"the target knows {what}", hint=f"the last ones are {known}" if known else "")
        raise ConfigurationError(f"{name} is the beginning of several runs", hint=f"the last ones are {known}")

    def document(self, run: str) -> dict[str, Any]:
        """The plan as it was when the run began."""
        found: dict[str, Any] = json.loads(str(next(self._rows(tables.PLAN, run))[2]))
        return found

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        rows = self._rows(tables.STEP, run)
        return tuple(StepRecord(int(number), phase, name, state) for _, number, phase, name, state in rows)

    def chunks(self, run: str) -> tuple[ChunkRecord, ...]:
        """In the order of tables and numbers."""
        return tuple(
            ChunkRecord(
                table,
                int(number),
                (lower, upper),
                int(rows),
                tables.digest_total(digest),
                json.loads(altered),
                int(milliseconds),
                committed,
            )
            for _, table, number, lower, upper, rows, digest, altered, milliseconds, _, committed in self._rows(
                tables.CHUNK, run
            )
        )

    def rejected(self, run: str) -> Counter[tuple[str, int]]:
        """How many rows were not taken, by source table and chunk."""
        return Counter((str(table), int(chunk)) for _, table, chunk, *_ in self._rows(tables.REJECT, run))

    def _rows(self, kept: Kept, run: str = "") -> Iterator[tuple[Any, ...]]:
        if self._home is None:
            return iter(())
        return iter(self._session.query(Shelf(self._session.dialect, kept, self._home).select(run)))


def _run_record(row: tuple[Any, ...]) -> RunRecord:
    run, state, epoch, owner, source, options, started, changed, message = row
    return RunRecord(run, state, int(epoch), owner, source, json.loads(options), started, changed, message)


@dataclass(frozen=True, slots=True)
class TableStatus:
    """One table of a run: its chunks and rows on the target, the source's estimate of its rows."""

    table: str
    chunks: int
    rows: int
    estimate: int | None


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How far a run is. `steps` are changes of the schema, `done` of which are made."""

    record: RunRecord
    tables: tuple[TableStatus, ...]
    steps: int
    done: int
    rejected: int

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def run_status(session: Session, run: str = "") -> RunStatus:
    """Of the run of that name, the last one when empty."""
    history = History(session)
    record = history.run(run)
    planned = {table["source"]: table["rows"] for table in history.document(record.run)["tables"]}
    chunks, rows = Counter[str](), Counter[str]()
    for chunk in history.chunks(record.run):
        chunks[chunk.table] += 1
        rows[chunk.table] += chunk.rows
    steps = [step for step in history.steps(record.run) if step.state in ("intended", "done")]
    return RunStatus(
        record,
        tuple(
            TableStatus(name, chunks[key], rows[key], planned[name]) for name in planned for key in [short_name(name)]
        ),
        len(steps),
        sum(step.state == "done" for step in steps),
        history.rejected(record.run).total(),
    )

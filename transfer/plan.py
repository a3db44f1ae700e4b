"""The plan: a frozen value made before anything is written. It holds no URL, and the doing has no decision left."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from mappings.conform import Cast, Rule
from mappings.hazards import Finding
from mappings.limits import Limits
from mappings.names import Renamed
from mappings.schema import Column, NotCarried, Table, TableName, View
from mappings.type_mapper import Note
from transfer.config import Options

BYTES_PER_SECOND = 20_000_000
"""Of the source's own size, copied and verified by one worker; what `make bench` showed on two cores, rounded down."""
SECONDS_PER_TABLE = 0.05
LOSS_CODES = frozenset("STOD")
"""Notes that tell of something another than exact and silent: meaning, text, an allowed alteration, a drop."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """`read` has the type the source yields, `write` the type the target takes; `rule` is an allowed alteration."""

    read: Column
    write: Column
    rule: Rule | None = None

    def cast(self, table: str, limits: Limits) -> Cast:
        """The loss-checking cast between the two."""
        return Cast(f"{table}.{self.read.name}", self.read.type, self.write.type, limits, self.rule)


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """The source's columns by whose ranges a table is read in parts, none when it goes as one chunk.

    `portable`: the same ranges name the same rows on the target. `address`: the one column is the rows' address, which
    names the same rows in one snapshot only, so that a chunk cannot be read again from another.
    """

    columns: tuple[str, ...] = ()
    portable: bool = False
    address: bool = False


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table's way. `columns` are all that are read, in order; generated ones are read for comparison only.

    `exists` means that the target has the table already and it is loaded as it is.
    """

    source: Table
    target: Table
    columns: tuple[ColumnPlan, ...]
    chunk_key: ChunkKey = ChunkKey()
    exists: bool = False
    replaces: bool = False
    """The target has a table of this name, which goes when the new one is loaded and proved."""
    create: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    foreign_keys: tuple[str, ...] = ()
    finish: tuple[str, ...] = ()

    @property
    def read_columns(self) -> tuple[Column, ...]:
        return tuple(column.read for column in self.columns)

    @property
    def write_columns(self) -> tuple[Column, ...]:
        """The target's columns that rows are written to."""
        return tuple(column.write for column in self.columns if column.write.generated is None)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The target's columns as they are read back, generated ones included."""
        return tuple(column.write for column in self.columns)


@dataclass(frozen=True)
class Plan:
    """Everything that will be done, table by table, in order of loading.

    `blocks` are reasons why nothing may be written yet; `notes` what the reader should know; `not_carried` what
    the copy leaves behind, by name.
    """

    source: str
    target: str
    limits: Limits
    tables: tuple[TablePlan, ...]
    notes: tuple[Note, ...]
    not_carried: tuple[NotCarried, ...]
    blocks: tuple[Note, ...] = ()
    options: Options = field(default_factory=Options)
    """What the plan was asked for; how it is run (jobs, batches, verification) is asked anew."""
    opening: tuple[str, ...] = ()
    """What a script of the statements begins with on the target."""
    views: tuple[tuple[View, TableName], ...] = ()
    """The views to try after the tables, and their names on the target."""
    default_schema: str = ""
    """Where the bare names in the views' text live at the source."""
    findings: tuple[tuple[str, Finding], ...] = ()
    """What the source's rows showed, each with its table."""
    names: tuple[Renamed, ...] = ()
    """Tables, columns, indexes and constraints that are called otherwise on the target."""

    @property
    def rows(self) -> bool:
        """False for a copy of the schema alone."""
        return self.options.rows

    @property
    def losses(self) -> tuple[Note, ...]:
        """The notes that are not about exactness but about a changed meaning, form or a dropped thing."""
        return tuple(note for note in self.notes if note.code in LOSS_CODES)

    @property
    def statements(self) -> tuple[str, ...]:
        """All DDL in the order it will run: tables, then (after the rows) indexes, foreign keys, the rest."""
        phases = (
            [table.create for table in self.tables],
            [table.indexes for table in self.tables],
            [table.foreign_keys for table in self.tables],
            [table.finish for table in self.tables],
        )
        return tuple(statement for phase in phases for group in phase for statement in group)

    @property
    def estimated_rows(self) -> int:
        """The source's own estimates; tables that it has none for count nothing."""
        return sum(table.source.rows or 0 for table in self.tables) if self.rows else 0

    @property
    def estimated_bytes(self) -> int:
        return sum(table.source.octets or 0 for table in self.tables) if self.rows else 0

    @property
    def estimated_seconds(self) -> int:
        """A guess to plan a night by: one worker on one core, verification included."""
        return round(self.estimated_bytes / BYTES_PER_SECOND + len(self.tables) * SECONDS_PER_TABLE)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the decisions only: schemas, DDL, columns, rules, chunk keys; never estimates or places."""
        views = [asdict(view) for view, _ in self.views]
        decisions = {"rows": self.rows, "views": views, "tables": [_decisions(table) for table in self.tables]}
        return _hashed(decisions)

    def document(self) -> dict[str, Any]:
        """The plan as JSON-ready values."""
        return {
            "hash": self.hash,
            "source": self.source,
            "target": self.target,
            "options": json.loads(json.dumps(asdict(self.options))),
            "estimates": {
                "rows": self.estimated_rows,
                "bytes": self.estimated_bytes,
                "seconds": self.estimated_seconds,
            },
            "tables": [_table_document(table) for table in self.tables],
            "statements": list(self.statements),
            "views": [str(name) for _, name in self.views],
            "findings": [_finding_document(table, finding) for table, finding in self.findings],
            "names": [{"object": each.object, "from": each.source, "to": each.target} for each in self.names],
            "notes": [asdict(note) for note in self.notes],
            "losses": [asdict(note) for note in self.losses],
            "not_carried": [asdict(item) for item in self.not_carried],
            "blocks": [asdict(note) for note in self.blocks],
        }


def _hashed(decisions: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(decisions, sort_keys=True, default=str).encode()).hexdigest()


def _decisions(table: TablePlan) -> dict[str, Any]:
    """The table's plan without what may differ between two equal decisions: estimates and identity positions."""
    document = asdict(
        replace(
            table,
            source=_timeless(table.source),
            target=_timeless(table.target),
            columns=tuple(
                replace(column, read=_unnumbered(column.read), write=_unnumbered(column.write))
                for column in table.columns
            ),
            finish=(),
        )
    )
    return document


def _timeless(table: Table) -> Table:
    return replace(table, rows=None, octets=None, columns=tuple(_unnumbered(column) for column in table.columns))


def _unnumbered(column: Column) -> Column:
    return replace(column, identity=replace(column.identity, next=None)) if column.identity else column


def _finding_document(table: str, finding: Finding) -> dict[str, Any]:
    place = f"{table}.{finding.column}"
    return {"where": place, "rows": finding.rows, "keys": list(finding.keys), "message": finding.sentence}


def _table_document(table: TablePlan) -> dict[str, Any]:
    return {
        "source": str(table.source.name),
        "target": str(table.target.name),
        "rows": table.source.rows,
        "bytes": table.source.octets,
        "exists": table.exists,
        "replaces": table.replaces,
        "hash": _hashed(_decisions(table)),
        "chunk_key": list(table.chunk_key.columns),
        "columns": [
            {
                "source": column.read.name,
                "source_type": column.read.native,
                "target": column.write.name,
                "target_type": column.write.native,
                "rule": column.rule,
            }
            for column in table.columns
        ],
        "indexes": [index.name for index in table.target.indexes],
        "foreign_keys": [key.name for key in table.target.foreign_keys],
    }

"""What a run did, as a value: for the caller of the API, for `--json` and for people."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass
from typing import Any, Literal

from mappings.schema import NotCarried
from mappings.type_mapper import Note
from transfer.differences import Comparison

Verified = Literal["none", "count", "digest", "differs", "unverified"]
Proof = Literal["", "inside", "read back"]
Status = Literal["done", "rejects", "differences", "partial"]


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows of a verified table that are `missing` or `extra` on the target, or `changed`; and of the others those that
    differ within the tolerance, in the spelling of JSON alone, or no longer when they were read again."""

    missing: int = 0
    extra: int = 0
    changed: int = 0
    tolerated: int = 0
    respelled: int = 0
    transient: int = 0

    @property
    def differing(self) -> int:
        return self.missing + self.extra + self.changed

    def __add__(self, other: RowCounts) -> RowCounts:
        return RowCounts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class TableReport:
    """`rows` were read and written, `rejected` read but not written. `verified` is how far the proof went:
    `differs` when it failed, `difference` then says how; `unverified` when a value or type kept it from being compared.
    `proof`: whether the databases digested their own rows
    (`inside`) or these were read; empty without digests."""

    source: str
    target: str
    rows: int
    rejected: int
    verified: Verified
    seconds: float
    difference: str = ""
    proof: Proof = ""
    counts: RowCounts = RowCounts()


@dataclass(frozen=True, slots=True)
class Unverified:
    """A table or column (`place`) that a verification did not compare, or not wholly, and why."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """Rows of the target's `table` that a repair has removed, altered and added, or would."""

    table: str
    deleted: int
    updated: int
    inserted: int

    @property
    def rows(self) -> int:
        return self.deleted + self.updated + self.inserted


@dataclass(frozen=True, slots=True)
class Altered:
    """One column whose values an allowed rule changed."""

    column: str
    rule: str
    values: int


@dataclass(frozen=True, slots=True)
class Timing:
    """When one worker copied one chunk of the source's `table`: seconds since the run began, and the rows written."""

    table: str
    chunk: int
    worker: str
    started: float
    ended: float
    rows: int


DifferenceKind = Literal["missing", "extra", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One value or row in which the target is not as it should be. `table` is the target's name, `key` the row's key
    as text. `missing` and `extra` are whole rows, seen from the target: `column` is empty then, and the side that lacks
    the row is None. Values are in their one text, None for NULL."""

    table: str
    key: str
    kind: DifferenceKind
    column: str = ""
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a copy or a verification. `consistency` names the instant that all rows are of."""

    status: Status
    run: str
    seconds: float
    tables: tuple[TableReport, ...]
    losses: tuple[Note, ...]
    not_carried: tuple[NotCarried, ...]
    altered: tuple[Altered, ...] = ()
    reject_file: str = ""
    """Where the rejected rows are, for `replay`; empty when there are none."""
    consistency: str = ""
    notices: tuple[str, ...] = ()
    copy_seconds: float = 0.0
    verify_seconds: float = 0.0
    schema_differences: Comparison | None = None
    """The schema that the copy left on the target against its plan; None where no copy was made. It does not
    change the status."""
    source: str = ""
    """The source's product and version."""
    target: str = ""
    """The target's product and version."""
    started: str = ""
    """When the run began, in UTC as ISO 8601; empty where nobody noted it."""
    timings: tuple[Timing, ...] = ()
    """One for each chunk that was copied, in the order in which they ended."""
    differences: tuple[Difference, ...] = ()
    """What a verification found differing, row by row and value by value, as far as it was asked to look."""
    unverified: tuple[Unverified, ...] = ()
    """What a verification could not compare; without differences the status is then `partial`."""
    repaired: tuple[Repaired, ...] = ()
    """What a repair has done, by table; all else in the report is of the time after it."""
    repair_script: str = ""
    """The file with the statements that would make the target equal; empty where none was asked for."""

    @property
    def rejected(self) -> int:
        return sum(table.rejected for table in self.tables)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def exit_code(self) -> int:
        """0 done and equal, 3 differences found, 5 all but the rejected rows done, or all but a part compared."""
        return {"done": 0, "differences": 3, "rejects": 5, "partial": 5}[self.status]

    def document(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        document = asdict(self)
        document["seconds"] = round(self.seconds, 3)
        for table in document["tables"]:
            table["seconds"] = round(table["seconds"], 3)
        for timing in document["timings"]:
            timing |= {name: round(timing[name], 3) for name in ("started", "ended")}
        for name in ("copy_seconds", "verify_seconds"):
            document[name] = round(document[name], 3)
        document["schema_differences"] = _told(self.schema_differences)
        return document


def _told(comparison: Comparison | None) -> dict[str, Any] | None:
    """The counts, and what nothing explains; the rest is told by losses and by what is not carried."""
    if comparison is None:
        return None
    lines = [asdict(item) for item in comparison.unexplained]
    return {"unexplained": len(lines), "explained": len(comparison.explained), "lines": lines}

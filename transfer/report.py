"""What a run did, as a value: for the caller of the API, for `--json` and for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from mappings.schema import NotCarried
from mappings.type_mapper import Note
from transfer.differences import Comparison

Verified = Literal["none", "count", "digest", "differs"]
Proof = Literal["", "inside", "read back"]
Status = Literal["done", "rejects", "differences"]


@dataclass(frozen=True, slots=True)
class TableReport:
    """`rows` were read and written, `rejected` read but not written. `verified` is how far the proof went:
    `differs` when it failed, `difference` then says how. `proof`: whether the databases digested their own rows
    (`inside`) or these were read; empty without digests."""

    source: str
    target: str
    rows: int
    rejected: int
    verified: Verified
    seconds: float
    difference: str = ""
    proof: Proof = ""


@dataclass(frozen=True, slots=True)
class Altered:
    """One column whose values an allowed rule changed."""

    column: str
    rule: str
    values: int


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

    @property
    def rejected(self) -> int:
        return sum(table.rejected for table in self.tables)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def exit_code(self) -> int:
        """0 done and equal, 3 differences found, 5 all but the rejected rows done."""
        return {"done": 0, "differences": 3, "rejects": 5}[self.status]

    def document(self) -> dict[str, Any]:
        """The report as JSON-ready values."""
        document = asdict(self)
        document["seconds"] = round(self.seconds, 3)
        for table in document["tables"]:
            table["seconds"] = round(table["seconds"], 3)
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

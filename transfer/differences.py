"""What a comparison of two schemas found, as values: for the caller of the API, for `--json` and for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Problem = Literal["missing", "extra", "different"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which the target is not as the source. `object` is table, column, type, default, index, ...;
    `place` its name, the source's where it has one. `source`, `planned` and `target` tell what each has, empty for
    nothing. `problem` is seen from the target: it is missing or extra there, or there and different. `explanation` is
    what the plan says about it, empty when nothing there explains it."""

    object: str
    place: str
    problem: Problem
    source: str = ""
    planned: str = ""
    target: str = ""
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of `tables` tables, those that nothing explains first."""

    tables: int
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        return tuple(item for item in self.differences if not item.explanation)

    @property
    def explained(self) -> tuple[Difference, ...]:
        return tuple(item for item in self.differences if item.explanation)

    @property
    def exit_code(self) -> int:
        """0 when the plan explains all there is, 3 otherwise."""
        return 3 if self.unexplained else 0

    def document(self) -> dict[str, Any]:
        """The comparison as JSON-ready values."""
        return {
            "status": "differences" if self.unexplained else "done",
            "tables": self.tables,
            "unexplained": len(self.unexplained),
            "explained": len(self.explained),
            "differences": [asdict(item) for item in self.differences],
        }

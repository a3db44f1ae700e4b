"""What a verification is asked beside the options of the copy: frozen, with every default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mappings.errors import ConfigurationError

DEFAULT_MAX_DIFFERENCES = 100
DEFAULT_RECHECK_DELAY = 5.0


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """`columns` and `where` choose what is compared; `sample` is the share of keys, 1 for all of them."""

    float_tolerance: float = 0.0
    """Floats that differ by no more than this times the greater one are counted, not shown."""
    max_differences: int = DEFAULT_MAX_DIFFERENCES
    """Rows shown of each table; all are counted."""
    sample: float = 1.0
    columns: tuple[str, ...] = ()
    """Globs on COLUMN or TABLE.COLUMN; the key always belongs to what is compared."""
    where: str = ""
    """COLUMN OP VALUE, in the target's name of the column and in its one text."""
    rechecks: int = 0
    """How often rows that differ are read once more; only what differs each time is told."""
    recheck_delay: float = DEFAULT_RECHECK_DELAY
    """Seconds before each."""
    every_key: bool = False
    """Remember the key of every row that differs, for a repair."""
    state: str = ""
    """A file that keeps which parts are equal already, so that a verification goes on where it stopped."""

    def __post_init__(self) -> None:
        if self.float_tolerance < 0 or self.max_differences < 0 or self.rechecks < 0 or self.recheck_delay < 0:
            raise ConfigurationError("options of verify cannot be negative")
        if not 0 < self.sample <= 1:
            raise ConfigurationError("the sample must be more than 0 and at most all")

    @property
    def meaning(self) -> dict[str, Any]:
        """What decides whether a part is equal, JSON-ready."""
        return {"sample": self.sample, "columns": list(self.columns), "where": self.where}

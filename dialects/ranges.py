"""Parts of a table, as an engine itself tells its rows apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

Cut = tuple[str, ...]
"""Where a key is cut: for each of its columns a literal in the SQL of the engine whose rows are meant."""


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Rows whose key, the `columns` in this order, is at least `lower` and less than `upper` as the engine orders it;
    None means open on that side. The columns hold no NULL. `address`: the one column is the rows' address
    (Dialect.row_address), and they come in no order."""

    columns: tuple[str, ...]
    lower: Cut | None = None
    upper: Cut | None = None
    address: bool = False

    @classmethod
    def of(cls, column: str, lower: int | None, upper: int | None) -> Self:
        """The range of a single integer key."""
        return cls((column,), None if lower is None else (str(lower),), None if upper is None else (str(upper),))

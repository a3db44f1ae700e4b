"""The tables of a page as values: what stands in a cell, and what it is sorted by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

MOST_ROWS = 2_000
"""Rows of one table on the page, where there can be any number; how many more there are is told."""

LONGEST_WORD = 24


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading. A number stands to the right."""

    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """`text` is escaped unless it is markup already. `order` sorts in place of the text; `tone` is the style's word
    for a cell that is `good`, `doubtful` or `bad`."""

    text: str | Markup
    order: float | None = None
    tone: str = ""

    @property
    def breaks(self) -> bool:
        """Whether it has a word that must be broken, so that the table does not grow beyond the page."""
        words = (self.text.striptags() if isinstance(self.text, Markup) else self.text).split()
        return any(len(word) > LONGEST_WORD for word in words)


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """`name` says to a screen reader what the table is; `more` counts the rows that are not shown."""

    name: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    more: int = 0


def bounded(name: str, heads: Sequence[Head], rows: Iterable[Row], *, total: int | None = None) -> Grid:
    """The grid of as many rows as a page holds, out of `total` where there are more than are given."""
    all_rows = tuple(rows)
    shown = all_rows[:MOST_ROWS]
    return Grid(name, tuple(heads), shown, (len(all_rows) if total is None else total) - len(shown))


def number(value: float, text: str = "") -> Cell:
    """A number as people write it, sorted by its value."""
    return Cell(text or f"{value:,}", float(value))

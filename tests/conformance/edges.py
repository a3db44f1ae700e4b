"""What an edge is: a native type, values of it that every target takes, and values that some targets do not.

Each engine's edges stand in a file of its own, in one table per engine: a column for each line, a row for each value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
OTHERS = ("mysql", "mariadb", "sqlite")
"""The targets whose calendar is the years 1 to 9999."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A value, as SQL of its engine, that blocks the copy to `targets` before a row is written."""

    literal: str
    targets: tuple[str, ...] = ENGINES


@dataclass(frozen=True, slots=True)
class Edge:
    """A column of this `native` type with these `values`, as SQL of its engine. `mixed`: targets on which no type holds
    all the values, so that the column itself blocks."""

    native: str
    values: tuple[str, ...]
    stopped: tuple[Stopped, ...] = ()
    mixed: tuple[str, ...] = ()

    @property
    def literals(self) -> tuple[str, ...]:
        return (*self.values, *(each.literal for each in self.stopped))

    def stops(self, target: str) -> tuple[str, ...]:
        """The values that the target does not take."""
        return tuple(each.literal for each in self.stopped if target in each.targets)


@dataclass(frozen=True, slots=True)
class Edges:
    """All edges of one engine. `before` makes what the types need; `home` is where its table lives."""

    columns: tuple[Edge, ...]
    before: tuple[str, ...] = ()
    home: str = ""

    @property
    def table(self) -> str:
        return f"{self.home}.edges" if self.home else "edges"

    def places(self) -> Iterator[tuple[str, Edge]]:
        """The name of each column, and its edge."""
        yield from ((f"c{at}", edge) for at, edge in enumerate(self.columns))

    def native(self, name: str) -> str:
        """The type of a column."""
        return dict(self.places())[name].native

    def literal(self, name: str, key: str) -> str:
        """The value that the row with this key has in a column."""
        return next(literal for row, column, literal in self.rows() if (column, str(row)) == (name, key))

    def rows(self) -> Iterator[tuple[int, str, str]]:
        """Key, column and value of each row; all other columns are NULL."""
        key = 0
        for name, edge in self.places():
            for literal in edge.literals:
                key += 1
                yield key, name, literal

    def statements(self) -> Iterator[str]:
        """Makes the table and its rows, and one row without any value."""
        yield from self.before
        columns = ", ".join(f"{name} {edge.native} NULL" for name, edge in self.places())
        yield f"CREATE TABLE edges (k integer PRIMARY KEY, {columns})"
        yield "INSERT INTO edges (k) VALUES (0)"
        yield from (f"INSERT INTO edges (k, {name}) VALUES ({key}, {literal})" for key, name, literal in self.rows())

    def stopping(self, target: str) -> set[tuple[str, str]]:
        """Column and key of each value that blocks a copy to the target."""
        known = dict(self.places())
        return {(name, str(key)) for key, name, literal in self.rows() if literal in known[name].stops(target)}

    def blocking(self, target: str) -> set[str]:
        """The columns that block as a whole."""
        return {name for name, edge in self.places() if target in edge.mixed}

"""From buckets that differ to the keys that do: both sides tell key and hash of every row in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from mappings.buckets import Hashes, Keys, Ranges, bucket_of, key_of
from mappings.errors import Contradiction, DatabaseError, ValueDoesNotFit
from mappings.schema import Column
from transfer.buckets import MOST_DIGITS, Buckets, finest, ranges
from transfer.conditions import Condition, Within
from transfer.sides import SLICES, Side

T = TypeVar("T")
LARGE = 50_000
"""Rows of a bucket that is divided once more before its keys are asked for."""
ROWS_AT_ONCE = 200_000
"""Rows whose keys are asked for at a time: an index leads to a range of keys."""
HASHED_AT_ONCE = 1_000_000
"""The same where each question reads the whole table."""
Bucketed = Ranges | Hashes


@dataclass(frozen=True, slots=True)
class Pair:
    """Both sides of a table."""

    source: Side
    target: Side

    def both(self, ask: Callable[[Side], T]) -> tuple[T, T]:
        """The answers of source and target, both databases at work at once."""
        with ThreadPoolExecutor(1, "target") as pool:
            there = pool.submit(ask, self.target)
            try:
                here = ask(self.source)
            except BaseException as error:
                if not about_values(error):
                    self.target.session.cancel()
                raise
            return here, there.result()

    def surplus(self, by: Keys | Hashes, conditions: tuple[Condition, ...]) -> Surplus:
        """What one side has and the other has not, of these rows."""
        return surplus(*self.both(lambda side: side.slices(by, conditions)), by)

    def ends(self, column: Column, conditions: tuple[Condition, ...]) -> tuple[int, int]:
        """The least and the greatest key that either side has."""
        found = [ends for ends in self.both(lambda side: side.ends(column, conditions)) if ends is not None]
        return min((least for least, _ in found), default=0), max((greatest for _, greatest in found), default=0)


def about_values(error: BaseException) -> bool:
    """Whether the error tells of a value that cannot be read or compared, and not of the connection or the server."""
    return isinstance(error, ValueDoesNotFit) or type(error) is DatabaseError


@dataclass(frozen=True, slots=True)
class Surplus:
    """By number (of a key, or of a key's or row's hash; None for a key that is NULL): how many rows the source has that
    the target lacks, and how many the target has that the source lacks."""

    rows: dict[int | None, tuple[int, int]] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int | None, ...]:
        return tuple(self.rows)


def surplus(source: pa.Table, target: pa.Table, by: Keys | Hashes) -> Surplus:
    """The difference of what two sides say of their rows (Side.slices)."""
    mirrored = target.set_column(2, SLICES.field("rows"), pc.negate(target.column("rows")))
    both = pa.concat_tables([source, mirrored]).group_by(["number", "slice"]).aggregate([("rows", "sum")])
    found = both.filter(pc.not_equal(both.column("rows_sum"), 0)).sort_by("number")
    rows: dict[int | None, tuple[int, int]] = {}
    for number, more in zip(*(found.column(name).to_pylist() for name in ("number", "rows_sum")), strict=True):
        key = key_of(by, number)
        missing, extra = rows.get(key, (0, 0))
        rows[key] = (missing + max(more, 0), extra + max(-more, 0))
    return Surplus(rows)


@dataclass
class Search:
    """Searches the rows that differ. `by` are the target's columns. What it found: `rows` of the source, whether all
    was counted `inside`, and each part's surplus in turn."""

    pair: Pair
    by: Bucketed
    rows: int = 0
    inside: bool = True

    def __call__(self, conditions: tuple[Condition, ...]) -> Iterator[Surplus]:
        """Scan these rows on both sides, and tell what is surplus in the buckets that differ."""
        source, target = self._scanned(self.by, conditions)
        self.rows += source.total
        yield from self._deeper(self.by, conditions, source, target)

    def _scanned(self, by: Bucketed, conditions: tuple[Condition, ...]) -> tuple[Buckets, Buckets]:
        (source, here), (target, there) = self.pair.both(lambda side: side.scan(by, conditions))
        self.inside = self.inside and here and there
        return source, target

    def _deeper(
        self, by: Bucketed, conditions: tuple[Condition, ...], source: Buckets, target: Buckets
    ) -> Iterator[Surplus]:
        wrong = source.differing(target)
        large = [number for number in wrong if source.fuller(target, number) > LARGE]
        if large and isinstance(by, Hashes) and by.digits < MOST_DIGITS:
            yield from self._again(Hashes(by.columns, MOST_DIGITS), (*conditions, Within(by, tuple(wrong))))
            return
        divisible = [number for number in large if isinstance(by, Ranges) and by.width > 1 and number is not None]
        for number in divisible:
            yield from self._divided(by, (*conditions, Within(by, (number,))))
        for group in _groups(by, [number for number in wrong if number not in set(divisible)], source, target):
            yield from self._drilled(by, (*conditions, Within(by, tuple(group))), group)

    def _again(self, by: Bucketed, conditions: tuple[Condition, ...]) -> Iterator[Surplus]:
        yield from self._deeper(by, conditions, *self._scanned(by, conditions))

    def _divided(self, by: Bucketed, conditions: tuple[Condition, ...]) -> Iterator[Surplus]:
        """One bucket in ranges of its own: keys lie close together in it."""
        if isinstance(by, Ranges):
            yield from self._again(ranges(by.column, self.pair.ends(by.column, conditions)), conditions)

    def _drilled(self, by: Bucketed, conditions: tuple[Condition, ...], group: list[int | None]) -> Iterator[Surplus]:
        found = self.pair.surplus(finest(by), conditions)
        yield found
        told = {None if number is None else bucket_of(by, number) for number in found.rows}
        silent = tuple(number for number in group if number not in told)
        if silent:
            yield self._silent(by, (*conditions, Within(by, silent)))

    def _silent(self, by: Bucketed, conditions: tuple[Condition, ...]) -> Surplus:
        """Buckets that differed and whose rows do not: somebody has written meanwhile, or the sums are wrong."""
        source, target = self._scanned(by, conditions)
        wrong = source.differing(target)
        if not wrong:
            return Surplus()
        found = self.pair.surplus(finest(by), conditions)
        if not found.rows:
            raise contradiction(self.pair, f"sums over rows differ in {len(wrong)} places, but none of the rows does")
        return found


def contradiction(pair: Pair, message: str) -> Contradiction:
    """The error that names both tables."""
    where = f"{pair.source.table.name} and {pair.target.table.name}"
    return Contradiction(message, where=where, hint="verify again; if it says so again, tell the makers of dbtransfer")


def _groups(by: Bucketed, wrong: list[int | None], source: Buckets, target: Buckets) -> Iterator[list[int | None]]:
    """Buckets whose keys are asked for together."""
    most = HASHED_AT_ONCE if isinstance(by, Hashes) else ROWS_AT_ONCE
    group: list[int | None] = []
    rows = 0
    for number in wrong:
        here = source.fuller(target, number)
        if group and rows + here > most:
            yield group
            group, rows = [], 0
        group.append(number)
        rows += here
    if group:
        yield group

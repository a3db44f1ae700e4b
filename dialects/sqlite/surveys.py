"""What the values of a column show: a survey takes them chunk by chunk and says at the end which type holds them all.

A survey tries the very decoding that reading does, so that what it promises can be read.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dialects.sqlite.decode import SPECIAL_NUMBERS, Values, decode, number_texts, texts
from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL
from mappings.type_mapper import Facts

UNREADABLE = (ValueError, pa.ArrowInvalid)
PATTERNS: dict[type[t.LogicalType], str] = {
    t.TimeTz: r"^\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d){0,2}$",
    t.Interval: r"^P[-+.0-9YMWDTHS]+$",
    t.Bits: r"^[01]*$",
}
"""Types that are carried as text: what their text looks like."""


def first_failure(attempt: Callable[[Values], object], values: Values) -> int:
    """Bisect to the first value for which `attempt` fails."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            attempt(values[low:middle])
            low = middle
        except UNREADABLE:
            high = middle
    return low


class Survey(ABC):
    """Looks at one column; `done` when more values change nothing. `reading` is the type to fetch it by."""

    reading: t.LogicalType
    done = False

    @abstractmethod
    def take(self, values: Values, key: Callable[[int], str]) -> None:
        """Look at the values of one chunk; `key` names a row of it."""

    @abstractmethod
    def facts(self) -> Facts:
        """The type that all values have, or the problem."""


@dataclass
class Trial(Survey):
    """Whether every value can be read as `kind`; otherwise the column is `fallback`, or that is a problem."""

    kind: t.LogicalType
    fallback: t.LogicalType | None
    failure: str = ""

    @property
    def reading(self) -> t.LogicalType:  # type: ignore[override]
        return self.kind

    def take(self, values: Values, key: Callable[[int], str]) -> None:
        try:
            self._attempt(values)
        except UNREADABLE as error:
            self.failure = f"{key(first_failure(self._attempt, values))} {error}"
            self.done = True

    def _attempt(self, values: Values) -> None:
        found = decode(values, self.kind)
        pattern = PATTERNS.get(type(self.kind))
        if pattern is not None and pc.any(pc.invert(pc.match_substring_regex(found, pattern))).as_py():
            raise ValueError(f"is no {self.kind.kind}")

    def facts(self) -> Facts:
        if not self.failure:
            return Facts(observed=self.kind)
        return Facts(observed=self.fallback) if self.fallback is not None else Facts(problem=self.failure)


@dataclass
class Moments(Survey):
    """Which one form of ISO dates and times all texts have; Text where they have none or several."""

    hint: t.Date | t.Time | t.Timestamp
    reading: t.LogicalType = field(default_factory=t.Text)
    fits_digits: bool = True
    left: list[t.Date | t.Time | t.Timestamp] = field(
        default_factory=lambda: [t.Date(), t.Timestamp(), t.Timestamp(zoned=True), t.Time()]
    )

    def take(self, values: Values, key: Callable[[int], str]) -> None:
        self.left = [kind for kind in self.left if self._fits(values, kind)]
        self.done = not self.left

    def _fits(self, values: Values, kind: t.Date | t.Time | t.Timestamp) -> bool:
        try:
            found = texts(values)
            if not isinstance(kind, t.Date) and pc.any(pc.invert(pc.match_substring(found, ":"))).as_py():
                return False
            numbers = decode(values, kind)
        except UNREADABLE:
            return False
        if not isinstance(kind, t.Date) and not isinstance(self.hint, t.Date):
            unit = 10 ** (6 - self.hint.digits)
            self.fits_digits &= not (pc.fill_null(numbers.view(pa.int64()), 0).to_numpy() % unit).any()
        return True

    def facts(self) -> Facts:
        if not self.left:
            return Facts(observed=t.Text())
        kind = self.left[0]
        if isinstance(kind, t.Date) or isinstance(self.hint, t.Date):
            return Facts(observed=kind)
        return Facts(observed=replace(kind, digits=self.hint.digits if self.fits_digits else 6))


@dataclass
class Numbers(Survey):
    """Decimals: the least precision and scale, no less than declared, that hold every value exactly."""

    hint: t.Decimal
    fallback: t.LogicalType | None
    decimal: bool = True
    double: bool = True
    unusual: int = 0
    integer_digits: int = 0
    fraction_digits: int = 0
    failure: str = ""
    reading: t.LogicalType = field(default_factory=t.Decimal)

    def take(self, values: Values, key: Callable[[int], str]) -> None:
        self.double = self.double and _readable(values, t.Float(64))
        if not self.decimal:
            return
        try:
            self._measure(number_texts(values, self.hint.scale))
        except UNREADABLE as error:
            row = first_failure(lambda part: number_texts(part, self.hint.scale), values)
            self.failure, self.decimal = f"{key(row)} {error}", False
        self.done = not (self.decimal or self.double)

    def _measure(self, found: pa.Array) -> None:
        special = pc.is_in(found, pa.array(SPECIAL_NUMBERS, pa.large_utf8()))
        self.unusual += pc.sum(special).as_py() or 0
        plain = pc.utf8_ltrim(pc.filter(found, pc.and_(found.is_valid(), pc.invert(special))), "-")
        if not len(plain):
            return
        points = pc.find_substring(plain, ".").to_numpy()
        lengths = pc.utf8_length(plain).to_numpy()
        whole = np.where(points < 0, lengths, points)
        zeros = lengths - pc.utf8_length(pc.utf8_ltrim(plain, "0")).to_numpy()
        fraction = pc.utf8_length(pc.utf8_rtrim(plain, "0")).to_numpy() - points - 1
        self.integer_digits = max(self.integer_digits, int((whole - np.minimum(zeros, whole)).max()))
        self.fraction_digits = max(self.fraction_digits, int(np.where(points < 0, 0, fraction).max()))

    def facts(self) -> Facts:
        if not self.decimal:
            if self.double:
                return Facts(observed=t.Float(64))
            return Facts(observed=self.fallback) if self.fallback is not None else Facts(problem=self.failure)
        return Facts(
            observed=self._kind(),
            integer_digits=self.integer_digits,
            fraction_digits=self.fraction_digits,
            unusual=self.unusual,
        )

    def _kind(self) -> t.Decimal:
        if self.hint.precision is None:
            return t.Decimal()
        declared = self.hint.scale or 0
        scale = max(declared, self.fraction_digits)
        precision = max(self.hint.precision + scale - declared, self.integer_digits + max(scale, 0))
        if precision == self.hint.precision and scale == declared:
            return self.hint
        return t.Decimal(precision, scale) if precision <= WIDEST_DECIMAL else t.Decimal()


def _readable(values: Values, kind: t.LogicalType) -> bool:
    try:
        decode(values, kind)
    except UNREADABLE:
        return False
    return True

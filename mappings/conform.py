"""The only loss-checking cast: from the Arrow array a source yields to the one a target takes.

Servers round, cut and clamp without a word, so length, scale, fraction digits and range are enforced here, for every
target. A value that does not fit raises ValueDoesNotFit with its row, unless the plan allows a rule by name; then
it is altered and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.errors import ValueDoesNotFit
from mappings.limits import Limits
from mappings.spelling import duration_text, json_list, spelled, uuid_bytes, uuid_text

Rule = Literal["null", "truncate", "round", "strip", "clamp"]
"""What may be done with a value that does not fit: replace it by NULL, cut the text, round the number,
leave NUL characters out, or take the nearest value the target holds."""

RULES: tuple[Rule, ...] = ("null", "truncate", "round", "strip", "clamp")
MICROSECONDS_OF_DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Conformed:
    """`array` has the target's Arrow type; `altered` values were changed by the allowed rule."""

    array: pa.Array
    altered: int = 0


@dataclass(frozen=True, slots=True)
class Cast:
    """How one column gets from `source` to `target`, on an engine with `limits`. `name` is for messages."""

    name: str
    source: t.LogicalType
    target: t.LogicalType
    limits: Limits
    rule: Rule | None = None

    def __call__(self, array: pa.Array) -> Conformed:
        """Conform one column of a batch."""
        array, altered = self._settle_specials(array)
        array, changed = self._settle_range(self._convert(array, self.source, self.target))
        return Conformed(array, altered + changed)

    def _convert(self, array: pa.Array, source: t.LogicalType, target: t.LogicalType) -> pa.Array:
        wanted = arrow_type(target)
        special = CONVERSIONS.get((type(source), type(target)))
        if special is not None:
            return self._guarded(special, array)
        if array.type == wanted:
            return array
        if isinstance(target, t.Timestamp) and isinstance(source, t.Timestamp):
            return array.cast(pa.timestamp("us")) if not target.zoned else array.cast(wanted)
        if pa.types.is_large_string(wanted):
            return spelled(array)
        if self.rule == "round" and isinstance(target, t.Decimal) and target.scale is not None:
            array = self._rounded(array, target.scale)
        return self._guarded(lambda values: pc.cast(values, wanted, safe=True), array)

    def _guarded(self, convert: Callable[[pa.Array], pa.Array], array: pa.Array) -> pa.Array:
        """Convert; when Arrow refuses, find the first row that it refuses for and name it."""
        try:
            return convert(array)
        except (pa.ArrowInvalid, ValueError) as error:
            row = _first_failure(convert, array)
            raise self._refusal(row, array[row], f"is no {_described(self.target)}: {error}") from error

    def _settle_specials(self, array: pa.Array) -> tuple[pa.Array, int]:
        """NaN and infinities of floats, NUL characters of text, in what the source yields."""
        if pa.types.is_floating(array.type) and not self.limits.float_specials:
            bad = pc.invert(pc.is_finite(array))
            return self._refuse(array, bad, "the target holds no NaN and no infinity", {"null": None})
        if pa.types.is_large_string(array.type) and not self.limits.nul_in_text:
            bad = pc.match_substring(array, "\x00")
            if pc.any(bad).as_py():
                stripped = pc.replace_substring(array, "\x00", "")
                return self._refuse(array, bad, "the target holds no NUL character in text", {"strip": stripped})
        return array, 0

    def _settle_range(self, array: pa.Array) -> tuple[pa.Array, int]:
        """The checks that need the target's own type: length, digits, bounds."""
        match self.target:
            case t.Text() as text:
                return self._settle_text(array, text)
            case t.Binary(length=length) if length is not None:
                too_long = pc.greater(pc.binary_length(array), length)
                return self._refuse(array, too_long, f"longer than {length} bytes", {"null": None})
            case t.Integer(bits=24) as integer:
                low, high = integer.bounds
                outside = pc.or_kleene(pc.less(array, low), pc.greater(array, high))
                return self._refuse(array, outside, "out of range", {"null": None})
            case t.Timestamp(digits=digits):
                return self._settle_timestamp(array, digits)
            case t.Time(digits=digits) | t.Duration(digits=digits):
                return self._settle_fraction(array, digits)
            case t.Date():
                return self._settle_years(array, _days(self.limits.least_year), _days(self.limits.greatest_year + 1))
            case _:
                return array, 0

    def _settle_text(self, array: pa.Array, text: t.Text) -> tuple[pa.Array, int]:
        altered = 0
        if text.fixed:
            array = pc.utf8_rtrim(array, " ")
        if text.length is not None:
            lengths = utf16_length(array) if self.limits.utf16_lengths else pc.utf8_length(array)
            cut = pc.utf8_slice_codeunits(array, 0, text.length)
            message = f"longer than {text.length} characters"
            array, altered = self._refuse(array, pc.greater(lengths, text.length), message, {"truncate": cut})
        if text.octets is not None:
            too_long = pc.greater(pc.binary_length(array), text.octets)
            array, _ = self._refuse(array, too_long, f"longer than {text.octets} bytes", {"null": None})
        return array, altered

    def _settle_timestamp(self, array: pa.Array, digits: int) -> tuple[pa.Array, int]:
        low = _days(self.limits.least_year) * MICROSECONDS_OF_DAY
        high = _days(self.limits.greatest_year + 1) * MICROSECONDS_OF_DAY
        array, outside = self._settle_years(array, low, high)
        array, cut = self._settle_fraction(array, digits)
        return array, outside + cut

    def _settle_years(self, array: pa.Array, low: int, high: int) -> tuple[pa.Array, int]:
        numbers = _numbers(array)
        limits = np.iinfo(numbers.dtype)
        low, high = max(low, int(limits.min)), min(high, int(limits.max))
        if not len(numbers) or (numbers.min() >= low and numbers.max() < high):
            return array, 0
        outside = pa.array((numbers < low) | (numbers >= high))
        years = f"outside the years {self.limits.least_year} to {self.limits.greatest_year} that the target holds"
        clamped = pa.array(np.clip(numbers, low, high - 1)).cast(_bare(array.type)).cast(array.type)
        return self._refuse(array, outside, years, {"null": None, "clamp": clamped})

    def _settle_fraction(self, array: pa.Array, digits: int) -> tuple[pa.Array, int]:
        if digits >= 6:
            return array, 0
        unit = 10 ** (6 - digits)
        numbers = _numbers(array)
        rest = numbers % unit
        if not rest.any():
            return array, 0
        cut = pc.cast(pa.array(numbers - rest, mask=np.asarray(array.is_null())), array.type)
        message = f"more than {digits} digits after the second's point"
        return self._refuse(array, pa.array(rest != 0), message, {"truncate": cut})

    def _rounded(self, array: pa.Array, scale: int) -> pa.Array:
        return pc.round(array, ndigits=scale, round_mode="half_towards_infinity")

    def _refuse(
        self, array: pa.Array, bad: pa.Array, message: str, remedies: dict[Rule, pa.Array | None]
    ) -> tuple[pa.Array, int]:
        """Where `bad`, take the allowed rule's values (None: NULL) and count them; without a rule raise."""
        bad = pc.and_(pc.fill_null(bad, False), array.is_valid())
        count = pc.sum(bad).as_py() or 0
        if not count:
            return array, 0
        if self.rule is None or self.rule not in remedies:
            row = pc.index(bad, True).as_py()
            raise self._refusal(row, array[row], message, tuple(remedies))
        replacement = remedies[self.rule]
        return pc.if_else(bad, pa.scalar(None, array.type) if replacement is None else replacement, array), count

    def _refusal(self, row: int, value: pa.Scalar, message: str, rules: tuple[Rule, ...] = ()) -> ValueDoesNotFit:
        options = " or ".join(f"--allow-loss '{self.name}={rule}'" for rule in rules)
        hint = f"change the value, or allow it: {options}" if options else f"exclude {self.name} or change the value"
        return ValueDoesNotFit(f"value {shown(value)} {_as_clause(message)}", row=row, hint=hint)


def utf16_length(array: pa.Array) -> pa.Array:
    """Lengths in UTF-16 units: characters outside the basic plane count two."""
    beyond = pc.count_substring_regex(array, "[\\x{10000}-\\x{10FFFF}]")
    return pc.add(pc.cast(pc.utf8_length(array), pa.int64()), pc.cast(beyond, pa.int64()))


def shown(value: pa.Scalar) -> str:
    """A value for a message: at most forty characters, in quotes."""
    text = str(spelled(pa.array([value.as_py()], value.type))[0]) if _plain(value.type) else repr(value.as_py())
    return f"'{text[:40]}...'" if len(text) > 40 else f"'{text}'"


def _plain(kind: pa.DataType) -> bool:
    return not (pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _as_clause(message: str) -> str:
    return message if message.startswith("is ") else f"does not fit: {message}"


def _described(kind: t.LogicalType) -> str:
    match kind:
        case t.Decimal(precision=precision, scale=scale) if precision is not None:
            return f"decimal of {precision} digits, {scale} after the point"
        case t.Integer(bits=bits, unsigned=unsigned):
            return f"{'unsigned ' if unsigned else ''}integer of {bits} bits"
        case _:
            return kind.kind.replace("_", " ")


def _first_failure(convert: Callable[[pa.Array], pa.Array], array: pa.Array) -> int:
    """Bisect to the first row whose conversion fails; 0 when only the whole fails."""
    low, high = 0, len(array)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            convert(array.slice(low, middle - low))
        except (pa.ArrowInvalid, ValueError):
            high = middle
        else:
            low = middle
    return low


def _days(year: int) -> int:
    """Days from 1970-01-01 to the first of January of `year`, in the proleptic calendar."""
    return int(np.datetime64(f"{year:04d}-01-01", "D").astype(np.int64)) if year >= 0 else _days_before_zero(year)


def _days_before_zero(year: int) -> int:
    cycles = -(year // 400)
    return _days(year + 400 * cycles) - 146_097 * cycles


def _bare(kind: pa.DataType) -> pa.DataType:
    return pa.timestamp("us") if pa.types.is_timestamp(kind) else kind


def _numbers(array: pa.Array) -> np.ndarray:
    """The integers beneath dates, times and timestamps; 0 where NULL."""
    width = pa.int32() if pa.types.is_date32(array.type) else pa.int64()
    numbers: np.ndarray = pc.fill_null(array.view(width), 0).to_numpy(zero_copy_only=False)
    return numbers


def _one_bit(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.int8())


def _time_of_duration(array: pa.Array) -> pa.Array:
    numbers = _numbers(array)
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= MICROSECONDS_OF_DAY):
        raise ValueError("not within one day")
    return array.view(pa.int64()).view(pa.time64("us"))


CONVERSIONS: dict[tuple[type, type], Callable[[pa.Array], pa.Array]] = {
    (t.Uuid, t.Text): uuid_text,
    (t.Text, t.Uuid): uuid_bytes,
    (t.Binary, t.Uuid): lambda array: pc.cast(array, pa.binary(16)),
    (t.Uuid, t.Binary): lambda array: pc.cast(pc.cast(array, pa.binary()), pa.large_binary()),
    (t.Duration, t.Interval): duration_text,
    (t.Duration, t.Text): duration_text,
    (t.Duration, t.Time): _time_of_duration,
    (t.Duration, t.Integer): lambda array: array.view(pa.int64()),
    (t.Time, t.Duration): lambda array: array.view(pa.int64()).view(pa.duration("us")),
    (t.Boolean, t.Integer): _one_bit,
    (t.SetOf, t.Json): json_list,
}
"""The pairs that Arrow's own cast does not know or does not do exactly."""

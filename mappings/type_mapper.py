"""The ladder: what the target can say, the next weaker type, and what that step means.

The map is star-shaped: an engine reads its native types into LogicalType, another spells LogicalType natively.
This file knows neither; it only walks down until the target can spell the type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Protocol, assert_never

from mappings import types as t
from mappings.errors import Blocked
from mappings.limits import Limits

Code = Literal["X", "W", "P", "F", "T", "S", "O", "D"]
"""X exact, W wider, P decided by a probe, F blocks, T as text, S same value but other behaviour,
O altered by an allowed rule, D dropped."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing the reader of a plan should know. `option` is the exact flag that would settle it, if any."""

    code: Code
    where: str
    message: str
    option: str = ""


class Risk(StrEnum):
    """What a probe of the source's rows has to find out before a type can be settled."""

    CLASSES = "classes"
    DIGITS = "digits"
    LENGTH = "length"
    MAGNITUDE = "magnitude"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a probe saw in one column. None means not asked.

    `observed` is the type that the values of a Dynamic column have; `problem` says why there is none, and `nearest` is
    the type that a rule can bring them to.
    `integer_digits` and `fraction_digits` are the most that any finite number shows; `unusual` counts
    values that no number or calendar holds (NaN, infinity). `greatest` is the largest integer. `nulls_in_key`:
    the rows hold NULL in a primary key, which no type makes right.
    """

    observed: t.LogicalType | None = None
    nearest: t.LogicalType | None = None
    problem: str = ""
    characters: int | None = None
    octets: int | None = None
    integer_digits: int | None = None
    fraction_digits: int | None = None
    unusual: int = 0
    greatest: int | None = None
    rows: int | None = None
    nulls_in_key: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """How a column is used: `keyed` in any key, foreign key or index; `identity` when it numbers itself;
    `numbered` when it or a column that a foreign key ties it to does."""

    keyed: bool = False
    identity: bool = False
    numbered: bool = False
    facts: Facts = Facts()


@dataclass(frozen=True, slots=True)
class Spelling:
    """A target's answer: its `native` type text and what the column then means (`stored`).

    `check` is a predicate the target's table needs to mean the same, with `{column}` for the quoted name.
    `code` and `message` say what the reader should know; X with no message when there is nothing to say.
    """

    native: str
    stored: t.LogicalType
    check: str = ""
    code: Code = "X"
    message: str = ""


class TypeTarget(Protocol):
    """The part of a dialect that the ladder needs."""

    @property
    def limits(self) -> Limits: ...

    def spell(self, kind: t.LogicalType, use: Use) -> Spelling | None:
        """The native type that holds every value of `kind`, or None when there is none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung down. `at_source`: the source itself yields the weaker type; otherwise conform makes it."""

    kind: t.LogicalType
    code: Code
    message: str
    at_source: bool = False


TO_SIGNED = Step(t.Integer(64), "P", "unsigned becomes signed: no value so far needs the 64th bit")


@dataclass(frozen=True, slots=True)
class Settled:
    """`read_as` is what the source yields, `spelling` what the target stores, `steps` the way between."""

    read_as: t.LogicalType
    spelling: Spelling
    steps: tuple[Step, ...]


def read_as_text(kind: t.LogicalType) -> t.LogicalType:
    """What the source yields for a column that is copied as text. `Opaque` of no family is text for any value,
    where the values of one column are of several kinds: bytes as X'00ff'."""
    return t.Opaque("", "") if isinstance(kind, t.Dynamic) else t.Text()


def risks(kind: t.LogicalType, use: Use, limits: Limits) -> frozenset[Risk]:
    """What must be probed before `settle` can decide well for this column and target."""
    match kind:
        case t.Dynamic():
            return frozenset({Risk.CLASSES, Risk.LENGTH} if _length_matters(use, limits) else {Risk.CLASSES})
        case t.Decimal(precision=None) if not limits.unbounded_decimal:
            return frozenset({Risk.DIGITS})
        case t.Integer(bits=64, unsigned=True) if not limits.unsigned_integers:
            return frozenset({Risk.MAGNITUDE})
        case t.Text(length=length) | t.Binary(length=length) if _length_matters(use, limits):
            fits = length is not None and length <= (limits.keyed_text_length or 0)
            return frozenset() if fits else frozenset({Risk.LENGTH})
        case _:
            return frozenset()


def _length_matters(use: Use, limits: Limits) -> bool:
    return use.keyed and limits.keyed_text_length is not None


def settle(kind: t.LogicalType, use: Use, target: TypeTarget) -> Settled:
    """Walk down from `kind` until `target` can spell it. Blocked when the ladder ends first."""
    read_as, steps = kind, []
    while (spelling := target.spell(kind, use)) is None:
        step = weaker(kind, use)
        steps.append(step)
        kind = step.kind
        if step.at_source and all(earlier.at_source for earlier in steps):
            read_as = kind
    return Settled(read_as, _without_negatives(steps, spelling), tuple(steps))


def _without_negatives(steps: Sequence[Step], spelling: Spelling) -> Spelling:
    """A signed integer in place of an unsigned one of as many bits has a check, so that no number is refused on one
    side alone."""
    signed = TO_SIGNED in steps and isinstance(spelling.stored, t.Integer)
    return replace(spelling, check=spelling.check or "{column} >= 0") if signed else spelling


def weaker(kind: t.LogicalType, use: Use) -> Step:
    """The next type that still holds every value of `kind`. Blocked when there is none."""
    match kind:
        case t.Boolean():
            return Step(t.Integer(8), "S", "true and false become 1 and 0")
        case t.Integer():
            return _wider_integer(kind, use)
        case t.Decimal():
            return _decimal(kind, use.facts)
        case t.Float(bits=32):
            return Step(t.Float(64), "W", "single becomes double precision")
        case t.Float():
            raise Blocked("the target has no floating-point type of 64 bits")
        case t.Text():
            return _longer_text(kind)
        case t.Binary(length=None):
            raise Blocked(f"the target has no type for {_told(use.facts)} bytes in a key")
        case t.Binary():
            return Step(t.Binary(), "W", "length limit not kept")
        case t.Date():
            return Step(t.Text(16), "T", "date as text YYYY-MM-DD")
        case t.Time():
            return Step(t.Text(15), "T", "time as text HH:MM:SS.ffffff")
        case t.TimeTz():
            return Step(t.Text(24), "T", "time with its offset as text", at_source=True)
        case t.Timestamp(zoned=True):
            return Step(t.Timestamp(kind.digits), "S", "instants are stored in UTC without saying so")
        case t.Timestamp():
            return Step(t.Text(32), "T", "timestamp as text YYYY-MM-DD HH:MM:SS.ffffff, instants with a Z")
        case t.Duration():
            return Step(t.Interval(), "S", "span of hours becomes an interval")
        case t.Interval():
            return Step(t.Text(64), "T", "interval as ISO 8601 text", at_source=True)
        case t.Uuid():
            return Step(t.Text(36), "T", "uuid as 36 lower-case characters")
        case t.Json(binary=True):
            return Step(t.Json(), "S", "JSON is stored as the text the source prints")
        case t.Json():
            return Step(t.Text(), "T", "JSON as plain text", at_source=True)
        case t.Enum(labels=labels):
            return Step(t.Text(max(map(len, labels), default=1)), "S", "enum as text: sorts by letter", True)
        case t.SetOf(members=members):
            width = sum(map(len, members)) + len(members)
            return Step(t.Text(width), "S", "set as text with commas", at_source=True)
        case t.Bits(length=length):
            return Step(t.Text(length), "T", "bits as text of 0 and 1", at_source=True)
        case t.Year():
            return Step(t.Integer(16), "S", "year as a plain number")
        case t.Geometry():
            return Step(t.Binary(), "S", "geometry as WKB bytes, without its SRID", at_source=True)
        case t.Array():
            return Step(t.Json(), "S", "array as JSON", at_source=True)
        case t.Opaque(native=native):
            return Step(t.Text(), "T", f"{native} as the text the source prints", at_source=True)
        case t.Dynamic():
            return _resolved(kind, use.facts)
        case _:
            assert_never(kind)


def _wider_integer(kind: t.Integer, use: Use) -> Step:
    greatest = use.facts.greatest
    if kind.bits < 64:
        bits = {8: 16, 16: 32, 24: 32, 32: 64}[kind.bits]
        if kind.unsigned:
            return Step(t.Integer(bits), "S", f"unsigned: stored in {bits} bits, which do not refuse negative numbers")
        return Step(t.Integer(bits), "W", f"stored in {bits} bits")
    if kind.unsigned and (use.numbered if greatest is None else greatest < 2**63):
        return TO_SIGNED
    told = "integer of 64 bits becomes a decimal of 20 digits"
    if kind.unsigned:
        return Step(t.Decimal(20, 0), "S", f"unsigned {told}, which does not refuse negative numbers")
    return Step(t.Decimal(20, 0), "W", told)


def _decimal(kind: t.Decimal, facts: Facts) -> Step:
    probed = facts.integer_digits is not None and facts.fraction_digits is not None
    if probed and not facts.unusual:
        scale = facts.fraction_digits or 0
        precision = max(1, (facts.integer_digits or 0) + scale)
        narrower = kind.precision is None or precision < kind.precision
        if narrower:
            return Step(t.Decimal(precision, scale), "P", f"probed: {precision} digits, {scale} after the point", True)
    return Step(t.Text(), "T", "number as text: the target has no decimal this wide")


def _longer_text(kind: t.Text) -> Step:
    if kind.collation is not None:
        return Step(t.Text(kind.length, kind.fixed, kind.octets), "S", f"collation {kind.collation.name} not kept")
    if kind.fixed:
        return Step(t.Text(kind.length), "S", "padding not kept")
    if kind.length is None and kind.octets is None:
        raise Blocked("the text is too long for a key of the target", hint="leave the key out with --exclude")
    return Step(t.Text(), "W", "length limit not kept")


def _told(facts: Facts) -> str:
    return "unlimited" if facts.octets is None else str(facts.octets)


def _resolved(kind: t.Dynamic, facts: Facts) -> Step:
    observed = facts.observed or facts.nearest
    if observed is not None:
        return Step(observed, "P", f"declared {kind.declared or 'without a type'}, read as its values are", True)
    raise Blocked(facts.problem or f"the values of this {kind.declared} column were not probed")

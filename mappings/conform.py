"""The only loss-checking cast: from the Arrow array a source yields to the one a target takes.

Length, scale, fraction digits and range are enforced for every target. A value that does not fit raises
ValueDoesNotFit with its row, unless the plan allows a rule by name; then it is altered and counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.casting import Convert, converted, first_failure
from mappings.errors import ValueDoesNotFit
from mappings.limits import Limits
from mappings.misfit import Check, Misfit
from mappings.misfits import after, before
from mappings.read_back import read_back
from mappings.spelling import spelled

Rule = str
"""What may be done with a value that does not fit, one of RULES or `sentinel:VALUE`: replace it by NULL or by a value
of the user's, cut the text, round the number, leave NUL characters out, or take the nearest value the target holds."""

SENTINEL = "sentinel:"

RULES: tuple[Rule, ...] = ("truncate", "round", "strip", "clamp", "null")
SHOWN = 40
"""Characters of a value in a message."""


def is_sentinel(rule: Rule | None) -> bool:
    """Whether the rule names the value that takes the place of those that do not fit."""
    return rule is not None and rule.startswith(SENTINEL) and rule != SENTINEL


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
        if is_sentinel(self.rule):
            return self._filled(array, self.sentinel(self.target))
        altered: list[pa.Array] = []
        for check in before(self.source, self.target):
            array = self._settle(check, array, altered)
        array = self._convert(array, altered)
        for check in after(self.target, self.limits):
            array = self._settle(check, array, altered)
        return Conformed(array, pc.sum(reduce(pc.or_, altered)).as_py() if altered else 0)

    def refused(self, array: pa.Array) -> pa.Array:
        """True for each value that the rule, if there is one, does not make fit."""
        if is_sentinel(self.rule):
            return replace(self, rule="null").refused(array)
        refused = pa.array(np.zeros(len(array), np.bool_))
        for check in before(self.source, self.target):
            refused, array = self._set_apart(check, array, refused)
        there = array.is_valid()
        array = _null_where_failing(self._converted, array, arrow_type(self.target))
        if self.rule != "null":
            refused = pc.or_(refused, pc.and_(there, array.is_null()))
        for check in after(self.target, self.limits):
            refused, array = self._set_apart(check, array, refused)
        return refused

    def sentinel(self, kind: t.LogicalType) -> pa.Scalar:
        """The value that a sentinel names, as `kind` carries it. ValueDoesNotFit when it is none of that type."""
        value = (self.rule or "").removeprefix(SENTINEL)
        plain = replace(kind, zoned=False) if isinstance(kind, t.Timestamp) else kind
        try:
            array = read_back([value], arrow_type(plain))
        except ValueError as error:
            raise ValueDoesNotFit(f"value {value!r} is no {_described(kind)}: {error}", row=0) from error
        return Cast(self.name, plain, plain, self.limits)(array).array.view(arrow_type(kind))[0]

    def _filled(self, array: pa.Array, sentinel: pa.Scalar) -> Conformed:
        """What is lost as NULL is where the sentinel goes."""
        conformed = replace(self, rule="null")(array)
        lost = pc.and_(array.is_valid(), conformed.array.is_null())
        return replace(conformed, array=pc.if_else(lost, sentinel, conformed.array))

    def _settle(self, check: Check, array: pa.Array, altered: list[pa.Array]) -> pa.Array:
        """Where the check finds a value, alter it by the allowed rule and remember it; without one raise."""
        misfit = check(array)
        if misfit is None:
            return array
        bad = misfit.rows
        if not pc.any(bad).as_py():
            return misfit.array
        remedied = self._remedied(misfit, bad)
        if remedied is None:
            raise self._refusal(array, pc.index(bad, True).as_py(), misfit.message, (*misfit.remedies, "null"))
        altered.append(bad)
        return remedied

    def _remedied(self, misfit: Misfit, bad: pa.Array) -> pa.Array | None:
        """The array as the allowed rule makes it; None where none is allowed that would help."""
        if self.rule == "null":
            return pc.if_else(bad, pa.scalar(None, misfit.array.type), misfit.array)
        if self.rule is None or self.rule not in misfit.remedies:
            return None
        return pc.if_else(bad, misfit.remedies[self.rule](), misfit.array)

    def _convert(self, array: pa.Array, altered: list[pa.Array]) -> pa.Array:
        try:
            return self._converted(array)
        except ValueError as error:
            if self.rule != "null":
                message = f"is no {_described(self.target)}: {error}"
                raise self._refusal(array, first_failure(self._converted, array), message, ("null",)) from error
        found = _null_where_failing(self._converted, array, arrow_type(self.target))
        altered.append(pc.and_(array.is_valid(), found.is_null()))
        return found

    def _set_apart(self, check: Check, array: pa.Array, refused: pa.Array) -> tuple[pa.Array, pa.Array]:
        """What the check finds and the rule does not mend joins `refused` and leaves the array, so that later checks
        see only what is sound."""
        misfit = check(array)
        if misfit is None:
            return refused, array
        bad = misfit.rows
        remedied = self._remedied(misfit, bad)
        if remedied is not None:
            return refused, remedied
        return pc.or_(refused, bad), pc.if_else(bad, pa.scalar(None, misfit.array.type), misfit.array)

    def _converted(self, array: pa.Array) -> pa.Array:
        return converted(array, self.source, self.target)

    def _refusal(self, array: pa.Array, row: int, message: str, rules: tuple[str, ...]) -> ValueDoesNotFit:
        wider = () if isinstance(self.target, t.Text) else ("text",)
        options = " or ".join(f"--allow-loss '{self.name}={rule}'" for rule in (*rules, *wider))
        clause = message if message.startswith("is no ") else f"does not fit: {message}"
        message = f"value {shown(array, row)} {clause}"
        return ValueDoesNotFit(message, row=row, rules=rules, hint=f"change it, or allow: {options}")


def shown(array: pa.Array, row: int) -> str:
    """A value for a message, in quotes, on one line and not too long."""
    text = str(spelled(array.slice(row, 1))[0])
    return repr(f"{text[:SHOWN]}..." if len(text) > SHOWN else text)


def _described(kind: t.LogicalType) -> str:
    match kind:
        case t.Decimal(precision=precision, scale=scale) if precision is not None:
            return f"decimal of {precision} digits, {scale} after the point"
        case t.Integer(bits=bits, unsigned=unsigned):
            return f"{'unsigned ' if unsigned else ''}integer of {bits} bits"
        case _:
            return kind.kind.replace("_", " ")


def _null_where_failing(convert: Convert, array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """The conversion with NULL for each value that it fails for."""
    try:
        return convert(array)
    except ValueError:
        if len(array) == 1:
            return pa.nulls(1, wanted)
    middle = len(array) // 2
    parts = (array.slice(0, middle), array.slice(middle))
    return pa.concat_arrays([_null_where_failing(convert, part, wanted) for part in parts])

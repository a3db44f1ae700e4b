"""One planned table against the live one, object by object.

Both are brought into one form by the target's dialect (`normal_form`), expressions and defaults by the parser
(mappings.likeness); then two objects are the same when they read the same (transfer.wording). Keys, indexes and
checks are paired by name and by what they are; where only the name differs, that is a difference of its own. The next
number of an identity and the order of columns are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from dialects.base import Dialect
from mappings import types as t
from mappings.constants import normal_constant
from mappings.defaults import Default, LiteralDefault
from mappings.schema import Check, Column, Expression, ForeignKey, Index, PrimaryKey, Table, Unique
from transfer.differences import Difference, Problem
from transfer.existing import resolved
from transfer.plan import TablePlan
from transfer.wording import Wording, default_text, identity_text

Named = TypeVar("Named", PrimaryKey, Unique, Index, ForeignKey, Check)


@dataclass
class TableComparison:
    """`words` spells names as the plan does; `probed` are the places whose type the source's values decided, with what
    the plan says of them."""

    plan: TablePlan
    live: Table
    dialect: Dialect
    words: Wording
    probed: Mapping[str, str] = field(default_factory=dict)
    wanted: Table = field(init=False)
    found: Table = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = self.dialect.normal_form(self.plan.target)
        self.found = self.dialect.normal_form(self.live)

    def types(self) -> Iterator[Difference]:
        """The types of the columns alone."""
        for at, column, live in self._pairs():
            if live is None or live.native != column.native:
                yield self._differing("type", at, column.native, "" if live is None else live.native)

    def everything(self) -> Iterator[Difference]:
        """Columns, keys, indexes, checks, comments and options."""
        yield from self._columns()
        words, theirs = self.words, Wording(self.plan.source.columns)
        source, wanted, found = self.plan.source, self.wanted, self.found
        keys = (_few(wanted.primary_key), _few(found.primary_key), _few(source.primary_key))
        yield from self._named("primary key", *keys, words.primary_key, theirs.primary_key)
        yield from self._named("unique", wanted.uniques, found.uniques, source.uniques, words.unique, theirs.unique)
        yield from self._named("index", wanted.indexes, found.indexes, source.indexes, words.index, theirs.index)
        yield from self._named(
            "foreign key",
            wanted.foreign_keys,
            found.foreign_keys,
            source.foreign_keys,
            words.foreign_key,
            theirs.foreign_key,
        )
        yield from self._named("check", wanted.checks, found.checks, source.checks, words.check, theirs.check)
        yield from self._of_table("comment", source.comment, wanted.comment, found.comment)
        options = [", ".join(f"{name}={value}" for name, value in table.options) for table in (wanted, found)]
        yield from self._of_table("options", "", *options)

    def _of_table(self, what: str, source: str, planned: str, target: str) -> Iterator[Difference]:
        if planned != target:
            yield Difference(what, str(self.plan.source.name), _problem(planned, target), source, planned, target)

    def _pairs(self) -> Iterator[tuple[int, Column, Column | None]]:
        """Each planned column, by its position, with the live one of its name."""
        live = {self.words.key(column.name): column for column in self.found.columns}
        for at, column in enumerate(self.wanted.columns):
            yield at, column, live.get(self.words.key(column.name))

    def _columns(self) -> Iterator[Difference]:
        for at, column, live in self._pairs():
            if live is None:
                yield Difference("column", self._place(at), "missing", self._source(at).native, column.native)
            else:
                yield from self._column(at, column, live)
        planned = {self.words.key(column.name) for column in self.wanted.columns}
        for column in self.found.columns:
            if self.words.key(column.name) not in planned:
                yield Difference("column", f"{self.found.name}.{column.name}", "extra", target=column.native)

    def _column(self, at: int, column: Column, live: Column) -> Iterator[Difference]:
        wanted, found = self._aspects(at, column), self._aspects(at, live)
        for what in wanted:
            if wanted[what] != found[what]:
                why = self._outgrown(at, live) if what == "type" else ""
                yield replace(self._differing(what, at, wanted[what], found[what]), explanation=why)

    def _differing(self, what: str, at: int, planned: str, target: str) -> Difference:
        source = self._texts(self._source(at), Wording(self.plan.source.columns), default_text)[what]
        return Difference(what, self._place(at), _problem(planned, target), source, planned, target)

    def _outgrown(self, at: int, live: Column) -> str:
        """Why the type may be another: the values decided it, they are others now, and the target still holds them."""
        told = self.probed.get(self._place(at), "")
        fits = told and holds(live.type, self.plan.target.columns[at].type)
        return f"other values decided then, these fit too; now {told}" if fits else ""

    def _source(self, at: int) -> Column:
        return self.plan.source.columns[at]

    def _place(self, at: int) -> str:
        return f"{self.plan.source.name}.{self._source(at).name}"

    def _aspects(self, at: int, column: Column) -> dict[str, str]:
        return self._texts(column, self.words, lambda default: self._default(default, self.plan.target.columns[at]))

    def _texts(self, column: Column, words: Wording, tell: Callable[[Default], str]) -> dict[str, str]:
        """What the column is in every respect, each by its name."""
        return {
            "type": column.native,
            "nullability": "null" if column.nullable else "not null",
            "default": tell(column.default) if column.default is not None else "",
            "identity": identity_text(column.identity) if column.identity is not None else "",
            "generated": words.generated(column.generated) if column.generated is not None else "",
            "comment": column.comment,
            "on update": "current timestamp" * column.on_update_now,
            "visibility": "invisible" * column.invisible,
        }

    def _default(self, default: Default, column: Column) -> str:
        """The default as the target says it for the planned column, so that two that it says alike are the same."""
        if isinstance(default, LiteralDefault):
            default = LiteralDefault(normal_constant(default.text, column.type))
        spelled = self.dialect.spell_default(default, column)
        if spelled is None:
            return default_text(default)
        return self.words.expression(Expression(self.dialect.family, spelled))

    def _named(
        self,
        what: str,
        wanted: Sequence[Named],
        found: Sequence[Named],
        source: Sequence[Named],
        tell: Callable[[Named], str],
        tell_source: Callable[[Named], str],
    ) -> Iterator[Difference]:
        """Objects with names: equal ones are paired first, then those of one meaning, then those of one name."""
        left, live = [(each.name, tell(each)) for each in wanted], [(each.name, tell(each)) for each in found]
        sources = {each.name.lower(): tell_source(each) for each in source}
        for planned, target in _paired(left, live):
            name = planned[0] or planned[1] if planned else target[0] or target[1] if target else ""
            place = f"{self.plan.source.name if planned else self.found.name}.{name}"
            told = sources.get(name.lower(), "")
            if planned is None or target is None or planned[1] != target[1]:
                texts = planned[1] if planned else "", target[1] if target else ""
                yield Difference(what, place, _problem(*texts), told, *texts)
            elif planned[0] and target[0] and planned[0].lower() != target[0].lower():
                yield Difference(f"{what} name", place, "different", "", planned[0], target[0])


Item = tuple[str, str]
"""Name and meaning."""


def _paired(wanted: list[Item], found: list[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """Every item once, with its counterpart or None."""
    wanted, found = list(wanted), list(found)
    likenesses: list[Callable[[Item, Item], bool]] = [
        lambda one, other: one[0].lower() == other[0].lower() and one[1] == other[1],
        lambda one, other: one[1] == other[1],
        lambda one, other: bool(one[0]) and one[0].lower() == other[0].lower(),
    ]
    for alike in likenesses:
        for item in list(wanted):
            match = next((other for other in found if alike(item, other)), None)
            if match is not None:
                wanted.remove(item)
                found.remove(match)
                yield item, match
    yield from ((item, None) for item in wanted)
    yield from ((None, item) for item in found)


def _problem(planned: str, target: str) -> Problem:
    return "missing" if not target else "extra" if not planned else "different"


def _few(key: PrimaryKey | None) -> tuple[PrimaryKey, ...]:
    return () if key is None else (key,)


def holds(kind: t.LogicalType, other: t.LogicalType) -> bool:
    """Whether `kind` is a text, bytes or decimal with room for every value of `other`."""
    match resolved(kind), other:
        case (t.Text(length=mine, octets=None), t.Text(length=its)) | (t.Binary(length=mine), t.Binary(length=its)):
            return mine is None or (its is not None and its <= mine)
        case t.Decimal(precision=int(digits), scale=scale), t.Decimal(precision=int(others), scale=other_scale):
            fraction, other_fraction = scale or 0, other_scale or 0
            return fraction >= other_fraction and digits - fraction >= others - other_fraction
        case _:
            return False

"""Fits a source table to a table that the target already has: its own definition holds, nothing of it is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from dialects.base import Dialect
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.casting import CONVERSIONS
from mappings.errors import Blocked
from mappings.name_styles import snake
from mappings.names import PRESERVED, Naming, column_names, folded
from mappings.schema import Column, Table
from mappings.type_mapper import Note, Use, read_as_text, settle
from transfer.config import Consent, renaming
from transfer.plan import ColumnPlan
from transfer.preflight import Place


@dataclass(frozen=True, slots=True)
class Adopted:
    columns: tuple[ColumnPlan, ...]
    notes: tuple[Note, ...]
    blocks: tuple[Note, ...]


def adopt(
    source: Table,
    existing: Table,
    known: Mapping[Place, Use],
    dialect: Dialect,
    consents: Mapping[str, Consent],
    naming: Naming = PRESERVED,
) -> Adopted:
    """Pair the columns by the names that a copy would give them, source's types cast to the existing ones; what cannot
    pair is a block."""
    columns, blocks = [], []
    by_name = {folded(column.name, dialect.limits): column for column in existing.columns}
    wanted = column_names(source, naming, dialect.limits)
    for column in source.columns:
        place = f"{source.name}.{column.name}"
        match = by_name.pop(folded(wanted[column.name], dialect.limits), None)
        if match is None:
            blocks.append(_unmatched(place, wanted[column.name], existing))
            continue
        try:
            columns.append(
                _paired(column, match, known[source.name, column.name], dialect, consents.get(column.name, Consent()))
            )
        except Blocked as block:
            as_text = isinstance(match.type, t.Text)
            option = f"--allow-loss '{place}=text'" if as_text else f"--exclude '{source.name}'"
            blocks.append(Note("F", place, block.message, option))
    blocks += [
        Note("F", f"{existing.name}.{column.name}", "is NOT NULL without a default, and the source has no such column")
        for column in by_name.values()
        if not (column.nullable or column.default or column.identity or column.generated)
    ]
    note = Note("X", str(existing.name), "is there already: its own columns, keys and indexes hold")
    return Adopted(tuple(columns), (note,), tuple(blocks))


def _unmatched(place: str, wanted: str, existing: Table) -> Note:
    """The option is offered where a column of the existing table differs from the wanted one in style only."""
    alike = [column.name for column in existing.columns if snake(column.name) == snake(wanted)]
    option = renaming(place, alike[0]) if len(alike) == 1 and alike[0] != wanted else ""
    return Note("F", place, f"the existing table {existing.name} has no such column", option)


def _paired(source: Column, existing: Column, use: Use, dialect: Dialect, consent: Consent) -> ColumnPlan:
    """The source yields what the ladder would read for this target, else its own type; the cast goes on from there
    to the existing type. A column whose values decide what it is takes those of its like as they are."""
    stored = resolved(existing.type)
    readings = [read_as_text(source.type)] if consent.form == "text" else _readings(source, use, dialect)
    for read_as in readings:
        if castable(read_as, stored):
            return ColumnPlan(replace(source, type=read_as), replace(existing, type=stored), consent.rule)
    kept = _kept(source, existing, use, dialect)
    if kept is None or consent.form is not None:
        raise Blocked(f"{source.native} cannot go into the existing {existing.native}")
    return ColumnPlan(replace(source, type=kept), replace(existing, type=kept), consent.rule)


def _kept(source: Column, existing: Column, use: Use, dialect: Dialect) -> t.LogicalType | None:
    """What goes as it is between two columns of one declaration whose values decide; None for all others."""
    if not isinstance(existing.type, t.Dynamic) or existing.native != source.native:
        return None
    spelling = dialect.keep(replace(source, type=use.facts.observed or source.type))
    return None if spelling is None or isinstance(spelling.stored, t.Dynamic) else spelling.stored


def _readings(source: Column, use: Use, dialect: Dialect) -> Iterator[t.LogicalType]:
    with suppress(Blocked):
        yield settle(source.type, use, dialect).read_as
    yield source.type


def resolved(kind: t.LogicalType) -> t.LogicalType:
    """A target column's type to write: what a Dynamic declaration suggests."""
    return kind.hint if isinstance(kind, t.Dynamic) else kind


def castable(source: t.LogicalType, target: t.LogicalType) -> bool:
    """Whether conform has a way; whether each value fits is then checked value by value."""
    if isinstance(source, t.Dynamic):
        return False
    if (type(source), type(target)) in CONVERSIONS or type(source) is type(target):
        return not isinstance(source, t.Array | t.Opaque) or source == target
    numbers = (t.Boolean, t.Integer, t.Decimal, t.Float, t.Year)
    if isinstance(source, numbers) and isinstance(target, numbers):
        return not isinstance(source, t.Float) or isinstance(target, t.Float)
    texts = (t.Text, t.Enum, t.SetOf, t.Json, t.Bits, t.Interval, t.TimeTz)
    if isinstance(target, t.Text | t.Enum | t.Json | t.SetOf) and isinstance(source, texts):
        return True
    return isinstance(target, t.Text) and arrow_type(source) is not None and not isinstance(source, t.Binary)

"""What of a plan is compared: which tables and columns, by which key, and which rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from mappings import types as t
from mappings.errors import ConfigurationError
from mappings.schema import Column, Table
from mappings.type_mapper import Note
from transfer.conditions import Condition, Sample, compared, parse_where
from transfer.config import matches
from transfer.plan import Plan, TablePlan
from transfer.report import Unverified
from transfer.verification import Subject
from transfer.verify_options import VerifyOptions


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is compared, and what cannot be, with the reason. `refused` are blocks of no single column."""

    subjects: tuple[Subject, ...]
    unverified: tuple[Unverified, ...]
    refused: tuple[Note, ...]


def chosen(plan: Plan, options: VerifyOptions) -> Chosen:
    """The plan's tables as far as they can be compared. ConfigurationError for a pattern or condition that means
    nothing."""
    places = {f"{table.source.name}.{column.name}" for table in plan.tables for column in table.source.columns}
    extra = {f"{table.target.name}.{column.name}" for table in plan.tables for column in table.target.columns} - places
    about_columns = [block for block in plan.blocks if block.where in places]
    unverified = [Unverified(block.where, block.message) for block in about_columns]
    _refuse_unused(plan, options.columns)
    subjects = []
    for table in plan.tables:
        left = _without({block.where for block in about_columns}, table)
        if left.columns:
            subjects.append(_subject(left, options))
        else:
            unverified.append(Unverified(str(table.target.name), "it has no column that can be compared"))
    refused = tuple(block for block in plan.blocks if block.where not in places | extra)
    return Chosen(tuple(subjects), tuple(unverified), refused)


def _without(places: set[str], table: TablePlan) -> TablePlan:
    kept = tuple(column for column in table.columns if f"{table.source.name}.{column.read.name}" not in places)
    return replace(table, columns=kept)


def _subject(table: TablePlan, options: VerifyOptions) -> Subject:
    key = key_of(table)
    conditions: list[Condition] = []
    names = {column.name for column in key}
    if options.where:
        name, operator, value = parse_where(options.where)
        column = _column(table, name)
        conditions.append(compared(column, operator, value))
        names.add(column.name)
    if options.columns:
        wanted = (each for each in table.columns if each.write.name in names or _wanted(table, each.write, options))
        table = replace(table, columns=tuple(wanted))
    if options.sample < 1:
        conditions.append(Sample(key or table.stored_columns, options.sample))
    return Subject(table, key, tuple(conditions))


def _wanted(table: TablePlan, column: Column, options: VerifyOptions) -> bool:
    return any(_means(pattern, table.target, column) for pattern in options.columns)


def _means(pattern: str, table: Table, column: Column) -> bool:
    """A pattern is COLUMN or TABLE.COLUMN; both may be globs."""
    place, dot, name = pattern.rpartition(".")
    return fnmatchcase(column.name, name) and (not dot or matches(place, table.name))


def _refuse_unused(plan: Plan, patterns: tuple[str, ...]) -> None:
    for pattern in patterns:
        if not any(_means(pattern, table.target, column) for table in plan.tables for column in table.stored_columns):
            raise ConfigurationError(f"--columns {pattern!r} matches no column", hint="write COLUMN or TABLE.COLUMN")


def _column(table: TablePlan, name: str) -> Column:
    found = next((column for column in table.stored_columns if column.name == name), None)
    if found is None:
        raise ConfigurationError(
            f"--where: {table.target.name} has no column {name!r}", hint="choose tables that have it with --table"
        )
    return found


def key_of(table: TablePlan) -> tuple[Column, ...]:
    """The target's columns that tell the rows apart: the source's primary key, else a unique key, best one that no NULL
    can be in; none when there is no such key among the columns."""
    written = {column.read.name: column.write for column in table.columns}
    for names in _keys(table.source):
        if all(name in written for name in names):
            return tuple(written[name] for name in names)
    return ()


def _keys(table: Table) -> Iterator[tuple[str, ...]]:
    if table.primary_key is not None:
        yield table.primary_key.columns
    uniques = [unique.columns for unique in table.uniques]
    uniques += [
        tuple(part.column for part in index.parts)
        for index in table.indexes
        if index.unique and index.where is None and all(part.column and part.prefix is None for part in index.parts)
    ]
    yield from sorted(uniques, key=lambda names: _rank(table, names))


def _rank(table: Table, names: tuple[str, ...]) -> tuple[bool, bool, int]:
    columns = [table.column(name) for name in names]
    integer = len(columns) == 1 and isinstance(columns[0].type, t.Integer)
    return any(column.nullable for column in columns), not integer, len(columns)

"""Asks the source's rows what declarations do not tell, before a type is settled: one scan per table with a risk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dialects.base import Session
from mappings.forms import Form
from mappings.limits import Limits
from mappings.schema import Table, TableName
from mappings.type_mapper import Facts, Use, risks

Place = tuple[TableName, str]
"""A table and one of its columns."""


def uses(tables: Iterable[Table]) -> dict[Place, Use]:
    """How each column is used: in a key, index or foreign key on either side, and whether it numbers itself."""
    tables = tuple(tables)
    keyed = {place for table in tables for place in _keyed(table)}
    return {
        (table.name, column.name): Use(
            (table.name, column.name) in keyed, column.identity is not None, column.identity is not None
        )
        for table in tables
        for column in table.columns
    }


def _keyed(table: Table) -> Iterable[Place]:
    keys = [unique.columns for unique in table.uniques]
    keys += [(table.primary_key.columns)] if table.primary_key else []
    keys += [tuple(part.column for part in index.parts) for index in table.indexes if not index.method]
    for key in table.foreign_keys:
        keys.append(key.columns)
        yield from ((key.target, column) for column in key.target_columns)
    yield from ((table.name, column) for columns in keys for column in columns if column)


def probe(session: Session, tables: Iterable[Table], limits: Limits) -> dict[Place, Use]:
    """The uses with the facts that the target's limits make necessary. Columns tied by foreign keys share facts,
    so that parent and child decide alike."""
    tables = tuple(tables)
    known = uses(tables)
    for table in tables:
        asked = {
            column.name: wanted
            for column in table.columns
            if (wanted := risks(column.type, known[table.name, column.name], limits))
        }
        if asked:
            for name, facts in session.observe(table, asked).items():
                known[table.name, name] = replace(known[table.name, name], facts=facts)
    return _tied(known, tables)


def tied_forms(chosen: Mapping[Place, Form | None], tables: Iterable[Table]) -> dict[Place, Form]:
    """The form of each column that has one: a column without takes that of the columns that foreign keys tie it to,
    where they agree, so that parent and child decide alike."""
    forms = {place: form for place, form in chosen.items() if form}
    for group in _groups(chosen, tables):
        among = {form for place in group if (form := chosen[place])}
        if len(among) == 1:
            forms |= dict.fromkeys(group, *among)
    return forms


def _tied(known: Mapping[Place, Use], tables: Iterable[Table]) -> dict[Place, Use]:
    """Every column gets the widest facts of all columns that foreign keys tie it to, and is `numbered` when one
    of them numbers itself."""
    groups = _groups(known, tables)
    merged = dict(known)
    for group in groups:
        members = [known[place] for place in group]
        for place in group:
            own = known[place]
            merged[place] = replace(
                own,
                numbered=any(member.numbered for member in members),
                facts=_widest(own.facts, [member.facts for member in members]),
            )
    return merged


def _groups(known: Mapping[Place, object], tables: Iterable[Table]) -> list[set[Place]]:
    group_of: dict[Place, set[Place]] = {}
    for table in tables:
        for key in table.foreign_keys:
            for column, target in zip(key.columns, key.target_columns, strict=True):
                ends: list[Place] = [(table.name, column), (key.target, target)]
                ends = [place for place in ends if place in known]
                joined = set(ends).union(*(group_of.get(place, set()) for place in ends))
                group_of.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in group_of.values()}.values())


def _widest(own: Facts, all_facts: list[Facts]) -> Facts:
    return replace(
        own,
        characters=_most([facts.characters for facts in all_facts]),
        octets=_most([facts.octets for facts in all_facts]),
        integer_digits=_most([facts.integer_digits for facts in all_facts]),
        fraction_digits=_most([facts.fraction_digits for facts in all_facts]),
        unusual=max(facts.unusual for facts in all_facts),
        greatest=_most([facts.greatest for facts in all_facts]),
    )


def _most(values: list[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)

"""Compares what a plan wants on the target with what is there, and tells what the plan has to say about the rest.

Three things are looked at for each object: the source's, the plan's and the target's. Where the target is not as
planned, nothing explains it. Where it is as planned but not as the source, the plan's own note is the explanation.
Tables that were there before the plan keep their own definition: only the types that the plan saw are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dialects.base import Dialect, Session
from mappings.names import folded_table
from mappings.schema import NotCarried, Schema
from mappings.type_mapper import Note
from transfer.config import Options
from transfer.differences import Comparison, Difference
from transfer.history import History
from transfer.plan import Plan, TablePlan
from transfer.planner import make_plan
from transfer.table_comparison import TableComparison
from transfer.trial import tried_before
from transfer.wording import Wording


def plan_anew(source: Session, target: Session, options: Options) -> Plan:
    """The plan of a copy into an empty target, whatever the target holds, without what the target refused to earlier
    runs. No row is examined for it."""
    plan = make_plan(source, target, replace(options, schema=True, rows=False), there=lambda _: False)
    return tried_before(plan, target.dialect, _refused_before(target))


def _refused_before(target: Session) -> Iterator[NotCarried]:
    """What earlier runs into the target left behind, as their journal tells: a comparison tries nothing itself."""
    history = History(target)
    for run in history.runs():
        for item in history.document(run.run)["not_carried"]:
            yield NotCarried(item["object"], item["name"], item["reason"])


def compare_plan(plan: Plan, target: Session, *, whole: bool = False) -> Comparison:
    """Where the target differs from the plan and, by the plan, from the source. Reads the target's catalogue once.

    Tables that the plan does not know are differences when the target is to hold the `whole` source and nothing else.
    """
    schemas = {table.target.name.schema for table in plan.tables} - {""}
    found = target.reflect(tuple(sorted(schemas)))
    differences = [item for table in plan.tables for item in _table(table, plan, found, target.dialect)]
    if whole:
        differences += _extra_tables(plan, found, target.dialect)
    differences += _explained(plan)
    return Comparison(len(plan.tables), tuple(sorted(differences, key=lambda item: bool(item.explanation))))


def _table(table: TablePlan, plan: Plan, found: Schema, dialect: Dialect) -> Iterator[Difference]:
    names = tuple(each.target.name for each in plan.tables)
    words = Wording(table.target.columns, names, dialect.limits)
    there = {words.table_key(each.name): each for each in found.tables}
    live = there.get(words.table_key(table.target.name))
    if live is None:
        yield Difference("table", str(table.source.name), "missing", planned=str(table.target.name))
        return
    probed = {note.where: note.message for note in plan.notes if note.code == "P"}
    comparison = TableComparison(table, live, dialect, words, probed)
    yield from comparison.types() if table.exists else comparison.everything()


def _extra_tables(plan: Plan, found: Schema, dialect: Dialect) -> Iterator[Difference]:
    planned = {folded_table(table.target.name, dialect.limits) for table in plan.tables}
    for table in found.tables:
        if folded_table(table.name, dialect.limits) not in planned:
            columns = ", ".join(column.name for column in table.columns)
            yield Difference("table", str(table.name), "extra", target=f"({columns})")


def _explained(plan: Plan) -> Iterator[Difference]:
    """What the plan tells of: every note that is not about exactness, and whatever is left behind."""
    told = {place: texts for table in plan.tables for place, texts in _places(table)}
    for note in plan.notes:
        if note.code != "X":
            yield _noted(note, told.get(note.where, ("table", "", "")))
    for item in plan.not_carried:
        yield _left(item, told.get(item.name, ("", "", ""))[1])


def _noted(note: Note, texts: tuple[str, str, str]) -> Difference:
    what, source, target = texts
    return Difference(what, note.where, "different", source, target, target, f"as planned: {note.message}")


def _left(item: NotCarried, source: str) -> Difference:
    return Difference(item.object, item.name, "missing", source, explanation=f"not carried: {item.reason}")


def _places(table: TablePlan) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """By the place that a note names: what is there, what the source has, and what the target has."""
    source, target = table.source, table.target
    theirs, ours = Wording(source.columns), Wording(target.columns)
    yield str(source.name), ("table", str(source.name), str(target.name))
    kept = {each.name: ours.unique(each) for each in target.uniques}
    kept |= {each.name: ours.index(each) for each in target.indexes}
    kept |= {each.name: ours.foreign_key(each) for each in target.foreign_keys}
    kept |= {each.name: ours.check(each) for each in target.checks}
    objects = [("unique", each.name or ",".join(each.columns), theirs.unique(each)) for each in source.uniques]
    objects += [("index", each.name, theirs.index(each)) for each in source.indexes]
    objects += [
        ("foreign key", each.name or ",".join(each.columns), theirs.foreign_key(each)) for each in source.foreign_keys
    ]
    objects += [("check", each.name or each.expression.sql, theirs.check(each)) for each in source.checks]
    for what, name, text in objects:
        yield f"{source.name}.{name}", (what, text, kept.get(name, ""))
    for column in table.columns:
        yield f"{source.name}.{column.read.name}", ("column", column.read.native, column.write.native)

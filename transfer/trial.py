"""Tries a planned table on the target before the first row, and leaves out what the server refuses.

What is fitted and translated by rule may still meet a server that says no: a function it forbids in an index, a column
type without the default's function, a limit of its version. The copy would stop after hours; so a scratch table with
everything on it is made and removed first, and only where that is refused each object is tried by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from uuid import uuid4

from dialects.base import Dialect, Session
from mappings.defaults import ExpressionDefault
from mappings.schema import Check, Column, Index, NotCarried, Table, TableName, Unique
from transfer.plan import Plan, TablePlan

SCRATCH = "_dbtransfer_scratch_{}"
REFUSED = "the target refuses it: {}"
PLAIN = "; kept as a plain column with its values"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing of a table that the server may refuse, and how to add it to a table without it."""

    object: str
    name: str
    add: Callable[[Table], Table]


def tried_plan(plan: Plan, session: Session) -> Plan:
    """The plan without what the target's server refuses, which is listed. `session` is writable, on the target."""
    refused: list[NotCarried] = []
    tables = []
    for planned in plan.tables:
        table, left = tried(session, planned.target, planned.source.name) if planned.create else (planned.target, ())
        tables.append(planned if not left else restated(session.dialect, planned, table))
        refused += left
    return replace(plan, tables=tuple(tables), not_carried=plan.not_carried + tuple(refused))


def tried(session: Session, table: Table, source: TableName) -> tuple[Table, tuple[NotCarried, ...]]:
    """The target's `table` without what the server refuses of it, and each of these with the server's message.

    Foreign keys are not tried: they need the other tables. A table that is refused without anything on it comes back
    as it is: creating it will tell why.
    """
    scratch = replace(table.name, name=SCRATCH.format(uuid4().hex[:12]))
    if not _doubtful(table) or not _message(session, table, scratch):
        return table, ()
    if _message(session, _bare(table), scratch):
        return table, ()

    def refuses(candidate: Candidate, more: Table) -> str:
        message = _message(session, more, scratch)
        plain = PLAIN if candidate.object == "generated column" else ""
        return REFUSED.format(message) + plain if message else ""

    return _without(table, source, refuses)


def tried_before(plan: Plan, dialect: Dialect, refused: Iterable[NotCarried]) -> Plan:
    """The plan without what the target's server `refused` when an earlier plan was tried there."""
    reasons = {(item.object, item.name): item.reason for item in refused if item.reason.startswith(REFUSED.format(""))}
    if not reasons:
        return plan

    def refuses(candidate: Candidate, _: Table) -> str:
        return reasons.get((candidate.object, candidate.name), "")

    tables, not_carried = [], list(plan.not_carried)
    for planned in plan.tables:
        table, left = _without(planned.target, planned.source.name, refuses)
        tables.append(restated(dialect, planned, table) if left and planned.create else planned)
        not_carried += left if planned.create else ()
    return replace(plan, tables=tuple(tables), not_carried=tuple(not_carried))


def _without(
    table: Table, source: TableName, refuses: Callable[[Candidate, Table], str]
) -> tuple[Table, tuple[NotCarried, ...]]:
    """The table with one thing after the other put on it, as long as nothing refuses it, and what is left."""
    held, left = _bare(table), []
    for candidate in _candidates(table, source):
        more = candidate.add(held)
        reason = refuses(candidate, more)
        if reason:
            left.append(NotCarried(candidate.object, candidate.name, reason))
        else:
            held = more
    return replace(held, foreign_keys=table.foreign_keys), tuple(left)


def _doubtful(table: Table) -> bool:
    """Whether anything on the table is of the kind that one server takes and another refuses."""
    indexes = any(
        index.where or index.method or any(part.expression or part.opclass for part in index.parts)
        for index in table.indexes
    )
    columns = any(column.generated or isinstance(column.default, ExpressionDefault) for column in table.columns)
    return bool(table.checks) or indexes or columns


def restated(dialect: Dialect, planned: TablePlan, target: Table) -> TablePlan:
    """The table's plan with the statements for another form of its target."""
    columns = zip(planned.columns, target.columns, strict=True)
    keys = (dialect.add_foreign_key(target, key) for key in target.foreign_keys)
    identities = (dialect.continue_identity(target, column) for column in target.columns if column.identity)
    return replace(
        planned,
        target=target,
        columns=tuple(replace(column, write=fitted) for column, fitted in columns),
        create=dialect.create_table(target),
        indexes=(*dialect.add_keys(target), *(dialect.create_index(target, index) for index in target.indexes)),
        foreign_keys=tuple(key for key in keys if key),
        finish=tuple(text for text in identities if text) + dialect.comment(target),
    )


def _message(session: Session, table: Table, scratch: TableName) -> str:
    """What the server says against the table, its keys and its indexes; empty when nothing."""
    dialect, made = session.dialect, replace(table, name=scratch, foreign_keys=())
    indexes = (dialect.create_index(made, index) for index in made.indexes)
    return session.attempt([*dialect.create_table(made), *dialect.add_keys(made), *indexes], scratch)


def _bare(table: Table) -> Table:
    """Columns, the primary key, and nothing that a server may refuse by itself."""
    columns = tuple(replace(column, default=None, generated=None) for column in table.columns)
    return replace(table, columns=columns, uniques=(), indexes=(), checks=(), foreign_keys=())


def _candidates(table: Table, source: TableName) -> Iterator[Candidate]:
    for place, column in enumerate(table.columns):
        kind = "generated column" if column.generated is not None else "default"
        if column.generated is not None or column.default is not None:
            yield Candidate(kind, f"{source}.{column.name}", _with_column(place, column))
    yield from (Candidate("unique", f"{source}.{each.name}", _with(each)) for each in table.uniques)
    yield from (Candidate("check", f"{source}.{each.name}", _with(each)) for each in table.checks)
    yield from (Candidate("index", f"{source}.{each.name}", _with(each)) for each in table.indexes)


def _with(item: Unique | Check | Index) -> Callable[[Table], Table]:
    def add(table: Table) -> Table:
        match item:
            case Unique():
                return replace(table, uniques=(*table.uniques, item))
            case Check():
                return replace(table, checks=(*table.checks, item))
            case Index():
                return replace(table, indexes=(*table.indexes, item))

    return add


def _with_column(place: int, column: Column) -> Callable[[Table], Table]:
    def add(table: Table) -> Table:
        return replace(table, columns=(*table.columns[:place], column, *table.columns[place + 1 :]))

    return add

"""Makes the source's views on the target, where they can be promised to show the same rows, and looks at each once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from dialects.base import Dialect, Session
from mappings.errors import DatabaseError
from mappings.schema import NotCarried, TableName, View
from mappings.views import Moved
from transfer.plan import Plan, TablePlan

LOOK = "SELECT * FROM {} WHERE 1 = 0"
REFUSED = "the target refuses it: {}"


def moved_tables(tables: Iterable[TablePlan], dialect: Dialect) -> dict[TableName, Moved]:
    """The tables of a plan as views need them, by their names at the source."""
    return {
        table.source.name: Moved(
            table.source,
            dialect.qualified(table.target.name),
            {column.read.name: column.write for column in table.columns},
        )
        for table in tables
    }


def try_views(
    plan: Plan, session: Session, made: Container[str], note: Callable[[Session, str], None]
) -> tuple[NotCarried, ...]:
    """Make every view of the plan that can be said on the target, and list the others with the reason.

    Those already `made` are passed over; `note` is told of each that is. The tables are there already. A view over
    views waits until these are there, so passes go on as long as one of them makes something. A view that cannot be
    selected from is dropped again.
    """
    moved = moved_tables(plan.tables, session.dialect)
    waiting = [(view, name) for view, name in plan.views if str(name) not in made]
    refused = dict[TableName, str]()
    while waiting:
        refused = {view.name: _refusal(view, plan.default_schema, moved, session, name) for view, name in waiting}
        left = [(view, name) for view, name in waiting if refused[view.name]]
        for _, name in waiting:
            if name not in {waits for _, waits in left}:
                note(session, str(name))
        if len(left) == len(waiting):
            break
        waiting = left
    return tuple(NotCarried("view", str(view.name), refused[view.name]) for view, _ in waiting)


def _refusal(
    view: View, default_schema: str, tables: Mapping[TableName, Moved], session: Session, name: TableName
) -> str:
    """Why the view is not on the target now; empty when it is."""
    fit = session.dialect.spell_view(view, default_schema, tables)
    if fit.held is None:
        return fit.reason
    try:
        session.execute(session.dialect.create_view(name, view, fit.held))
    except DatabaseError as error:
        return REFUSED.format(error.message)
    try:
        session.query(LOOK.format(session.dialect.qualified(name)))
    except DatabaseError as error:
        session.execute(f"DROP VIEW {session.dialect.qualified(name)}")
        return REFUSED.format(error.message)
    return ""

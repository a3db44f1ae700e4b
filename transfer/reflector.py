"""Reads what a source holds and picks the selected tables. Nothing is lost on the way: what is left out has a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from dialects.base import Session
from mappings.errors import ConfigurationError
from mappings.schema import ForeignKey, NotCarried, Schema, Table, TableName
from transfer.config import Selection


@dataclass(frozen=True, slots=True)
class Picked:
    """`schema` with the selected tables only; `missing_parents` are their foreign keys to tables left out."""

    schema: Schema
    missing_parents: tuple[tuple[TableName, ForeignKey], ...]


def reflect(session: Session, selection: Selection) -> Picked:
    """The selected part of the source. ConfigurationError when the source has no table or a pattern finds none."""
    schema = session.reflect(selection.schemas)
    if not schema.tables:
        place = f" in schema {', '.join(selection.schemas)}" if selection.schemas else ""
        raise ConfigurationError(f"the source has no tables{place}", hint="check the database name and --schema")
    names = selection.pick(tuple(table.name for table in schema.tables))
    tables = [table for table in schema.tables if table.name in names]
    missing = [(table.name, key) for table in tables for key in table.foreign_keys if key.target not in names]
    kept = tuple(_without(table, [key for name, key in missing if name == table.name]) for table in tables)
    if selection.tables or selection.exclude:
        schema = replace(schema, not_carried=_of_selected(schema, names))
    return Picked(replace(schema, tables=kept), tuple(missing))


def _of_selected(schema: Schema, names: tuple[TableName, ...]) -> tuple[NotCarried, ...]:
    """What the selected tables leave behind, such as their triggers, and all the rest in one line."""
    own = [item for item in schema.not_carried if any(_is_of(item, name, schema.default_schema) for name in names)]
    rest = Counter(item.object for item in schema.not_carried if item not in own)
    if not rest:
        return tuple(own)
    told = ", ".join(f"{what}: {count}" for what, count in sorted(rest.items()))
    return (*own, NotCarried("other objects", told, "not of the selected tables; inspect lists them by name"))


def _is_of(item: NotCarried, table: TableName, default_schema: str) -> bool:
    """Whether the object is the table's: named behind it, or a partition that the reason says is of it. A catalogue may
    leave out the default schema, and put names into quotes."""
    homes = {f"{table.schema}.", ""} if table.schema == default_schema else {f"{table.schema}."}
    told = {home + name for home in homes for name in (table.name, f'"{table.name}"')}
    return item.name in told or any(
        item.name.startswith(f"{name}.") or item.reason.endswith(f" {name}") for name in told
    )


def _without(table: Table, keys: list[ForeignKey]) -> Table:
    return replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key not in keys))


def left_out(missing: tuple[tuple[TableName, ForeignKey], ...]) -> tuple[NotCarried, ...]:
    """The foreign keys that cannot be carried because their parent table is not selected."""
    return tuple(
        NotCarried("foreign key", f"{name}.{key.name or ','.join(key.columns)}", f"{key.target} is not selected")
        for name, key in missing
    )

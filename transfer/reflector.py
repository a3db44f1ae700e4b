"""Reads what a source holds and picks the selected tables. Nothing is lost on the way: what is left out has a name."""

from __future__ import annotations

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
    return Picked(replace(schema, tables=kept), tuple(missing))


def _without(table: Table, keys: list[ForeignKey]) -> Table:
    return replace(table, foreign_keys=tuple(key for key in table.foreign_keys if key not in keys))


def left_out(missing: tuple[tuple[TableName, ForeignKey], ...]) -> tuple[NotCarried, ...]:
    """The foreign keys that cannot be carried because their parent table is not selected."""
    return tuple(
        NotCarried("foreign key", f"{name}.{key.name or ','.join(key.columns)}", f"{key.target} is not selected")
        for name, key in missing
    )

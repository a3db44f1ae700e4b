"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared.

A primary key of one INTEGER is the rowid and numbers itself unless told otherwise. There are no comments, and foreign
keys are not asked whether they were validated.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.sqlite.ddl import is_rowid
from mappings.schema import Column, Identity, Table

TOLD = ("without_rowid", "strict", "rowid_alias", "autoincrement")


def normal_form(table: Table) -> Table:
    return replace(
        table,
        columns=tuple(_column(column, is_rowid(table, column)) for column in table.columns),
        foreign_keys=tuple(replace(key, validated=True) for key in table.foreign_keys),
        comment="",
        options=_options(table),
    )


def _column(column: Column, rowid: bool) -> Column:
    return replace(
        column,
        native=" ".join(column.native.upper().split()),
        nullable=column.nullable and not rowid,
        identity=Identity() if rowid else None,
        comment="",
    )


def _options(table: Table) -> tuple[tuple[str, str], ...]:
    """A rowid that was not asked to number itself is made without AUTOINCREMENT."""
    options = {name: value for name, value in table.options if name in TOLD}
    if any(is_rowid(table, column) and column.identity is None for column in table.columns):
        options["autoincrement"] = "no"
    return tuple(sorted(options.items()))

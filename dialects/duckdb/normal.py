"""Tables in one form, whether planned or read from the catalogue, so that the two can be compared.

DuckDB keeps no names of keys and checks, no actions of foreign keys, does not say which sequence was made for whom, and
tells a sequence's start anew once it was set.
"""

from __future__ import annotations

from dataclasses import replace

from mappings.schema import Column, ForeignKey, Identity, PrimaryKey, Table


def normal_form(table: Table) -> Table:
    """Columns of a primary key are NOT NULL; generated ones are computed on reading."""
    keyed = set(table.primary_key.columns) if table.primary_key else set()
    return replace(
        table,
        columns=tuple(_column(column, column.name in keyed) for column in table.columns),
        primary_key=table.primary_key and PrimaryKey("", table.primary_key.columns),
        uniques=tuple(replace(unique, name="") for unique in table.uniques),
        foreign_keys=tuple(_foreign_key(key) for key in table.foreign_keys),
        checks=tuple(replace(check, name="") for check in table.checks),
        options=(),
    )


def _column(column: Column, keyed: bool) -> Column:
    return replace(
        column,
        nullable=column.nullable and not keyed,
        identity=column.identity and Identity(increment=column.identity.increment),
        generated=column.generated and replace(column.generated, stored=False),
    )


def _foreign_key(key: ForeignKey) -> ForeignKey:
    return ForeignKey("", key.columns, key.target, key.target_columns)

"""The film rental between three engines, to SQLite and SQL Server: rows equal, keys, indexes and identities there."""

from __future__ import annotations

import json
from itertools import product

import pytest

import transfer
from dialects import connect
from mappings.schema import PrimaryKey
from mappings.types import Text
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain

SOURCES = ("postgresql", "mysql", "mariadb")
TARGETS = (*SOURCES, "sqlite", "mssql")
PAYMENTS = 16_049


def as_text(value: object) -> object:
    """Lists are JSON on engines without arrays; sets and JSON lists compare by their members."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            value = json.loads(value)
        except ValueError:
            return value.strip("{}")
    return ",".join(map(str, value)) if isinstance(value, list) else value


def comparable_rows(url: str, table: str, columns: list[str], padded: list[bool]) -> list[str]:
    """Padding of CHAR columns carries no meaning, and only some engines show it."""
    return sorted(
        repr(
            [
                value.rstrip(" ") if pad and isinstance(value, str) else as_text(value)
                for value, pad in zip(row, padded, strict=True)
            ]
        )
        for row in plain.rows(url, table, columns)
    )


@pytest.mark.parametrize(("source", "target"), list(product(SOURCES, TARGETS)))
def test_the_film_rental_moves(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source, sample="sakila"), database(target)
    plan = transfer.plan(there, here)
    report = transfer.copy(plan, source=there, target=here, options=transfer.Options(jobs=2))
    assert {table.verified for table in report.tables} == {"digest"}, report
    meaning.assert_as_planned(report)
    assert sum(table.rows for table in report.tables if "payment" in table.source) == PAYMENTS
    rows_are_equal(there, here, plan)
    keys_and_indexes_are_there(here, plan)
    the_next_number_is_free(here, plan)


def rows_are_equal(there: str, here: str, plan: transfer.Plan) -> None:
    for table in plan.tables:
        padded = [isinstance(column.read.type, Text) and column.read.type.fixed for column in table.columns]
        names = [column.write.name for column in table.columns]
        found = comparable_rows(here, str(table.target.name), names, padded)
        names = [column.read.name for column in table.columns]
        assert found == comparable_rows(there, str(table.source.name), names, padded), table.target.name


def keys_and_indexes_are_there(here: str, plan: transfer.Plan) -> None:
    """Everything of the source but what the plan lists by name."""
    with connect(here) as session:
        found = {table.name: table for table in session.reflect(()).tables}
    listed = {item.name for item in plan.not_carried}
    for table in plan.tables:
        source, target = table.source, found[table.target.name]
        assert _size(target.primary_key) == _size(source.primary_key)
        keys = [key for key in source.foreign_keys if f"{source.name}.{key.name}" not in listed]
        assert sorted(key.target.name for key in target.foreign_keys) == sorted(key.target.name for key in keys)
        kept = [index for index in source.indexes if f"{source.name}.{index.name}" not in listed]
        assert len(target.indexes) + len(target.uniques) >= len(kept)


def test_a_selection_lists_what_its_tables_leave_behind(database: DatabaseFactory) -> None:
    there = database("postgresql", sample="sakila")
    whole = transfer.inspect(there).not_carried
    chosen = transfer.inspect(there, transfer.Selection(("film",))).not_carried
    triggers = {item.name for item in whole if item.object == "trigger"}
    own = {name for name in triggers if name.startswith("film.")}
    assert own and {item.name for item in chosen if item.object == "trigger"} == own
    assert not {item.object for item in chosen} & {"function", "view", "aggregate"}
    (rest,) = (item for item in chosen if item.object == "other objects")
    others = sum(item.object == "function" for item in whole)
    assert others and f"function: {others}" in rest.name


def _size(key: PrimaryKey | None) -> int:
    return len(key.columns) if key else 0


def the_next_number_is_free(here: str, plan: transfer.Plan) -> None:
    """An INSERT without id succeeds, and its number is above all others."""
    actor = next(table for table in plan.tables if table.source.name.name == "actor")
    name = plain.quoted(here, str(actor.target.name))
    plain.execute(here, f"INSERT INTO {name} (first_name, last_name) VALUES ('NEW', 'ACTOR')")
    assert plain.query(here, f"SELECT max(actor_id) FROM {name} WHERE last_name = 'ACTOR'")[0][0] == 201

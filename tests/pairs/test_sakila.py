"""The film rental from three engines to all four: rows equal, keys, indexes and identities there."""

from __future__ import annotations

import json
from itertools import product

import pytest

import transfer
from dialects import connect
from tests.conftest import DatabaseFactory
from tests.pairs import plain

SOURCES = ("postgresql", "mysql", "mariadb")
TARGETS = (*SOURCES, "sqlite")
PAYMENTS = 16_049


def as_text(value: object) -> object:
    """Lists are JSON on engines without arrays; sets and JSON lists compare by their members."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            value = json.loads(value)
        except ValueError:
            return value.strip("{}")
    return ",".join(map(str, value)) if isinstance(value, list) else value


def comparable_rows(url: str, table: str, columns: list[str]) -> list[str]:
    return sorted(repr([as_text(value) for value in row]) for row in plain.rows(url, table, columns))


@pytest.fixture(params=list(product(SOURCES, TARGETS)), ids=lambda pair: f"{pair[0]}-{pair[1]}")
def moved(request: pytest.FixtureRequest, database: DatabaseFactory) -> tuple[str, str, transfer.Plan, transfer.Report]:
    """Source, target, plan and report of one copy with two workers."""
    source, target = request.param
    there, here = database(source, sample="sakila"), database(target)
    plan = transfer.plan(there, here)
    report = transfer.copy(plan, source=there, target=here, options=transfer.Options(jobs=2))
    return there, here, plan, report


def test_everything_arrives(moved: tuple[str, str, transfer.Plan, transfer.Report]) -> None:
    there, here, plan, report = moved
    assert {table.verified for table in report.tables} == {"digest"}, report
    payments = sum(table.rows for table in report.tables if "payment" in table.source)
    assert payments in {PAYMENTS, PAYMENTS - 5}  # MySQL's sample was cut by five rows
    for table in plan.tables:
        columns = [column.write.name for column in table.columns]
        sources = [column.read.name for column in table.columns]
        assert comparable_rows(here, str(table.target.name), columns) == comparable_rows(
            there, str(table.source.name), sources
        ), table.target.name


def test_keys_and_indexes_are_on_the_target(moved: tuple[str, str, transfer.Plan, transfer.Report]) -> None:
    there, here, plan, _ = moved
    with connect(here) as session:
        found = {table.name: table for table in session.reflect(()).tables}
    named = {item.name for item in plan.not_carried}
    for table in plan.tables:
        source, target = table.source, found[table.target.name]
        assert (target.primary_key and len(target.primary_key.columns)) == (
            source.primary_key and len(source.primary_key.columns)
        )
        keys = [key for key in source.foreign_keys if f"{source.name}.{key.name}" not in named]
        assert len(target.foreign_keys) == len(keys)
        assert {key.target.name for key in target.foreign_keys} == {key.target.name for key in keys}
        kept = [index for index in source.indexes if f"{source.name}.{index.name}" not in named]
        assert len(target.indexes) + len(target.uniques) >= len(kept)


def test_the_next_number_is_free(moved: tuple[str, str, transfer.Plan, transfer.Report]) -> None:
    """An INSERT without id succeeds, and its number is above all others."""
    _, here, plan, _ = moved
    actor = next(table for table in plan.tables if table.source.name.name == "actor")
    assert any(column.identity for column in actor.target.columns)
    name = plain.quoted(here, str(actor.target.name))
    plain.execute(here, f"INSERT INTO {name} (first_name, last_name) VALUES ('NEW', 'ACTOR')")
    found = plain.query(here, f"SELECT max(actor_id) FROM {name} WHERE last_name = 'ACTOR'")
    assert found[0][0] == 201

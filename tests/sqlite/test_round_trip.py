"""From a server into a SQLite file and back into a server of the same kind: types and values return as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

import transfer
from dialects import connect
from mappings import types as t
from mappings.schema import Table
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.config import parse_allowance

WITHOUT_A_NAME_HERE = (t.Opaque, t.Array, t.SetOf)
"""Types that SQLite gets as text or JSON, so that they cannot come back."""


def moved(source: str, target: str) -> None:
    blocks = transfer.plan(source, target).blocks
    allowances = tuple(parse_allowance(block.option.split("'")[1]) for block in blocks)
    options = transfer.Options(allowances=allowances)
    report = transfer.copy(transfer.plan(source, target, options), source=source, target=target, options=options)
    assert {table.verified for table in report.tables} == {"digest"}


def tables(url: str) -> dict[str, Table]:
    """By the name that a table has in SQLite, where another schema is a prefix."""
    with connect(url) as session:
        schema = session.reflect(())
    return {
        table.name.name
        if table.name.schema in ("", schema.default_schema)
        else str(table.name).replace(".", "_"): table
        for table in schema.tables
    }


def comparable(kind: t.LogicalType) -> t.LogicalType:
    """Without what no other engine has: collations; MySQL keeps instants in UTC unsaid."""
    match kind:
        case t.Text(length=length):
            return replace(kind, collation=None, fixed=kind.fixed and length is not None)
        case t.Enum():
            return replace(kind, collation=None)
        case t.Timestamp():
            return replace(kind, zoned=False)
        case t.Integer(bits=32, unsigned=True):
            return t.Integer(64)
        case _:
            return kind


@pytest.mark.parametrize(("engine", "sample"), [("postgresql", "sink"), ("mysql", "sakila"), ("mariadb", "sakila")])
def test_types_and_values_return(database: DatabaseFactory, engine: str, sample: str) -> None:
    there, here, back = database(engine, sample=sample), database("sqlite"), database(engine)
    moved(there, here)
    moved(here, back)
    originals, returned = tables(there), tables(back)
    assert returned.keys() == originals.keys()
    for name, original in originals.items():
        kept = [column for column in original.columns if not isinstance(column.type, WITHOUT_A_NAME_HERE)]
        assert {column.name: comparable(returned[name].column(column.name).type) for column in kept} == {
            column.name: comparable(column.type) for column in kept
        }
        names = [column.name for column in kept]
        assert plain.rows(back, str(returned[name].name), names) == plain.rows(there, str(original.name), names)

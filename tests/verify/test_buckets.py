"""The servers put rows into the same buckets as this side does, with the same sums, whatever the key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialects import connect
from dialects.url import parse_url
from mappings import types as t
from mappings.buckets import Bucketing, Hashes, Keys
from mappings.schema import Table
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.buckets import Buckets, ranges
from transfer.conditions import Within
from transfer.plan import ColumnPlan, TablePlan
from transfer.sides import Side, target_side

SERVERS = ("postgresql", "mysql", "mariadb")
KEYS = {
    "bigint": (-(2**63), -(2**63) + 1, -5, -1, 0, 1, 2, 7, 8, 2**62, 2**63 - 2, 2**63 - 1),
    "smallint": (-32768, -1, 0, 5, 32767),
    "bigint unsigned": (0, 1, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1),
}


def side(url: str, table: Table) -> Side:
    columns = tuple(ColumnPlan(column, column) for column in table.columns)
    return target_side(connect(parse_url(url)), TablePlan(table, table, columns), 1000)


@pytest.mark.parametrize("native", list(KEYS))
@pytest.mark.parametrize("engine", SERVERS)
def test_inside_as_read(database: DatabaseFactory, engine: str, native: str) -> None:
    if engine == "postgresql" and native not in ("bigint", "smallint"):
        return  # PostgreSQL has no unsigned types
    url, keys = database(engine), KEYS[native]
    rows = ", ".join(f"({key}, 'v{key}')" for key in keys)
    plain.execute(
        url, f"CREATE TABLE t (k {native} UNIQUE, v varchar(30))", f"INSERT INTO t VALUES {rows}, (NULL, 'x')"
    )
    with connect(parse_url(url)) as session:
        (table,) = session.reflect(()).tables
    inside = side(url, table)
    with inside.session:
        read = replace(inside, own={})
        key = inside.columns[0]
        whole = ranges(key, (min(keys), max(keys)))
        for least, greatest in ((min(keys), max(keys)), (0, max(keys)), (-1 if min(keys) < 0 else 1, 7)):
            cut = ranges(key, (least, greatest))
            assert scanned(inside, cut, inside=True).differing(scanned(read, cut, inside=False)) == []
        for digits in (2, 4):
            by = Hashes((key,), digits)
            assert scanned(inside, by, inside=True).differing(scanned(read, by, inside=False)) == []
        one, other = (each.slices(Keys(key), ()).sort_by("slice") for each in (inside, read))
        assert one.equals(other) and one.num_rows == len(keys) + 1
        chosen = (Within(whole, (0, whole.count - 1, None)), Within(Keys(key), (keys[0], keys[-1], None)))
        one, other = (each.rows(chosen).sort_by("v") for each in (inside, read))
        assert one.equals(other) and one.num_rows == 3
        assert inside.ends(key, ()) == (min(keys), max(keys))


def scanned(side: Side, by: Bucketing, *, inside: bool) -> Buckets:
    assert not isinstance(by, Keys)
    buckets, counted = side.scan(by, ())
    assert counted == inside
    assert isinstance(side.columns[0].type, t.Integer)
    return buckets

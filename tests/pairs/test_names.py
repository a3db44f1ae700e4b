"""One database of nasty names for every ordered pair of engines: every name arrives, or blocks with what settles it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from itertools import product

import pytest

import transfer
from mappings.schema import Schema, Table, TableName
from tests.conftest import DatabaseFactory
from tests.pairs import meaning, plain
from transfer.config import parse_naming

ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")
BASIC = ("mysql", "mariadb")
"""No characters beyond the basic plane, no space at the end."""
FOLDING = ("mysql", "mariadb", "sqlite", "duckdb")
"""Columns that differ in case only are one; tables too, but on MySQL and MariaDB as they are set up on Linux."""

ODD = """\
a.b|"quoted"|`ticked`|[bracketed]|it's|a"b|a`b|a]b|2B|123|two words| leading|bıgınt|Größe|name$_#-|per%cent|%s|{brace}|
{}|:colon|@at|?|back\\slash|semi;colon|-- dash|/* star */|日本語|Ñandú|it''s|a,b|(c)|#hash|tab\tbed|x'y"z`"""
RESERVED = """
add all as between case check column create cube current_user default desc end from full function generated group
groups if index interval key lateral library like limit manual natural null offset order parallel plan primary
qualify rank returning row rows select set some system table to true union user using values when where window year"""
HOMES = {"postgresql": "public", "duckdb": "main"}
HARDEST = "x'y\"z`"
HARDEST_TABLE = "a.b \"c\" `d` [e] 'f'"
LONG = "a_very_long_name_that_is_longer_than_sixty_three_bytes_in_"


def quoted(url: str, name: str) -> str:
    mark = "`" if plain.engine(url) == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def created(url: str, table: str, columns: Iterable[str], *more: str, least: int = 0) -> Iterator[str]:
    """A table with the key `id`, a number in each further column, and two rows."""
    columns = list(columns)
    listed = ["id INT PRIMARY KEY", *(f"{quoted(url, name)} INT" for name in columns), *more]
    yield f"CREATE TABLE {quoted(url, table)} ({', '.join(listed)})"
    for row in (1, 2):
        values = ", ".join(str(row + least * at) for at in range(len(columns) + 1))
        yield f"INSERT INTO {quoted(url, table)} VALUES ({values})"


def nasty(url: str, engine: str) -> Iterator[str]:
    """The names that this engine takes itself."""

    def name(text: str) -> str:
        return quoted(url, text)

    yield from created(url, HARDEST_TABLE, ODD.replace("\n", "").split("|"), f"CHECK ({name(HARDEST)} > 0)", least=1000)
    yield from created(url, "order", RESERVED.split(), least=1000)
    key = f"CONSTRAINT {name('key of.group')} FOREIGN KEY ({name('key')}) REFERENCES {name('order')} (id)"
    yield from created(url, "group", ["key"], key)
    yield f"CREATE INDEX {name(HARDEST)} ON {name('group')} ({name('key')})"
    if engine != "postgresql":
        head = "日" * 5 if engine in BASIC else "日"
        yield from created(url, "system", ["xmin", "ctid", *(LONG + head + tail for tail in "ab")])
    if engine not in BASIC:
        yield from created(url, "😀", ["😎 ", "tail ", "tail"])
        yield f"CREATE INDEX {name('Primary')} ON {name('😀')} (tail)"
    if engine not in FOLDING:
        yield from (*created(url, "Foo", ["Id2", "ID2", "id2"]), *created(url, "foo", ["É", "é"]))
    if engine == "sqlite":
        yield from created(url, "empty", ["", "É", "é"])


def blocked(source: str, target: str) -> set[str]:
    """The places that the target cannot call so, as this page saw the engines."""
    places = {"system.xmin", "system.ctid"} if target == "postgresql" != source else set()
    if source not in BASIC and target in BASIC:
        places |= {"😀", "😀.😎 ", "😀.tail "}
    if source == "postgresql" and target in FOLDING:
        places |= {"Foo.ID2", "Foo.id2"} | ({"foo.é"} if target in BASIC else {"foo"})
    if source == "sqlite" != target:
        places |= {"empty."} | ({"empty.é"} if target in BASIC else set())
    return places


def taken(plan: transfer.Plan) -> list[str]:
    """What the blocks offer."""
    words = [shlex.split(block.option) for block in plan.blocks]
    assert all(option == "--rename" for option, _ in words), plan.blocks
    return [text for _, text in words]


def rows(url: str, table: Table, names: Iterable[str]) -> list[tuple[object, ...]]:
    place = ".".join(quoted(url, part) for part in (table.name.schema, table.name.name) if part)
    listed = ", ".join(quoted(url, name) for name in names)
    return sorted(plain.query(url, f"SELECT {listed} FROM {place}"), key=repr)


def assert_arrived(there: str, here: str, plan: transfer.Plan) -> None:
    for table in plan.tables:
        source = rows(there, table.source, (column.read.name for column in table.columns))
        assert rows(here, table.target, (column.write.name for column in table.columns)) == source
        assert len(source) == 2


@pytest.mark.parametrize(("source", "target"), list(product(ENGINES, ENGINES)))
def test_every_name_arrives_or_blocks(database: DatabaseFactory, source: str, target: str) -> None:
    there, here = database(source), database(target)
    plain.execute(there, *nasty(there, source))
    plan = transfer.plan(there, here)
    home = f"{HOMES[source]}." if source in HOMES else ""
    assert {block.where.removeprefix(home) for block in plan.blocks} == blocked(source, target)
    if plan.blocks:
        plan = transfer.plan(there, here, transfer.Options(naming=parse_naming(renames=taken(plan))))
        assert not plan.blocks
    report = transfer.copy(plan, source=there, target=here, options=transfer.Options(verify="none"))
    meaning.assert_as_planned(report)
    assert_arrived(there, here, plan)
    assert_no_name_is_lost(transfer.inspect(here), plan)


def not_carried(plan: transfer.Plan, table: TableName) -> bool:
    """Expressions of some engines go to some others only."""
    return any(item.object == "check" and item.name.startswith(f"{table}.") for item in plan.not_carried)


def assert_no_name_is_lost(target: Schema, plan: transfer.Plan) -> None:
    """What the plan says is called otherwise is so, and everything else is called as it was."""
    told = {(each.object, each.source) for each in plan.names}
    for table in plan.tables:
        live = target.table(table.target.name)
        for own, column in zip(table.source.columns, live.columns, strict=True):
            assert (own.name != column.name) == (("column", f"{table.source.name}.{own.name}") in told)
        for index in table.source.indexes:
            kept = index.name in [each.name for each in live.indexes]
            assert kept or ("index", f"{table.source.name}.{index.name}") in told
        assert len(live.foreign_keys) == len(table.source.foreign_keys)
        assert len(live.checks) >= len(table.target.checks)
        assert len(table.target.checks) >= len(table.source.checks) or not_carried(plan, table.source.name)

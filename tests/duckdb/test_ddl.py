"""What tables of other engines become: keys, indexes, numbering and defaults, made on the engine itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialects.duckdb import defaults
from dialects.duckdb.dialect import DuckDBDialect
from mappings import defaults as d
from mappings import types as t
from mappings.errors import ConstraintViolated
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    TableName,
    Unique,
)
from mappings.type_mapper import Use
from tests.duckdb.conftest import Make, Open

DIALECT = DuckDBDialect("2.0.0")
ID = Column("id", t.Integer(32), "INTEGER", nullable=False, identity=Identity(next=42))
NAME = Column("name", t.Text(), "VARCHAR")
PARENT = Table(TableName("main", "parent"), (ID, NAME), PrimaryKey("", ("id",)), comment="it's")
CHILD = Table(
    TableName("main", "child"),
    (Column("p", t.Integer(32), "INTEGER"), NAME),
    None,
    (Unique("once", ("name",)),),
    (ForeignKey("fk", ("p",), PARENT.name, ("id",)),),
    (Index("by_p", (IndexPart("p"),)),),
    (Check("named", Expression("duckdb", "name <> ''")),),
)


def run(session_of: Open, url: str, *tables: Table, rows: tuple[str, ...] = ()) -> list[str]:
    """Make the tables, fill them, finish them as a copy does; the texts that ran."""
    session, texts = session_of(url, writable=True), []
    for table in tables:
        texts += DIALECT.create_table(table)
    texts += rows
    for table in tables:
        texts += (*DIALECT.add_keys(table), *(DIALECT.create_index(table, index) for index in table.indexes))
    for table in tables:
        numbered = [DIALECT.continue_identity(table, column) for column in table.columns if column.identity]
        texts += [*filter(None, numbered), *DIALECT.comment(table)]
    for text in texts:
        session.execute(text)
    return texts


def test_a_child_is_filled_before_its_parent_and_keeps_its_key(made: Make, opened: Open) -> None:
    rows = ("INSERT INTO child VALUES (2, 'a'), (NULL, 'b')", "INSERT INTO parent VALUES (1, 'x'), (2, 'y')")
    url = made()
    run(opened, url, PARENT, CHILD, rows=rows)
    schema = opened(url).reflect(())
    child = schema.table(CHILD.name)
    assert child.foreign_keys == (ForeignKey("", ("p",), PARENT.name, ("id",)),)
    assert [unique.columns for unique in child.uniques] == [("name",)]
    assert [index.name for index in child.indexes] == ["by_p"] and len(child.checks) == 1
    assert child.rows == 2 and schema.table(PARENT.name).comment == "it's"
    assert {table.name.name for table in schema.tables} == {"parent", "child"}
    planned, found = DIALECT.normal_form(CHILD), DIALECT.normal_form(child)
    assert replace(found, rows=None, checks=()) == replace(planned, checks=())


def test_an_orphan_refuses_the_key_and_leaves_the_rows(made: Make, opened: Open) -> None:
    url = made()
    with pytest.raises(ConstraintViolated, match="does not exist in the referenced table"):
        run(opened, url, PARENT, CHILD, rows=("INSERT INTO child VALUES (3, 'orphan')",))
    assert opened(url).count(CHILD.name) == 1


@pytest.mark.parametrize(
    ("rows", "identity", "expected"),
    [
        ((), Identity(), 1),
        ((), Identity(next=42), 42),
        (("INSERT INTO parent VALUES (7, 'x')",), Identity(next=3), 8),
        (("INSERT INTO parent VALUES (7, 'x')",), Identity(next=100), 100),
        (("INSERT INTO parent VALUES (-7, 'x')",), Identity(start=-9), -6),
        (("INSERT INTO parent VALUES (-7, 'x')",), Identity(start=-1, increment=-2), -9),
        (("INSERT INTO parent VALUES (10, 'x')",), Identity(start=5, increment=5, next=None), 15),
    ],
)
def test_the_next_number_is_beyond_all(
    made: Make, opened: Open, rows: tuple[str, ...], identity: Identity, expected: int
) -> None:
    column = Column("id", t.Integer(32), "INTEGER", nullable=False, identity=identity)
    url = made()
    run(opened, url, Table(PARENT.name, (column, NAME), PARENT.primary_key), rows=rows)
    session = opened(url, writable=True)
    found = session.reflect(()).tables[0].columns[0].identity
    assert found is not None and (found.increment, found.next) == (identity.increment, expected)
    session.execute("INSERT INTO parent (name) VALUES ('next')")
    assert session.query("SELECT id FROM parent WHERE name = 'next'") == [(expected,)]


def test_a_column_that_is_full_stays_so(made: Make, opened: Open) -> None:
    column = Column("id", t.Integer(64), "BIGINT", nullable=False, identity=Identity())
    url = made()
    run(opened, url, Table(PARENT.name, (column, NAME)), rows=("INSERT INTO parent VALUES (9223372036854775807, 'x')",))
    assert opened(url).count(PARENT.name) == 1


def test_what_keys_cannot_do_here_is_told() -> None:
    cascade = ForeignKey("", ("p",), PARENT.name, ("id",), "CASCADE", "SET NULL", deferrable=True, match_full=True)
    fit = DIALECT.fit_foreign_key(CHILD, cascade)
    assert fit.held == ForeignKey("", ("p",), PARENT.name, ("id",))
    assert fit.reason == (
        "ON DELETE CASCADE not kept; ON UPDATE SET NULL not kept; is checked at once, not at commit; "
        "MATCH FULL is not enforced"
    )
    assert DIALECT.fit_foreign_key(CHILD, CHILD.foreign_keys[0]).reason == "its name is not kept"
    assert DIALECT.fit_foreign_key(PARENT, cascade).held is None
    assert DIALECT.fit_foreign_key(CHILD, ForeignKey("", ("p",), TableName("far", "a"), ("id",))).held is None
    assert DIALECT.fit_unique(CHILD, Unique("u", ("p",), nulls_not_distinct=True)).reason


def test_what_indexes_cannot_do_here_is_told() -> None:
    where = Expression("duckdb", "p > 0")
    part = IndexPart("p", descending=True, collation="x", opclass="y", prefix=3)
    fit = DIALECT.fit_index(CHILD, Index("i", (part,), where=where, include=("name",)))
    assert fit.held == Index("i", (IndexPart("p"),))
    for word in ("part", "INCLUDE (name)", "upwards", "class y", "collation x", "beginnings"):
        assert word in fit.reason
    for refused in (
        Index("i", (IndexPart("p"),), unique=True, where=where),
        Index("i", (IndexPart("p", prefix=3),), unique=True),
        Index("i", (IndexPart("p"),), method="gin"),
    ):
        assert DIALECT.fit_index(CHILD, refused).held is None


def test_a_stored_column_is_computed_on_reading_and_one_in_a_key_is_plain(made: Make, opened: Open) -> None:
    twice = Generated(Expression("duckdb", "id * 2"), stored=True)
    columns = (ID, Column("a", t.Integer(64), "BIGINT", generated=twice), Column("b", t.Integer(64), "BIGINT"))
    table, reasons = DIALECT.fit_table(Table(PARENT.name, columns, PARENT.primary_key))
    assert table.column("a").generated == Generated(twice.expression, stored=False) and len(reasons) == 1
    run(opened, made(), table, rows=("INSERT INTO parent (id, b) VALUES (4, 1)",))
    keyed, reasons = DIALECT.fit_table(Table(PARENT.name, columns, None, (Unique("u", ("a",)),)))
    assert keyed.column("a").generated is None and "plain column" in reasons[-1]


def test_a_unique_index_becomes_a_constraint_that_keys_can_point_at() -> None:
    index = Index("only", (IndexPart("name"),), unique=True)
    table, reasons = DIALECT.fit_table(Table(PARENT.name, (ID, NAME), indexes=(index,)))
    assert table.uniques == (Unique("only", ("name",)),) and table.indexes == ()
    assert reasons == ("the unique index only becomes a unique constraint",)


MEANINGS: list[tuple[d.Default, t.LogicalType]] = [
    (d.LiteralDefault("-1"), t.Integer(32)),
    (d.LiteralDefault("1.50"), t.Decimal(5, 2)),
    (d.LiteralDefault("true"), t.Boolean()),
    (d.LiteralDefault("it's"), t.Text()),
    (d.LiteralDefault("2020-01-31"), t.Date()),
    (d.BytesDefault("00ff41"), t.Binary()),
    (d.NowDefault("instant"), t.Timestamp(zoned=True)),
    (d.NowDefault("local"), t.Timestamp()),
    (d.NowDefault("utc", 0), t.Timestamp()),
    (d.NowDefault("utc", 3), t.Timestamp()),
    (d.TodayDefault(), t.Date()),
    (d.TimeOfDayDefault(), t.Time()),
    (d.RandomUuidDefault(), t.Uuid()),
    (d.ExpressionDefault("duckdb", "(1 + 1)"), t.Integer(32)),
]


@pytest.mark.parametrize(("meaning", "kind"), MEANINGS, ids=repr)
def test_defaults_are_read_back_as_they_were_meant(
    made: Make, opened: Open, meaning: d.Default, kind: t.LogicalType
) -> None:
    spelling = DIALECT.spell(kind, Use())
    assert spelling is not None
    table = Table(TableName("main", "a"), (Column("c", kind, spelling.native, default=meaning), NAME))
    url = made()
    run(opened, url, table, rows=("INSERT INTO a (name) VALUES ('x')",))
    found = opened(url).reflect(()).tables[0].columns[0]
    assert defaults.spelled(found.default or meaning, found) == defaults.spelled(meaning, table.columns[0])
    assert found.default == meaning


def test_defaults_that_have_no_equal_are_not_made() -> None:
    for meaning, kind in (
        (d.LiteralDefault("0000-00-00"), t.Date()),
        (d.LiteralDefault("x"), t.Integer(32)),
        (d.CurrentUserDefault(), t.Text()),
        (d.ExpressionDefault("duckdb", "nextval('s')"), t.Text()),
        (d.ExpressionDefault("postgres", "random()"), t.Float()),
        (d.NowDefault("utc", 2), t.Timestamp()),
    ):
        spelling = DIALECT.spell(kind, Use())
        assert spelling is not None
        assert DIALECT.spell_default(meaning, Column("c", kind, spelling.native)) is None

"""The statements, whole: Chinook planned for SQL Server, and what each object becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dialects import connect
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY
from mappings import types as t
from mappings.errors import Blocked
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
from tests.conftest import SQLiteFactory
from tests.mssql.fakes import FakeLink, session
from tests.mssql.tsql import parses
from transfer.config import Options
from transfer.plan import Plan
from transfer.planner import make_plan

BEYOND_IT = ("EXEC(", "ALTER TABLE [dbo].")
"""What sqlglot passes over or refuses: a batch in a string, and WITH CHECK ADD; test_chinook_... shows them whole."""
GOLDEN = Path(__file__).parent / "chinook.sql"


def number(name: str = "id", **more: object) -> Column:
    return Column(name, t.Integer(32), "int", nullable=False, **more)  # type: ignore[arg-type]


def text(name: str, length: int = 20, *, nullable: bool = True) -> Column:
    return Column(name, t.Text(length), f"nvarchar({length}) COLLATE Latin1_General_100_BIN2", nullable=nullable)


def table(name: str, *columns: Column, **more: object) -> Table:
    return Table(TableName("dbo", name), columns, **more)  # type: ignore[arg-type]


def settled(dialect: MssqlDialect, wanted: Table) -> tuple[Table, tuple[str, ...]]:
    """As the planner would: its keys one by one, then the table."""
    fits = [dialect.fit_foreign_key(wanted, key).held for key in wanted.foreign_keys]
    return dialect.fit_table(Table(**{**_fields(wanted), "foreign_keys": tuple(key for key in fits if key)}))  # type: ignore[arg-type]


def _fields(wanted: Table) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in wanted.__slots__}


@pytest.fixture
def chinook(sqlite_database: SQLiteFactory) -> Iterator[Plan]:
    with closing(connect(sqlite_database(sample="chinook"))) as source:
        yield make_plan(source, session(FakeLink()), Options())


def test_chinook_is_planned_as_it_was_reviewed(chinook: Plan) -> None:
    assert not chinook.blocks
    statements = [*chinook.opening, *chinook.statements]
    assert ";\n".join(statements) + ";\n" == GOLDEN.read_text(encoding="utf-8")


def test_what_a_parser_knows_of_it_is_tsql(chinook: Plan) -> None:
    unknown = [each for each in chinook.statements if not each.startswith(BEYOND_IT) and not parses(each)]
    assert unknown == []


def test_a_table_says_everything() -> None:
    wanted = table(
        "odd]table",
        number("id", identity=Identity(start=5, increment=2)),
        text("name", nullable=False),
        Column("twice", t.Integer(32), "int", generated=Generated(Expression(FAMILY, "[id] * 2"), stored=True)),
        primary_key=PrimaryKey("pk", ("id",)),
        uniques=(Unique("u", ("name",)),),
        checks=(Check("c", Expression(FAMILY, "[id] > 0")),),
    )
    (statement,) = MssqlDialect().create_table(wanted)
    assert statement == (
        "CREATE TABLE [dbo].[odd]]table] (\n"
        "  [id] int IDENTITY(5,2) NOT NULL,\n"
        "  [name] nvarchar(20) COLLATE Latin1_General_100_BIN2 NOT NULL,\n"
        "  [twice] AS ([id] * 2) PERSISTED,\n"
        "  CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([id]),\n"
        "  CONSTRAINT [u] UNIQUE NONCLUSTERED ([name]),\n"
        "  CONSTRAINT [c] CHECK ([id] > 0)\n"
        ")"
    )


def test_a_schema_is_made_where_it_is_missing() -> None:
    statements = MssqlDialect().create_table(Table(TableName("it's", "t"), (number(),)))
    assert statements[0] == "IF SCHEMA_ID(N'it''s') IS NULL EXEC(N'CREATE SCHEMA [it''s]')"
    assert len(MssqlDialect(Server(schemas=frozenset({"Sales"}))).create_table(Table(TableName("sales", "t"), ()))) == 1


def test_a_unique_constraint_that_holds_nulls_is_an_index_over_the_others() -> None:
    dialect = MssqlDialect()
    wanted = table("t", number(), text("a"), text("b", nullable=False), uniques=(Unique("u", ("a", "b")),))
    fit = dialect.fit_unique(wanted, wanted.uniques[0])
    assert fit.held is not None and "without NULL" in fit.reason
    assert "UNIQUE" not in dialect.create_table(wanted)[0]
    expected = "CREATE UNIQUE NONCLUSTERED INDEX [u] ON [dbo].[t] ([a], [b]) WHERE [a] IS NOT NULL"
    assert dialect.add_keys(wanted) == (expected,)
    once = Unique("u", ("a",), nulls_not_distinct=True)
    assert (
        not dialect.fit_unique(wanted, once).reason and dialect.add_keys(table("t", text("a"), uniques=(once,))) == ()
    )


def test_a_foreign_key_needs_a_key_that_takes_no_null() -> None:
    dialect = MssqlDialect()
    settled(
        dialect, table("p", number(), text("a"), primary_key=PrimaryKey("pk", ("id",)), uniques=(Unique("u", ("a",)),))
    )
    child = table("c", number("p"), text("a"))
    to_key = ForeignKey("f", ("p",), TableName("dbo", "p"), ("id",), on_delete="RESTRICT")
    to_unique = ForeignKey("g", ("a",), TableName("dbo", "p"), ("a",))
    assert (held := dialect.fit_foreign_key(child, to_key).held) == ForeignKey("f", ("p",), to_key.target, ("id",))
    assert "no unique key" in dialect.fit_foreign_key(child, to_unique).reason
    assert held is not None and dialect.add_foreign_key(child, held) == (
        "ALTER TABLE [dbo].[c] WITH CHECK ADD CONSTRAINT [f] FOREIGN KEY ([p]) REFERENCES [dbo].[p] ([id])"
    )


def test_actions_reach_a_table_on_one_way_only() -> None:
    dialect = MssqlDialect()
    key = PrimaryKey("", ("id",))

    def cascade(name: str, column: str, target: str) -> ForeignKey:
        return ForeignKey(name, (column,), TableName("dbo", target), ("id",), on_delete="CASCADE")

    settled(dialect, table("top", number(), primary_key=key))
    for name in ("left", "right"):
        settled(
            dialect, table(name, number(), number("top"), primary_key=key, foreign_keys=(cascade(name, "top", "top"),))
        )
    both = (cascade("l", "left", "left"), cascade("r", "right", "right"), cascade("self", "id", "bottom"))
    held, reasons = settled(
        dialect, table("bottom", number(), number("left"), number("right"), primary_key=key, foreign_keys=both)
    )
    assert [each.on_delete for each in held.foreign_keys] == ["CASCADE", "NO ACTION", "NO ACTION"]
    assert [
        ("1785" in each, name in each) for each, name in zip(reasons, ("dbo.top already", "same table"), strict=True)
    ] == [(True, True)] * 2
    apart = (cascade("l2", "left", "left"), cascade("t2", "other", "other"))
    settled(dialect, table("other", number(), primary_key=key))
    held, _ = settled(dialect, table("free", number(), number("left"), number("other"), foreign_keys=apart))
    assert [each.on_delete for each in held.foreign_keys] == ["CASCADE", "CASCADE"]


def test_a_later_key_must_not_open_a_second_way_to_an_earlier_table() -> None:
    """Sakila: staff work in a store, a store has a manager, and both have an address."""
    dialect = MssqlDialect()

    def tables() -> list[tuple[str, ...]]:
        dialect.fitted.begin(())
        settled(dialect, table("address", number(), primary_key=PrimaryKey("", ("id",))))
        planned = {"staff": ("address", "store"), "store": ("address", "staff")}
        return [
            tuple(key.on_delete for key in settled(dialect, self_made(name, parents))[0].foreign_keys)
            for name, parents in planned.items()
        ]

    def self_made(name: str, parents: tuple[str, ...]) -> Table:
        keys = [ForeignKey(each, (each,), TableName("dbo", each), ("id",), on_delete="CASCADE") for each in parents]
        columns = (number(), *map(number, parents))
        return table(name, *columns, primary_key=PrimaryKey("", ("id",)), foreign_keys=tuple(keys))

    first = tables()
    assert first == [("CASCADE", "CASCADE"), ("NO ACTION", "NO ACTION")]
    assert tables() == first, "two plans agree"


def test_names_of_keys_are_one_in_a_schema() -> None:
    dialect = MssqlDialect()
    first, _ = settled(dialect, table("a", number(), primary_key=PrimaryKey("PRIMARY", ("id",))))
    second, _ = settled(dialect, table("b", number(), primary_key=PrimaryKey("a_primary", ("id",))))
    assert [each.primary_key and each.primary_key.name for each in (first, second)] == ["a_PRIMARY", "b_a_primary"]


def test_indexes_are_filtered_by_simple_conditions_and_by_null() -> None:
    dialect = MssqlDialect()
    wanted = table("t", number("a"), text("b"))
    part = (IndexPart("b", descending=True, nulls_first=True),)
    simple = Index("i", part, where=Expression(FAMILY, "[a] > 1"), include=("a",))
    held = dialect.fit_index(wanted, simple).held
    assert held is not None
    expected = "CREATE NONCLUSTERED INDEX [i] ON [dbo].[t] ([b] DESC) INCLUDE ([a]) WHERE [a] > 1"
    assert dialect.create_index(wanted, held) == expected
    either = Index("i", part, where=Expression(FAMILY, "[a] > 1 OR [a] < 0"))
    fit = dialect.fit_index(wanted, either)
    assert fit.held is not None and fit.held.where is None and "all rows" in fit.reason
    assert dialect.fit_index(wanted, Index("i", part, unique=True, where=either.where)).held is None
    unique = dialect.fit_index(wanted, Index("i", part, unique=True)).held
    assert unique is not None and unique.where == Expression(FAMILY, "[b] IS NOT NULL")
    own = dialect.fit_index(wanted, Index("i", part, unique=True, nulls_not_distinct=True)).held
    assert own is not None and own.where is None, "within the family NULL is one value on both sides"
    assert dialect.fit_index(wanted, Index("i", part, method="gin")).held is None


def test_keys_have_a_size() -> None:
    dialect = MssqlDialect()
    wide = table(
        "t", text("a", 450, nullable=False), text("b", 450, nullable=False), primary_key=PrimaryKey("", ("a", "b"))
    )
    held, reasons = settled(dialect, wide)
    assert any("1700 bytes" in reason for reason in reasons)
    assert "PRIMARY KEY NONCLUSTERED" in dialect.create_table(held)[0]
    loose = table("t", Column("a", t.Text(), "nvarchar(max)"), primary_key=PrimaryKey("", ("a",)))
    with pytest.raises(Blocked):
        dialect.fit_table(loose)
    fixed = table("t", *(Column(f"c{at}", t.Text(4000, fixed=True), "nchar(4000)") for at in range(2)))
    with pytest.raises(Blocked, match="8060"):
        dialect.fit_table(fixed)


def test_trailing_spaces_in_keys_are_told() -> None:
    _, reasons = settled(MssqlDialect(), table("t", text("a", nullable=False), primary_key=PrimaryKey("", ("a",))))
    assert any("'a' and 'a ' are equal" in reason for reason in reasons)


def test_a_condition_is_stored_for_it_cannot_be_computed() -> None:
    computed = Generated(Expression(FAMILY, "[id] > 1"), stored=True)
    held, reasons = settled(MssqlDialect(), table("t", number(), Column("ok", t.Boolean(), "bit", generated=computed)))
    assert held.column("ok").generated is None and "cannot be computed" in reasons[0]


@pytest.mark.parametrize(
    ("identity", "wanted", "most"),
    [
        (Identity(next=7), "7", "MAX"),
        (Identity(start=10), "10", "MAX"),
        (Identity(start=-1, increment=-2, next=-9), "-9", "MIN"),
    ],
)
def test_numbers_go_on_behind_all_there_are(identity: Identity, wanted: str, most: str) -> None:
    column = number(identity=identity)
    statement = MssqlDialect().continue_identity(table("it's", column), column)
    assert statement is not None and statement.startswith("EXEC(N'") and f"ELSE {wanted} END" in statement
    batch = statement.removeprefix("EXEC(N'").removesuffix("')").replace("''", "'")
    assert f"{most}([id])" in batch and "DBCC CHECKIDENT (N'[dbo].[it''s]', RESEED, @next)" in batch
    assert batch.index("IF EXISTS") < batch.index("DBCC"), "only a table that never held a row takes the number itself"


def test_comments_and_orphans() -> None:
    child = Table(TableName("dbo", "c"), (number("p", comment="it's"),), comment="all")
    place = "@level0type = N'SCHEMA', @level0name = N'dbo', @level1type = N'TABLE', @level1name = N'c'"
    assert MssqlDialect().comment(child) == (
        f"EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'all', {place}",
        f"EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'it''s', {place}, "
        "@level2type = N'COLUMN', @level2name = N'p'",
    )
    query = MssqlDialect().orphans(child, ForeignKey("f", ("p",), TableName("dbo", "p"), ("id",)))
    assert (
        query.startswith("SELECT DISTINCT TOP (10) c.[p] FROM [dbo].[c] c") and "LIMIT" not in query and parses(query)
    )


def test_what_is_planned_and_what_is_found_have_one_form() -> None:
    dialect = MssqlDialect()
    planned = table("t", number("id", identity=Identity()), text("a"), uniques=(Unique("u", ("a",)),))
    part = (IndexPart("a"),)
    index = Index("u", part, unique=True, where=Expression(FAMILY, "[a] IS NOT NULL"), nulls_not_distinct=True)
    found = table("t", number("id", identity=Identity()), text("a"), indexes=(index,), options=(("clustered", "i"),))
    assert dialect.normal_form(planned) == dialect.normal_form(found)


def test_a_table_cannot_be_called_like_a_temporary_one() -> None:
    assert "temporary" in MssqlDialect().refuses_name("table", "#orders")
    assert not MssqlDialect().refuses_name("column", "#orders")

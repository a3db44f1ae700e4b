"""Conditions of other engines in T-SQL, and what is refused."""

from __future__ import annotations

import pytest

from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.expressions import unwrapped
from dialects.mssql.fitting import is_simple
from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY, logical_type
from mappings import types as t
from mappings.expressions import refusal, translate
from mappings.schema import Column, Expression
from tests.mssql.tsql import parses

COLUMNS = {
    column.name: column
    for column in (
        Column("n", t.Integer(32), "integer"),
        Column("m", t.Integer(32), "integer"),
        Column("price", t.Decimal(10, 2), "numeric(10,2)"),
        Column("ok", t.Boolean(), "boolean"),
        Column("v", t.Text(20), "varchar(20)"),
        Column("code", t.Text(2, fixed=True), "char(2)"),
        Column("mood", t.Enum(("sad", "glad"), "mood"), "mood"),
        Column("day", t.Date(), "date"),
        Column("odd]name", t.Integer(32), "integer"),
    )
}
SPELLED = [
    ("n > 0 AND n < 10", "[n] > 0 AND [n] < 10"),
    ("(n + m) * 2 <= 7", "([n] + [m]) * 2 <= 7"),
    ("price >= 0.01", "[price] >= 0.01"),
    ("price BETWEEN 0 AND 9.5", "[price] BETWEEN 0 AND 9.5"),
    ("n IN (1, 2)", "[n] IN (1, 2)"),
    ("n IS NOT NULL", "[n] IS NOT NULL"),
    ("n NOT IN (1, 2)", "NOT ([n] IN (1, 2))"),
    ("ok", "[ok] = 1"),
    ("NOT ok", "NOT ([ok] = 1)"),
    ("ok OR n IS NULL", "[ok] = 1 OR [n] IS NULL"),
    ("ok = true", "[ok] = 1"),
    ("v = 'it''s'", "([v] = N'it''s' AND DATALENGTH([v]) = DATALENGTH(N'it''s'))"),
    ("v <> ''", "([v] <> N'' OR DATALENGTH([v]) <> DATALENGTH(N''))"),
    ("mood = 'sad'", "[mood] = N'sad'"),
    ("code = 'DE'", "[code] = N'DE'"),
    ("day >= '2020-01-31'", "[day] >= N'2020-01-31'"),
    ('"odd]name" > -1', "[odd]]name] > -(1)"),
    ("coalesce(n, 0) = 0", "COALESCE([n], 0) = 0"),
]


@pytest.mark.parametrize(("sql", "expected"), SPELLED, ids=[sql for sql, _ in SPELLED])
def test_conditions_are_spelled(sql: str, expected: str) -> None:
    spelled = MssqlDialect().spell_expression(Expression("postgres", sql), COLUMNS)
    assert spelled == expected
    assert parses(f"SELECT 1 FROM [t] WHERE {spelled}")


@pytest.mark.parametrize(
    "sql",
    ["length(v) > 3", "v LIKE '[a]%'", "upper(v) = 'A'", "price * 2 > 1", "v < 'b'", "n = m IS TRUE", "now() > day"]
    + ["n BETWEEN SYMMETRIC 2 AND 1", "v NOT LIKE 'a'", "v ~ '^a'", "v || 'x' = 'ax'", "(n > 1) = ok", "n / 2 = 1"],
)
def test_what_means_another_thing_here_is_refused(sql: str) -> None:
    assert MssqlDialect().spell_expression(Expression("postgres", sql), COLUMNS) is None


def test_every_proven_grammar_is_understood() -> None:
    for family in ("postgres", "mysql", "sqlite"):
        assert MssqlDialect().spell_expression(Expression(family, "n > 0"), COLUMNS) == "[n] > 0"


OWN = {
    column.name: column
    for column in (
        Column("n", t.Integer(32), "int"),
        Column("m", t.Integer(64), "bigint"),
        Column("price", t.Decimal(10, 2), "decimal(10,2)"),
        Column("ok", t.Boolean(), "bit"),
        Column("v", logical_type("nvarchar(20) COLLATE Latin1_General_CI_AS"), "nvarchar(20)"),
        Column("cased", logical_type("nvarchar(20) COLLATE Latin1_General_CS_AS"), "nvarchar(20)"),
        Column("exact", logical_type("nvarchar(20) COLLATE Latin1_General_100_BIN2"), "nvarchar(20)"),
        Column("day", t.Date(), "date"),
        Column("begun", t.Timestamp(3), "datetime2(3)"),
        Column("ended", t.Timestamp(3), "datetime2(3)"),
        Column("old", t.Timestamp(3), "datetime"),
    )
}
CARRIED = [
    ("([n]>(0) AND [n]<(10))", '"n" > 0 AND "n" < 10', "`n` > 0 AND `n` < 10"),
    ("([n]>=(-1) OR [n] IS NULL)", '"n" >= (-1) OR "n" IS NULL', "`n` >= (-1) OR `n` IS NULL"),
    ("([price]>=(0.01))", '"price" >= 0.01', "`price` >= 0.01"),
    ("([ok]=(1))", '"ok" = TRUE', "`ok` = TRUE"),
    ("(NOT [ok]=(0))", 'NOT "ok" = FALSE', "NOT `ok` = FALSE"),
    ("([ok]=CONVERT([bit],(1)))", '"ok" = TRUE', "`ok` = TRUE"),
    ("([exact]=N'it''s' OR [exact]='y')", "RTRIM(\"exact\") = RTRIM('it''s') OR RTRIM(\"exact\") = RTRIM('y')",
     "RTRIM(`exact`) = RTRIM('it''s') OR RTRIM(`exact`) = RTRIM('y')"),
    ("([day]>='2020-01-31')", "\"day\" >= '2020-01-31'", "`day` >= '2020-01-31'"),
    ("([ended]>=[begun])", '"ended" >= "begun"', "`ended` >= `begun`"),
    ("([n]*(2)+[m])", 'CAST("n" AS BIGINT) * 2 + "m"', "`n` * 2 + `m`"),
    ("(case when [n]>(1) then (1) else (0) end=(1))", 'CASE WHEN "n" > 1 THEN 1 ELSE 0 END = 1',
     "CASE WHEN `n` > 1 THEN 1 ELSE 0 END = 1"),
    ("(isnull([n],(0))=(0))", 'COALESCE("n", 0) = 0', "COALESCE(`n`, 0) = 0"),
    ("([N]%(2)=(0))", '"n" % 2 = 0', "`n` % 2 = 0"),
]  # fmt: skip
LEFT = [
    "([v]='M')", "([cased]='M')", "(len([exact])>(3))", "(upper([exact])='M')", "([exact] like 'a%')", "([exact]>'a')",
    "(ltrim([exact])='a')", "([v]+[exact]='ab')", "([price]*(2)>(1))", "(isnull([price],(0))>(1))", "([old]>=[begun])",
    "([begun]>'2020-01-01')", "(getdate()>[begun])", "(datediff(day,[begun],[ended])>(0))", "([price]>($0))",
    "(CONVERT([int],[price])=(1))", "([ok]=(2))", "(case when [n]>(1) then 'a' else [v] end='a')", "([n]>(1e5))",
    "(patindex('%x%',[exact])>(0))", "([v] IN (N'a'))", "(nullif([n],(1)) IS NULL)", "(isnumeric([exact])=(1))",
]  # fmt: skip


@pytest.mark.parametrize(("sql", "postgres", "mysql"), CARRIED, ids=[sql for sql, *_ in CARRIED])
def test_what_the_manual_leaves_no_doubt_about_is_carried(sql: str, postgres: str, mysql: str) -> None:
    own = Expression(FAMILY, sql)
    assert translate(own, to="postgres", columns=OWN) == postgres
    assert translate(own, to="mysql", columns=OWN) == mysql
    assert translate(own, to="sqlite", columns=OWN) is not None


@pytest.mark.parametrize("sql", LEFT)
def test_what_hangs_on_collation_spaces_or_scale_is_left(sql: str) -> None:
    own = Expression(FAMILY, sql)
    assert [translate(own, to=to, columns=OWN) for to in ("postgres", "mysql", "sqlite")] == [None] * 3
    assert refusal(own, to="postgres", columns=OWN)


def test_own_expressions_are_kept_where_the_version_knows_them() -> None:
    old, new = MssqlDialect(Server(version=15)), MssqlDialect(Server(version=17))
    for sql in ("[a] IS DISTINCT FROM [b]", "GREATEST([a],[b])>(0)", "isjson([c],VALUE)=(1)", "REGEXP_LIKE([c],N'x')"):
        assert old.spell_expression(Expression(FAMILY, sql), {}) is None, sql
        assert new.spell_expression(Expression(FAMILY, sql), {}) == sql
    plain = "[GREATEST] like N'%[DISTINCT FROM]%' AND isjson([c])=(1)"
    assert old.spell_expression(Expression(FAMILY, plain), {}) == plain


@pytest.mark.parametrize(
    ("text", "bare"),
    [("((0))", "0"), ("(N'a)')", "N'a)'"), ("([a]>(0)) AND ([b]>(0))", "([a]>(0)) AND ([b]>(0))"), (" ( x ) ", "x")]
    + [("([a(b]]])", "[a(b]]]")],
)
def test_parentheses_around_the_whole_are_taken_off(text: str, bare: str) -> None:
    assert unwrapped(text) == bare


@pytest.mark.parametrize(
    ("sql", "simple"),
    [
        ("[a] = 1 AND [b] IS NOT NULL", True),
        ("[a] IN (1, 2)", True),
        ("[a] > N'OR'", True),
        ("[a] = 1 OR [b] = 1", False),
    ]
    + [("NOT ([a] = 1)", False), ("([a] = N'x' AND DATALENGTH([a]) = 2)", False), ("[a] + 1 = 2", False)]
    + [("[a] LIKE N'x%'", False), ("[OR] = 1", True)],
)
def test_filtered_indexes_take_simple_conditions_only(sql: str, simple: bool) -> None:
    assert is_simple(sql) is simple

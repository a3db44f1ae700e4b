"""What is created is what was reflected, and what is not the same is said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dialects import connect
from dialects.base import Fit
from dialects.sqlite.dialect import SqliteDialect
from dialects.sqlite.fitting import NULLS_BY_EXPRESSION as EQUAL_NULLS
from mappings import types as t
from mappings.defaults import LiteralDefault
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Identity,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    TableName,
    Unique,
)
from tests.sqlite.conftest import Maker

DIALECT = SqliteDialect("3.40.1")
HARD = """
CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT COLLATE RTRIM, CONSTRAINT "u""p" UNIQUE (a, b));
CREATE TABLE plain (id INTEGER CONSTRAINT key PRIMARY KEY, v DEFAULT (1 + 2) NOT NULL);
CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, "a b" VARCHAR(3) DEFAULT 'x''y' CHECK ("a b" <> ')'));
CREATE TABLE compound ("select" TEXT, b INT, c INT AS (b * 2) STORED, d AS (c + 1),
  PRIMARY KEY (b, "select")) WITHOUT ROWID;
CREATE TABLE strict (id INT PRIMARY KEY, a ANY, r REAL) STRICT;
CREATE TABLE child (x REFERENCES p ON DELETE CASCADE ON UPDATE SET NULL, y TEXT, z TEXT,
  self INTEGER REFERENCES child (self),
  CONSTRAINT fk FOREIGN KEY (y, z) REFERENCES p (a, b) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT ck CHECK (x > 0 OR y IS NULL));
CREATE UNIQUE INDEX i1 ON child (y COLLATE NOCASE DESC, x) WHERE x > 0;
CREATE INDEX "i ""2" ON child (lower(z) || y COLLATE RTRIM DESC, abs(x));
"""


def test_reflected_created_and_reflected_again(opened: Maker, tmp_path: Path) -> None:
    schema = opened(HARD).reflect(())
    again = tmp_path / "again.db"
    with closing(sqlite3.connect(again)) as connection:
        for table in schema.tables:
            for statement in DIALECT.create_table(table):
                connection.execute(statement)
            for index in table.indexes:
                connection.execute(DIALECT.create_index(table, index))
    with connect(f"sqlite:///{again}") as session:
        second = session.reflect(())
    assert [replace(table, rows=None, octets=None) for table in second.tables] == [
        replace(table, rows=None, octets=None) for table in schema.tables
    ]
    assert second.not_carried == schema.not_carried == ()


NUMBERED = Table(
    TableName("", 'it"s'),
    (
        Column("the id", t.Integer(64), "INTEGER", nullable=False, identity=Identity(next=8)),
        Column("v", t.Text(), "TEXT"),
    ),
    PrimaryKey("", ("the id",)),
)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", 8),
        ("INSERT INTO {t} VALUES (3, 'x')", 8),
        ("INSERT INTO {t} VALUES (30, 'x')", 31),
        ("INSERT INTO {t} VALUES (30, 'x'); DELETE FROM {t}", 31),
        ("INSERT INTO {t} VALUES (-30, 'x')", 8),
    ],
)
def test_numbering_goes_on_behind_all_there_are(script: str, expected: int) -> None:
    statement = DIALECT.continue_identity(NUMBERED, NUMBERED.columns[0])
    assert statement is not None
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(DIALECT.create_table(NUMBERED)[0])
        connection.executescript(script.format(t='"it""s"'))
        for _ in range(2):
            connection.execute(statement)
        connection.execute('INSERT INTO "it""s" (v) VALUES (NULL)')
        assert connection.execute('SELECT max("the id") FROM "it""s"').fetchone() == (expected,)
        assert connection.execute("SELECT count(*) FROM sqlite_sequence").fetchone() == (1,)


def test_numbering_that_needs_no_help() -> None:
    plain = replace(NUMBERED, options=(("autoincrement", "no"),))
    assert DIALECT.continue_identity(plain, plain.columns[0]) is None
    assert "AUTOINCREMENT" not in DIALECT.create_table(plain)[0]
    assert DIALECT.continue_identity(NUMBERED, NUMBERED.columns[1]) is None


def test_who_can_number_itself() -> None:
    column = replace(NUMBERED.columns[0], identity=Identity(always=True, increment=5, next=3))
    fit = DIALECT.fit_identity(replace(NUMBERED, columns=(column, NUMBERED.columns[1])), column)
    assert fit.held == Identity(next=3)
    assert fit.reason == "explicit values are accepted; counts by 1, not by 5"
    elsewhere = replace(NUMBERED, primary_key=PrimaryKey("", ("the id", "v")))
    assert DIALECT.fit_identity(elsewhere, NUMBERED.columns[0]).held is None
    text = replace(column, native="DECIMAL_TEXT(20,0)")
    assert DIALECT.fit_identity(replace(NUMBERED, columns=(text,)), text).held is None


def test_indexes_as_they_can_be_held() -> None:
    parts = (
        IndexPart("a", nulls_first=False, opclass="text_pattern_ops", collation="de_DE"),
        IndexPart("b", descending=True, nulls_first=False, prefix=5, collation="NOCASE"),
    )
    fit = DIALECT.fit_index(NUMBERED, Index("i", parts, include=("c", "a")))
    kept = (IndexPart("a"), IndexPart("b", descending=True, collation="NOCASE"), IndexPart("c"))
    assert fit.held == Index("i", kept)
    for words in ("NULLs sort before", "text_pattern_ops", "de_DE", "whole values"):
        assert words in fit.reason
    assert DIALECT.fit_index(NUMBERED, Index("i", (IndexPart("a"),), method="gin")).held is None
    unique = DIALECT.fit_index(NUMBERED, Index("i", (IndexPart("a"),), unique=True, include=("b",)))
    assert unique == Fit(Index("i", (IndexPart("a"),), unique=True), "INCLUDE (b) left out")
    equal = DIALECT.fit_index(NUMBERED, Index("i", (IndexPart("v"),), unique=True, nulls_not_distinct=True)).held
    assert equal is not None
    assert DIALECT.create_index(NUMBERED, equal) == ('CREATE UNIQUE INDEX "i" ON "it""s" (ifnull("v", 0), "v" IS NULL)')
    prefixed = Index("i", (IndexPart("v", prefix=3),), unique=True)
    assert DIALECT.fit_index(NUMBERED, prefixed).held == prefixed
    assert DIALECT.create_index(NUMBERED, prefixed) == 'CREATE UNIQUE INDEX "i" ON "it""s" (substr("v", 1, 3))'


def test_keys_as_they_can_be_held() -> None:
    unique = DIALECT.fit_unique(NUMBERED, Unique("u", ("v",), nulls_not_distinct=True, deferrable=True))
    assert (unique.held, unique.reason) == (
        Unique("u", ("v",), nulls_not_distinct=True),
        f"{EQUAL_NULLS}; is checked at once, not at commit",
    )
    assert DIALECT.fit_unique(NUMBERED, Unique("u", ("the id",), nulls_not_distinct=True)).held == Unique(
        "u", ("the id",)
    )
    key = ForeignKey("f", ("v",), TableName("", "p"), ("id",), match_full=True, set_columns=("v",))
    fit = DIALECT.fit_foreign_key(NUMBERED, key)
    assert fit.held == replace(key, match_full=False, set_columns=())
    assert "MATCH FULL" in fit.reason and "not only v" in fit.reason
    assert DIALECT.fit_check(NUMBERED, Check("c", Expression("sqlite", "1"))).reason == ""
    assert DIALECT.add_foreign_key(NUMBERED, key) is None
    assert DIALECT.comment(NUMBERED) == ()


def test_orphans_are_found(opened: Maker) -> None:
    session = opened(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (x REFERENCES p); "
        "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1), (2), (NULL), (2)"
    )
    child = session.reflect(()).table(TableName("", "c"))
    assert session.query(DIALECT.orphans(child, child.foreign_keys[0])) == [(2,)]


COLUMNS = {
    column.name: column
    for column in (
        Column("n", t.Integer(32), "integer"),
        Column("price", t.Decimal(10, 2), "numeric(10,2)"),
        Column("wide", t.Decimal(30, 2), "numeric(30,2)"),
        Column("name", t.Text(), "text"),
        Column("day", t.Date(), "date"),
        Column("on", t.Boolean(), "boolean"),
    )
}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("n > 3", '"n" > 3'),
        ("price >= 0.5", 'CAST("price" AS REAL) >= 0.5'),
        ("price > -1", 'CAST("price" AS REAL) > -1'),
        ("price BETWEEN 0 AND 99999999.99", 'CAST("price" AS REAL) BETWEEN 0 AND 99999999.99'),
        ("price * 2 > 3", None),
        ("wide > 3", None),
        ("length((name)::text) < 9", 'LENGTH("name") < 9'),
        ("lower(name) = 'a'", None),
        ("price > ", None),
        ("now() > 3", None),
    ],
)
def test_expressions_of_others(sql: str, expected: str | None) -> None:
    assert DIALECT.spell_expression(Expression("postgres", sql), COLUMNS) == expected


def test_own_expressions_are_kept() -> None:
    assert DIALECT.spell_expression(Expression("sqlite", "lower(x) GLOB 'a*'"), {}) == "lower(x) GLOB 'a*'"


def test_the_face_of_the_dialect() -> None:
    assert (DIALECT.family, DIALECT.label, DIALECT.quote('a"b')) == ("sqlite", "SQLite 3.40.1", '"a""b"')
    column = Column("c", t.Integer(64), "INTEGER")
    assert DIALECT.spell_default(LiteralDefault("5"), column) == "5"
    assert DIALECT.limits.foreign_keys_inline and DIALECT.limits.writers == 1

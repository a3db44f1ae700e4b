"""The tokenizer and what it reads from CREATE TABLE and CREATE INDEX, against awkward but legal SQL."""

from __future__ import annotations

import sqlite3

import pytest

from dialects.sqlite.grammar import Clause, IndexTerm, index_text, spelled, table_text, tokens


def texts(sql: str) -> list[str]:
    return [token.text for token in tokens(sql)]


def test_every_kind_of_token() -> None:
    sql = """ [a b]`c``d`"e""f"'g''h'x'0F'1.5e-3.5 0x1F->>a||b--gone
    /* gone, (too */ <>ü$1 /* never closed"""
    assert texts(sql) == [
        "[a b]", "`c``d`", '"e""f"', "'g''h'", "x'0F'", "1.5e-3", ".5", "0x1F", "->>", "a", "||", "b", "<>", "ü$1",
    ]  # fmt: skip
    assert [token.name for token in tokens(sql)[:4]] == ["a b", "c`d", 'e"f', "g'h"]


def test_spelled_text_keeps_spaces_but_no_comment() -> None:
    sql = "a  >  0 -- positive\n and b"
    assert spelled(sql, tokens(sql)) == "a  >  0 and b"
    assert spelled("", []) == ""


def test_columns_on_one_line_keep_their_expressions_apart() -> None:
    found = table_text(
        "CREATE TABLE t(i int, a int generated always as (i*(2+1)) virtual, b text as (lower('),')) stored, c check(b))"
    )
    assert found.generated == {"a": "i*(2+1)", "b": "lower('),')"}
    assert found.of_kind("CHECK") == [Clause("CHECK", "", ("c",), "b")]


def test_constraint_names_and_optional_commas() -> None:
    found = table_text(
        """create table if not exists "x(y" ( -- comment, with (paren
        "a,b" INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE AUTOINCREMENT
            CONSTRAINT nn NOT NULL ON CONFLICT IGNORE,
        [c)] varchar(10, 2) COLLATE "NOCASE" DEFAULT -1 UNIQUE CHECK (/* no */ [c)] > ','),
        constraint u unique ("a,b", [c)] collate nocase desc) constraint k check (1) FOREIGN KEY (`a,b`) REFERENCES p
        )"""
    )
    assert found.autoincrement
    assert found.collations == {"c)": "NOCASE"}
    assert [(clause.kind, clause.name, clause.columns, clause.conflict) for clause in found.clauses] == [
        ("PRIMARY KEY", "pk", ("a,b",), "REPLACE"),
        ("NOT NULL", "nn", ("a,b",), "IGNORE"),
        ("UNIQUE", "", ("c)",), ""),
        ("CHECK", "", ("c)",), ""),
        ("UNIQUE", "u", ("a,b", "c)"), ""),
        ("CHECK", "k", (), ""),
        ("FOREIGN KEY", "", ("a,b",), ""),
    ]
    assert found.of_kind("CHECK")[0].expression == "[c)] > ','"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", (False, False)),
        ("DEFERRABLE", (True, False)),
        ("ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED", (True, True)),
        ("NOT DEFERRABLE INITIALLY DEFERRED", (False, False)),
        ("MATCH FULL ON UPDATE NO ACTION ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE NOT NULL", (True, False)),
    ],
)
def test_deferral(words: str, expected: tuple[bool, bool]) -> None:
    found = table_text(f"CREATE TABLE t(a int REFERENCES p(id) {words} UNIQUE)")
    key = found.of_kind("FOREIGN KEY")[0]
    assert (key.deferrable, key.initially_deferred) == expected
    assert found.of_kind("UNIQUE")


def test_defaults_hide_nothing_behind_them() -> None:
    found = table_text(
        "create table t(a default 'x' unique, b default (1, (2)) unique, c default +1.5 unique, d default null unique,"
        " e default current_timestamp collate rtrim)"
    )
    assert [clause.columns for clause in found.of_kind("UNIQUE")] == [("a",), ("b",), ("c",), ("d",)]
    assert found.collations == {"e": "rtrim"}


def test_multi_word_types() -> None:
    found = table_text(
        "create table t(a unsigned big int(10) check(a), b double precision, c native character(70) unique)"
    )
    assert [(clause.kind, clause.columns) for clause in found.clauses] == [("CHECK", ("a",)), ("UNIQUE", ("c",))]


def test_an_index() -> None:
    found = index_text(
        'CREATE UNIQUE INDEX "on" ON t (lower(v) COLLATE NOCASE DESC, "a b" collate rtrim, c ASC, (a + 1)) WHERE c > 0'
    )
    assert found.terms == (
        IndexTerm("lower(v)", "NOCASE"),
        IndexTerm('"a b"', "rtrim"),
        IndexTerm("c"),
        IndexTerm("(a + 1)"),
    )
    assert found.where == "c > 0"


def test_what_sqlite_keeps_after_alter_table() -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table t(a int /* x */, check (a > 0))")
        connection.execute("alter table t add column b text default 'q)' collate nocase check (b <> ',')")
        connection.execute("alter table t rename column a to [a )]")
        (sql,) = connection.execute("select sql from sqlite_schema").fetchone()
    found = table_text(sql)
    assert found.collations == {"b": "nocase"}
    assert [clause.expression for clause in found.of_kind("CHECK")] == ["b <> ','", '"a )" > 0']
    connection.close()

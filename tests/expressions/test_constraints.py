"""Constraints and indexes of one engine on the others: what is carried refuses the same rows, what is not is told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

import transfer
from dialects import connect
from dialects.base import Session
from mappings.errors import DatabaseError
from mappings.schema import Table
from tests.conftest import DatabaseFactory
from tests.expressions.computed import ENGINES
from tests.pairs import plain


@dataclass
class Case:
    """Statements at the source, and what the target's table, here `{t}`, then refuses and takes. `told` are words of
    the notes and of the list of what is not carried."""

    made: tuple[str, ...]
    takes: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    targets: tuple[str, ...] = ("mysql", "mariadb", "sqlite")
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By engine, what each index of the copy consists of."""


FROM_POSTGRESQL = {
    "nulls not distinct": Case(
        ("CREATE TABLE {t} (a int, v varchar(9), CONSTRAINT {t}_u UNIQUE NULLS NOT DISTINCT (a, v))",),
        ("(1, NULL)", "(0, NULL)", "(NULL, '')", "(NULL, NULL)", "(0, '')", "(1, 'x')"),
        ("(1, NULL)", "(NULL, NULL)", "(0, '')", "(1, 'x')"),
        ("NULLs count as equal",),
        ("mysql", "sqlite"),
    ),
    "nulls not distinct, without functional indexes": Case(
        ("CREATE TABLE {t} (a int, v varchar(9), CONSTRAINT {t}_u UNIQUE NULLS NOT DISTINCT (a, v))",),
        ("(1, NULL)", "(1, NULL)", "(1, 'x')"),
        ("(1, 'x')",),
        ("several NULLs are allowed here",),
        ("mariadb",),
    ),
    "nulls not distinct, of columns without NULL": Case(
        ("CREATE TABLE {t} (a int NOT NULL, CONSTRAINT {t}_u UNIQUE NULLS NOT DISTINCT (a))",), ("(1)", "(2)"), ("(1)",)
    ),
    "unique index, nulls not distinct": Case(
        (
            "CREATE TABLE {t} (a int, d date, n numeric(9,2))",
            "CREATE UNIQUE INDEX {t}_i ON {t} (a, d DESC, n) NULLS NOT DISTINCT",
        ),
        ("(1, NULL, NULL)", "(1, '2000-01-01', NULL)", "(1, NULL, 0)"),
        ("(1, NULL, NULL)", "(1, '2000-01-01', NULL)", "(1, NULL, 0)"),
        ("NULLs count as equal",),
        ("mysql", "sqlite"),
    ),
    "unique partial": Case(
        ("CREATE TABLE {t} (a int, v varchar(9))", "CREATE UNIQUE INDEX {t}_i ON {t} (v) WHERE a > 0"),
        ("(0, 'x')", "(0, 'x')", "(1, 'x')", "(NULL, 'x')", "(2, 'y')", "(2, NULL)", "(2, NULL)"),
        ("(2, 'x')", "(1, 'y')"),
        (),
        ("mysql", "sqlite"),
    ),
    "unique partial, without functional indexes": Case(
        ("CREATE TABLE {t} (a int, v varchar(9))", "CREATE UNIQUE INDEX {t}_i ON {t} (v) WHERE a > 0"),
        ("(1, 'x')", "(1, 'x')"),
        told=("there is no unique index over a part of the rows here",),
        targets=("mariadb",),
    ),
    "partial": Case(
        ("CREATE TABLE {t} (a int, v varchar(9))", "CREATE INDEX {t}_i ON {t} (v) WHERE a > 0"),
        told=("covers all rows, not only some",),
        targets=("mysql", "mariadb"),
        indexes={"mysql": ("v",), "mariadb": ("v",)},
    ),
    "descending": Case(
        ("CREATE TABLE {t} (a int, b int)", "CREATE INDEX {t}_i ON {t} (a DESC, b)"),
        indexes={"mysql": ("a DESC", "b"), "mariadb": ("a DESC", "b"), "sqlite": ("a DESC", "b")},
    ),
    "include": Case(
        ("CREATE TABLE {t} (a int, b int, x text)", "CREATE INDEX {t}_i ON {t} (a) INCLUDE (b)"),
        indexes={"mysql": ("a", "b"), "mariadb": ("a", "b"), "sqlite": ("a", "b")},
    ),
    "include unlimited text": Case(
        ("CREATE TABLE {t} (a int, b int, x text)", "CREATE INDEX {t}_i ON {t} (a) INCLUDE (x)"),
        told=("the included columns x are not kept",),
        targets=("mysql", "mariadb"),
        indexes={"mysql": ("a",), "mariadb": ("a",)},
    ),
    "unique include": Case(
        ("CREATE TABLE {t} (a int, b int)", "CREATE UNIQUE INDEX {t}_i ON {t} (a) INCLUDE (b)"),
        ("(1, 1)", "(2, 1)"),
        ("(1, 2)",),
        ("b",),
    ),
    "deferrable": Case(
        ("CREATE TABLE {t} (a int CONSTRAINT {t}_u UNIQUE DEFERRABLE INITIALLY DEFERRED)",),
        ("(1)",),
        ("(1)",),
        ("at once",),
    ),
    "check not validated": Case(
        ("CREATE TABLE {t} (a int)", "ALTER TABLE {t} ADD CONSTRAINT {t}_c CHECK (a > 0) NOT VALID"),
        ("(-1)",),
        told=("not validated",),
    ),
    "check": Case(("CREATE TABLE {t} (a int, CONSTRAINT {t}_c CHECK (a % 2 = 0))",), ("(2)", "(NULL)"), ("(1)",)),
    "expression": Case(
        ("CREATE TABLE {t} (v varchar(9))", "CREATE UNIQUE INDEX {t}_i ON {t} (lower(v))"),
        ("('a')", "('b')"),
        ("('A')",),
        targets=("mysql",),
    ),
    "expression, without functional indexes": Case(
        ("CREATE TABLE {t} (v varchar(9))", "CREATE UNIQUE INDEX {t}_i ON {t} (lower(v))"),
        ("('a')", "('A')"),
        told=("no index on an expression",),
        targets=("mariadb",),
    ),
    "expression of a whole number": Case(
        ("CREATE TABLE {t} (a int)", "CREATE UNIQUE INDEX {t}_i ON {t} ((a % 10))"),
        ("(1)", "(2)"),
        ("(11)",),
        targets=("mysql", "sqlite"),
    ),
    "gin": Case(
        ("CREATE TABLE {t} (j jsonb)", "CREATE INDEX {t}_i ON {t} USING gin (j)"), told=("there is no gin index here",)
    ),
    "exclusion": Case(
        ("CREATE TABLE {t} (a int, EXCLUDE USING btree (a WITH =))",), ("(1)", "(1)"), told=("exclusion constraint",)
    ),
    "long keys": Case(
        (
            "CREATE TABLE {t} (a varchar(700), b varchar(700))",
            "CREATE UNIQUE INDEX {t}_i ON {t} (a, b)",
            "CREATE INDEX {t}_j ON {t} (a, b)",
        ),
        ("('a', 'b')", "('a', 'b')"),
        told=("a key of 5600 bytes", "beginning"),
        targets=("mysql", "mariadb"),
    ),
}
FROM_MYSQL = {
    "on update": Case(
        ("CREATE TABLE {t} (a int, at timestamp(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3))",),
        told=("no ON UPDATE CURRENT_TIMESTAMP",),
        targets=("postgresql", "sqlite"),
    ),
    "prefix": Case(
        ("CREATE TABLE {t} (v text COLLATE utf8mb4_bin, KEY i (v(3)))",),
        ("('abcd')", "('abce')"),
        told=("serves only queries that say left",),
        targets=("postgresql",),
    ),
    "unique prefix": Case(
        ("CREATE TABLE {t} (v text COLLATE utf8mb4_bin, UNIQUE KEY i (v(3)))",),
        ("('abcd')", "('abd')", "('ab')"),
        ("('abce')", "('abc')"),
        targets=("postgresql", "sqlite"),
    ),
    "unique prefix of bytes": Case(
        ("CREATE TABLE {t} (v blob, UNIQUE KEY i (v(2)))",), ("('abcd')",), ("('abxx')",), targets=("postgresql",)
    ),
    "descending": Case(
        ("CREATE TABLE {t} (a int, b int, KEY i (a DESC, b))",),
        targets=("postgresql", "sqlite"),
        indexes={"postgresql": ("a DESC", "b"), "sqlite": ("a DESC", "b")},
    ),
    "full text": Case(
        ("CREATE TABLE {t} (v text, FULLTEXT KEY i (v))",),
        told=("no fulltext index",),
        targets=("postgresql", "sqlite"),
    ),
}
ONLY_MYSQL = {
    "check not enforced": Case(
        ("CREATE TABLE {t} (a int, CONSTRAINT {t}_c CHECK (a > 0) NOT ENFORCED)",),
        ("(-1)",),
        told=("not enforced",),
        targets=("postgresql", "sqlite"),
    ),
    "expression": Case(
        ("CREATE TABLE {t} (a int, b int, UNIQUE KEY i ((a + b)))",),
        ("(1, 2)",),
        ("(2, 1)",),
        targets=("postgresql", "sqlite"),
    ),
}
SOURCES = {
    "postgresql": FROM_POSTGRESQL,
    "mariadb": FROM_MYSQL,
    "mysql": FROM_MYSQL | ONLY_MYSQL,
}
PAIRS = [
    (source, target)
    for source, cases in SOURCES.items()
    for target in ENGINES
    if any(target in case.targets for case in cases.values())
]


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_constraints_and_indexes(database: DatabaseFactory, source: str, target: str) -> None:
    cases = {f"t{place}": case for place, case in enumerate(SOURCES[source].values()) if target in case.targets}
    there, here = database(source), database(target)
    plain.execute(there, *(statement.format(t=name) for name, case in cases.items() for statement in case.made))
    plan = transfer.plan(there, here)
    assert transfer.copy(plan, source=there, target=here).status == "done"
    with connect(here, writable=True) as session:
        tables = {table.name.name: table for table in session.reflect(()).tables}
        for name, case in cases.items():
            said = told(plan, name)
            assert [words for words in case.told if not any(words in note for note in said)] == [], said
            takes_and_refuses(session, name, case)
            assert target not in case.indexes or parts_of(tables[name]) == case.indexes[target], name


def told(plan: transfer.Plan, table: str) -> list[str]:
    """All that the plan says of the table."""
    notes = [note.message for note in plan.notes if note.where.startswith((f"public.{table}.", f"{table}."))]
    lost = [each for each in plan.not_carried if each.name.removeprefix("public.").startswith(f"{table}.")]
    return notes + [f"{each.object} {each.name}: {each.reason}" for each in lost]


def takes_and_refuses(session: Session, table: str, case: Case) -> None:
    for row in case.takes:
        session.execute(f"INSERT INTO {table} VALUES {row}")
    for row in case.refuses:
        with pytest.raises(DatabaseError):
            session.execute(f"INSERT INTO {table} VALUES {row}")


def parts_of(table: Table) -> tuple[str, ...]:
    """The columns of the table's indexes."""
    return tuple(part.column + " DESC" * part.descending for index in table.indexes for part in index.parts)

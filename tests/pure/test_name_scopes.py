"""Names of indexes and constraints are unique where the target wants them to be, and the same in every plan."""

from dataclasses import replace

import pytest

from mappings.errors import Blocked
from mappings.limits import Limits
from mappings.name_scopes import Kind, NameScopes
from mappings.schema import ForeignKey, Index, PrimaryKey, Table, TableName, Unique
from tests.pure.limits import GENEROUS, NARROW

POSTGRESQL = replace(GENEROUS, index_names_per_schema=True)
MSSQL = replace(GENEROUS, identifiers_fold_case=True, constraint_names_per_schema=True)
MYSQL = replace(MSSQL, constraint_kinds_apart=True)
MARIADB = replace(MYSQL, check_names_per_table=True)

ONE, OTHER = TableName("s", "one"), TableName("s", "other")
SCOPES: dict[str, tuple[Limits, list[str]]] = {
    "postgresql": (POSTGRESQL, ["x", "other_x", "x", "x", "one_x", "other_x", "one_x_2", "one_one"]),
    "mysql": (MYSQL, ["x", "x", "x", "other_x", "x", "other_x", "one_x", "one"]),
    "mariadb": (MARIADB, ["x", "x", "x", "other_x", "one_x", "x", "one_x", "one"]),
    "mssql": (MSSQL, ["x", "x", "x", "other_x", "one_x", "other_x_2", "one_x_2", "one"]),
}


@pytest.mark.parametrize("engine", SCOPES)
def test_names_are_unique_in_the_namespaces_of_each_engine(engine: str) -> None:
    """PostgreSQL: indexes, keys and tables share the schema, constraints the table. MySQL: indexes and keys the table,
    foreign keys the schema, checks the schema. MariaDB: checks and foreign keys the table too. SQL Server: all
    constraints and tables the schema."""
    limits, expected = SCOPES[engine]
    wishes: list[tuple[Kind, TableName]] = [
        ("index", ONE),
        ("index", OTHER),
        ("foreign key", ONE),
        ("foreign key", OTHER),
        ("check", ONE),
        ("check", OTHER),
        ("key", ONE),
    ]
    scopes = NameScopes(limits, (ONE, OTHER))
    given_names = [scopes.claim(kind, "x", table) for kind, table in wishes]
    assert [*given_names, scopes.claim("index", "one", ONE)] == expected


def test_the_namespaces_of_two_schemas_are_two() -> None:
    scopes = NameScopes(POSTGRESQL)
    assert {scopes.claim("index", "x", TableName(schema, "t")) for schema in ("a", "b")} == {"x"}


def test_the_case_of_a_name_counts_where_it_counts() -> None:
    exact, folding = NameScopes(POSTGRESQL), NameScopes(replace(POSTGRESQL, identifiers_fold_case=True))
    assert [exact.claim("index", name, ONE) for name in ("Key", "key")] == ["Key", "key"]
    assert [folding.claim("index", name, ONE) for name in ("Key", "key", "clé", "CLE")] == [
        "Key", "one_key", "clé", "one_CLE",
    ]  # fmt: skip


def test_names_that_the_target_has_already_are_taken() -> None:
    there = Table(
        TableName("s", "there"),
        (),
        PrimaryKey("pk", ("a",)),
        uniques=(Unique("uq", ("a",)),),
        indexes=(Index("ix", ()),),
        foreign_keys=(ForeignKey("fk", ("a",), ONE, ("a",)),),
    )
    scopes = NameScopes(POSTGRESQL, (ONE, there.name))
    scopes.occupy(there)
    wished = ("pk", "uq", "ix", "fk", "there")
    assert [scopes.claim("index", name, ONE) for name in wished] == ["one_pk", "one_uq", "one_ix", "fk", "one_there"]
    wide = NameScopes(MYSQL)
    wide.occupy(there)
    assert wide.claim("foreign key", "FK", ONE) == "one_FK"


def test_a_name_that_the_engine_refuses_is_replaced() -> None:
    def allowed(name: str) -> bool:
        return not (name.endswith(" ") or max(name) > "\uffff" or name.upper() == "PRIMARY")

    scopes = NameScopes(MYSQL, allowed=allowed)
    wished = ("PRIMARY", "by name ", "by 😀", "by 😎", "  ")
    assert [scopes.claim("index", name, ONE) for name in wished] == [
        "one_PRIMARY", "by name", "by _", "one_by _", "_",
    ]  # fmt: skip


def test_claimed_names_fit_the_limit_and_are_unique() -> None:
    scopes = NameScopes(NARROW)
    wished = "a_very_long_name_of_an_index_on_it"
    claimed = [scopes.claim("index", wished, TableName("", f"table_{number % 3}")) for number in range(40)]
    assert len({name.lower() for name in claimed}) == 40
    assert max(map(len, claimed)) <= NARROW.identifier_length


def test_scopes_give_the_same_names_every_time() -> None:
    def names() -> list[str]:
        scopes = NameScopes(NARROW)
        return [scopes.claim("index", wished, TableName("", "orders")) for wished in ("idx", "idx", "x" * 50, "x" * 50)]

    assert names() == names()


def test_a_scope_without_a_free_name_is_blocked() -> None:
    scopes = NameScopes(GENEROUS)
    assert len({scopes.claim("index", "idx", ONE) for _ in range(1000)}) == 1000
    with pytest.raises(Blocked, match="no free name for idx of table s.one"):
        scopes.claim("index", "idx", ONE)

"""What engines cannot call things, as seen on PostgreSQL 15, MySQL 9.7, MariaDB 10.11 and SQLite 3.40."""

from dataclasses import replace

import pytest

from dialects.base import Named
from dialects.mysql.dialect import MysqlDialect
from dialects.postgresql import PostgreSQLDialect
from dialects.sqlite.dialect import SqliteDialect
from mappings.names import equal_tables, folded_table
from mappings.schema import TableName
from tests.mysql.servers import MARIADB, MYSQL

DIALECTS = {"mysql": MYSQL, "mariadb": MARIADB, "postgresql": PostgreSQLDialect(), "sqlite": SqliteDialect("3.40.1")}
BOTH = ("mysql", "mariadb")
REFUSED: list[tuple[Named, str, tuple[str, ...]]] = [
    ("table", "", ("mysql", "mariadb", "postgresql")),
    ("column", "", ("mysql", "mariadb", "postgresql")),
    ("table", "a\U0001f600", BOTH),
    ("column", "\U0001f600", BOTH),
    ("index", "a\U0001f600", BOTH),
    ("constraint", "a\U0001f600", BOTH),
    ("column", "a\uffff", ()),
    ("table", "a ", BOTH),
    ("column", "a\t", BOTH),
    ("index", "a\n", BOTH),
    ("column", "a\u00a0", ()),
    ("column", " a", ()),
    ("index", "primary", BOTH),
    ("index", "GEN_CLUST_INDEX", BOTH),
    ("column", "primary", ()),
    ("table", "#mysql50#x", BOTH),
    ("table", "日" * 50, ()),
    ("table", "日" * 50 + "x", ()),
    ("table", "日" * 51, BOTH),
    ("column", "日" * 64, ()),
    ("table", "é" * 64, ()),
    ("table", "-" * 51, BOTH),
    ("column", "xmin", ("postgresql",)),
    ("column", "XMIN", ()),
    ("column", "oid", ()),
    ("schema", "pg_own", ("postgresql",)),
    ("table", "pg_own", ()),
    ("table", "SQLITE_own", ("sqlite",)),
    ("index", "sqlite_own", ("sqlite",)),
    ("column", "sqlite_own", ()),
    ("table", "a.b `c` \"d\" [e] 'f' \\ / %s {g}", ()),
]


@pytest.mark.parametrize(("what", "name", "engines"), REFUSED)
def test_a_name_is_refused_where_the_engine_cannot_have_it(what: Named, name: str, engines: tuple[str, ...]) -> None:
    assert tuple(engine for engine, dialect in DIALECTS.items() if dialect.refuses_name(what, name)) == engines


@pytest.mark.parametrize("dialect", [MYSQL, MARIADB])
def test_the_server_says_whether_tables_may_differ_in_case_only(dialect: MysqlDialect) -> None:
    folding = MysqlDialect(replace(dialect.server, tables_keep_case=False))
    upper, lower = TableName("", "Foo"), TableName("", "foo")
    places = {upper: upper, lower: lower}
    assert list(equal_tables(places, dialect.limits)) == []
    assert list(equal_tables(places, folding.limits)) == [(upper, lower)]
    assert folded_table(upper, folding.limits) == lower

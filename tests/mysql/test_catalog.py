"""The catalogue read from real servers, and tables made from what was read."""

from dataclasses import replace

import pytest

from dialects.mysql.session import MysqlSession
from mappings import types as t
from mappings.defaults import (
    BytesDefault,
    CurrentUserDefault,
    ExpressionDefault,
    LiteralDefault,
    NowDefault,
    RandomUuidDefault,
    TodayDefault,
)
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Identity,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
)
from mappings.type_mapper import Spelling
from tests.conftest import DatabaseFactory
from tests.mysql.conftest import Open
from tests.mysql.tables import create, rows_of


def reflected(session: MysqlSession, definition: str) -> Table:
    """The one table of this definition."""
    session.execute(f"CREATE TABLE t ({definition})")
    return table_of(session.reflect(()), "t")


def table_of(schema: Schema, name: str) -> Table:
    return schema.table(TableName("", name))


COMMON_DEFAULTS = [
    ("int DEFAULT 5", LiteralDefault("5")),
    ("int DEFAULT -5", LiteralDefault("-5")),
    ("decimal(5,2) DEFAULT 0", LiteralDefault("0.00")),
    ("varchar(20) DEFAULT 'it''s'", LiteralDefault("it's")),
    ("varchar(20) DEFAULT ''", LiteralDefault("")),
    ("varchar(20) DEFAULT 'NULL'", LiteralDefault("NULL")),
    ("varchar(20) DEFAULT NULL", None),
    ("varchar(20)", None),
    ("varchar(20) DEFAULT 'uuid()'", LiteralDefault("uuid()")),
    ("varchar(36) DEFAULT (uuid())", RandomUuidDefault(1)),
    ("varchar(20) DEFAULT 'a\\\\b\"c'", LiteralDefault('a\\b"c')),
    ("varchar(20) DEFAULT 'why? é😀'", LiteralDefault("why? é😀")),
    ("varchar(20) DEFAULT x'4142'", LiteralDefault("AB")),
    ("bit(8) DEFAULT b'101'", LiteralDefault("00000101")),
    ("binary(3) DEFAULT x'00ff'", BytesDefault("00ff00")),
    ("varbinary(3) DEFAULT x'ff27'", BytesDefault("ff27")),
    ("enum('a','b') DEFAULT 'b'", LiteralDefault("b")),
    ("timestamp NULL DEFAULT CURRENT_TIMESTAMP", NowDefault("instant", 0)),
    ("datetime(3) DEFAULT CURRENT_TIMESTAMP(3)", NowDefault("local", 3)),
    ("datetime DEFAULT (UTC_TIMESTAMP())", NowDefault("utc", 0)),
    ("datetime DEFAULT '2020-01-02 03:04:05'", LiteralDefault("2020-01-02 03:04:05")),
    ("datetime DEFAULT '0000-00-00'", ExpressionDefault("mysql", "'0000-00-00 00:00:00'")),
    ("date DEFAULT '0000-00-00'", ExpressionDefault("mysql", "'0000-00-00'")),
    ("date DEFAULT (CURRENT_DATE)", TodayDefault()),
    ("text DEFAULT ('a?c')", LiteralDefault("a?c")),
    ("varchar(99) DEFAULT (CURRENT_USER())", CurrentUserDefault()),
    ("json DEFAULT (json_object())", LiteralDefault("{}")),
]


@pytest.mark.parametrize("definition, default", COMMON_DEFAULTS, ids=[case[0] for case in COMMON_DEFAULTS])
def test_defaults_survive(session: MysqlSession, definition: str, default: object) -> None:
    """Read, spelled, made anew and read again."""
    table = reflected(session, f"id int PRIMARY KEY, v {definition}")
    assert table.column("v").default == default
    copy = create(session, replace(table, name=TableName("", "copy")))
    assert table_of(session.reflect(()), "copy").column("v").default == default
    assert copy.column("v").default == default


def test_expressions_as_defaults(session: MysqlSession) -> None:
    table = reflected(session, r"id int PRIMARY KEY, v varchar(50) DEFAULT (concat('é😀', 'it''s', 'a\\b'))")
    default = table.column("v").default
    assert isinstance(default, ExpressionDefault) and "é😀" in default.sql
    create(session, replace(table, name=TableName("", "copy")))
    session.execute("INSERT INTO copy (id) VALUES (1)")
    assert session.query("SELECT v FROM copy") == [("é😀it's" + r"a\b",)]


def test_generated_columns(session: MysqlSession) -> None:
    definition = (
        r"id int PRIMARY KEY, a varchar(9), s varchar(40) AS (concat(a, 'é😀\\''')) STORED, v int AS (id + 1) VIRTUAL"
    )
    table = reflected(session, definition)
    stored, virtual = table.column("s").generated, table.column("v").generated
    assert stored is not None and stored.stored and virtual is not None and not virtual.stored
    create(session, replace(table, name=TableName("", "copy")))
    session.execute("INSERT INTO copy (id, a) VALUES (1, 'x')")
    assert session.query("SELECT s, v FROM copy") == [("xé😀\\'", 2)]


def test_checks(session: MysqlSession) -> None:
    table = reflected(session, "id int PRIMARY KEY, v varchar(9) CHECK (v <> 'é😀'''), CONSTRAINT c CHECK (id > 0)")
    assert len(table.checks) == 2 and "c" in {check.name for check in table.checks}
    assert any("é😀" in check.expression.sql for check in table.checks)
    create(session, replace(table, name=TableName("", "copy"), checks=tuple(named(table.checks))))
    with pytest.raises(Exception, match="(?i)constraint"):
        session.execute("INSERT INTO copy VALUES (1, 'é😀''')")


def named(checks: tuple[Check, ...]) -> list[Check]:
    return [replace(check, name=f"check_{number}") for number, check in enumerate(checks)]


def test_keys_and_indexes(session: MysqlSession) -> None:
    table = reflected(
        session,
        "a int, b int, c varchar(50), d text, e point NOT NULL, PRIMARY KEY (b, a), UNIQUE KEY u (c), "
        "UNIQUE KEY up (c(5)), KEY k (a, b DESC), KEY p (d(10)), FULLTEXT KEY f (d), SPATIAL KEY s (e)",
    )
    assert table.primary_key == PrimaryKey("", ("b", "a"))
    assert table.uniques == (Unique("u", ("c",)),)
    assert {index.name: index for index in table.indexes} == {
        "up": Index("up", (IndexPart("c", prefix=5),), unique=True),
        "k": Index("k", (IndexPart("a"), IndexPart("b", descending=True))),
        "p": Index("p", (IndexPart("d", prefix=10),)),
        "f": Index("f", (IndexPart("d"),), method="fulltext"),
        "s": Index("s", (IndexPart("e"),), method="spatial"),
    }
    copy = create(session, replace(table, name=TableName("", "copy")))
    for index in copy.indexes:
        session.execute(session.dialect.create_index(copy, index))
    assert replace(table_of(session.reflect(()), "copy"), name=table.name, octets=None, rows=None) == replace(
        table, octets=None, rows=None
    )


def test_a_primary_key_over_beginnings(session: MysqlSession) -> None:
    table = reflected(session, "a blob, PRIMARY KEY (a(10))")
    assert table.primary_key is None
    assert table.indexes == (Index("primary_key", (IndexPart("a", prefix=10),), unique=True),)


def test_a_key_in_the_place_of_the_stand_in(session: MysqlSession) -> None:
    table = reflected(session, "id int AUTO_INCREMENT, p int, PRIMARY KEY (p, id), KEY k (id)")
    copy = create(session, replace(table, name=TableName("", "copy")))
    for index in copy.indexes:
        session.execute(session.dialect.create_index(copy, index))
    assert table_of(session.reflect(()), "copy").indexes == (Index("k", (IndexPart("id"),)),)


def test_foreign_keys(session: MysqlSession) -> None:
    session.execute("CREATE TABLE p (a int, b int, PRIMARY KEY (a, b))")
    table = reflected(
        session,
        "x int, y int, CONSTRAINT f FOREIGN KEY (x, y) REFERENCES p (a, b) ON DELETE CASCADE ON UPDATE SET NULL, "
        "CONSTRAINT g FOREIGN KEY (y, x) REFERENCES p (a, b)",
    )
    assert table.foreign_keys == (
        ForeignKey("f", ("x", "y"), TableName("", "p"), ("a", "b"), "CASCADE", "SET NULL"),
        ForeignKey("g", ("y", "x"), TableName("", "p"), ("a", "b")),
    )


def test_columns_with_more(session: MysqlSession) -> None:
    table = reflected(
        session,
        "id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'it''s \\\\', "
        "u datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), "
        "h int INVISIBLE DEFAULT 3, `odd ``name` int) COMMENT='é ''quoted''' AUTO_INCREMENT=41 ENGINE=InnoDB"
        .removesuffix(" ENGINE=InnoDB") + " PARTITION BY KEY (id) PARTITIONS 2 #",
    )  # fmt: skip
    assert table.comment == "é 'quoted'"
    number = table.column("id")
    assert (number.identity, number.comment, number.nullable) == (Identity(next=41), "it's \\", False)
    assert table.column("u").on_update_now and table.column("u").default == NowDefault("local", 6)
    assert table.column("h").invisible and table.column("odd `name").type == t.Integer(32)
    assert dict(table.options)["engine"] == "InnoDB"
    left = session.reflect(()).not_carried
    assert any(item.object == "partitions" and item.name == "t" for item in left)
    create(session, replace(table, name=TableName("", "copy")))
    copy = table_of(session.reflect(()), "copy")
    assert replace(copy.column("id"), identity=None) == replace(number, identity=None, native=copy.column("id").native)
    assert copy.column("u") == table.column("u") and copy.column("h").invisible


def test_what_is_left_behind(session: MysqlSession) -> None:
    for statement in (
        "CREATE TABLE t (id int PRIMARY KEY, v int)",
        "CREATE TABLE _dbtransfer_run (id int)",
        "CREATE VIEW w AS SELECT id FROM t",
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.v = 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
    ):
        session._connection.run(statement)
    if session.dialect.server.maria:
        session.execute("CREATE SEQUENCE s")
        session.execute("CREATE TABLE h (id int) WITH SYSTEM VERSIONING")
    schema = session.reflect(())
    found = {(item.object, item.name) for item in schema.not_carried}
    assert {("view", "w"), ("trigger", "t.r"), ("procedure", "p"), ("event", "e")} <= found
    assert "_dbtransfer_run" not in {table.name.name for table in schema.tables}
    if session.dialect.server.maria:
        assert {("sequence", "s"), ("history", "h")} <= found
        assert table_of(schema, "h").columns[0].name == "id"


def test_periods_are_not_columns(session: MysqlSession, product: str) -> None:
    if product == "mysql":
        pytest.skip("MySQL has no system versioning")
    session.execute(
        "CREATE TABLE t (id int, a timestamp(6) GENERATED ALWAYS AS ROW START, "
        "b timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (a, b)) WITH SYSTEM VERSIONING"
    )
    schema = session.reflect(())
    assert [column.name for column in table_of(schema, "t").columns] == ["id"]
    assert NotCarried("column", "t.a", "the server keeps this period itself") in schema.not_carried


def test_json_of_both_products(session: MysqlSession, product: str) -> None:
    table = reflected(session, "id int, j json, l longtext CHECK (json_valid(l)), m longtext, CHECK (json_valid(m))")
    maria = product == "mariadb"
    assert table.column("j").type == t.Json(binary=not maria)
    assert isinstance(table.column("l").type, t.Json if maria else t.Text)
    assert isinstance(table.column("m").type, t.Text)
    assert len(table.checks) == (1 if maria else 2)


def test_expression_indexes(session: MysqlSession, product: str) -> None:
    if product == "mariadb":
        pytest.skip("MariaDB has none")
    table = reflected(session, "id int PRIMARY KEY, v varchar(9), KEY e ((concat(v, 'é😀''')), id)")
    (index,) = table.indexes
    assert index.parts[0].expression == Expression("mysql", "concat(`v`,_utf8mb4'é😀\\'')")
    copy = create(session, replace(table, name=TableName("", "copy")))
    session.execute(session.dialect.create_index(copy, index))
    assert table_of(session.reflect(()), "copy").indexes == (index,)


def test_srids(session: MysqlSession, product: str) -> None:
    attribute = " SRID 3857" if product == "mysql" else ""
    session.execute(f"CREATE TABLE t (id int, declared point{attribute}, used point, none geometry)")
    session.execute("INSERT INTO t VALUES (1, NULL, NULL, NULL), (2, NULL, ST_GeomFromText('POINT(1 2)', 4326), NULL)")
    table = table_of(session.reflect(()), "t")
    assert table.column("declared").type == t.Geometry("POINT", 3857 if attribute else None)
    assert table.column("used").type == t.Geometry("POINT", 4326)
    assert table.column("none").type == t.Geometry("GEOMETRY")
    assert rows_of(session, table).num_rows == 2
    session.execute("INSERT INTO t VALUES (3, NULL, ST_GeomFromText('POINT(1 2)', 3857), NULL)")
    with pytest.raises(Exception, match="t.used: holds geometries of SRID 3857 beside 4326"):
        rows_of(session, table)


def test_zero_dates_are_told_never_nulled(session: MysqlSession) -> None:
    session.execute("CREATE TABLE t (id int, d date, s datetime(3))")
    session.execute(
        "INSERT INTO t VALUES (1, '2020-01-01', '2020-01-01'), (2, '0000-00-00', NULL), (3, '2020-00-10', NULL)"
    )
    table = table_of(session.reflect(()), "t")
    with pytest.raises(Exception, match="t.d: holds 2 values such as '0000-00-00'") as caught:
        rows_of(session, table)
    assert "MONTH(d) = 0" in caught.value.hint  # type: ignore[attr-defined]
    as_text = replace(table, columns=(table.columns[0], replace(table.columns[1], type=t.Text())))
    assert rows_of(session, as_text).column("d").to_pylist() == ["2020-01-01", "0000-00-00", "2020-00-10"]


def test_the_sink(database: DatabaseFactory, opened: Open) -> None:
    """Every type MariaDB has in one table is known, and kept as it is."""
    session = opened(database("mariadb", sample="sink"))
    schema = session.reflect(())
    table = table_of(schema, "t")
    opaque = {column.name for column in table.columns if isinstance(column.type, t.Opaque)}
    assert opaque == {"i6", "i4"}
    for column in table.columns:
        kept = session.dialect.keep(column)
        assert isinstance(kept, Spelling) and not kept.message, column
    enum = table.column("e").type
    assert isinstance(enum, t.Enum) and enum.labels == ("a", "b", "C d", "it's", "")
    assert table.column("def_hex").default == LiteralDefault("AB")
    assert isinstance(table.column("vl1").type, t.Text) and table.column("vl1").native.endswith("COLLATE latin1_bin")


@pytest.mark.parametrize("sample", ["chinook", "sakila", "dirty"])
def test_samples_are_made_anew_as_they_were(product: str, database: DatabaseFactory, opened: Open, sample: str) -> None:
    source = opened(database(product, sample=sample), writable=False)
    target = opened(database(product))
    schema = source.reflect(())
    for table in schema.tables:
        create(target, table)
    for table in schema.tables:
        for index in table.indexes:
            target.execute(target.dialect.create_index(table, index))
    for table in schema.tables:
        for key in table.foreign_keys:
            target.execute(target.dialect.add_foreign_key(table, key) or "")
    again = target.reflect(())
    for table in schema.tables:
        assert timeless(again.table(table.name)) == timeless(table)


def timeless(table: Table) -> Table:
    """Without sizes, engine words, numbers that go on, and the widths that MySQL forgets."""
    columns = tuple(replace(column, identity=column.identity and Identity()) for column in table.columns)
    return replace(table, columns=columns, rows=None, octets=None, options=())


def test_column_of_an_unknown_type_is_opaque() -> None:
    from dialects.mysql.types import logical_type

    assert logical_type("brandnew(3)") == t.Opaque("mysql", "brandnew(3)")
    assert Column("c", logical_type("brandnew(3)"), "brandnew(3)").type.kind == "opaque"

"""What reflection returns for a database that has every type and every kind of object."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from dialects import connect
from dialects.base import Session
from dialects.postgresql.types import CITEXT, FAMILY
from mappings import types as t
from mappings.defaults import LiteralDefault, NowDefault
from mappings.schema import Check, Expression, Identity, Index, IndexPart, Schema, Table, TableName, Unique

Database = Callable[..., str]


@pytest.fixture
def sink(database: Database) -> Iterator[Session]:
    with connect(database("postgresql", sample="sink")) as session:
        yield session


def named(schema: Schema, name: str) -> Table:
    return schema.table(TableName("public", name))


def test_every_column_of_every_type_is_read(sink: Session) -> None:
    table = named(sink.reflect(()), "t")
    assert len(table.columns) == 118
    kinds = {column.name: column.type for column in table.columns}
    assert kinds["n3"] == t.Decimal(5, 0) and kinds["n5"] == t.Decimal(1000, 500)
    assert kinds["bpc"] == t.Text(fixed=True) and kinds["ci"] == CITEXT
    assert kinds["md"] == t.Enum(("sad", "meh", "ok", "happy"), "mood")
    assert kinds["ma_"] == t.Array(kinds["md"], FAMILY, "mood[]")
    assert kinds["coll"] == t.Text(collation=t.Collation(FAMILY, '"C"', False))
    assert kinds["cici"] == t.Text(collation=t.Collation(FAMILY, "ci", True))
    opaque = {name for name, kind in kinds.items() if isinstance(kind, t.Opaque)}
    assert {"qc", "x", "ip", "cp", "fr", "mr4", "tv", "hs", "lt", "pt", "ln", "jp"} <= opaque
    assert not {"a_int", "by", "ts", "u", "jb", "oi", "iv", "bt"} & opaque
    assert table.comment == "tab 'comment'" and table.column("a_int").comment == "col comment"


def test_domains_become_their_base_with_their_rules(sink: Session) -> None:
    schema = sink.reflect(())
    table = named(schema, "t")
    column = table.column("dm")
    assert (column.native, column.nullable, column.default) == ("integer", False, LiteralDefault("7"))
    assert table.column("ml").type == CITEXT
    assert Check("dm_posint_check", Expression(FAMILY, '("dm" > 0)')) in table.checks
    assert Check("ml_mail_ck", Expression(FAMILY, "(\"ml\" ~ '@'::citext)")) in table.checks
    assert table.column("da").native == "integer[]"
    assert {item.name for item in schema.not_carried if item.object == "domain"} >= {"public.t.dm", "posint"}


def test_identities_tell_the_next_value(sink: Session) -> None:
    table = named(sink.reflect(()), "t")
    assert table.column("id_a").identity == Identity(True, 10, 3, 10)
    assert table.column("a_ser").identity == Identity(False, 1, 1, 1)
    assert table.column("a_ser").default is None
    assert table.column("def_seq").identity is None
    assert table.column("def_ct").default == NowDefault("local")


def test_keys_checks_and_indexes_carry_what_the_inspector_misses(sink: Session) -> None:
    schema = sink.reflect(())
    parent, child, table = named(schema, "parent"), named(schema, "child"), named(schema, "t")
    assert Unique("parent_a_key", ("a",), nulls_not_distinct=True) in parent.uniques
    assert Unique("parent_b_a_key", ("b", "a"), deferrable=True, initially_deferred=True) in parent.uniques
    keys = {key.name: key for key in child.foreign_keys}
    assert not keys["fknv"].validated and keys["fknv"].on_delete == "SET DEFAULT"
    assert keys["child_pid2_pid3_fkey"].set_columns == ("pid3",)
    assert keys["fk1"].deferrable and keys["fk1"].on_update == "SET NULL"
    assert [check.validated for check in child.checks] == [False]
    indexes = {index.name: index for index in child.indexes + table.indexes}
    assert indexes["ix_expr"].parts == (
        IndexPart(expression=Expression(FAMILY, "lower(a::text)")),
        IndexPart("b", descending=True, nulls_first=False),
    )
    assert indexes["ix_part"].where == Expression(FAMILY, "(b > 0)")
    assert indexes["ix_coll"].parts == (IndexPart("tx", collation='"C"', opclass="text_pattern_ops"),)
    assert indexes["ix_incl"] == Index("ix_incl", (IndexPart("a"),), include=("b",))
    assert {indexes[name].method for name in ("ix_gin", "ix_brin", "ix_hash")} == {"gin", "brin", "hash"}
    assert not any(index.name.startswith("parent") for index in parent.indexes)


def test_what_is_no_table_is_listed_by_name(sink: Session) -> None:
    schema = sink.reflect(())
    listed = {(item.object, item.name) for item in schema.not_carried}
    assert listed >= {
        ("view", "public.v1"), ("materialized view", "public.mv1"), ("foreign table", "public.ft"),
        ("sequence", "public.s1"), ("trigger", "t.trg"), ("rule", "rls.ru"), ("policy", "rls.pol"),
        ("row security", "public.rls"), ("function", "f()"), ("statistics", "st1"), ("partition", "public.pt1"),
        ("partitioning", "public.pt"), ("inheritance", "public.inh"), ("extension", "hstore"), ("collation", "ci"),
        ("exclusion constraint", "public.parent.parent_a_per_excl"), ("check option", "public.parent.parent_check"),
        ("composite type", "addr"), ("range type", "floatrange"), ("sequence option", "public.t.id_a"),
    }  # fmt: skip
    names = {table.name.name for table in schema.tables}
    assert names == {"t", "parent", "child", "pt", "inh", "ul", "rls", "CaseTab", "o"}


def test_options_and_inheritance(sink: Session) -> None:
    schema = sink.reflect(())
    assert named(schema, "parent").only and not named(schema, "inh").only
    assert named(schema, "ul").options == (("unlogged", "true"),)
    assert named(schema, "child").options == (("with", "fillfactor=70"),)


def test_schemas_are_chosen_and_our_own_are_left_out(database: Database) -> None:
    url = database("postgresql")
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute("CREATE SCHEMA a; CREATE TABLE a.t (i int); CREATE TABLE public.u (i int)")
        plain.execute(
            "CREATE SCHEMA _dbtransfer; CREATE TABLE _dbtransfer.run (i int); CREATE TABLE _dbtransfer_x (i int)"
        )
    with connect(url) as session:
        assert [str(table.name) for table in session.reflect(()).tables] == ["a.t", "public.u"]
        assert [str(table.name) for table in session.reflect(("a", "absent")).tables] == ["a.t"]


def test_a_sequence_without_owner_numbers_its_only_column(database: Database) -> None:
    url = database("postgresql")
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute(
            "CREATE SEQUENCE one START 5; CREATE SEQUENCE two;"
            "CREATE TABLE a (i int NOT NULL DEFAULT nextval('one'), j int NOT NULL DEFAULT nextval('two'));"
            "CREATE TABLE b (j int NOT NULL DEFAULT nextval('two')); INSERT INTO a DEFAULT VALUES"
        )
    with connect(url) as session:
        schema = session.reflect(())
        assert named(schema, "a").column("i").identity == Identity(start=5, next=6)
        assert named(schema, "a").column("j").identity is None
        assert [item.name for item in schema.not_carried] == ["public.two"]


def test_partitioned_parents_count_all_their_rows(database: Database) -> None:
    url = database("postgresql")
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute("CREATE TABLE p (i int PRIMARY KEY) PARTITION BY HASH (i)")
        for part in range(2):
            plain.execute(f"CREATE TABLE p{part} PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER {part})")
        plain.execute("CREATE TABLE c (i int REFERENCES p)")
        plain.execute("INSERT INTO p SELECT generate_series(1, 1000)")
        plain.execute("ANALYZE")
    with connect(url) as session:
        schema = session.reflect(())
        parent = named(schema, "p")
        assert parent.rows == 1000 and parent.octets and parent.octets > 16_384
        assert len(named(schema, "c").foreign_keys) == 1
        assert session.count(parent.name) == 1000


def test_large_objects_and_comments_on_indexes_are_listed(database: Database) -> None:
    url = database("postgresql")
    with psycopg.connect(url, autocommit=True) as plain:
        plain.execute("CREATE TABLE t (i int CONSTRAINT pk PRIMARY KEY); COMMENT ON CONSTRAINT pk ON t IS 'x'")
        plain.execute("SELECT lo_from_bytea(0, 'x')")
    with connect(url) as session:
        listed = [(item.object, item.name) for item in session.reflect(()).not_carried]
        assert listed == [("large objects", "1"), ("comment", "constraint pk on table t")]

"""CREATE TABLE, indexes, keys and identities as text, without a server."""

from __future__ import annotations

from dialects.postgresql import PostgreSQLDialect
from dialects.postgresql.server import Server
from dialects.postgresql.types import FAMILY, logical_type
from mappings import types as t
from mappings.defaults import LiteralDefault
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

DIALECT = PostgreSQLDialect(Server())
NAME = TableName("public", "t")


def column(name: str, native: str, kind: t.LogicalType | None = None) -> Column:
    return Column(name, kind or logical_type(native), native)


def test_a_table_with_everything() -> None:
    table = Table(
        name=NAME,
        columns=(
            Column("id", t.Integer(64), "bigint", nullable=False, identity=Identity(True, 10, 3)),
            Column("v", t.Text(3, collation=t.Collation(FAMILY, '"C"', False)), "character varying(3)"),
            Column("b", t.Boolean(), "boolean", nullable=False, default=LiteralDefault("1")),
            Column("g", t.Integer(32), "integer", generated=Generated(Expression(FAMILY, "(id * 2)"), stored=False)),
        ),
        primary_key=PrimaryKey("t_pkey", ("id",)),
        uniques=(Unique("u", ("v", "b"), True, True, True),),
        checks=(Check("ck", Expression(FAMILY, "v <> ''")),),
        options=(("unlogged", "true"), ("with", "fillfactor=70")),
    )
    assert DIALECT.create_table(table) == (
        """CREATE UNLOGGED TABLE "public"."t" (
  "id" bigint GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 3) NOT NULL,
  "v" character varying(3) COLLATE "C",
  "b" boolean DEFAULT true NOT NULL,
  "g" integer GENERATED ALWAYS AS ((id * 2)) STORED,
  CONSTRAINT "ck" CHECK (v <> '')
) WITH (fillfactor=70)""",
    )
    assert DIALECT.add_keys(table) == (
        'ALTER TABLE "public"."t" ADD CONSTRAINT "t_pkey" PRIMARY KEY ("id")',
        'ALTER TABLE "public"."t" ADD CONSTRAINT "u" UNIQUE NULLS NOT DISTINCT ("v", "b") '
        "DEFERRABLE INITIALLY DEFERRED",
    )


def test_virtual_columns_stay_virtual_where_the_server_has_them() -> None:
    generated = Generated(Expression(FAMILY, "1"), stored=False)
    table = Table(NAME, (Column("g", t.Integer(32), "integer", generated=generated),))
    assert "VIRTUAL" in PostgreSQLDialect(Server(version=18)).create_table(table)[0]


def test_schema_extension_and_enum_come_first_where_they_may_be_missing() -> None:
    server = Server(extensions=frozenset({"hstore"}))
    moods = t.Enum(("a", "$do$"), 'app."Mood"')
    columns = (
        column("h", "hstore"),
        column("m", 'app."Mood"', moods),
        column("ms", 'app."Mood"[]', t.Array(moods, FAMILY, 'app."Mood"[]')),
    )
    statements = PostgreSQLDialect(server).create_table(Table(TableName("app", "t"), columns))
    assert statements[:2] == ('CREATE EXTENSION IF NOT EXISTS "hstore"', 'CREATE SCHEMA IF NOT EXISTS "app"')
    assert statements[2].startswith("DO $doo$ BEGIN\n  CREATE TYPE app.\"Mood\" AS ENUM ('a', '$do$');")
    assert len(statements) == 4


def test_identities_with_unusual_starts_say_their_bounds() -> None:
    for identity, text in {
        Identity(start=-5): "START WITH -5 INCREMENT BY 1 MINVALUE -5",
        Identity(start=100, increment=-1): "START WITH 100 INCREMENT BY -1 MAXVALUE 100",
    }.items():
        table = Table(NAME, (Column("id", t.Integer(32), "integer", identity=identity),))
        assert text in DIALECT.create_table(table)[0]


def test_an_index_with_everything() -> None:
    index = Index(
        name="ix",
        parts=(
            IndexPart("a", descending=True, nulls_first=False),
            IndexPart(expression=Expression(FAMILY, "lower(b)"), collation='"C"', opclass="text_pattern_ops"),
        ),
        unique=True,
        where=Expression(FAMILY, "(a > 0)"),
        include=("c",),
        nulls_not_distinct=True,
    )
    assert DIALECT.create_index(Table(NAME, ()), index) == (
        'CREATE UNIQUE INDEX "ix" ON "public"."t" ("a" DESC NULLS LAST, (lower(b)) COLLATE "C" text_pattern_ops) '
        'INCLUDE ("c") NULLS NOT DISTINCT WHERE (a > 0)'
    )


def test_prefixes_become_expressions() -> None:
    table = Table(NAME, (column("v", "text"), column("b", "bytea"), column("n", "integer")))
    index = Index("ix", (IndexPart("v", prefix=20), IndexPart("b", prefix=4), IndexPart("n", prefix=2)), unique=True)
    fit = DIALECT.fit_index(table, index)
    assert fit.held is not None and "left" in fit.reason
    text = DIALECT.create_index(table, fit.held)
    assert text.endswith('((left("v", 20)), (substring("b" FROM 1 FOR 4)), "n")')


def test_indexes_that_cannot_be_held() -> None:
    table = Table(NAME, (column("v", "text"),))
    assert DIALECT.fit_index(table, Index("ix", (IndexPart("v"),), method="fulltext")).held is None
    trigrams = Index("ix", (IndexPart("v", opclass="gin_trgm_ops"),), method="gin")
    assert DIALECT.fit_index(table, trigrams).held is None
    known = PostgreSQLDialect(Server(opclasses=frozenset({"gin_trgm_ops"})))
    assert known.fit_index(table, trigrams).held == trigrams
    nocase = DIALECT.fit_index(table, Index("ix", (IndexPart("v", collation="NOCASE"),)))
    assert nocase.held == Index("ix", (IndexPart("v"),)) and "NOCASE" in nocase.reason


def test_only_integers_number_themselves() -> None:
    identity = Identity()
    whole = Column("id", t.Integer(64), "bigint", identity=identity)
    wide = Column("id", t.Decimal(20, 0), "numeric(20,0)", identity=identity)
    assert DIALECT.fit_identity(Table(NAME, (whole,)), whole).held == identity
    assert DIALECT.fit_identity(Table(NAME, (wide,)), wide).held is None


def test_a_foreign_key_with_everything() -> None:
    key = ForeignKey(
        "fk", ("a", "b"), TableName("other", "p"), ("x", "y"), "SET NULL", "CASCADE", True, True, False, True, ("b",)
    )
    assert DIALECT.add_foreign_key(Table(NAME, ()), key) == (
        'ALTER TABLE "public"."t" ADD CONSTRAINT "fk" FOREIGN KEY ("a", "b") REFERENCES "other"."p" ("x", "y") '
        'MATCH FULL ON DELETE SET NULL ("b") ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID'
    )


def test_checks_that_are_not_enforced() -> None:
    check = Check("ck", Expression(FAMILY, "a > 0"), enforced=False)
    assert DIALECT.fit_check(Table(NAME, ()), check).held is None
    newer = PostgreSQLDialect(Server(version=18))
    assert newer.fit_check(Table(NAME, ()), check).held == check
    assert newer.create_table(Table(NAME, (column("a", "integer"),), checks=(check,)))[0].endswith("NOT ENFORCED\n)")


def test_comments_are_quoted() -> None:
    table = Table(NAME, (Column('c"d', t.Date(), "date", comment="it's"),), comment="x")
    assert DIALECT.comment(table) == (
        'COMMENT ON TABLE "public"."t" IS \'x\'',
        'COMMENT ON COLUMN "public"."t"."c""d" IS \'it\'\'s\'',
    )

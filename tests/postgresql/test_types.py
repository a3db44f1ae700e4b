"""Native types read and spelled, without a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialects.postgresql import PostgreSQLDialect
from dialects.postgresql.server import Server
from dialects.postgresql.types import FAMILY, Native, logical_type, parsed
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Use, settle

DIALECT = PostgreSQLDialect(Server())

READ = {
    "smallint": t.Integer(16),
    "bigint": t.Integer(64),
    "oid": t.Integer(32, unsigned=True),
    "numeric": t.Decimal(),
    "numeric(10,2)": t.Decimal(10, 2),
    "numeric(3,-2)": t.Decimal(5, 0),
    "numeric(3,5)": t.Decimal(5, 5),
    "money": t.Decimal(19, 2),
    "real": t.Float(32),
    "character(3)": t.Text(3, fixed=True),
    "bpchar": t.Text(fixed=True),
    "character varying": t.Text(),
    "character varying(20)": t.Text(20),
    "name": t.Text(63),
    "citext": t.Text(collation=t.Collation(FAMILY, "citext", True)),
    "time(3) without time zone": t.Time(3),
    "time with time zone": t.TimeTz(),
    "timestamp(0) without time zone": t.Timestamp(0),
    "timestamp with time zone": t.Timestamp(zoned=True),
    "interval": t.Interval(),
    "interval day to second(3)": t.Interval("day to second(3)"),
    "bit(8)": t.Bits(8),
    "bit varying": t.Bits(varying=True),
    "jsonb": t.Json(binary=True),
    '"char"': t.Opaque(FAMILY, '"char"'),
    "int4range": t.Opaque(FAMILY, "int4range"),
    'app."odd (type)"': t.Opaque(FAMILY, 'app."odd (type)"'),
    "geometry(Point,4326)": t.Opaque(FAMILY, "geometry(Point,4326)"),
    "numeric(5,2)[]": t.Array(t.Decimal(5, 2), FAMILY, "numeric(5,2)[]"),
    "interval year to month[]": t.Array(t.Interval("year to month"), FAMILY, "interval year to month[]"),
}


@pytest.mark.parametrize(("native", "kind"), READ.items())
def test_native_types_are_read(native: str, kind: t.LogicalType) -> None:
    assert logical_type(native) == kind


def test_a_type_text_is_taken_apart() -> None:
    assert parsed("timestamp(3) with time zone[]") == Native("timestamp with time zone", (3,), array=True)
    assert parsed("numeric(3,-2)") == Native("numeric", (3, -2))
    assert parsed("geometry(Point,4326)").base == "geometry"
    assert parsed('app."odd (type)"').base == 'app."odd (type)"'


SPELLED = {
    t.Boolean(): "boolean",
    t.Integer(8): "smallint",
    t.Integer(16, unsigned=True): "integer",
    t.Integer(24): "integer",
    t.Integer(32, unsigned=True): "bigint",
    t.Integer(64, unsigned=True): "numeric(20,0)",
    t.Decimal(65, 30): "numeric(65,30)",
    t.Decimal(): "numeric",
    t.Float(): "double precision",
    t.Text(octets=65_535): "text",
    t.Text(255): "character varying(255)",
    t.Text(3, fixed=True): "character(3)",
    t.Text(20_000_000): "text",
    t.Text(10, collation=t.Collation("mysql", "utf8mb4_0900_ai_ci", True)): "character varying(10)",
    t.Binary(16, fixed=True): "bytea",
    t.Time(0): "time(0) without time zone",
    t.Timestamp(3): "timestamp(3) without time zone",
    t.Timestamp(zoned=True): "timestamp with time zone",
    t.Timestamp(7): "character varying(32)",
    t.Duration(6): "interval",
    t.Uuid(): "uuid",
    t.Json(): "json",
    t.Json(binary=True): "jsonb",
    t.Enum(("a", "b"), "mood"): "mood",
    t.Enum(("a", "b"), "My Mood"): '"My Mood"',
    t.Bits(5): "bit(5)",
    t.Year(): "smallint",
    t.Geometry("POINT", 4326): "bytea",
    t.Opaque(FAMILY, "inet"): "inet",
    t.Opaque(FAMILY, "addr"): "text",
    t.Opaque("mysql", "inet6"): "text",
}


@pytest.mark.parametrize(("kind", "native"), SPELLED.items())
def test_logical_types_are_spelled(kind: t.LogicalType, native: str) -> None:
    assert settle(kind, Use(), DIALECT).spelling.native == native


def test_enum_without_a_name_and_set_get_a_check() -> None:
    enum = DIALECT.spell(t.Enum(("it's", "b")), Use())
    assert enum is not None and (enum.native, enum.check) == ("text", "{column} IN ('it''s', 'b')")
    members = DIALECT.spell(t.SetOf(("x", "y")), Use())
    assert members is not None
    assert (members.native, members.check) == ("text[]", "{column} <@ ARRAY['x', 'y']::text[]")


def test_labels_longer_than_a_name_do_not_become_a_type() -> None:
    spelling = DIALECT.spell(t.Enum(("é" * 32,), "long"), Use())
    assert spelling is not None and spelling.native == "text"


def column(native: str, **changes: object) -> Column:
    return replace(Column("c", logical_type(native), native), **changes)  # type: ignore[arg-type]


def test_native_types_are_kept_where_the_server_has_them() -> None:
    kept = ("numeric(3,-2)", "interval year to month", "integer[]", "oid", "int4range", '"char"', "xml")
    assert [spelling and spelling.native for spelling in map(DIALECT.keep, map(column, kept))] == list(kept)
    assert DIALECT.keep(column("addr")) is None
    assert DIALECT.keep(column("money")) is None


def test_types_of_extensions_are_kept_where_the_extension_is_or_can_be_created() -> None:
    assert DIALECT.keep(column("hstore")) is None
    creatable = PostgreSQLDialect(Server(extensions=frozenset({"hstore"})))
    assert creatable.keep(column("hstore")) is not None
    elsewhere = PostgreSQLDialect(Server(types=Server().types | {"ext.citext"}))
    citext = elsewhere.keep(column("citext"))
    assert citext is not None and citext.native == "ext.citext"


def test_a_collation_is_kept_where_it_is_known() -> None:
    known = t.Text(collation=t.Collation(FAMILY, '"C"', False))
    unknown = t.Text(collation=t.Collation(FAMILY, "ci", True))
    assert DIALECT.keep(column("text", type=known)) is not None
    assert DIALECT.keep(column("text", type=unknown)) is None
    assert [step.message for step in settle(unknown, Use(), DIALECT).steps] == ["collation ci not kept"]

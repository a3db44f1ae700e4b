"""Every type that SQLite spells comes back as that type, and the name gives the affinity that keeps its values."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from dialects.sqlite import spelling
from dialects.sqlite.dialect import SqliteDialect
from dialects.sqlite.types import Affinity, affinity, declared, hint, quoted
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Use, settle

NOCASE = t.Collation("sqlite", "NOCASE", insensitive=True)
SPELLED: list[tuple[t.LogicalType, str, Affinity]] = [
    (t.Boolean(), "BOOLEAN", Affinity.NUMERIC),
    *(
        (t.Integer(bits, unsigned), "INTEGER", Affinity.INTEGER)
        for bits in (8, 16, 24, 32)
        for unsigned in (False, True)
    ),
    (t.Integer(64), "INTEGER", Affinity.INTEGER),
    (t.Decimal(10, 2), "DECIMAL_TEXT(10,2)", Affinity.TEXT),
    (t.Decimal(5, 0), "DECIMAL_TEXT(5,0)", Affinity.TEXT),
    (t.Decimal(3, -2), "DECIMAL_TEXT(3,-2)", Affinity.TEXT),
    (t.Decimal(1000, 30), "DECIMAL_TEXT(1000,30)", Affinity.TEXT),
    (t.Decimal(), "DECIMAL_TEXT", Affinity.TEXT),
    (t.Float(32), "FLOAT32", Affinity.REAL),
    (t.Float(64), "REAL", Affinity.REAL),
    (t.Text(), "TEXT", Affinity.TEXT),
    (t.Text(20), "VARCHAR(20)", Affinity.TEXT),
    (t.Text(20, fixed=True), "FIXED_CHAR(20)", Affinity.TEXT),
    (t.Text(octets=65535), "TEXT_OCTETS(65535)", Affinity.TEXT),
    (t.Text(20, collation=NOCASE), "VARCHAR(20) COLLATE NOCASE", Affinity.TEXT),
    (t.Binary(), "BLOB", Affinity.BLOB),
    (t.Binary(16), "BLOB(16)", Affinity.BLOB),
    (t.Binary(16, fixed=True), "FIXED_BLOB(16)", Affinity.BLOB),
    (t.Date(), "DATE", Affinity.NUMERIC),
    (t.Time(3), "TIME(3)", Affinity.NUMERIC),
    (t.TimeTz(6), "TIMETZ_TEXT(6)", Affinity.TEXT),
    (t.Timestamp(0), "TIMESTAMP(0)", Affinity.NUMERIC),
    (t.Timestamp(6, zoned=True), "TIMESTAMPTZ(6)", Affinity.NUMERIC),
    (t.Duration(2), "DURATION_TEXT(2)", Affinity.TEXT),
    (t.Interval(), "SPAN_TEXT", Affinity.TEXT),
    (t.Interval("day to second(3)"), "SPAN_TEXT_DAY_TO_SECOND(3)", Affinity.TEXT),
    (t.Interval("year to month"), "SPAN_TEXT_YEAR_TO_MONTH", Affinity.TEXT),
    (t.Interval("minute"), "SPAN_TEXT_MINUTE", Affinity.TEXT),
    (t.Uuid(), "UUID_TEXT", Affinity.TEXT),
    (t.Json(), "JSON_TEXT", Affinity.TEXT),
    (t.Json(binary=True), "JSONB_TEXT", Affinity.TEXT),
    (t.Enum(("a", "b's", "c, d", ")")), "ENUM_TEXT", Affinity.TEXT),
    (t.Enum(("A", "b"), collation=NOCASE), "ENUM_TEXT COLLATE NOCASE", Affinity.TEXT),
    (t.Enum(("a",), 'mo"od (2)', NOCASE), 'ENUM_TEXT "mo""od (2)" COLLATE NOCASE', Affinity.TEXT),
    (t.Bits(8), "BITS_TEXT(8)", Affinity.TEXT),
    (t.Bits(None, varying=True), "VARBITS_TEXT", Affinity.TEXT),
    (t.Year(), "YEAR_INTEGER", Affinity.INTEGER),
    (t.Geometry("POINT", 4326), "GEOMETRY_BLOB(1,4326)", Affinity.BLOB),
    (t.Geometry(), "GEOMETRY_BLOB(0)", Affinity.BLOB),
]


@pytest.mark.parametrize(("kind", "native", "own"), SPELLED)
def test_there_and_back(kind: t.LogicalType, native: str, own: Affinity) -> None:
    spelled = spelling.spell(kind)
    assert spelled is not None
    assert (spelled.native, spelled.stored, affinity(native)) == (native, kind, own)
    column = quoted('odd "name')
    check = spelled.check.replace("{column}", column)
    predicates = {check, "other > 1"} - {""}
    assert spelling.refined(hint(native), predicates, column) == (kind, check)
    with closing(sqlite3.connect(":memory:")) as connection:
        clause = f" CHECK ({check})" if check else ""
        connection.execute(f"CREATE TABLE t ({column} {native}{clause})")
        connection.execute("INSERT INTO t VALUES (NULL)")


def test_a_hint_without_its_check_is_the_wider_type() -> None:
    assert spelling.refined(hint("INTEGER"), {"x > 1"}, '"c"') == (t.Integer(64), "")
    assert spelling.refined(hint("ENUM_TEXT"), {"x > 1"}, '"c"') == (t.Text(), "")
    assert spelling.refined(hint("YEAR_INTEGER"), set(), '"c"') == (t.Integer(64), "")


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        ("int unsigned", t.Integer(64)),
        ("UNSIGNED BIG INT", t.Integer(64)),
        ("tinyint(1)", t.Integer(64)),
        ("point", t.Integer(64)),
        ("double  precision", t.Float(64)),
        ("float(5)", t.Float(64)),
        ("numeric(10, 2)", t.Decimal(10, 2)),
        ("decimal(10)", t.Decimal(10, 0)),
        ("numeric", t.Decimal()),
        ("money", t.Decimal(19, 4)),
        ("native character(70)", t.Text(70)),
        ("CHAR(3)", t.Text(3)),
        ("clob", t.Text()),
        ("string", t.Text()),
        ("", t.Text()),
        ("ANY", t.Text()),
        ("varbinary(10)", t.Binary(10)),
        ("datetime", t.Timestamp(6)),
        ("datetime(3)", t.Timestamp(3)),
        ("timestamp with time zone", t.Timestamp(6, zoned=True)),
        ("bool", t.Boolean()),
        ("jsonb", t.Json(binary=True)),
        ("weird(1, 2, 3)", t.Text()),
        ("GEOMETRY_BLOB(99)", t.Binary()),
        ("text collate rtrim", t.Text(collation=t.Collation("sqlite", "RTRIM", insensitive=False))),
    ],
)
def test_hints_of_foreign_declarations(native: str, kind: t.LogicalType) -> None:
    assert hint(native) == kind


@pytest.mark.parametrize(
    ("native", "own"),
    [
        ("CHARINT", "integer"),
        ("FLOATING POINT", "integer"),
        ("XBLOBTEXT", "text"),
        ("BLOBREAL", "blob"),
        ("", "blob"),
        ("DOUBLE", "real"),
        ("STRING", "numeric"),
        ("TEXT COLLATE int", "text"),
    ],
)
def test_affinity_is_what_sqlite_has(native: str, own: str) -> None:
    assert affinity(native) == own
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE t (c {native.removesuffix(' COLLATE int')})")
        connection.execute("INSERT INTO t VALUES ('1.0'), (1)")
        classes = [name for (name,) in connection.execute("SELECT typeof(c) FROM t")]
    assert (
        classes
        == {
            "integer": ["integer", "integer"],
            "numeric": ["integer", "integer"],
            "text": ["text", "text"],
            "blob": ["text", "integer"],
            "real": ["real", "real"],
        }[own]
    )


def test_taking_a_declaration_apart() -> None:
    assert declared(" varchar ( 20 ) COLLATE Nocase").numbers == (20,)
    assert declared(" varchar ( 20 ) COLLATE Nocase").collation == "Nocase"
    assert declared("decimal(+10,-2)").numbers == (10, -2)


def test_what_has_no_spelling_goes_down_the_ladder() -> None:
    dialect = SqliteDialect("3")
    for kind, stored in [
        (t.Integer(64, unsigned=True), t.Decimal(20, 0)),
        (t.SetOf(("a", "b")), t.Text(4)),
        (t.Array(t.Integer(32), "postgres", "integer[]"), t.Json()),
        (t.Opaque("postgres", "inet"), t.Text()),
        (t.Geometry("CURVE"), t.Binary()),
    ]:
        assert settle(kind, Use(), dialect).spelling.stored == stored


def test_a_name_that_would_change_the_affinity_is_left_out() -> None:
    spelled = spelling.spell(t.Enum(("5",), "point_kind"))
    assert spelled is not None
    assert (spelled.native, spelled.stored) == ("ENUM_TEXT", t.Enum(("5",)))


def test_collations_of_others() -> None:
    insensitive = spelling.spell(t.Text(5, collation=t.Collation("mysql", "utf8mb4_general_ci", insensitive=True)))
    exact = spelling.spell(t.Text(5, collation=t.Collation("mysql", "utf8mb4_bin", insensitive=False)))
    assert insensitive is not None and exact is not None
    assert (insensitive.native, insensitive.code) == ("VARCHAR(5) COLLATE NOCASE", "S")
    assert (exact.native, exact.code) == ("VARCHAR(5)", "X")


@pytest.mark.parametrize(
    ("native", "kind", "stored"),
    [
        ("INTEGER", t.Integer(64), t.Integer(64)),
        ("DATE", t.Date(), t.Opaque("sqlite", "DATE")),
        ("VARCHAR(9)", t.Text(9), t.Text()),
        ("DECIMAL(10,2)", t.Decimal(10, 2), t.Opaque("sqlite", "DECIMAL(10,2)")),
        ("DECIMAL_TEXT(10,2)", t.Decimal(10, 2), t.Text()),
        ("REAL", t.Float(64), t.Float(64)),
        ("ANY", t.Float(64), t.Opaque("sqlite", "ANY")),
        ("", t.Integer(64), t.Opaque("sqlite", "")),
        ("BLOB", t.Binary(), t.Binary()),
        ("TEXT", t.Dynamic("TEXT", t.Text()), t.Opaque("sqlite", "TEXT")),
    ],
)
def test_between_two_sqlite_files_values_travel_as_they_are_stored(
    native: str, kind: t.LogicalType, stored: t.LogicalType
) -> None:
    kept = spelling.keep(Column("c", kind, native))
    assert kept is not None
    assert (kept.native, kept.stored) == (native, stored)

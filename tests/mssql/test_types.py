"""Every native type read and spelled, and kept within the family."""

from __future__ import annotations

import pytest

from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server
from dialects.mssql.spelling import EXACT
from dialects.mssql.types import FAMILY, is_insensitive, logical_type, parsed
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Facts, Use, settle

DIALECT = MssqlDialect()
OF_2019, OF_2022, OF_2025 = (MssqlDialect(Server(version=version)) for version in (15, 16, 17))
CI = "SQL_Latin1_General_CP1_CI_AS"
UTF8 = "Latin1_General_100_CI_AS_SC_UTF8"
LOOSE = t.Collation(FAMILY, CI, True)

READ = {
    "bit": t.Boolean(),
    "tinyint": t.Integer(8, unsigned=True),
    "smallint": t.Integer(16),
    "int": t.Integer(32),
    "bigint": t.Integer(64),
    "decimal(38,10)": t.Decimal(38, 10),
    "numeric(5,0)": t.Decimal(5, 0),
    "decimal": t.Decimal(18, 0),
    "money": t.Decimal(19, 4),
    "smallmoney": t.Decimal(10, 4),
    "real": t.Float(32),
    "float(24)": t.Float(32),
    "float(53)": t.Float(64),
    "float": t.Float(64),
    "date": t.Date(),
    "time(0)": t.Time(0),
    "time(6)": t.Time(6),
    "time(7)": t.Dynamic("time(7)", t.Time(6)),
    "datetime": t.Timestamp(3),
    "smalldatetime": t.Timestamp(0),
    "datetime2(3)": t.Timestamp(3),
    "datetime2(7)": t.Dynamic("datetime2(7)", t.Timestamp(6)),
    "datetimeoffset(6)": t.Timestamp(6, zoned=True),
    "datetimeoffset(7)": t.Dynamic("datetimeoffset(7)", t.Timestamp(6, zoned=True)),
    f"char(10) COLLATE {CI}": t.Text(10, fixed=True, collation=LOOSE),
    f"varchar(50) COLLATE {CI}": t.Text(50, collation=LOOSE),
    f"varchar(50) COLLATE {UTF8}": t.Text(50, octets=50, collation=t.Collation(FAMILY, UTF8, True)),
    f"varchar(max) COLLATE {CI}": t.Text(collation=LOOSE),
    f"nchar(3) COLLATE {EXACT}": t.Text(3, fixed=True, collation=t.Collation(FAMILY, EXACT, False)),
    f"nvarchar(4000) COLLATE {CI}": t.Text(4000, collation=LOOSE),
    f"nvarchar(max) COLLATE {CI}": t.Text(collation=LOOSE),
    f"text COLLATE {CI}": t.Text(collation=LOOSE),
    f"ntext COLLATE {CI}": t.Text(collation=LOOSE),
    "binary(16)": t.Binary(16, fixed=True),
    "varbinary(8000)": t.Binary(8000),
    "varbinary(max)": t.Binary(),
    "image": t.Binary(),
    "uniqueidentifier": t.Uuid(),
    "rowversion": t.Binary(8, fixed=True),
    "timestamp": t.Binary(8, fixed=True),
    "json": t.Json(binary=True),
    "geometry": t.Geometry(),
    "geography": t.Geometry(),
    "xml": t.Opaque(FAMILY, "xml"),
    "sql_variant": t.Opaque(FAMILY, "sql_variant"),
    "hierarchyid": t.Opaque(FAMILY, "hierarchyid"),
    "vector(3)": t.Opaque(FAMILY, "vector(3)"),
    "[dbo].[point]": t.Opaque(FAMILY, "[dbo].[point]"),
}


@pytest.mark.parametrize("native", READ)
def test_native_types_are_read_by_meaning(native: str) -> None:
    assert logical_type(native) == READ[native]


def test_a_type_text_is_taken_apart() -> None:
    native = parsed(f"NVARCHAR(MAX) COLLATE {CI}")
    assert (native.base, native.modifiers, native.collation, native.unlimited) == ("nvarchar", ("max",), CI, True)
    assert [parsed(each).first for each in ("decimal(38,10)", "datetime2(7)", "int")] == [38, 7, None]


@pytest.mark.parametrize(
    ("name", "insensitive"),
    [(CI, True), (EXACT, False), ("Latin1_General_BIN", False), ("Latin1_General_100_CS_AS", False)]
    + [("Latin1_General_100_CS_AI", True), (UTF8, True), ("Japanese_XJIS_140_BIN2_UTF8", False)],
)
def test_collations_tell_by_their_names_what_they_ignore(name: str, insensitive: bool) -> None:
    assert is_insensitive(name) is insensitive


SPELLED = [
    (t.Boolean(), "bit"),
    (t.Integer(8, unsigned=True), "tinyint"),
    (t.Integer(16), "smallint"),
    (t.Integer(32), "int"),
    (t.Integer(64), "bigint"),
    (t.Decimal(38, 9), "decimal(38,9)"),
    (t.Decimal(3, 5), "decimal(5,5)"),
    (t.Decimal(3, -2), "decimal(5,0)"),
    (t.Float(32), "real"),
    (t.Float(64), "float(53)"),
    (t.Text(20), f"nvarchar(20) COLLATE {EXACT}"),
    (t.Text(2, fixed=True), f"nchar(2) COLLATE {EXACT}"),
    (t.Text(4000), f"nvarchar(4000) COLLATE {EXACT}"),
    (t.Text(4001), f"nvarchar(max) COLLATE {EXACT}"),
    (t.Text(), f"nvarchar(max) COLLATE {EXACT}"),
    (t.Text(20, collation=LOOSE), f"nvarchar(20) COLLATE {CI}"),
    (t.Binary(), "varbinary(max)"),
    (t.Binary(8000), "varbinary(8000)"),
    (t.Binary(8001), "varbinary(max)"),
    (t.Binary(16, fixed=True), "binary(16)"),
    (t.Date(), "date"),
    (t.Time(3), "time(3)"),
    (t.Timestamp(6), "datetime2(6)"),
    (t.Timestamp(0, zoned=True), "datetimeoffset(0)"),
    (t.Uuid(), "uniqueidentifier"),
    (t.Json(), f"nvarchar(max) COLLATE {EXACT}"),
    (t.Enum(("a", "😀b")), f"nvarchar(3) COLLATE {EXACT}"),
    (t.Year(), "smallint"),
    (t.Geometry("POINT", 4326), "geometry"),
    (t.Opaque(FAMILY, "xml"), "xml"),
    (t.Opaque(FAMILY, "datetime2(7)"), "datetime2(7)"),
]


@pytest.mark.parametrize(("kind", "native"), SPELLED, ids=[native for _, native in SPELLED])
def test_logical_types_are_spelled(kind: t.LogicalType, native: str) -> None:
    spelling = DIALECT.spell(kind, Use())
    assert spelling is not None and spelling.native == native


@pytest.mark.parametrize(
    ("kind", "native", "codes"),
    [
        (t.Integer(8), "smallint", "W"),
        (t.Integer(24), "int", "W"),
        (t.Integer(16, unsigned=True), "int", "S"),
        (t.Integer(32, unsigned=True), "bigint", "S"),
        (t.Integer(64, unsigned=True), "decimal(20,0)", "S"),
        (t.Decimal(65, 30), f"nvarchar(max) COLLATE {EXACT}", "T"),
        (t.Duration(), f"nvarchar(64) COLLATE {EXACT}", "ST"),
        (t.Interval(), f"nvarchar(64) COLLATE {EXACT}", "T"),
        (t.TimeTz(), f"nvarchar(24) COLLATE {EXACT}", "T"),
        (t.Bits(8), f"nvarchar(8) COLLATE {EXACT}", "T"),
        (t.SetOf(("a", "bc")), f"nvarchar(5) COLLATE {EXACT}", "S"),
        (t.Array(t.Integer(32), "postgres", "integer[]"), f"nvarchar(max) COLLATE {EXACT}", "S"),
        (t.Opaque("postgres", "inet"), f"nvarchar(max) COLLATE {EXACT}", "T"),
        (t.Opaque(FAMILY, "sql_variant"), f"nvarchar(max) COLLATE {EXACT}", "T"),
        (t.Text(5, collation=t.Collation("mysql", "latin1_swedish_ci", True)), f"nvarchar(5) COLLATE {EXACT}", "S"),
    ],
)
def test_what_cannot_be_said_becomes_the_next_weaker_type(kind: t.LogicalType, native: str, codes: str) -> None:
    settled = settle(kind, Use(), DIALECT)
    assert settled.spelling.native == native
    assert "".join(step.code for step in settled.steps) == codes


def test_text_in_keys_is_as_long_as_its_values_and_no_longer_than_a_key() -> None:
    unknown, empty = Use(keyed=True), Use(keyed=True, facts=Facts(rows=0))
    ascii_text = Use(keyed=True, facts=Facts(characters=40, octets=40, rows=3))
    emoji = Use(keyed=True, facts=Facts(characters=40, octets=160, rows=3))
    natives = [settle(t.Text(), use, DIALECT).spelling.native.split()[0] for use in (unknown, empty, ascii_text, emoji)]
    assert natives == ["nvarchar(450)", "nvarchar(255)", "nvarchar(64)", "nvarchar(128)"]
    assert DIALECT.spell(t.Text(), Use(keyed=True, facts=Facts(characters=451, octets=451, rows=1))) is None
    assert settle(t.Text(450), unknown, DIALECT).spelling.native == f"nvarchar(450) COLLATE {EXACT}"
    assert settle(t.Binary(), unknown, DIALECT).spelling.native == "varbinary(900)"


def test_lengths_beyond_what_a_type_can_name_are_checked() -> None:
    text, octets = DIALECT.spell(t.Text(5000), Use()), DIALECT.spell(t.Binary(9000), Use())
    assert text is not None and text.check == "DATALENGTH({column}) <= 10000" and text.stored == t.Text(5000)
    assert octets is not None and octets.check == "DATALENGTH({column}) <= 9000"


def test_labels_are_checked_as_they_are() -> None:
    spelling = DIALECT.spell(t.Enum(("it's", "{b}")), Use())
    assert spelling is not None and spelling.check == "{column} IN (N'it''s', N'{b}')"
    assert DIALECT.spell(t.Enum(("a", "a ")), Use()) is None, "trailing spaces tell nothing apart"


def test_versions_differ_in_json_and_vectors() -> None:
    json = [each.spell(t.Json(binary=True), Use()) for each in (OF_2019, OF_2022, OF_2025)]
    assert [each and each.native.split()[0] for each in json] == ["nvarchar(max)", "nvarchar(max)", "json"]
    assert [each and each.check for each in json] == ["", "ISJSON({column}, VALUE) = 1", ""]
    vectors = [each.spell(t.Opaque(FAMILY, "vector(3)"), Use()) for each in (OF_2022, OF_2025)]
    assert [each and each.native for each in vectors] == [None, "vector(3)"]


@pytest.mark.parametrize("native", [each for each in READ if each not in ("rowversion", "timestamp", "json")])
def test_a_move_within_the_family_keeps_types(native: str) -> None:
    kept = OF_2025.keep(Column("c", logical_type(native), native))
    foreign = native in ("sql_variant", "[dbo].[point]")
    assert (kept and kept.native) == (None if foreign else native)


def test_a_hundred_nanoseconds_stay_within_the_family_as_the_servers_own_text() -> None:
    kept = DIALECT.keep(Column("c", logical_type("datetime2(7)"), "datetime2(7)"))
    assert kept is not None and kept.stored == t.Opaque(FAMILY, "datetime2(7)")


def test_a_rowversion_becomes_plain_bytes_and_says_so() -> None:
    kept = DIALECT.keep(Column("c", logical_type("rowversion"), "rowversion"))
    assert kept is not None and (kept.native, kept.code) == ("binary(8)", "S")

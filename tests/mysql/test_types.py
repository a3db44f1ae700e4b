"""Native types read, logical types spelled, native types kept: no server needed."""

import pytest

from dialects.mysql import MysqlDialect
from dialects.mysql.server import parse_version
from dialects.mysql.types import labels, literal, logical_type, unescaped
from mappings import types as t
from mappings.schema import Column
from mappings.type_mapper import Facts, Spelling, Use, settle
from mappings.types import Collation
from tests.mysql.servers import BOTH, MARIADB, MYSQL, NEWER_MARIADB

GENERAL = Collation("mysql", "utf8mb4_general_ci", True)
NATIVE = {
    "tinyint(1)": t.Integer(8),
    "tinyint(3) unsigned": t.Integer(8, unsigned=True),
    "mediumint unsigned": t.Integer(24, unsigned=True),
    "int(5) unsigned zerofill": t.Integer(32, unsigned=True),
    "bigint": t.Integer(64),
    "decimal(10,2) unsigned": t.Decimal(10, 2),
    "decimal(5,0)": t.Decimal(5, 0),
    "float": t.Float(32),
    "float(7,2)": t.Float(32),
    "double unsigned": t.Float(64),
    "bit(1)": t.Bits(1),
    "bit(64)": t.Bits(64),
    "year(4)": t.Year(),
    "date": t.Date(),
    "time": t.Duration(0),
    "time(6)": t.Duration(6),
    "datetime(3)": t.Timestamp(3),
    "timestamp(6)": t.Timestamp(6, zoned=True),
    "char(3) COLLATE utf8mb4_general_ci": t.Text(3, True, None, GENERAL),
    "varchar(3) COLLATE utf8mb4_general_ci": t.Text(3, False, None, GENERAL),
    "tinytext COLLATE utf8mb4_general_ci": t.Text(None, False, 255, GENERAL),
    "text COLLATE latin1_swedish_ci": t.Text(None, False, 196_605, Collation("mysql", "latin1_swedish_ci", True)),
    "longtext COLLATE utf8mb4_general_ci": t.Text(None, False, None, GENERAL),
    "binary(16)": t.Binary(16, fixed=True),
    "varbinary(20)": t.Binary(20),
    "blob": t.Binary(65_535),
    "longblob": t.Binary(),
    "json": t.Json(binary=True),
    "uuid": t.Uuid(),
    "point SRID 4326": t.Geometry("POINT", 4326),
    "geomcollection": t.Geometry("GEOMETRYCOLLECTION"),
    "inet6": t.Opaque("mysql", "inet6"),
    "vector(3)": t.Opaque("mysql", "vector(3)"),
    "enum('a,b','it''s','x\\\\y') COLLATE utf8mb4_general_ci": t.Enum(("a,b", "it's", "x\\y"), "", GENERAL),
    "set('x','y') COLLATE utf8mb4_general_ci": t.SetOf(("x", "y"), GENERAL),
}


@pytest.mark.parametrize("native", NATIVE)
def test_native_types(native: str) -> None:
    assert logical_type(native) == NATIVE[native]


@pytest.mark.parametrize(
    "name, insensitive",
    [
        ("utf8mb4_bin", False),
        ("utf8mb4_0900_bin", False),
        ("utf8mb4_0900_as_cs", False),
        ("utf8mb4_0900_ai_ci", True),
        ("utf8mb4_0900_as_ci", True),
        ("utf8mb4_uca1400_ai_cs", True),
        ("latin1_general_cs", False),
        ("utf8mb4_general_ci", True),
        ("utf8mb4_czech_ci", True),
        ("utf8mb4_cs_0900_ai_ci", True),
    ],
)
def test_what_a_collation_takes_for_equal(name: str, insensitive: bool) -> None:
    kind = logical_type(f"varchar(1) COLLATE {name}")
    assert isinstance(kind, t.Text) and kind.collation == Collation("mysql", name, insensitive)


def test_labels_with_every_sort_of_quote() -> None:
    assert labels("enum('a','it''s','\\\\','x\\'y',',','','é')") == ("a", "it's", "\\", "x'y", ",", "", "é")


@pytest.mark.parametrize("text", ["", "a", "'", "\\", "\\'", "''", "a\\nb", "é😀"])
def test_literals_are_read_back(text: str) -> None:
    assert unescaped(literal(text)[1:-1].replace("''", "'")) == text


def spelled(dialect: MysqlDialect, kind: t.LogicalType, use: Use | None = None) -> str | None:
    spelling = dialect.spell(kind, use or Use())
    return spelling.native if spelling else None


SPELLED = [
    (t.Boolean(), "tinyint(1)", "tinyint(1)"),
    (t.Integer(24, unsigned=True), "mediumint unsigned", "mediumint unsigned"),
    (t.Decimal(65, 30), "decimal(65,30)", "decimal(65,30)"),
    (t.Decimal(65, 31), None, "decimal(65,31)"),
    (t.Decimal(66, 0), None, None),
    (t.Decimal(3, -2), "decimal(5,0)", "decimal(5,0)"),
    (t.Decimal(3, 5), "decimal(5,5)", "decimal(5,5)"),
    (t.Decimal(), None, None),
    (t.Float(32), "float", "float"),
    (t.Float(64), "double", "double"),
    (t.Text(), "longtext COLLATE utf8mb4_0900_bin", "longtext COLLATE utf8mb4_nopad_bin"),
    (t.Text(10), "varchar(10) COLLATE utf8mb4_0900_bin", "varchar(10) COLLATE utf8mb4_nopad_bin"),
    (t.Text(10, fixed=True), "char(10) COLLATE utf8mb4_0900_bin", "char(10) COLLATE utf8mb4_nopad_bin"),
    (t.Text(300, fixed=True), "varchar(300) COLLATE utf8mb4_0900_bin", "varchar(300) COLLATE utf8mb4_nopad_bin"),
    (t.Text(5000), "text COLLATE utf8mb4_0900_bin", "text COLLATE utf8mb4_nopad_bin"),
    (t.Text(20_000), "mediumtext COLLATE utf8mb4_0900_bin", "mediumtext COLLATE utf8mb4_nopad_bin"),
    (t.Text(5_000_000), "longtext COLLATE utf8mb4_0900_bin", "longtext COLLATE utf8mb4_nopad_bin"),
    (t.Text(octets=200), "tinytext COLLATE utf8mb4_0900_bin", "tinytext COLLATE utf8mb4_nopad_bin"),
    (t.Text(octets=196_605), "mediumtext COLLATE utf8mb4_0900_bin", "mediumtext COLLATE utf8mb4_nopad_bin"),
    (t.Binary(), "longblob", "longblob"),
    (t.Binary(16, fixed=True), "binary(16)", "binary(16)"),
    (t.Binary(65_535), "blob", "blob"),
    (t.Binary(70_000), "mediumblob", "mediumblob"),
    (t.Date(), "date", "date"),
    (t.Time(6), "time(6)", "time(6)"),
    (t.Timestamp(0), "datetime", "datetime"),
    (t.Timestamp(6), "datetime(6)", "datetime(6)"),
    (t.Timestamp(6, zoned=True), None, None),
    (t.Duration(3), "time(3)", "time(3)"),
    (t.TimeTz(), None, None),
    (t.Interval(), None, None),
    (t.Uuid(), None, None),
    (t.Json(binary=True), "json", "json"),
    (t.Json(), "longtext COLLATE utf8mb4_0900_bin", "json"),
    (t.Bits(64), "bit(64)", "bit(64)"),
    (t.Bits(65), None, None),
    (t.Bits(8, varying=True), None, None),
    (t.Year(), "year", "year"),
    (t.Geometry("POINT", 4326), "point SRID 4326", "point"),
    (t.Geometry("POINTZ"), None, None),
    (t.Array(t.Integer(32), "postgres", "integer[]"), None, None),
    (t.Opaque("postgres", "inet"), None, None),
    (t.Opaque("mysql", "inet6"), None, "inet6"),
    (t.Opaque("mysql", "vector(3)"), "vector(3)", None),
    (
        t.Enum(("b", "A", "a")),
        "enum('b','A','a') COLLATE utf8mb4_0900_bin",
        "enum('b','A','a') COLLATE utf8mb4_nopad_bin",
    ),
    (t.Enum(("x ",)), None, None),
    (t.Enum(("x" * 256,)), None, None),
    (t.Enum(("😀",)), None, None),
    (t.Enum(()), None, None),
    (t.SetOf(("a,b",)), None, None),
    (t.SetOf(("a", "b")), "set('a','b') COLLATE utf8mb4_0900_bin", "set('a','b') COLLATE utf8mb4_nopad_bin"),
]


@pytest.mark.parametrize("kind, mysql, mariadb", SPELLED, ids=[str(case[0])[:60] for case in SPELLED])
def test_spelling(kind: t.LogicalType, mysql: str | None, mariadb: str | None) -> None:
    assert (spelled(MYSQL, kind), spelled(MARIADB, kind)) == (mysql, mariadb)


@pytest.mark.parametrize("dialect", BOTH, ids=lambda dialect: dialect.label)
def test_every_type_settles(dialect: MysqlDialect) -> None:
    """The ladder ends with something for every type there is."""
    kinds: list[t.LogicalType] = [case[0] for case in SPELLED]
    for kind in kinds:
        spelling = settle(kind, Use(facts=Facts(integer_digits=5, fraction_digits=2)), dialect).spelling
        assert spelling.native, kind


def test_unlimited_text_in_a_key_takes_a_length_from_its_longest_value() -> None:
    for longest, length in ((0, 32), (32, 32), (33, 64), (200, 255), (700, 768)):
        spelling = MYSQL.spell(t.Text(), Use(keyed=True, facts=Facts(characters=longest)))
        assert spelling is not None and spelling.code == "P" and f"has {longest} characters" in spelling.message
        assert spelling.native == f"varchar({length}) COLLATE utf8mb4_0900_bin"
        assert isinstance(spelling.stored, t.Text) and spelling.stored.length == length
    assert MYSQL.spell(t.Text(), Use(keyed=True, facts=Facts(characters=769))) is None
    assert spelled(MYSQL, t.Text(768), Use(keyed=True)) == "varchar(768) COLLATE utf8mb4_0900_bin"
    assert spelled(MYSQL, t.Text(4000), Use(keyed=True, facts=Facts(characters=9))) == (
        "varchar(32) COLLATE utf8mb4_0900_bin"
    )


def test_bytes_in_a_key() -> None:
    assert spelled(MYSQL, t.Binary(), Use(keyed=True, facts=Facts(octets=20))) == "varbinary(64)"
    assert spelled(MYSQL, t.Binary(3000), Use(keyed=True)) == "varbinary(3000)"
    assert spelled(MYSQL, t.Binary(), Use(keyed=True, facts=Facts(octets=4000))) is None


def test_a_text_type_keeps_the_length_by_a_check() -> None:
    spelling = MYSQL.spell(t.Text(5000), Use())
    assert spelling is not None and spelling.check == "char_length({column}) <= 5000" and spelling.code == "S"


COLLATIONS = [
    (Collation("sqlite", "NOCASE", True), "utf8mb4_0900_as_ci", "utf8mb4_uca1400_nopad_as_ci"),
    (Collation("postgres", "de_DE", False), "utf8mb4_0900_bin", "utf8mb4_nopad_bin"),
    (Collation("mysql", "utf8mb4_general_ci", True), "utf8mb4_general_ci", "utf8mb4_general_ci"),
    (Collation("mysql", "utf8mb4_0900_ai_ci", True), "utf8mb4_0900_ai_ci", "utf8mb4_uca1400_nopad_ai_ci"),
    (Collation("mysql", "utf8mb4_0900_as_cs", False), "utf8mb4_0900_as_cs", "utf8mb4_uca1400_nopad_as_cs"),
    (Collation("mysql", "utf8mb4_ja_0900_as_cs", False), "utf8mb4_ja_0900_as_cs", "utf8mb4_uca1400_nopad_as_cs"),
    (Collation("mysql", "utf8mb4_0900_bin", False), "utf8mb4_0900_bin", "utf8mb4_nopad_bin"),
    (Collation("mysql", "utf8mb4_nopad_bin", False), "utf8mb4_0900_bin", "utf8mb4_nopad_bin"),
    (Collation("mysql", "utf8mb4_uca1400_ai_ci", True), "utf8mb4_0900_ai_ci", "utf8mb4_uca1400_ai_ci"),
    (Collation("mysql", "latin1_nopad_bin", False), "latin1_bin", "latin1_nopad_bin"),
    (Collation("mysql", "utf8mb4_unheard_ci", True), "utf8mb4_0900_as_ci", "utf8mb4_uca1400_nopad_as_ci"),
]


@pytest.mark.parametrize("collation, mysql, mariadb", COLLATIONS, ids=[case[0].name for case in COLLATIONS])
def test_collations(collation: Collation, mysql: str, mariadb: str) -> None:
    for dialect, name in ((MYSQL, mysql), (MARIADB, mariadb)):
        spelling = dialect.spell(t.Text(5, collation=collation), Use())
        assert spelling is not None and spelling.native == f"varchar(5) COLLATE {name}"
        changed = collation.family == "mysql" and collation.name != name
        assert bool(spelling.message) == (changed or collation.name == "de_DE")


def kept(dialect: MysqlDialect, native: str, kind: t.LogicalType | None = None) -> Spelling | None:
    return dialect.keep(Column("c", kind or logical_type(native), native))


KEPT = [
    ("int(11)", "int", "int"),
    ("tinyint(1)", "tinyint(1)", "tinyint(1)"),
    ("int(5) unsigned zerofill", "int(5) unsigned zerofill", "int(5) unsigned zerofill"),
    ("year(4)", "year", "year"),
    ("decimal(10,2) unsigned", "decimal(10,2) unsigned", "decimal(10,2) unsigned"),
    ("decimal(65,31)", None, "decimal(65,31)"),
    ("timestamp(6)", "timestamp(6)", "timestamp(6)"),
    ("uuid", None, "uuid"),
    ("inet4", None, "inet4"),
    ("vector(3)", "vector(3)", None),
    ("geomcollection", "geomcollection", "geometrycollection"),
    ("point SRID 4326", "point SRID 4326", "point"),
    ("brandnew", None, None),
    ("text COLLATE latin1_bin", "text COLLATE latin1_bin", "text COLLATE latin1_bin"),
    (
        "varchar(5) COLLATE utf8mb4_0900_ai_ci",
        "varchar(5) COLLATE utf8mb4_0900_ai_ci",
        "varchar(5) COLLATE utf8mb4_uca1400_nopad_ai_ci",
    ),
    (
        "enum('a') COLLATE utf8mb4_nopad_bin",
        "enum('a') COLLATE utf8mb4_0900_bin",
        "enum('a') COLLATE utf8mb4_nopad_bin",
    ),
]


@pytest.mark.parametrize("native, mysql, mariadb", KEPT, ids=[case[0] for case in KEPT])
def test_keeping(native: str, mysql: str | None, mariadb: str | None) -> None:
    found = [spelling.native if spelling else None for spelling in (kept(MYSQL, native), kept(MARIADB, native))]
    assert found == [mysql, mariadb]


def test_keeping_json_only_where_it_is_kept_alike() -> None:
    for dialect, binary, native in ((MYSQL, True, "json"), (MARIADB, False, "json"), (MYSQL, False, None)):
        spelling = kept(dialect, "json", t.Json(binary=binary))
        assert (spelling.native if spelling else None) == native


def test_vectors_of_newer_servers() -> None:
    assert kept(NEWER_MARIADB, "vector(3)") == Spelling("vector(3)", t.Opaque("mysql", "vector(3)"))


@pytest.mark.parametrize(
    "text, maria, version",
    [
        ("10.11.19-MariaDB-0+deb12u1-log", True, (10, 11, 19)),
        ("9.7.4-2", False, (9, 7, 4)),
        ("8.0.36-28.1 Percona", False, (8, 0, 36)),
        ("11.8.2-MariaDB", True, (11, 8, 2)),
    ],
)
def test_versions(text: str, maria: bool, version: tuple[int, int, int]) -> None:
    assert parse_version(text) == (maria, version)

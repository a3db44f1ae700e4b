"""Statements, defaults, fitted keys and the error table: no server needed."""

from dataclasses import replace

import pytest

from dialects.base import Fit
from dialects.mysql import MysqlDialect
from dialects.mysql.ddl import octets
from dialects.mysql.defaults import RANDOM_UUID, read_expression, read_literal, read_marked
from dialects.mysql.errors import CODES, refused_rows, translated, translation
from dialects.mysql.sizes import fitting_row
from mappings import defaults as d
from mappings import types as t
from mappings.errors import (
    AlreadyThere,
    Blocked,
    ConnectionLost,
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    StorageFull,
    TransferError,
    WriteAltered,
)
from mappings.schema import (
    Check,
    Column,
    Expression,
    ForeignKey,
    Identity,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    TableName,
    Unique,
)
from tests.mysql.servers import BOTH, MARIADB, MYSQL

PARENT = TableName("", "parent")


def column(name: str, native: str = "int", kind: t.LogicalType | None = None, **more: object) -> Column:
    return replace(Column(name, kind or t.Integer(32), native), **more)  # type: ignore[arg-type]


def table(*columns: Column, **more: object) -> Table:
    return replace(Table(TableName("", "t"), columns), **more)  # type: ignore[arg-type]


def test_create_table() -> None:
    made = table(
        column("id", nullable=False, identity=Identity()),
        column("we`ird", "varchar(5) COLLATE utf8mb4_0900_bin", t.Text(5), comment="it's \\"),
        column("at", "timestamp(6)", t.Timestamp(6, zoned=True), on_update_now=True),
        column("g", generated=None, invisible=True),
        primary_key=PrimaryKey("pk", ("id",)),
        uniques=(Unique("u", ("we`ird", "g")),),
        checks=(Check("c", Expression("mysql", "`g` > 0")),),
        comment="what\nis",
        options=(("engine", "MyISAM"), ("collation", "utf8mb4_general_ci")),
    )
    assert MYSQL.create_table(made) == (
        "CREATE TABLE `t` (\n"
        "  `id` int NOT NULL AUTO_INCREMENT,\n"
        "  `we``ird` varchar(5) COLLATE utf8mb4_0900_bin COMMENT 'it''s \\\\',\n"
        "  `at` timestamp(6) NULL ON UPDATE CURRENT_TIMESTAMP(6),\n"
        "  `g` int INVISIBLE,\n"
        "  CONSTRAINT `pk` PRIMARY KEY (`id`),\n"
        "  CONSTRAINT `u` UNIQUE (`we``ird`, `g`),\n"
        "  CONSTRAINT `c` CHECK (`g` > 0)\n"
        ") ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT COLLATE=utf8mb4_general_ci COMMENT='what\nis'",
    )


def test_tables_compare_exactly_unless_told_otherwise() -> None:
    for dialect, name in ((MYSQL, "utf8mb4_0900_bin"), (MARIADB, "utf8mb4_nopad_bin")):
        assert f"DEFAULT COLLATE={name}" in dialect.create_table(table(column("a")))[0]
        unknown = table(column("a"), options=(("collation", "utf8mb4_unheard_ci"),))
        assert f"DEFAULT COLLATE={name}" in dialect.create_table(unknown)[0]


def test_a_column_that_numbers_itself_needs_a_key_that_begins_with_it() -> None:
    numbered = table(column("p"), column("id", identity=Identity()), primary_key=PrimaryKey("", ("p", "id")))
    assert "KEY `id_auto_increment` (`id`)" in MYSQL.create_table(numbered)[0]
    index = Index("k", (IndexPart("id"), IndexPart("p")))
    later = replace(numbered, indexes=(Index("other", (IndexPart("p"),)), index, replace(index, name="second")))
    statements = [MYSQL.create_index(later, each) for each in later.indexes]
    assert statements[1] == "ALTER TABLE `t` ADD INDEX `k` (`id`, `p`), DROP INDEX `id_auto_increment`"
    assert statements[0].startswith("CREATE INDEX") and statements[2].startswith("CREATE INDEX")
    unique = replace(numbered, uniques=(Unique("u", ("id",)),))
    assert "auto_increment`" not in MYSQL.create_table(unique)[0]


def test_indexes() -> None:
    parts = (IndexPart("a", prefix=10), IndexPart("b", descending=True))
    made = table(column("a", "text", t.Text()), column("b"))
    assert MYSQL.create_index(made, Index("i", parts, unique=True)) == (
        "CREATE UNIQUE INDEX `i` ON `t` (`a`(10), `b` DESC)"
    )
    assert MYSQL.create_index(made, Index("i", (IndexPart("a"),), method="fulltext")) == (
        "CREATE FULLTEXT INDEX `i` ON `t` (`a`)"
    )
    over = Index("i", (IndexPart(expression=Expression("mysql", "lower(`a`)")),))
    assert MYSQL.create_index(made, over) == "CREATE INDEX `i` ON `t` ((lower(`a`)))"


def test_a_row_that_is_too_wide_moves_its_widest_columns_out() -> None:
    wide = [column(f"c{n}", "varchar(1000) COLLATE utf8mb4_0900_bin", t.Text(1000)) for n in range(20)]
    keyed = column("k", "varchar(768) COLLATE utf8mb4_0900_bin", t.Text(768))
    made = table(*wide, keyed, indexes=(Index("i", (IndexPart("k"),)),))
    fitted = fitting_row(made)
    assert sum(octets(each.native) for each in fitted.columns) <= 65_535
    assert fitted.column("k").native == keyed.native
    assert {each.native for each in fitted.columns[:20]} == {
        "varchar(1000) COLLATE utf8mb4_0900_bin",
        "text COLLATE utf8mb4_0900_bin",
    }
    assert fitting_row(table(column("a"))) == table(column("a"))
    blobs = table(*[column(f"b{n}", "varbinary(60000)", t.Binary(60_000)) for n in range(3)])
    assert [each.native for each in fitting_row(blobs).columns] == ["blob", "blob", "varbinary(60000)"]


def test_long_comments_are_cut_visibly() -> None:
    made = table(column("a", comment="x" * 2000), comment="y" * 3000)
    fitted, reasons = MYSQL.fit_table(made)
    assert reasons == ("the comment is cut to 2048 characters", "the comment of a is cut to 1024 characters")
    statement = MYSQL.create_table(fitted)[0]
    assert "x" * 1021 + "...'" in statement and "y" * 2045 + "...'" in statement


def test_a_primary_key_that_is_too_long_blocks() -> None:
    texts = [column(name, "varchar(512) COLLATE utf8mb4_0900_bin", t.Text(512)) for name in "ab"]
    made = replace(table(*texts), primary_key=PrimaryKey("", ("a", "b")))
    with pytest.raises(Blocked, match="needs 4096 bytes, where 3072 are the most"):
        MYSQL.fit_table(made)
    longest = replace(texts[0], native="varchar(768) COLLATE utf8mb4_0900_bin")
    alone = replace(table(longest), primary_key=PrimaryKey("", ("a",)))
    assert MYSQL.fit_table(alone) == (alone, ())


def test_foreign_keys_and_numbers() -> None:
    key = ForeignKey("f", ("a",), PARENT, ("id",), on_delete="CASCADE")
    assert MYSQL.add_foreign_key(table(column("a")), key) == (
        "ALTER TABLE `t` ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `parent` (`id`) ON DELETE CASCADE"
    )
    numbered = column("a", identity=Identity(next=42))
    assert MYSQL.continue_identity(table(numbered), numbered) == "ALTER TABLE `t` AUTO_INCREMENT = 42"
    unknown = column("a", identity=Identity())
    assert MYSQL.continue_identity(table(unknown), unknown) is None


TEXT, DATETIME = t.Text(20), t.Timestamp(3)
SPELLED_DEFAULTS = [
    (d.LiteralDefault("5"), "int", t.Integer(32), "5", "5"),
    (d.LiteralDefault("five"), "int", t.Integer(32), None, None),
    (d.LiteralDefault("true"), "tinyint(1)", t.Boolean(), "1", "1"),
    (d.LiteralDefault("it's \\"), "varchar(20)", TEXT, "'it''s \\\\'", "'it''s \\\\'"),
    (d.LiteralDefault("a"), "longtext COLLATE x", t.Text(), "('a')", "'a'"),
    (d.LiteralDefault("{}"), "json", t.Json(), "('{}')", "'{}'"),
    (d.LiteralDefault("0101"), "bit(4)", t.Bits(4), "b'0101'", "b'0101'"),
    (d.LiteralDefault("2020-01-02"), "date", t.Date(), "'2020-01-02'", "'2020-01-02'"),
    (d.LiteralDefault("infinity"), "date", t.Date(), None, None),
    (d.LiteralDefault("2020-01-02T03:04:05.5Z"), "datetime(3)", DATETIME, *["'2020-01-02 03:04:05.5'"] * 2),
    (d.LiteralDefault("2020-01-02"), "datetime(3)", DATETIME, *["'2020-01-02 00:00:00'"] * 2),
    (d.LiteralDefault("2020-01-02 03:04:05.1234"), "datetime(3)", DATETIME, None, None),
    (d.LiteralDefault("2020-01-02 03:04:05+02"), "datetime(3)", DATETIME, None, None),
    (d.BytesDefault("00ff"), "varbinary(4)", t.Binary(4), "x'00ff'", "x'00ff'"),
    (d.BytesDefault("00ff"), "longblob", t.Binary(), "(x'00ff')", "x'00ff'"),
    (d.BytesDefault("00ff"), "varchar(20)", TEXT, None, None),
    (d.NowDefault("local"), "datetime(3)", DATETIME, "CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3)"),
    (d.NowDefault("instant"), "datetime(3)", DATETIME, "(UTC_TIMESTAMP(3))", "(UTC_TIMESTAMP(3))"),
    (d.NowDefault("instant"), "timestamp", t.Timestamp(0, True), "CURRENT_TIMESTAMP()", "CURRENT_TIMESTAMP()"),
    (d.NowDefault("utc"), "datetime", t.Timestamp(0), "(UTC_TIMESTAMP())", "(UTC_TIMESTAMP())"),
    (d.NowDefault("local"), "varchar(20)", TEXT, None, None),
    (d.TodayDefault(), "date", t.Date(), "(CURRENT_DATE)", "(CURRENT_DATE)"),
    (d.TimeOfDayDefault(), "time(3)", t.Time(3), "(CURRENT_TIME(3))", "(CURRENT_TIME(3))"),
    (d.RandomUuidDefault(1), "varchar(36)", t.Text(36), "(uuid())", "(uuid())"),
    (d.RandomUuidDefault(), "varchar(36)", t.Text(36), RANDOM_UUID, RANDOM_UUID),
    (d.RandomUuidDefault(7), "varchar(36)", t.Text(36), None, None),
    (d.ExpressionDefault("postgres", "'{}'::text[]", "[]"), "json", t.Json(binary=True), "('[]')", "'[]'"),
    (d.ExpressionDefault("postgres", "((1 + 2) * 3)"), "int", t.Integer(32), "((1 + 2) * 3)", "((1 + 2) * 3)"),
    (d.ExpressionDefault("postgres", "(1.5)::integer"), "int", t.Integer(32), None, None),
    (d.CurrentUserDefault(), "varchar(99)", t.Text(99), "(current_user())", "(current_user())"),
    (d.ExpressionDefault("mysql", "(1 + 2)"), "int", t.Integer(32), "(1 + 2)", "(1 + 2)"),
    (d.ExpressionDefault("mysql", "rand()"), "int", t.Integer(32), "(rand())", "(rand())"),
    (d.ExpressionDefault("mysql", "'0000-00-00'"), "date", t.Date(), "'0000-00-00'", "'0000-00-00'"),
    (d.ExpressionDefault("mysql", "nextval(`d`.`s`)"), "int", t.Integer(32), None, None),
    (d.ExpressionDefault("mysql", "uuid_to_bin(uuid())"), "binary(16)", t.Binary(16), "(uuid_to_bin(uuid()))", None),
    (d.ExpressionDefault("postgres", "now()"), "int", t.Integer(32), None, None),
]


@pytest.mark.parametrize("default, native, kind, mysql, mariadb", SPELLED_DEFAULTS)
def test_spelling_defaults(
    default: d.Default, native: str, kind: t.LogicalType, mysql: str | None, mariadb: str | None
) -> None:
    target = column("c", native, kind)
    assert [dialect.spell_default(default, target) for dialect in BOTH] == [mysql, mariadb]


def test_reading_defaults() -> None:
    assert read_marked("'it''s'", TEXT) == d.LiteralDefault("it's")
    assert read_marked("NULL", TEXT) is None
    assert read_marked("'NULL'", TEXT) == d.LiteralDefault("NULL")
    assert read_marked("current_timestamp(6)", t.Timestamp(6)) == d.NowDefault("local", 6)
    assert read_marked("-1.5e3", t.Float(64)) == d.LiteralDefault("-1.5e3")
    assert read_expression("_utf8mb4'it\\'s'", TEXT) == d.LiteralDefault("it's")
    assert read_expression("0x00FF", t.Binary(2)) == d.BytesDefault("00ff")
    assert read_expression("(a) + (b)", TEXT) == d.ExpressionDefault("mysql", "(a) + (b)")
    assert read_expression("json_array()", t.Json()) == d.LiteralDefault("[]")
    assert read_literal("b'101'", t.Bits(8)) == d.LiteralDefault("00000101")
    assert read_literal("2020-00-01", t.Date()) == d.ExpressionDefault("mysql", "'2020-00-01'")


def expression(sql: str) -> Expression:
    return Expression("mysql", sql)


def test_expressions_between_the_two() -> None:
    both = expression("`a` <> _utf8mb4'it\\'s _utf8mb4' and `_utf8mb4` > 1")
    assert MYSQL.spell_expression(both, {}) == both.sql
    assert MARIADB.spell_expression(both, {}) == "`a` <> 'it\\'s _utf8mb4' and `_utf8mb4` > 1"
    assert MARIADB.spell_expression(expression("regexp_like(`a`, 'x')"), {}) is None
    assert MARIADB.spell_expression(expression("`a` = 'regexp_like('"), {}) is not None
    assert MYSQL.spell_expression(expression("json_exists(`a`, '$.b')"), {}) is None
    other = Expression("postgres", "(a > 0)")
    assert MYSQL.spell_expression(other, {"a": column("a")}) == "`a` > 0"


KEYS = table(
    column("id"),
    column("s", "varchar(700) COLLATE utf8mb4_0900_bin", t.Text(700)),
    column("r", "varchar(700) COLLATE utf8mb4_0900_bin", t.Text(700)),
    column("x", "longtext COLLATE utf8mb4_0900_bin", t.Text()),
)


def test_fitting_uniques() -> None:
    plain = Unique("u", ("id", "s"))
    assert MYSQL.fit_unique(KEYS, plain).held == plain and not MYSQL.fit_unique(KEYS, plain).reason
    loose = MYSQL.fit_unique(KEYS, replace(plain, nulls_not_distinct=True, deferrable=True))
    assert loose.held == replace(plain, nulls_not_distinct=True)
    assert "NULLs" in loose.reason and "deferrable" in loose.reason
    several = MARIADB.fit_unique(KEYS, replace(plain, nulls_not_distinct=True))
    assert several.held == plain and several.reason == "several NULLs are allowed here"
    never = replace(KEYS, columns=tuple(replace(each, nullable=False) for each in KEYS.columns))
    assert MYSQL.fit_unique(never, replace(plain, nulls_not_distinct=True)) == Fit(plain)
    assert "bytes" in MYSQL.fit_unique(KEYS, Unique("u", ("s", "r"))).reason
    assert MYSQL.fit_unique(KEYS, Unique("u", ("x",))).held is None
    assert MARIADB.fit_unique(KEYS, Unique("u", ("x",))).held is not None


def test_a_unique_constraint_for_which_nulls_are_equal_is_an_index_on_expressions() -> None:
    keyed = replace(KEYS, uniques=(Unique("u", ("id", "s"), nulls_not_distinct=True), Unique("p", ("id",))))
    assert "`u`" not in MYSQL.create_table(keyed)[0] and "CONSTRAINT `p` UNIQUE" in MYSQL.create_table(keyed)[0]
    assert MYSQL.add_keys(keyed) == (
        "CREATE UNIQUE INDEX `u` ON `t` ((IFNULL(`id`, 0)), ((`id` IS NULL)), (IFNULL(`s`, '')), ((`s` IS NULL)))",
    )


def test_fitting_indexes() -> None:
    over_text = MYSQL.fit_index(KEYS, Index("i", (IndexPart("x"),)))
    assert over_text.held == Index("i", (IndexPart("x", prefix=255),)) and "beginning" in over_text.reason
    long = MYSQL.fit_index(KEYS, Index("i", (IndexPart("s"), IndexPart("r"), IndexPart("id")))).held
    assert long is not None and [part.prefix for part in long.parts] == [254, 254, None]
    assert MYSQL.fit_index(KEYS, Index("i", (IndexPart("s"), IndexPart("r")), unique=True)).held is None
    for method in ("gin", "gist", "brin"):
        assert MYSQL.fit_index(KEYS, Index("i", (IndexPart("x"),), method=method)).held is None
    hashed = MYSQL.fit_index(KEYS, Index("i", (IndexPart("id"),), method="hash", include=("s",)))
    assert hashed.held == Index("i", (IndexPart("id"), IndexPart("s"))) and "hash" in hashed.reason
    lost = MYSQL.fit_index(KEYS, Index("i", (IndexPart("id"),), include=("s", "x", "id")))
    assert lost.held == Index("i", (IndexPart("id"), IndexPart("s")))
    assert lost.reason == "the included columns x are not kept"
    unique = MYSQL.fit_index(KEYS, Index("i", (IndexPart("id"),), unique=True, include=("s",)))
    assert unique == Fit(Index("i", (IndexPart("id"),), unique=True), "the included columns s are not kept")
    assert "FULLTEXT" in MYSQL.fit_index(KEYS, Index("i", (IndexPart("x"),), method="gin")).reason
    computed = Index("i", (IndexPart(expression=expression("lower(`s`)")),))
    assert MYSQL.fit_index(KEYS, computed).held == computed and MARIADB.fit_index(KEYS, computed).held is None


def test_fitting_partial_indexes() -> None:
    partial = Index("i", (IndexPart("id"),), where=expression("`id` > 0"))
    assert "all rows" in MYSQL.fit_index(KEYS, partial).reason
    unique = replace(partial, unique=True)
    held = MYSQL.fit_index(KEYS, unique).held
    assert held is not None and held.where is None
    assert MYSQL.create_index(KEYS, held) == "CREATE UNIQUE INDEX `i` ON `t` ((CASE WHEN `id` > 0 THEN `id` END))"
    assert MARIADB.fit_index(KEYS, unique).held is None


def test_fitting_foreign_keys_and_checks() -> None:
    key = ForeignKey("f", ("id",), PARENT, ("id",), on_delete="SET DEFAULT", deferrable=True)
    fit = MYSQL.fit_foreign_key(KEYS, key)
    assert fit.held is not None and fit.held.on_delete == "NO ACTION" and "SET DEFAULT" in fit.reason
    assert MYSQL.fit_foreign_key(KEYS, replace(key, set_columns=("id",))).held is None
    check = Check("c", expression("`id` > 0"))
    assert MYSQL.fit_check(KEYS, check).held == check
    written = replace(KEYS, foreign_keys=(replace(key, on_delete="SET NULL"),))
    assert MYSQL.fit_check(written, check).held is None
    numbered = replace(KEYS, columns=(column("id", identity=Identity()), *KEYS.columns[1:]))
    assert MYSQL.fit_check(numbered, check).held is None


def test_fitting_numbers() -> None:
    first, second = column("a", identity=Identity()), column("b", identity=Identity())
    assert MYSQL.fit_identity(table(first, second), first).held == Identity()
    assert MYSQL.fit_identity(table(first, second), second).held is None
    decimal = column("a", "decimal(20,0)", t.Decimal(20, 0), identity=Identity())
    assert MYSQL.fit_identity(table(decimal), decimal).held is None
    stepped = column("a", identity=Identity(increment=10))
    assert "step of 10" in MYSQL.fit_identity(table(stepped), stepped).reason


class Driver(Exception):
    """Stands for an error of the driver."""


Driver.__module__ = "pymysql.err"

ERRORS: list[tuple[int, type[TransferError]]] = [
    (1045, ConnectionRefused),
    (1049, ConnectionRefused),
    (2003, ConnectionRefused),
    (1142, PermissionDenied),
    (1044, PermissionDenied),
    (1227, PermissionDenied),
    (1114, StorageFull),
    (1021, StorageFull),
    (28, StorageFull),
    (1213, Contention),
    (1205, Contention),
    (2006, ConnectionLost),
    (2013, ConnectionLost),
    (1062, ConstraintViolated),
    (1451, ConstraintViolated),
    (1452, ConstraintViolated),
    (3819, ConstraintViolated),
    (4025, ConstraintViolated),
    (1050, AlreadyThere),
    (9999, DatabaseError),
]


@pytest.mark.parametrize("code, kind", ERRORS)
def test_the_error_table(code: int, kind: type[TransferError]) -> None:
    original = Driver(code, "what the server said")
    with pytest.raises(kind) as caught, translated("copying t"):
        raise original
    assert type(caught.value) is kind and caught.value.__cause__ is original
    assert str(caught.value) == f"copying t: what the server said ({code})"
    assert bool(caught.value.hint) == (code in CODES)


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated("dividing"):
        raise ZeroDivisionError
    assert isinstance(translation(ConnectionResetError(104, "reset"), "reading"), ConnectionLost)


def test_refused_rows() -> None:
    assert isinstance(refused_rows([("Warning", 1062, "Duplicate entry")], "told"), ConstraintViolated)
    altered = refused_rows([("Warning", 1265, "Data truncated")], "told")
    assert isinstance(altered, WriteAltered) and str(altered) == "told: Data truncated (1265)"
    assert isinstance(refused_rows([], "told"), WriteAltered)


def test_quoting() -> None:
    assert [dialect.quote("a`b") for dialect in BOTH] == ["`a``b`"] * 2
    assert MYSQL.qualified(TableName("", "t")) == "`t`"
    assert isinstance(MYSQL, MysqlDialect) and MYSQL.label == "MySQL 9.7.4" and MARIADB.family == "mysql"

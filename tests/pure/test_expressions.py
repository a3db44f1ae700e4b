"""What may be translated has the same value on every engine; what may not is refused, never guessed."""

import sqlite3
from dataclasses import replace

import pytest
from sqlglot import exp

from mappings import types as t
from mappings.expressions import refusal, translate
from mappings.schema import Column, Expression

CI = t.Collation("mysql", "utf8mb4_0900_ai_ci", insensitive=True)
TYPES: dict[str, t.LogicalType] = {
    "a": t.Integer(32),
    "b": t.Integer(64),
    "p": t.Decimal(9, 2),
    "f": t.Float(64),
    "r": t.Float(32),
    "y": t.Year(),
    "v": t.Text(20),
    "w": t.Text(),
    "code": t.Text(3, fixed=True),
    "ci": t.Text(collation=CI),
    "d": t.Date(),
    "ts": t.Timestamp(),
    "until": t.Timestamp(),
    "ms": t.Timestamp(3),
    "at": t.Timestamp(zoned=True),
    "start": t.Dynamic("TIMESTAMP", t.Timestamp()),
    "huge": t.Integer(64, unsigned=True),
    "rt": t.Text(collation=t.Collation("sqlite", "RTRIM", insensitive=False)),
    "bin": t.Text(collation=t.Collation("mysql", "utf8mb4_bin", insensitive=False)),
    "exact": t.Text(collation=t.Collation("mysql", "utf8mb4_0900_bin", insensitive=False)),
    "js": t.Json(True),
    "raw": t.Binary(),
    "ok": t.Boolean(),
    "no": t.Boolean(),
    "mood": t.Enum(("sad", "ok"), "mood"),
    "moodci": t.Enum(("sad", "ok"), collation=CI),
    "loose": t.Dynamic("TEXT COLLATE NOCASE", t.Text(collation=t.Collation("sqlite", "NOCASE", insensitive=True))),
    "dyn": t.Dynamic("INTEGER", t.Integer(64)),
    "dynflag": t.Dynamic("BOOLEAN", t.Boolean()),
    "Id": t.Integer(32),
    "id": t.Integer(32),
}
COLUMNS = {name: Column(name, kind, "") for name, kind in TYPES.items()}
ENGINES = ("postgres", "mysql", "sqlite")


def translated(family: str, sql: str, to: str) -> str | None:
    return translate(Expression(family, sql), to=to, columns=COLUMNS)


ACCEPTED = [
    # family, its text, and what PostgreSQL, MySQL and SQLite get
    ("postgres", "((a > 0) AND (b <= 10))", '("a" > 0) AND ("b" <= 10)'),
    ("mysql", "(`a` > 0) and (`b` <= 10)", '("a" > 0) AND ("b" <= 10)'),
    ("sqlite", "A > 0 or not (b <> 10)", '"a" > 0 OR NOT ("b" <> 10)'),
    ("sqlite", "a == 5", '"a" = 5'),
    ("postgres", '"Id" > id', '"Id" > "id"'),
    ("postgres", "p >= 0::numeric", '"p" >= 0'),
    ("postgres", "p >= '1.50'::numeric", '"p" >= 1.50'),
    ("postgres", "(a >= '-1'::integer)", '"a" >= -1'),
    ("postgres", "f > (0)::double precision", '"f" > 0'),
    ("postgres", "(p >= ((-1))::numeric)", '"p" >= -1'),
    ("postgres", "f * 1.5 > f", '"f" * 1.5 > "f"'),
    ("postgres", "a + b * 2 - (-a)", '"a" + "b" * 2 - (-"a")'),
    ("postgres", "((v)::text = 'x'::text)", "\"v\" = 'x'"),
    ("postgres", "(code = 'abc'::bpchar)", "\"code\" = 'abc'"),
    ("postgres", "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
     "\"v\" IN ('a', 'b')"),
    ("postgres", "(v = ANY (ARRAY['a'::text, 'it''s'::text]))", "\"v\" IN ('a', 'it''s')"),
    ("postgres", "(a = ANY (ARRAY[1, 2]))", '"a" IN (1, 2)'),
    ("postgres", "((v)::text <> ALL ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
     "NOT \"v\" IN ('a', 'b')"),
    ("mysql", "(`v` in (_utf8mb4'a',_utf8mb4'b'))", "\"v\" IN ('a', 'b')"),
    ("mysql", '`v` <> "é😀"', "\"v\" <> 'é😀'"),
    ("postgres", "(mood)::text = 'sad'::text", "\"mood\" = 'sad'"),
    ("postgres", "mood IN ('sad', 'ok')", "\"mood\" IN ('sad', 'ok')"),
    ("postgres", "(d > '1900-01-01'::date)", "\"d\" > '1900-01-01'"),
    ("mysql", "`d` between '1900-01-01' and '2100-12-31'", "\"d\" BETWEEN '1900-01-01' AND '2100-12-31'"),
    ("postgres", "ok IS NOT TRUE", 'NOT "ok" IS TRUE'),
    ("postgres", "ok AND NOT no", '"ok" AND NOT "no"'),
    ("postgres", "ok = true", '"ok" = TRUE'),
    ("postgres", "ts IS NOT NULL", '"ts" IS NOT NULL'),
    ("postgres", "(js IS NULL) OR (raw IS NULL)", '("js" IS NULL) OR ("raw" IS NULL)'),
    ("sqlite", "a ISNULL OR b NOTNULL", '"a" IS NULL OR NOT "b" IS NULL'),
    ("mysql", "ifnull(`a`,0) > coalesce(`b`,`y`,1)", 'COALESCE("a", 0) > COALESCE("b", "y", 1)'),
    ("postgres", "COALESCE(v, w) = ''::text", "COALESCE(\"v\", \"w\") = ''"),
    ("mysql", "char_length(`ci`) > 3", 'LENGTH("ci") > 3'),
    ("sqlite", "length(v) BETWEEN 2 AND 5", 'LENGTH("v") BETWEEN 2 AND 5'),
    ("sqlite", "dyn >= 0", '"dyn" >= 0'),
    ("postgres", "a IN (1, NULL)", '"a" IN (1, NULL)'),
    ("postgres", "1 = 1", "1 = 1"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "sql", "wanted"), ACCEPTED)
def test_what_has_the_same_value_everywhere_is_spelled_for_each(family: str, sql: str, wanted: str) -> None:
    assert translated(family, sql, "sqlite") == wanted
    assert translated(family, sql, "postgres") == wanted
    assert translated(family, sql, "mysql") == wanted.replace('"', "`").replace("LENGTH", "CHAR_LENGTH")


OWN = [
    # family, its text, the target, and what it gets; None where it gets nothing
    ("postgres", "a BETWEEN SYMMETRIC 9 AND 1", "mysql", "(`a` BETWEEN 9 AND 1 OR `a` BETWEEN 1 AND 9)"),
    ("postgres", "upper(v) = 'M'::text", "mysql", "UPPER(`v`) = 'M'"),
    ("postgres", "p + 0.1 > p", "mysql", "`p` + 0.1 > `p`"),
    ("postgres", "a / 2 = 3", "mysql", "`a` DIV 2 = 3"),
    ("postgres", "a / 2 = 3", "sqlite", '"a" / 2 = 3'),
    ("mysql", "`a` DIV 2 = 3", "postgres", '"a" / 2 = 3'),
    ("mysql", "`a` * `a` > 3", "postgres", 'CAST("a" AS BIGINT) * CAST("a" AS BIGINT) > 3'),
    ("postgres", "a IS DISTINCT FROM b", "mysql", "(NOT `a` <=> `b`)"),
    ("postgres", "a IS DISTINCT FROM b", "sqlite", '("a" IS NOT "b")'),
    ("mysql", "`a` <=> `b`", "postgres", '("a" IS NOT DISTINCT FROM "b")'),
    ("sqlite", "a IS b", "mysql", "(`a` <=> `b`)"),
    ("postgres", "v || '-'::text || w", "mysql", "CONCAT(CONCAT(`v`, '-'), `w`)"),
    ("mysql", "concat(`v`,'-')", "postgres", "\"v\" || '-'"),
    ("postgres", "concat(v, w)", "mysql", "CONCAT(COALESCE(`v`, ''), COALESCE(`w`, ''))"),
    ("postgres", "(v ~~ 'a_%'::text)", "mysql", "`v` LIKE 'a_%'"),
    ("postgres", "(v !~~ '[a_*%'::text)", "sqlite", "NOT \"v\" GLOB '[[]a?[*]*'"),
    ("sqlite", "v GLOB 'a*b?'", "postgres", "\"v\" LIKE 'a%b_'"),
    ("postgres", "v ~ '^[a-z]+$'", "mysql", "(`v` REGEXP '^[a-z]+(?![^a]|a)')"),
    ("postgres", "v ~ '^[a-z]+$'", "sqlite", None),
    ("postgres", "a % 2 = 0", "mysql", "`a` % 2 = 0"),
    ("postgres", "CASE WHEN a > 1 THEN 1 END = 1", "mysql", "CASE WHEN `a` > 1 THEN 1 END = 1"),
    ("mysql", "if(`a` > 1,`v`,'x')", "sqlite", "CASE WHEN \"a\" > 1 THEN \"v\" ELSE 'x' END"),
    ("postgres", "btrim(v) = 'x'::text", "sqlite", "TRIM(\"v\") = 'x'"),
    ("postgres", '"left"(v, 2)', "sqlite", 'SUBSTR("v", 1, 2)'),
    ("postgres", "EXTRACT(year FROM d) > 1", "sqlite", "CAST(STRFTIME('%Y', \"d\") AS INTEGER) > 1"),
    ("mysql", "month(`d`) > 1", "postgres", 'CAST(EXTRACT(MONTH FROM "d") AS INT) > 1'),
    ("postgres", "num_nonnulls(a, v) = 1", "mysql",
     "(CASE WHEN `a` IS NULL THEN 0 ELSE 1 END + CASE WHEN `v` IS NULL THEN 0 ELSE 1 END) = 1"),
    ("postgres", "(a)::numeric > p", "mysql", "`a` > `p`"),
    ("postgres", "ts < until", "mysql", "`ts` < `until`"),
    ("postgres", "ts < ms", "mysql", "`ts` < `ms`"),
    ("postgres", "ts < ms", "sqlite", None),
    ("postgres", "ts > '2020-01-31 10:00:00'::timestamp without time zone", "mysql", "`ts` > '2020-01-31 10:00:00'"),
    ("postgres", "ts >= '2020-01-31 10:00:00.5'", "sqlite", "\"ts\" >= '2020-01-31 10:00:00.500000'"),
    ("postgres", "ms >= '2020-01-31 10:00:00'", "sqlite", "\"ms\" >= '2020-01-31 10:00:00.000'"),
    ("postgres", "ms >= '2020-01-31 10:00:00.1234'", "sqlite", None),
    ("postgres", "ms >= '2020-01-31 10:00:00.1234'", "mysql", "`ms` >= '2020-01-31 10:00:00.1234'"),
    ("postgres", "at >= '2020-01-31 10:00:00'", "mysql", None),
    ("mysql", "`ts` >= '2020-02-30 10:00:00'", "postgres", None),
    ("mysql", "concat(`ci`,`v`)", "postgres", '"ci" || "v"'),
    ("mysql", "concat(`ci`,`v`) = 'a'", "postgres", None),
    ("mysql", "`huge` > 5", "postgres", '"huge" > 5'),
    ("mysql", "`huge` > 5", "sqlite", None),
    ("mysql", "`bin` = 'a'", "postgres", "RTRIM(\"bin\") = RTRIM('a')"),
    ("sqlite", "rt IN ('a', 'b')", "mysql", "RTRIM(`rt`) IN (RTRIM('a'), RTRIM('b'))"),
    ("mysql", "`exact` = 'a'", "postgres", "\"exact\" = 'a'"),
    ("postgres", "p = 0.1234567890123456", "mysql", "`p` = 0.1234567890123456"),
    ("postgres", "p = 0.1234567890123456", "sqlite", None),
]  # fmt: skip


@pytest.mark.parametrize(("family", "sql", "to", "wanted"), OWN)
def test_what_one_engine_alone_spells_otherwise(family: str, sql: str, to: str, wanted: str | None) -> None:
    assert translated(family, sql, to) == wanted


STORED = [
    ("a + b", t.Integer(64), True),
    ("a + b", t.Decimal(20, 2), True),
    ("p", t.Integer(64), False),
    ("f * 2", t.Decimal(9, 2), False),
    ("v || w", t.Text(), True),
    ("a > 0", t.Boolean(), True),
    ("a > 0", t.Integer(32), False),
    ("EXTRACT(year FROM d)", t.Integer(32), True),
    ("d", t.Text(), False),
]


@pytest.mark.parametrize(("sql", "kind", "stored"), STORED)
def test_a_generated_column_stores_values_of_its_own_kind_only(sql: str, kind: t.LogicalType, stored: bool) -> None:
    found = translate(Expression("postgres", sql), to="mysql", columns=COLUMNS, into=kind)
    assert (found is not None) == stored


def test_a_refusal_says_why() -> None:
    def why(sql: str) -> str:
        return refusal(Expression("postgres", sql), to="mysql", columns=COLUMNS)

    assert why("a > 0") == ""
    assert why("v > 'm'") == "order of constant text and text"
    assert why("split_part(v, ',', 1) = 'x'") == "splitpart is not on the list"
    assert why("nothing > 1") == "there is no one column nothing"
    assert why("a >") == "it cannot be parsed"


REFUSED = [
    # family, its text, why no engine of another family may get it
    ("postgres", "now() > ts", "functions"),
    ("postgres", "gen_random_uuid() IS NULL", "functions"),
    ("postgres", "'\\x00ff'::bytea = raw", "bytes: silent 5c783030 in SQLite"),
    ("postgres", "(ts + '1 mon'::interval) > ts", "intervals"),
    ("postgres", "date_part('hour'::text, ts) = 1", "functions"),
    ("postgres", "date_part('year'::text, js) = 1", "of what is no date"),
    ("postgres", "EXTRACT(epoch FROM ts) > 1", "by the session's zone"),
    ("postgres", "to_char(ts, 'YYYY-MM-DD'::text) = v", "silent: returned the pattern"),
    ("postgres", "a / b = 3", "silent: 3.5 in MySQL"),
    ("postgres", "p::integer = 4", "silent: SQLite truncates"),
    ("postgres", "v::character(3) = 'abc'", "silent: not cut in SQLite"),
    ("postgres", "GREATEST(a, b) = 1", "silent: NULL"),
    ("postgres", "v ~ '\\d'", "regular expressions with escapes"),
    ("postgres", "v ~* '^a'", "regular expressions that ignore case"),
    ("postgres", "v ~~* 'a%'", "LIKE that ignores case"),
    ("postgres", "v ~ 'a.c'", "a point matches line feeds here alone"),
    ("postgres", "a % b = 0", "an error, or NULL"),
    ("postgres", "a / 0 = 1", "an error, or NULL"),
    ("postgres", "a::numeric / 2 = 1", "digits of the quotient"),
    ("postgres", "code LIKE 'a%'", "trailing spaces"),
    ("postgres", "code || 'x' = v", "trailing spaces"),
    ("postgres", "code = 'a '", "silent: trailing space counts elsewhere"),
    ("postgres", "COALESCE(code, v) = 'a'", "padded or not"),
    ("postgres", "'a' = 'A'", "silent: the connection's collation in MySQL"),
    ("postgres", "CASE WHEN a > 1 THEN 'x' ELSE 'y' END = 'X'", "silent: the connection's collation in MySQL"),
    ("postgres", "r > 0.1", "silent: 0.1 is no single"),
    ("postgres", "r = f", "silent: the single may be stored as its digits"),
    ("postgres", "substr(v, 0, 2) = 'a'", "silent: places before the first"),
    ("postgres", "ts > at", "a zone"),
    ("postgres", "split_part(v, ',', 1) = 'a'", "functions"),
    ("postgres", "md5(v) = 'a'", "functions"),
    ("postgres", "round(f) = 1", "halves"),
    ("postgres", "v = 'a'::\"char\"", "one byte"),
    ("postgres", "v = 'ab'::char", "one character"),
    ("postgres", "id::text = '01'", "silent: 01 = 1 as numbers"),
    ("postgres", "id::text > '10'", "order of text"),
    ("postgres", "v = 5::text", "a number as text"),
    ("postgres", "p = '1.555'::numeric(10,2)", "rounded by the cast"),
    ("postgres", "v > 'm'", "order of text is the collation's"),
    ("postgres", "v BETWEEN 'a' AND 'z'", "order of text"),
    ("postgres", "mood > 'sad'", "order of labels or of letters"),
    ("postgres", "mood = 'other'", "no label"),
    ("postgres", "mood::text = v", "a label and text"),
    ("postgres", "ts > '2020-01-01'", "timestamps are spelled differently"),
    ("postgres", "js = '{}'", "JSON is spelled differently"),
    ("postgres", "raw = 'a'", "bytes"),
    ("postgres", "d + 1 > d", "silent: 20200102 in MySQL"),
    ("postgres", "d > 'now'", "no date that all read alike"),
    ("postgres", "v = E'a\\nb'", "escapes"),
    ("postgres", "v = 'a\nb'", "MySQL's spelling depends on the session"),
    ("postgres", "v = 'a\\b'", "backslash"),
    ("postgres", "r * r > 1", "single precision"),
    ("postgres", "v COLLATE \"C\" = 'x'", "collation"),
    ("postgres", "other > 1", "unknown column"),
    ("postgres", "t.a > 1", "another table's column"),
    ("postgres", "A > 1 AND ID > 1", "Id or id"),
    ("postgres", "a IN (SELECT 1)", "subqueries"),
    ("postgres", "(a, b) = (1, 2)", "rows"),
    ("postgres", "ok > no", "order of truths"),
    ("postgres", "(a = b) = ok", "loses its parentheses"),
    ("postgres", "ok = (a = b)", "loses its parentheses"),
    ("postgres", "length(mood) > 1", "length of a label"),
    ("postgres", "length(js) > 1", "length of JSON"),
    ("postgres", "length(d) > 1", "length of a date"),
    ("postgres", "COALESCE(d, '2020-01-01') = d", "text in MySQL"),
    ("postgres", "xmlparse(1", "no SQL"),
    ("mysql", "`ci` like 'a%'", "silent: ignores case"),
    ("mysql", "`v` regexp '^a$'", "an end before the last line feed"),
    ("mysql", "`a` / 2 > 1", "a fraction"),
    ("mysql", "`a` div `b` > 1", "by zero"),
    ("mysql", "truncate(`p`,1) = 1", "functions"),
    ("mysql", "find_in_set('a',`v`)", "functions"),
    ("mysql", "timestampdiff(DAY,`d`,`ts`) = 1", "functions"),
    ("mysql", "unix_timestamp(`ts`) = 1", "by the session's zone"),
    ("mysql", "cast(`a` as unsigned) = 1", "wraps around"),
    ("mysql", "`ci` = 'AB'", "silent: ignores case"),
    ("mysql", "upper(`ci`) = 'M'", "silent: ignores accents"),
    ("mysql", "`moodci` = 'sad'", "silent: ignores case"),
    ("mysql", "length(`v`) > 3", "bytes"),
    ("mysql", "`v` = 5", "silent: '5abc' = 5"),
    ("mysql", "`v` + 1 > 2", "silent: text as a number"),
    ("mysql", "`a` || `b`", "OR of numbers"),
    ("mysql", "`v` || 'x'", "OR of texts"),
    ("mysql", "`a` xor `b`", "not on the list"),
    ("mysql", "`a` and `ok`", "a number as truth"),
    ("mysql", "not `a`", "a number as truth"),
    ("mysql", "`a` = true", "a number as truth"),
    ("mysql", "`a` is true", "a number as truth"),
    ("mysql", "(`a` > 1) + (`b` > 1) = 1", "truths as numbers"),
    ("mysql", "`d` > 20200101", "a number as date"),
    ("mysql", "`d` > '2020-1-1'", "no ISO date: order of text in SQLite"),
    ("mysql", "`d` > '2020-02-30'", "no date"),
    ("mysql", "`d` > '2020-01-01 00:00:00'", "a timestamp"),
    ("mysql", "`mood` = 1", "silent: the first label"),
    ("mysql", "cast(1.7 as signed) = `a`", "rounded by the cast"),
    ("mysql", "cast('1.7' as signed) = `a`", "cut by the cast"),
    ("mysql", "cast(1.7 as decimal) = `p`", "rounded to no fraction"),
    ("mysql", "`v` = _latin1'\u00e9'", "another character set"),
    ("mysql", "`v` = x'4142'", "a bit string in PostgreSQL"),
    ("mysql", "`a` = b'101'", "a bit string in PostgreSQL"),
    ("mysql", "utc_timestamp() > `ts`", "silent: another clock"),
    ("mysql", "json_unquote(json_extract(`js`,_utf8mb4'$.k')) = 'x'", "functions"),
    ("mysql", "json_valid(`w`)", "functions"),
    ("sqlite", "v = \"dq\"", "a string that looks like a column"),
    ("sqlite", "max(a, b) = 1", "silent: NULL"),
    ("sqlite", "v LIKE 'a%'", "silent: ignores case"),
    ("sqlite", "v GLOB '[a-z]*'", "classes"),
    ("sqlite", "v GLOB 'a%'", "silent: a percent sign"),
    ("sqlite", "dyn / 2 = 1", "silent: values may be fractions"),
    ("sqlite", "dyn % 2 = 1", "silent: values may be fractions"),
    ("sqlite", "start < d", "dates are texts"),
    ("sqlite", "strftime('%s', ts) = 1", "silent: another pattern"),
    ("sqlite", "typeof(a) = 'integer'", "functions"),
    ("sqlite", "datetime('now') > ts", "functions"),
    ("sqlite", "loose = 'x'", "silent: ignores case"),
    ("sqlite", "dynflag IN (0, 1)", "a truth or a number on the target"),
    ("sqlite", "lower(v) = 'x'", "knows A to Z only"),
    ("sqlite", "p * 1.1 > 1", "binary fractions"),
    ("sqlite", "rowid > 1", "unknown column"),
    ("tsql", "[v] like '[a-z]%'", "silent: brackets"),
    ("tsql", "([v]+' '+[w]) = 'x'", "silent: 0"),
    ("tsql", "datediff(day,[ts],[d]) = 0", "silent: counts boundaries"),
    ("tsql", "dateadd(day,1,[ts]) > [ts]", "silent: drops the time"),
    ("tsql", "len([v]) > 3", "ignores trailing spaces"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "sql", "why"), REFUSED, ids=[f"{family}: {sql}" for family, sql, _ in REFUSED])
def test_what_may_differ_is_refused(family: str, sql: str, why: str) -> None:
    for to in set(ENGINES) - {family}:
        assert translated(family, sql, to) is None, why


@pytest.mark.parametrize("sql", ["char_length(v) > 1", "ok IS NOT TRUE", "a > 1"])
def test_an_engine_whose_values_were_never_compared_gets_nothing(sql: str) -> None:
    assert translated("postgres", sql, "tsql") is None


@pytest.mark.parametrize("family", ["mysql", "sqlite"])
def test_arithmetic_with_fractions_is_not_promised_by_sqlite(family: str) -> None:
    other = {"mysql": "sqlite", "sqlite": "mysql"}[family]
    assert translated(family, "p + 0.1 > p", other) is None
    assert translated(family, "-p < 0", other) is not None


def test_a_column_in_another_case_is_found_when_there_is_only_one() -> None:
    assert translated("sqlite", "DYN > 1", "postgres") == '"dyn" > 1'
    assert translated("sqlite", "ID > 1", "postgres") is None


def test_an_engine_may_spell_its_columns_in_its_own_way() -> None:
    def as_number(column: exp.Column, source: Column) -> exp.Expr:
        return exp.cast(column, "REAL") if isinstance(source.type, t.Decimal) else column

    expression = Expression("postgres", "p > 0::numeric AND a > 0")
    sql = translate(expression, to="sqlite", columns=COLUMNS, rewrite=as_number)
    assert sql == 'CAST("p" AS REAL) > 0 AND "a" > 0'


def test_a_column_goes_by_its_new_name() -> None:
    renamed = {"a": replace(COLUMNS["a"], name="shorter")}
    assert translate(Expression("postgres", "a > 0"), to="mysql", columns=renamed) == "`shorter` > 0"


ROWS = [(1, 2, "x", "2020-01-31", 1), (-1, None, "é", None, 0), (None, 0, None, "1899-12-31", None)]
VALUES = [
    # PostgreSQL's text, and its values for the rows
    ("((a > 0) AND (b <= 10))", [1, 0, None]),
    ("(a < 0) OR (b = 0)", [0, 1, 1]),
    ("(v <> ALL (ARRAY['x'::text, 'y'::text]))", [0, 1, None]),
    ("ok IS NOT TRUE", [0, 1, 1]),
    ("(NOT ok) = false", None),
    ("COALESCE(a, b, 7) = 0", [0, 0, 1]),
    ("a BETWEEN SYMMETRIC 5 AND 0", [1, 0, None]),
    ("char_length(v) = 1", [1, 1, None]),
    ("(d >= '1900-01-01'::date)", [1, None, 0]),
    ("(- a) * 2 = 2", [0, 1, None]),
    ("a IN (1, NULL)", [1, None, None]),
    ("((v)::text = 'é'::text)", [0, 1, None]),
]


@pytest.mark.parametrize(("sql", "values"), VALUES)
def test_sqlite_computes_what_postgresql_would(sql: str, values: list[int | None] | None) -> None:
    ours = translated("postgres", sql, "sqlite")
    if values is None:
        assert ours is None
        return
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b INTEGER, v TEXT, d TEXT, ok INTEGER)")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ROWS)
        found = [row[0] for row in connection.execute(f"SELECT {ours} FROM t ORDER BY rowid")]
    connection.close()
    assert found == values

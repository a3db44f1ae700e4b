"""Defaults read from pg_get_expr's text and spelled for a column, without a server."""

from __future__ import annotations

import pytest

from dialects.postgresql import PostgreSQLDialect
from dialects.postgresql.defaults import default_from
from dialects.postgresql.server import Server
from dialects.postgresql.types import FAMILY, logical_type
from mappings import defaults as d
from mappings import types as t
from mappings.schema import Column

DIALECT = PostgreSQLDialect(Server())
TEXT, INSTANT, CLOCK = t.Text(), t.Timestamp(zoned=True), t.Timestamp()


def kept(sql: str) -> d.ExpressionDefault:
    return d.ExpressionDefault(FAMILY, sql)


READ = [
    (None, TEXT, None),
    ("NULL::character varying", TEXT, None),
    ("'x''y'::character varying", t.Text(10), d.LiteralDefault("x'y")),
    ("'toolong'::character varying", t.Text(3), kept("'toolong'::character varying")),
    ("''::text", TEXT, d.LiteralDefault("")),
    ("'-1'::integer", t.Integer(32), d.LiteralDefault("-1")),
    ("(-1)", t.Integer(32), d.LiteralDefault("-1")),
    ("(1.5)::integer", t.Integer(32), kept("(1.5)::integer")),
    ("0.00", t.Decimal(5, 2), d.LiteralDefault("0.00")),
    ("1.555", t.Decimal(5, 2), kept("1.555")),
    ("'NaN'::numeric", t.Decimal(), kept("'NaN'::numeric")),
    ("((1 + 2) * 3)", t.Integer(32), kept("((1 + 2) * 3)")),
    ("true", t.Boolean(), d.LiteralDefault("true")),
    ("B'101'::\"bit\"", t.Bits(3), d.LiteralDefault("101")),
    ("'\\x00ff'::bytea", t.Binary(), d.BytesDefault("00ff")),
    ("'{}'::jsonb", t.Json(binary=True), d.LiteralDefault("{}")),
    ("'{}'::text[]", t.Array(TEXT, FAMILY, "text[]"), d.ExpressionDefault(FAMILY, "'{}'::text[]", "[]")),
    ("'ok'::mood", t.Enum(("ok",), "mood"), d.LiteralDefault("ok")),
    ("'P1D'::interval", t.Interval(), d.LiteralDefault("P1D")),
    ("'2020-01-01'::date", t.Date(), d.LiteralDefault("2020-01-01")),
    ("'2020-01-01 12:00:00+00'::timestamp with time zone", INSTANT, d.LiteralDefault("2020-01-01 12:00:00")),
    ("'infinity'::timestamp with time zone", INSTANT, kept("'infinity'::timestamp with time zone")),
    ("now()", INSTANT, d.NowDefault("instant")),
    ("CURRENT_TIMESTAMP", CLOCK, d.NowDefault("local")),
    ("CURRENT_TIMESTAMP(3)", INSTANT, d.NowDefault("instant", 3)),
    ("LOCALTIMESTAMP", t.Timestamp(0), d.NowDefault("local", 0)),
    ("(now() AT TIME ZONE 'utc'::text)", CLOCK, d.NowDefault("utc")),
    ("timezone('UTC'::text, now())", CLOCK, d.NowDefault("utc")),
    ("(now() AT TIME ZONE 'CET'::text)", CLOCK, kept("(now() AT TIME ZONE 'CET'::text)")),
    ("CURRENT_DATE", t.Date(), d.TodayDefault()),
    ("('now'::text)::date", t.Date(), d.TodayDefault()),
    ("LOCALTIME(0)", t.Time(), d.TimeOfDayDefault(0)),
    ("gen_random_uuid()", t.Uuid(), d.RandomUuidDefault()),
    ("extensions.uuid_generate_v4()", t.Uuid(), d.RandomUuidDefault()),
    ("uuidv7()", t.Uuid(), d.RandomUuidDefault(7)),
    ("CURRENT_USER", TEXT, d.CurrentUserDefault()),
    ("nextval('s1'::regclass)", t.Integer(32), kept("nextval('s1'::regclass)")),
    ("lower('ABC'::text)", TEXT, kept("lower('ABC'::text)")),
]


@pytest.mark.parametrize(("text", "kind", "default"), READ)
def test_defaults_are_read_by_meaning(text: str | None, kind: t.LogicalType, default: d.Default | None) -> None:
    assert default_from(text, kind) == default


ARRAYS = [
    ("'{}'::text[]", "[]"),
    ("'{}'::mood[]", "[]"),
    ("ARRAY[]::text[]", "[]"),
    ("'{a,it''s}'::character varying[]", '["a", "it\'s"]'),
    ("'{1,-2}'::integer[]", "[1, -2]"),
    ("ARRAY['a, b'::text, 'it''s'::text]", '["a, b", "it\'s"]'),
    ("(ARRAY['a'::character varying, 'b'::character varying])::text[]", '["a", "b"]'),
    ("ARRAY[1, 2]", "[1, 2]"),
    ("'{NULL}'::text[]", ""),
    ("'{\"a,b\"}'::text[]", ""),
    ("'{{1},{2}}'::integer[]", ""),
    ("'{1.5}'::numeric[]", ""),
    ("'{2020-01-01}'::date[]", ""),
    ("ARRAY[lower('A'::text)]", ""),
    ("ARRAY['a'::text, lower('B'::text)]", ""),
    ("ARRAY[now()]", ""),
    ("string_to_array('a,b'::text, ','::text)", ""),
]


@pytest.mark.parametrize(("text", "json"), ARRAYS)
def test_constant_arrays_are_known_as_json(text: str, json: str) -> None:
    assert default_from(text, t.Array(TEXT, FAMILY, "text[]")) == d.ExpressionDefault(FAMILY, text, json)


SPELLED = [
    (d.LiteralDefault("1"), "boolean", "true"),
    (d.LiteralDefault("2"), "boolean", None),
    (d.LiteralDefault("-1.50"), "numeric(5,2)", "-1.50"),
    (d.LiteralDefault("abc"), "integer", None),
    (d.LiteralDefault("1e3"), "double precision", "1e3"),
    (d.LiteralDefault("it's"), "text", "'it''s'"),
    (d.LiteralDefault("a\0b"), "text", None),
    (d.LiteralDefault("0000-00-00"), "date", None),
    (d.LiteralDefault("2020-02-30 00:00:00"), "timestamp without time zone", None),
    (d.LiteralDefault("2020-02-03 00:00:00"), "timestamp with time zone", "'2020-02-03 00:00:00+00'"),
    (d.LiteralDefault("2020-02-03 00:00:00+02"), "timestamp with time zone", "'2020-02-03 00:00:00+02'"),
    (d.LiteralDefault("25:00:00"), "time without time zone", None),
    (d.LiteralDefault("{oops"), "jsonb", None),
    (d.LiteralDefault("NaN"), "json", None),
    (d.LiteralDefault("[1]"), "jsonb", "'[1]'"),
    (d.LiteralDefault("101"), "bit(3)", "B'101'"),
    (d.LiteralDefault("abc"), "bytea", "'\\x616263'::bytea"),
    (d.BytesDefault("4142"), "character varying(10)", "'AB'"),
    (d.BytesDefault("ff"), "text", None),
    (d.NowDefault("instant", 3), "timestamp with time zone", "CURRENT_TIMESTAMP(3)"),
    (d.NowDefault("local", 0), "timestamp without time zone", "LOCALTIMESTAMP(0)"),
    (d.NowDefault("utc"), "timestamp without time zone", "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"),
    (d.NowDefault("local"), "text", None),
    (d.TodayDefault(), "date", "CURRENT_DATE"),
    (d.TimeOfDayDefault(), "time without time zone", "LOCALTIME"),
    (d.RandomUuidDefault(), "uuid", "gen_random_uuid()"),
    (d.RandomUuidDefault(), "character varying(36)", "(gen_random_uuid()::text)"),
    (d.RandomUuidDefault(1), "uuid", "gen_random_uuid()"),
    (d.RandomUuidDefault(7), "uuid", None),
    (d.CurrentUserDefault(), "text", "CURRENT_USER"),
    (kept("lower('ABC'::text)"), "text", "lower('ABC'::text)"),
    (kept("nextval('s1'::regclass)"), "integer", None),
    (d.ExpressionDefault("mysql", "uuid_to_bin(uuid())"), "bytea", None),
]


@pytest.mark.parametrize(("default", "native", "text"), SPELLED)
def test_defaults_are_spelled_for_their_column(default: d.Default, native: str, text: str | None) -> None:
    assert DIALECT.spell_default(default, Column("c", logical_type(native), native)) == text


def test_defaults_of_sets_and_enums_must_be_members() -> None:
    members = Column("c", t.SetOf(("a", "b'c")), "text[]")
    assert DIALECT.spell_default(d.LiteralDefault("a,b'c"), members) == "ARRAY['a', 'b''c']::text[]"
    assert DIALECT.spell_default(d.LiteralDefault(""), members) == "ARRAY[]::text[]"
    assert DIALECT.spell_default(d.LiteralDefault("z"), members) is None
    assert DIALECT.spell_default(d.LiteralDefault("z"), Column("c", t.Enum(("a",)), "text")) is None


def test_a_default_that_calls_a_missing_function_is_none() -> None:
    dialect = PostgreSQLDialect(Server(functions=frozenset({"lower", "numeric"})))
    column = Column("c", TEXT, "text")
    assert dialect.spell_default(kept("lower('f(x)'::text)"), column) is not None
    assert dialect.spell_default(kept("(1)::numeric(10,2)"), column) is not None
    assert dialect.spell_default(kept("app.my_function(1)"), column) is None
    assert dialect.spell_default(kept('"My Function"(1)'), column) is None

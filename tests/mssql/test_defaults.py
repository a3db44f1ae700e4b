"""Default constraints read by meaning, and meanings spelled."""

from __future__ import annotations

import pytest

from dialects.mssql.defaults import default_from, spell_default
from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY
from mappings import defaults as d
from mappings import types as t
from mappings.schema import Column
from tests.mssql.tsql import parses

FINEST = t.Dynamic("datetime2(7)", t.Timestamp(6))

READ = [
    (None, t.Integer(32), None),
    ("(NULL)", t.Integer(32), None),
    ("((0))", t.Integer(32), d.LiteralDefault("0")),
    ("((-1))", t.Integer(32), d.LiteralDefault("-1")),
    ("((1))", t.Boolean(), d.LiteralDefault("true")),
    ("(CONVERT([bit],(0)))", t.Boolean(), d.LiteralDefault("false")),
    ("((4.99))", t.Decimal(4, 2), d.LiteralDefault("4.99")),
    ("((.5))", t.Decimal(4, 2), d.LiteralDefault("0.5")),
    ("((4.999))", t.Decimal(4, 2), d.ExpressionDefault(FAMILY, "4.999")),
    ("((1.5e10))", t.Float(), d.LiteralDefault("1.5e10")),
    ("('Y')", t.Text(1), d.LiteralDefault("Y")),
    ("(N'it''s (so)')", t.Text(), d.LiteralDefault("it's (so)")),
    ("('')", t.Text(5), d.LiteralDefault("")),
    ("('too long')", t.Text(3), d.ExpressionDefault(FAMILY, "'too long'")),
    ("(0x00FF)", t.Binary(), d.BytesDefault("00ff")),
    ("('20200131')", t.Date(), d.LiteralDefault("2020-01-31")),
    ("('1900-01-01')", t.Timestamp(3), d.LiteralDefault("1900-01-01 00:00:00")),
    ("('2020-01-31T10:00:00+02:00')", t.Timestamp(6, zoned=True), d.LiteralDefault("2020-01-31 08:00:00")),
    ("('31/01/2020')", t.Date(), d.ExpressionDefault(FAMILY, "'31/01/2020'")),
    ("(CONVERT([datetime2](7),'2020-01-31',(120)))", FINEST, d.LiteralDefault("2020-01-31 00:00:00")),
    ("(getdate())", t.Timestamp(3), d.NowDefault("local", 3)),
    ("(sysdatetime())", FINEST, d.NowDefault("local", 6)),
    ("(getutcdate())", t.Timestamp(3), d.NowDefault("utc", 3)),
    ("(sysutcdatetime())", t.Timestamp(6), d.NowDefault("utc", 6)),
    ("(sysdatetimeoffset())", t.Timestamp(6, zoned=True), d.NowDefault("instant", 6)),
    ("(getdate())", t.Timestamp(6, zoned=True), d.ExpressionDefault(FAMILY, "getdate()")),
    ("(CONVERT([date],getdate()))", t.Date(), d.TodayDefault()),
    ("(getdate())", t.Date(), d.TodayDefault()),
    ("(newid())", t.Uuid(), d.RandomUuidDefault()),
    ("(newsequentialid())", t.Uuid(), d.RandomUuidDefault()),
    ("(suser_sname())", t.Text(128), d.CurrentUserDefault()),
    ("(NEXT VALUE FOR [dbo].[numbers])", t.Integer(64), d.ExpressionDefault(FAMILY, "NEXT VALUE FOR [dbo].[numbers]")),
    ("(dateadd(day,(1),getdate()))", t.Timestamp(3), d.ExpressionDefault(FAMILY, "dateadd(day,(1),getdate())")),
]


@pytest.mark.parametrize(("text", "kind", "default"), READ, ids=[str(text) for text, _, _ in READ])
def test_text_is_read_by_meaning(text: str | None, kind: t.LogicalType, default: d.Default | None) -> None:
    assert default_from(text, kind) == default


SPELLED = [
    (d.LiteralDefault("true"), t.Boolean(), "1"),
    (d.LiteralDefault("-1.50"), t.Decimal(5, 2), "-1.50"),
    (d.LiteralDefault("it's"), t.Text(), "N'it''s'"),
    (d.LiteralDefault("2020-01-31 10:00:00.5"), t.Timestamp(), "N'2020-01-31T10:00:00.5'"),
    (d.LiteralDefault("0000-00-00"), t.Date(), None),
    (d.LiteralDefault("infinity"), t.Timestamp(), None),
    (d.LiteralDefault("P1D"), t.Interval(), "N'P1D'"),
    (d.LiteralDefault("b"), t.Enum(("a",)), None),
    (d.BytesDefault("00ff"), t.Binary(), "0x00ff"),
    (d.NowDefault("local"), t.Timestamp(), "SYSDATETIME()"),
    (d.NowDefault("utc"), t.Timestamp(), "SYSUTCDATETIME()"),
    (d.NowDefault("instant"), t.Timestamp(zoned=True), "SYSDATETIMEOFFSET()"),
    (d.NowDefault("instant"), t.Text(), None),
    (d.TodayDefault(), t.Date(), "CONVERT(date, SYSDATETIME())"),
    (d.TimeOfDayDefault(), t.Time(), "CONVERT(time, SYSDATETIME())"),
    (d.RandomUuidDefault(), t.Uuid(), "NEWID()"),
    (d.RandomUuidDefault(), t.Text(20), None),
    (d.CurrentUserDefault(), t.Text(), "SUSER_SNAME()"),
    (d.ExpressionDefault("postgres", "random()"), t.Float(), None),
    (d.ExpressionDefault(FAMILY, "NEXT VALUE FOR [s]"), t.Integer(64), None),
    (d.ExpressionDefault(FAMILY, "dateadd(day,(1),getdate())"), t.Timestamp(), "dateadd(day,(1),getdate())"),
    (d.ExpressionDefault(FAMILY, "GREATEST(1,2)"), t.Integer(32), None),
]


@pytest.mark.parametrize(("default", "kind", "text"), SPELLED)
def test_meanings_are_spelled(default: d.Default, kind: t.LogicalType, text: str | None) -> None:
    assert spell_default(default, Column("c", kind, "x"), Server(version=15)) == text
    assert text is None or parses(f"SELECT {text}")

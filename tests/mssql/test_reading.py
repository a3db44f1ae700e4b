"""What is selected for each pair of native and wanted type, and the arrays made of it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow as pa
import pytest

from dialects.base import KeyRange
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.drivers import MicrosoftLink, OdbcLink
from dialects.mssql.reading import decoded, expression, raw_type, reordered, rows_at_once, select
from dialects.mssql.types import FAMILY, logical_type
from mappings import hazards as h
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.errors import DatabaseError, PermissionDenied
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Risk
from tests.mssql.fakes import FakeConnection, FakeLink, refused, session
from tests.mssql.tsql import parses

NAME = TableName("dbo", "t")
KEYED = Table(NAME, (Column("id", t.Integer(32), "int"),), primary_key=PrimaryKey("", ("id",)))

EXPRESSIONS = [
    ("int", t.Integer(32), "[c]"),
    ("decimal(10,2)", t.Decimal(10, 2), "[c]"),
    ("money", t.Decimal(19, 4), "CAST([c] AS decimal(19,4))"),
    ("date", t.Date(), "DATEDIFF(day, CAST('1970-01-01' AS date), [c])"),
    ("time(3)", t.Time(3), "DATEDIFF_BIG(microsecond, CAST('00:00:00' AS time(7)), [c])"),
    ("datetime2(6)", t.Timestamp(6), "DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2(7)), [c])"),
    ("datetime", t.Timestamp(3), "CAST([c] AS datetime2(3))"),
    ("datetimeoffset(6)", t.Timestamp(6, True), "CAST(SWITCHOFFSET([c], '+00:00') AS datetime2(7))"),
    ("uniqueidentifier", t.Uuid(), "CAST([c] AS binary(16))"),
    ("nvarchar(20)", t.Text(20), "[c]"),
    ("nchar(20)", t.Text(20, True), "RTRIM([c])"),
    ("varchar(20)", t.Text(20), "CAST([c] AS nvarchar(max))"),
    ("image", t.Binary(), "CAST([c] AS varbinary(max))"),
    ("xml", t.Opaque(FAMILY, "xml"), "CAST([c] AS nvarchar(max))"),
    ("hierarchyid", t.Opaque(FAMILY, "hierarchyid"), "[c].ToString()"),
    ("geography", t.Geometry(srid=4326), "[c].AsBinaryZM()"),
    ("datetime2(7)", t.Text(), "CONVERT(nvarchar(40), [c], 121)"),
    ("float(53)", t.Text(), "CONVERT(nvarchar(40), [c], 3)"),
    ("varbinary(5)", t.Text(), "CONVERT(nvarchar(max), [c], 1)"),
    ("[dbo].[point]", t.Text(), "CONVERT(nvarchar(max), CAST([c] AS varbinary(max)), 1)"),
]


@pytest.mark.parametrize(("native", "kind", "part"), EXPRESSIONS, ids=[native for native, _, _ in EXPRESSIONS])
def test_only_numbers_text_and_bytes_are_asked_for(native: str, kind: t.LogicalType, part: str) -> None:
    told = expression("[c]", Column("c", kind, native), "CONVERT(int, {told})")
    assert part in told and parses(f"SELECT {told} FROM [t]")


def test_a_hundred_nanoseconds_make_the_server_raise_with_key_and_value() -> None:
    column = Column("m", t.Timestamp(6), "datetime2(7)")
    statement = select(MssqlDialect(), KEYED, (column,), KeyRange.of("id", 1, 9))
    assert "CASE WHEN DATEPART(nanosecond, [m]) % 1000 = 0 THEN DATEDIFF_BIG" in statement
    assert "CONVERT(int, N'0' + NCHAR(31) + CONVERT(nvarchar(200), [id]) + NCHAR(31) + N'has a digit" in statement
    assert statement.endswith("FROM [dbo].[t] WHERE [id] >= 1 AND [id] < 9 ORDER BY [id]") and parses(statement)
    value = "0\x1f7\x1fhas a digit of 100 nanoseconds: x"
    words = f"Conversion failed when converting the nvarchar value '{value}' to data type int."
    connection = FakeConnection({"SELECT CASE": refused(words)})
    link = MicrosoftLink(connection)
    with pytest.raises(DatabaseError) as error:
        list(session(link).read(Table(NAME, (column,)), (column,), None, 10))  # type: ignore[arg-type]
    assert error.value.where == "dbo.t.m, key 7" and "--allow-loss 'dbo.t.m=text'" in error.value.hint


def test_what_is_read_as_null_is_not_evaluated() -> None:
    column = Column("m", t.Timestamp(6), "datetime2(7)", null_where="YEAR([m]) < 1900")
    assert select(MssqlDialect(), KEYED, (column,), None).startswith(
        "SELECT CASE WHEN YEAR([m]) < 1900 THEN NULL ELSE CASE"
    )


DECODED: list[tuple[t.LogicalType, Any, Any]] = [
    (t.Boolean(), True, True),
    (t.Integer(8, unsigned=True), 255, 255),
    (t.Date(), -719162, date(1, 1, 1)),
    (t.Time(), 86_399_999_999, time(23, 59, 59, 999_999)),
    (t.Timestamp(), 253_402_300_799_999_999, datetime(9999, 12, 31, 23, 59, 59, 999_999)),
    (t.Timestamp(zoned=True), 0, datetime(1970, 1, 1, tzinfo=UTC)),
    (t.Text(), "😀", "😀"),
    (t.Binary(), b"\x00", b"\x00"),
]


@pytest.mark.parametrize(("kind", "raw", "value"), DECODED)
def test_what_the_server_sends_becomes_the_value(kind: t.LogicalType, raw: object, value: object) -> None:
    array = decoded(pa.array([raw, None], raw_type(kind)), kind)
    assert array.type == arrow_type(kind)
    assert array[0].as_py() == value and array[1].as_py() is None


def test_uuids_have_their_first_groups_turned_round() -> None:
    known = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    array = decoded(pa.array([None, known.bytes_le, None], pa.large_binary()), t.Uuid())
    assert array.to_pylist() == [None, known.bytes, None]
    assert reordered(array).to_pylist() == [None, known.bytes_le, None]
    assert decoded(pa.array([], pa.large_binary()), t.Uuid()).type == pa.binary(16)


def test_batches_have_the_schema_of_the_columns_through_either_driver() -> None:
    columns = (
        Column("id", t.Integer(32), "int"),
        Column("d", t.Date(), "date"),
        Column("v", t.Text(), "nvarchar(max)"),
    )
    raw = pa.RecordBatch.from_arrays([pa.array([1]), pa.array([0], pa.int32()), pa.array(["a"])], names=["", "", ""])
    links = (
        MicrosoftLink(FakeConnection({"SELECT [id]": [raw]})),
        OdbcLink(FakeConnection({"SELECT [id]": [(1, 0, "a")]}), None),
    )
    for link in links:
        (batch,) = session(link).read(Table(NAME, columns), columns, None, 100)  # type: ignore[arg-type]
        assert batch.schema == arrow_schema(columns)
        assert batch.to_pylist() == [{"id": 1, "d": date(1970, 1, 1), "v": "a"}]


def test_large_rows_come_in_smaller_batches() -> None:
    assert rows_at_once(Table(NAME, (), rows=1000, octets=1000 << 20), 50_000) == 64
    assert rows_at_once(Table(NAME, (), rows=1000, octets=100_000), 50_000) == 50_000
    assert rows_at_once(Table(NAME, ()), 50_000) == 50_000


def test_hidden_rows_and_values_are_not_taken_for_the_table() -> None:
    link = FakeLink({"sys.security_predicates": [("DBO", "T", "the security policy p may hide rows of")]})
    with pytest.raises(PermissionDenied) as error:
        list(session(link).read(KEYED, KEYED.columns, None, 10))
    assert "dbo.t" in str(error.value) and "UNMASK" in error.value.hint


def test_rows_are_probed_in_one_scan() -> None:
    natives = {"v": "nvarchar(max)", "b": "varbinary(max)", "m": "datetime2(7)", "n": "time(7)"}
    table = Table(NAME, tuple(Column(name, logical_type(native), native) for name, native in natives.items()))
    risks = {"v": frozenset({Risk.LENGTH}), "b": frozenset({Risk.LENGTH})}
    risks |= {"m": frozenset({Risk.CLASSES}), "n": frozenset({Risk.CLASSES})}
    link = FakeLink({"COUNT_BIG": [(9, 20, 30, None, 0, 3)]})
    facts = session(link).observe(table, risks)
    assert (facts["v"].characters, facts["v"].octets, facts["b"].octets) == (20, 30, 0)
    assert facts["m"].observed == t.Timestamp(6) and not facts["m"].problem
    assert facts["n"].observed is None and facts["n"].problem.startswith("3 rows have a digit of 100 nanoseconds")
    (statement,) = link.statements
    assert parses(statement)


HAZARDS: list[tuple[str, h.Hazard, str | None]] = [
    ("datetime2(7)", h.NoMoment(), ""),
    ("float(53)", h.NotFinite(), ""),
    ("date", h.OutsideYears(1, 9999), ""),
    ("date", h.OutsideYears(1000, 9999), "YEAR([c]) NOT BETWEEN 1000 AND 9999"),
    ("datetime2(7)", h.Finer(3), "DATEPART(nanosecond, [c]) % 1000000 <> 0"),
    ("datetime", h.Finer(3), ""),
    ("datetime2(3)", h.Finer(3), ""),
    ("int", h.OutOfBounds(-5, 5), "([c] < -5 OR [c] > 5)"),
    ("decimal(10,4)", h.MoreDigits(2), "[c] <> ROUND([c], 2, 1)"),
    ("int", h.MoreDigits(2), ""),
    ("decimal(10,4)", h.LongerNumber(3), "([c] >= 1000 OR [c] <= -1000)"),
    ("nvarchar(20)", h.LongerText(20), ""),
    ("nvarchar(20)", h.LongerText(10, utf16=True), "DATALENGTH(CAST([c] AS nvarchar(max))) > 20"),
    ("nvarchar(20)", h.MoreOctets(60), ""),
    ("varchar(20)", h.NoUnicode(), ""),
    ("nchar(20)", h.TrailingSpaces(), ""),
    ("varbinary(20)", h.WrongSize(16, fixed=True), "DATALENGTH([c]) <> 16"),
    ("nvarchar(20)", h.NotHeld(), None),
    ("xml", h.NulCharacter(), None),
]


@pytest.mark.parametrize(("native", "hazard", "predicate"), HAZARDS)
def test_hazards_are_asked_in_the_servers_own_sql(native: str, hazard: h.Hazard, predicate: str | None) -> None:
    column = Column("c", logical_type(native), native)
    assert MssqlDialect().offends(column, hazard) == predicate
    assert not predicate or parses(f"SELECT 1 FROM [t] WHERE {predicate}")


@pytest.mark.parametrize(
    "hazard", [h.NulCharacter(), h.NoUnicode(), h.LongerText(5), h.MoreOctets(9), h.TrailingSpaces()]
)
def test_text_is_examined_by_code_units(hazard: h.Hazard) -> None:
    predicate = MssqlDialect().offends(Column("c", t.Text(), "nvarchar(max)"), hazard)
    assert predicate and "nvarchar(max)" in predicate and parses(f"SELECT 1 FROM [t] WHERE {predicate}")

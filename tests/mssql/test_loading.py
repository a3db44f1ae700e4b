"""Rows in: the protocol of staging table, bulk copy and INSERT ... SELECT, over a driver that is none."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest

from dialects.mssql import session as session_module
from dialects.mssql import staging
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.drivers import MicrosoftLink, OdbcLink
from dialects.mssql.session import COMMIT, MssqlSession
from dialects.mssql.writing import Load, written
from dialects.url import parse_url
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import DatabaseError, ValueDoesNotFit, WriteAltered
from mappings.schema import Column, Identity, Table, TableName
from tests.mssql.fakes import URL, FakeConnection, refused
from tests.mssql.tsql import parses

NAME = TableName("dbo", "t")
STAGING = TableName("dbo", "_dbtransfer_x")
COLUMNS = (Column("id", t.Integer(32), "int", identity=Identity()), Column("v", t.Text(20), "nvarchar(20)"))
TABLE = Table(NAME, COLUMNS)


def batch(*ids: int) -> pa.RecordBatch:
    arrays = [pa.array(ids, pa.int32()), pa.array([f"v{each}" for each in ids], pa.large_utf8())]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(COLUMNS))


class Pair:
    """A session over two fake connections: the one that holds the transaction and the one that stages."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, taken: int = 2, driver: str = "microsoft") -> None:
        self.session, self.side = FakeConnection({"ROWCOUNT_BIG": (None, [(taken,)], None)}), FakeConnection()
        links = {"microsoft": MicrosoftLink, "odbc": lambda connection: OdbcLink(connection, "wide")}
        monkeypatch.setattr(session_module, "open_link", lambda _: links[driver](self.side))
        dialect = MssqlDialect()
        self.writer = MssqlSession(parse_url(URL), links[driver](self.session), dialect, writable=True)


def test_rows_are_staged_and_then_inserted_in_the_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    pair.writer.begin()
    assert pair.writer.write(TABLE, COLUMNS, iter([batch(1), batch(2)])) == 2
    pair.writer.commit()
    begin, insert, commit, identity_off = pair.session.statements
    create, drop = pair.side.statements
    staged = create.split()[2]
    assert begin == "BEGIN TRANSACTION" and commit == COMMIT and drop == f"DROP TABLE {staged}"
    assert insert.splitlines()[0] == "SET IDENTITY_INSERT [dbo].[t] ON;"
    assert "INSERT INTO [dbo].[t] ([id], [v])" in insert and f"FROM {staged}" in insert
    assert insert.index("ROWCOUNT_BIG()") < insert.index("IDENTITY_INSERT [dbo].[t] OFF") < insert.index("SELECT @rows")
    assert identity_off == "SET IDENTITY_INSERT [dbo].[t] OFF"
    ((name, batches),) = pair.side.loaded
    assert name == staged and staged.startswith("[dbo].[_dbtransfer_")
    assert [row for each in batches for row in each.to_pylist()] == [{"c0": 1, "c1": "v1"}, {"c0": 2, "c1": "v2"}]


def test_a_large_chunk_goes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "PIECE_OCTETS", 1)
    pair = Pair(monkeypatch, taken=1)
    assert pair.writer.write(TABLE, COLUMNS, iter([batch(1), batch(2), batch(3)])) == 3
    assert [statement.split()[0] for statement in pair.side.statements] == ["CREATE", "TRUNCATE", "TRUNCATE"]
    assert len(pair.side.loaded) == 3


def test_no_rows_need_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    assert pair.writer.write(TABLE, COLUMNS, iter(())) == 0
    assert pair.side.statements == [] and pair.session.statements == []


def test_rows_that_a_bulk_copy_or_a_trigger_swallows_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    pair.side.swallowed = 1
    with pytest.raises(WriteAltered, match="2 rows were sent to the staging table, but it took 1"):
        pair.writer.write(TABLE, COLUMNS, iter([batch(1, 2)]))
    with pytest.raises(WriteAltered, match="2 rows were sent, but the table took 1"):
        Pair(monkeypatch, taken=1).writer.write(TABLE, COLUMNS, iter([batch(1, 2)]))


def test_the_error_of_whoever_makes_the_batches_is_not_buried(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield batch(1)
        raise ValueDoesNotFit("too long", row=0)

    pair = Pair(monkeypatch)
    pair.writer.begin()
    with pytest.raises(ValueDoesNotFit, match="too long"):
        pair.writer.write(TABLE, COLUMNS, failing())
    pair.writer.rollback()
    assert pair.session.statements[-2].startswith("IF @@TRANCOUNT") and pair.side.statements[-1].startswith(
        "DROP TABLE"
    )


def test_an_error_behind_the_first_result_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    pair.session.answers["ROWCOUNT_BIG"] = (None, refused("Violation of PRIMARY KEY constraint 'pk'."))
    with pytest.raises(DatabaseError, match="Violation"):
        pair.writer.write(TABLE, COLUMNS, iter([batch(1, 2)]))


def test_pyodbc_sends_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch, driver="odbc")
    assert pair.writer.write(TABLE, COLUMNS, iter([batch(1, 2)])) == 2
    assert pair.side.rows == [(1, "v1"), (2, "v2")] and pair.side.sizes == [[None, "wide"]]
    assert pair.side.statements[1].endswith("VALUES (?, ?)") and "slower" in pair.writer.notices()[0]


def test_a_session_that_reads_does_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = MssqlSession(parse_url(URL), MicrosoftLink(FakeConnection()), MssqlDialect(), writable=False)
    for forbidden in (
        lambda: reader.execute("DROP TABLE t"),
        lambda: reader.query("DELETE FROM t"),
        reader.begin,
        lambda: reader.write(TABLE, COLUMNS, iter([batch(1)])),
    ):
        with pytest.raises(DatabaseError, match="only reads"):
            forbidden()
    assert reader.query("SELECT 1") == []


def test_a_cancelled_write_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    pair.writer.cancel()
    with pytest.raises(DatabaseError, match="cancelled"):
        pair.writer.write(TABLE, COLUMNS, iter([batch(1)]))


def test_a_warning_of_the_server_is_an_error_unless_known(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Pair(monkeypatch)
    link = pair.writer._link
    monkeypatch.setattr(link, "run", lambda _: [])
    link.warnings = ("Warning! The maximum key length for a nonclustered index is 1700 bytes.",)
    pair.writer.execute("CREATE INDEX i ON t (a)")
    link.warnings = ("Something else was done.",)
    with pytest.raises(DatabaseError, match="Something else"):
        pair.writer.execute("CREATE INDEX i ON t (a)")


KNOWN = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
SENT = [
    (t.Boolean(), "bit", True, "bit", True),
    (t.Integer(8, unsigned=True), "tinyint", 255, "smallint", 255),
    (t.Integer(32), "int", -1, "int", -1),
    (t.Integer(64), "bigint", 2**63 - 1, "bigint", 2**63 - 1),
    (t.Decimal(38, 2), "decimal(38,2)", Decimal("1.50"), "decimal(38,2)", Decimal("1.50")),
    (t.Float(32), "real", 0.5, "real", 0.5),
    (t.Date(), "date", date(1, 1, 1), "int", -719162),
    (t.Time(), "time(6)", time(23, 59, 59, 999_999), "bigint", 86_399_999_999),
    (t.Timestamp(), "datetime2(6)", datetime(1, 1, 1), "bigint", -62_135_596_800_000_000),
    (t.Timestamp(zoned=True), "datetimeoffset(6)", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "bigint", 1_000_000),
    (t.Uuid(), "uniqueidentifier", KNOWN.bytes, "binary(16)", KNOWN.bytes_le),
    (t.Text(20), "nvarchar(20)", "😀", "nvarchar(4000) COLLATE Latin1_General_100_BIN2", "😀"),
    (t.Text(), "nvarchar(max)", "a", "nvarchar(max) COLLATE Latin1_General_100_BIN2", "a"),
    (t.Binary(20), "varbinary(20)", b"\x00", "varbinary(20)", b"\x00"),
    (t.Geometry(srid=4326), "geometry", b"\x01", "varbinary(max)", b"\x01"),
]


@pytest.mark.parametrize(("kind", "native", "value", "staged", "sent"), SENT, ids=[native for _, native, *_ in SENT])
def test_only_numbers_text_and_bytes_travel(
    kind: t.LogicalType, native: str, value: object, staged: str, sent: object
) -> None:
    column = Column("c", kind, native)
    way = written(column, 0)
    array = pa.array([value, None], arrow_schema((column,)).field(0).type)
    assert way.staged == staged and way.encode(array).to_pylist() == [sent, None]
    load = Load(MssqlDialect(), NAME, STAGING, (column,))
    assert parses(load.create()) and parses(load.insert().replace("geometry::", "geometry_"))


def test_moments_are_made_of_days_seconds_and_microseconds() -> None:
    """What the server computes, computed here: no step leaves 32 bits, and the sum is the value."""
    for moment in (-62_135_596_800_000_000, -1, 0, 253_402_300_799_999_999):
        quotient = int(moment / 86_400_000_000) if abs(moment) < 2**53 else -(-moment // 86_400_000_000)
        days = moment // 86_400_000_000 if moment >= 0 else quotient
        seconds = _remainder(int(Decimal(moment) / 1_000_000), 86_400)
        micros = _remainder(moment, 1_000_000)
        assert max(map(abs, (days, seconds, micros))) < 2**31
        assert days * 86_400_000_000 + seconds * 1_000_000 + micros == moment


def _remainder(value: int, by: int) -> int:
    """As T-SQL's %: with the sign of the dividend."""
    return abs(value) % by * (1 if value >= 0 else -1)


def test_types_that_would_alter_a_value_refuse_it() -> None:
    old = written(Column("c", t.Timestamp(3), "datetime"), 0).value
    page = written(Column("c", t.Text(20), "varchar(20) COLLATE SQL_Latin1_General_CP1_CI_AS"), 0).value
    assert "CAST(CAST(DATEADD" in old and "AS datetime) AS datetime2(6)) = DATEADD" in old
    assert "{column} COLLATE SQL_Latin1_General_CP1_CI_AS AS varchar(20)" in page and "would be altered" in page
    utf8 = "varchar(20) COLLATE Latin1_General_100_CI_AS_SC_UTF8"
    assert written(Column("c", t.Text(20), utf8), 0).value == "{column}"
    for value in (old, page):
        assert parses(f"SELECT {value.replace('{column}', '[c0]')} FROM [t]")


def test_batches_of_other_types_are_refused() -> None:
    load = Load(MssqlDialect(), NAME, STAGING, COLUMNS)
    wrong = pa.RecordBatch.from_arrays([pa.array(["1"]), pa.array(["a"])], names=["id", "v"])
    with pytest.raises(TypeError, match=r"dbo\.t\.id is string instead of int32"):
        load.encoded(wrong)

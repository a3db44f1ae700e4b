"""What instant the readers see, and how that is come by."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dialects.base import KeyRange
from dialects.mssql import snapshot
from dialects.mssql.server import DATABASE_FACTS, FACTS, SCHEMAS, Server, server_from
from dialects.mssql.session import MssqlSession
from dialects.mssql.snapshot import open_readers
from mappings import types as t
from mappings.errors import DatabaseError
from mappings.schema import Column, Table, TableName
from tests.mssql import fakes
from tests.mssql.fakes import FakeLink, refused, session
from tests.mssql.tsql import parses

KEYED = Table(TableName("dbo", "t"), (Column("id", t.Integer(64), "bigint"),))
TABLES = (TableName("dbo", "b"), TableName("dbo", "a"))


class Opened:
    """Opens sessions one after the other and keeps their links, which share one list of statements."""

    def __init__(self, server: Server, **answers: object) -> None:
        self.server = server
        self.links: list[FakeLink] = []
        self.statements: list[str] = []
        self.answers = {"SYSUTCDATETIME": [("2026-01-02T03:04:05Z",)], **answers}

    def __call__(self) -> MssqlSession:
        link = FakeLink(self.answers)
        link.statements = self.statements
        self.links.append(link)
        return session(link, writable=False, server=self.server)


def test_snapshots_are_opened_while_all_tables_are_locked() -> None:
    opened = Opened(Server(snapshots=True))
    readers = open_readers(opened, TABLES, 2)
    assert (len(readers.sessions), readers.consistent) == (2, True)
    assert readers.consistency == "all rows as of 2026-01-02T03:04:05Z"
    lock = [at for at, each in enumerate(opened.statements) if "TABLOCK, HOLDLOCK" in each]
    assert [opened.statements[at].split("FROM ")[1].split(" ")[0] for at in lock] == ["[dbo].[a]", "[dbo].[b]"]
    first_reads = [at for at, each in enumerate(opened.statements) if each == "SELECT TOP (1) 1 FROM [dbo].[b]"]
    released = opened.statements.index(snapshot.END)
    assert len(first_reads) == 2 and max(lock) < min(first_reads) and max(first_reads) < released
    assert opened.links[2].closed and not opened.links[0].closed


def test_one_reader_needs_no_lock() -> None:
    opened = Opened(Server(snapshots=True))
    assert open_readers(opened, TABLES, 1).consistent
    assert not any("TABLOCK" in each for each in opened.statements)


@pytest.mark.parametrize(
    "words", ["Lock request time out period exceeded.", "The SELECT permission was denied on the object 'a'"]
)
def test_without_the_lock_there_is_one_reader(words: str) -> None:
    opened = Opened(Server(snapshots=True), TABLOCK=refused(words))
    readers = open_readers(opened, TABLES, 3)
    assert (len(readers.sessions), readers.consistent) == (1, True) and "by one reader" in readers.consistency
    assert [link.closed for link in opened.links] == [False, True, True, True]


def test_without_snapshots_the_truth_is_told() -> None:
    readers = open_readers(Opened(Server(database="shop")), TABLES, 3)
    assert (len(readers.sessions), readers.consistent) == (1, False)
    assert "ALTER DATABASE [shop] SET ALLOW_SNAPSHOT_ISOLATION ON" in readers.consistency


def test_a_read_only_database_is_one_instant() -> None:
    readers = open_readers(Opened(Server(read_only=True)), TABLES, 3)
    assert (len(readers.sessions), readers.consistent) == (3, True)


def test_an_error_ends_the_snapshot_for_good() -> None:
    opened = Opened(Server(snapshots=True), COUNT_BIG=refused("Invalid column name 'x'."))
    (reader,) = open_readers(opened, TABLES, 1).sessions
    with pytest.raises(DatabaseError):
        reader.count(TABLES[0])
    opened.answers["COUNT_BIG"] = [(1,)]
    with pytest.raises(DatabaseError, match="ended the snapshot"):
        reader.count(TABLES[0])


@pytest.mark.parametrize(("open_transactions", "lost"), [(1, False), (0, True)])
def test_rows_that_are_left_early_may_end_the_snapshot(open_transactions: int, lost: bool) -> None:
    table = Table(TABLES[0], (Column("id", t.Integer(32), "int"),))
    batches = [pa.RecordBatch.from_arrays([pa.array([1], pa.int32())], names=[""])] * 2
    answers = {"SELECT [id]": batches, "@@TRANCOUNT": [(open_transactions,)], "COUNT_BIG": [(2,)]}
    (reader,) = open_readers(Opened(Server(snapshots=True), **answers), TABLES, 1).sessions
    rows = reader.read(table, table.columns, None, 1)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    if lost:
        with pytest.raises(DatabaseError, match="ended the snapshot"):
            reader.count(TABLES[0])
    else:
        assert reader.count(TABLES[0]) == 2


def test_a_server_tells_what_it_is() -> None:
    server = server_from(fakes.FACTS, (160, 1, False), frozenset({"dbo"}))
    assert (server.version, server.snapshots, server.folds_case, server.read_only) == (16, True, True, False)
    assert server.label == "SQL Server 2022 16.0.4003.1"
    cloud = server_from(("12.0.2000.8", 5, "dbo", "shop", "Latin1_General_100_BIN2"), (), frozenset())
    assert (cloud.version, cloud.level, cloud.folds_case) == (16, 160, False)
    assert cloud.label == "Azure SQL Database 12.0.2000.8"
    old = session(FakeLink(), server=server_from(("12.0.2000.8", 3, "dbo", "d", None), (), frozenset()))
    assert "older" in old.notices()[0]


@pytest.mark.parametrize(
    "statement", [FACTS, DATABASE_FACTS, SCHEMAS, snapshot.LOCK.format(table="[a]"), snapshot.INSTANT]
)
def test_the_statements_are_tsql(statement: str) -> None:
    assert parses(statement)


def test_keys_are_cut_by_walking_the_index() -> None:
    link = FakeLink({"OFFSET": [(1000,)]})
    assert session(link).boundary(KEYED, KeyRange.of("id", 5, None), 100) == ("1000",)
    walked = "SELECT [id] FROM [dbo].[t] WHERE [id] >= 5 ORDER BY [id] OFFSET 100 ROWS FETCH NEXT 1 ROWS ONLY"
    expected = f"SELECT [id] FROM ({walked}) cut"
    assert link.statements == [expected] and parses(expected)
    assert session(FakeLink()).boundary(KEYED, KeyRange(("id",)), 100) is None


def test_keys_compare_without_trailing_spaces() -> None:
    exact = Column("v", t.Text(9), "nvarchar(9) COLLATE Latin1_General_100_BIN2")
    loose = Column("v", t.Text(9), "nvarchar(9) COLLATE Latin1_General_100_CI_AS")
    values = pa.array(["a  ", "A", None, " b"], pa.large_utf8())
    weighing = session(FakeLink())
    assert [weighing.weights(column, values).to_pylist() for column in (exact, loose)] == [
        ["a", "A", None, " b"],
        ["a", "a", None, " b"],
    ]

"""Sessions: who may write, what is seen, how transactions end, and that nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from dialects import connect, survey
from dialects.base import KeyRange
from dialects.duckdb.session import LOCKED, ONE_INSTANT, DuckDBSession
from mappings import types as t
from mappings.arrow import arrow_schema
from mappings.errors import (
    ConfigurationError,
    ConnectionRefused,
    ConstraintViolated,
    Contention,
    DatabaseError,
    PermissionDenied,
    WriteAltered,
)
from mappings.schema import Column, Table, TableName
from tests.duckdb.conftest import Make, Open

NUMBERS = "CREATE TABLE n AS SELECT i::BIGINT AS i, 'text ' || i AS v FROM range(100000) r(i) ORDER BY hash(i)"
NAME = TableName("main", "n")
COLUMNS = (Column("i", t.Integer(64), "BIGINT"), Column("v", t.Text(), "VARCHAR"))
TABLE = Table(NAME, COLUMNS)
HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"


def batch(*numbers: int) -> pa.RecordBatch:
    arrays = [pa.array(numbers, pa.int64()), pa.array([f"{number}" for number in numbers], pa.large_utf8())]
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(COLUMNS))


@pytest.mark.parametrize(
    "statement", ["INSERT INTO n VALUES (-1, '')", "DROP TABLE n", "CREATE TABLE m (a INT)", "SELECT setval('s', 5)"]
)
@pytest.mark.parametrize("beside_a_writer", [False, True])
def test_a_reader_cannot_write(made: Make, opened: Open, statement: str, beside_a_writer: bool) -> None:
    url = made(NUMBERS, "CREATE SEQUENCE s")
    if beside_a_writer:
        opened(url, writable=True)
    with pytest.raises(DatabaseError):
        opened(url).execute(statement)
    assert opened(url).count(NAME) == 100_000


def test_rows_of_a_range_come_in_key_order(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS))
    batches = list(session.read(TABLE, COLUMNS, KeyRange.of("i", 10, 50_000), 1_000))
    numbers = pa.chunked_array([batch.column(0) for batch in batches]).to_pylist()
    assert numbers == list(range(10, 50_000))
    assert max(batch.num_rows for batch in batches) <= 2_048
    assert session.boundary(TABLE, KeyRange(("i",)), 10) == ("10",)
    assert session.boundary(TABLE, KeyRange.of("i", 99_990, None), 10) is None
    assert session.count(NAME, KeyRange.of("i", None, 5)) == 5


def test_an_iterator_closed_early_frees_the_connection(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS))
    rows: Iterator[pa.RecordBatch] = session.read(TABLE, COLUMNS, None, 100)
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert session.count(NAME) == 100_000


def test_readers_of_a_file_that_is_only_read(made: Make, opened: Open) -> None:
    readers = opened(made(NUMBERS)).readers((NAME,), 3)
    assert len(readers.sessions) == 3 and readers.consistent and readers.consistency == LOCKED
    assert [session.count(NAME) for session in readers.sessions] == [100_000] * 3
    for session in readers.sessions:
        session.close()


def test_a_reader_beside_a_writer_sees_one_instant(made: Make, opened: Open) -> None:
    url = made(NUMBERS)
    writer = opened(url, writable=True)
    readers = opened(url).readers((NAME,), 3)
    (reader,) = readers.sessions
    writer.execute("DELETE FROM n WHERE i < 1000")
    assert readers.consistent and readers.consistency == ONE_INSTANT
    assert reader.count(NAME) == 100_000 and writer.count(NAME) == 99_000
    reader.close()


def test_another_program_is_locked_out_while_the_file_is_read(made: Make, opened: Open) -> None:
    url = made(NUMBERS)
    opened(url).count(NAME)
    told = subprocess.run([sys.executable, "-c", HOLD, _path(url)], capture_output=True, text=True, input="")
    assert "Could not set lock" in told.stderr


def test_a_file_that_another_program_has_open_is_told(made: Make) -> None:
    url = made(NUMBERS)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, _path(url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        with pytest.raises(Contention) as told:
            connect(url)
        assert "end the program" in told.value.hint and f"PID {other.pid}" in str(told.value)
        other.communicate("")


def _path(url: str) -> str:
    return url.removeprefix("duckdb:///")


def test_what_is_no_database_file(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database\n" * 1000)
    (tmp_path / "empty").touch()
    for name in ("text", "empty", "missing", ".", "no/folder.db"):
        with pytest.raises(ConnectionRefused):
            connect(f"duckdb:///{tmp_path / name}")
    with pytest.raises(ConnectionRefused):
        connect(f"duckdb:///{tmp_path}/no/folder.db", writable=True)
    for text in ("duckdb:///:memory:", "duckdb://", "duckdb:///a.db?mode=x", "duckdb:///a.db?threads=none"):
        with pytest.raises(ConfigurationError):
            connect(text)


def test_a_survey_of_a_file_that_is_not_there_leaves_no_trace(tmp_path: Path) -> None:
    with survey(f"duckdb:///{tmp_path}/new.db") as session:
        assert session.reflect(()).tables == ()
        with pytest.raises(PermissionDenied):
            session.execute("CREATE TABLE a (b INTEGER)")
    assert list(tmp_path.iterdir()) == []


def test_a_chunk_is_written_whole_or_not_at_all(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS, "ALTER TABLE n ADD PRIMARY KEY (i)"), writable=True)
    session.begin()
    assert session.write(TABLE, COLUMNS, [batch(-1, -2), batch(-3)]) == 3
    session.commit()
    session.begin()
    session.write(TABLE, COLUMNS, [batch(-4)])
    with pytest.raises(ConstraintViolated):
        session.write(TABLE, COLUMNS, [batch(-5, 7)])
    with pytest.raises(DatabaseError, match="no transaction to commit"):
        session.commit()
    assert session.count(NAME) == 100_003


def test_the_error_of_the_batches_comes_through(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS), writable=True)

    def batches() -> Iterator[pa.RecordBatch]:
        yield batch(-1)
        raise ConstraintViolated("from the source")

    session.begin()
    with pytest.raises(ConstraintViolated, match="from the source"):
        session.write(TABLE, COLUMNS, batches())
    session.rollback()
    assert session.count(NAME) == 100_000


def test_a_batch_of_another_schema_is_refused(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS), writable=True)
    session.begin()
    with pytest.raises(DatabaseError, match="has the schema"):
        session.write(TABLE, COLUMNS, [batch(1).rename_columns(["v", "i"])])
    session.rollback()


def test_bits_that_a_bit_cannot_hold_are_refused(made: Make, opened: Open) -> None:
    session = opened(made("CREATE TABLE b (x BIT)"), writable=True)
    columns = (Column("x", t.Bits(4), "BIT"),)
    bits = pa.RecordBatch.from_arrays([pa.array([""], pa.large_utf8())], schema=arrow_schema(columns))
    session.begin()
    with pytest.raises(DatabaseError, match="empty string of bits"):
        session.write(Table(TableName("main", "b"), columns), columns, [bits])
    session.rollback()


def test_a_time_that_is_none_names_its_key(made: Make, opened: Open) -> None:
    url = made(
        "CREATE TABLE a (k INTEGER PRIMARY KEY, x TIME)", "INSERT INTO a VALUES (1, '12:00'), (4711, '24:00:00')"
    )
    session = opened(url)
    (table,) = session.reflect(()).tables
    with pytest.raises(DatabaseError, match="24:00:00") as told:
        list(session.read(table, table.columns, None, 100))
    assert told.value.where == "main.a.x, key 4711" and "main.a.x=text" in told.value.hint


def test_a_running_statement_is_cancelled(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS), writable=True)
    threading.Timer(0.3, session.cancel).start()
    began = time.monotonic()
    with pytest.raises(DatabaseError, match=r"(?i)interrupt"):
        session.query("SELECT count(*) FROM n a, n b, n c WHERE hash(a.i, b.i, c.i) = 1")
    assert time.monotonic() - began < 10
    assert session.count(NAME) == 100_000


def test_ddl_of_several_statements_happens_whole_or_not_at_all(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS), writable=True)
    with pytest.raises(DatabaseError):
        session.execute("CREATE TABLE a (b INTEGER); INSERT INTO a VALUES ('x')")
    assert [str(table.name) for table in session.reflect(()).tables] == ["main.n"]


def test_an_attempt_leaves_nothing(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS), writable=True)
    scratch = TableName("main", "scratch")
    good = ("CREATE SEQUENCE s", "CREATE TABLE scratch (a INTEGER DEFAULT nextval('s'))")
    assert session.attempt(good, scratch) == ""
    assert "nope" in session.attempt((*good, "CREATE INDEX x ON scratch (nope)"), scratch)
    schema = session.reflect(())
    assert len(schema.tables) == 1 and schema.not_carried == ()


def test_memory_is_given_back_after_a_statement(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS) + "?memory_limit=1GB", writable=True)
    session.execute("ALTER TABLE n ADD PRIMARY KEY (i)")
    assert session.query("SELECT current_setting('memory_limit')") == [("244.1 MiB",)]


def test_nothing_is_fetched_from_the_network_or_other_files(made: Make, opened: Open) -> None:
    session = opened(made(NUMBERS))
    settings = "autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"
    asked = ", ".join(f"current_setting('{name}')::VARCHAR" for name in settings)
    assert session.query(f"SELECT {asked}, current_setting('TimeZone')") == [("false", "false", "false", "UTC")]
    with pytest.raises(PermissionDenied):
        session.query("SELECT * FROM read_csv('/etc/hostname')")


def test_values_that_a_cast_refuses_are_errors(made: Make, opened: Open) -> None:
    session = opened(made("CREATE TABLE e (x ENUM('a'))"), writable=True)
    columns = (Column("x", t.Enum(("a",)), "ENUM('a')"),)
    other = pa.RecordBatch.from_arrays([pa.array(["b"], pa.large_utf8())], schema=arrow_schema(columns))
    session.begin()
    with pytest.raises(WriteAltered, match="b"):
        session.write(Table(TableName("main", "e"), columns), columns, [other])
    session.rollback()
    assert isinstance(session, DuckDBSession)

"""Rows in: what the server would alter or skip is an error, and a failed load leaves nothing behind."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from dialects.mysql.session import MysqlSession
from mappings import types as t
from mappings.errors import ConstraintViolated, DatabaseError, TransferError, ValueDoesNotFit, WriteAltered
from mappings.schema import Column, Table, TableName
from tests.conftest import DatabaseFactory
from tests.mysql.conftest import Open
from tests.mysql.tables import batch_of, create, rows_of, spelled, table_of, write


def small(session: MysqlSession, native: str, kind: t.LogicalType) -> Table:
    return create(session, table_of([Column("v", kind, native)]))


ALTERED = [
    ("varchar(3)", t.Text(), "abcd", "Data too long|Data truncated"),
    ("int", t.Text(), "12x", "Incorrect integer|Data truncated"),
    ("tinyint", t.Integer(32), 300, "Out of range"),
    ("decimal(4,1)", t.Decimal(10, 3), "1.255", "Data truncated"),
    ("date", t.Text(), "2021-02-30", "Incorrect date|Data truncated|Out of range"),
    ("enum('a','b') COLLATE utf8mb4_bin", t.Text(), "c", "Data truncated"),
    ("varchar(3) COLLATE latin1_bin", t.Text(), "日", "Incorrect string"),
]


@pytest.mark.parametrize("native, kind, value, said", ALTERED, ids=[case[0] for case in ALTERED])
def test_what_the_server_would_alter(
    writer: MysqlSession, native: str, kind: t.LogicalType, value: object, said: str
) -> None:
    table = small(writer, native, kind)
    if isinstance(kind, t.Decimal):
        value = pa.array([value]).cast(pa.decimal128(10, 3))[0].as_py()
    with pytest.raises(TransferError, match=said):
        write(writer, table, batch_of(table, {"v": [value]}))
    assert writer.count(table.name) == 0


def test_a_duplicate_key_is_named(writer: MysqlSession) -> None:
    table = small(writer, "int", t.Integer(32))
    write(writer, table, batch_of(table, {"v": [1, 2]}))
    with pytest.raises(ConstraintViolated, match="Duplicate entry '1'"):
        write(writer, table, batch_of(table, {"v": [3]}))
    assert writer.count(table.name) == 2


def test_a_null_where_none_may_be(writer: MysqlSession) -> None:
    table = create(writer, table_of([Column("v", t.Integer(32), "int", nullable=False)]))
    with pytest.raises(TransferError, match="(?i)null"):
        write(writer, table, batch_of(table, {"v": [1, None]}))


def test_a_check_that_fails(writer: MysqlSession) -> None:
    writer.execute("CREATE TABLE t (id bigint PRIMARY KEY, v int CHECK (v > 0))")
    table = table_of([Column("v", t.Integer(32), "int")])
    with pytest.raises(ConstraintViolated):
        write(writer, table, batch_of(table, {"v": [1, -1]}))
    assert writer.count(table.name) == 0


def test_a_number_that_is_no_label_is_no_position_either(writer: MysqlSession) -> None:
    table = create(writer, table_of([spelled(writer, "v", t.Enum(("a", "b")))]))
    with pytest.raises(ValueDoesNotFit, match="'2' is not one of the labels") as caught:
        write(writer, table, batch_of(table, {"v": ["a", "2"]}))
    assert (caught.value.where, caught.value.row) == ("t.v", 1)


def test_zero_is_a_number_for_a_column_that_numbers_itself(writer: MysqlSession) -> None:
    writer.execute("CREATE TABLE t (id bigint PRIMARY KEY AUTO_INCREMENT, v int)")
    table = table_of([Column("v", t.Integer(32), "int")])
    batch = pa.RecordBatch.from_arrays([pa.array([0, 5], pa.int64()), pa.array([1, 2], pa.int32())], names=["id", "v"])
    write(writer, table, batch)
    assert rows_of(writer, table).column("id").to_pylist() == [0, 5]


def test_several_writes_in_one_transaction(writer: MysqlSession) -> None:
    table = small(writer, "int", t.Integer(32))
    journal = create(writer, Table(TableName("", "_dbtransfer_chunk"), (Column("n", t.Integer(32), "int"),)))
    line = pa.RecordBatch.from_arrays([pa.array([7], pa.int32())], names=["n"])
    writer.begin()
    assert writer.write(table, table.columns, [batch_of(table, {"v": [1, 2]})]) == 2
    assert writer.write(journal, journal.columns, [line]) == 1
    writer.rollback()
    assert writer.count(table.name) == writer.count(journal.name) == 0
    writer.begin()
    writer.write(table, table.columns, [batch_of(table, {"v": [1, 2]})])
    writer.write(journal, journal.columns, [line])
    writer.commit()
    assert (writer.count(table.name), writer.count(journal.name)) == (2, 1)


def test_a_failed_transaction_is_not_committed(writer: MysqlSession) -> None:
    table = small(writer, "tinyint", t.Integer(32))
    writer.begin()
    writer.write(table, table.columns, [batch_of(table, {"v": [1]})])
    with pytest.raises(TransferError):
        writer.write(table, table.columns, [batch_of(table, {"v": [1000]})])
    with pytest.raises(DatabaseError, match="not committed"):
        writer.commit()
    writer.rollback()
    assert writer.count(table.name) == 0


def test_ddl_would_commit_an_open_transaction(session: MysqlSession) -> None:
    table = small(session, "int", t.Integer(32))
    session.begin()
    session.write(table, table.columns, [batch_of(table, {"v": [1]})])
    with pytest.raises(DatabaseError, match="would commit"):
        session.execute("CREATE TABLE other (id int)")
    session.rollback()
    assert session.count(table.name) == 0


def failing(table: Table) -> Iterator[pa.RecordBatch]:
    yield batch_of(table, {"v": [1, 2, 3]})
    raise ValueDoesNotFit("the source failed", row=0)


def test_a_feed_that_fails_leaves_nothing_and_the_next_transaction_works(writer: MysqlSession) -> None:
    table = small(writer, "int", t.Integer(32))
    writer.loading(own_tables=True)
    writer.begin()
    with pytest.raises(ValueDoesNotFit, match="the source failed"):
        writer.write(table, table.columns, failing(table))
    writer.rollback()
    writer.begin()
    assert writer.count(table.name) == 0
    assert writer.query("SELECT @@foreign_key_checks") == [(0,)]
    writer.write(table, table.columns, [batch_of(table, {"v": [9]})])
    writer.commit()
    assert rows_of(writer, table).column("v").to_pylist() == [9]


def test_cancelling_a_write(writer: MysqlSession) -> None:
    table = small(writer, "int", t.Integer(32))

    def endless() -> Iterator[pa.RecordBatch]:
        number = 0
        while True:
            ids = pa.array(range(number, number + 5000), pa.int64())
            yield pa.RecordBatch.from_arrays([ids, ids.cast(pa.int32())], names=["id", "v"])
            number += 5000
            if number == 50_000:
                writer.cancel()

    writer.begin()
    with pytest.raises(TransferError):
        writer.write(table, table.columns, endless())
    writer.rollback()
    writer.begin()
    assert writer.count(table.name) == 0
    writer.rollback()


def test_a_database_whose_default_is_latin1(product: str, database: DatabaseFactory, opened: Open) -> None:
    url = database(product)
    name = url.rsplit("/", 1)[1].split("?")[0]
    with opened(url) as session:
        session.execute(f"ALTER DATABASE `{name}` CHARACTER SET latin1")
    for load in (True, False):
        session = opened(url)
        session._local_infile = load
        table = create(session, table_of([spelled(session, "v", t.Text(20))], name=f"t{load}"))
        batch = batch_of(table, {"v": ["é€", "日本", "😀"]})
        write(session, table, batch)
        assert rows_of(session, table).equals(pa.Table.from_batches([batch]))
        assert session.query(f"SELECT HEX(v) FROM t{load} ORDER BY id")[0][0] == "é€".encode().hex().upper()


def test_older_columns_of_another_character_set(writer: MysqlSession) -> None:
    table = create(writer, table_of([Column("v", t.Text(20), "varchar(20) COLLATE latin1_swedish_ci")]))
    batch = batch_of(table, {"v": ["é", "€", "plain", None]})
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))


def test_a_row_longer_than_a_packet_is_told_before_it_is_sent(session: MysqlSession) -> None:
    session._local_infile = False
    session._max_allowed_packet = 1 << 20
    table = create(session, table_of([spelled(session, "v", t.Text())]))
    with pytest.raises(DatabaseError, match="longer than the server's max_allowed_packet"):
        write(session, table, batch_of(table, {"v": ["x" * (1 << 20)]}))


def test_generated_and_invisible_columns(writer: MysqlSession) -> None:
    writer.execute("CREATE TABLE t (id bigint PRIMARY KEY, v int, g int AS (v + 1) STORED, h int INVISIBLE)")
    table = table_of([Column("v", t.Integer(32), "int"), Column("h", t.Integer(32), "int")])
    write(writer, table, batch_of(table, {"v": [1, 2], "h": [7, None]}))
    assert writer.query("SELECT v, g, h FROM t ORDER BY id") == [(1, 2, 7), (2, 3, None)]


def test_odd_names(writer: MysqlSession) -> None:
    column = Column("a `b` %s {c}", t.Text(5), "varchar(5) COLLATE utf8mb4_bin")
    table = create(writer, table_of([column], name="odd `name` %d"))
    batch = batch_of(table, {"a `b` %s {c}": ["x"]})
    write(writer, table, batch)
    assert rows_of(writer, table).equals(pa.Table.from_batches([batch]))


def test_the_server_may_turn_load_data_down_at_any_time(session: MysqlSession, monkeypatch: pytest.MonkeyPatch) -> None:
    import pymysql

    table = small(session, "int", t.Integer(32))

    def refuse(sql: str, feed: object) -> None:
        raise pymysql.err.OperationalError(3948, "Loading local data is disabled")

    monkeypatch.setattr(session._connection, "load", refuse)
    write(session, table, batch_of(table, {"v": [1, 2]}))
    assert session.count(table.name) == 2
    assert any("local_infile" in notice for notice in session.notices())


def test_altered_rows_are_named(session: MysqlSession) -> None:
    table = small(session, "tinyint", t.Integer(32))
    with pytest.raises(WriteAltered, match=r"of 3 rows .* at row 2") as caught:
        write(session, table, batch_of(table, {"v": [1, 1000, 3]}))
    assert caught.value.hint

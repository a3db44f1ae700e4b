"""Tables and rows for the tests."""

from dataclasses import replace

import pyarrow as pa

from dialects.mysql.session import MysqlSession
from mappings.arrow import arrow_schema
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Use
from mappings.types import Integer, LogicalType

KEY = Column("id", Integer(64), "bigint", nullable=False)


def spelled(session: MysqlSession, name: str, kind: LogicalType) -> Column:
    """A column as this server spells the type."""
    spelling = session.dialect.spell(kind, Use())
    assert spelling is not None, kind
    return Column(name, spelling.stored, spelling.native)


def table_of(columns: list[Column], name: str = "t") -> Table:
    """A table with a number as its key before these columns."""
    return Table(TableName("", name), (KEY, *columns), PrimaryKey("", ("id",)))


def create(session: MysqlSession, table: Table) -> Table:
    for statement in session.dialect.create_table(table):
        session.execute(statement)
    return table


def batch_of(table: Table, values: dict[str, list[object]]) -> pa.RecordBatch:
    """A batch with rows numbered from 1."""
    length = len(next(iter(values.values())))
    arrays = {"id": list(range(1, length + 1)), **values}
    schema = arrow_schema(table.columns)
    return pa.RecordBatch.from_arrays([pa.array(arrays[f.name], f.type) for f in schema], schema=schema)


def write(session: MysqlSession, table: Table, *batches: pa.RecordBatch) -> int:
    session.begin()
    try:
        rows = session.write(table, table.stored_columns, batches)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return rows


def rows_of(session: MysqlSession, table: Table, *, batch_rows: int = 1000) -> pa.Table:
    """All rows by the number."""
    batches = list(session.read(table, table.columns, None, batch_rows))
    return pa.Table.from_batches(batches, schema=arrow_schema(table.columns)).sort_by("id")


def round_trip(session: MysqlSession, kind: LogicalType, values: list[object]) -> list[object]:
    """The values after a way into a fresh column and back."""
    column = spelled(session, "value", kind)
    table = create(session, table_of([column]))
    batch = batch_of(table, {"value": values})
    assert write(session, table, batch) == len(values)
    found = rows_of(session, table)
    assert found.column("value").combine_chunks().equals(pa.chunked_array([batch.column("value")]).combine_chunks())
    return found.column("value").to_pylist()


def without_default(table: Table) -> Table:
    return replace(table, columns=tuple(replace(column, default=None) for column in table.columns))

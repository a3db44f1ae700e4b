"""Plans of small tables, made by hand."""

from typing import Any

import pyarrow as pa

from mappings import types as t
from mappings.arrow import arrow_type
from mappings.schema import Column, PrimaryKey, Table, TableName
from transfer.plan import ChunkKey, ColumnPlan, TablePlan

Pair = tuple[str, t.LogicalType, t.LogicalType]


def table_plan(name: str = "orders", *pairs: Pair, key: str = "id", **changes: Any) -> TablePlan:
    """A table `shop.<name>` whose columns are read and written as the pairs say; without pairs it has only its key."""
    pairs = pairs or ((key or "id", t.Integer(64), t.Integer(64)),)
    columns = tuple(
        ColumnPlan(Column(column, read, "source type"), Column(f"new_{column}", write, "target type"))
        for column, read, write in pairs
    )
    primary = PrimaryKey("", (key,)) if key else None
    cut = ChunkKey((key,), portable=True) if key else ChunkKey()
    source = Table(TableName("shop", name), tuple(pair.read for pair in columns), primary)
    target = Table(TableName("", name), tuple(pair.write for pair in columns))
    return TablePlan(**{"source": source, "target": target, "columns": columns, "chunk_key": cut, **changes})


def batch_of(plan: TablePlan, *rows: tuple[Any, ...]) -> pa.RecordBatch:
    """The rows as the source yields them."""
    columns = plan.read_columns
    arrays = [pa.array([row[at] for row in rows], arrow_type(column.type)) for at, column in enumerate(columns)]
    return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns])

"""Rows out: the SELECT for binary COPY, and its batches decoded into the Arrow types of `mappings.arrow`.

What the binary driver does not carry exactly is selected as text; what it would carry wrongly raises.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import Dialect, KeyRange
from dialects.postgresql.types import parsed
from dialects.sqltext import range_predicate
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.errors import DatabaseError
from mappings.schema import Column, Table

LEAST_HINT, MOST_HINT = 1 << 16, 1 << 24
ROW_OCTETS = 200
"""Bytes assumed for a row of a table without statistics."""

FIRST_DAY = -2_440_588
FIRST_MICROSECOND = FIRST_DAY * 86_400_000_000
DAY = 86_400_000_000
"""No date of the server is earlier; what is earlier in Arrow is infinity or a far future that wrapped around."""

ARRAY_AS_JSON = """CASE WHEN left({column}::text, 1) = '[' THEN \
('array with bounds other than 1: ' || {column}::text)::int::text ELSE to_jsonb({column})::text END"""
"""JSON has no lower bounds: the cast to int fails, and its message shows the value."""

SPAN_OF_HOURS = """CASE WHEN extract(year FROM {column}) = 0 AND extract(month FROM {column}) = 0 \
AND extract(day FROM {column}) = 0 THEN (extract(epoch FROM {column}) * 1000000)::bigint \
ELSE ('interval of days or months: ' || {column}::text)::bigint END"""


def select(dialect: Dialect, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> str:
    """The statement for these columns in this order; rows of a range in the order of its key."""
    values = ", ".join(expression(dialect.quote(column.name), column) for column in columns)
    relation = f"{'ONLY ' * table.only}{dialect.qualified(table.name)}"
    if where is None:
        return f"SELECT {values} FROM {relation}"
    predicate = range_predicate(dialect, where)
    restriction = f" WHERE {predicate}" if predicate else ""
    return f"SELECT {values} FROM {relation}{restriction} ORDER BY {dialect.quote(where.column)}"


def expression(name: str, column: Column) -> str:
    """What to select so that the driver carries the column's values exactly as its type asks. A cast to the type
    that the column has costs nothing."""
    native = parsed(column.native)
    match column.type:
        case t.Boolean():
            return f"{name}::boolean"
        case t.Integer(bits=bits, unsigned=unsigned):
            return f"{name}::{_integer(bits, unsigned=unsigned)}"
        case t.Year():
            return f"{name}::smallint"
        case t.Decimal(precision=precision):
            number = name if native.base == "numeric" and not native.array else f"{name}::numeric"
            return number if precision is not None and precision <= 76 else f"{number}::text"
        case t.Float(bits=bits):
            return f"{name}::{'real' if bits == 32 else 'double precision'}"
        case t.Date() | t.Time() | t.Timestamp() | t.Uuid() | t.Binary():
            return name
        case t.Geometry():
            return f"ST_AsBinary({name})"
        case t.Duration():
            return SPAN_OF_HOURS.format(column=name)
        case t.Json() if native.array:
            return ARRAY_AS_JSON.format(column=name)
        case t.SetOf() if native.array:
            return f"array_to_string({name}, ',')"
        case t.Text() if native.base == "money":
            return f"{name}::numeric::text"
        case _:
            return f"{name}::text"


def _integer(bits: int, *, unsigned: bool) -> str:
    if unsigned or bits == 64:
        return "bigint"
    return "smallint" if bits <= 16 else "integer"


def batch_octets(table: Table, batch_rows: int) -> int:
    """The size of a batch of about `batch_rows` rows, by the engine's estimate, within what memory allows."""
    octets = max(1, table.octets // table.rows) if table.rows and table.octets else ROW_OCTETS
    return min(MOST_HINT, max(LEAST_HINT, octets * batch_rows))


class Decoder:
    """Decodes the driver's batches; errors name the table and the column."""

    def __init__(self, table: Table, columns: tuple[Column, ...], *, check_text: bool) -> None:
        self._table = table
        self._columns = columns
        self._schema = arrow_schema(columns)
        self._check_text = check_text

    def __call__(self, batch: pa.RecordBatch, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The batch in the columns' Arrow types, in pieces of at most `batch_rows` rows."""
        arrays = [self._column(column, batch.column(at)) for at, column in enumerate(self._columns)]
        decoded = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        for start in range(0, decoded.num_rows, batch_rows):
            yield decoded.slice(start, batch_rows)

    def _column(self, column: Column, array: pa.Array) -> pa.Array:
        stored = array.storage if isinstance(array, pa.ExtensionArray) else array
        problem = _wrapped(stored)
        if problem:
            raise self._error(column, problem, "carry the column as text, or mend the value at the source")
        try:
            if self._check_text and pa.types.is_string(stored.type):
                stored.validate(full=True)
            return decoded(stored, column.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            problem = "holds NaN or infinity" if _unusual(stored) else f"holds a value beyond its type: {error}"
            raise self._error(column, problem, "carry the column as text, or mend the value at the source") from error

    def _error(self, column: Column, problem: str, hint: str) -> DatabaseError:
        return DatabaseError(problem, hint=hint, where=f"{self._table.name}.{column.name}")


def decoded(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """The driver's array in the Arrow type of `kind`. pa.ArrowInvalid where a value does not fit."""
    wanted = arrow_type(kind)
    if isinstance(kind, t.Duration):
        return array.view(wanted)
    if pa.types.is_binary(array.type) and pa.types.is_fixed_size_binary(wanted):
        return array.cast(wanted)
    return array if array.type == wanted else pc.cast(array, wanted)


def _unusual(array: pa.Array) -> bool:
    return pa.types.is_string(array.type) and bool(pc.any(pc.is_in(array, pa.array(["nan", "inf", "-inf"]))).as_py())


def _wrapped(array: pa.Array) -> str:
    """Why some value of the array is not the server's own value, empty when all are."""
    kind = array.type
    if pa.types.is_date32(kind) and _bounds(array, pa.int32())[0] < FIRST_DAY:
        return "holds infinity"
    if pa.types.is_timestamp(kind) and _bounds(array, pa.int64())[0] < FIRST_MICROSECOND:
        return "holds infinity or a moment after the year 294246"
    if pa.types.is_time64(kind) and _bounds(array, pa.int64())[1] >= DAY:
        return "holds 24:00:00, which is no time within a day"
    return ""


def _bounds(array: pa.Array, width: pa.DataType) -> tuple[int, int]:
    """The least and the greatest number beneath the array, zeros when there is none."""
    extremes = pc.min_max(array.view(width))
    least, greatest = extremes["min"].as_py(), extremes["max"].as_py()
    return (0, 0) if least is None else (least, greatest)

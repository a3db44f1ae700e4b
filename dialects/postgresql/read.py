"""Rows out: the SELECT for binary COPY, and its batches decoded into the Arrow types of `mappings.arrow`.

What the binary driver does not carry exactly is selected as text; what it would carry wrongly raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import Dialect, KeyRange, unreadable
from dialects.postgresql.types import parsed
from dialects.sqltext import in_order, readable, restriction
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.casting import first_failure
from mappings.errors import DatabaseError
from mappings.schema import Column, Table

LEAST_HINT, MOST_HINT = 1 << 16, 1 << 24
ROW_OCTETS = 200
"""Bytes assumed for a row of a table without statistics."""

FIRST_DAY = -2_440_588
FIRST_MICROSECOND = FIRST_DAY * 86_400_000_000
DAY = 86_400_000_000
"""No date of the server is earlier; what is earlier in Arrow is infinity or a far future that wrapped around."""

REFUSED = "'{at}' || chr(31) || {key} || chr(31)"
"""What precedes a value that has no place in the type asked for: column and key, for `refusal` to find in the message
of the cast that then fails. The rest of that message is for people."""
REFUSAL = re.compile('invalid input syntax for type [a-z]+: "([0-9]+)\x1f(.*?)\x1f(.*)"', re.DOTALL)

ARRAY_AS_JSON = """CASE WHEN left({column}::text, 1) = '[' THEN \
({refused} || 'holds an array with bounds other than 1: ' || {column}::text)::int::text \
ELSE to_jsonb({column})::text END"""

SPAN_OF_HOURS = """CASE WHEN extract(year FROM {column}) = 0 AND extract(month FROM {column}) = 0 \
AND extract(day FROM {column}) = 0 THEN (extract(epoch FROM {column}) * 1000000)::bigint \
ELSE ({refused} || 'holds an interval of days or months: ' || {column}::text)::bigint END"""


def select(dialect: Dialect, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> str:
    """The statement for these columns in this order; rows of a range in the order of its key."""
    key = _key_expression(dialect, table)
    values = ", ".join(
        expression(readable(dialect.quote(column.name), column), column, REFUSED.format(at=at, key=key))
        for at, column in enumerate(columns)
    )
    return f"SELECT {values} FROM {dialect.relation(table)}{restriction(dialect, where)}{in_order(dialect, where)}"


def _key_expression(dialect: Dialect, table: Table) -> str:
    """The primary key as text that names a row for people."""
    names = table.primary_key.columns if table.primary_key else ()
    parts = " || ', ' || ".join(f"{dialect.quote(name)}::text" for name in names)
    return parts or "''"


def refusal(error: DatabaseError, table: Table, columns: tuple[Column, ...]) -> DatabaseError | None:
    """The error of a cast that `REFUSED` made fail, as one that names table, column and key."""
    found = REFUSAL.search(error.message)
    return None if found is None else unreadable(table, columns[int(found[1])], found[2], found[3])


def expression(name: str, column: Column, refused: str) -> str:
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
            return SPAN_OF_HOURS.format(column=name, refused=refused)
        case t.Json() if native.array:
            return ARRAY_AS_JSON.format(column=name, refused=refused)
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
    """Decodes the driver's batches; errors name the table, the column and the key."""

    def __init__(self, table: Table, columns: tuple[Column, ...], *, check_text: bool) -> None:
        self._table = table
        self._columns = columns
        self._schema = arrow_schema(columns)
        self._check_text = check_text

    def __call__(self, batch: pa.RecordBatch, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The batch in the columns' Arrow types, in pieces of at most `batch_rows` rows."""
        arrays = [self._column(at, batch) for at in range(len(self._columns))]
        decoded = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        for start in range(0, decoded.num_rows, batch_rows):
            yield decoded.slice(start, batch_rows)

    def _column(self, at: int, batch: pa.RecordBatch) -> pa.Array:
        stored, kind = _stored(batch.column(at)), self._columns[at].type
        wrong = _wrapped(stored)
        if wrong is not None:
            raise self._error(at, batch, *wrong)
        try:
            return self._decoded(stored, kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            row = first_failure(lambda part: self._decoded(part, kind), stored)
            unusual = str(stored[row]) in ("nan", "inf", "-inf")
            problem = "holds NaN or infinity" if unusual else f"holds a value beyond its type: {error}"
            raise self._error(at, batch, problem, row) from error

    def _decoded(self, array: pa.Array, kind: t.LogicalType) -> pa.Array:
        if self._check_text and pa.types.is_string(array.type):
            array.validate(full=True)
        return decoded(array, kind)

    def _error(self, at: int, batch: pa.RecordBatch, problem: str, row: int) -> DatabaseError:
        names = [column.name for column in self._columns]
        key = self._table.primary_key.columns if self._table.primary_key else ()
        known = [_stored(batch.column(names.index(name)))[row] for name in key if name in names]
        return unreadable(self._table, self._columns[at], ", ".join(map(str, known)), problem)


def _stored(array: pa.Array) -> pa.Array:
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def decoded(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """The driver's array in the Arrow type of `kind`. pa.ArrowInvalid where a value does not fit."""
    wanted = arrow_type(kind)
    if isinstance(kind, t.Duration):
        return array.view(wanted)
    if pa.types.is_binary(array.type) and pa.types.is_fixed_size_binary(wanted):
        return array.cast(wanted)
    return array if array.type == wanted else pc.cast(array, wanted)


def _wrapped(array: pa.Array) -> tuple[str, int] | None:
    """Why some value of the array is not the server's own value, and its row; None when all are."""
    kind = array.type
    if pa.types.is_date32(kind):
        return _beyond(array.view(pa.int32()), "min", FIRST_DAY, "holds infinity")
    if pa.types.is_timestamp(kind):
        problem = "holds infinity or a moment after the year 294246"
        return _beyond(array.view(pa.int64()), "min", FIRST_MICROSECOND, problem)
    if pa.types.is_time64(kind):
        return _beyond(array.view(pa.int64()), "max", DAY - 1, "holds 24:00:00, which is no time within a day")
    return None


def _beyond(numbers: pa.Array, end: str, last: int, problem: str) -> tuple[str, int] | None:
    """The problem and its row when the least or greatest number lies beyond the last that is right."""
    found = pc.min_max(numbers)[end].as_py()
    if found is None or (found >= last if end == "min" else found <= last):
        return None
    return problem, pc.index(numbers, found).as_py()

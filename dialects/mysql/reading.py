"""How each column is asked for and decoded, from the pair of its native type and the type it must be yielded as."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from dialects import sqltext
from dialects.base import Dialect, KeyRange, unreadable
from dialects.mysql import decode
from dialects.mysql.decode import Cells, Decoder
from dialects.mysql.types import GEOMETRIES, base, digits
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.errors import ConfigurationError, DatabaseError
from mappings.schema import Column, Table, TableName

EXPRESSIONS = {
    # the text protocol prints a FLOAT with six digits, but the double that equals it in full
    "float": "{column} * 1e0",
    "double": "{column} * 1e0",
    "bit": "{column} + 0",
}
AS_TEXT = {"bit": "LPAD(BIN({column} + 0), {digits}, '0')"}
GEOMETRY_TEXT = "ST_AsText({column})"
BATCH_OCTETS = 8 << 20
ZERO_DATE = "look for zero and impossible dates: WHERE MONTH({column}) = 0 OR DAY({column}) = 0; "
UNDECODABLE = (decode.Undecodable, pa.ArrowInvalid)
TEXTUAL = (t.Text, t.Enum, t.SetOf, t.Json, t.Bits, t.Opaque, t.Interval, t.TimeTz, t.Array)


@dataclass(frozen=True, slots=True)
class Asked:
    """One column of a query: its expression and what makes an Arrow array of its cells."""

    expression: str
    decoder: Decoder


def asked(dialect: Dialect, column: Column) -> Asked:
    """The expression and decoder for `column.native` yielded as `column.type`."""
    word, quoted = base(column.native), sqltext.readable(dialect.quote(column.name), column)
    if word in GEOMETRIES or word == "vector":
        return _spatial(word, quoted, column)
    template = EXPRESSIONS.get(word, "{column}")
    if isinstance(column.type, TEXTUAL):
        template = AS_TEXT.get(word, template)
    if word == "double" and "(" not in column.native:
        template = "{column}"  # printed in full as it is
    return Asked(template.format(column=quoted, digits=digits(column.native, 1)), decoder(column))


def _spatial(word: str, quoted: str, column: Column) -> Asked:
    """The raw bytes of geometries and vectors: what the server's own functions print is rounded or turned."""
    if word == "vector":
        return Asked(quoted, decode.vector)
    if isinstance(column.type, t.Geometry):
        return Asked(quoted, decode.geometry(column.type.srid or 0))
    if isinstance(column.type, t.Binary):
        return Asked(quoted, decode.wkb)
    return Asked(GEOMETRY_TEXT.format(column=quoted), Cells.text)


def decoder(column: Column) -> Decoder:
    """What makes an Arrow array of the cells of this column."""
    match column.type:
        case t.Boolean():
            return decode.boolean
        case t.Float(bits=32):
            return decode.single_float
        case t.Timestamp(zoned=True):
            return decode.instant
        case t.Duration():
            return decode.duration(digits(column.native))
        case t.Time():
            return decode.time_of_day(digits(column.native))
        case t.Uuid():
            return decode.raw_uuid if base(column.native) == "binary" else decode.uuid
        case t.Binary() | t.Geometry():
            return Cells.binary
    kind = arrow_type(column.type)
    return Cells.text if kind == pa.large_utf8() else decode.casting(kind)


def select(dialect: Dialect, name: TableName, columns: tuple[Asked, ...], where: KeyRange | None) -> str:
    if not columns:
        raise ConfigurationError(f"no column of {name} was asked for")
    text = f"SELECT {', '.join(column.expression for column in columns)} FROM {dialect.qualified(name)}"
    return text + sqltext.restriction(dialect, where) + sqltext.in_order(dialect, where)


def enough(waiting: list[pa.RecordBatch], batch_rows: int) -> bool:
    """Whether the blocks decoded so far make a batch."""
    rows = sum(batch.num_rows for batch in waiting)
    octets: int = sum(batch.nbytes for batch in waiting)
    return rows >= batch_rows or octets >= BATCH_OCTETS


def batch(table: Table, schema: pa.Schema, block: decode.Block, decoders: tuple[decode.Decoder, ...]) -> pa.RecordBatch:
    """One block as Arrow arrays. DatabaseError naming column and key where a value cannot be yielded."""
    columns = decode.columns(block, len(decoders))
    arrays = []
    for at, (decoder, cells) in enumerate(zip(decoders, columns, strict=True)):
        try:
            arrays.append(decoder(cells))
        except UNDECODABLE as error:
            row = _first_failure(decoder, cells)
            raise _error(table, schema.field(at), _key(table, schema, columns, row), str(error)) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _error(table: Table, field: pa.Field, key: str, problem: str) -> DatabaseError:
    error = unreadable(table, table.column(field.name), key, problem)
    if pa.types.is_temporal(field.type):
        error.hint = ZERO_DATE.format(column=field.name) + error.hint
    return error


def _first_failure(decoder: Decoder, cells: Cells) -> int:
    """The first row that cannot be decoded, found by bisection."""
    low, high = 0, len(cells.starts)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            decoder(cells.part(low, middle))
        except UNDECODABLE:
            high = middle
        else:
            low = middle
    return low


def _key(table: Table, schema: pa.Schema, columns: list[Cells], row: int) -> str:
    """The primary key of a row for people, as far as it was asked for."""
    names = table.primary_key.columns if table.primary_key else ()
    places = [schema.get_field_index(name) for name in names if name in schema.names]
    octets = [columns[at].part(row, row + 1).binary()[0].as_py() for at in places]
    return ", ".join(value.decode(errors="backslashreplace") for value in octets if value is not None)

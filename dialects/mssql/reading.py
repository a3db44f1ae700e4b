"""How each column is asked for, and its Arrow array made of what the driver yields.

Only numbers, text and bytes travel: moments come as the microseconds or days since 1970, uuids as their bytes, so that
no driver's own idea of time is between the server and Arrow. What has no place in the type asked for makes the server
raise.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dialects import sqltext
from dialects.base import Dialect, KeyRange, unreadable
from dialects.mssql.spelling import literal
from dialects.mssql.types import FINEST, ROWVERSIONS, SPATIAL, Native, parsed
from dialects.sqltext import in_order, restriction
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.errors import DatabaseError
from mappings.schema import Column, Table

DAYS = "DATEDIFF(day, CAST('1970-01-01' AS date), {column})"
MICROSECONDS = "DATEDIFF_BIG(microsecond, CAST('1970-01-01' AS datetime2(7)), {moment})"
TIME_OF_DAY = "DATEDIFF_BIG(microsecond, CAST('00:00:00' AS time(7)), {column})"
IN_UTC = "CAST(SWITCHOFFSET({column}, '+00:00') AS datetime2(7))"
EXACT_DATETIME = "CAST({column} AS datetime2(3))"
"""datetime has 1/300 seconds, which newer servers would show in full: .003 as .0033333."""
EXACTLY = "CASE WHEN DATEPART(nanosecond, {column}) % 1000 = 0 THEN {value} ELSE {refused} END"
SPATIAL_VALUE = (
    "CASE WHEN {column}.STSrid = {srid} THEN {column}.AsBinaryZM() ELSE CAST({refused} AS varbinary(max)) END"
)
REFUSED = "CONVERT(int, N'{at}' + NCHAR(31) + {key} + NCHAR(31) + {told})"
"""A text that is no number: the error of the cast (245) then tells column, key and value, for `refusal` to find."""
REFUSAL = re.compile("nvarchar value '([0-9]+)\x1f(.*?)\x1f(.*?)' to data type int", re.DOTALL)
LAST = {
    "time": "CAST('23:59:59.999999' AS time(7))",
    "datetime2": "CAST('9999-12-31 23:59:59.999999' AS datetime2(7))",
    "datetimeoffset": "CAST('9999-12-31 23:59:59.999999 +00:00' AS datetimeoffset(7))",
}
"""The last microsecond, behind which there is no next one to round to."""
FINER = "N'has a digit of 100 nanoseconds: ' + CONVERT(nvarchar(40), {column}, 121)"
OTHER_SRID = "N'has the SRID ' + CONVERT(nvarchar(20), {column}.STSrid) + N' instead of {srid}'"
VARIANT = """\
CAST(SQL_VARIANT_PROPERTY({column}, 'BaseType') AS nvarchar(128)) + N':' + \
CASE CAST(SQL_VARIANT_PROPERTY({column}, 'BaseType') AS nvarchar(128)) \
WHEN N'float' THEN CONVERT(nvarchar(40), CAST({column} AS float(53)), 3) \
WHEN N'real' THEN CONVERT(nvarchar(40), CAST({column} AS real), 3) \
WHEN N'money' THEN CONVERT(nvarchar(40), CAST({column} AS money), 2) \
WHEN N'smallmoney' THEN CONVERT(nvarchar(40), CAST({column} AS smallmoney), 2) \
WHEN N'datetime' THEN CONVERT(nvarchar(40), CAST({column} AS datetime), 121) \
WHEN N'smalldatetime' THEN CONVERT(nvarchar(40), CAST({column} AS smalldatetime), 120) \
WHEN N'binary' THEN CONVERT(nvarchar(max), CAST({column} AS varbinary(8000)), 1) \
WHEN N'varbinary' THEN CONVERT(nvarchar(max), CAST({column} AS varbinary(8000)), 1) \
ELSE CONVERT(nvarchar(4000), {column}, 121) END"""
"""The base type before the value, for 1 and '1' are two values there."""

AS_TEXT = {
    "nvarchar": "{column}",
    "nchar": "RTRIM({column})",
    "char": "RTRIM(CAST({column} AS nvarchar(max)))",
    "date": "CONVERT(nvarchar(10), {column}, 23)",
    "smalldatetime": "CONVERT(nvarchar(40), {column}, 120)",
    **dict.fromkeys(("time", "datetime", "datetime2", "datetimeoffset"), "CONVERT(nvarchar(40), {column}, 121)"),
    **dict.fromkeys(("float", "real"), "CONVERT(nvarchar(40), {column}, 3)"),
    **dict.fromkeys(("money", "smallmoney"), "CONVERT(nvarchar(40), {column}, 2)"),
    **dict.fromkeys(("bit", "tinyint", "smallint", "int", "bigint"), "CONVERT(nvarchar(40), {column})"),
    **dict.fromkeys(("decimal", "numeric"), "CONVERT(nvarchar(50), {column})"),
    "uniqueidentifier": "LOWER(CONVERT(nchar(36), {column}))",
    **dict.fromkeys(("binary", "varbinary"), "CONVERT(nvarchar(max), {column}, 1)"),
    "image": "CONVERT(nvarchar(max), CAST({column} AS varbinary(max)), 1)",
    **dict.fromkeys(ROWVERSIONS, "CONVERT(nvarchar(20), CAST({column} AS binary(8)), 1)"),
    **dict.fromkeys(("hierarchyid", *SPATIAL), "{column}.ToString()"),
    **dict.fromkeys(("varchar", "text", "ntext", "xml", "json", "vector"), "CAST({column} AS nvarchar(max))"),
    "sql_variant": VARIANT,
}
"""Style 121 prints all digits of a moment, 3 those that a float needs, 1 bytes as 0x00FF."""
OBJECT_AS_TEXT = "CONVERT(nvarchar(max), CAST({column} AS varbinary(max)), 1)"
"""Types that users wrote in a language of their own, as their bytes."""
UUID_ORDER = np.array([3, 2, 1, 0, 5, 4, 7, 6, *range(8, 16)])
"""The server keeps the first three groups of a uuid with their bytes turned round."""
BATCH_OCTETS = 16 << 20
LEAST_ROWS = 64


def select(dialect: Dialect, table: Table, columns: tuple[Column, ...], where: KeyRange | None) -> str:
    """The statement for these columns in this order; rows of a range in the order of its key."""
    key = _key_expression(dialect, table)
    values = ", ".join(_value(dialect, column, at, key) for at, column in enumerate(columns))
    text = f"SELECT {values} FROM {dialect.relation(table)}"
    return text + restriction(dialect, where) + in_order(dialect, where)


def _key_expression(dialect: Dialect, table: Table) -> str:
    names = table.primary_key.columns if table.primary_key else ()
    return " + N', ' + ".join(f"CONVERT(nvarchar(200), {dialect.quote(name)})" for name in names) or "N''"


def _value(dialect: Dialect, column: Column, at: int, key: str) -> str:
    """The column's expression. What the user allows to be read as NULL is not evaluated."""
    told = REFUSED.replace("{at}", str(at)).replace("{key}", key)
    value = expression(dialect.quote(column.name), column, told)
    return sqltext.readable(value, column)


def expression(name: str, column: Column, refused: str) -> str:
    """What to select for `column.native` yielded as `column.type`; `refused` is the template of a refusal."""
    native = parsed(column.native)
    match column.type:
        case t.Boolean() | t.Integer() | t.Year() | t.Float():
            return name
        case t.Decimal(precision=precision, scale=scale):
            return name if native.base in ("decimal", "numeric") else f"CAST({name} AS decimal({precision},{scale}))"
        case t.Uuid():
            return f"CAST({name} AS binary(16))"
        case t.Binary() if native.base not in SPATIAL:
            return f"CAST({name} AS varbinary(max))" if native.base in ("image", *ROWVERSIONS) else name
        case t.Binary():
            return f"{name}.AsBinaryZM()"
        case t.Geometry(srid=srid):
            told = OTHER_SRID.format(column=name, srid=srid or 0)
            return SPATIAL_VALUE.format(column=name, srid=srid or 0, refused=refused.replace("{told}", told))
        case t.Date():
            return DAYS.format(column=name)
        case t.Time() | t.Timestamp():
            return _moment(name, column, native, refused)
        case _:
            return AS_TEXT.get(native.base, OBJECT_AS_TEXT).format(column=name)


def _moment(name: str, column: Column, native: Native, refused: str) -> str:
    value = _counted(name, column, native)
    finest = native.base in ("time", "datetime2", "datetimeoffset") and native.first in (None, FINEST)
    if not finest:
        return value
    told = refused.replace("{told}", FINER.format(column=name))
    return EXACTLY.format(column=name, value=value, refused=told)


def instead(name: str, column: Column, rule: str, sentinel: str) -> str:
    """See Dialect.instead. Counting microseconds cuts what is finer; half of one is rounded up, but not into the next
    day or beyond the last year."""
    native = parsed(column.native)
    if sentinel:
        return _counted(f"CAST({literal(sentinel)} AS {native.base})", column, native)
    if rule not in ("truncate", "round"):
        return "NULL"
    cut = _counted(name, column, native)
    if rule == "truncate":
        return cut
    last = LAST[native.base]
    return f"{cut} + CASE WHEN DATEPART(nanosecond, {name}) % 1000 >= 500 AND {name} < {last} THEN 1 ELSE 0 END"


def _counted(name: str, column: Column, native: Native) -> str:
    """A moment in microseconds."""
    if isinstance(column.type, t.Time):
        return TIME_OF_DAY.format(column=name)
    words = {"datetimeoffset": IN_UTC, "datetime": EXACT_DATETIME}
    return MICROSECONDS.format(moment=words.get(native.base, "{column}").format(column=name))


def refusal(error: DatabaseError, table: Table, columns: tuple[Column, ...]) -> DatabaseError | None:
    """The error of a cast that `REFUSED` made fail, as one that names table, column and key."""
    found = REFUSAL.search(error.message)
    return None if found is None else unreadable(table, columns[int(found[1])], found[2], found[3])


def rows_at_once(table: Table, batch_rows: int) -> int:
    """As many rows as make about BATCH_OCTETS by the server's estimate, so that large values do not fill the memory."""
    if not table.rows or not table.octets:
        return batch_rows
    octets = max(1, table.octets // table.rows)
    return max(1, min(batch_rows, max(LEAST_ROWS, BATCH_OCTETS // octets)))


def raw_type(kind: t.LogicalType) -> pa.DataType:
    """The type of what the server sends for a column yielded as `kind`."""
    match kind:
        case t.Date():
            return pa.int32()
        case t.Time() | t.Timestamp():
            return pa.int64()
        case _:
            return arrow_type(kind)


def decoded(array: pa.Array, kind: t.LogicalType) -> pa.Array:
    """A driver's column as the Arrow array of the type. ArrowInvalid for a number that the type does not hold."""
    wanted = arrow_type(kind)
    match kind:
        case t.Uuid():
            return _uuids(array)
        case t.Date():
            return pc.cast(pc.cast(array, pa.int32()), wanted)
        case t.Time() | t.Timestamp():
            return pc.cast(pc.cast(array, pa.int64()), wanted)
        case t.Boolean():
            return pc.cast(array, pa.bool_())
        case _:
            return array if array.type == wanted else pc.cast(array, wanted)


def _uuids(array: pa.Array) -> pa.Array:
    return reordered(pc.cast(array, pa.binary(16)))


def reordered(array: pa.Array) -> pa.Array:
    """Uuids with the bytes of their first three groups turned round; turned twice they are as before."""
    there = array.is_valid().to_numpy(zero_copy_only=False)
    octets = np.zeros((len(array), 16), np.uint8)
    octets[there] = np.frombuffer(b"".join(array.drop_null().to_pylist()), np.uint8).reshape(-1, 16)
    buffer = pa.py_buffer(np.ascontiguousarray(octets[:, UUID_ORDER]))
    validity = pa.array(there).buffers()[1] if array.null_count else None
    return pa.Array.from_buffers(pa.binary(16), len(array), [validity, buffer])

"""How each column is sent and stored: rows go into a staging table of plain numbers, text and bytes, from which one
INSERT ... SELECT per piece makes the target's values. What it would alter makes the server raise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from dialects.base import Dialect
from dialects.mssql.reading import reordered
from dialects.mssql.spelling import EXACT, LONGEST_TEXT, is_code_page, quote
from dialects.mssql.types import SPATIAL, parsed
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.schema import Column, TableName

Encode = Callable[[pa.Array], pa.Array]

DATE = "DATEADD(day, {column}, CAST('1970-01-01' AS date))"
MOMENT = """\
DATEADD(microsecond, CAST({column} % 1000000 AS int), DATEADD(second, CAST({column} / 1000000 % 86400 AS int), \
DATEADD(day, CAST({column} / 86400000000 AS int), CAST('1970-01-01' AS datetime2(6)))))"""
"""DATEADD takes 32 bits only, so days, seconds and microseconds one after the other."""
TIME = """\
DATEADD(microsecond, CAST({column} % 1000000 AS int), DATEADD(second, CAST({column} / 1000000 AS int), \
CAST('00:00:00' AS time(6))))"""
INSTANT = f"TODATETIMEOFFSET({MOMENT}, '+00:00')"
UNALTERED = """\
CASE WHEN {value} IS NULL OR {same} THEN {value} ELSE CAST(CONVERT(int, \
N'dbtransfer: ' + CONVERT(nvarchar(max), {value}) + N' would be altered in {native}') AS {native}) END"""
"""The error of the inner cast (245) tells the value."""
STILL_A_MOMENT = "CAST(CAST({value} AS {native}) AS datetime2(6)) = {value}"
STILL_A_TEXT = f"""\
CAST(CAST({{value}}{{collate}} AS {{native}}) AS nvarchar(max)) COLLATE {EXACT} = {{value}} COLLATE {EXACT}"""
"""Text goes through the code page of the column's own collation."""
IMPRECISE = ("datetime", "smalldatetime")
CREATE = "CREATE TABLE {table} (\n  {columns}\n)"
INSERT = "INSERT INTO {target} ({columns})\nSELECT {values}\nFROM {staging}"
IDENTITY_ON, IDENTITY_OFF = "SET IDENTITY_INSERT {table} ON", "SET IDENTITY_INSERT {table} OFF"


@dataclass(frozen=True, slots=True)
class Written:
    """One column on its way: its type in the staging table, what makes that of an Arrow array, and the expression
    that makes the target's value of it, with {column} for the staging table's column."""

    name: str
    staged: str
    encode: Encode
    value: str = "{column}"


@dataclass(frozen=True, slots=True)
class Load:
    """Rows for `columns` of `table`, by way of the table `staging`."""

    dialect: Dialect
    table: TableName
    staging: TableName
    columns: tuple[Column, ...]

    @property
    def written(self) -> tuple[Written, ...]:
        return tuple(written(column, at) for at, column in enumerate(self.columns))

    @property
    def numbers_itself(self) -> bool:
        """Whether the server must be told to take explicit numbers."""
        return any(column.identity is not None for column in self.columns)

    def create(self) -> str:
        columns = ",\n  ".join(f"{quote(each.name)} {each.staged} NULL" for each in self.written)
        return CREATE.format(table=self.dialect.qualified(self.staging), columns=columns)

    def insert(self) -> str:
        return INSERT.format(
            target=self.dialect.qualified(self.table),
            columns=", ".join(quote(column.name) for column in self.columns),
            values=",\n  ".join(each.value.replace("{column}", quote(each.name)) for each in self.written),
            staging=self.dialect.qualified(self.staging),
        )

    def identity(self, statement: str) -> str:
        return statement.format(table=self.dialect.qualified(self.table))

    def encoded(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch as the staging table takes it. TypeError when its types are not those of the columns."""
        arrays = []
        for column, each, array in zip(self.columns, self.written, batch.columns, strict=True):
            if array.type != arrow_type(column.type):
                raise TypeError(f"{self.table}.{column.name} is {array.type} instead of {arrow_type(column.type)}")
            arrays.append(each.encode(array))
        return pa.RecordBatch.from_arrays(arrays, names=[each.name for each in self.written])


def written(column: Column, at: int) -> Written:
    """How the column travels; its name in the staging table is its number, for names there need not be told apart."""
    staged, encode, value = _staged(column)
    return Written(f"c{at}", staged, encode, guarded(value, column))


def _staged(column: Column) -> tuple[str, Encode, str]:
    match column.type:
        case t.Boolean():
            return "bit", _as_it_is, "{column}"
        case t.Integer() | t.Year():
            return _integer(column.type)
        case t.Decimal(precision=precision, scale=scale):
            return f"decimal({precision or 38},{scale or 0})", _as_it_is, "{column}"
        case t.Float(bits=bits):
            return "real" if bits == 32 else "float(53)", _as_it_is, "{column}"
        case t.Binary(length=length):
            return _bytes_type(length), _as_it_is, "{column}"
        case t.Geometry(srid=srid):
            return "varbinary(max)", _as_it_is, spatial(column.native, srid or 0)
        case t.Date():
            return "int", _casting(pa.int32()), DATE
        case t.Time():
            return "bigint", _casting(pa.int64()), TIME
        case t.Timestamp():
            instant = parsed(column.native).base == "datetimeoffset"
            return "bigint", _casting(pa.int64()), INSTANT if instant else MOMENT
        case t.Uuid():
            return "binary(16)", reordered, "CAST({column} AS uniqueidentifier)"
        case _:
            return _text(column)


def _as_it_is(array: pa.Array) -> pa.Array:
    return array


def _casting(wanted: pa.DataType) -> Encode:
    return lambda array: pc.cast(array, wanted)


def _integer(kind: t.Integer | t.Year) -> tuple[str, Encode, str]:
    """In a signed type that holds all its values."""
    least, greatest = kind.bounds if isinstance(kind, t.Integer) else (0, 2155)
    for staged, bits in (("smallint", 16), ("int", 32), ("bigint", 64)):
        if -(2 ** (bits - 1)) <= least and greatest < 2 ** (bits - 1):
            return staged, _casting(getattr(pa, f"int{bits}")()), "{column}"
    return "decimal(20,0)", _casting(pa.decimal128(20, 0)), "{column}"


def _bytes_type(length: int | None) -> str:
    return f"varbinary({length})" if length and length <= 8000 else "varbinary(max)"


def spatial(native: str, srid: int) -> str:
    word = parsed(native).base
    word = word if word in SPATIAL else "geometry"
    return f"{word}::STGeomFromWKB({{column}}, {srid})"


def _text(column: Column) -> tuple[str, Encode, str]:
    """What takes back its own text is made of it; hierarchyid and xml by a cast, too."""
    kind, native = column.type, parsed(column.native)
    length = kind.length if isinstance(kind, t.Text) else None
    staged = f"nvarchar({LONGEST_TEXT})" if length is not None and length <= LONGEST_TEXT else "nvarchar(max)"
    own_text = ("xml", "json", "vector", "time", "datetime2", "datetimeoffset", "hierarchyid", "sql_variant")
    value = f"CAST({{column}} AS {column.native})" if native.base in own_text else "{column}"
    return f"{staged} COLLATE {EXACT}", _as_it_is, value


def guarded(value: str, column: Column) -> str:
    """The value, or an error where a type that the target had already would store another one without a word."""
    native, _, collation = column.native.partition(" COLLATE ")
    if parsed(native).base in IMPRECISE:
        same = STILL_A_MOMENT
    elif is_code_page(column.native):
        same = STILL_A_TEXT.replace("{collate}", f" COLLATE {collation}" if collation else "")
    else:
        return value
    guarded = UNALTERED.replace("{same}", same).replace("{native}", native)
    return guarded.replace("{value}", value)

"""The canonical row text of mappings.canonical as SQL Server would say it.

No server has run these texts yet, and a wrong one would call every copy different. So the dialect spells them, for
tests on a server to compare with what is read, and the session digests nothing itself: its rows are read.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.base import Dialect, KeyRange
from dialects.mssql.reading import AS_TEXT, EXACT_DATETIME, IN_UTC, OBJECT_AS_TEXT
from dialects.mssql.server import TESTED
from dialects.mssql.types import FINEST, ROWVERSIONS, Native, logical_type, parsed
from dialects.sqltext import readable, restriction
from mappings import types as t
from mappings.canonical import INLINE_OCTETS
from mappings.schema import Column, Table

DIGEST = "SELECT COUNT_BIG(*), COALESCE(SUM({slice}), 0) FROM {table}{restriction}"
SLICE = "CAST(CONVERT(bigint, SUBSTRING(HASHBYTES('SHA2_256', {row}), 1, 7)) AS decimal(38,0))"
"""Seven bytes as a number, the first the highest."""
ROW = "CONCAT(CAST('' AS varchar(max)), {texts})"
"""NULL is nothing to CONCAT. Its first argument decides whether the text may be longer than 8000 bytes."""
MOST_COLUMNS = 120
"""CONCAT takes 254 arguments, one of two being a bar."""

INTEGERS = ("bit", "tinyint", "smallint", "int", "bigint")
DECIMALS = ("decimal", "numeric", "dec", "money", "smallmoney")
INTEGER = "CONVERT(varchar(20), {column})"
DECIMAL = "CONVERT(varchar(41), CAST({column} AS decimal(38,{scale})))"
FLOAT = "CONVERT(varchar(20), CONVERT(bigint, CONVERT(binary(8), CAST({column} AS float(53)) + CAST(0 AS float(53)))))"
"""The sum makes 0 of -0."""
DATE = "CONVERT(varchar(10), {column}, 23)"
PRINTED = "CONVERT(varchar(27), CAST({moment} AS {word}({digits})), 121)"
FINER = "CASE WHEN DATEPART(nanosecond, {column}) % 1000 = 0 THEN {microseconds} ELSE {all_digits} END"
"""A seventh digit is no part of any text that was sent, so it shows."""
UUID = "LOWER(REPLACE(CONVERT(char(36), {column}), '-', ''))"
HASH = "LOWER(CONVERT(varchar(64), HASHBYTES('SHA2_256', {value}), 2))"
IN_UTF8 = "CAST(CAST({value} AS nvarchar(max)) COLLATE Latin1_General_100_BIN2_UTF8 AS varchar(max))"
"""Of all collations of the row's texts the only one that is named, so it is the row's."""
TEXT = f"""\
CASE WHEN DATALENGTH({{text}}) <= {INLINE_OCTETS} THEN CONVERT(varchar(20), DATALENGTH({{text}})) + ':' + {{text}} \
ELSE '#' + {HASH.format(value="{text}")} END"""


def query(dialect: Dialect, table: Table, row: str, where: KeyRange | None) -> str:
    """The statement that counts the rows and sums one slice of the SHA-256 of each row's text."""
    rows = restriction(dialect, where)
    return DIGEST.format(slice=SLICE.format(row=row), table=dialect.relation(table), restriction=rows)


def row_text(dialect: Dialect, columns: tuple[Column, ...], version: int) -> str | None:
    """The text of a row, None where a column has none, or where the server is too old to know UTF-8."""
    texts = [_text(readable(dialect.quote(column.name), column), column) for column in columns]
    spelled = [text for text in texts if text is not None]
    return _joined(spelled) if spelled and len(spelled) == len(texts) and version >= TESTED else None


def _joined(texts: Sequence[str]) -> str:
    groups = [texts[start : start + MOST_COLUMNS] for start in range(0, len(texts), MOST_COLUMNS)]
    joined = [ROW.format(texts=", '|', ".join(group)) for group in groups]
    return joined[0] if len(joined) == 1 else _joined(joined)


def _text(name: str, column: Column) -> str | None:
    """The text of one column, NULL where the value is; None where SQL has no such text."""
    native = parsed(column.native)
    match column.type:
        case t.Boolean() | t.Integer() | t.Year() if native.base in INTEGERS:
            return INTEGER.format(column=name)
        case t.Decimal() if native.base in (*INTEGERS, *DECIMALS):
            return _decimal(name, column.native, column.type)
        case t.Float(bits=bits) if native.base in ("float", "real"):
            exact = bits == 64 or logical_type(column.native) == t.Float(32)
            return FLOAT.format(column=name if exact else f"CAST({name} AS real)")
        case t.Date() if native.base == "date":
            return DATE.format(column=name)
        case t.Time() | t.Timestamp():
            return _moment(name, native, column.type)
        case t.Uuid() if native.base == "uniqueidentifier":
            return UUID.format(column=name)
        case t.Binary() if native.base in ("binary", "varbinary"):
            return HASH.format(value=name)
        case t.Binary() if native.base in ("image", *ROWVERSIONS):
            return HASH.format(value=f"CAST({name} AS varbinary(max))")
        case t.Text() | t.Enum() | t.SetOf() | t.TimeTz() | t.Bits() | t.Json(binary=False) | t.Opaque() | t.Interval():
            return _characters(name, native, column.type)
        case _:
            return None


def _decimal(name: str, native: str, kind: t.Decimal) -> str | None:
    stored = logical_type(native)
    scale = stored.scale or 0 if isinstance(stored, t.Decimal) else 0
    if kind.precision is None or (kind.scale or 0) < scale:
        return None
    return DECIMAL.format(column=name, scale=kind.scale or 0)


def _moment(name: str, native: Native, kind: t.Time | t.Timestamp) -> str | None:
    """With six digits; instants in UTC."""
    if isinstance(kind, t.Time):
        return _printed(name, "time", native) if native.base == "time" else None
    moments = {
        "datetimeoffset": IN_UTC,
        "datetime": EXACT_DATETIME,
        "datetime2": "{column}",
        "smalldatetime": "{column}",
    }
    if native.base not in moments:
        return None
    return _printed(moments[native.base].format(column=name), "datetime2", native)


def _printed(moment: str, word: str, native: Native) -> str:
    microseconds = PRINTED.format(moment=moment, word=word, digits=6)
    if native.base in ("datetime", "smalldatetime") or native.first not in (None, FINEST):
        return microseconds
    all_digits = PRINTED.format(moment=moment, word=word, digits=FINEST)
    return FINER.format(column=moment, microseconds=microseconds, all_digits=all_digits)


def _characters(name: str, native: Native, kind: t.LogicalType) -> str:
    text = IN_UTF8.format(value=AS_TEXT.get(native.base, OBJECT_AS_TEXT).format(column=name))
    if isinstance(kind, t.Interval):
        return text
    return TEXT.format(text=f"RTRIM({text})" if isinstance(kind, t.Text) and kind.fixed else text)

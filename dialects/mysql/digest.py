"""The canonical row text of mappings.canonical as SQL, so that the server counts and sums its own rows.

Each text is built upon what `reading` selects for the column, so that both say the same of the same value; MySQL and
MariaDB take the same words. What no SQL spells alike, such as JSON by value, has no text here, and such a table is read
instead.
"""

from __future__ import annotations

from dialects.base import Dialect, KeyRange
from dialects.mysql.reading import asked
from dialects.mysql.types import GEOMETRIES, INTEGERS, base, digits, logical_type
from dialects.sqltext import readable, restriction
from mappings import types as t
from mappings.arrow import WIDEST_DECIMAL
from mappings.buckets import Bucketing, Hashes, Keys, Ranges
from mappings.canonical import INLINE_OCTETS, SLICE_DIGITS
from mappings.schema import Column, Table

DIGEST = "SELECT COUNT(*), COALESCE(SUM({slice}), 0) FROM {table}{restriction}"
SLICE = "CAST(CONV(LEFT(SHA2({row}, 256), {digits}), 16, 10) AS UNSIGNED)"
OFFSET = "CASE WHEN {key} < {least} THEN 0 ELSE ({key} - {least}) DIV {width} END"
WIDE_OFFSET = """\
CASE WHEN {key} < {least} THEN 0 WHEN {key} > {greatest} THEN {last} \
ELSE (CAST({key} AS DECIMAL(21)) - {least}) DIV {width} END"""
"""From a negative number on, the distance of two keys may be more than a BIGINT, which DIV always gives."""

NUMBER = "CAST({column} + 0 AS CHAR)"
"""Without the zeros that ZEROFILL prints; a YEAR of 0000 is 0."""
WIDER_DECIMAL = "CAST(CAST({column} AS DECIMAL(65,{scale})) AS CHAR)"
FLOAT = "CONV(HEX(REVERSE(SUBSTR(ST_AsWKB(POINT({column} + 0e0, 0)), 6, 8))), 16, -10)"
"""The eight bytes of the double: in no other place does the server show them. The sum makes 0 of -0."""
DURATION = """\
CAST(IF({column} < 0, -1, 1) * (TRUNCATE(ABS(TIME_TO_SEC({column})), 0) * 1000000 + MICROSECOND({column})) AS CHAR)"""
"""MariaDB's TIME_TO_SEC has a fraction, MySQL's none."""
UUID = "LOWER(REPLACE(CAST({column} AS CHAR), '-', ''))"
UUID_OF_BYTES = "LOWER(HEX({column}))"
OCTETS = "SHA2({column}, 256)"
WKB = "SHA2(SUBSTR({column}, 5), 256)"
GEOMETRY = "IF(SUBSTR({column}, 1, 4) = X'{srid}', SHA2(SUBSTR({column}, 5), 256), HEX(SUBSTR({column}, 1, 4)))"
"""Before the WKB stand four bytes of the SRID; a geometry with another one is no value of the column's type."""
IN_UTF8 = "CONVERT({column} USING utf8mb4)"
TRIMMED = "TRIM(TRAILING ' ' FROM {text})"
TEXT = f"""\
IF(LENGTH({{text}}) <= {INLINE_OCTETS}, CONCAT(LENGTH({{text}}), ':', {{text}}), CONCAT('#', SHA2({{text}}, 256)))"""

CHARACTERS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json")
BYTES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
ADDRESSES = ("uuid", "inet4", "inet6")


def query(dialect: Dialect, table: Table, row: str, where: KeyRange | None) -> str:
    """The statement that counts the rows and sums one slice of the SHA-256 of each row's text."""
    rows = restriction(dialect, where)
    return DIGEST.format(slice=_slice(row), table=dialect.relation(table), restriction=rows)


def _slice(row: str, digits: int = SLICE_DIGITS) -> str:
    return SLICE.format(row=row, digits=digits)


def bucket(dialect: Dialect, by: Bucketing) -> str | None:
    """The number of a row's bucket."""
    match by:
        case Hashes(columns=columns, digits=digits):
            text = dialect.digest(columns)
            return None if text is None else _slice(text, digits)
        case Keys(column=column):
            return dialect.quote(column.name)
        case Ranges(column=column, least=least, width=width, count=count):
            template = WIDE_OFFSET if least < 0 else OFFSET
            key, greatest = dialect.quote(column.name), least + width * count - 1
            return template.format(key=key, least=least, width=width, greatest=greatest, last=count - 1)


def row_text(dialect: Dialect, columns: tuple[Column, ...]) -> str | None:
    """The text of a row, None where a column has none."""
    texts = [_text(dialect, column) for column in columns]
    if not texts or None in texts:
        return None
    return "CONCAT(" + ", '|', ".join(f"COALESCE({text}, '')" for text in texts) + ")"


def _text(dialect: Dialect, column: Column) -> str | None:
    """The text of one column, NULL where the value is; None where SQL has no such text."""
    word, name = base(column.native), readable(dialect.quote(column.name), column)
    value = asked(dialect, column).expression
    match column.type:
        case t.Boolean() | t.Integer() | t.Year() if word in (*INTEGERS, "bit", "year"):
            return NUMBER.format(column=value)
        case t.Decimal():
            return _decimal(name, column.native, column.type)
        case t.Float(bits=bits) if word == "float" or (word == "double" and bits == 64):
            return FLOAT.format(column=value)
        case t.Uuid() if word in (*BYTES, *CHARACTERS, "uuid"):
            return (UUID_OF_BYTES if word == "binary" else UUID).format(column=name)
        case t.Binary() | t.Geometry():
            return _octets(name, word, column.type)
        case t.Date() | t.Time() | t.Timestamp() | t.Duration():
            return _moment(name, word, column)
        case t.Json(binary=True):
            return None
        case _:
            return _characters(value, word, column.type)


def _decimal(name: str, native: str, kind: t.Decimal) -> str | None:
    stored = logical_type(native)
    if kind.precision is None or kind.precision > WIDEST_DECIMAL or not isinstance(stored, t.Decimal | t.Integer):
        return None
    scale, printed = kind.scale or 0, stored.scale or 0 if isinstance(stored, t.Decimal) else 0
    if scale < printed:
        return None
    return (NUMBER if scale == printed else WIDER_DECIMAL).format(column=name, scale=scale)


def _octets(name: str, word: str, kind: t.Binary | t.Geometry) -> str | None:
    if isinstance(kind, t.Geometry):
        srid = (kind.srid or 0).to_bytes(4, "little").hex()
        return GEOMETRY.format(column=name, srid=srid) if word in GEOMETRIES else None
    if word in GEOMETRIES:
        return WKB.format(column=name)
    return OCTETS.format(column=name) if word in BYTES else None


def _moment(name: str, word: str, column: Column) -> str | None:
    """What the server prints, with zeros up to the sixth digit."""
    printed = digits(column.native)
    zeros = ("" if printed else ".") + "0" * (6 - printed)
    match column.type, word:
        case t.Duration(), "time":
            return DURATION.format(column=name)
        case t.Date(), "date":
            return f"CAST({name} AS CHAR)"
        case (t.Time(), "time") | (t.Timestamp(), "datetime" | "timestamp"):
            return f"CONCAT({name}, '{zeros}')" if zeros else f"CAST({name} AS CHAR)"
        case _:
            return None


def _characters(value: str, word: str, kind: t.LogicalType) -> str | None:
    bits = isinstance(kind, t.Bits) and word == "bit"
    if not bits and word not in (*CHARACTERS, *ADDRESSES):
        return None
    text = IN_UTF8.format(column=value)
    if isinstance(kind, t.Interval):
        return text
    padded = isinstance(kind, t.Text) and kind.fixed
    return TEXT.format(text=TRIMMED.format(text=text) if padded else text)

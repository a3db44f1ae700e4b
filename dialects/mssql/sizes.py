"""How large keys and rows can get, and which columns a key can cover at all."""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mssql.types import FINEST, TEXTS, is_utf8, parsed
from mappings.schema import Table

CLUSTERED_OCTETS, KEY_OCTETS = 900, 1700
"""Bytes of a key in a clustered and in any other index. A longer one can be declared while its columns vary in length;
the row that fills it is then refused (error 1946)."""
KEY_COLUMNS = 32
MOST_COLUMNS = 1024
ROW_OCTETS = 8060
FIXED = {
    "bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "money": 8, "smallmoney": 4, "real": 4, "date": 3,
    "datetime": 8, "smalldatetime": 4, "uniqueidentifier": 16, "rowversion": 8, "timestamp": 8, "hierarchyid": 892,
    "sql_variant": 900,
}  # fmt: skip
WITH_DIGITS = {"time": 5, "datetime2": 8, "datetimeoffset": 10}
DECIMALS = ((9, 5), (19, 9), (28, 13), (38, 17))
"""Digits of a decimal, and the bytes it takes."""
VARYING = ("varchar", "nvarchar", "varbinary")
POINTER = 24
"""Bytes that stay in the row of a value that is moved out of it."""


def octets(native: str) -> int:
    """The most bytes that a value takes in a key or a row, where its type has a bound."""
    parts = parsed(native)
    if parts.unlimited:
        return POINTER
    if parts.base in FIXED:
        return FIXED[parts.base]
    if parts.base in WITH_DIGITS:
        digits = FINEST if parts.first is None else parts.first
        return WITH_DIGITS[parts.base] - (2 if digits <= 2 else 1 if digits <= 4 else 0)
    if parts.base in ("decimal", "numeric"):
        return next(size for digits, size in DECIMALS if (parts.first or 18) <= digits)
    if parts.base in TEXTS or parts.base in ("binary", "varbinary"):
        return (parts.first or 1) * (2 if parts.base.startswith("n") and not is_utf8(parts) else 1)
    return 8


def key_octets(table: Table, columns: Iterable[str]) -> int:
    return sum(octets(table.column(name).native) for name in columns)


def key_problem(table: Table, columns: tuple[str, ...]) -> str:
    """Why no key over these columns is possible, empty when one is."""
    loose = [name for name in columns if parsed(table.column(name).native).unlimited]
    if loose:
        return f"a key cannot cover {', '.join(loose)}, whose length has no bound"
    if len(columns) > KEY_COLUMNS:
        return f"a key of {len(columns)} columns, where {KEY_COLUMNS} are the most"
    rigid = sum(octets(native) for native in _natives(table, columns) if parsed(native).base not in VARYING)
    return f"a key of {rigid} bytes, where {KEY_OCTETS} are the most" if rigid > KEY_OCTETS else ""


def key_warning(table: Table, columns: tuple[str, ...]) -> str:
    """What may happen to a long key, empty where nothing may."""
    size = key_octets(table, columns)
    if size <= KEY_OCTETS:
        return ""
    return f"rows whose key takes more than {KEY_OCTETS} bytes will be refused: it may take {size}"


def row_problem(table: Table) -> str:
    """Why the server would not make the table, empty when it would."""
    if len(table.columns) > MOST_COLUMNS:
        return f"{len(table.columns)} columns, where {MOST_COLUMNS} are the most"
    natives = [column.native for column in table.columns if column.generated is None]
    least = sum(octets(native) for native in natives if parsed(native).base not in VARYING)
    return f"rows of at least {least} bytes, where {ROW_OCTETS} are the most" if least > ROW_OCTETS else ""


def _natives(table: Table, columns: tuple[str, ...]) -> list[str]:
    return [table.column(name).native for name in columns]

"""Where a key can be cut: the literal of a value."""

from __future__ import annotations

from dialects.mssql.types import UNICODE, parsed
from mappings import types as t
from mappings.schema import Column

NUMBER = "CONVERT(varchar(50), {column})"
TEXT = "'CONVERT({native}, 0x' + CONVERT(varchar(max), CONVERT(varbinary(max), {column}), 2) + ')'"
"""Their bytes, which no quote or setting alters. https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql#binary-styles"""
OCTETS = "'0x' + CONVERT(varchar(max), CONVERT(varbinary(max), {column}), 2)"
UUID = "'''' + CONVERT(char(36), {column}) + ''''"
DATE = "'''' + CONVERT(char(10), {column}, 112) + ''''"
"""Of the form 20240229, which no setting for dates reads otherwise."""
MOMENT = "'CONVERT({native}, ''' + CONVERT(varchar(40), {column}, 126) + ''', 126)'"


def key_literal(name: str, column: Column) -> str | None:
    """The expression for the literals of the quoted column `name`. None for text in a code page, which a literal in
    another would be converted for, and for all whose text is not exact."""
    native = parsed(column.native)
    match column.type:
        case t.Integer():
            template = "{column}"
        case t.Boolean():
            template = NUMBER
        case t.Decimal() if native.base in ("decimal", "numeric"):
            template = NUMBER
        case t.Text() if native.base in UNICODE:
            template = TEXT
        case t.Binary():
            template = OCTETS
        case t.Uuid():
            template = UUID
        case t.Date():
            template = DATE
        case t.Timestamp(zoned=False) if native.base == "datetime2":
            template = MOMENT
        case _:
            return None
    return template.format(column=name, native=column.native.split(" COLLATE ")[0])

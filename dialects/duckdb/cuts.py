"""Where a key can be cut: the literal of a value, and which literals mean the same to other engines."""

from __future__ import annotations

from mappings import types as t
from mappings.schema import Column

NUMBER = "CAST({column} AS VARCHAR)"
TEXT = "'decode(unhex(''' || hex({column}) || '''))'"
"""Its bytes: the text of a statement would end at a NUL."""
OCTETS = "'unhex(''' || hex({column}) || ''')'"
CAST = "'CAST(''' || replace(CAST({column} AS VARCHAR), '''', '''''') || ''' AS {native})'"
"""Back into the type it has. Within rows of several columns a bare string would be compared as text."""
STANDARD = {"DATE": "'DATE ''' || {column} || ''''", "TIMESTAMP": "'TIMESTAMP ''' || {column} || ''''"}
BY_TEXT = (t.Date, t.Time, t.Timestamp, t.Uuid, t.Boolean, t.Enum, t.Bits, t.Dynamic)


def key_literal(name: str, column: Column) -> str | None:
    """The expression for the literals of the quoted column `name`; None for floats and what holds other values."""
    match column.type:
        case t.Integer():
            template = "{column}"
        case t.Decimal():
            template = NUMBER
        case t.Text():
            template = TEXT
        case t.Binary():
            template = OCTETS
        case kind if isinstance(kind, BY_TEXT):
            template = STANDARD.get(column.native, CAST.replace("{native}", column.native.replace("'", "''")))
        case _:
            return None
    return template.format(column=name)


def orders_by_value(column: Column) -> bool:
    """Whether literals and order are those of all engines."""
    return isinstance(column.type, (t.Integer, t.Decimal)) or column.native in STANDARD

"""Where a key can be cut: the literal of a value, and which literals mean the same to other engines."""

from __future__ import annotations

from dialects.mysql.types import base
from mappings import types as t
from mappings.schema import Column

TEXT = "CONCAT('_', CHARSET({column}), ' X''', HEX({column}), '''')"
"""The bytes under the column's own character set: nothing to escape, no conversion that an index would not serve, and
the column's collation compares. https://dev.mysql.com/doc/refman/en/charset-introducer.html"""
OCTETS = "CONCAT('X''', HEX({column}), '''')"
NUMBER = "CAST({column} AS CHAR)"
PLACE = "CAST({column} + 0 AS CHAR)"
"""What the engine orders by: the bits as a number, the place of a label in its list."""
QUOTED = "CONCAT('''', {column}, '''')"
DATE = "CONCAT('DATE ''', {column}, '''')"
MOMENT = "CONCAT('TIMESTAMP ''', {column}, '''')"


def key_literal(name: str, column: Column) -> str | None:
    """The expression for the literals of the quoted column `name`. None for floats, whose text is not exact on every
    server, for sets, and for what is given no meaning."""
    match column.type:
        case t.Integer():
            template = "{column}"
        case t.Decimal() | t.Boolean() | t.Year():
            template = NUMBER
        case t.Bits() | t.Enum():
            template = PLACE
        case t.Text():
            template = TEXT
        case t.Uuid():
            template = OCTETS if base(column.native) == "binary" else QUOTED
        case t.Binary():
            template = OCTETS
        case t.Date():
            template = DATE
        case t.Timestamp():
            template = MOMENT
        case t.Duration() | t.Time():
            template = QUOTED
        case _:
            return None
    if base(column.native) == "bit":
        template = PLACE
    return template.format(column=name)


def orders_by_value(column: Column) -> bool:
    """Whether literals and order are those of all engines. The year 0000, which none has, stops a copy before."""
    if isinstance(column.type, t.Timestamp):
        return base(column.native) == "datetime"
    return isinstance(column.type, (t.Integer, t.Decimal, t.Date)) and base(column.native) != "bit"

"""Where a key can be cut: the literal of a value, and which literals mean the same to other engines."""

from __future__ import annotations

from dialects.postgresql.types import parsed
from mappings import types as t
from mappings.schema import Column

QUOTED = "quote_literal({column}::text)"
"""A literal without a type takes that of the column it is compared to, collation and all, so an index serves it. The
session's settings have the text of every value read back exactly: ISO dates, all digits, bytes in hex."""
NUMBER = "CASE WHEN {column}::text ~ '^-?[0-9]' THEN {column}::text ELSE quote_literal({column}::text) END"
"""Bare, as every engine writes numbers, but for NaN and infinity."""
STANDARD = {"date": "'DATE ' || " + QUOTED, "timestamp without time zone": "'TIMESTAMP ' || " + QUOTED}
EXACT = (t.Text, t.Binary, t.Date, t.Time, t.Timestamp, t.Uuid, t.Boolean, t.Enum, t.Bits, t.Opaque)
"""Floats are left out: what -0 and NaN are ordered as differs from what their text says elsewhere."""


def key_literal(name: str, column: Column) -> str | None:
    """The expression for the literals of the quoted column `name`; None for types that are not compared by text."""
    native = parsed(column.native)
    if native.array or not isinstance(column.type, (*EXACT, t.Integer, t.Decimal)):
        return None
    if isinstance(column.type, t.Integer):
        return name
    if isinstance(column.type, t.Decimal):
        return (NUMBER if native.base == "numeric" else QUOTED).format(column=name)
    return STANDARD.get(native.base, QUOTED).format(column=name)


def orders_by_value(column: Column) -> bool:
    """Whether literals and order are those of all engines."""
    native = parsed(column.native)
    if native.array:
        return False
    if isinstance(column.type, t.Integer):
        return native.base in ("smallint", "integer", "bigint")
    return native.base in ("numeric", *STANDARD)

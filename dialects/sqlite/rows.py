"""Single rows on SQLite: constants are those values that the writer binds."""

from __future__ import annotations

import math
import re

from dialects.rows import RowSql
from dialects.sqlite.encode import encode
from dialects.sqlite.types import affinity
from mappings.arrow import arrow_type
from mappings.read_back import read_back
from mappings.schema import Column, ForeignKey

EXACT_DIGITS, EXACT_POWER = 15, 22
"""Decimal constants of no more digits, and no greater power of ten, are read exactly by every version."""
POWER = 62
"""Of two, in one integer constant."""


class SqliteRows(RowSql):
    checking = ("PRAGMA foreign_keys = ON",)
    deferring = ("PRAGMA defer_foreign_keys = ON",)
    running = "sqlite3 -bail DATABASE < FILE"

    def defers(self, key: ForeignKey) -> bool:
        return True

    def _constant(self, column: Column, text: str) -> str:
        array = read_back([text], arrow_type(column.type))
        (value,) = encode(array, column.type, affinity(column.native))
        return literal(value)

    def _same(self, name: str, column: Column, text: str) -> str:
        """Whatever collation the column has."""
        return f"{name} = {self._constant(column, text)} COLLATE BINARY"

    def counted(self, statement: str) -> tuple[str, ...]:
        return statement, "SELECT changes()"


def literal(value: object) -> str:
    """A constant of the value's own storage class."""
    match value:
        case bytes() | bytearray():
            return f"X'{value.hex()}'"
        case str():
            return _text(value)
        case float():
            return _real(value)
        case _:
            return str(value)


def _text(value: str) -> str:
    """No constant can hold the character 0, and the client drops a carriage return at a line's end."""
    parts = re.split("([\0\r])", value)
    told = [f"char({ord(part)})" if part in ("\0", "\r") else "'" + part.replace("'", "''") + "'" for part in parts]
    return told[0] if len(told) == 1 else f"({' || '.join(told)})"


def _real(value: float) -> str:
    """SQLite before 3.43 reads some constants of many digits as a neighbour, so those are made of exact parts."""
    if math.isinf(value):
        return "9e999" if value > 0 else "-9e999"
    digits, _, power = f"{value:.{EXACT_DIGITS - 1}e}".partition("e")
    if float(f"{digits}e{power}") == value and abs(int(power) - EXACT_DIGITS) <= EXACT_POWER:
        return repr(value) if "e" in repr(value) or "." in repr(value) else f"{value!r}.0"
    mantissa, exponent = math.frexp(value)
    whole, exponent = int(mantissa * 2**53), exponent - 53
    sign, steps = ("*" if exponent > 0 else "/"), abs(exponent)
    parts = [POWER] * (steps // POWER) + ([steps % POWER] if steps % POWER else [])
    return f"(CAST({whole} AS REAL)" + "".join(f" {sign} CAST({2**part} AS REAL)" for part in parts) + ")"

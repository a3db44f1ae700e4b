"""Single rows on DuckDB: constants are texts and bytes, cast as the writer casts them."""

from __future__ import annotations

import re

from dialects.duckdb.casts import duckdb_span, writing
from dialects.rows import RowSql
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.read_back import read_back
from mappings.schema import Column


class DuckDBRows(RowSql):
    begin = "BEGIN TRANSACTION"
    alters_referred = False
    """An UPDATE of an indexed column removes the row and adds it anew."""
    running = "duckdb -bail DATABASE < FILE"

    def _constant(self, column: Column, text: str) -> str:
        match column.type:
            case t.Duration():
                return f"to_microseconds({read_back([text], arrow_type(column.type))[0].value})"
            case t.Binary() | t.Geometry():
                octets = "".join(f"\\x{text[at : at + 2]}" for at in range(0, len(text), 2))
                return writing(f"'{octets}'::BLOB", column)
            case t.Interval():
                return writing(literal(duckdb_span(text)), column)
            case t.Date() | t.Timestamp():
                return writing(literal(text.replace(" BC", " (BC)")), column)
            case _:
                return writing(literal(text), column)

    def _same(self, name: str, column: Column, text: str) -> str:
        match column.type:
            case t.Json() | t.Array() | t.Opaque():
                return f"CAST({name} AS VARCHAR) = {literal(text)}"
            case t.Text() if " COLLATE " in column.native:
                return f"CAST({name} AS BLOB) = CAST({literal(text)} AS BLOB)"
            case _:
                return f"{name} = {self._constant(column, text)}"


def literal(text: str) -> str:
    """A string constant: none can hold the character 0, and the client drops a carriage return at a line's end."""
    parts = re.split("([\0\r])", text)
    told = [f"chr({ord(part)})" if part in ("\0", "\r") else "'" + part.replace("'", "''") + "'" for part in parts]
    return told[0] if len(told) == 1 else f"({' || '.join(told)})"

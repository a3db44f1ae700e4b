"""Single rows on SQL Server, by the manuals: constants are cast to what the writer's staging table has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects.mssql.spelling import EXACT, literal
from dialects.mssql.types import parsed
from dialects.mssql.writing import IDENTITY_OFF, IDENTITY_ON, guarded, spatial
from dialects.rows import RowSql
from mappings import types as t
from mappings.schema import Column, Table

DELETE_SOME = "DELETE TOP ({rows}) FROM {table} WHERE {where}"
COUNTED = "SET NOCOUNT ON; {statement}; SELECT @@ROWCOUNT"


class MssqlRows(RowSql):
    begin, commit = "BEGIN TRANSACTION", "COMMIT TRANSACTION"
    running = "sqlcmd -b -I -x -f 65001 -i FILE"

    def _constant(self, column: Column, text: str) -> str:
        return guarded(_value(column, text), column)

    def _same(self, name: str, column: Column, text: str) -> str:
        """No comparison of texts counts trailing spaces, and some collations ignore more."""
        constant = self._constant(column, text)
        if isinstance(column.type, t.Text):
            return f"{name} COLLATE {EXACT} + N'|' = {_text(text)} COLLATE {EXACT} + N'|'"
        return f"{name} = {constant}"

    def around_inserts(self, table: Table, columns: Sequence[Column]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not any(column.identity is not None for column in columns):
            return (), ()
        name = self._dialect.qualified(table.name)
        return (IDENTITY_ON.format(table=name),), (IDENTITY_OFF.format(table=name),)

    def delete_some(self, table: Table, where: str, rows: int) -> str:
        return DELETE_SOME.format(table=self._dialect.relation(table), where=where, rows=rows)

    def counted(self, statement: str) -> tuple[str, ...]:
        return (COUNTED.format(statement=statement),)


def _value(column: Column, text: str) -> str:
    match column.type:
        case t.Integer() | t.Year() | t.Boolean():
            return text
        case t.Decimal(precision=precision, scale=scale):
            return f"CAST({literal(text)} AS decimal({precision or 38},{scale or 0}))"
        case t.Float(bits=bits):
            return f"CAST({literal(text)} AS {'real' if bits == 32 else 'float(53)'})"
        case t.Binary():
            return f"0x{text}"
        case t.Geometry(srid=srid):
            return spatial(column.native, srid or 0).replace("{column}", f"0x{text}")
        case t.Date():
            return f"CAST({literal(text)} AS date)"
        case t.Time():
            return f"CAST({literal(text)} AS time(6))"
        case t.Timestamp():
            moment = f"CAST({literal(text.rstrip('Z').replace(' ', 'T'))} AS datetime2(6))"
            return f"TODATETIMEOFFSET({moment}, '+00:00')" if parsed(column.native).base == "datetimeoffset" else moment
        case t.Uuid():
            return f"CAST({literal(text)} AS uniqueidentifier)"
        case _:
            return _text(text)


def _text(text: str) -> str:
    """The client takes a line GO for its own, also within a constant."""
    parts = re.split("([\r\n])", text)
    told = [f"NCHAR({ord(part)})" if part in ("\r", "\n") else literal(part) for part in parts]
    return told[0] if len(told) == 1 else f"(CAST({told[0]} AS nvarchar(max)) + {' + '.join(told[1:])})"

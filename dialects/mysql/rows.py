"""Single rows on MySQL and MariaDB: constants are those that the writer's own INSERT has."""

from __future__ import annotations

from dialects.base import Dialect
from dialects.mysql.bulk import literals
from dialects.mysql.server import Server
from dialects.mysql.writing import written
from dialects.rows import NUMBERS, RowSql
from mappings import types as t
from mappings.arrow import arrow_type
from mappings.read_back import read_back
from mappings.schema import Column, Table

BYTE_BY_BYTE = "CAST(CONVERT({name} USING utf8mb4) AS BINARY) = CAST({constant} AS BINARY)"
EXACTLY = f"({{name}} = {{constant}} AND {BYTE_BY_BYTE})"
"""The first half is what an index serves."""
TEXTS = (t.Text, t.Enum, t.SetOf, t.TimeTz, t.Interval, t.Array, t.Opaque)


class MysqlRows(RowSql):
    checking = ("SET SESSION foreign_key_checks = 1",)
    begin = "START TRANSACTION"

    def __init__(self, dialect: Dialect, server: Server) -> None:
        super().__init__(dialect)
        self._server = server
        self.running = f"{server.product.lower()} DATABASE < FILE"

    def _constant(self, column: Column, text: str) -> str:
        """The client refuses the character 0, and makes one of two characters that end a line."""
        if isinstance(column.type, NUMBERS) and not isinstance(column.type, t.Year):
            return text
        how = written(column, self._server)
        told = str(literals(how, how.prepare(read_back([text], arrow_type(column.type))))[0])
        return told.replace("\0", "\\0").replace("\r", "\\r")

    def _same(self, name: str, column: Column, text: str) -> str:
        """Collations take other texts for equal; a single-precision column is compared as the double that it is."""
        constant = self._constant(column, text)
        if isinstance(column.type, t.Json):
            return BYTE_BY_BYTE.format(name=name, constant=constant)
        if isinstance(column.type, TEXTS):
            return EXACTLY.format(name=name, constant=constant)
        if isinstance(column.type, t.Float):
            return f"{name} + 0e0 = {constant} + 0e0"
        return f"{name} = {constant}"

    def delete_some(self, table: Table, where: str, rows: int) -> str:
        return f"{self.delete(table, where)} LIMIT {rows}"

    def counted(self, statement: str) -> tuple[str, ...]:
        return statement, "SELECT ROW_COUNT()"

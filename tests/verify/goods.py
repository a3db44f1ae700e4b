"""Tables with the same rows on every engine: rows are values, written by a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa

from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.conform import Cast
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Use, settle

Row = dict[str, Any]
START = datetime(2024, 5, 6, 7, 8, 9)


@dataclass(frozen=True)
class Sheet:
    """One table: kinds of its columns, its key, its rows."""

    name: str
    kinds: Mapping[str, t.LogicalType]
    key: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)

    def but(self, rows: Iterable[Row]) -> Sheet:
        return Sheet(self.name, self.kinds, self.key, tuple(rows))


GOODS: dict[str, t.LogicalType] = {
    "id": t.Integer(64),
    "name": t.Text(60),
    "note": t.Text(),
    "sold": t.Timestamp(),
    "price": t.Decimal(14, 4),
    "score": t.Float(64),
    "photo": t.Binary(),
}


@cache
def goods(count: int, first: int = 1) -> Sheet:
    """Rows keyed by a number."""
    rows = tuple(
        {
            "id": number,
            "name": f"Crème brûlée 😀 {number}",
            "note": None if number % 5 == 0 else "" if number % 7 == 0 else f"note of {number}",
            "sold": START + timedelta(seconds=number, microseconds=number % 1000),
            "price": Decimal(number % 1000000 - 5000).scaleb(-4) * 13,
            "score": None if number % 11 == 0 else number / 7,
            "photo": b"\x89PNG\0" + number.to_bytes(9, "big", signed=True),
        }
        for number in range(first, first + count)
    )
    return Sheet("goods", GOODS, ("id",), rows)


def words(count: int) -> Sheet:
    """Rows keyed by text that collations order, and take for equal, each in their own way."""
    kinds: dict[str, t.LogicalType] = {"word": t.Text(40), "meaning": t.Integer(32)}
    stems = ("straße", "Strasse", "éclair", "Zebra", "ångström", "naïve", "x_y", "it's")
    rows = tuple({"word": f"{stems[n % len(stems)]} {n}", "meaning": n} for n in range(count))
    return Sheet("words", kinds, ("word",), rows)


def pairs() -> Sheet:
    """A compound key whose parts run into one another where nothing stands between them."""
    kinds: dict[str, t.LogicalType] = {"a": t.Integer(32), "b": t.Integer(32), "value": t.Text(20)}
    rows = tuple({"a": a, "b": b, "value": f"{a}/{b}"} for a in range(1, 30) for b in range(1, 30))
    return Sheet("pairs", kinds, ("a", "b"), rows)


def log(count: int) -> Sheet:
    """No key, and every line twice."""
    kinds: dict[str, t.LogicalType] = {"at": t.Timestamp(), "line": t.Text(40)}
    rows = tuple({"at": START + timedelta(seconds=n // 2), "line": f"line {n // 2}"} for n in range(count))
    return Sheet("log", kinds, (), rows)


def filled(url: str, *sheets: Sheet) -> str:
    """The tables made and filled in the database of the URL, which is returned."""
    with connect(parse_url(url), writable=True) as session:
        for sheet in sheets:
            _fill(session, sheet)
    return url


def _fill(session: Session, sheet: Sheet) -> None:
    columns = [_column(session, sheet, name) for name in sheet.kinds]
    key = PrimaryKey("", sheet.key) if sheet.key else None
    table = Table(TableName(session.default_schema, sheet.name), tuple(columns), primary_key=key)
    for statement in session.dialect.create_table(table):
        session.execute(statement)
    session.begin()
    for start in range(0, len(sheet.rows), 20_000):
        session.write(table, table.columns, [_batch(session, sheet, table, sheet.rows[start : start + 20_000])])
    session.commit()
    for statement in session.dialect.add_keys(table):
        session.execute(statement)


def _column(session: Session, sheet: Sheet, name: str) -> Column:
    settled = settle(sheet.kinds[name], Use(keyed=name in sheet.key), session.dialect)
    return Column(name, settled.spelling.stored, settled.spelling.native, nullable=name not in sheet.key)


def _batch(session: Session, sheet: Sheet, table: Table, rows: tuple[Row, ...]) -> pa.RecordBatch:
    arrays = []
    for column in table.columns:
        kind = sheet.kinds[column.name]
        values = pa.array([row[column.name] for row in rows], arrow_type(kind))
        arrays.append(Cast(column.name, kind, column.type, session.dialect.limits)(values).array)
    return pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(table.columns))

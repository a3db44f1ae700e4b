"""Constants are exact: each is stored, read back, and picked by its own predicate alone. On every engine."""

from __future__ import annotations

import struct
from datetime import time
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from dialects import connect
from dialects.base import Session
from dialects.url import parse_url
from mappings import types as t
from mappings.arrow import arrow_schema, arrow_type
from mappings.canonical import speller
from mappings.conform import Cast
from mappings.errors import TransferError
from mappings.schema import Column, Table, TableName
from mappings.spelling import spelled
from mappings.type_mapper import Use, settle
from tests.conftest import DatabaseFactory

TEXTS = ["", "'", "\\", "\\'", "a\nb", "A", "a", "é", "e", "😀", "--", "%s {x} :y", "NULL", " x", "\r\n\t", "\r"]
DOUBLES = [
    0.1,
    -0.0,
    5e-324,
    2.2250738585072014e-308,
    1.7976931348623157e308,
    1 / 3,
    1e22,
    1e23,
    9007199254740993.0,
    7.0,
]
MOMENTS = ["1970-01-01 00:00:00.000001", "2024-02-29 23:59:59.999999", "9999-12-31 23:59:59", "1000-01-01 00:00:00"]
KINDS: dict[str, tuple[t.LogicalType, list[Any]]] = {
    "boolean": (t.Boolean(), [True, False]),
    "integer": (t.Integer(64), [0, -(2**63), 2**63 - 1]),
    "decimal": (t.Decimal(30, 10), [Decimal("0E-10"), Decimal("-99999999999999999999.9999999999"), Decimal("1E-10")]),
    "double": (t.Float(64), DOUBLES),
    "single": (t.Float(32), [0.1, 16777216.0, 1.17549435e-38, 3.4028234663852886e38]),
    "text": (t.Text(), TEXTS),
    "short text": (t.Text(60), TEXTS),
    "binary": (t.Binary(), [b"", b"\0", b"\x27\x5c\xff\x00", bytes(range(256))]),
    "date": (t.Date(), ["1970-01-01", "2024-02-29", "9999-12-31", "1000-01-01"]),
    "time": (t.Time(), ["00:00:00.000000", "23:59:59.999999"]),
    "timestamp": (t.Timestamp(), MOMENTS),
    "instant": (t.Timestamp(zoned=True), [f"{moment}Z" for moment in MOMENTS[:2]]),
    "duration": (t.Duration(), [-1, 0, 3_019_999_000_000]),
    "uuid": (t.Uuid(), [bytes(range(16)), b"\xff" * 16]),
    "json": (t.Json(), ['{"a": [1, 2.50, "\\\\ \' \\n"]}', "null", '"é"']),
    "parsed json": (t.Json(binary=True), ['{"a": [1, 2.5, "\\\\ \'"]}', "[]"]),
    "enum": (t.Enum(("it's", "\\", "B", "b\u00e9")), ["it's", "\\"]),
    "geometry": (t.Geometry(), [b"\1\1\0\0\0" + struct.pack("<2d", 1.5, -2.25)]),
    "bits": (t.Bits(8), ["00000000", "10000001"]),
    "year": (t.Year(), [0, 1901, 2155]),
    "interval": (t.Interval(), ["P1Y2M3DT4H5M6.789S", "PT0S", "PT-1.5S"]),
}
ENGINES = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb")


@pytest.mark.parametrize("engine", ENGINES)
def test_constants_are_read_back_as_they_are(database: DatabaseFactory, engine: str) -> None:
    with connect(parse_url(database(engine)), writable=True) as session:
        wrong = [name for name in KINDS for name in [_wrong(session, name)] if name]
    assert wrong == []


def _wrong(session: Session, name: str) -> str:
    """Empty when all is right with one kind, else what is not."""
    try:
        return _compared(session, name)
    except TransferError as error:
        session.rollback()
        return f"{name}: {error}"


def _compared(session: Session, name: str) -> str:
    kind, values = KINDS[name]
    settled = settle(kind, Use(), session.dialect)
    columns = (Column("n", t.Integer(32), _integer(session), nullable=False), _column(settled))
    table = Table(TableName(session.default_schema, f"of {name}"), columns)
    for statement in session.dialect.create_table(table):
        session.execute(statement)
    sent = Cast(name, kind, columns[1].type, session.dialect.limits)(_array(kind, values)).array
    _store(session, table, sent)
    back = pa.Table.from_batches(session.read(table, columns, None, 1000), arrow_schema(columns)).sort_by("n")
    spell = speller(columns[1].type)
    here, there = spell(sent).to_pylist(), spell(back.column("v").combine_chunks()).to_pylist()
    if here != there:
        return f"{name}: {[pair for pair in zip(here, there, strict=True) if pair[0] != pair[1]]}"
    return _wrongly_picked(session, table, sent, here)


def _store(session: Session, table: Table, sent: pa.Array) -> None:
    rows, column = session.dialect.rows, table.columns[1]
    session.begin()
    for number, text in enumerate(spelled(sent).to_pylist()):
        for statement in rows.counted(rows.insert(table, table.columns[:1], [str(number)])):
            session.within(statement)
        where = rows.same(table.columns[0], str(number))
        for statement in rows.counted(rows.update(table, {"v": rows.constant(column, text)}, where)):
            changed = session.within(statement)
        assert int(str(changed[0][0])) == 1, text
    session.commit()


def _wrongly_picked(session: Session, table: Table, sent: pa.Array, canonical: list[str]) -> str:
    rows, column = session.dialect.rows, table.columns[1]
    for text, known in zip(spelled(sent).to_pylist(), canonical, strict=True):
        found = session.query(f"SELECT count(*) FROM {session.dialect.relation(table)} WHERE {rows.same(column, text)}")
        if int(str(found[0][0])) != canonical.count(known):
            return f"{table.name}: {text!r} picks {found[0][0]} rows"
    return ""


def _integer(session: Session) -> str:
    return settle(t.Integer(32), Use(), session.dialect).spelling.native


def _column(settled: Any) -> Column:
    return Column("v", settled.spelling.stored, settled.spelling.native)


def _array(kind: t.LogicalType, values: list[Any]) -> pa.Array:
    wanted = arrow_type(kind)
    if isinstance(kind, t.Timestamp):
        plain = pa.array([value.rstrip("Z") for value in values]).cast(pa.timestamp("us"))
        return plain.view(wanted)
    if isinstance(kind, t.Time):
        return pa.array([time.fromisoformat(value) for value in values], wanted)
    if isinstance(kind, t.Date):
        return pa.array(values).cast(wanted)
    return pa.array(values, wanted)

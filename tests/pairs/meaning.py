"""Values of every kind through the plain drivers, brought to one meaning whatever type an engine stores them in.

Values of a kind that is not named here must be the same text.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import transfer
from mappings import types as t
from mappings.schema import Column
from tests.pairs import plain

# how the servers are asked, by a word of the native type; what is not here is asked for as it is
ASKED = {
    "postgresql": {
        r"bytea$": "{}",
        r"money": "{}::numeric::text",
        r".*\[\]": "to_json({})::text",
        r"": "{}::text",
    },
    "mysql": {
        # a single float is printed with six digits, the double that equals it in full
        r"float": "{} * 1e0",
        r"bit": "BIN({} + 0)",
        r"geometry|point|linestring|polygon|multi|geom": "ST_AsBinary({})",
    },
    "duckdb": {
        r".*\]$": "to_json({})::VARCHAR",
        r"(DATE|TIMESTAMP\b)": r"regexp_replace({}::VARCHAR, '^(\S+) \((BC)\)(.*)$', '\1\3 \2')",
        r"BLOB|BOOLEAN|FLOAT|DOUBLE": "{}",
        r"GEOMETRY": "ST_AsWKB({})",
        r"": "{}::VARCHAR",
    },
}
PRINTED = {"postgresql": "{}::text", "mysql": "CAST({} AS CHAR)", "duckdb": "{}::VARCHAR"}
"""How a server is asked for the text of what is no text."""
WORDS = r"char|varchar|(tiny|medium|long)?text"
FAR = re.compile(r"-?infinity$|\d{5}")
ISO_INTERVAL = re.compile(
    r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?"
)
INTERVAL = re.compile(r"(?:(-?\d+) years? ?)?(?:(-?\d+) months? ?)?(?:(-?\d+) days? ?)?(-?\d+:\d\d:\d\d(?:\.\d+)?)?")
"""As DuckDB prints it."""
SPAN = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?")
ISO_SPAN = re.compile(r"PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?")


def rows(url: str, table: str, columns: Sequence[Column], kinds: Sequence[t.LogicalType]) -> list[tuple[Any, ...]]:
    """All rows of one table, each value by the kind of its column."""
    asked = (_asked(plain.engine(url), column, kind) for column, kind in zip(columns, kinds, strict=True))
    chosen = ", ".join(way.format(plain.quoted(url, column.name)) for way, column in zip(asked, columns, strict=True))
    found = plain.query(url, f"SELECT {chosen} FROM {plain.only(url, table)}{plain.quoted(url, table)}")
    meant = [
        tuple(None if value is None else meaning(kind, value) for kind, value in zip(kinds, row, strict=True))
        for row in found
    ]
    return sorted(meant, key=repr)


def _asked(engine: str, column: Column, kind: t.LogicalType) -> str:
    if isinstance(kind, t.Text) and engine in PRINTED and not re.match(WORDS, column.native):
        return PRINTED[engine]
    ways = ASKED.get(engine, {})
    return next((way for word, way in ways.items() if re.match(word, column.native)), "{}")


def assert_as_planned(report: transfer.Report) -> None:
    """Nothing on the target is other than the plan says, and nothing is missing there."""
    found = report.schema_differences
    assert found is not None and found.unexplained == (), found


def assert_equal(there: str, here: str, plan: transfer.Plan) -> None:
    """The rows of both sides mean the same, column by column. Generated columns are compared too."""
    for table in plan.tables:
        kinds = [_kind(column.read) for column in table.columns]
        source = rows(there, str(table.source.name), table.read_columns, kinds)
        target = rows(here, str(table.target.name), table.stored_columns, kinds)
        for expected, found in zip(source, target, strict=True):
            different = {
                column.read.name: (one, other)
                for column, one, other in zip(table.columns, expected, found, strict=True)
                if (_stripped(one) if column.rule == "strip" and not plan.limits.nul_in_text else one) != other
            }
            assert not different, table.source.name


def _stripped(value: str | None) -> str | None:
    return value and value.replace("\0", "")


def _kind(column: Column) -> t.LogicalType:
    """What the source yields; an array that it yields as JSON has members, a span as text is a span."""
    if column.native == "INTERVAL":
        return t.Interval()
    return t.Json(binary=True) if isinstance(column.type, t.Json) and "[]" in column.native else column.type


def meaning(kind: t.LogicalType, value: Any) -> Any:
    """What the value of a column of this kind means; values of two engines are equal when these are."""
    return MEANINGS.get(type(kind), lambda _, given: given if isinstance(given, bytes) else str(given))(kind, value)


def _text(kind: t.Text, value: Any) -> str:
    """Padding carries no meaning."""
    return str(value).rstrip(" ") if kind.fixed else str(value)


def _number(_: t.LogicalType, value: Any) -> str:
    return plain.comparable(Decimal(repr(value) if isinstance(value, float) else value))


def _float(kind: t.Float, value: Any) -> bytes:
    """The bits."""
    return struct.pack("<f" if kind.bits == 32 else "<d", float(value))


def _truth(_: t.Boolean, value: Any) -> bool:
    return value in (1, "1", "true", "yes")


def _moment(_: t.Timestamp, value: Any) -> datetime | str:
    """Instants in UTC. Python knows the years 1 to 9999 only, and no infinity."""
    if str(value).endswith("BC") or FAR.match(str(value)):
        return str(value)
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def _printed(_: t.Opaque, value: Any) -> str:
    """Any value as text; SQLite's bytes as its own literal of them."""
    return f"X'{value.hex()}'" if isinstance(value, bytes) else str(value)


def _clock(_: t.Time, value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    clock = time.fromisoformat(str(value))
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _span(_: t.Duration, value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    iso = ISO_SPAN.fullmatch(str(value))
    if iso is None:
        return _span_of(str(value))
    fraction = int(f"{iso[5] or '':0<6}")
    seconds = timedelta(seconds=int(iso[4] or 0), microseconds=fraction) * (-1 if iso[3] else 1)
    return timedelta(hours=int(iso[1] or 0), minutes=int(iso[2] or 0)) + seconds


def _span_of(text: str) -> timedelta:
    found = SPAN.fullmatch(text)
    assert found, text
    hours, minutes, seconds, fraction = (int(part) for part in (*found.groups()[1:4], f"{found[5] or '':0<6}"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=fraction) * (-1 if found[1] else 1)


def _interval(_: t.Interval, value: Any) -> tuple[int, int, timedelta]:
    """Months, days and the rest, as PostgreSQL and DuckDB print them."""
    iso, words = ISO_INTERVAL.fullmatch(str(value)), INTERVAL.fullmatch(str(value))
    if iso is None:
        assert words, value
        rest = _span_of(words[4]) if words[4] else timedelta()
        return 12 * int(words[1] or 0) + int(words[2] or 0), int(words[3] or 0), rest
    years, months, days, hours, minutes = (int(part or 0) for part in iso.groups()[:5])
    fraction = timedelta(seconds=int(iso[7] or 0), microseconds=int(f"{iso[8] or '':0<6}")) * (-1 if iso[6] else 1)
    return 12 * years + months, days, timedelta(hours=hours, minutes=minutes) + fraction


def _json(kind: t.Json, value: Any) -> Any:
    """Engines that parse JSON print it anew: the same members, the same numbers. Otherwise the text itself."""
    if not kind.binary:
        return value
    return json.loads(value, parse_float=_exact, parse_int=_exact)


def _exact(digits: str) -> str:
    return plain.comparable(Decimal(digits))


def _set(_: t.SetOf, value: Any) -> list[str]:
    members = json.loads(value) if str(value).startswith("[") else str(value).split(",")
    return sorted(member for member in members if member)


def _bits(kind: t.Bits, value: Any) -> str:
    return str(value) if kind.varying else str(value).zfill(kind.length or 1)


def _array(_: t.Array, value: Any) -> Any:
    return json.loads(value, parse_float=_exact)


MEANINGS: dict[type, Callable[[Any, Any], Any]] = {
    t.Text: _text,
    t.Integer: _number,
    t.Decimal: _number,
    t.Year: _number,
    t.Float: _float,
    t.Boolean: _truth,
    t.Timestamp: _moment,
    t.Time: _clock,
    t.Duration: _span,
    t.Interval: _interval,
    t.Json: _json,
    t.SetOf: _set,
    t.Bits: _bits,
    t.Array: _array,
    t.Opaque: _printed,
    t.Uuid: lambda _, value: str(value).lower(),
}

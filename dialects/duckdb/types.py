"""The native types of DuckDB read into logical ones. Native text is as duckdb_columns() prints it.

https://duckdb.org/docs/stable/sql/data_types/overview
"""

from __future__ import annotations

import re

from mappings import types as t

FAMILY = "duckdb"
DIGITS_OF_128_BITS = 39
STRING = re.compile(r"'((?:[^']|'')*)'")
QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
LISTED = re.compile(r"^(.*)\[\d*\]$", re.DOTALL)
DECIMAL = re.compile(r"^DECIMAL\((\d+),(\d+)\)$")
COLLATED = re.compile(r"^VARCHAR COLLATE ([\w.]+)$")
UNREADABLE_AS_TEXT = re.compile(r"\b(?:UNION|VARIANT)\b")
"""Types whose text DuckDB reads back as another value: a union's text does not say which member it is."""

PLAIN: dict[str, t.LogicalType] = {
    "BOOLEAN": t.Boolean(),
    "TINYINT": t.Integer(8),
    "SMALLINT": t.Integer(16),
    "INTEGER": t.Integer(32),
    "BIGINT": t.Integer(64),
    "UTINYINT": t.Integer(8, unsigned=True),
    "USMALLINT": t.Integer(16, unsigned=True),
    "UINTEGER": t.Integer(32, unsigned=True),
    "UBIGINT": t.Integer(64, unsigned=True),
    "HUGEINT": t.Decimal(DIGITS_OF_128_BITS, 0),
    "UHUGEINT": t.Decimal(DIGITS_OF_128_BITS, 0),
    "BIGNUM": t.Decimal(),
    "FLOAT": t.Float(32),
    "DOUBLE": t.Float(64),
    "VARCHAR": t.Text(),
    "BLOB": t.Binary(),
    "DATE": t.Date(),
    "TIME": t.Time(),
    "TIME WITH TIME ZONE": t.TimeTz(),
    "TIMESTAMP": t.Timestamp(),
    "TIMESTAMP_S": t.Timestamp(0),
    "TIMESTAMP_MS": t.Timestamp(3),
    "TIMESTAMP WITH TIME ZONE": t.Timestamp(zoned=True),
    "INTERVAL": t.Interval(),
    "UUID": t.Uuid(),
    "JSON": t.Json(),
    "BIT": t.Bits(varying=True),
    "GEOMETRY": t.Geometry(),
}
NANOSECONDS: dict[str, t.LogicalType] = {
    "TIMESTAMP_NS": t.Timestamp(),
    "TIMESTAMPTZ_NS": t.Timestamp(zoned=True),
    "TIME_NS": t.Time(),
}
"""Types that only some values need: where all are whole microseconds, as pandas' are mostly, these say the same."""
FINER = {
    "TIMESTAMP_NS": "isfinite({name}::TIMESTAMP) AND epoch_ns({name}) % 1000 <> 0",
    "TIMESTAMPTZ_NS": "isfinite({name}::TIMESTAMPTZ) AND epoch_ns({name}) % 1000 <> 0",
    "TIME_NS": "epoch_ns({name}) % 1000 <> 0",
}
"""Whether a value holds a fraction of a microsecond; a cast would round it."""


def logical_type(native: str) -> t.LogicalType:
    """What the values of a column of this type mean. A type that is in no table is Opaque."""
    if native in PLAIN:
        return PLAIN[native]
    if native in NANOSECONDS:
        return t.Dynamic(native, NANOSECONDS[native])
    if found := LISTED.match(native):
        return t.Array(logical_type(found[1]), FAMILY, native)
    if found := DECIMAL.match(native):
        return t.Decimal(int(found[1]), int(found[2]))
    if found := COLLATED.match(native):
        return t.Text(collation=collation(found[1]))
    if native.startswith("ENUM("):
        return t.Enum(tuple(label.replace("''", "'") for label in STRING.findall(native)))
    return t.Opaque(FAMILY, native)


def collation(name: str) -> t.Collation:
    """A collation by its name, such as `nocase` or `noaccent.nocase`, or a language of ICU."""
    insensitive = bool({"nocase", "noaccent"} & set(name.lower().split(".")))
    return t.Collation(FAMILY, name, insensitive)


def reversible(native: str) -> bool:
    """Whether DuckDB reads the text it prints for any value of this type back as the same value."""
    return not UNREADABLE_AS_TEXT.search(QUOTED.sub("", native))

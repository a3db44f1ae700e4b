"""What comes back changed from a journey to another engine: all of it, with the reason, and nothing more.

A type that changes without standing here fails a test, and so does a line here that no longer happens.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, and where that can be read."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Quirk:
    """A column that is `what` in each of `homes` comes back from `engine` as `returns`, in the words of labels.py."""

    engine: str
    what: str
    returns: str
    homes: tuple[str, ...]
    reason: Reason


POSTGRESQL = "https://www.postgresql.org/docs/current/"
MYSQL = "https://dev.mysql.com/doc/refman/9.7/en/"
MARIADB = "https://mariadb.com/docs/server/reference/data-types/"
SQLITE = "https://www.sqlite.org/"
DUCKDB = "https://duckdb.org/docs/stable/sql/"
OURS = "docs/types.md"

INTEGERS_OF_POSTGRESQL = Reason(
    "no integers of 8 and 24 bits, and none without sign", f"{POSTGRESQL}datatype-numeric.html"
)
INTEGERS_OF_SQLITE = Reason("integers have 64 bits and a sign", f"{SQLITE}datatype3.html")
INTEGERS_OF_DUCKDB = Reason("no integers of 24 bits", f"{DUCKDB}data_types/numeric")
OID = Reason("an oid names nothing elsewhere: it is the number, for which PostgreSQL has bigint", OURS)
COLLATIONS = Reason("collations are each engine's own; the nearest or the exact one takes their place", OURS)
INSTANTS = Reason("MySQL's TIMESTAMP ends in 2038: instants are DATETIME in UTC there", f"{MYSQL}datetime.html")
MICROSECONDS = Reason("DuckDB's types of few digits are little known to its functions", f"{DUCKDB}data_types/timestamp")
SPANS = Reason("TIME is a span of hours there", f"{MYSQL}time.html")
DURATIONS = Reason("spans of hours are intervals there, which MySQL keeps as text", OURS)
ARRAYS = Reason("arrays are JSON on other engines, which does not tell it from other JSON", OURS)
ENUMS = Reason("PostgreSQL has enums by name only: without one a text with a check", f"{POSTGRESQL}datatype-enum.html")
SETS = Reason("sets are MySQL's alone: arrays or text with commas elsewhere", f"{MYSQL}set.html")
GEOMETRIES = Reason("no geometry of this kind without an extension: its WKB", OURS)
UUIDS = Reason("text: MySQL has no type for it, MariaDB's refuses some", f"{MARIADB}string-data-types/uuid-data-type")
OPAQUE = Reason("types without a meaning of their own elsewhere are the text that their engine prints", OURS)
VARYING_BITS = Reason("no varying string of bits there, or none without a bit", f"{DUCKDB}data_types/bitstring")
BITS = Reason("bits have one length there, or one type for all lengths", f"{DUCKDB}data_types/bitstring")
WIDE = Reason("as many digits as the rows hold, or text where that is too many", OURS)
LENGTHS = Reason("no limit of the length there", OURS)
PADDING = Reason("no padding there, or none of so many characters", OURS)
YEARS = Reason("a number with a check there", f"{MYSQL}year.html")
JSON = Reason("kept as it is written, or parsed: engines have one of the two, or text with a check", OURS)
BOOLEANS = Reason("a small number with a check there", f"{MYSQL}numeric-type-syntax.html")
INTERVALS = Reason("ISO 8601 text there", OURS)
OFFSETS = Reason("no time of day with an offset there", OURS)
WORDS = Reason("the same values in other words: money, negative scales, UNSIGNED, display widths", OURS)
ROWS = Reason(
    "text with a check of the length, for the sake of the row's 65535 bytes", f"{MYSQL}column-count-limit.html"
)
TINY = Reason("bytes of a length, whatever the family", OURS)
FIELDS = Reason("DuckDB's interval has no fields", f"{DUCKDB}data_types/interval")

QUIRKS = (
    Quirk("postgresql", "array", "JSON", ("duckdb",), ARRAYS),
    Quirk("postgresql", "collation of limited text", "another", ("mysql", "mariadb"), COLLATIONS),
    Quirk("postgresql", "collation of padded text", "another", ("mysql", "mariadb"), COLLATIONS),
    Quirk("postgresql", "collation of text", "another", ("mysql", "mariadb", "duckdb"), COLLATIONS),
    Quirk("postgresql", "duration", "limited text", ("mysql", "mariadb"), DURATIONS),
    Quirk("postgresql", "duration of few digits", "limited text", ("mysql", "mariadb"), DURATIONS),
    Quirk("postgresql", "enum", "text", ("mysql", "mariadb", "duckdb"), ENUMS),
    Quirk("postgresql", "geometry", "bytes", ("mysql", "mariadb", "duckdb"), GEOMETRIES),
    Quirk("postgresql", "geometry of one kind", "bytes", ("mysql", "mariadb"), GEOMETRIES),
    Quirk("postgresql", "instant", "timestamp", ("mysql", "mariadb"), INSTANTS),
    Quirk("postgresql", "instant of few digits", "timestamp of few digits", ("mysql", "mariadb"), INSTANTS),
    Quirk("postgresql", "integer of 24 bits", "integer of 32 bits", ("mysql", "mariadb"), INTEGERS_OF_POSTGRESQL),
    Quirk(
        "postgresql", "integer of 8 bits", "integer of 16 bits", ("mysql", "mariadb", "duckdb"), INTEGERS_OF_POSTGRESQL
    ),
    Quirk("postgresql", "limited bytes", "bytes", ("mysql", "mariadb"), LENGTHS),
    Quirk("postgresql", "limited text", "text", ("mysql", "mariadb"), LENGTHS),
    Quirk("postgresql", "number", "text", ("duckdb",), WIDE),
    Quirk("postgresql", "opaque", "text", ("postgresql", "mariadb", "sqlite", "duckdb"), OPAQUE),
    Quirk("postgresql", "padded bytes", "bytes", ("mysql", "mariadb"), LENGTHS),
    Quirk("postgresql", "set", "JSON", ("mariadb",), SETS),
    Quirk("postgresql", "set", "text", ("mysql",), SETS),
    Quirk("postgresql", "timestamp of few digits", "timestamp", ("duckdb",), MICROSECONDS),
    Quirk(
        "postgresql",
        "unsigned integer of 16 bits",
        "integer of 32 bits",
        ("mysql", "mariadb", "duckdb"),
        INTEGERS_OF_POSTGRESQL,
    ),
    Quirk(
        "postgresql", "unsigned integer of 24 bits", "integer of 32 bits", ("mysql", "mariadb"), INTEGERS_OF_POSTGRESQL
    ),
    Quirk(
        "postgresql",
        "unsigned integer of 32 bits",
        "integer of 64 bits",
        ("mysql", "mariadb", "duckdb"),
        INTEGERS_OF_POSTGRESQL,
    ),
    Quirk(
        "postgresql", "unsigned integer of 64 bits", "decimal", ("mysql", "mariadb", "duckdb"), INTEGERS_OF_POSTGRESQL
    ),
    Quirk(
        "postgresql", "unsigned integer of 64 bits", "integer of 64 bits", ("mysql", "mariadb"), INTEGERS_OF_POSTGRESQL
    ),
    Quirk(
        "postgresql",
        "unsigned integer of 8 bits",
        "integer of 16 bits",
        ("mysql", "mariadb", "duckdb"),
        INTEGERS_OF_POSTGRESQL,
    ),
    Quirk("postgresql", "uuid", "limited text", ("mariadb",), UUIDS),
    Quirk("postgresql", "varying bits", "text", ("duckdb",), VARYING_BITS),
    Quirk("postgresql", "wide decimal", "text", ("duckdb",), WIDE),
    Quirk("postgresql", "words for decimal", "others", ("postgresql", "mysql", "mariadb"), WORDS),
    Quirk("postgresql", "words for float of 32 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("postgresql", "words for limited text", "others", ("mysql", "mariadb"), ROWS),
    Quirk("postgresql", "year", "integer of 16 bits", ("mysql", "mariadb"), YEARS),
    Quirk("mysql", "JSON", "text", ("postgresql", "mariadb", "sqlite", "duckdb"), JSON),
    Quirk("mysql", "array", "text", ("postgresql", "duckdb"), ARRAYS),
    Quirk("mysql", "bits", "limited text", ("postgresql",), BITS),
    Quirk("mysql", "boolean", "integer of 16 bits", ("postgresql",), BOOLEANS),
    Quirk("mysql", "boolean", "integer of 8 bits", ("sqlite", "duckdb"), BOOLEANS),
    Quirk("mysql", "collation of limited text", "another", ("postgresql",), COLLATIONS),
    Quirk("mysql", "collation of text", "another", ("postgresql", "duckdb"), COLLATIONS),
    Quirk("mysql", "enum", "text", ("postgresql",), ENUMS),
    Quirk("mysql", "instant", "timestamp", ("postgresql", "sqlite", "duckdb"), INSTANTS),
    Quirk("mysql", "instant of few digits", "timestamp of few digits", ("postgresql",), INSTANTS),
    Quirk("mysql", "interval", "limited text", ("postgresql",), INTERVALS),
    Quirk("mysql", "interval", "text", ("duckdb",), INTERVALS),
    Quirk("mysql", "limited text", "text", ("postgresql",), LENGTHS),
    Quirk("mysql", "number", "decimal", ("postgresql",), WIDE),
    Quirk("mysql", "number", "text", ("postgresql", "duckdb"), WIDE),
    Quirk("mysql", "opaque", "text", ("postgresql", "mariadb", "sqlite", "duckdb"), OPAQUE),
    Quirk("mysql", "padded text", "text", ("postgresql",), PADDING),
    Quirk("mysql", "time", "duration", ("sqlite",), SPANS),
    Quirk("mysql", "time", "interval", ("postgresql", "duckdb"), SPANS),
    Quirk("mysql", "time of few digits", "interval", ("postgresql",), SPANS),
    Quirk("mysql", "time tz", "limited text", ("postgresql",), OFFSETS),
    Quirk("mysql", "time tz", "text", ("duckdb",), OFFSETS),
    Quirk("mysql", "timestamp of few digits", "timestamp", ("duckdb",), MICROSECONDS),
    Quirk("mysql", "unsigned integer of 32 bits", "integer of 64 bits", ("postgresql",), OID),
    Quirk("mysql", "uuid", "limited text", ("postgresql", "mariadb", "sqlite"), UUIDS),
    Quirk("mysql", "uuid", "text", ("duckdb",), UUIDS),
    Quirk("mysql", "varying bits", "limited text", ("postgresql",), VARYING_BITS),
    Quirk("mysql", "varying bits", "text", ("postgresql", "duckdb"), VARYING_BITS),
    Quirk("mysql", "wide decimal", "text", ("postgresql", "mariadb", "duckdb"), WIDE),
    Quirk("mysql", "words for decimal", "others", ("postgresql",), WORDS),
    Quirk("mariadb", "array", "JSON", ("postgresql", "duckdb"), ARRAYS),
    Quirk("mariadb", "array", "text", ("postgresql",), ARRAYS),
    Quirk("mariadb", "bits", "limited text", ("postgresql",), BITS),
    Quirk("mariadb", "boolean", "integer of 16 bits", ("postgresql",), BOOLEANS),
    Quirk("mariadb", "boolean", "integer of 8 bits", ("sqlite", "duckdb"), BOOLEANS),
    Quirk("mariadb", "collation of limited text", "another", ("postgresql",), COLLATIONS),
    Quirk("mariadb", "collation of text", "another", ("postgresql", "duckdb"), COLLATIONS),
    Quirk("mariadb", "enum", "text", ("postgresql",), ENUMS),
    Quirk("mariadb", "instant", "timestamp", ("postgresql", "sqlite", "duckdb"), INSTANTS),
    Quirk("mariadb", "instant of few digits", "timestamp of few digits", ("postgresql",), INSTANTS),
    Quirk("mariadb", "interval", "limited text", ("postgresql",), INTERVALS),
    Quirk("mariadb", "interval", "text", ("duckdb",), INTERVALS),
    Quirk("mariadb", "limited text", "text", ("postgresql",), LENGTHS),
    Quirk("mariadb", "number", "decimal", ("postgresql",), WIDE),
    Quirk("mariadb", "number", "text", ("postgresql", "duckdb"), WIDE),
    Quirk("mariadb", "opaque", "text", ("postgresql", "sqlite", "duckdb"), OPAQUE),
    Quirk("mariadb", "padded text", "text", ("postgresql",), PADDING),
    Quirk("mariadb", "parsed JSON", "JSON", ("postgresql",), JSON),
    Quirk("mariadb", "parsed JSON", "text", ("mysql",), JSON),
    Quirk("mariadb", "time", "duration", ("sqlite",), SPANS),
    Quirk("mariadb", "time", "interval", ("postgresql", "duckdb"), SPANS),
    Quirk("mariadb", "time of few digits", "interval", ("postgresql",), SPANS),
    Quirk("mariadb", "time tz", "limited text", ("postgresql",), OFFSETS),
    Quirk("mariadb", "time tz", "text", ("duckdb",), OFFSETS),
    Quirk("mariadb", "timestamp of few digits", "timestamp", ("duckdb",), MICROSECONDS),
    Quirk("mariadb", "unsigned integer of 32 bits", "integer of 64 bits", ("postgresql",), OID),
    Quirk("mariadb", "uuid", "limited text", ("postgresql", "sqlite"), UUIDS),
    Quirk("mariadb", "uuid", "text", ("duckdb",), UUIDS),
    Quirk("mariadb", "varying bits", "limited text", ("postgresql",), VARYING_BITS),
    Quirk("mariadb", "varying bits", "text", ("postgresql", "duckdb"), VARYING_BITS),
    Quirk("mariadb", "wide decimal", "text", ("postgresql", "duckdb"), WIDE),
    Quirk("mariadb", "words for decimal", "others", ("postgresql",), WORDS),
    Quirk("sqlite", "array", "JSON", ("postgresql", "duckdb"), ARRAYS),
    Quirk("sqlite", "array", "text", ("postgresql",), ARRAYS),
    Quirk("sqlite", "collation of enum", "another", ("mysql", "mariadb"), COLLATIONS),
    Quirk("sqlite", "collation of limited text", "another", ("postgresql", "mysql", "mariadb"), COLLATIONS),
    Quirk("sqlite", "collation of padded text", "another", ("mysql", "mariadb"), COLLATIONS),
    Quirk("sqlite", "collation of text", "another", ("postgresql", "mysql", "mariadb", "duckdb"), COLLATIONS),
    Quirk("sqlite", "instant", "timestamp", ("mysql", "mariadb"), INSTANTS),
    Quirk("sqlite", "instant of few digits", "timestamp of few digits", ("mysql", "mariadb"), INSTANTS),
    Quirk("sqlite", "number", "text", ("duckdb",), WIDE),
    Quirk("sqlite", "opaque", "text", ("postgresql", "mariadb", "duckdb"), OPAQUE),
    Quirk("sqlite", "padded text", "text", ("postgresql",), PADDING),
    Quirk("sqlite", "set", "limited text", ("mysql", "mariadb"), SETS),
    Quirk("sqlite", "timestamp of few digits", "timestamp", ("duckdb",), MICROSECONDS),
    Quirk("sqlite", "unsigned integer of 32 bits", "integer of 64 bits", ("postgresql",), OID),
    Quirk("sqlite", "unsigned integer of 64 bits", "decimal", ("mysql", "mariadb", "duckdb"), INTEGERS_OF_SQLITE),
    Quirk("sqlite", "unsigned integer of 64 bits", "integer of 64 bits", ("mysql", "mariadb"), INTEGERS_OF_SQLITE),
    Quirk("sqlite", "uuid", "limited text", ("mariadb",), UUIDS),
    Quirk("sqlite", "varying bits", "text", ("duckdb",), VARYING_BITS),
    Quirk("sqlite", "wide decimal", "text", ("duckdb",), WIDE),
    Quirk("sqlite", "words for decimal", "others", ("postgresql", "mysql", "mariadb"), WORDS),
    Quirk("sqlite", "words for float of 32 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("sqlite", "words for integer of 8 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("sqlite", "words for limited bytes", "others", ("mysql", "mariadb"), TINY),
    Quirk("sqlite", "words for limited text", "others", ("mysql", "mariadb"), ROWS),
    Quirk("sqlite", "words for unsigned integer of 32 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("duckdb", "array", "JSON", ("postgresql",), ARRAYS),
    Quirk("duckdb", "array", "text", ("postgresql",), ARRAYS),
    Quirk("duckdb", "bits", "text", ("mysql", "mariadb"), BITS),
    Quirk("duckdb", "bits", "varying bits", ("postgresql",), BITS),
    Quirk("duckdb", "collation of enum", "another", ("mysql", "mariadb"), COLLATIONS),
    Quirk("duckdb", "collation of text", "another", ("postgresql", "mysql", "mariadb"), COLLATIONS),
    Quirk("duckdb", "duration", "limited text", ("mysql", "mariadb"), DURATIONS),
    Quirk("duckdb", "duration of few digits", "limited text", ("mysql", "mariadb"), DURATIONS),
    Quirk("duckdb", "enum", "text", ("postgresql",), ENUMS),
    Quirk("duckdb", "geometry of one kind", "geometry", ("mysql", "mariadb"), GEOMETRIES),
    Quirk("duckdb", "instant", "timestamp", ("mysql", "mariadb"), INSTANTS),
    Quirk("duckdb", "instant of few digits", "instant", ("postgresql",), MICROSECONDS),
    Quirk("duckdb", "instant of few digits", "timestamp", ("mysql", "mariadb"), INSTANTS),
    Quirk("duckdb", "integer of 24 bits", "integer of 32 bits", ("mysql", "mariadb"), INTEGERS_OF_DUCKDB),
    Quirk("duckdb", "limited bytes", "bytes", ("mysql", "mariadb"), LENGTHS),
    Quirk("duckdb", "limited text", "text", ("postgresql", "mysql", "mariadb", "sqlite"), LENGTHS),
    Quirk("duckdb", "number", "decimal", ("postgresql",), WIDE),
    Quirk("duckdb", "number", "text", ("postgresql",), WIDE),
    Quirk("duckdb", "opaque", "text", ("postgresql", "mariadb", "sqlite", "duckdb"), OPAQUE),
    Quirk("duckdb", "padded bytes", "bytes", ("mysql", "mariadb"), LENGTHS),
    Quirk("duckdb", "padded text", "text", ("postgresql", "mysql", "mariadb"), PADDING),
    Quirk("duckdb", "parsed JSON", "JSON", ("postgresql",), JSON),
    Quirk("duckdb", "parsed JSON", "text", ("mysql",), JSON),
    Quirk("duckdb", "set", "text", ("mysql", "mariadb"), SETS),
    Quirk("duckdb", "time of few digits", "time", ("postgresql",), MICROSECONDS),
    Quirk("duckdb", "timestamp of few digits", "timestamp", ("postgresql", "mysql", "mariadb"), MICROSECONDS),
    Quirk("duckdb", "unsigned integer of 24 bits", "integer of 32 bits", ("mysql", "mariadb"), INTEGERS_OF_DUCKDB),
    Quirk("duckdb", "unsigned integer of 32 bits", "integer of 64 bits", ("postgresql",), OID),
    Quirk("duckdb", "uuid", "limited text", ("mariadb",), UUIDS),
    Quirk("duckdb", "varying bits", "text", ("postgresql",), VARYING_BITS),
    Quirk("duckdb", "wide decimal", "text", ("postgresql", "mysql", "mariadb"), WIDE),
    Quirk("duckdb", "words for decimal", "others", ("postgresql", "mysql", "mariadb"), WORDS),
    Quirk("duckdb", "words for float of 32 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("duckdb", "words for integer of 8 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("duckdb", "words for interval", "others", ("postgresql",), FIELDS),
    Quirk("duckdb", "words for unsigned integer of 32 bits", "others", ("mysql", "mariadb"), WORDS),
    Quirk("duckdb", "year", "integer of 16 bits", ("mysql", "mariadb"), YEARS),
)


def quirks(home: str, engine: str) -> set[tuple[str, str]]:
    """What changes between leaving home and coming back from the engine, of all that the home has an edge of."""
    return {(quirk.what, quirk.returns) for quirk in QUIRKS if quirk.engine == engine and home in quirk.homes}


def known(engine: str) -> set[tuple[str, str]]:
    """What changes on the way to the engine and back, whatever home it left."""
    return {(quirk.what, quirk.returns) for quirk in QUIRKS if quirk.engine == engine}


UNVERIFIABLE = frozenset({
    ("array", "JSON"), ("array", "text"), ("set", "text"), ("time", "interval"), ("time of few digits", "interval"),
    ("geometry", "bytes"), ("geometry of one kind", "bytes"), ("opaque", "text"),
})  # fmt: skip
"""Changes after which `verify` says that it cannot compare a column with its first form; the plain drivers can."""

"""The closed union of logical types: what a column's values mean, whatever engine holds them.

Every `match` over LogicalType ends in `assert_never`. The `kind` field names the type in JSON documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Collation:
    """How an engine compares text. `family` is the engine family whose name `name` is."""

    family: str
    name: str
    insensitive: bool
    """True when letters that differ in case or accent only are equal."""


@dataclass(frozen=True, slots=True)
class Boolean:
    kind: Literal["boolean"] = "boolean"


@dataclass(frozen=True, slots=True)
class Integer:
    """`bits` is 8, 16, 24, 32 or 64."""

    bits: int
    unsigned: bool = False
    kind: Literal["integer"] = "integer"

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and greatest value."""
        if self.unsigned:
            return 0, 2**self.bits - 1
        return -(2 ** (self.bits - 1)), 2 ** (self.bits - 1) - 1


@dataclass(frozen=True, slots=True)
class Decimal:
    """`precision` total digits, `scale` of them after the point; both None: any number of digits."""

    precision: int | None = None
    scale: int | None = None
    kind: Literal["decimal"] = "decimal"


@dataclass(frozen=True, slots=True)
class Float:
    """`bits` is 32 or 64."""

    bits: int = 64
    kind: Literal["float"] = "float"


@dataclass(frozen=True, slots=True)
class Text:
    """`length` in characters, `octets` in bytes of UTF-8 (MySQL's TEXT family); None: unlimited.

    `fixed` means padded: trailing spaces carry no meaning.
    """

    length: int | None = None
    fixed: bool = False
    octets: int | None = None
    collation: Collation | None = None
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Binary:
    """`length` in bytes; `fixed` means padded with zero bytes, which are kept."""

    length: int | None = None
    fixed: bool = False
    kind: Literal["binary"] = "binary"


@dataclass(frozen=True, slots=True)
class Date:
    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class Time:
    """Time of day with `digits` after the second's point."""

    digits: int = 6
    kind: Literal["time"] = "time"


@dataclass(frozen=True, slots=True)
class TimeTz:
    """Time of day with its own offset; carried as text, because the offset is part of the value."""

    digits: int = 6
    kind: Literal["time_tz"] = "time_tz"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """`zoned` means an instant, always carried in UTC; otherwise a wall clock without a zone."""

    digits: int = 6
    zoned: bool = False
    kind: Literal["timestamp"] = "timestamp"


@dataclass(frozen=True, slots=True)
class Duration:
    """A signed span in microseconds, such as MySQL's TIME."""

    digits: int = 6
    kind: Literal["duration"] = "duration"


@dataclass(frozen=True, slots=True)
class Interval:
    """Months, days and microseconds kept apart; carried as ISO 8601 text. `fields` as PostgreSQL names them."""

    fields: str = ""
    kind: Literal["interval"] = "interval"


@dataclass(frozen=True, slots=True)
class Uuid:
    kind: Literal["uuid"] = "uuid"


@dataclass(frozen=True, slots=True)
class Json:
    """`binary`: the engine parses and respells it (jsonb, MySQL's JSON); otherwise the text is kept as written."""

    binary: bool = False
    kind: Literal["json"] = "json"


@dataclass(frozen=True, slots=True)
class Enum:
    """One of `labels`, in their order. `name` where the engine names enum types."""

    labels: tuple[str, ...]
    name: str = ""
    collation: Collation | None = None
    kind: Literal["enum"] = "enum"


@dataclass(frozen=True, slots=True)
class SetOf:
    """Any subset of `members`, carried as text with commas in the order of definition."""

    members: tuple[str, ...]
    collation: Collation | None = None
    kind: Literal["set"] = "set"


@dataclass(frozen=True, slots=True)
class Bits:
    """A string of 0 and 1, carried as that text."""

    length: int | None = None
    varying: bool = False
    kind: Literal["bits"] = "bits"


@dataclass(frozen=True, slots=True)
class Year:
    """MySQL's YEAR: 0 or 1901 to 2155."""

    kind: Literal["year"] = "year"


@dataclass(frozen=True, slots=True)
class Geometry:
    """Carried as WKB, x before y. `subtype` in capitals (POINT, POLYGON, ..., GEOMETRY for any)."""

    subtype: str = "GEOMETRY"
    srid: int | None = None
    kind: Literal["geometry"] = "geometry"


@dataclass(frozen=True, slots=True)
class Array:
    """Carried as the text of its own engine between equals, otherwise read as JSON at the source."""

    element: LogicalType
    family: str
    native: str
    kind: Literal["array"] = "array"


@dataclass(frozen=True, slots=True)
class Opaque:
    """A type we give no meaning to: carried as the engine's own text, and back exactly in the same family."""

    family: str
    native: str
    kind: Literal["opaque"] = "opaque"


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A column whose values decide (SQLite): `declared` only hints. A probe resolves it before mapping."""

    declared: str
    hint: LogicalType
    kind: Literal["dynamic"] = "dynamic"


LogicalType = (
    Boolean
    | Integer
    | Decimal
    | Float
    | Text
    | Binary
    | Date
    | Time
    | TimeTz
    | Timestamp
    | Duration
    | Interval
    | Uuid
    | Json
    | Enum
    | SetOf
    | Bits
    | Year
    | Geometry
    | Array
    | Opaque
    | Dynamic
)

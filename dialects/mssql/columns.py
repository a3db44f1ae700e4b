"""Columns read from the catalogue's rows, and what of them a copy leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dialects.mssql.defaults import default_from
from dialects.mssql.expressions import unwrapped
from dialects.mssql.types import FAMILY, ROWVERSIONS, TEXTS, logical_type
from mappings import types as t
from mappings.schema import Column, Expression, Generated, Identity, NotCarried

Key = tuple[Any, Any]
"""The numbers of a table and of one of its columns; their names where the standard's catalogue is read."""

HALVED = ("nchar", "nvarchar")
SIZED = ("char", "varchar", "binary", "varbinary")
SCALED = ("decimal", "numeric")
DIGITS = ("time", "datetime2", "datetimeoffset")
VECTOR_HEADER, VECTOR_ELEMENT = 8, 4


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One row of COLUMNS. `base` is the server's own type beneath `type`, which users may have named."""

    table: Any
    number: Any
    name: str
    base: str
    type: str
    user_defined: Any
    assembly: Any
    length: int | None
    precision: int | None
    scale: int | None
    collation: str | None
    nullable: Any

    @property
    def key(self) -> Key:
        return self.table, self.number

    @property
    def native(self) -> str:
        """The type as CREATE TABLE says it, with the collation of text."""
        base = self.base.lower()
        collation = f" COLLATE {self.collation}" if self.collation and base in TEXTS else ""
        return ("rowversion" if base in ROWVERSIONS else base + self._modifiers(base)) + collation

    def _modifiers(self, base: str) -> str:
        length = int(self.length or 0)
        if base in HALVED:
            return f"({length // 2})" if length > 0 else "(max)"
        if base in SIZED:
            return f"({length})" if length > 0 else "(max)"
        if base in SCALED:
            return f"({self.precision},{self.scale or 0})"
        if base in DIGITS:
            return f"({self.scale if self.scale is not None else 7})"
        if base == "float":
            return f"({self.precision or 53})"
        return f"({(length - VECTOR_HEADER) // VECTOR_ELEMENT})" if base == "vector" else ""

    @property
    def is_alias(self) -> bool:
        return bool(self.user_defined) and not self.assembly


@dataclass(frozen=True, slots=True)
class Features:
    """One row of COLUMN_FEATURES behind its numbers."""

    sparse: Any = 0
    column_set: Any = 0
    generated_always: Any = 0
    hidden: Any = 0
    masked: Any = 0
    encryption: Any = None


PLAIN = Features()


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """Makes columns of their rows, with what the other topics say of them."""

    identities: Mapping[Key, tuple[Any, ...]]
    computed: Mapping[Key, tuple[Any, ...]]
    defaults: Mapping[Key, str]
    comments: Mapping[Key, str]
    features: Mapping[Key, Features]
    srids: Mapping[Key, int]

    def __call__(self, row: ColumnRow, name: str) -> Column:
        """The column called `name`, which may be spelled in another case than the row has it."""
        kind = logical_type(row.native)
        if isinstance(kind, t.Geometry):
            kind = t.Geometry(srid=self.srids.get(row.key))
        return Column(
            name=name,
            type=kind,
            native=row.native,
            nullable=bool(row.nullable),
            default=default_from(self.defaults.get(row.key), kind),
            identity=self._identity(row.key),
            generated=self._generated(row.key),
            comment=self.comments.get(row.key, ""),
            invisible=bool(self.features.get(row.key, PLAIN).hidden),
        )

    def _identity(self, key: Key) -> Identity | None:
        """A table that never held a row begins with the seed itself."""
        found = self.identities.get(key)
        if found is None:
            return None
        seed, increment, last = found
        start, step = int(seed or 1), int(increment or 1)
        return Identity(start=start, increment=step, next=start if last is None else int(last) + step)

    def _generated(self, key: Key) -> Generated | None:
        found = self.computed.get(key)
        return Generated(Expression(FAMILY, unwrapped(str(found[0]))), bool(found[1])) if found else None

    def left(self, row: ColumnRow, place: str) -> Iterator[NotCarried]:
        """What the copy does not carry of this column."""
        features = self.features.get(row.key, PLAIN)
        told = {
            "its values are copied as bytes, which the server no longer writes": row.base.lower() in ROWVERSIONS,
            f"its type {row.type} becomes {row.native}": row.is_alias,
            "its values are read as text with their type before them: int:1": row.base.lower() == "sql_variant",
            f"its type {row.type} becomes the text of its bytes": bool(row.user_defined) and bool(row.assembly),
            "SPARSE is not kept": bool(features.sparse),
            "its mask is not kept": bool(features.masked),
            "its encryption is not kept": bool(features.encryption),
            "GENERATED ALWAYS is not kept: its values are copied": bool(features.generated_always),
        }
        return (NotCarried("column option", place, reason) for reason, true in told.items() if true)

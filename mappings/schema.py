"""Tables as values: immutable, with the engine's own text kept beside the meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mappings.defaults import Default
from mappings.types import LogicalType

Action = Literal["NO ACTION", "RESTRICT", "CASCADE", "SET NULL", "SET DEFAULT"]


@dataclass(frozen=True, slots=True, order=True)
class TableName:
    """`schema` is empty on engines without schemas inside a database."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True, slots=True)
class Expression:
    """SQL text in the spelling of the engine family `family`, which is named as sqlglot names its grammar."""

    family: str
    sql: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A column that numbers itself. `next` is the value the source would give next, None when unknown.

    `always` means the engine refuses explicit values unless overridden.
    """

    always: bool = False
    start: int = 1
    increment: int = 1
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Generated:
    expression: Expression
    stored: bool


@dataclass(frozen=True, slots=True)
class Column:
    """`native` is the engine's own type text. `on_update_now`: MySQL's ON UPDATE CURRENT_TIMESTAMP. `null_where`:
    a predicate of the engine's SQL; the values for which it is true are read as NULL, or as `instead`, a constant of
    that SQL, because the user allows it."""

    name: str
    type: LogicalType
    native: str
    nullable: bool = True
    default: Default | None = None
    identity: Identity | None = None
    generated: Generated | None = None
    comment: str = ""
    on_update_now: bool = False
    invisible: bool = False
    null_where: str = ""
    instead: str = "NULL"


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unique:
    name: str
    columns: tuple[str, ...]
    nulls_not_distinct: bool = False
    deferrable: bool = False
    initially_deferred: bool = False


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    columns: tuple[str, ...]
    target: TableName
    target_columns: tuple[str, ...]
    on_delete: Action = "NO ACTION"
    on_update: Action = "NO ACTION"
    deferrable: bool = False
    initially_deferred: bool = False
    validated: bool = True
    match_full: bool = False
    set_columns: tuple[str, ...] = ()
    """The columns that SET NULL or SET DEFAULT touches, where the engine lists a part of them."""


@dataclass(frozen=True, slots=True)
class IndexPart:
    """Either `column` or `expression`. `prefix` is the number of leading characters or bytes, if not all."""

    column: str = ""
    expression: Expression | None = None
    descending: bool = False
    prefix: int | None = None
    nulls_first: bool | None = None
    collation: str = ""
    opclass: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """`method` is empty for the ordinary ordered tree; otherwise the engine's word (gin, fulltext, ...)."""

    name: str
    parts: tuple[IndexPart, ...]
    unique: bool = False
    where: Expression | None = None
    include: tuple[str, ...] = ()
    method: str = ""
    nulls_not_distinct: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """`implied`: the column's type already says it (a boolean's `IN (0, 1)`), so only its own family needs it."""

    name: str
    expression: Expression
    validated: bool = True
    enforced: bool = True
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` and `octets` are the engine's estimates, None when it has none; they decide nothing but order.

    `options` holds engine words kept for the same family only (engine, row format, WITHOUT ROWID, ...).
    """

    name: TableName
    columns: tuple[Column, ...]
    primary_key: PrimaryKey | None = None
    uniques: tuple[Unique, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    comment: str = ""
    rows: int | None = None
    octets: int | None = None
    options: tuple[tuple[str, str], ...] = ()
    only: bool = False
    """True where a plain SELECT would also return other tables' rows (PostgreSQL inheritance parents)."""

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """The columns that rows are written to: all but the generated ones."""
        return tuple(column for column in self.columns if column.generated is None)


@dataclass(frozen=True, slots=True)
class NotCarried:
    """An object of the source that the copy leaves behind: `object` is view, trigger, index, default, ..."""

    object: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class View:
    """A view: `definition` is its SELECT, `columns` are its names where the SELECT alone does not tell them."""

    name: TableName
    definition: Expression
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """What a source holds. `family` and `version` say which engine; `default_schema` is where bare names live."""

    family: str
    version: str
    default_schema: str
    tables: tuple[Table, ...]
    not_carried: tuple[NotCarried, ...] = ()
    views: tuple[View, ...] = ()
    """Those that can be read; each is in `not_carried` too, for only a copy that is asked to tries them."""

    def table(self, name: TableName) -> Table:
        """The table called `name`; KeyError when there is none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(str(name))

"""Whether and how a table's identity, indexes and keys can be held here, and in words what is lost."""

from __future__ import annotations

import re
from dataclasses import replace

from dialects.base import Fit
from dialects.postgresql.server import Server
from dialects.postgresql.spelling import quote
from dialects.postgresql.types import FAMILY
from mappings import types as t
from mappings.schema import Check, Column, Expression, Identity, Index, IndexPart, Table

METHODS = {"", "hash", "gin", "gist", "spgist", "brin"}
FOREIGN_METHODS = {
    "fulltext": "create a GIN index on to_tsvector(...) instead",
    "spatial": "create a GiST index on a PostGIS column instead",
    "rtree": "create a GiST index on a PostGIS column instead",
}
OPERATOR_CLASS = re.compile(r'^(?:.*\.)?"?([^".]+)"?$')


def fit_identity(column: Column) -> Fit[Identity]:
    if isinstance(column.type, t.Integer):
        return Fit(column.identity)
    return Fit(None, f"only an integer can number itself here, not {column.native}")


def fit_index(table: Table, index: Index, server: Server) -> Fit[Index]:
    """The index with left(column, n) for a prefix, without a collation that is not known here."""
    if index.method not in METHODS:
        return Fit(None, f"no {index.method} index here: {FOREIGN_METHODS.get(index.method, 'an extension brings it')}")
    missing = [part.opclass for part in index.parts if part.opclass and _class_name(part) not in server.opclasses]
    if missing:
        return Fit(None, f"the operator class {missing[0]} is not here: create its extension first")
    fitted = [_part(table, part, server) for part in index.parts]
    reasons = dict.fromkeys(reason for _, reason in fitted if reason)
    return Fit(replace(index, parts=tuple(part for part, _ in fitted)), "; ".join(reasons))


def _class_name(part: IndexPart) -> str:
    found = OPERATOR_CLASS.match(part.opclass)
    return found[1] if found else part.opclass


def _part(table: Table, part: IndexPart, server: Server) -> tuple[IndexPart, str]:
    if part.prefix is not None:
        return _prefix(table, part, part.prefix)
    if part.collation and part.collation not in server.collations:
        return replace(part, collation=""), f"collation {part.collation} not kept"
    return part, ""


def _prefix(table: Table, part: IndexPart, length: int) -> tuple[IndexPart, str]:
    """left() counts characters and, with bytes, is substring(); a number needs neither."""
    kind = table.column(part.column).type
    name = quote(part.column)
    if isinstance(kind, t.Text | t.Enum | t.SetOf | t.Json):
        sql = f"left({name}, {length})"
    elif isinstance(kind, t.Binary):
        sql = f"substring({name} FROM 1 FOR {length})"
    else:
        return replace(part, prefix=None), ""
    reason = f"an index on the first {length} of {part.column} serves only queries that say {sql}"
    return replace(part, column="", prefix=None, expression=Expression(FAMILY, sql)), reason


def fit_table(table: Table, server: Server) -> tuple[Table, tuple[str, ...]]:
    """The table as it is; what this version makes of it otherwise than it was."""
    virtual = [column.name for column in table.columns if column.generated and not column.generated.stored]
    if not virtual or server.virtual_columns:
        return table, ()
    return table, (f"computed when a row is written, not when it is read: {', '.join(virtual)}",)


def fit_check(check: Check, server: Server) -> Fit[Check]:
    if check.enforced or server.unenforced_checks:
        return Fit(check)
    return Fit(None, "a check that is not enforced cannot be said here")

"""How far MySQL and MariaDB can hold keys, indexes and checks of other engines."""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Fit
from dialects.mysql.ddl import (
    INDEX_WORDS,
    KEY_OCTETS,
    equals_null,
    key_octets,
    never_null_parts,
    unlimited,
)
from dialects.mysql.server import Server
from dialects.mysql.types import FAMILY
from mappings import types as t
from mappings.schema import Check, Column, Expression, ForeignKey, Identity, Index, IndexPart, Table, Unique

PREFIX = 255
"""Characters or bytes of unlimited text that an index covers where the source did not say."""
NOT_KEPT = "{} not kept"
HINTS = {
    "gin": "FULLTEXT finds words, and on MySQL a multi-valued index finds members of JSON arrays",
    "gist": "SPATIAL finds shapes that are NOT NULL",
    "spgist": "SPATIAL finds shapes that are NOT NULL",
}
SEVERAL_NULLS = "several NULLs are allowed here"
NULLS_BY_EXPRESSION = "NULLs count as equal by an index on expressions, at which no foreign key can point"


def fit_identity(table: Table, column: Column) -> Fit[Identity]:
    first = next(other for other in table.columns if other.identity is not None)
    if column.identity is None or first.name != column.name:
        return Fit(None, "a table has at most one AUTO_INCREMENT column")
    if not isinstance(column.type, t.Integer):
        return Fit(None, "AUTO_INCREMENT needs an integer")
    if column.identity.increment != 1:
        return Fit(column.identity, f"the step of {column.identity.increment} becomes the server's own")
    return Fit(column.identity)


def fit_unique(table: Table, unique: Unique, server: Server) -> Fit[Unique]:
    parts = tuple(IndexPart(column) for column in unique.columns)
    if (problem := _key_problem(table, parts, server)) != "":
        return Fit(None, problem)
    plain = replace(unique, deferrable=False, initially_deferred=False)
    reasons = []
    if unique.nulls_not_distinct:
        plain, reason = _with_equal_nulls(table, plain, server)
        reasons += [reason] if reason else []
    reasons += ["checked at once, not deferrable"] if unique.deferrable else []
    return Fit(plain, "; ".join(reasons))


def _with_equal_nulls(table: Table, unique: Unique, server: Server) -> tuple[Unique, str]:
    """Columns that hold no NULL need nothing; the flag stays where `add_keys` can say it by expressions."""
    if not any(table.column(name).nullable for name in unique.columns):
        return replace(unique, nulls_not_distinct=False), ""
    if server.maria or not all(equals_null(table.column(name)) for name in unique.columns):
        return replace(unique, nulls_not_distinct=False), SEVERAL_NULLS
    return unique, NULLS_BY_EXPRESSION


def _key_problem(table: Table, parts: tuple[IndexPart, ...], server: Server) -> str:
    """Why a unique key over these parts is impossible, empty when it is possible."""
    loose = [part.column for part in parts if part.column and unlimited(table.column(part.column).native)]
    whole = [part.column for part in parts if part.column in loose and part.prefix is None]
    if whole and not (server.maria and len(parts) == len(loose)):
        return f"a unique key cannot cover the whole of {', '.join(whole)}"
    size = 0 if whole else sum(key_octets(table, part) for part in parts)
    return f"a key of {size} bytes, where {KEY_OCTETS} are the most" if size > KEY_OCTETS else ""


def fit_index(dialect: Dialect, table: Table, index: Index, server: Server) -> Fit[Index]:
    if index.method and index.method not in INDEX_WORDS and index.method != "hash":
        hint = f": {HINTS[index.method]}" if index.method in HINTS else ""
        return Fit(None, f"there is no {index.method} index here{hint}")
    if any(part.expression is not None for part in index.parts) and server.maria:
        return Fit(None, "there is no index on an expression here")
    if index.where is not None and index.unique:
        return _partial(dialect, table, index, server)
    if index.unique and index.nulls_not_distinct and not server.maria and _all_equal_null(table, index):
        return _equal_nulls(dialect, table, index, server)
    return _plain(table, index, server)


def _all_equal_null(table: Table, index: Index) -> bool:
    return all(part.column and part.prefix is None and equals_null(table.column(part.column)) for part in index.parts)


def _equal_nulls(dialect: Dialect, table: Table, index: Index, server: Server) -> Fit[Index]:
    """A unique index for which NULLs are equal, as one over expressions that are never NULL."""
    fit = _plain(table, replace(index, nulls_not_distinct=False), server)
    if fit.held is None or not any(table.column(part.column).nullable for part in index.parts):
        return fit
    parts = tuple(never_null for part in fit.held.parts for never_null in never_null_parts(dialect, table, part))
    return Fit(replace(fit.held, parts=parts), "; ".join(filter(None, (fit.reason, NULLS_BY_EXPRESSION))))


def _partial(dialect: Dialect, table: Table, index: Index, server: Server) -> Fit[Index]:
    """A unique index over some rows, as one over expressions that are NULL for the others."""
    if server.maria or index.where is None:
        return Fit(None, "there is no unique index over a part of the rows here")
    if (problem := _key_problem(table, index.parts, server)) != "":
        return Fit(None, problem)
    parts = tuple(_when(dialect, index.where, part) for part in index.parts)
    held = replace(index, parts=parts, where=None, include=(), nulls_not_distinct=False)
    reasons = ["written as an index on CASE expressions", *[SEVERAL_NULLS] * index.nulls_not_distinct]
    return Fit(held, "; ".join(reasons))


def _when(dialect: Dialect, where: Expression, part: IndexPart) -> IndexPart:
    value = part.expression.sql if part.expression is not None else dialect.quote(part.column)
    sql = f"CASE WHEN {where.sql} THEN {value} END"
    return IndexPart(expression=Expression(FAMILY, sql), descending=part.descending)


def _plain(table: Table, index: Index, server: Server) -> Fit[Index]:
    parts = tuple(replace(part, nulls_first=None, collation="", opclass="") for part in index.parts)
    parts = _with_included(table, index, parts)
    reasons = _reasons(index, parts)
    if index.method in ("", "hash"):
        if index.unique and (problem := _key_problem(table, parts, server)) != "":
            return Fit(None, problem)
        shortened = _shortened(table, parts)
        reasons += ["on the beginning of long text only"] if shortened != parts and not index.unique else []
        parts = parts if index.unique else shortened
    held = replace(
        index,
        parts=parts,
        where=None,
        include=(),
        nulls_not_distinct=False,
        method="" if index.method == "hash" else index.method,
    )
    return Fit(held, "; ".join(reasons))


def _with_included(table: Table, index: Index, parts: tuple[IndexPart, ...]) -> tuple[IndexPart, ...]:
    """The included columns behind the parts, where that changes no uniqueness and an entry can hold them."""
    if index.unique or index.method not in ("", "hash"):
        return parts
    for name in index.include:
        more = (*parts, IndexPart(name))
        fits = not unlimited(table.column(name).native) and sum(key_octets(table, part) for part in more) <= KEY_OCTETS
        parts = more if fits and name not in {part.column for part in parts} else parts
    return parts


def _reasons(index: Index, parts: tuple[IndexPart, ...]) -> list[str]:
    lost = [name for name in index.include if name not in {part.column for part in parts}]
    told = {
        "covers all rows, not only some": index.where is not None,
        NOT_KEPT.format(f"the included columns {', '.join(lost)} are"): bool(lost),
        NOT_KEPT.format("the order of NULLs is"): any(part.nulls_first is not None for part in index.parts),
        NOT_KEPT.format("collations and operator classes are"): any(p.collation or p.opclass for p in index.parts),
        SEVERAL_NULLS: index.unique and index.nulls_not_distinct,
        "an ordered tree instead of a hash": index.method == "hash",
    }
    return [reason for reason, true in told.items() if true]


def _shortened(table: Table, parts: tuple[IndexPart, ...]) -> tuple[IndexPart, ...]:
    """Text parts cut to a beginning, where they must be or where the entry would not fit."""
    cut = tuple(_prefixed(table, part) if _must_say(table, part) else part for part in parts)
    if sum(key_octets(table, part) for part in cut) <= KEY_OCTETS:
        return cut
    share = KEY_OCTETS // len(cut) // 4 - 2
    return tuple(replace(part, prefix=share) if _long(table, part, share) else part for part in cut)


def _must_say(table: Table, part: IndexPart) -> bool:
    return bool(part.column) and part.prefix is None and unlimited(table.column(part.column).native)


def _prefixed(table: Table, part: IndexPart) -> IndexPart:
    return replace(part, prefix=PREFIX)


def _long(table: Table, part: IndexPart, share: int) -> bool:
    if not part.column:
        return False
    textual = isinstance(table.column(part.column).type, t.Text | t.Binary)
    return textual and key_octets(table, part) > share * 4


def fit_foreign_key(table: Table, key: ForeignKey) -> Fit[ForeignKey]:
    """SET NULL on a column that is NOT NULL, which PostgreSQL lets stand, is refused here (error 1830)."""
    if key.set_columns:
        return Fit(None, "SET NULL for some of the columns does not exist here")
    plain = replace(key, deferrable=False, initially_deferred=False, match_full=False)
    reasons = ["checked at once, not deferrable"] if key.deferrable else []
    reasons += ["MATCH FULL not kept"] if key.match_full and len(key.columns) > 1 else []
    if "SET DEFAULT" in (key.on_delete, key.on_update):
        reasons.append("SET DEFAULT becomes NO ACTION")
        plain = replace(
            plain,
            on_delete="NO ACTION" if key.on_delete == "SET DEFAULT" else key.on_delete,
            on_update="NO ACTION" if key.on_update == "SET DEFAULT" else key.on_update,
        )
    if "SET NULL" in (plain.on_delete, plain.on_update) and any(
        not table.column(name).nullable for name in key.columns
    ):
        reasons.append("SET NULL becomes NO ACTION, for the column is NOT NULL")
        plain = replace(
            plain,
            on_delete="NO ACTION" if plain.on_delete == "SET NULL" else plain.on_delete,
            on_update="NO ACTION" if plain.on_update == "SET NULL" else plain.on_update,
        )
    return Fit(plain, "; ".join(reasons))


def fit_check(dialect: Dialect, table: Table, check: Check) -> Fit[Check]:
    """Neither product allows a check over a column that a foreign key's action writes or that numbers itself."""
    written = {column.name: "numbers itself" for column in table.columns if column.identity is not None}
    for key in table.foreign_keys:
        if key.on_update in ("CASCADE", "SET NULL") or key.on_delete == "SET NULL":
            written |= dict.fromkeys(key.columns, f"is written by the actions of foreign key {key.name}")
    for name, reason in written.items():
        if dialect.quote(name) in check.expression.sql:
            return Fit(None, f"column {name} {reason}")
    return Fit(check)

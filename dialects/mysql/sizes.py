"""Whether a table fits into the sizes that InnoDB allows: of a row, of its primary key, of comments."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from dialects.mysql.ddl import KEY_OCTETS, key_octets, octets, unlimited
from dialects.mysql.types import BLOBS, COLLATE, TEXTS, base, digits
from mappings.errors import Blocked
from mappings.schema import Column, IndexPart, Table

ROW_OCTETS = 65_535
TABLE_COMMENT, COLUMN_COMMENT = 2048, 1024
"""Characters of the longest comments."""
OFF_ROW = f"a row would be longer than {ROW_OCTETS} bytes, so these become {{word}}, of any length: {{columns}}"
CUT_COMMENT = "the comment{} is cut to {} characters"


def fit_table(table: Table) -> tuple[Table, tuple[str, ...]]:
    """The table as InnoDB can hold it, and what had to change for that. Blocked when its primary key cannot be."""
    _refuse_long_key(table)
    fitted = fitting_row(table)
    moved: dict[str, list[str]] = defaultdict(list)
    for column, after in zip(table.columns, fitted.columns, strict=True):
        if column.native != after.native:
            moved[base(after.native)].append(column.name)
    reasons = [OFF_ROW.format(word=word, columns=", ".join(names)) for word, names in moved.items()]
    fitted, cuts = _with_fitting_comments(fitted)
    return fitted, (*reasons, *cuts)


def _refuse_long_key(table: Table) -> None:
    columns = table.primary_key.columns if table.primary_key else ()
    size = sum(key_octets(table, IndexPart(name)) for name in columns if not unlimited(table.column(name).native))
    if size > KEY_OCTETS:
        raise Blocked(
            f"the primary key ({', '.join(columns)}) needs {size} bytes, where {KEY_OCTETS} are the most",
            hint=f"leave the table out with --exclude '{table.name}'",
        )


def _with_fitting_comments(table: Table) -> tuple[Table, list[str]]:
    """Comments that are too long are cut, and show it."""
    reasons = [CUT_COMMENT.format("", TABLE_COMMENT)] if len(table.comment) > TABLE_COMMENT else []
    reasons += [
        CUT_COMMENT.format(f" of {column.name}", COLUMN_COMMENT)
        for column in table.columns
        if len(column.comment) > COLUMN_COMMENT
    ]
    columns = tuple(replace(column, comment=_cut(column.comment, COLUMN_COMMENT)) for column in table.columns)
    return replace(table, comment=_cut(table.comment, TABLE_COMMENT), columns=columns), reasons


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


def fitting_row(table: Table) -> Table:
    """The table with its widest varchar columns as text types until a row fits into 65535 bytes."""
    keyed = _keyed(table)
    while sum(octets(column.native) for column in table.columns) > ROW_OCTETS:
        wide = [column for column in table.columns if _can_leave(column, keyed)]
        if not wide:
            return table
        widest = max(wide, key=lambda column: octets(column.native))
        moved = replace(widest, native=_off_row(widest.native))
        table = replace(table, columns=tuple(moved if column is widest else column for column in table.columns))
    return table


def _keyed(table: Table) -> set[str]:
    keys = [unique.columns for unique in table.uniques] + [key.columns for key in table.foreign_keys]
    keys += [table.primary_key.columns] if table.primary_key else []
    keys += [tuple(part.column for part in index.parts) for index in table.indexes]
    return {name for columns in keys for name in columns}


def _can_leave(column: Column, keyed: set[str]) -> bool:
    return base(column.native) in ("varchar", "varbinary") and column.name not in keyed


def _off_row(native: str) -> str:
    """The text or blob type that holds what a varchar or varbinary does."""
    binary = base(native) == "varbinary"
    sizes, size = (BLOBS, digits(native)) if binary else (TEXTS, octets(native))
    word = next(word for word, most in sizes.items() if word[0] != "t" or word == "text" if (most or size) >= size)
    found = COLLATE.search(native)
    return word + (found[0] if found else "")

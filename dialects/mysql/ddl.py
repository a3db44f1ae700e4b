"""The statements that make tables, indexes and keys. What InnoDB can say only inside CREATE TABLE, the key of an
AUTO_INCREMENT column and all comments, is said there."""

from __future__ import annotations

from dataclasses import replace

from dialects import sqltext
from dialects.base import Dialect
from dialects.mysql.server import Server
from dialects.mysql.types import (
    BLOBS,
    FAMILY,
    INTEGERS,
    TEXTS,
    UNSTORED_DEFAULT,
    base,
    collation_name,
    digits,
    literal,
)
from mappings import types as t
from mappings.schema import Column, Expression, Index, IndexPart, Table, Unique

KEY_OCTETS = 3072
SIZED = ("char", "varchar", "binary", "varbinary")
INDEX_WORDS = {"fulltext": "FULLTEXT ", "spatial": "SPATIAL ", "vector": "VECTOR "}
MORE_OCTETS = {"date": 3, "time": 6, "datetime": 8, "timestamp": 7, "year": 1, "float": 4, "double": 8, "uuid": 16}
CHARSET_OCTETS = {"utf8mb4": 4, "utf8mb3": 3, "utf8": 3, "ucs2": 2, "utf16": 4, "utf16le": 4, "utf32": 4}
STAND_INS: dict[type[t.LogicalType], str] = {
    **dict.fromkeys((t.Boolean, t.Integer, t.Decimal, t.Float, t.Year), "0"),
    **dict.fromkeys((t.Text, t.Enum, t.Uuid), "''"),
    t.Date: "DATE'2000-01-01'",
    t.Timestamp: "TIMESTAMP'2000-01-01 00:00:00'",
}
"""A value of the type, for an index in which NULLs are equal; any will do."""


def create_table(dialect: Dialect, table: Table, server: Server) -> str:
    """CREATE TABLE for InnoDB, but for unique constraints that only an index on expressions can keep."""
    plain = replace(table, uniques=tuple(unique for unique in table.uniques if not unique.nulls_not_distinct))
    statement = sqltext.create_table(dialect, plain, lambda column: column_line(dialect, column, server))
    if (key := identity_key(dialect, table)) is not None:
        statement = statement.removesuffix("\n)") + f",\n  {key}\n)"
    return statement + _options(table, server)


def _options(table: Table, server: Server) -> str:
    wished = dict(table.options).get("collation", "")
    collation = wished if server.knows(wished) else server.exact_collation
    options = f" ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT COLLATE={collation}"
    return options + (f" COMMENT={literal(table.comment)}" if table.comment else "")


def column_line(dialect: Dialect, column: Column, server: Server) -> str:
    """One column's definition. MariaDB knows no NOT NULL behind a generated column."""
    if column.generated is not None and server.maria:
        column = replace(column, nullable=True)
    parts = [sqltext.column_line(dialect, column)]
    if column.generated is None and column.nullable and base(column.native) == "timestamp":
        parts.append("NULL")  # an old default makes TIMESTAMP columns NOT NULL unless told otherwise
    if column.on_update_now:
        parts.append(f"ON UPDATE CURRENT_TIMESTAMP({digits(column.native) or ''})")
    if column.identity is not None:
        parts.append("AUTO_INCREMENT")
    if column.invisible:
        parts.append("INVISIBLE")
    if column.comment:
        parts.append(f"COMMENT {literal(column.comment)}")
    return " ".join(parts)


def stand_in(table: Table) -> str | None:
    """The name of the key that CREATE TABLE makes for the column that numbers itself, where none of its keys begins
    with that column."""
    column = numbered(table)
    keys = [unique.columns for unique in table.uniques]
    keys += [table.primary_key.columns] if table.primary_key else []
    if column is None or any(columns[0] == column for columns in keys):
        return None
    return stand_in_name(column)


def stand_in_name(column: str) -> str:
    return f"{column[:48]}_auto_increment"


def numbered(table: Table) -> str | None:
    """The column that numbers itself."""
    return next((column.name for column in table.columns if column.identity is not None), None)


def _replaces_stand_in(table: Table, index: Index) -> bool:
    """Whether this is the first of the indexes that can take the stand-in's place."""
    able = [each for each in table.indexes if not each.method and each.parts[0].column == numbered(table)]
    return stand_in(table) is not None and able[:1] == [index]


def identity_key(dialect: Dialect, table: Table) -> str | None:
    """The stand-in as a line of CREATE TABLE."""
    name, column = stand_in(table), numbered(table)
    return None if name is None or column is None else f"KEY {dialect.quote(name)} ({dialect.quote(column)})"


def create_index(dialect: Dialect, table: Table, index: Index) -> str:
    """One index. The first that begins with the column that numbers itself takes the place of the stand-in."""
    words = ("UNIQUE " if index.unique else "") + INDEX_WORDS.get(index.method, "") + "INDEX"
    parts = ", ".join(index_part(dialect, part) for part in index.parts)
    name, place = dialect.quote(index.name), dialect.qualified(table.name)
    if _replaces_stand_in(table, index):
        dropped = dialect.quote(stand_in(table) or "")
        return f"ALTER TABLE {place} ADD {words} {name} ({parts}), DROP INDEX {dropped}"
    return f"CREATE {words} {name} ON {place} ({parts})"


def add_keys(dialect: Dialect, table: Table) -> tuple[str, ...]:
    """The unique constraints for which NULLs are equal."""
    made = [unique for unique in table.uniques if unique.nulls_not_distinct]
    return tuple(create_index(dialect, table, never_null_index(dialect, table, unique)) for unique in made)


def never_null_index(dialect: Dialect, table: Table, unique: Unique) -> Index:
    parts = (part for name in unique.columns for part in never_null_parts(dialect, table, IndexPart(name)))
    return Index(unique.name, tuple(parts), unique=True)


def never_null_parts(dialect: Dialect, table: Table, part: IndexPart) -> tuple[IndexPart, ...]:
    """The part itself where it holds no NULL; else its value, a stand-in for NULL, and which of the two it is."""
    column = table.column(part.column)
    if not column.nullable:
        return (part,)
    name = dialect.quote(column.name)
    value = Expression(FAMILY, f"IFNULL({name}, {STAND_INS[type(column.type)]})")
    return (
        IndexPart(expression=value, descending=part.descending),
        IndexPart(expression=Expression(FAMILY, f"({name} IS NULL)")),
    )


def equals_null(column: Column) -> bool:
    """Whether an index can take a stand-in for the column's NULLs, or need not."""
    return not column.nullable or type(column.type) in STAND_INS


def index_part(dialect: Dialect, part: IndexPart) -> str:
    text = f"({part.expression.sql})" if part.expression is not None else dialect.quote(part.column)
    if part.prefix is not None:
        text += f"({part.prefix})"
    return text + " DESC" * part.descending


def octets(native: str) -> int:
    """The bytes a column takes in the row, or in an index entry."""
    word = base(native)
    if word in ("char", "varchar"):
        return digits(native, 1) * character_octets(native) + 2
    if word in ("binary", "varbinary"):
        return digits(native, 1) + 2
    if word in INTEGERS:
        return -(-INTEGERS[word] // 8)
    if word == "decimal":
        return digits(native, 10) // 2 + 2
    return 12 if word in UNSTORED_DEFAULT else MORE_OCTETS.get(word, 8)


def character_octets(native: str) -> int:
    """The most bytes of one character in the column's character set."""
    return CHARSET_OCTETS.get((collation_name(native) or "utf8mb4").split("_")[0], 1 if collation_name(native) else 4)


def key_octets(table: Table, part: IndexPart) -> int:
    """The bytes that one part takes in an index entry; the length of a text or of bytes does not count there."""
    if part.expression is not None:
        return 0
    native = table.column(part.column).native
    if part.prefix is None:
        return octets(native) - 2 * (base(native) in SIZED)
    text = base(native) in TEXTS or base(native) in ("char", "varchar")
    return part.prefix * (character_octets(native) if text else 1)


def unlimited(native: str) -> bool:
    """Whether a key over this column must say how much of it."""
    return base(native) in TEXTS or base(native) in BLOBS

"""What an engine can hold at all, as numbers and yes/no answers that neutral code reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """One engine's limits. Every field has a reader above `dialects`; what only an engine asks stays inside it."""

    writers: int
    """How many connections may write at once; 1 where the engine locks the whole database."""
    identifier_length: int
    identifier_octets: bool
    """True when `identifier_length` counts bytes of UTF-8 instead of characters."""
    schemas: bool
    """False where a database has one flat namespace: other schemas become a prefix of the table's name."""
    index_names_per_schema: bool
    """True when two tables of one schema cannot have indexes of the same name."""
    constraint_names_per_schema: bool
    """True when two tables of one schema cannot have foreign keys (or checks) of the same name."""
    identifiers_fold_case: bool
    """True when two columns that differ in case only cannot stand in one table."""
    foreign_keys_inline: bool
    """True when a foreign key can only be said inside CREATE TABLE."""
    unbounded_decimal: bool
    unsigned_integers: bool
    nul_in_text: bool
    float_specials: bool
    """Whether NaN and the infinities can be stored as floats."""
    least_year: int
    greatest_year: int
    keyed_text_length: int | None
    """Longest text in characters that a key may hold, None when the column need not say a length."""
    entry_octets: int | None = None
    """Bytes of the longest entry of an ordered index, of all its columns together; None where the columns' types see to
    that."""
    utf16_lengths: bool = False
    """True when a text length counts UTF-16 units, so that an emoji counts two."""
    infinite_floats: bool = False
    """Whether the infinities can be stored as floats where NaN cannot (SQLite)."""
    minus_zero: bool = True
    """Whether a float can be -0.0, which is equal to 0.0."""
    json_doubles: bool = False
    """True when the parsed JSON type keeps no numbers but integers of 64 bits and doubles, and JSON kept as text may
    have none beyond the doubles either."""
    json_depth: int | None = None
    """How many levels of arrays and objects JSON may have, parsed or kept as text; None for as many as anyone has."""
    json_torn_pairs: bool = False
    """Whether JSON kept as text may have an escape that is half a surrogate pair. Parsed JSON never has."""
    longest_span: int | None = None
    """Microseconds of the longest span that the type for spans of hours holds, of either sign."""
    foreign_keys_forward: bool = True
    """Where foreign keys can only be said inside CREATE TABLE: False when the table they point at must be there, and so
    keys in a circle cannot all be had (DuckDB)."""
    identifiers_fold_ascii: bool = False
    """Where identifiers fold case: True when only A to Z do, so that `É` and `é` are two columns (SQLite, DuckDB)."""
    tables_keep_case: bool = False
    """Where identifiers fold case: True when tables do not (MySQL and MariaDB on most file systems)."""
    constraint_kinds_apart: bool = False
    """Where constraint names are the schema's: True when keys, foreign keys and checks do not share them."""
    ddl_in_transactions: bool = True
    """False where DDL commits by itself, so that it and a note about it cannot be one step (MySQL and MariaDB)."""
    check_names_per_table: bool = False
    """Where constraint kinds are apart: True when the checks' names are their table's, and shared with its foreign
    keys (MariaDB)."""

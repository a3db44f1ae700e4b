"""Names on the target: style, renames, namespaces, length limits. All of it comes out the same in every plan."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mappings.limits import Limits
from mappings.name_styles import Style, styled
from mappings.schema import Table, TableName

SUFFIX = 8
"""Hexadecimal digits of the hash that end a shortened name."""
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SMALL_LETTERS = str.maketrans(CAPITALS, CAPITALS.lower())


@dataclass(frozen=True, slots=True)
class Rename:
    """`old` is a table of the source, with or without its schema, or one of its columns behind a dot; `new` is its
    whole name on the target."""

    old: str
    new: str

    def means_table(self, table: TableName) -> bool:
        return self.old in (str(table), table.name)

    def means_column(self, table: TableName, column: str) -> bool:
        return self.old in (f"{table}.{column}", f"{table.name}.{column}")


@dataclass(frozen=True, slots=True)
class Naming:
    """What the user wants things to be called. `schemas` are pairs of a source's namespace and the target's; an empty
    one means the default. A rename wins over the style."""

    style: Style = "preserve"
    renames: tuple[Rename, ...] = ()
    schemas: tuple[tuple[str, str], ...] = ()

    def styled(self, name: str) -> str:
        return styled(name, self.style)

    def given(self, table: TableName) -> str | None:
        """The name that the user gives the table, None when it is left to the style."""
        return next((rename.new for rename in self.renames if rename.means_table(table)), None)

    def table(self, table: TableName) -> str:
        """The name for a table, however long it is and whatever prefix it needs."""
        given = self.given(table)
        return self.styled(table.name) if given is None else given

    def column(self, table: TableName, column: str) -> str:
        """The name for a column of the source's `table`, however long it is."""
        given = (rename.new for rename in self.renames if rename.means_column(table, column))
        return next(given, self.styled(column))

    def home(self, schema: str, source_default: str) -> str:
        """The target's namespace for one of the source's, empty for the default."""
        own = {schema, ""} if schema == source_default else {schema}
        wished = (new for old, new in self.schemas if old in own)
        return next(wished, "" if schema in ("", source_default) else self.styled(schema))


PRESERVED = Naming()
"""Everything is called as at the source."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """An object, such as a table, column or index, that is called otherwise on the target."""

    object: str
    source: str
    target: str


def shortened(name: str, limits: Limits) -> str:
    """`name` cut to the target's limit, ending in a hash of the whole, so that two long names stay apart."""
    if _size(name, limits) <= limits.identifier_length:
        return name
    mark = "_" + hashlib.sha256(name.encode()).hexdigest()[:SUFFIX]
    head = name
    while _size(head + mark, limits) > limits.identifier_length:
        head = head[:-1]
    return head + mark


def _size(name: str, limits: Limits) -> int:
    if limits.identifier_octets:
        return len(name.encode())
    return len(name.encode("utf-16-le")) // 2 if limits.utf16_lengths else len(name)


def folded(name: str, limits: Limits) -> str:
    """What columns (and most other names) are told apart by on the target: letter by letter, as engines do it."""
    if not limits.identifiers_fold_case:
        return name
    if limits.identifiers_fold_ascii:
        return name.translate(SMALL_LETTERS)
    return "".join(letter.lower()[0] for letter in name)


def folded_table(table: TableName, limits: Limits) -> TableName:
    """What tables are told apart by on the target."""
    if limits.tables_keep_case:
        return table
    return TableName(folded(table.schema, limits), folded(table.name, limits))


def table_names(
    sources: Iterable[TableName], *, naming: Naming, source_default: str, target_default: str, limits: Limits
) -> dict[TableName, TableName]:
    """Where each source table goes: the default namespace to the target's default, any other to one of the same
    name, or to a prefix where the target has one flat namespace. Two may go to one place: see `equal_tables`."""
    return {source: _place(source, naming, source_default, target_default, limits) for source in sources}


def _place(source: TableName, naming: Naming, source_default: str, target_default: str, limits: Limits) -> TableName:
    home, name = naming.home(source.schema, source_default), naming.table(source)
    if limits.schemas:
        return TableName(shortened(home, limits) or target_default, shortened(name, limits))
    prefixed = f"{home}_{name}" if home and naming.given(source) is None else name
    return TableName("", shortened(prefixed, limits))


def column_names(table: Table, naming: Naming, limits: Limits) -> dict[str, str]:
    """The target's name of each column by the source's. Two may have one name: see `equal_columns`."""
    return {column.name: shortened(naming.column(table.name, column.name), limits) for column in table.columns}


def equal_tables(places: Mapping[TableName, TableName], limits: Limits) -> Iterator[tuple[TableName, TableName]]:
    """Pairs of source tables that would be one on the target: the first, and each that comes after it."""
    taken: dict[TableName, TableName] = {}
    for source, place in places.items():
        first = taken.setdefault(folded_table(place, limits), source)
        if first != source:
            yield first, source


def equal_columns(names: Mapping[str, str], limits: Limits) -> Iterator[tuple[str, str]]:
    """Pairs of a table's columns, by their source names, whose target `names` the target cannot tell apart."""
    taken: dict[str, str] = {}
    for source, name in names.items():
        first = taken.setdefault(folded(name, limits), source)
        if first != source:
            yield first, source


def equal_homes(
    schemas: Iterable[str], naming: Naming, source_default: str, limits: Limits
) -> Iterator[tuple[str, str]]:
    """Pairs of the source's namespaces that the style alone would make one; what the user maps to one is meant so."""
    mapped = {old for old, _ in naming.schemas}
    taken: dict[str, str] = {}
    for schema in schemas:
        home = naming.home(schema, source_default)
        if home and schema not in mapped:
            first = taken.setdefault(folded(home, limits), schema)
            if first != schema:
                yield first, schema

"""What a database holds, read from its catalogue: one query per topic, whatever the number of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dialects.mssql import objects, queries
from dialects.mssql.columns import ColumnReader, ColumnRow, Features, Key
from dialects.mssql.errors import MISSING, number_of
from dialects.mssql.keys import KeyReader
from dialects.mssql.queries import OWN, OWN_CATALOGUE, STANDARD_CATALOGUE, Source, Topic
from dialects.mssql.server import Server
from dialects.mssql.spelling import is_spatial, quote
from dialects.mssql.types import FAMILY
from mappings.errors import DatabaseError
from mappings.schema import NotCarried, Schema, Table, TableName

Row = tuple[Any, ...]
Run = Callable[[str], Iterable[Row]]
FIRST_SRID = "SELECT TOP (1) {column}.STSrid FROM {table} WHERE {column} IS NOT NULL"


class Asked:
    """Runs topics. A view or a column that a compatible server lacks, or that this user may not see, leaves a note
    instead of ending the reflection."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.missing: list[NotCarried] = []

    def __call__(self, topic: Topic) -> list[Row]:
        try:
            return [tuple(row) for row in self._run(topic.sql)]
        except DatabaseError as error:
            if number_of(error.__cause__) not in MISSING:
                raise
            self.missing.append(NotCarried("catalogue", topic.name, f"could not be read: {error.message}"))
            return []

    def has(self, topic: Topic) -> bool:
        """Whether the topic can be read; no note when it cannot."""
        before = len(self.missing)
        self(topic)
        there = len(self.missing) == before
        del self.missing[before:]
        return there


@dataclass(frozen=True, slots=True)
class Names:
    """Tables by their numbers, with names as they were written where a catalogue shows them in lower case."""

    tables: Mapping[Any, TableName]
    columns: Mapping[Key, str]


def read_schema(run: Run, server: Server, schemas: tuple[str, ...]) -> Schema:
    """Every table of these schemas (all when empty), and by name what is no table. Our own tables are passed over."""
    asked = Asked(run)
    source = OWN_CATALOGUE if asked.has(queries.TABLES) else STANDARD_CATALOGUE
    rows = [row for row in asked(source.tables) if not str(row[2]).lower().startswith(OWN) and str(row[1]) != OWN]
    columns = _columns(asked(source.columns))
    names = _names(rows, columns, asked(queries.SPELLINGS))
    wanted = {key for key, name in names.tables.items() if not schemas or _chosen(name.schema, schemas, server)}
    external = {row[0] for row in objects.table_features(asked, source) if row[3]}
    reader = _column_reader(asked, source, run, [row for key in wanted for row in columns[key]], names)
    keys = KeyReader.read(asked, source, names)
    sizes = {row[0]: row[1:] for row in asked(queries.SIZES)}
    tables = [
        _table(key, columns[key], names, reader, keys, sizes.get(key, (None, None)))
        for key in names.tables
        if key in wanted - external
    ]
    left = [*objects.listed(asked, source, names, wanted, server, schemas), *keys.left(wanted)]
    left += [note for key in wanted for row in columns[key] for note in reader.left(row, _place(row, names))]
    not_carried = tuple(dict.fromkeys(left + asked.missing))
    return Schema(FAMILY, server.label, server.default_schema, tuple(tables), not_carried)


def _chosen(schema: str, schemas: tuple[str, ...], server: Server) -> bool:
    return schema.lower() in {name.lower() for name in schemas} if server.folds_case else schema in schemas


def _columns(rows: list[Row]) -> defaultdict[Any, list[ColumnRow]]:
    found: defaultdict[Any, list[ColumnRow]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(ColumnRow(*row))
    return found


def _names(tables: list[Row], columns: Mapping[Any, list[ColumnRow]], spellings: list[Row]) -> Names:
    """The standard's views keep the case that some catalogues fold. An exact match is always taken as it is."""
    exact = {tuple(row) for row in spellings} | {(row[0], row[1]) for row in spellings}
    folded = {tuple(part.lower() for part in row): tuple(row) for row in spellings}
    folded |= {key[:2]: row[:2] for key, row in folded.items()}

    def written(*name: str) -> tuple[str, ...]:
        return name if name in exact else folded.get(tuple(part.lower() for part in name), name)

    by_number = {row[0]: TableName(*written(str(row[1]), str(row[2]))) for row in tables}
    by_column = {
        row.key: written(name.schema, name.name, row.name)[-1]
        for key, name in by_number.items()
        for row in columns.get(key, ())
    }
    return Names(by_number, by_column)


def _place(row: ColumnRow, names: Names) -> str:
    return f"{names.tables[row.table]}.{names.columns[row.key]}"


def _column_reader(asked: Asked, source: Source, run: Run, rows: list[ColumnRow], names: Names) -> ColumnReader:
    own = source is OWN_CATALOGUE
    features = asked(queries.COLUMN_FEATURES) if own else []
    computed = asked(queries.COMPUTED) if own else []
    return ColumnReader(
        identities={row[:2]: row[2:] for row in asked(source.identities)},
        computed={row[:2]: row[2:] for row in computed},
        defaults={row[:2]: str(row[2]) for row in asked(source.defaults) if row[2] is not None},
        comments=comments(asked) if own else {},
        features={row[:2]: Features(*row[2:]) for row in features},
        srids=_srids(run, rows, names),
    )


def comments(asked: Asked) -> dict[Key, str]:
    """By the numbers of table and column; a table's own has the column 0."""
    return {row[:2]: str(row[2]) for row in asked(queries.COMMENTS) if row[2] is not None}


def _srids(run: Run, rows: list[ColumnRow], names: Names) -> dict[Key, int]:
    """The SRID of the first geometry of each column; each row is checked when it is read."""
    found = {}
    for row in rows:
        if is_spatial(row.native):
            name = names.tables[row.table]
            table, column = f"{quote(name.schema)}.{quote(name.name)}", quote(names.columns[row.key])
            for (srid,) in run(FIRST_SRID.format(column=column, table=table)):
                found[row.key] = int(srid)
    return found


def _table(
    key: Any, rows: list[ColumnRow], names: Names, reader: ColumnReader, keys: KeyReader, size: tuple[Any, ...]
) -> Table:
    primary, uniques, indexes, options = keys.indexes(key)
    shown = [row for row in rows if not reader.features.get(row.key, Features()).column_set]
    return Table(
        name=names.tables[key],
        columns=tuple(reader(row, names.columns[row.key]) for row in shown),
        primary_key=primary,
        uniques=uniques,
        foreign_keys=keys.foreign_keys(key),
        indexes=indexes,
        checks=keys.checks(key),
        comment=reader.comments.get((key, 0), ""),
        rows=None if size[0] is None else int(size[0]),
        octets=None if size[1] is None else int(size[1]),
        options=options,
    )

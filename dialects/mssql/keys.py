"""Keys, indexes and checks read from the catalogue's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from dialects.mssql.ddl import CLUSTERED, NONCLUSTERED, PRIMARY_KEY
from dialects.mssql.expressions import unwrapped
from dialects.mssql.queries import Source, Topic
from dialects.mssql.types import FAMILY
from mappings.schema import Action, Check, Expression, ForeignKey, Index, IndexPart, NotCarried, PrimaryKey, Unique

if TYPE_CHECKING:
    from dialects.mssql.catalog import Names

Row = tuple[Any, ...]
TREES = (1, 2)
"""Types of sys.indexes that are ordered trees; 1 holds the rows themselves."""
METHODS = {3: "xml", 4: "spatial", 5: "clustered columnstore", 6: "columnstore", 7: "hash", 8: "vector", 9: "json"}
ACTIONS: dict[str, Action] = {
    "NO_ACTION": "NO ACTION",
    "NO ACTION": "NO ACTION",
    "CASCADE": "CASCADE",
    "SET_NULL": "SET NULL",
    "SET NULL": "SET NULL",
    "SET_DEFAULT": "SET DEFAULT",
    "SET DEFAULT": "SET DEFAULT",
}


@dataclass(frozen=True, slots=True)
class KeyReader:
    """The rows of the topics, by table or constraint."""

    names: Names
    index_rows: Mapping[Any, list[Row]]
    index_columns: Mapping[Any, list[Row]]
    foreign_key_rows: Mapping[Any, list[Row]]
    foreign_key_columns: Mapping[Any, list[Row]]
    check_rows: Mapping[Any, list[Row]]

    @classmethod
    def read(cls, asked: Callable[[Topic], list[Row]], source: Source, names: Names) -> Self:
        return cls(
            names,
            _grouped((row[0], row) for row in asked(source.indexes)),
            _grouped((row[:2], row) for row in asked(source.index_columns)),
            _grouped((row[1], row) for row in asked(source.foreign_keys)),
            _grouped((row[0], row) for row in asked(source.foreign_key_columns)),
            _grouped((row[0], row) for row in asked(source.checks)),
        )

    def indexes(
        self, table: Any
    ) -> tuple[PrimaryKey | None, tuple[Unique, ...], tuple[Index, ...], tuple[tuple[str, str], ...]]:
        """Primary key, unique constraints, other indexes, and which of them the rows lie in."""
        primary, uniques, indexes, options = None, [], [], []
        for row in self.index_rows.get(table, ()):
            _, number, name, kind, _, is_primary, is_constraint, disabled, _ = row
            columns = self._key_columns(table, number)
            if is_primary:
                primary = PrimaryKey(name, columns)
                options += [(PRIMARY_KEY, NONCLUSTERED)] if kind != 1 else []
                continue
            if disabled or not (columns or kind in METHODS):
                continue
            options += [(CLUSTERED, name)] if kind == 1 else []
            if is_constraint:
                uniques.append(Unique(name, columns, nulls_not_distinct=True))
            else:
                indexes.append(self._index(row))
        return primary, tuple(uniques), tuple(indexes), tuple(options)

    def _index(self, row: Row) -> Index:
        """NULL is one value in a unique index here. A columnstore lists all its columns as included ones."""
        table, number, name, kind, unique, _, _, _, condition = row
        columns = self.index_columns.get((table, number), ())
        columnstore = "columnstore" in METHODS.get(kind, "")
        keyed = [each for each in columns if each[3] or columnstore or kind not in TREES]
        return Index(
            name=name,
            parts=tuple(IndexPart(self._column(table, each[2]), descending=bool(each[4])) for each in keyed),
            unique=bool(unique),
            where=Expression(FAMILY, unwrapped(condition)) if condition else None,
            include=tuple(self._column(table, each[2]) for each in columns if each[5] and not columnstore),
            method=METHODS.get(kind, "") if kind not in TREES else "",
            nulls_not_distinct=bool(unique),
        )

    def _key_columns(self, table: Any, number: Any) -> tuple[str, ...]:
        """Without included ones, and those that only say the partition."""
        rows = self.index_columns.get((table, number), ())
        return tuple(self._column(table, row[2]) for row in rows if row[3] and not row[5])

    def _column(self, table: Any, number: Any) -> str:
        return self.names.columns[table, number]

    def foreign_keys(self, table: Any) -> tuple[ForeignKey, ...]:
        rows = self.foreign_key_rows.get(table, ())
        return tuple(self._foreign_key(row) for row in rows if row[3] in self.names.tables)

    def _foreign_key(self, row: Row) -> ForeignKey:
        number, table, name, target, on_delete, on_update, disabled, untrusted = row
        pairs = self.foreign_key_columns.get(number, ())
        return ForeignKey(
            name=name,
            columns=tuple(self._column(table, own) for _, own, _ in pairs),
            target=self.names.tables[target],
            target_columns=tuple(self._column(target, other) for _, _, other in pairs),
            on_delete=ACTIONS.get(str(on_delete).upper(), "NO ACTION"),
            on_update=ACTIONS.get(str(on_update).upper(), "NO ACTION"),
            validated=not (disabled or untrusted),
        )

    def checks(self, table: Any) -> tuple[Check, ...]:
        return tuple(
            Check(name, Expression(FAMILY, unwrapped(text)), validated=not untrusted, enforced=not disabled)
            for _, name, text, disabled, untrusted in self.check_rows.get(table, ())
        )

    def left(self, wanted: Iterable[Any]) -> Iterator[NotCarried]:
        """Indexes and keys that are switched off."""
        for table in wanted:
            for row in self.index_rows.get(table, ()):
                if row[7] and not row[5]:
                    yield NotCarried("index", f"{self.names.tables[table]}.{row[2]}", "it is disabled at the source")
            for row in self.foreign_key_rows.get(table, ()):
                if row[6]:
                    place = f"{self.names.tables[table]}.{row[2]}"
                    yield NotCarried("foreign key option", place, "it is disabled at the source, but made here")


def _grouped(pairs: Iterable[tuple[Any, Row]]) -> dict[Any, list[Row]]:
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for key, row in pairs:
        groups[key].append(row)
    return groups

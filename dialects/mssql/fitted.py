"""What hangs on other tables of the same plan: foreign keys need a plain key to point at, actions must not reach a
table on two ways (error 1785), and names of keys are unique in a schema."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from mappings.schema import ForeignKey, Table, TableName, Unique

CHANGING = ("CASCADE", "SET NULL", "SET DEFAULT")
PRIMARY = "PRIMARY"
"""What MySQL calls every primary key."""


def filtered(table: Table, unique: Unique) -> bool:
    """Whether a constraint would refuse rows that the source holds, for NULL counts as one value here. Such a one is
    made as a unique index over the rows without NULL."""
    return not unique.nulls_not_distinct and any(table.column(name).nullable for name in unique.columns)


def changes(key: ForeignKey) -> bool:
    """Whether the key's actions change rows."""
    return bool({key.on_delete, key.on_update} & set(CHANGING))


@dataclass
class Fitted:
    """The tables found, and those fitted since, by name."""

    _tables: dict[TableName, Table] = field(default_factory=dict)

    def begin(self, tables: Iterable[Table]) -> None:
        """Forget what was fitted: a plan begins with the tables that the database has already."""
        self._tables = {table.name: table for table in tables}

    def target_problem(self, table: Table, key: ForeignKey) -> str:
        """Why the key cannot point at its columns, empty when it can or nothing is known of the parent."""
        parent = table if key.target == table.name else self._tables.get(key.target)
        if parent is None:
            return ""
        plain = [unique.columns for unique in parent.uniques if not filtered(parent, unique)]
        plain += [parent.primary_key.columns] if parent.primary_key else []
        plain += [
            tuple(part.column for part in index.parts) for index in parent.indexes if index.unique and not index.where
        ]
        if any(set(columns) == set(key.target_columns) for columns in plain):
            return ""
        return f"{key.target} ({', '.join(key.target_columns)}) has no unique key here that takes no NULL"

    def settle(self, table: Table) -> tuple[Table, list[str]]:
        """The table with its keys named and its actions as the server takes them, and what is changed for that."""
        self._tables.pop(table.name, None)
        table = self._named(table)
        table, reasons = self._harmless(table)
        self._tables[table.name] = table
        return table, reasons

    def _named(self, table: Table) -> Table:
        taken = {
            name.lower()
            for other in self._tables.values()
            if other.name.schema == table.name.schema and other.name != table.name
            for name in _names(other)
        }
        key = table.primary_key
        if key is not None:
            table = replace(table, primary_key=replace(key, name=_free(key.name, table, taken)))
        uniques = tuple(replace(unique, name=_free(unique.name, table, taken)) for unique in table.uniques)
        return replace(table, uniques=uniques)

    def _harmless(self, table: Table) -> tuple[Table, list[str]]:
        kept: list[ForeignKey] = []
        reasons: list[str] = []
        for key in table.foreign_keys:
            problem = self._second_way(table, key, kept) if changes(key) else ""
            if problem:
                reasons.append(f"the actions of foreign key {key.name} become NO ACTION: {problem} (error 1785)")
                key = replace(key, on_delete="NO ACTION", on_update="NO ACTION")
            kept.append(key)
        return replace(table, foreign_keys=tuple(kept)), reasons

    def _second_way(self, table: Table, key: ForeignKey, kept: list[ForeignKey]) -> str:
        """Whether a change could come to this table, or to one below it, on two ways."""
        above = self._ancestors(key.target)
        if key.target == table.name or table.name in above:
            return "they would lead back to the same table"
        own = set[TableName]().union(*(self._ancestors(other.target) for other in kept if changes(other)))
        reached = {table.name: own} | {name: self._ancestors(name) for name in self._tables}
        below = [name for name, known in reached.items() if name == table.name or table.name in known]
        for name in below:
            if shared := above & reached[name]:
                return f"{name} is reached from {min(shared)} already"
        return ""

    def _ancestors(self, name: TableName) -> set[TableName]:
        """The table and all from which a change reaches it."""
        found, waiting = set(), [name]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                known = self._tables.get(each)
                waiting += [key.target for key in known.foreign_keys if changes(key)] if known else []
        return found


def _names(table: Table) -> list[str]:
    """Everything of a table that has a name in the schema."""
    names = [table.name.name, *(unique.name for unique in table.uniques), *(check.name for check in table.checks)]
    names += [key.name for key in table.foreign_keys]
    return [*names, table.primary_key.name] if table.primary_key else names


def _free(name: str, table: Table, taken: set[str]) -> str:
    if not name or (name.lower() not in taken and name != PRIMARY):
        return name
    return f"{table.name.name}_{name}"[:128]

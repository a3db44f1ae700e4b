"""What columns, indexes and constraints of the source's tables are called on the target. Each name is given once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dialects.base import Dialect
from mappings.name_scopes import Kind, NameScopes
from mappings.names import Naming, Renamed, shortened
from mappings.renaming import renamed
from mappings.schema import Expression, Table, TableName


@dataclass
class TargetNames:
    """`places` are the source's tables on the target; `there` are tables that the target has already, whose indexes
    and constraints have names too."""

    dialect: Dialect
    places: Mapping[TableName, TableName]
    naming: Naming
    there: Iterable[Table] = ()
    renamed: list[Renamed] = field(default_factory=list)
    """The indexes and constraints that are called otherwise."""
    _scopes: NameScopes = field(init=False)

    def __post_init__(self) -> None:
        tables = (*self.places.values(), *(table.name for table in self.there))
        self._scopes = NameScopes(self.dialect.limits, tables, self._allowed)
        for table in self.there:
            self._scopes.occupy(table)

    def _allowed(self, name: str) -> bool:
        return not (self.dialect.refuses_name("index", name) or self.dialect.refuses_name("constraint", name))

    def column(self, table: TableName, column: str) -> str:
        """The name of a column of the source's `table`."""
        return shortened(self.naming.column(table, column), self.dialect.limits)

    def columns(self, table: TableName, columns: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.column(table, column) for column in columns)

    def claim(self, kind: Kind, own: str, table: TableName, otherwise: str) -> str:
        """A name for an index or constraint of the source's `table` that is free on the target: `own` in the chosen
        style when the source has one."""
        wished = self.naming.styled(own) if own else f"{self.places[table].name}_{otherwise}"
        name = self._scopes.claim(kind, wished, self.places[table])
        if own and name != own:
            self.renamed.append(Renamed(kind, f"{table}.{own}", name))
        return name

    def expression(self, source: Table, expression: Expression) -> Expression | None:
        """The expression with the new names where it is in the target's own grammar already; others get them when
        they are translated. None where the names cannot be found for sure."""
        if expression.family != self.dialect.family:
            return expression
        names = {column.name: self.column(source.name, column.name) for column in source.columns}
        table = (source.name.name, self.places[source.name].name)
        return renamed(expression, names, table, self.dialect.quote)

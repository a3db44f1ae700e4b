"""What stands in the way of the names on the target: two that would be one, and names that the engine cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dialects.base import Dialect, Named
from mappings.errors import Blocked, ConfigurationError
from mappings.name_scopes import plain
from mappings.names import (
    Naming,
    Rename,
    Renamed,
    column_names,
    equal_columns,
    equal_homes,
    equal_tables,
    folded,
    shortened,
)
from mappings.schema import Schema, Table, TableName
from mappings.type_mapper import Note
from transfer.config import mapping_schema, renaming
from transfer.plan import TablePlan


@dataclass(frozen=True, slots=True)
class NameCheck:
    """Looks at all names of a plan before anything else is settled. `places` are the source's tables on the target."""

    schema: Schema
    naming: Naming
    places: Mapping[TableName, TableName]
    dialect: Dialect

    def blocks(self) -> Iterator[Note]:
        """One for each name that cannot be, with the option that settles it; `where` begins with the table."""
        yield from self._homes()
        yield from self._tables()
        for table in self.schema.tables:
            yield from self._columns(table)

    def _homes(self) -> Iterator[Note]:
        default, limits = self.schema.default_schema, self.dialect.limits
        if not limits.schemas:
            return  # prefixes: only tables can be one
        homes = {table.name.schema: self.naming.home(table.name.schema, default) for table in self.schema.tables}
        for first, other in equal_homes(homes, self.naming, default, limits):
            message = f"the schemas {first} and {other} would both become {homes[other]}"
            yield Note("F", other, message, mapping_schema(other, f"{homes[other]}_2"))
        for schema, home in homes.items():
            if home and (reason := self.dialect.refuses_name("schema", home)):
                message = f"no schema can be called {home!r}: {reason}"
                yield Note("F", schema, message, mapping_schema(schema, f"own_{home}"))

    def _tables(self) -> Iterator[Note]:
        offer = Offer(self.dialect, "table", [place.name for place in self.places.values()])
        for source, place in self.places.items():
            if reason := self.dialect.refuses_name("table", place.name):
                yield offer.instead(str(source), place.name, f"no table can be called {place.name!r}: {reason}")
        for first, other in equal_tables(self.places, self.dialect.limits):
            place = self.places[other]
            yield offer.instead(str(other), place.name, f"{other} and {first} would both become {place}")

    def _columns(self, table: Table) -> Iterator[Note]:
        names = column_names(table, self.naming, self.dialect.limits)
        offer = Offer(self.dialect, "column", list(names.values()))
        for source, name in names.items():
            if reason := self.dialect.refuses_name("column", name):
                yield offer.instead(f"{table.name}.{source}", name, f"no column can be called {name!r}: {reason}")
        for first, other in equal_columns(names, self.dialect.limits):
            message = f"the columns {first} and {other} would both become {names[other]}"
            yield offer.instead(f"{table.name}.{other}", names[other], message)


@dataclass(frozen=True, slots=True)
class Offer:
    """Offers names that the target takes, none of them twice. `taken` are those that others have."""

    dialect: Dialect
    what: Named
    taken: list[str]

    def instead(self, place: str, name: str, message: str) -> Note:
        """A block with the option that calls the thing at `place` otherwise."""
        free = self._free(name)
        self.taken.append(free)
        return Note("F", place, message, renaming(place, free))

    def _free(self, wished: str) -> str:
        used = {folded(name, self.dialect.limits) for name in self.taken}
        for candidate in self._candidates(plain(wished).replace(".", "_")):
            name = shortened(candidate, self.dialect.limits)
            if folded(name, self.dialect.limits) not in used and not self.dialect.refuses_name(self.what, name):
                return name
        raise Blocked(f"no free name for {wished!r}", hint="leave its table out with --exclude")

    def _candidates(self, name: str) -> Iterator[str]:
        """The name itself, numbered, with something before it for names that engines keep for themselves, or none of
        it."""
        yield name
        for pattern in ("{name}_{number}", "a_{name}_{number}", "{what}_{number}"):
            for number in range(2, len(self.taken) + 3):
                yield pattern.format(name=name, what=self.what, number=number)


def renamed_in(table: TablePlan) -> Iterator[Renamed]:
    """The table and its columns, where they are called otherwise on the target."""
    source, target = table.source.name, table.target.name
    if source.name != target.name:
        yield Renamed("table", str(source), str(target))
    for column in table.columns:
        if column.read.name != column.write.name:
            yield Renamed("column", f"{source}.{column.read.name}", column.write.name)


def refuse_unmeant(naming: Naming, schema: Schema) -> None:
    """ConfigurationError for a rename or a mapped schema that means nothing, or two things: a typing mistake would
    otherwise go unseen."""
    homes = {table.name.schema for table in schema.tables}
    for old, new in naming.schemas:
        if (old or schema.default_schema) not in homes:
            shown = ", ".join(sorted(home for home in homes if home)) or "none"
            raise ConfigurationError(
                f"--map-schema {old}={new}: no selected table is in the schema {old or schema.default_schema!r}",
                hint=f"their schemas are: {shown}",
            )
    for rename in naming.renames:
        _refuse_rename(rename, schema)


def _refuse_rename(rename: Rename, schema: Schema) -> None:
    meant = [f"the table {table.name}" for table in schema.tables if rename.means_table(table.name)]
    meant += [
        f"the column {column.name} of {table.name}"
        for table in schema.tables
        for column in table.columns
        if rename.means_column(table.name, column.name)
    ]
    if not meant:
        raise ConfigurationError(
            f"--rename {rename.old}={rename.new} matches no selected table and no column of one",
            hint="names are written as they are stored: TABLE=NEW or TABLE.COLUMN=NEW",
        )
    if len(meant) > 1:
        raise ConfigurationError(
            f"--rename {rename.old}={rename.new} may mean {' or '.join(meant)}", hint="put the schema in front"
        )

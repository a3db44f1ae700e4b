"""Names of indexes and constraints, unique where the target wants them to be, and the same in every plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from mappings.errors import Blocked
from mappings.limits import Limits
from mappings.names import shortened
from mappings.schema import Table, TableName

Kind = Literal["index", "key", "foreign key", "check"]
"""A `key` is a primary key or unique constraint: an index and a constraint in one."""
BASIC_PLANE = "\uffff"


def any_name(name: str) -> bool:
    """For engines that take every name."""
    return True


class NameScope:
    """The names already given in one namespace of the target."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: set[str] = set()

    def reserve(self, name: str) -> None:
        self._taken.add(_alike(name, self._limits))

    def free(self, name: str) -> bool:
        return _alike(name, self._limits) not in self._taken


def _alike(name: str, limits: Limits) -> str:
    """Names that engines may take for equal are equal here: some ignore accents for some objects and not for others,
    and to be too strict costs no more than a longer name."""
    if not limits.identifiers_fold_case:
        return name
    bare = (mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    return "".join(bare).replace("ı", "i").casefold()


@dataclass
class NameScopes:
    """All namespaces of a target. `tables` are the names of its tables, those to be made included; `allowed` says
    whether the engine takes a name for an index or constraint at all."""

    limits: Limits
    tables: Iterable[TableName] = ()
    allowed: Callable[[str], bool] = any_name
    _scopes: dict[tuple[str, str, str], NameScope] = field(default_factory=dict)

    def claim(self, kind: Kind, wished: str, table: TableName) -> str:
        """A name for an object of the target's `table`: the wished one whenever it is free and allowed, else made
        so by the table's name in front, or a number behind."""
        scopes = list(self._of(kind, table))
        for candidate in _candidates(wished, table.name):
            name = shortened(candidate, self.limits)
            if self.allowed(name) and all(scope.free(name) for scope in scopes):
                for scope in scopes:
                    scope.reserve(name)
                return name
        raise Blocked(f"no free name for {wished} of table {table}", hint=f"leave it out with --exclude '{table}'")

    def occupy(self, table: Table) -> None:
        """Reserve the names of a table that the target has already."""
        named: list[tuple[Kind, str]] = [("key", unique.name) for unique in table.uniques]
        named += [("key", table.primary_key.name)] if table.primary_key is not None else []
        named += [("index", index.name) for index in table.indexes]
        named += [("foreign key", key.name) for key in table.foreign_keys]
        named += [("check", check.name) for check in table.checks]
        for kind, name in named:
            for scope in self._of(kind, table.name):
                scope.reserve(name)

    def _of(self, kind: Kind, table: TableName) -> Iterator[NameScope]:
        """The namespaces that a name must be free in."""
        if kind in ("index", "key"):
            yield self._scope("index", table, wide=self.limits.index_names_per_schema)
        if kind != "index":
            yield from self._of_constraint(kind, table)

    def _of_constraint(self, kind: Kind, table: TableName) -> Iterator[NameScope]:
        limits = self.limits
        if not limits.constraint_names_per_schema:
            yield self._scope("constraint", table, wide=False)
        elif not limits.constraint_kinds_apart:
            yield self._scope("object", table, wide=True)
        elif kind == "foreign key":
            yield self._scope("foreign key", table, wide=True)
            if limits.check_names_per_table:
                yield self._scope("check", table, wide=False)
        elif kind == "check":
            yield self._scope("check", table, wide=not limits.check_names_per_table)

    def _scope(self, kind: str, table: TableName, *, wide: bool) -> NameScope:
        key = (kind, table.schema, "" if wide else table.name)
        if key not in self._scopes:
            self._scopes[key] = scope = NameScope(self.limits)
            if wide and kind in ("index", "object"):
                for name in self.tables:
                    if name.schema == table.schema:
                        scope.reserve(name.name)
        return self._scopes[key]


def _candidates(wished: str, table: str) -> Iterator[str]:
    bare = plain(wished)
    yield from dict.fromkeys((wished, bare, f"{table}_{wished}", f"{table}_{bare}"))
    for number in range(2, 1000):
        yield f"{table}_{bare}_{number}"


def plain(name: str) -> str:
    """The name without what some engines refuse: characters beyond the basic plane, and spaces at the end."""
    return "".join(letter if letter <= BASIC_PLANE else "_" for letter in name).rstrip() or "_"

"""Names on the target: namespaces, length limits, scopes. Everything is deterministic, so that two plans agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mappings.errors import Blocked
from mappings.limits import Limits
from mappings.schema import TableName

SUFFIX = 8
"""Hexadecimal digits of the hash that end a shortened name."""


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
    return len(name.encode()) if limits.identifier_octets else len(name)


def table_names(
    sources: Iterable[TableName], *, source_default: str, target_default: str, limits: Limits
) -> dict[TableName, TableName]:
    """Where each source table goes: the default namespace to the target's default, any other to one of the same
    name, or to a prefix where the target has one flat namespace. Blocked on a collision."""
    places: dict[TableName, TableName] = {}
    taken: dict[TableName, TableName] = {}
    for source in sources:
        place = _place(source, source_default, target_default, limits)
        folded = TableName(place.schema.lower(), place.name.lower()) if limits.identifiers_fold_case else place
        if folded in taken:
            raise Blocked(
                f"{source} and {taken[folded]} would both become {place}",
                hint=f"leave one out with --exclude '{source}'",
            )
        taken[folded] = source
        places[source] = place
    return places


def _place(source: TableName, source_default: str, target_default: str, limits: Limits) -> TableName:
    at_home = source.schema in ("", source_default)
    if limits.schemas:
        return TableName(target_default if at_home else source.schema, shortened(source.name, limits))
    name = source.name if at_home else f"{source.schema}_{source.name}"
    return TableName("", shortened(name, limits))


class NameScope:
    """The names already given in one namespace of the target. `claim` gives the wished name, or one made unique by
    the table's name in front, or by a hash behind."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: set[str] = set()

    def reserve(self, name: str) -> None:
        self._taken.add(name.lower())

    def claim(self, wished: str, table: str) -> str:
        """A free name; `wished` itself whenever it is free."""
        numbered = (f"{table}_{wished}_{number}" for number in range(2, 1000))
        for candidate in (wished, f"{table}_{wished}", *numbered):
            name = shortened(candidate, self._limits)
            if name.lower() not in self._taken:
                self._taken.add(name.lower())
                return name
        raise Blocked(f"no free name for {wished} of table {table}")

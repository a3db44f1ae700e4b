"""The names that the server itself would give to constraints and sequences that have none."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from mappings.schema import Table

LONGEST = 63
"""Bytes of a name."""


def settled(table: Table) -> Table:
    """The planned table with the names that the server would give to what has none."""
    name = table.name.name
    taken = {check.name for check in table.checks} | {key.name for key in table.foreign_keys}

    def free(columns: str, kind: str) -> str:
        found = next(each for n in count() if (each := object_name(name, columns, f"{kind}{n or ''}")) not in taken)
        taken.add(found)
        return found

    key = table.primary_key
    uniques = tuple(replace(u, name=u.name or free("_".join(u.columns), "key")) for u in table.uniques)
    checks = tuple(replace(c, name=c.name or free("", "check")) for c in table.checks)
    foreign = tuple(replace(k, name=k.name or free("_".join(k.columns), "fkey")) for k in table.foreign_keys)
    named = key and replace(key, name=key.name or free("", "pkey"))
    return replace(table, primary_key=named, uniques=uniques, checks=checks, foreign_keys=foreign)


def object_name(table: str, columns: str, kind: str) -> str:
    """As the server makes it: the longer of the first two parts is cut until all fit."""
    parts = [part.encode() for part in (table, columns) if part]
    room = LONGEST - len(f"_{kind}".encode()) - (len(parts) - 1)
    while sum(map(len, parts)) > room:
        longest = max(range(len(parts)), key=lambda n: len(parts[n]))
        parts[longest] = parts[longest][:-1]
    words = [part.decode(errors="ignore") for part in parts]
    return "_".join((*words, kind))

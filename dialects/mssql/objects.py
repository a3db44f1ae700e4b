"""What a database holds beside plain tables: listed by name, not carried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dialects.mssql import queries
from dialects.mssql.queries import OWN, OWN_CATALOGUE, Source, Topic
from dialects.mssql.server import Server
from mappings.schema import NotCarried

if TYPE_CHECKING:
    from dialects.mssql.catalog import Names

Row = tuple[Any, ...]
Ask = Callable[[Topic], list[Row]]
KINDS = {
    "V": "view",
    "P": "procedure",
    "PC": "procedure",
    "X": "procedure",
    "FN": "function",
    "IF": "function",
    "TF": "function",
    "FS": "function",
    "FT": "function",
    "AF": "aggregate",
    "TR": "trigger",
    "TA": "trigger",
    "SN": "synonym",
    "SO": "sequence",
    "SQ": "queue",
    "R": "rule",
    "ET": "external table",
}
NO_DATA = "no data: create it on the target yourself"
TEMPORAL = {1: "it is the history of another table, and copied as a plain table", 2: "system versioning is not kept"}


def listed(
    asked: Ask, source: Source, names: Names, wanted: Iterable[Any], server: Server, schemas: tuple[str, ...]
) -> Iterator[NotCarried]:
    """Every object that is left behind, or carried in part, of these tables and schemas."""
    if source is not OWN_CATALOGUE:
        return
    chosen = {name.lower() for name in schemas}
    yield from _objects(asked, chosen)
    yield from _of_tables(asked, source, names, set(wanted))
    if chosen:
        return
    yield from (NotCarried("trigger", str(name), "it belongs to the database") for (name,) in _triggers(asked))
    for name, count in asked(queries.PROPERTIES):
        yield NotCarried("extended property", str(name), f"on {count} objects")
    if server.level < server.version * 10:
        yield NotCarried("database option", "compatibility level", f"the source runs at {server.level}")


def _triggers(asked: Ask) -> list[Row]:
    return asked(queries.DATABASE_TRIGGERS)


def _objects(asked: Ask, chosen: set[str]) -> Iterator[NotCarried]:
    for kind, schema, name, parent in asked(queries.OBJECTS):
        if (not chosen or str(schema).lower() in chosen) and not str(name).startswith(OWN):
            place = f"{schema}.{parent}.{name}" if parent else f"{schema}.{name}"
            yield NotCarried(KINDS.get(str(kind).strip(), "object"), place, NO_DATA)
    for schema, name, is_table, is_assembly in asked(queries.TYPES):
        if not chosen or str(schema).lower() in chosen:
            word = "table type" if is_table else "assembly type" if is_assembly else "alias type"
            yield NotCarried(word, f"{schema}.{name}", "columns get the type beneath it" if word[0] == "a" else NO_DATA)


def _of_tables(asked: Ask, source: Source, names: Names, wanted: set[Any]) -> Iterator[NotCarried]:
    for number, temporal, in_memory, external, node, edge in table_features(asked, source):
        if number not in wanted:
            continue
        told = {
            TEMPORAL.get(temporal, ""): temporal in TEMPORAL,
            "it is kept in memory at the source, and is a plain table here": bool(in_memory),
            "it is external, so its rows are elsewhere": bool(external),
            "it is part of a graph, and copied as a plain table": bool(node or edge),
        }
        reasons = [reason for reason, true in told.items() if true]
        yield from (NotCarried("table option", str(names.tables[number]), reason) for reason in reasons)
    for number, name, enabled in asked(queries.POLICIES):
        if number in wanted and enabled:
            reason = "it may hide rows: its table is not read while it is on"
            yield NotCarried("security policy", f"{names.tables[number]}.{name}", reason)
    for (number,) in asked(queries.FULLTEXT):
        if number in wanted:
            yield NotCarried("index", str(names.tables[number]), "its full-text index is not carried")


def table_features(asked: Ask, source: Source) -> list[Row]:
    """The rows of TABLE_FEATURES; none where only the standard's catalogue can be read."""
    return asked(queries.TABLE_FEATURES) if source is OWN_CATALOGUE else []

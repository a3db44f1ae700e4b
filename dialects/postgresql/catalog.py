"""Reflection: tables as values, and by name whatever is no table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from psycopg.rows import namedtuple_row

from dialects.postgresql import queries
from dialects.postgresql.columns import Reflected, Row, Types, reflected
from dialects.postgresql.connection import PlainConnection
from dialects.postgresql.ddl import STORAGE, UNLOGGED
from dialects.postgresql.server import Server
from dialects.postgresql.types import FAMILY
from dialects.sqltext import string_literal
from mappings.schema import (
    Action,
    Check,
    Expression,
    ForeignKey,
    Index,
    IndexPart,
    NotCarried,
    PrimaryKey,
    Schema,
    Table,
    TableName,
    Unique,
    View,
)

ACTIONS: dict[str, Action] = {
    "a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT",
}  # fmt: skip
DESCENDING, NULLS_FIRST = 1, 2
POSITIONS_AT_ONCE = 200

REASONS = {
    "view": "create it on the target from its definition",
    "materialized view": "create it on the target from its definition",
    "foreign table": "its rows live on another server: copy them from there",
    "sequence": "no column alone numbers itself by it",
    "trigger": "write it anew on the target",
    "rule": "write it anew on the target",
    "policy": "who may see which rows is set up on the target",
    "statistics": "create it anew where the planner needs it",
    "function": "write it anew on the target",
    "procedure": "write it anew on the target",
    "aggregate": "write it anew on the target",
    "domain": "its columns take its base type and rules",
    "composite type": "its columns hold text unless the target has the type",
    "range type": "its columns hold text unless the target has the type",
    "type": "its columns hold text unless the target has the type",
    "collation": "its columns lose it unless the target has it",
    "operator": "write it anew on the target",
    "text search configuration": "write it anew on the target",
    "extension": "only those whose types a column has are created on the target",
    "event trigger": "write it anew on the target",
    "publication": "set it up on the target",
    "large objects": "columns of type oid keep their numbers only",
    "comment": "only comments on tables and columns are carried",
}
KINDS = {"v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence"}


def reflect(connection: PlainConnection, server: Server, schemas: tuple[str, ...]) -> Schema:
    """Every table of these schemas, of all that are the user's own when none is named."""
    return Reflection(connection, server, schemas).schema()


class Reflection:
    """One reading of the catalogue: one query per topic, then tables are put together from their rows."""

    def __init__(self, connection: PlainConnection, server: Server, schemas: tuple[str, ...]) -> None:
        self._connection = connection
        self._server = server
        self._asked = {"everything": not schemas, "schemas": list(schemas)}
        self._relations = self._rows(queries.RELATIONS, {})
        self._tables = [row for row in self._relations if row.kind in "rp" and row.partition_of is None]
        self._left: list[NotCarried] = []
        self._numbering: set[int] = set()

    def schema(self) -> Schema:
        numbers = {"relations": [row.oid for row in self._tables]}
        columns = self._columns(numbers)
        constraints = _by_relation(self._rows(queries.CONSTRAINTS, numbers))
        indexes = _by_relation(self._rows(queries.INDEXES, numbers))
        self._left = [item for row in self._relations for item in _apart(row, self._numbering)]
        self._left += [
            NotCarried(row.object, row.name, REASONS[row.object]) for row in self._rows(queries.OTHERS, numbers)
        ]
        tables = tuple(
            self._table(row, columns[row.oid], constraints[row.oid], indexes[row.oid]) for row in self._tables
        )
        home = self._server.default_schema
        return Schema(FAMILY, self._server.label, home, tables, tuple(self._left), self._views())

    def _views(self) -> tuple[View, ...]:
        numbers = [row.oid for row in self._relations if row.kind == "v"]
        rows = self._rows(queries.VIEWS, {"views": numbers}) if numbers else []
        return tuple(
            View(_name(row), Expression(FAMILY, row.definition.strip().removesuffix(";")), tuple(row.columns))
            for row in rows
        )

    def _rows(self, query: str, numbers: Mapping[str, Sequence[int]]) -> list[Row]:
        with self._connection.cursor(row_factory=namedtuple_row) as cursor:
            return list(cursor.execute(query.encode(), {**self._asked, **numbers}).fetchall())

    def _columns(self, numbers: Mapping[str, Sequence[int]]) -> defaultdict[int, list[Reflected]]:
        rows = self._rows(queries.COLUMNS, numbers)
        types = Types(self._rows(queries.TYPES, {}), self._server.money_digits)
        self._numbering = {row.sequence_number for row in rows if row.sequence}
        positions = self._positions([row.sequence for row in rows if row.sequence and row.readable])
        names = {row.oid: str(_name(row)) for row in self._tables}
        found: defaultdict[int, list[Reflected]] = defaultdict(list)
        for row in rows:
            found[row.relation].append(reflected(row, types, positions, names[row.relation]))
        return found

    def _positions(self, sequences: list[str]) -> dict[str, tuple[int, bool]]:
        """The last value of each sequence, and whether it has been given yet."""
        selects = [queries.POSITION.format(literal=string_literal(name), name=name) for name in sequences]
        found: dict[str, tuple[int, bool]] = {}
        for start in range(0, len(selects), POSITIONS_AT_ONCE):
            union = " UNION ALL ".join(selects[start : start + POSITIONS_AT_ONCE])
            found.update({name: (last, given) for name, last, given in self._connection.execute(union.encode())})
        return found

    def _table(self, row: Row, columns: list[Reflected], constraints: list[Row], indexes: list[Row]) -> Table:
        name = _name(row)
        self._left += [item for column in columns for item in column.not_carried]
        self._left += [item for constraint in constraints for item in _constraint_left(name, constraint)]
        self._left += [item for index in indexes for item in _index_left(name, index)]
        by_kind = {kind: [item for item in constraints if item.kind == kind] for kind in "pufc"}
        return Table(
            name=name,
            columns=tuple(column.column for column in columns),
            primary_key=next((PrimaryKey(key.name, tuple(key.columns)) for key in by_kind["p"]), None),
            uniques=tuple(_unique(item) for item in by_kind["u"]),
            foreign_keys=tuple(_foreign_key(item) for item in by_kind["f"]),
            indexes=tuple(_index(item) for item in indexes if item.valid),
            checks=tuple(_check(item) for item in by_kind["c"]) + tuple(_domain_checks(columns)),
            comment=row.comment,
            rows=row.rows,
            octets=row.octets,
            options=_options(row),
            only=row.inherited,
        )


def _by_relation(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.relation].append(row)
    return found


def _name(row: Row) -> TableName:
    return TableName(row.home, row.name)


def _options(row: Row) -> tuple[tuple[str, str], ...]:
    unlogged = ((UNLOGGED, "true"),) if row.persistence == "u" else ()
    storage = ((STORAGE, row.storage),) if row.storage else ()
    return unlogged + storage


def _apart(row: Row, numbering: set[int]) -> list[NotCarried]:
    """What is no table, and what of a table has no place in the copy. `numbering` are the identities' sequences."""
    name = str(_name(row))
    if row.kind in KINDS:
        kind = KINDS[row.kind]
        return [] if row.oid in numbering else [NotCarried(kind, name, REASONS[kind])]
    if row.partition_of is not None:
        return [NotCarried("partition", name, f"its rows are copied with their parent {row.partition_of}")]
    items = [NotCarried("partitioning", name, f"PARTITION BY {row.partitioning}: becomes one table")] * bool(
        row.partitioning
    )
    items += [NotCarried("inheritance", name, f"no longer a child of {parent}") for parent in row.parents]
    items += [NotCarried("row security", name, "it is off on the target")] * row.secured
    return items + [NotCarried("privileges", name, "grant them on the target")] * row.granted


def _constraint_left(table: TableName, row: Row) -> list[NotCarried]:
    place = f"{table}.{row.name}"
    if row.kind == "x":
        return [NotCarried("exclusion constraint", place, "columns and operators have no equal in other engines")]
    if row.kind == "c" and row.alone:
        return [NotCarried("check option", place, "NO INHERIT is not kept")]
    return [NotCarried("key option", place, "included columns are not kept")] * row.includes


def _index_left(table: TableName, row: Row) -> list[NotCarried]:
    place = f"{table}.{row.name}"
    if not row.valid:
        return [NotCarried("index", place, "it is invalid at the source: REINDEX or drop it")]
    return [NotCarried("index option", place, f"{row.storage} is not kept")] * bool(row.storage)


def _unique(row: Row) -> Unique:
    return Unique(row.name, tuple(row.columns), row.nulls_not_distinct, row.deferrable, row.deferred)


def _foreign_key(row: Row) -> ForeignKey:
    return ForeignKey(
        name=row.name,
        columns=tuple(row.columns),
        target=TableName(row.target_home, row.target),
        target_columns=tuple(row.target_columns),
        on_delete=ACTIONS[row.on_delete],
        on_update=ACTIONS[row.on_update],
        deferrable=row.deferrable,
        initially_deferred=row.deferred,
        validated=row.validated,
        match_full=row.match == "f",
        set_columns=tuple(row.set_columns),
    )


def _check(row: Row) -> Check:
    return Check(row.name, Expression(FAMILY, row.expression), row.validated, row.enforced)


def _domain_checks(columns: list[Reflected]) -> Iterable[Check]:
    return (check for column in columns for check in column.checks)


def _index(row: Row) -> Index:
    return Index(
        name=row.name,
        parts=tuple(_part(part) for part in row.parts),
        unique=row.unique_,
        where=None if row.predicate is None else Expression(FAMILY, row.predicate),
        include=tuple(row.include),
        method="" if row.method == "btree" else row.method,
        nulls_not_distinct=row.nulls_not_distinct,
    )


def _part(part: Mapping[str, str | int | None]) -> IndexPart:
    """Where NULLs go is said only where it is not what the direction implies."""
    option = int(part["option"] or 0)
    descending, nulls_first = bool(option & DESCENDING), bool(option & NULLS_FIRST)
    expression = part["expression"]
    return IndexPart(
        column=str(part["column"] or ""),
        expression=None if expression is None else Expression(FAMILY, str(expression)),
        descending=descending,
        nulls_first=None if nulls_first == descending else nulls_first,
        collation=str(part["collation"] or ""),
        opclass=str(part["opclass"] or ""),
    )

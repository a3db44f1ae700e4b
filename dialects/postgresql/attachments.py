"""Reads from the catalogue what hangs on tables that are to be swapped, with the statements that put it on again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dialects.postgresql import attached, bound
from dialects.postgresql.attached import BETWEEN
from dialects.postgresql.server_names import settled
from dialects.postgresql.spelling import quote
from dialects.sqltext import string_literal
from dialects.swap import (
    Attachment,
    Attachments,
    Held,
    InboundKey,
    Obstacle,
    Query,
    Swap,
    is_key,
    missing_columns,
    numbered,
)
from mappings.errors import DatabaseError
from mappings.schema import ForeignKey, Table, TableName

Row = tuple[Any, ...]

UNGRANT = """\
DO $ungrant$ DECLARE each record; BEGIN
  FOR each IN SELECT DISTINCT coalesce(quote_ident(r.rolname), 'PUBLIC') AS who
                FROM pg_catalog.pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) g
                LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
               WHERE c.oid = {literal}::regclass AND g.grantee <> c.relowner
  LOOP EXECUTE format('REVOKE ALL ON {kind} %s FROM %s', {literal}::regclass, each.who); END LOOP;
END $ungrant$"""
"""Default privileges may have given a new table rights that the old one does not have."""

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
PARTITIONED = "it is partitioned, a partition, or inherits"
ABOUT = (
    attached.OWNERS, attached.OWN_GRANTS, attached.GRANTS, attached.COLUMN_GRANTS, attached.COMMENTS,
    attached.TRIGGERS, attached.RULES, attached.POLICIES, attached.VIEW_COLUMNS, attached.VIEW_INDEXES,
    attached.TUNING, attached.SETTINGS,
)  # fmt: skip
"""What is said of one table or view, in the order in which it is put on: the owner first, for he grants the rest."""


def read(query: Query, swaps: tuple[Swap, ...]) -> Attachments:
    """In one snapshot, with an empty search path: then the server qualifies all names in its texts."""
    query(BEGIN)
    try:
        query("SET LOCAL search_path = pg_catalog")
        return Reading(query, swaps).attachments()
    finally:
        with suppress(DatabaseError):
            query("ROLLBACK")


@dataclass
class Reading:
    """One reading of the catalogue, for tables known by their numbers there."""

    query: Query
    swaps: tuple[Swap, ...]
    tables: dict[int, Swap] = field(default_factory=dict)
    obstacles: list[Obstacle] = field(default_factory=list)
    left: list[Obstacle] = field(default_factory=list)

    def attachments(self) -> Attachments:
        for swap in self.swaps:
            self._find(swap)
        copied = [*self._tables(), *self._sequences(), *self._chosen()]
        moved = [*self._views(), *self._functions(), *self._publications(), *self._statistics()]
        inbound, parked = self._foreign_keys()
        self._others()
        return Attachments(
            tuple(moved),
            tuple(copied),
            tuple(parked),
            tuple(inbound),
            tuple(self._held()),
            tuple(self.obstacles),
            tuple(self.left),
        )

    def _ask(self, statement: str, oids: Iterable[int] = ()) -> list[Row]:
        def listed(numbers: Iterable[int]) -> str:
            return f"ARRAY[{', '.join(map(str, numbers))}]::oid[]"

        return self.query(statement.format(relations=listed(self.tables), oids=listed(oids)))

    def _find(self, swap: Swap) -> None:
        literal = string_literal(_qualified(swap.live))
        (row,) = self.query(bound.RELATIONS.format(relation=literal))
        oid, partition, kind, inherits, labels, spaced, *_ = row
        self.tables[int(str(oid))] = swap
        if partition or inherits or kind != "r":
            self._block(swap, "table", PARTITIONED)
        if labels:
            self._block(swap, "security label", "labels are for their provider to put")
        if spaced:
            self.left.append(Obstacle(swap.live, "tablespace", "the new table is in the default one"))

    def _block(self, swap: Swap, what: str, reason: str) -> None:
        self.obstacles.append(Obstacle(swap.live, what, reason))

    def _lacks(self, swap: Swap, what: str, columns: Iterable[str]) -> bool:
        gone = missing_columns(swap.table, tuple(columns))
        if gone:
            self._block(swap, what, f"it needs column {', '.join(gone)}, which the new table does not have")
        return bool(gone)

    def _tables(self) -> Iterable[Attachment]:
        for swap in self.swaps:
            relation = _qualified(swap.live)
            ungrant = UNGRANT.format(literal=string_literal(relation), kind="TABLE")
            yield Attachment(swap.live, "grants", "of default privileges", make=(ungrant,))
        for statement in ABOUT:
            for oid, kind, name, text, columns in self._ask(statement, self.tables):
                swap = self.tables[oid]
                if kind == "comment" and _commented(swap.table, columns):
                    continue
                if not self._dropped(swap, kind, name, columns):
                    yield Attachment(swap.live, kind, name, make=tuple(text.split(BETWEEN)))

    def _dropped(self, swap: Swap, kind: str, name: str, columns: list[str]) -> bool:
        """What is said of a column alone goes with the column."""
        gone = missing_columns(swap.table, tuple(columns))
        if gone and kind in ("grants", "comment", "column setting"):
            self.left.append(Obstacle(swap.live, f"{kind} {name}", "the new table has no such column"))
            return True
        return self._lacks(swap, f"{kind} {name}", columns)

    def _views(self) -> Iterable[Attachment]:
        rows = self._ask(bound.VIEWS)
        about: dict[int, list[str]] = {}
        for statement in ABOUT if rows else ():
            for oid, _, _, text, _ in self._ask(statement, [row[0] for row in rows]):
                about.setdefault(oid, []).extend(text.split(BETWEEN))
        for oid, kind, schema, name, persistence, _, create, columns in rows:
            view = TableName(schema, name)
            first = self._view_base(view, columns)
            if persistence == "t":
                self._block(first, f"view {view}", "it is temporary, of a session that runs")
            word = "MATERIALIZED VIEW" if kind == "m" else "VIEW"
            ungrant = UNGRANT.format(literal=string_literal(_qualified(view)), kind="TABLE")
            remove = f"DROP {word} {_qualified(view)}"
            yield Attachment(
                first.live, word.lower(), str(view), (remove,), (create, *about[oid][:1], ungrant, *about[oid][1:])
            )

    def _view_base(self, view: TableName, columns: list[str]) -> Swap:
        """A live table that the view reads itself, the first of all for a view over a view."""
        for swap in self.swaps:
            own = [
                name for number, name in (each.split(".", 1) for each in columns) if self.tables[int(number)] == swap
            ]
            self._lacks(swap, f"view {view}", own)
        bases = [self.tables[int(each.split(".", 1)[0])] for each in columns]
        return bases[0] if bases else self.swaps[0]

    def _functions(self) -> Iterable[Attachment]:
        for oid, name, create in self._ask(bound.FUNCTIONS):
            yield Attachment(self.tables[oid].live, "function", name, make=(create,))

    def _publications(self) -> Iterable[Attachment]:
        for oid, name, remove, make, columns in self._ask(bound.PUBLICATIONS):
            self._lacks(self.tables[oid], f"publication {name}", columns)
            yield Attachment(self.tables[oid].live, "publication", name, (remove,), (make,))
        for (name,) in self._ask(bound.ALL_TABLES):
            reason = "it publishes every table, the shadow too, which its subscribers do not have"
            self._block(self.swaps[0], f"publication {name}", reason)

    def _statistics(self) -> Iterable[Attachment]:
        for oid, name, remove, make, columns in self._ask(bound.STATISTICS):
            self._lacks(self.tables[oid], f"statistics {name}", columns)
            yield Attachment(self.tables[oid].live, "statistics", name, (remove,), tuple(make.split(BETWEEN)))

    def _foreign_keys(self) -> tuple[list[InboundKey], list[Attachment]]:
        inbound, parked = [], []
        for row in self._ask(bound.FOREIGN_KEYS):
            child, parent, schema, table, name, valid, remove, make, confirm, comment, commented, *columns = row
            comments = (comment,) if commented else ()
            if child in self.tables:
                live = self.tables[child].live
                parked.append(Attachment(live, "foreign key", name, (remove,), (make, *comments)))
                continue
            own, referenced, partitioned = columns
            key = ForeignKey(name, tuple(own), self.tables[parent].live, tuple(referenced))
            if not is_key(self.tables[parent].table, key.target_columns):
                place = f"foreign key {name} of {schema}.{table}"
                self._block(self.tables[parent], place, "the new table has no such key to point to")
            later = valid and not partitioned
            made = (f"{make} NOT VALID" if later else make, *comments)
            confirmed = (confirm,) if later else ()
            inbound.append(InboundKey(TableName(schema, table), key, (remove,), made, confirmed))
        return inbound, parked

    def _sequences(self) -> Iterable[Attachment]:
        found = {row[1]: row for row in self._ask(bound.SEQUENCES)}
        for table, _, same_schema, name, column in found.values():
            swap = self.tables[table]
            if column not in {each.name for each in numbered(swap.table)}:
                self.left.append(Obstacle(swap.live, f"sequence {name}", "its column no longer numbers itself"))
            elif not same_schema:
                self._block(swap, f"sequence {name}", "it is in another schema than its table")
        for statement in (attached.GRANTS, attached.COMMENTS) if found else ():
            for oid, kind, name, text, _ in self._ask(statement, found):
                swap, column = self.tables[found[oid][0]], found[oid][4]
                if column in {each.name for each in numbered(swap.table)}:
                    yield Attachment(swap.live, f"{kind} of the sequence", name, make=(text,))

    def _chosen(self) -> Iterable[Attachment]:
        """What is said of an index or constraint by its name, where the new table has one of that name."""
        for oid, name, clustered, identity, cluster, replica, comment, commented in self._ask(bound.CHOSEN_INDEXES):
            said = ((clustered, "clustering", cluster), (identity, "replica identity", replica))
            for kind, make in [(kind, make) for so, kind, make in (*said, (commented, "comment", comment)) if so]:
                yield from self._named(self.tables[oid], kind, name, make)
        for oid, name, comment in self._ask(bound.CONSTRAINT_COMMENTS):
            if not any(name == key.name for key in self.tables[oid].table.foreign_keys if key.target not in self._live):
                yield from self._named(self.tables[oid], "comment", name, comment)

    @property
    def _live(self) -> set[TableName]:
        return {swap.live for swap in self.swaps}

    def _named(self, swap: Swap, kind: str, name: str, make: str) -> Iterable[Attachment]:
        if name in _names(swap.table):
            yield Attachment(swap.live, kind, name, make=(make,))
        else:
            self.left.append(Obstacle(swap.live, f"{kind} of {name}", "the new table has nothing of that name"))

    def _held(self) -> Iterable[Held]:
        for oid, name, *_ in self._ask(bound.CHOSEN_INDEXES):
            yield Held(self.tables[oid].live, "index", name)
        for oid, _, same_schema, name, column in self._ask(bound.SEQUENCES):
            if same_schema:
                yield Held(self.tables[oid].live, "sequence", name, column)

    def _others(self) -> None:
        views = [row[0] for row in self._ask(bound.VIEWS)]
        for oid, what in self._ask(bound.OTHERS, [*self.tables, *views]):
            swap = self.tables.get(oid, self.swaps[0])
            self._block(swap, what, "it is bound to the table, view or sequence itself, not to the name")
        for oid, grantor in self._ask(attached.FOREIGN_GRANTORS, [*self.tables, *views]):
            self._block(self.tables.get(oid, self.swaps[0]), f"grants by {grantor}", "only he can grant them again")


def _names(table: Table) -> set[str]:
    """What the new table's indexes and constraints will be called."""
    table = settled(table)
    names = {each.name for each in table.uniques} | {each.name for each in table.indexes}
    names |= {each.name for each in table.checks} | {each.name for each in table.foreign_keys}
    return names | ({table.primary_key.name} if table.primary_key else set())


def _commented(table: Table, columns: list[str]) -> bool:
    """Whether the planned table brings a comment of its own."""
    if not columns:
        return bool(table.comment)
    return any(column.comment for column in table.columns if column.name in columns)


def _qualified(name: TableName) -> str:
    return ".".join(quote(part) for part in (name.schema, name.name) if part)

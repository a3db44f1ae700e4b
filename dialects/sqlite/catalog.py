"""Reads the catalogue: the pragmas for columns, keys and indexes, the kept SQL text for what they do not tell."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, cast

from dialects.sqlite import defaults, estimates
from dialects.sqlite.grammar import Clause, IndexText, TableText, index_text, table_text
from dialects.sqlite.spelling import refined
from dialects.sqlite.types import FAMILY, hint, quoted
from dialects.sqlite.view_text import view_text
from mappings import types as t
from mappings.schema import (
    Action,
    Check,
    Column,
    Expression,
    ForeignKey,
    Generated,
    Identity,
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

TABLES = """\
SELECT l.name, l.type, l.wr, l.strict, coalesce(s.sql, '')
FROM pragma_table_list l JOIN sqlite_schema s ON s.name = l.name AND s.type IN ('table', 'view')
WHERE l.schema = 'main' ORDER BY s.rowid"""
COLUMNS = """\
SELECT l.name, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden
FROM pragma_table_list l JOIN pragma_table_xinfo(l.name) x
WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, x.cid"""
INDEXES = """\
SELECT l.name, i.name, i."unique", i.origin, coalesce(s.sql, ''), x.cid, x.name, x.desc, x.coll
FROM pragma_table_list l JOIN pragma_index_list(l.name) i JOIN pragma_index_xinfo(i.name) x
LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name
WHERE l.schema = 'main' AND l.type = 'table' AND x.key ORDER BY l.name, i.seq DESC, x.seqno"""
FOREIGN_KEYS = """\
SELECT l.name, f.id, f."table", f."from", f."to", f.on_update, f.on_delete
FROM pragma_table_list l JOIN pragma_foreign_key_list(l.name) f
WHERE l.schema = 'main' AND l.type = 'table' ORDER BY l.name, f.id DESC, f.seq"""
TRIGGERS = "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid"
SEQUENCES = "SELECT name, max(seq) FROM sqlite_sequence GROUP BY name"
STATISTICS = "SELECT tbl, max(CAST(stat AS INTEGER)) FROM sqlite_stat1 GROUP BY tbl"
OURS = "_dbtransfer"
GREATEST = 2**63 - 1

Row = tuple[Any, ...]


@dataclass
class Catalogue:
    """The answers of all queries, by table."""

    columns: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    indexes: dict[str, dict[str, list[Row]]] = field(default_factory=lambda: defaultdict(dict))
    keys: dict[str, dict[int, list[Row]]] = field(default_factory=lambda: defaultdict(dict))
    sequences: dict[str, int] = field(default_factory=dict)
    statistics: dict[str, int] = field(default_factory=dict)


def reflect(connection: sqlite3.Connection, version: str) -> Schema:
    """The whole database; tables and views of our own are left out."""
    listed = connection.execute(TABLES).fetchall()
    known = _catalogue(connection)
    tables = []
    left_out = _left_out(connection, listed)
    for name, kind, without_rowid, strict, sql in listed:
        if kind == "table" and not name.startswith(("sqlite_", OURS)):
            reader = TableReader(connection, known, name, table_text(sql))
            tables.append(reader.table(without_rowid=bool(without_rowid), strict=bool(strict)))
            left_out += reader.left_out
    views = tuple(
        View(TableName("", name), Expression(FAMILY, text.select), text.columns)
        for name, kind, *_, sql in listed
        if kind == "view" and not name.startswith(OURS) and (text := view_text(sql)) is not None
    )
    return Schema(FAMILY, f"SQLite {version}", "", tuple(tables), tuple(left_out), views)


def _catalogue(connection: sqlite3.Connection) -> Catalogue:
    known = Catalogue()
    for row in connection.execute(COLUMNS):
        known.columns[row[0]].append(row[1:])
    for row in connection.execute(INDEXES):
        known.indexes[row[0]].setdefault(row[1], []).append(row[2:])
    for row in connection.execute(FOREIGN_KEYS):
        known.keys[row[0]].setdefault(row[1], []).append(row[2:])
    internal = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite%'")}
    if "sqlite_sequence" in internal:
        known.sequences = dict(connection.execute(SEQUENCES).fetchall())
    if "sqlite_stat1" in internal:
        known.statistics = dict(connection.execute(STATISTICS).fetchall())
    return known


def _left_out(connection: sqlite3.Connection, listed: list[Row]) -> list[NotCarried]:
    """Views, triggers and virtual tables, each virtual one with the shadow tables that hold its content."""
    found: list[NotCarried] = []
    shadows = [name for name, kind, *_ in listed if kind == "shadow"]
    for name, kind, *_, sql in listed:
        if kind == "view" and not name.startswith(OURS):
            found.append(NotCarried("view", name, "a view is code, not rows"))
        if kind == "virtual":
            own = ", ".join(shadow for shadow in shadows if shadow.startswith(f"{name}_"))
            reason = "a virtual table belongs to its module" + (f"; its shadow tables: {own}" if own else "")
            found.append(NotCarried("virtual table", name, f"{reason}: {' '.join(sql.split())}"))
    for name, table in connection.execute(TRIGGERS):
        found.append(NotCarried("trigger", f"{table}.{name}", "code is not carried"))
    return found


class TableReader:
    """Puts one table together; `left_out` is what of it a Table cannot hold."""

    def __init__(self, connection: sqlite3.Connection, known: Catalogue, name: str, text: TableText) -> None:
        self._connection = connection
        self._known = known
        self._name = name
        self._text = text
        self._columns = known.columns[name]
        self._indexes = known.indexes[name]
        self._implied: set[str] = set()
        self.left_out = [
            NotCarried(
                "conflict clause", name, f"{clause.kind} ({', '.join(clause.columns)}) ON CONFLICT {clause.conflict}"
            )
            for clause in text.clauses
            if clause.conflict not in ("", "ABORT")
        ]

    def table(self, *, without_rowid: bool, strict: bool) -> Table:
        keys = [column for column in sorted(self._columns, key=lambda column: column[4]) if column[4]]
        alias = keys[0][0] if self._numbers_itself(keys, without_rowid) else ""
        key = alias or ("" if without_rowid else self._rowid())
        greatest, span = estimates.rowids(self._connection, self._name, key)
        rows = self._known.statistics.get(self._name, span)
        columns = tuple(self._column(column, alias, greatest, strict=strict) for column in self._columns)
        options = [("without_rowid", "yes")] * without_rowid + [("strict", "yes")] * strict
        options += [("autoincrement", "no")] * bool(alias and not self._text.autoincrement)
        options += [("rowid_alias", "no")] * bool(len(keys) == 1 and not alias and keys[0][1].upper() == "INTEGER")
        return Table(
            TableName("", self._name),
            columns,
            PrimaryKey(self._clause_name("PRIMARY KEY", keys), tuple(key[0] for key in keys)) if keys else None,
            tuple(self._uniques()),
            tuple(self._foreign_keys()),
            tuple(self._ordinary_indexes()),
            tuple(self._checks()),
            rows=rows,
            octets=estimates.octets(self._connection, self._name, [column[0] for column in self._columns], rows),
            options=tuple(options),
        )

    def _numbers_itself(self, keys: list[Row], without_rowid: bool) -> bool:
        """An INTEGER PRIMARY KEY is the rowid itself, so no index backs it; `INT` or `DESC` beside it has one."""
        backed = any(rows[0][1] == "pk" for rows in self._indexes.values())
        return len(keys) == 1 and not backed and not without_rowid

    def _rowid(self) -> str:
        taken = {column[0].lower() for column in self._columns}
        return next((word for word in ("rowid", "_rowid_", "oid") if word not in taken), "")

    def _column(self, row: Row, alias: str, greatest: int | None, *, strict: bool) -> Column:
        name, native, not_null, default, _, hidden = row
        folded = name.lower()
        collation = self._text.collations.get(folded, "")
        native = f"{native} COLLATE {collation}".strip() if collation else native
        kind, check = refined(hint(native), self._predicates(), quoted(name))
        self._implied.add(check)
        exact = name == alias or (strict and not native.upper().startswith("ANY"))
        stored = hidden == 3
        expression = self._text.generated.get(folded, "")
        return Column(
            name,
            kind if exact else t.Dynamic(native, kind),
            native,
            nullable=not not_null and name != alias,
            default=defaults.parsed(default, kind, native),
            identity=Identity(next=self._next(greatest)) if name == alias else None,
            generated=Generated(Expression(FAMILY, expression), stored) if hidden in (2, 3) else None,
        )

    def _predicates(self) -> set[str]:
        return {clause.expression for clause in self._text.of_kind("CHECK")}

    def _next(self, greatest: int | None) -> int | None:
        last = max(self._known.sequences.get(self._name, 0), greatest or 0)
        return last + 1 if last < GREATEST else None

    def _clause_name(self, kind: str, columns: list[Row]) -> str:
        """The name of the constraint of this kind over just these columns in this order, empty when it has none."""
        wanted = [column[0].lower() for column in columns]
        return next(
            (
                clause.name
                for clause in self._text.of_kind(kind)
                if [column.lower() for column in clause.columns] == wanted
            ),
            "",
        )

    def _uniques(self) -> list[Unique]:
        found = []
        for rows in self._indexes.values():
            if rows[0][1] == "u":
                names = [row[4] for row in rows]
                found.append(Unique(self._clause_name("UNIQUE", [(name,) for name in names]), tuple(names)))
                self._note_collations(names, rows)
        return found

    def _note_collations(self, names: list[str], rows: list[Row]) -> None:
        for name, row in zip(names, rows, strict=True):
            if row[6].upper() != self._text.collations.get(name.lower(), "BINARY").upper():
                reason = f"COLLATE {row[6]} on {name} inside the constraint"
                self.left_out.append(NotCarried("collation", f"{self._name}.{','.join(names)}", reason))

    def _ordinary_indexes(self) -> list[Index]:
        found = []
        for name, rows in self._indexes.items():
            if rows[0][1] == "c":
                text = index_text(rows[0][2])
                where = Expression(FAMILY, text.where) if text.where else None
                parts = tuple(self._part(row, text, at) for at, row in enumerate(rows))
                found.append(Index(name, parts, bool(rows[0][0]), where))
        return found

    def _part(self, row: Row, text: IndexText, at: int) -> IndexPart:
        cid, column, descending, collation = row[3:]
        if cid == -2:
            term = text.terms[at]
            return IndexPart(
                expression=Expression(FAMILY, term.expression), descending=bool(descending), collation=term.collation
            )
        own = self._text.collations.get(column.lower(), "BINARY").upper()
        return IndexPart(
            column=column, descending=bool(descending), collation="" if collation.upper() == own else collation.upper()
        )

    def _foreign_keys(self) -> list[ForeignKey]:
        """The pragma numbers the keys from the last in the text to the first."""
        clauses = self._text.of_kind("FOREIGN KEY")
        groups = list(self._known.keys[self._name].values())
        if len(clauses) != len(groups):
            clauses = [Clause("FOREIGN KEY")] * len(groups)
        found = [self._foreign_key(rows, clause) for rows, clause in zip(groups, clauses, strict=True)]
        return [key for key in found if key is not None]

    def _foreign_key(self, rows: list[Row], clause: Clause) -> ForeignKey | None:
        """None, and listed, when it points at no key: SQLite then fails on the first write with the keys on."""
        parent, _, _, on_update, on_delete = rows[0]
        target = _as_stored(parent, list(self._known.columns))
        there = self._known.columns.get(target, [])
        keys = tuple(column[0] for column in sorted(there, key=lambda column: column[4]) if column[4])
        targets = (
            keys if rows[0][2] is None else tuple(_as_stored(row[2], [column[0] for column in there]) for row in rows)
        )
        columns = tuple(row[1] for row in rows)
        if there and len(targets) != len(columns):
            reason = f"{target} has no primary key of {len(columns)} columns that it could point at"
            self.left_out.append(NotCarried("foreign key", f"{self._name}.{','.join(columns)}", reason))
            return None
        return ForeignKey(
            clause.name,
            columns,
            TableName("", target),
            targets,
            cast("Action", on_delete),
            cast("Action", on_update),
            clause.deferrable,
            clause.initially_deferred,
        )

    def _checks(self) -> list[Check]:
        return [
            Check(clause.name, Expression(FAMILY, clause.expression), implied=clause.expression in self._implied)
            for clause in self._text.of_kind("CHECK")
        ]


def _as_stored(name: str, stored: list[str]) -> str:
    """The name as its table or column spells it; SQLite does not mind the case of a reference."""
    return next((candidate for candidate in stored if candidate.lower() == name.lower()), name)

"""Reads what hangs on tables that are to be swapped. Triggers, permissions, properties and keys are bound to the
object, not to its name; views and procedures find it by name, unless they are bound to its schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dialects.mssql.spelling import literal, quote
from dialects.swap import Attachment, Attachments, Held, InboundKey, Obstacle, Query, Swap, is_key, missing_columns
from mappings.schema import Action, ForeignKey, Table, TableName

TRIGGERS = """\
SELECT s.name, t.name, OBJECT_SCHEMA_NAME(g.object_id), g.name, m.definition, g.is_disabled, m.uses_quoted_identifier,
  m.uses_ansi_nulls
FROM sys.triggers g JOIN sys.tables t ON t.object_id = g.parent_id JOIN sys.schemas s ON s.schema_id = t.schema_id
LEFT JOIN sys.sql_modules m ON m.object_id = g.object_id
WHERE t.object_id IN ({objects}) ORDER BY g.object_id"""
OWNERS = """\
SELECT s.name, t.name, p.name
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
JOIN sys.database_principals p ON p.principal_id = t.principal_id WHERE t.object_id IN ({objects})"""
PERMISSIONS = """\
SELECT s.name, t.name, d.state_desc, d.permission_name, c.name, e.name, r.name
FROM sys.database_permissions d JOIN sys.tables t ON t.object_id = d.major_id
JOIN sys.schemas s ON s.schema_id = t.schema_id
JOIN sys.database_principals e ON e.principal_id = d.grantee_principal_id
JOIN sys.database_principals r ON r.principal_id = d.grantor_principal_id
LEFT JOIN sys.columns c ON c.object_id = d.major_id AND c.column_id = d.minor_id AND d.minor_id > 0
WHERE d.class = 1 AND t.object_id IN ({objects}) ORDER BY s.name, t.name, e.name, d.permission_name, d.minor_id"""
PROPERTIES = """\
SELECT s.name, t.name, c.name, x.name, CAST(x.value AS nvarchar(4000))
FROM sys.extended_properties x JOIN sys.tables t ON t.object_id = x.major_id
JOIN sys.schemas s ON s.schema_id = t.schema_id
LEFT JOIN sys.columns c ON c.object_id = x.major_id AND c.column_id = x.minor_id AND x.minor_id > 0
WHERE x.class = 1 AND t.object_id IN ({objects}) ORDER BY s.name, t.name, x.minor_id, x.name"""
CONSTRAINTS = """\
SELECT s.name, t.name, o.name
FROM sys.objects o JOIN sys.tables t ON t.object_id = o.parent_object_id JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE o.type IN ('PK', 'UQ', 'C', 'D') AND t.object_id IN ({objects}) ORDER BY o.object_id"""
KEYS = """\
SELECT cs.name, ct.name, ps.name, pt.name, k.name, cc.name, pc.name, k.delete_referential_action_desc,
  k.update_referential_action_desc, k.is_disabled, k.is_not_trusted
FROM sys.foreign_keys k JOIN sys.foreign_key_columns f ON f.constraint_object_id = k.object_id
JOIN sys.tables ct ON ct.object_id = k.parent_object_id JOIN sys.schemas cs ON cs.schema_id = ct.schema_id
JOIN sys.tables pt ON pt.object_id = k.referenced_object_id JOIN sys.schemas ps ON ps.schema_id = pt.schema_id
JOIN sys.columns cc ON cc.object_id = f.parent_object_id AND cc.column_id = f.parent_column_id
JOIN sys.columns pc ON pc.object_id = f.referenced_object_id AND pc.column_id = f.referenced_column_id
WHERE ct.object_id IN ({objects}) OR pt.object_id IN ({objects})
ORDER BY k.object_id, f.constraint_column_id"""
VIEWS = """\
SELECT DISTINCT s.name, t.name, OBJECT_SCHEMA_NAME(v.object_id), v.name
FROM sys.sql_expression_dependencies d JOIN sys.views v ON v.object_id = d.referencing_id
JOIN sys.tables t ON t.object_id = d.referenced_id JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE d.is_schema_bound_reference = 0 AND t.object_id IN ({objects}) ORDER BY 1, 2, 3, 4"""
BOUND = """\
SELECT s.name, t.name, N'bound to the schema: ' + OBJECT_SCHEMA_NAME(o.object_id) + N'.' + o.name
FROM sys.sql_expression_dependencies d JOIN sys.objects o ON o.object_id = d.referencing_id
JOIN sys.tables t ON t.object_id = d.referenced_id JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE d.is_schema_bound_reference = 1 AND o.type NOT IN ('U', 'C', 'D') AND t.object_id IN ({objects})
UNION ALL
SELECT s.name, t.name, N'security policy ' + y.name
FROM sys.security_predicates p JOIN sys.security_policies y ON y.object_id = p.object_id
JOIN sys.tables t ON t.object_id = p.target_object_id JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE t.object_id IN ({objects})
UNION ALL
SELECT s.name, t.name, N'full-text index'
FROM sys.fulltext_indexes f JOIN sys.tables t ON t.object_id = f.object_id
JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE t.object_id IN ({objects})
UNION ALL
SELECT s.name, t.name, N'change tracking'
FROM sys.change_tracking_tables c JOIN sys.tables t ON t.object_id = c.object_id
JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE t.object_id IN ({objects})
UNION ALL
SELECT s.name, t.name, N'history, replication or change capture'
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE t.object_id IN ({objects}) AND (t.temporal_type > 0 OR t.is_replicated = 1 OR t.is_tracked_by_cdc = 1)"""
"""What would have to be taken off and set up anew by whoever set it up."""
BOUND_REASON = "it is bound to the table itself: remove it, and set it up again afterwards"
REFRESH = "EXEC sys.sp_refreshview {view}"
PROPERTY = "EXEC sys.sp_addextendedproperty @name = {name}, @value = {value}, {place}"

ACTIONS: dict[str, Action] = {
    "NO_ACTION": "NO ACTION", "CASCADE": "CASCADE", "SET_NULL": "SET NULL", "SET_DEFAULT": "SET DEFAULT",
}  # fmt: skip

Row = tuple[object, ...]


def read(query: Query, swaps: tuple[Swap, ...]) -> Attachments:
    return Reading(query, {swap.live: swap for swap in swaps}).attachments()


@dataclass
class Reading:
    """One reading of the catalogue, for tables known by name."""

    query: Query
    tables: dict[TableName, Swap]

    def attachments(self) -> Attachments:
        keys = list(self._keys())
        inbound = [self._inbound(*key) for key in keys if key[0] not in self.tables]
        own = [_parked(*key) for key in keys if key[0] in self.tables]
        held = [Held(name, "constraint", str(row[0])) for name, row in self._rows(CONSTRAINTS)]
        said = [*self._permissions(), *self._properties()]
        gone = [each for column, each in said if column and missing_columns(self.tables[each.table].table, (column,))]
        return Attachments(
            moved=(*self._triggers(), *self._views()),
            copied=(*self._owners(), *(each for _, each in said if each not in gone)),
            parked=tuple(own),
            inbound=tuple(inbound),
            held=tuple(held),
            obstacles=(*self._bound(), *(each for key in inbound for each in self._pointless(key))),
            left=tuple(
                Obstacle(each.table, f"{each.kind} {each.name}", "the new table has no such column") for each in gone
            ),
        )

    def _ask(self, statement: str) -> list[Row]:
        objects = ", ".join(f"OBJECT_ID({literal(qualified(name))})" for name in self.tables)
        return self.query(statement.format(objects=objects))

    def _rows(self, statement: str) -> Iterator[tuple[TableName, Row]]:
        for schema, table, *rest in self._ask(statement):
            yield TableName(str(schema), str(table)), tuple(rest)

    def _triggers(self) -> Iterator[Attachment]:
        for name, (schema, trigger, definition, disabled, quoted, nulls) in self._rows(TRIGGERS):
            if definition is None:
                continue
            own = qualified(TableName(str(schema), str(trigger)))
            settings = f"SET QUOTED_IDENTIFIER {_switch(quoted)}; SET ANSI_NULLS {_switch(nulls)}"
            disable = (f"DISABLE TRIGGER {own} ON {qualified(name)}",) if disabled else ()
            back = "SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS ON"
            make = (settings, str(definition), back, *disable)
            yield Attachment(name, "trigger", str(trigger), (f"DROP TRIGGER {own}",), make)

    def _views(self) -> Iterator[Attachment]:
        """They keep what they knew of the columns of the table that was there."""
        for name, (schema, view) in self._rows(VIEWS):
            own = qualified(TableName(str(schema), str(view)))
            yield Attachment(name, "view", own, make=(REFRESH.format(view=literal(own)),))

    def _owners(self) -> Iterator[Attachment]:
        for name, (owner,) in self._rows(OWNERS):
            make = f"ALTER AUTHORIZATION ON OBJECT::{qualified(name)} TO {quote(str(owner))}"
            yield Attachment(name, "owner", str(owner), make=(make,))

    def _permissions(self) -> Iterator[tuple[str, Attachment]]:
        for name, (state, permission, column, grantee, grantor) in self._rows(PERMISSIONS):
            verb = "DENY" if state == "DENY" else "GRANT"
            columns = f" ({quote(str(column))})" if column is not None else ""
            option = " WITH GRANT OPTION" if state == "GRANT_WITH_GRANT_OPTION" else ""
            make = f"{verb} {permission}{columns} ON OBJECT::{qualified(name)} TO {quote(str(grantee))}{option}"
            told = f"{permission}{columns} to {grantee}"
            yield str(column or ""), Attachment(name, "permission", told, make=(f"{make} AS {quote(str(grantor))}",))

    def _properties(self) -> Iterator[tuple[str, Attachment]]:
        for name, (column, key, value) in self._rows(PROPERTIES):
            table = self.tables[name].table
            if key == "MS_Description" and _commented(table, str(column or "")):
                continue
            place = f"@level0type = N'SCHEMA', @level0name = {literal(name.schema)}"
            place += f", @level1type = N'TABLE', @level1name = {literal(name.name)}"
            if column is not None:
                place += f", @level2type = N'COLUMN', @level2name = {literal(str(column))}"
            make = PROPERTY.format(name=literal(str(key)), value=literal(str(value)), place=place)
            yield str(column or ""), Attachment(name, "property", str(key), make=(make,))

    def _keys(self) -> Iterator[tuple[TableName, ForeignKey, bool, bool]]:
        """Each key with its table, and whether it is disabled, and trusted."""
        found: dict[tuple[object, ...], list[tuple[str, str]]] = {}
        for *key, column, referenced, on_delete, on_update, disabled, distrusted in self._ask(KEYS):
            place = (*key, on_delete, on_update, disabled, distrusted)
            found.setdefault(place, []).append((str(column), str(referenced)))
        for (cs, ct, ps, pt, name, on_delete, on_update, disabled, distrusted), pairs in found.items():
            columns, referenced_columns = zip(*pairs, strict=True)
            target = TableName(str(ps), str(pt))
            reference = ForeignKey(
                str(name), columns, target, referenced_columns, ACTIONS[str(on_delete)], ACTIONS[str(on_update)]
            )
            yield TableName(str(cs), str(ct)), reference, bool(disabled), not distrusted

    def _inbound(self, child: TableName, key: ForeignKey, disabled: bool, trusted: bool) -> InboundKey:
        table, name = qualified(child), quote(key.name)
        make = [f"ALTER TABLE {table} WITH NOCHECK ADD {clause(key)}"]
        make += [f"ALTER TABLE {table} NOCHECK CONSTRAINT {name}"] * disabled
        confirm = (f"ALTER TABLE {table} WITH CHECK CHECK CONSTRAINT {name}",) if trusted and not disabled else ()
        return InboundKey(child, key, (f"ALTER TABLE {table} DROP CONSTRAINT {name}",), tuple(make), confirm)

    def _pointless(self, key: InboundKey) -> Iterator[Obstacle]:
        swap = self.tables[key.key.target]
        if not is_key(swap.table, key.key.target_columns):
            place = f"foreign key {key.key.name} of {key.child}"
            yield Obstacle(swap.live, place, "the new table has no such key to point to")

    def _bound(self) -> Iterator[Obstacle]:
        for name, (what,) in self._rows(BOUND):
            yield Obstacle(name, str(what), BOUND_REASON)
        for name, (_, trigger, definition, *_) in self._rows(TRIGGERS):
            if definition is None:
                yield Obstacle(name, f"trigger {trigger}", "its text is encrypted, or not for this user to see")


def clause(key: ForeignKey) -> str:
    """The constraint as ADD takes it."""
    own, referenced = (", ".join(map(quote, names)) for names in (key.columns, key.target_columns))
    actions = f" ON DELETE {key.on_delete}" * (key.on_delete != "NO ACTION")
    actions += f" ON UPDATE {key.on_update}" * (key.on_update != "NO ACTION")
    return (
        f"CONSTRAINT {quote(key.name)} FOREIGN KEY ({own}) REFERENCES {qualified(key.target)} ({referenced}){actions}"
    )


def qualified(name: TableName) -> str:
    return ".".join(quote(part) for part in (name.schema, name.name) if part)


def _parked(child: TableName, key: ForeignKey, disabled: bool, trusted: bool) -> Attachment:
    table, name = qualified(child), quote(key.name)
    make = [f"ALTER TABLE {table} WITH {'CHECK' if trusted else 'NOCHECK'} ADD {clause(key)}"]
    make += [f"ALTER TABLE {table} NOCHECK CONSTRAINT {name}"] * disabled
    return Attachment(child, "foreign key", key.name, (f"ALTER TABLE {table} DROP CONSTRAINT {name}",), tuple(make))


def _switch(on: object) -> str:
    return "ON" if on else "OFF"


def _commented(table: Table, column: str) -> bool:
    """Whether the planned table brings a comment of its own."""
    if not column:
        return bool(table.comment)
    return any(each.comment for each in table.columns if each.name == column)

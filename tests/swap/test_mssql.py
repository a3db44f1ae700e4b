"""Swaps on SQL Server, as text: no server runs here."""

from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.server import Server
from dialects.swap import Swap, swap_of
from mappings import types as t
from mappings.schema import Check, Column, Expression, ForeignKey, PrimaryKey, Table, TableName

DIALECT = MssqlDialect(Server())
ORDERS, CUSTOMERS, INVOICES = (TableName("dbo", name) for name in ("Order's", "customers", "invoices"))
ID = Column("id", t.Integer(32), "int", nullable=False)
TABLES = (
    Table(
        ORDERS,
        (ID, Column("customer", t.Integer(32), "int")),
        PrimaryKey("PK_orders", ("id",)),
        foreign_keys=(ForeignKey("of_customer", ("customer",), CUSTOMERS, ("id",)),),
        checks=(Check("positive", Expression("tsql", "id > 0")),),
    ),
    Table(CUSTOMERS, (ID,), PrimaryKey("PK_customers", ("id",))),
)
SWAPS = tuple(swap_of(table, "run") for table in TABLES)
NEW, OLD = SWAPS[0].shadow.name, SWAPS[0].old.name
ANSWERS: dict[str, list[tuple[object, ...]]] = {
    "sys.triggers": [("dbo", "Order's", "dbo", "noted", "CREATE TRIGGER noted ON [Order's] ...", True, True, False)],
    "sys.sql_expression_dependencies d JOIN sys.views": [("dbo", "Order's", "dbo", "totals")],
    "t.principal_id": [("dbo", "customers", "seller")],
    "database_permissions": [
        ("dbo", "Order's", "GRANT_WITH_GRANT_OPTION", "SELECT", None, "first", "dbo"),
        ("dbo", "Order's", "DENY", "UPDATE", "customer", "second", "dbo"),
        ("dbo", "Order's", "GRANT", "SELECT", "gone", "second", "dbo"),
    ],
    "extended_properties": [("dbo", "Order's", None, "MS_Description", "it's")],
    "o.type IN ('PK'": [("dbo", "Order's", "PK_orders"), ("dbo", "Order's", "positive"), ("dbo", "customers", "PK_c")],
    "sys.foreign_keys": [
        ("dbo", "Order's", "dbo", "customers", "of_customer", "customer", "id", "CASCADE", "NO_ACTION", False, False),
        ("dbo", "invoices", "dbo", "Order's", "of_order", "order", "id", "NO_ACTION", "SET_NULL", False, False),
    ],
    "is_schema_bound_reference = 1": [],
}


def answered(statement: str) -> list[tuple[object, ...]]:
    assert "OBJECT_ID(N'[dbo].[Order''s]'), OBJECT_ID(N'[dbo].[customers]')" in statement
    (rows,) = (rows for key, rows in ANSWERS.items() if key in statement)
    return rows


def test_the_shadow_has_names_that_are_free() -> None:
    shadow = DIALECT.swapper.shadow(SWAPS[0], SWAPS)
    assert shadow.primary_key == PrimaryKey(f"{NEW}_p", ("id",))
    assert [(key.name, key.target) for key in shadow.foreign_keys] == [(f"{NEW}_f0", SWAPS[1].shadow)]
    assert [check.name for check in shadow.checks] == [f"{NEW}_c0"]


def test_everything_is_taken_off_before_the_renames_and_put_on_behind_them() -> None:
    attachments = DIALECT.swapper.attachments(answered, SWAPS)
    steps = DIALECT.swapper.swap(SWAPS, attachments)
    texts = [step.statement for step in steps]
    assert texts[:4] == [
        "SET LOCK_TIMEOUT 500",
        "ALTER TABLE [dbo].[invoices] DROP CONSTRAINT [of_order]",
        "DROP TRIGGER [dbo].[noted]",
        "ALTER TABLE [dbo].[Order's] DROP CONSTRAINT [of_customer]",
    ]
    renames = [text for text in texts if "sp_rename" in text]
    assert [_names(text) for text in renames] == [
        ("N'[dbo].[PK_orders]'", f"N'{OLD}_0'"),
        ("N'[dbo].[positive]'", f"N'{OLD}_1'"),
        ("N'[dbo].[PK_c]'", f"N'{SWAPS[1].old.name}_2'"),
        ("N'[dbo].[Order''s]'", f"N'{OLD}'"),
        ("N'[dbo].[customers]'", f"N'{SWAPS[1].old.name}'"),
        (f"N'[dbo].[{NEW}]'", "N'Order''s'"),
        (f"N'[dbo].[{SWAPS[1].shadow.name}]'", "N'customers'"),
        (f"N'[dbo].[{NEW}_p]'", "N'PK_orders'"),
        (f"N'[dbo].[{NEW}_c0]'", "N'positive'"),
        (f"N'[dbo].[{NEW}_f0]'", "N'of_customer'"),
        (f"N'[dbo].[{SWAPS[1].shadow.name}_p]'", "N'PK_customers'"),
    ]
    assert texts[15:] == [
        "ALTER AUTHORIZATION ON OBJECT::[dbo].[customers] TO [seller]",
        "GRANT SELECT ON OBJECT::[dbo].[Order's] TO [first] WITH GRANT OPTION AS [dbo]",
        "DENY UPDATE ([customer]) ON OBJECT::[dbo].[Order's] TO [second] AS [dbo]",
        "EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = N'it''s', @level0type = N'SCHEMA', "
        "@level0name = N'dbo', @level1type = N'TABLE', @level1name = N'Order''s'",
        "SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS OFF",
        "CREATE TRIGGER noted ON [Order's] ...",
        "SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS ON",
        "DISABLE TRIGGER [dbo].[noted] ON [dbo].[Order's]",
        "EXEC sys.sp_refreshview N'[dbo].[totals]'",
        "ALTER TABLE [dbo].[invoices] WITH NOCHECK ADD CONSTRAINT [of_order] FOREIGN KEY ([order]) "
        "REFERENCES [dbo].[Order's] ([id]) ON UPDATE SET NULL",
        "SET LOCK_TIMEOUT -1",
        "ALTER TABLE [dbo].[invoices] WITH CHECK CHECK CONSTRAINT [of_order]",
    ]
    assert [n for n, step in enumerate(steps) if step.alone] == [0, len(steps) - 2, len(steps) - 1]
    assert [(each.object, each.reason) for each in attachments.left] == [
        ("permission SELECT ([gone]) to second", "the new table has no such column")
    ]


def test_the_way_back_undoes_the_renames() -> None:
    attachments = DIALECT.swapper.attachments(answered, SWAPS)
    texts = [step.statement for step in DIALECT.swapper.swap_back(SWAPS, attachments)]
    drops = [text for text in texts if text.startswith("DROP TABLE")]
    assert drops == ["DROP TABLE [dbo].[Order's]", "DROP TABLE [dbo].[customers]"]
    renames = [_names(text) for text in texts if "sp_rename" in text]
    assert renames[0] == (f"N'[dbo].[{OLD}]'", "N'Order''s'")
    assert renames[2:] == [
        (f"N'[dbo].[{OLD}_0]'", "N'PK_orders'"),
        (f"N'[dbo].[{OLD}_1]'", "N'positive'"),
        (f"N'[dbo].[{SWAPS[1].old.name}_2]'", "N'PK_c'"),
    ]
    parked = "ALTER TABLE [dbo].[Order's] WITH CHECK ADD CONSTRAINT [of_customer] FOREIGN KEY ([customer]) "
    assert parked + "REFERENCES [dbo].[customers] ([id]) ON DELETE CASCADE" in texts


def test_keys_that_the_new_table_lacks_and_encrypted_triggers_are_in_the_way() -> None:
    keyless = Table(ORDERS, TABLES[0].columns)
    swaps = (Swap(ORDERS, SWAPS[0].shadow, SWAPS[0].old, keyless), SWAPS[1])

    def encrypted(statement: str) -> list[tuple[object, ...]]:
        if "sys.triggers" in statement:
            return [("dbo", "Order's", "dbo", "noted", None, False, True, True)]
        return answered(statement)

    found = {each.object for each in DIALECT.swapper.attachments(encrypted, swaps).obstacles}
    assert found == {"foreign key of_order of dbo.invoices", "trigger noted"}


def _names(rename: str) -> tuple[str, str]:
    before, after, kind = rename.removeprefix("EXEC sys.sp_rename ").split(", @")
    assert kind == "objtype = N'OBJECT'"
    return before.removeprefix("@objname = "), after.removeprefix("newname = ")

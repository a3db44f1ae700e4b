"""Swapping tables on MySQL and MariaDB: one RENAME TABLE for the whole set. Every statement commits by itself, so the
order is such that nobody ever sees no table, that a trigger fires once for each row, and that what fails before the
RENAME, or in it, has changed no live table. What fails after it is to be run again from that step on.

Foreign keys do not know how to be renamed, and their names are the database's: they are added and dropped in one
statement, unchecked, for the loaded rows have been looked at. Of MySQL's checks only those named `table_chk_...` follow
a RENAME; to rename another, MySQL copies the table: https://dev.mysql.com/doc/refman/9.7/en/alter-table.html"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import ceil

from dialects.base import Dialect
from dialects.mysql import attachments
from dialects.mysql.attachments import add, drop_key
from dialects.mysql.columns import quoted
from dialects.mysql.server import Server
from dialects.sqltext import check_clause, foreign_key_clause
from dialects.swap import WAIT, Attachment, Attachments, Query, Step, Swap, Swapper, as_shadow
from mappings.schema import Check, ForeignKey, Table, TableName

REMEMBER = """\
SET @dbtransfer_mode = @@sql_mode, @dbtransfer_client = @@character_set_client,
  @dbtransfer_collation = @@collation_connection, @dbtransfer_wait = @@lock_wait_timeout"""
PATIENCE = "SET SESSION lock_wait_timeout = {seconds}"
SETTINGS_BACK = """\
SET SESSION sql_mode = @dbtransfer_mode, character_set_client = @dbtransfer_client,
  collation_connection = @dbtransfer_collation"""
PATIENCE_BACK = "SET SESSION lock_wait_timeout = @dbtransfer_wait"
IN_PLACE = "ALGORITHM=INPLACE, LOCK=NONE"


class MysqlSwapper(Swapper):
    def __init__(self, dialect: Dialect, server: Server) -> None:
        self._dialect = dialect
        self._maria = server.maria

    def shadow(self, swap: Swap, swaps: tuple[Swap, ...]) -> Table:
        """Indexes are named for each table, on MariaDB checks too."""
        table = as_shadow(swap, swaps)
        keys = tuple(replace(key, name=f"{swap.shadow.name}_f{n}") for n, key in enumerate(table.foreign_keys))
        checks = tuple(self._shadow_check(swap, n, check) for n, check in enumerate(table.checks))
        return replace(table, foreign_keys=keys, checks=checks)

    def _shadow_check(self, swap: Swap, number: int, check: Check) -> Check:
        if self._maria or not check.name:
            return check
        followed = _followed(check.name, swap.live, swap.shadow, "chk")
        return replace(check, name=followed if followed != check.name else f"{swap.shadow.name}_c{number}")

    def attachments(self, query: Query, swaps: tuple[Swap, ...]) -> Attachments:
        return attachments.read(query, swaps)

    def swap(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        renames = [pair for swap in swaps for pair in ((swap.live, swap.old), (swap.shadow, swap.live))]
        statements = [
            *(text for swap in swaps for text in self._strip(swap, attachments)),
            *(text for swap in swaps for text in self._named_keys(swap, swaps)),
            *self._inbound(attachments),
            *(text for swap in swaps for text in self._named_checks(swap, swaps)),
            PATIENCE_BACK,
        ]
        coming = {swap.live: swap.shadow for swap in swaps}
        return (*self._renamed(renames, coming, attachments, wait), *_alone(statements))

    def swap_back(self, swaps: tuple[Swap, ...], attachments: Attachments, *, wait: float = WAIT) -> tuple[Step, ...]:
        renames = [pair for swap in swaps for pair in ((swap.live, swap.shadow), (swap.old, swap.live))]
        statements = [
            *self._inbound(attachments),
            *(text for swap in swaps for text in self._unkeyed(swap)),
            self._drop(swap.shadow for swap in swaps),
            *(text for swap in swaps for text in self._given_back(swap, attachments)),
            PATIENCE_BACK,
        ]
        coming = {swap.live: swap.old for swap in swaps}
        return (*self._renamed(renames, coming, attachments, wait), *_alone(statements))

    def discard(self, tables: tuple[Swap, ...]) -> tuple[Step, ...]:
        return (Step(self._drop(swap.old for swap in tables), alone=True),) if tables else ()

    def _drop(self, names: Iterable[TableName]) -> str:
        return f"DROP TABLE {', '.join(map(self._dialect.qualified, names))}"

    def _renamed(
        self,
        renames: list[tuple[TableName, TableName]],
        coming: dict[TableName, TableName],
        attachments: Attachments,
        wait: float,
    ) -> Iterator[Step]:
        """The tables that come get their triggers first, under names that are free; then, while nobody can write, those
        with the real names take over."""
        triggers = [(each, f"{coming[each.table].name}_t{n}") for n, each in enumerate(attachments.moved)]
        pairs = (f"{self._dialect.qualified(before)} TO {self._dialect.qualified(after)}" for before, after in renames)
        yield from _alone([REMEMBER, PATIENCE.format(seconds=max(1, ceil(wait)))])
        for trigger, scratch in triggers:
            yield from _joined([*self._trigger(trigger, scratch, coming[trigger.table]), SETTINGS_BACK])
        yield from _alone([f"RENAME TABLE {', '.join(pairs)}"])
        yield from _alone(text for trigger, _ in triggers for text in trigger.remove)
        for table in dict.fromkeys(trigger.table for trigger, _ in triggers):
            own = [(trigger, scratch) for trigger, scratch in triggers if trigger.table == table]
            taking_over = [
                f"LOCK TABLES {self._dialect.qualified(table)} WRITE",
                *(text for trigger, _ in own for text in trigger.make),
                *(f"DROP TRIGGER {quoted(scratch)}" for _, scratch in own),
                SETTINGS_BACK,
                "UNLOCK TABLES",
            ]
            yield from _joined(taking_over)

    def _trigger(self, trigger: Attachment, scratch: str, table: TableName) -> Iterator[str]:
        settings, create = trigger.make
        create = create.replace(f" TRIGGER {quoted(trigger.name)} ", f" TRIGGER {quoted(scratch)} ", 1)
        live, coming = (f" ON {self._dialect.qualified(name)} FOR EACH ROW " for name in (trigger.table, table))
        yield settings
        yield create.replace(live, coming, 1)

    def _strip(self, swap: Swap, attachments: Attachments) -> Iterator[str]:
        """The old table gives up its foreign keys, which would hold the rows of other tables, and the names of checks
        that the new one wants."""
        wanted = {check.name.lower() for check in swap.table.checks}
        for held in attachments.held:
            name = _followed(held.name, swap.live, swap.old, "ibfk")
            if held.table == swap.live and held.kind == "foreign key":
                yield drop_key(swap.old, name)
            elif held.table == swap.live and self._is_freed(swap, held.name, wanted):
                yield f"ALTER TABLE {self._dialect.qualified(swap.old)} DROP CHECK {quoted(held.name)}"

    def _is_freed(self, swap: Swap, check: str, wanted: set[str]) -> bool:
        follows = _followed(check, swap.live, swap.old, "chk") != check
        return not self._maria and check.lower() in wanted and not follows

    def _named_keys(self, swap: Swap, swaps: tuple[Swap, ...]) -> Iterator[str]:
        shadow = self.shadow(swap, swaps)
        for scratch, key in zip(shadow.foreign_keys, self._keys(swap), strict=True):
            relation = self._dialect.qualified(swap.live)
            clause = foreign_key_clause(self._dialect, key)
            yield f"ALTER TABLE {relation} ADD {clause}, DROP FOREIGN KEY {quoted(scratch.name)}, {IN_PLACE}"

    def _keys(self, swap: Swap) -> tuple[ForeignKey, ...]:
        """As the server would name those that have no name."""
        keys = enumerate(swap.table.foreign_keys, start=1)
        return tuple(replace(key, name=key.name or f"{swap.live.name}_ibfk_{n}") for n, key in keys)

    def _named_checks(self, swap: Swap, swaps: tuple[Swap, ...]) -> Iterator[str]:
        shadow = self.shadow(swap, swaps)
        for scratch, check in zip(shadow.checks, swap.table.checks, strict=True):
            if scratch.name != check.name and _followed(scratch.name, swap.shadow, swap.live, "chk") != check.name:
                clause = check_clause(self._dialect, check) + " NOT ENFORCED" * (not check.enforced)
                relation = self._dialect.qualified(swap.live)
                yield f"ALTER TABLE {relation} ADD {clause}, DROP CHECK {quoted(scratch.name)}"

    def _inbound(self, attachments: Attachments) -> Iterator[str]:
        yield from (text for key in attachments.inbound for text in (*key.remove, *key.make))

    def _unkeyed(self, swap: Swap) -> Iterator[str]:
        for key in self._keys(swap):
            yield drop_key(swap.shadow, _followed(key.name, swap.live, swap.shadow, "ibfk"))

    def _given_back(self, swap: Swap, attachments: Attachments) -> Iterator[str]:
        wanted = {check.name.lower() for check in swap.table.checks}
        for held in attachments.held:
            is_key = held.kind == "foreign key"
            if held.table == swap.live and (is_key or self._is_freed(swap, held.name, wanted)):
                yield add(swap.live, held.name, held.definition) + f", {IN_PLACE}" * is_key


def _alone(statements: Iterable[str]) -> Iterator[Step]:
    return (Step(text, alone=True) for text in statements)


def _joined(statements: Iterable[str]) -> Iterator[Step]:
    return (Step(text, alone=True, joined=place > 0) for place, text in enumerate(statements))


def _followed(name: str, before: TableName, after: TableName, kind: str) -> str:
    """What the name is once its table is renamed: the server renames those that it would have given itself."""
    prefix = f"{before.name}_{kind}_"
    return f"{after.name}_{kind}_{name[len(prefix) :]}" if name.startswith(prefix) else name

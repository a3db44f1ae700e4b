"""Does what the steps of a swap say, as a runner would, and makes the shadows."""

import time
from collections.abc import Callable, Sequence

from dialects.base import Session
from dialects.swap import Step, Swap, batches, swap_of
from mappings.schema import Table, TableName


def carry_out(session: Session, steps: tuple[Step, ...]) -> None:
    for alone, statements in batches(steps):
        if not alone:
            session.execute_all(statements)
        for statement in statements if alone else ():
            session.execute(statement)


def wait_until(true: Callable[[], bool]) -> None:
    """For what other threads are about to do; ten seconds at most, and the caller's assertion tells the rest."""
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.01)


def planned(session: Session, *names: TableName, run: str = "run") -> tuple[Swap, ...]:
    """Swaps of these tables for tables like them."""
    schema = session.reflect(())
    return tuple(swap_of(schema.table(name), run) for name in names)


def load(session: Session, swaps: tuple[Swap, ...], fill: Callable[[Swap, Table], Sequence[str]]) -> None:
    """Create the shadows as a copy does: rows, keys and indexes, foreign keys, identities, comments."""
    dialect = session.dialect
    shadows = [dialect.swapper.shadow(swap, swaps) for swap in swaps]
    for swap, shadow in zip(swaps, shadows, strict=True):
        for statement in (*dialect.create_table(shadow), *fill(swap, shadow), *dialect.add_keys(shadow)):
            session.execute(statement)
        for index in shadow.indexes:
            session.execute(dialect.create_index(shadow, index))
    for shadow in shadows:
        foreign = [dialect.add_foreign_key(shadow, key) for key in shadow.foreign_keys]
        numbers = [dialect.continue_identity(shadow, column) for column in shadow.columns]
        for statement in (*foreign, *numbers, *dialect.comment(shadow)):
            if statement is not None:
                session.execute(statement)

"""The steps by which a run changes the target's schema, each done once, also when the run is resumed in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dialects.base import Session
from mappings.errors import Blocked, TransferError
from mappings.schema import ForeignKey, Table
from transfer.history import StepRecord
from transfer.journal import Journal
from transfer.plan import Plan, TablePlan

Phase = Literal["create", "indexes", "foreign keys", "finish"]
PHASES: tuple[Phase, ...] = ("create", "indexes", "foreign keys", "finish")


def statements(table: TablePlan, phase: Phase) -> tuple[str, ...]:
    """The DDL of one step."""
    match phase:
        case "create":
            return table.create
        case "indexes":
            return table.indexes
        case "foreign keys":
            return table.foreign_keys
        case "finish":
            return table.finish


def orphans(session: Session, table: Table, key: ForeignKey) -> str:
    """The first keys of `table` that have no parent, for people; empty when all have."""
    rows = session.query(session.dialect.orphans(table, key))
    return "; ".join(", ".join(str(value) for value in row) for row in rows)


class Steps:
    """All steps of a plan in their order: one for each phase and table that has statements."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._journal = journal
        self._wanted = [
            (phase, str(table.target.name)) for phase in PHASES for table in plan.tables if statements(table, phase)
        ]
        self._numbers: dict[tuple[str, str], int] = {}
        self._done: set[int] = set()
        self._resumed = False

    @property
    def intended(self) -> tuple[tuple[str, str, str], ...]:
        """What must be noted of all of them before the first is done."""
        return tuple((phase, name, "intended") for phase, name in self._wanted)

    def begin(self, noted: Sequence[StepRecord]) -> None:
        """They are noted now."""
        self._numbers = {(step.phase, step.object): step.number for step in noted if step.phase in PHASES}

    def go_on(self, noted: Sequence[StepRecord]) -> None:
        """Take up what a former owner of the run has noted. Blocked when this plan has other steps."""
        known = {(step.phase, step.object): step for step in noted if step.phase in PHASES}
        if list(known) != self._wanted:
            raise Blocked(
                "the target takes other statements now than when the run began",
                hint="remove what the run has made, and copy anew",
            )
        self.begin(noted)
        self._done = {step.number for step in known.values() if step.state == "done"}
        self._resumed = True

    def waits(self, phase: Phase, table: TablePlan) -> bool:
        """Whether there is such a step, not done yet."""
        number = self._numbers.get((phase, str(table.target.name)))
        return number is not None and number not in self._done

    def do(self, control: Session, phase: Phase, table: TablePlan) -> None:
        """Do the step unless it is done. An error names the table."""
        if not self.waits(phase, table):
            return
        name = str(table.target.name)
        number = self._numbers[phase, name]
        try:
            self._journal.step(control, number, statements(table, phase), again=self._resumed)
        except TransferError as error:
            error.at(name)
            raise
        self._done.add(number)

"""The outcome of a run, put together as its parts come to be known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from transfer.differences import Comparison
from transfer.ledger import Ledger
from transfer.plan import Plan, TablePlan
from transfer.rejecting import Rejecting
from transfer.report import Report, Status, TableReport
from transfer.verifier import Verdict


class Outcome:
    """What becomes the report of a run. `verdicts` are by the names of the tables that were loaded, which are shadows
    where the plan replaces tables."""

    def __init__(self, plan: Plan, loaded: Plan, run: str, ledger: Ledger, rejecting: Rejecting | None) -> None:
        self.plan = plan
        self.verdicts: Mapping[str, Verdict] = {}
        self.compared: Comparison | None = None
        self._loaded = loaded
        self._run = run
        self._ledger = ledger
        self._rejecting = rejecting
        self._times = (0.0, 0.0, 0.0)
        self._consistency = ""
        self._notices: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return any(verdict.verified == "differs" for verdict in self.verdicts.values())

    def loaded(self, consistency: str, notices: tuple[str, ...]) -> None:
        """Which instant the rows are of, and what was said of the connections."""
        self._consistency, self._notices = consistency, notices

    def took(self, began: float, copied: float, ended: float) -> None:
        """Times of the monotonic clock."""
        self._times = (began, copied, ended)

    def report(self, started: datetime) -> Report:
        """Once all is known."""
        began, copied, ended = self._times
        pairs = zip(self.plan.tables, self._loaded.tables, strict=True)
        return Report(
            status=self._status(),
            run=self._run,
            seconds=ended - began,
            tables=tuple(self._table(planned, loaded) for planned, loaded in pairs),
            losses=self.plan.losses,
            not_carried=self.plan.not_carried,
            altered=self._ledger.values_altered(self.plan),
            reject_file=self._rejecting.path if self._rejecting else "",
            consistency=self._consistency,
            notices=self._notices,
            copy_seconds=copied - began,
            verify_seconds=ended - copied,
            schema_differences=self.compared,
            source=self.plan.source,
            target=self.plan.target,
            started=f"{started:%Y-%m-%dT%H:%M:%SZ}",
            timings=tuple(self._ledger.timings),
        )

    def _status(self) -> Status:
        if self.differs:
            return "differences"
        return "rejects" if self._rejecting is not None and self._rejecting.counts.total() else "done"

    def _table(self, planned: TablePlan, loaded: TablePlan) -> TableReport:
        verdict = self.verdicts.get(str(loaded.target.name), Verdict("none"))
        name = str(planned.source.name)
        return TableReport(
            source=name,
            target=str(planned.target.name),
            rows=self._ledger.rows(loaded),
            rejected=self._rejecting.counts[name] if self._rejecting else 0,
            verified=verdict.verified,
            seconds=self._ledger.seconds[name],
            difference=verdict.difference,
            proof=verdict.proof,
        )

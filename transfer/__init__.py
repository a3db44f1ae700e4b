"""Copies a database between engines, schema included, and proves the copy. This module is the whole public API.

import transfer

plan = transfer.plan("postgresql://user@host/shop", "mysql://user@host/shop")
for note in plan.losses:
    print(note.where, note.message)
report = transfer.copy(plan, source="postgresql://user@host/shop", target="mysql://user@host/shop")
assert report.status == "done"
"""

from __future__ import annotations

from mappings.errors import TransferError
from mappings.names import Naming, Rename
from mappings.schema import Schema
from transfer.api import (
    clean,
    compare,
    copy,
    finalize,
    inspect,
    plan,
    repair,
    replay,
    resume,
    reviewed_plan,
    rollback,
    runs,
    status,
    verify,
)
from transfer.config import Options, Selection
from transfer.differences import Comparison
from transfer.history import RunRecord, RunStatus
from transfer.plan import Plan
from transfer.repair import RepairOptions
from transfer.report import Report
from transfer.verify_options import VerifyOptions

__all__ = [
    "Comparison",
    "Naming",
    "Options",
    "Plan",
    "Rename",
    "RepairOptions",
    "Report",
    "RunRecord",
    "RunStatus",
    "Schema",
    "Selection",
    "TransferError",
    "VerifyOptions",
    "clean",
    "compare",
    "copy",
    "finalize",
    "inspect",
    "plan",
    "repair",
    "replay",
    "resume",
    "reviewed_plan",
    "rollback",
    "runs",
    "status",
    "verify",
]

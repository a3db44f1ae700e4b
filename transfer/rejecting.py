"""What a run does with the rows that the target does not take: keep them where they can be mended, up to a number."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from dialects.base import Session
from mappings.errors import TransferError
from transfer.chunks import Chunk
from transfer.config import Options
from transfer.copier import Record, Rows, Sent, sift_chunk
from transfer.journal import Journal
from transfer.journal_tables import short_name
from transfer.plan import Plan
from transfer.reject_file import RejectFile


class Rejecting:
    """The rejects of one run. Thread-safe. Used only where the user chose `--on-error reject`."""

    def __init__(self, journal: Journal, options: Options) -> None:
        self._options = options
        self._journal = journal
        self._file = RejectFile(Path(options.reject_file or f"dbtransfer-rejects-{journal.run}.jsonl"))
        self._lock = threading.Lock()
        self.counts: Counter[str] = Counter()
        """Rejected rows by the name of the source table."""

    def prepare(self) -> None:
        """Before the first chunk: the file must be one that can be written."""
        if self._file.path.exists():
            message = f"{self._file.path} is there already, and holds the rejects of another run"
            raise TransferError(message, hint="name another with --reject-file, or move it away")

    def prepare_again(self) -> None:
        """Before the first chunk of a run that is resumed: every chunk that had rejects is done anew, so the file is,
        too. The former one stays beside it, for it may have been mended already."""
        if self._file.path.exists():
            former = self._file.path
            former.rename(former.with_name(f"{former.name}.{self._journal.epoch - 1}"))

    def take_up(self, plan: Plan, rejected: Mapping[tuple[str, int], int]) -> None:
        """Count what a former owner of the run has rejected; the file stays as that one left it."""
        names = {short_name(str(table.source.name)): str(table.source.name) for table in plan.tables}
        for (table, _), count in rejected.items():
            self.counts[names[table]] += count

    @property
    def path(self) -> str:
        """Where the rejected rows are; empty when there are none."""
        return str(self._file.path) if self.counts else ""

    def copy(self, rows: Rows, writer: Session, chunk: Chunk, record: Record) -> Sent:
        """Copy a chunk that did not go as a whole: the rows that the target takes; the others are noted."""
        return sift_chunk(
            rows,
            writer,
            chunk,
            record,
            batch_rows=self._options.batch_rows,
            digesting=self._options.digests,
        )

    def keep(self, chunk: Chunk, sent: Sent) -> None:
        """Write the rows of a chunk that were not taken to the file, once the chunk is committed."""
        with self._lock:
            self._file.add(chunk.table, sent.rejects)
            self.counts[str(chunk.table.source.name)] += len(sent.rejects)

    def refuse_too_many(self, chunk: Chunk) -> None:
        """Asked once the chunk is in the ledger, which tells what is left on the target."""
        total = self.counts.total()
        if total > self._options.max_rejects:
            raise TransferError(
                f"{total} rows were rejected, more than the {self._options.max_rejects} allowed",
                where=str(chunk),
                hint=f"look at {self._file.path}; allow more with --max-rejects",
            )

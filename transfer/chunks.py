"""Where to cut: a chunk is one range of the source's own key, and one transaction on the target."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from dialects.base import Cut, KeyRange, Session
from mappings.errors import TransferError
from mappings.schema import TableName
from transfer.cutting import Gap, estimated_octets, gaps, rows_of, sampled_octets
from transfer.plan import TablePlan

OPEN = ""
"""The end of a span that has none."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Chunk `number` (from 1) of a table; `where` is None for the whole table."""

    table: TablePlan
    number: int
    where: KeyRange | None

    @property
    def target_where(self) -> KeyRange | None:
        """The same rows on the target, by its own names of the key's columns. TransferError where the range would name
        others there: see ChunkKey.portable."""
        if self.where is None:
            return None
        if not self.table.chunk_key.portable:
            raise TransferError("the key's ranges name other rows on the target", where=str(self))
        names = {column.read.name: column.write.name for column in self.table.columns}
        return KeyRange(tuple(names[name] for name in self.where.columns), self.where.lower, self.where.upper)

    @property
    def span(self) -> tuple[str, str]:
        """Both ends as text to be kept, from which `chunk_of` makes the same chunk again; OPEN where there is none."""
        if self.where is None:
            return OPEN, OPEN
        return _text(self.where.lower), _text(self.where.upper)

    def __str__(self) -> str:
        return f"{self.table.source.name}, chunk {self.number}"


def chunk_of(table: TablePlan, number: int, lower: str, upper: str) -> Chunk:
    """The chunk of this span. TransferError when the table's key is another one than the span was cut by."""
    key = table.chunk_key
    ends = (_cut(lower, key.columns), _cut(upper, key.columns))
    if any(end is not None and len(end) != len(key.columns) for end in ends):
        raise TransferError(
            f"the span from {lower!r} to {upper!r} was not cut by the key {', '.join(key.columns) or '(none)'}",
            where=f"{table.source.name}, chunk {number}",
            hint="the table has got another key since: copy it anew",
        )
    return Chunk(table, number, key_range(table, *ends))


def key_range(table: TablePlan, lower: Cut | None, upper: Cut | None) -> KeyRange | None:
    """The rows between two cuts of the table's chunk key; None when both are open."""
    key = table.chunk_key
    if lower is None and upper is None:
        return None
    return KeyRange(key.columns, lower, upper, address=key.address)


def _text(cut: Cut | None) -> str:
    """A single literal as it is, several as a JSON array."""
    if cut is None:
        return OPEN
    return cut[0] if len(cut) == 1 else json.dumps(cut, ensure_ascii=False)


def _cut(text: str, columns: tuple[str, ...]) -> Cut | None:
    if text == OPEN:
        return None
    if len(columns) <= 1:
        return (text,)
    try:
        parts = json.loads(text)
    except ValueError:
        return ()
    return tuple(map(str, parts)) if isinstance(parts, list) else ()


class Cutter:
    """Cuts one table, leaving out the chunks in `done`, which come by their numbers."""

    def __init__(self, table: TablePlan, chunk_bytes: int, done: Iterable[Chunk]) -> None:
        self.table = table
        self._chunk_bytes = chunk_bytes
        self._sampled = self._measured = 0.0
        try:
            self._gaps = gaps((chunk.number, *_ends(chunk.where)) for chunk in done)
        except TransferError as error:
            error.at(str(table.source.name))
            raise

    @property
    def more(self) -> bool:
        return bool(self._gaps)

    def measured(self, rows: int, octets: int) -> None:
        """What the last chunk that was read had."""
        self._measured = octets / rows if rows else 0.0

    def take(self, session: Session) -> Chunk:
        """The first chunk of the first gap. The last number of a gap between done chunks takes all that is left."""
        gap = self._gaps[0]
        cut = None if gap.first == gap.last else self._cut(session, gap)
        chunk = Chunk(self.table, gap.first, key_range(self.table, gap.lower, gap.upper if cut is None else cut))
        rest = [] if cut is None else [replace(gap, lower=cut, first=gap.first + 1)]
        self._gaps[:1] = rest
        return chunk

    def _cut(self, session: Session, gap: Gap) -> Cut | None:
        key = self.table.chunk_key
        if not key.columns:
            return None
        where = KeyRange(key.columns, gap.lower, gap.upper, address=key.address)
        cut = session.boundary(self.table.source, where, self._rows(session, where))
        if cut is not None and cut == gap.lower:
            raise TransferError(
                f"cutting does not get beyond {_text(cut)}: the database orders the key otherwise than it compares it",
                where=str(self.table.source.name),
            )
        return cut

    def _rows(self, session: Session, where: KeyRange) -> int:
        """By the wider of what is sampled ahead and what the last chunk had: rather too many chunks than too large."""
        self._sampled = sampled_octets(session, self.table, where, self._chunk_bytes) or self._sampled
        known = max(self._sampled, self._measured)
        return rows_of(known or estimated_octets(self.table.source), self._chunk_bytes)


def _ends(where: KeyRange | None) -> tuple[Cut | None, Cut | None]:
    return (where.lower, where.upper) if where else (None, None)


class ChunkQueue:
    """Hands out chunks, cutting as it goes: each cut walks the key's index from the last one, so all cuts of a
    table cost one index scan, made while other workers copy. Thread-safe.

    Of the tables that have chunks in `done` only what lies between and behind these is handed out.
    """

    def __init__(self, tables: Iterable[TablePlan], chunk_bytes: int, done: Iterable[Chunk] = ()) -> None:
        before: defaultdict[TableName, list[Chunk]] = defaultdict(list)
        for chunk in sorted(done, key=lambda chunk: chunk.number):
            before[chunk.table.source.name].append(chunk)
        cutters = [Cutter(table, chunk_bytes, before[table.source.name]) for table in tables]
        self._waiting = [cutter for cutter in cutters if cutter.more]
        self._lock = threading.Lock()

    def take(self, session: Session) -> Chunk | None:
        """The next chunk, cut through `session`, which must see the run's instant; None when all are taken. What fails
        here has taken nothing: the next worker cuts there again."""
        with self._lock:
            if not self._waiting:
                return None
            cutter = self._waiting[0]
            chunk = cutter.take(session)
            if not cutter.more:
                self._waiting.pop(0)
            return chunk

    def measured(self, chunk: Chunk, rows: int, octets: int) -> None:
        """What a chunk turned out to be, in Arrow's memory as it was read: the next ones of its table are cut by it."""
        with self._lock:
            for cutter in self._waiting:
                if cutter.table is chunk.table:
                    cutter.measured(rows, octets)


def largest_first(tables: Iterable[TablePlan]) -> list[TablePlan]:
    """By the engine's size estimate, so that a long table does not start last."""
    return sorted(tables, key=lambda table: table.source.octets or 0, reverse=True)

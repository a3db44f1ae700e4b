"""What a run has done, kept in its target: steps of the schema, chunks in the transaction of their rows, rejects.

A chunk is done exactly when its row is here. Whoever takes a run over counts its epoch up first; a chunk of the former
owner, who may still be at work somewhere, then finds another epoch than its own and does not commit.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, is_dataclass
from datetime import UTC, datetime
from typing import Literal

from dialects.base import Session
from dialects.sqltext import restriction
from mappings.errors import AlreadyThere, Locked, NotThere
from transfer import journal_tables as tables
from transfer.chunks import Chunk
from transfer.config import Options
from transfer.copier import Sent
from transfer.history import StepRecord
from transfer.journal_tables import Kept, Shelf, short_name
from transfer.plan import Plan
from transfer.rejects import Reject

State = Literal["running", "done", "differs", "failed", "stopped", "rolled back", "finalized"]
LONGEST_MESSAGE = 2_000


class Journal:
    """The journal of one run in one target. `epoch` is this owner's: 1 for the first, one more for each that resumes.

    `claim`, `prepare` and `open` or `take_over` come first, in this order, over the run's control session.
    """

    def __init__(self, run: str, epoch: int = 1, steps: int = 0) -> None:
        """`steps` is how many former owners have noted."""
        self.run = run
        self.epoch = epoch
        self._home = ""
        self._steps = steps

    def claim(self, session: Session, names: Sequence[str]) -> None:
        """Hold these target tables for as long as `session` is open. Locked when another run holds one of them."""
        taken = session.claim(names)
        if taken:
            hint = "wait until it has ended; `dbtransfer runs TARGET` shows what runs there"
            raise Locked("another run writes to this table now", hint=hint, where=taken)

    def prepare(self, session: Session) -> None:
        """Find the tables, or make them."""
        self._home = tables.make_tables(session)

    def open(
        self, session: Session, plan: Plan, source: str, options: Options, notes: Sequence[tuple[str, str, str]]
    ) -> tuple[StepRecord, ...]:
        """Note a new run, its plan, and its steps and what they must know, each a phase, an object and a state: all
        together, for whoever goes on with the run takes what is noted for all there is. `source` has no password."""
        now, document = _now(), json.dumps(plan.document(), ensure_ascii=False)
        row = (self.run, "running", self.epoch, owner(), source, json.dumps(asdict(options)), now, now, "")
        steps = tuple(StepRecord(number, *note) for number, note in enumerate(notes, 1))
        self._steps = len(steps)
        session.begin()
        self._shelf(session, tables.RUN).write(session, [row])
        self._shelf(session, tables.PLAN).write(session, [(self.run, plan.hash, document)])
        self._shelf(session, tables.STEP).write(session, [(self.run, *astuple(step)) for step in steps])
        session.commit()
        return steps

    def take_over(self, session: Session) -> None:
        """Go on with a run whose owner is gone. Locked when somebody else was faster."""
        shelf = self._shelf(session, tables.RUN)
        session.begin()
        before = int(str(session.within(self._epoch_query(session))[0][0]))
        if before == self.epoch - 1:
            values: dict[str, str | int] = {"epoch": self.epoch, "state": "running", "message": ""}
            values |= {"owner": owner(), "changed": _now()}
            session.within(shelf.update(values, shelf.of(self.run, epoch=before)))
        session.commit()
        if before != self.epoch - 1:
            raise Locked(f"run {self.run} was resumed elsewhere just now", hint="see how that one ends")

    def close(self, session: Session, state: State, message: str = "") -> None:
        """How the run ended."""
        shelf = self._shelf(session, tables.RUN)
        told = message.replace("\0", "\\0")[:LONGEST_MESSAGE]
        session.execute(shelf.update({"state": state, "changed": _now(), "message": told}, shelf.of(self.run)))

    def note(self, session: Session, steps: Sequence[tuple[str, str]], state: str = "intended") -> range:
        """Note steps that are to come, or things to remember, each a phase and an object; their numbers."""
        first, self._steps = self._steps + 1, self._steps + len(steps)
        rows = [(self.run, first + at, phase, name, state) for at, (phase, name) in enumerate(steps)]
        if rows:
            session.begin()
            self._shelf(session, tables.STEP).write(session, rows)
            session.commit()
        return range(first, self._steps + 1)

    def remember(self, session: Session, values: Mapping[str, object]) -> None:
        """Keep values for whoever takes the run up again, as JSON under these names."""
        self.note(session, [(name, kept_text(value)) for name, value in values.items()], "done")

    def step(
        self,
        session: Session,
        number: int,
        statements: Sequence[str],
        *,
        again: bool = False,
        alone: bool = False,
    ) -> None:
        """Do an intended step and note that it is done: together, where the engine can and no statement is to be
        `alone`. `again` says that the former owner may have done it without the note; what is there, or gone, already
        is then that one's work."""
        shelf = self._shelf(session, tables.STEP)
        done = shelf.update({"state": "done"}, shelf.of(self.run, number=number))
        if session.dialect.limits.ddl_in_transactions and not alone:
            return session.execute_all((*statements, done))
        for statement in statements:
            try:
                session.execute(statement)
            except (AlreadyThere, NotThere):
                if not again:
                    raise
        return session.execute(done)

    def chunk(self, session: Session, chunk: Chunk, sent: Sent, seconds: float) -> None:
        """Note a chunk inside the transaction that writes its rows, as the last thing before its commit. Locked when
        the run has another owner by now."""
        self._refuse_stale(session, where=str(chunk))
        lower, upper = chunk.span
        digest = tables.digest_text(sent.digest.total) if sent.digested else ""
        row = (
            self.run,
            short_name(str(chunk.table.source.name)),
            chunk.number,
            lower,
            upper,
            sent.digest.rows,
            digest,
            json.dumps(sent.altered),
            round(seconds * 1000),
            self.epoch,
            _now(),
        )
        self._shelf(session, tables.CHUNK).write(session, [row])

    def noted(self, session: Session, chunk: Chunk) -> tuple[int, int | None] | None:
        """Rows and digest of the chunk, as this owner has noted them, None where it has not. Of a connection that was
        lost in its COMMIT nobody knows whether that is over: the change of the run's row waits until it is."""
        runs, notes = self._shelf(session, tables.RUN), self._shelf(session, tables.CHUNK)
        name = short_name(str(chunk.table.source.name))
        where = notes.of(self.run, source_table=name, number=chunk.number, epoch=self.epoch)
        quote = session.dialect.quote
        session.rollback()
        session.begin()
        session.within(runs.update({"changed": _now()}, runs.of(self.run)))
        found = session.within(
            f"SELECT {quote('rows')}, {quote('digest')} FROM {session.dialect.qualified(notes.name)} WHERE {where}"
        )
        session.commit()
        return (int(str(found[0][0])), tables.digest_total(str(found[0][1]))) if found else None

    def regain(self, session: Session, names: Sequence[str]) -> None:
        """After `session` was lost, and what it held with it. Locked when another owner, or another run, was faster."""
        session.rollback()
        session.begin()
        self._refuse_stale(session)
        session.commit()
        self.claim(session, names)

    def clear(self, session: Session, chunk: Chunk) -> None:
        """Take a chunk's rows and its note back, inside the open transaction."""
        name = session.dialect.qualified(chunk.table.target.name)
        session.within(f"DELETE FROM {name}{restriction(session.dialect, chunk.target_where)}")
        self.forget(session, chunk)

    def forget(self, session: Session, chunk: Chunk) -> None:
        """Take a chunk's note and its rejects back, inside the transaction that takes its rows back."""
        name = short_name(str(chunk.table.source.name))
        notes, rejects = self._shelf(session, tables.CHUNK), self._shelf(session, tables.REJECT)
        session.within(notes.delete(notes.of(self.run, source_table=name, number=chunk.number)))
        session.within(rejects.delete(rejects.of(self.run, source_table=name, chunk=chunk.number)))

    def rejects(self, session: Session, rejects: Sequence[Reject]) -> None:
        """Keep these rows, inside the transaction that writes the rest of their chunk."""
        if rejects:
            self._shelf(session, tables.REJECT).write(session, [self._told(reject) for reject in rejects])

    def _told(self, reject: Reject) -> tuple[object, ...]:
        told = (reject.target, reject.key, reject.column, reject.value, reject.type, reject.message)
        texts = tuple(text.replace("\x00", "\\0") for text in told)
        return (self.run, short_name(reject.table), reject.chunk, reject.number, *texts)

    def _refuse_stale(self, session: Session, *, where: str = "") -> None:
        found = session.within(self._epoch_query(session))
        if not found or int(str(found[0][0])) != self.epoch:
            message = f"run {self.run} has another owner by now, so this one stops"
            raise Locked(message, hint="see how that one ends", where=where)

    def _epoch_query(self, session: Session) -> str:
        shelf = self._shelf(session, tables.RUN)
        return session.dialect.held_query(shelf.name, "epoch", shelf.of(self.run))

    def _shelf(self, session: Session, kept: Kept) -> Shelf:
        return Shelf(session.dialect, kept, self._home)


def kept_text(value: object) -> str:
    """Dataclasses, and tuples of them, as JSON."""
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    """As JSON takes it."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def owner() -> str:
    """Who runs: machine and process, for people who look for it."""
    return f"{platform.node()} process {os.getpid()}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"

"""One chunk is one transaction: all of it is committed, or nothing is and the reader is closed."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pyarrow as pa
import pytest

from dialects.base import Session
from mappings import types as t
from mappings.errors import ConnectionLost, TransferError, ValueDoesNotFit
from tests.pure.limits import GENEROUS
from tests.pure.plans import batch_of, table_plan
from transfer.chunks import Chunk
from transfer.copier import Sent, copy_chunk
from transfer.digest import Digest, Digester
from transfer.rejects import Reject

PLAN = table_plan("orders", ("id", t.Integer(64), t.Integer(32)))
BATCHES = [batch_of(PLAN, (1,), (2,)), batch_of(PLAN), batch_of(PLAN, (3,))]
CHUNK = Chunk(PLAN, 3, None)


@dataclass
class Source:
    batches: list[pa.RecordBatch]
    closed: threading.Event = field(default_factory=threading.Event)

    def read(self, *_: object) -> Iterator[pa.RecordBatch]:
        try:
            yield from self.batches
        finally:
            self.closed.set()


@dataclass
class Target:
    """Remembers what it was told. Fails at the step `fails`; `takes` fewer rows than it gets when asked to."""

    fails: str = ""
    loses: int = 0
    log: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    dialect: ClassVar[Any] = SimpleNamespace(limits=GENEROUS)
    notes: list[tuple[Chunk, Sent]] = field(default_factory=list)

    def chunk(self, session: Session, chunk: Chunk, sent: Sent, seconds: float) -> None:
        """As a record that is kept in the target itself."""
        assert cast(Any, session) is self
        assert 0 <= seconds < 60
        self.notes.append((chunk, sent))
        self._step("note")

    def rejects(self, session: Session, rejects: Sequence[Reject]) -> None:
        self._step("rejects")

    def begin(self) -> None:
        self._step("begin")

    def write(self, table: object, columns: object, batches: Iterable[pa.RecordBatch]) -> int:
        for batch in batches:
            self.rows += batch.to_pylist()
            self._step("write")
        return len(self.rows) - self.loses

    def commit(self) -> None:
        self._step("commit")

    def rollback(self) -> None:
        self.log.append("rollback")

    def _step(self, name: str) -> None:
        self.log.append(name)
        if name == self.fails:
            raise ConnectionLost("gone")


def copied(source: Source, target: Target, seen: list[int] | None = None) -> Sent:
    told = seen if seen is not None else []
    return copy_chunk(
        cast(Session, source),
        cast(Session, target),
        CHUNK,
        target,
        batch_rows=10,
        digesting=True,
        seen=told.append,
    )


def test_a_chunk_is_written_and_committed_and_its_digest_known() -> None:
    source, target, seen = Source(BATCHES), Target(), list[int]()
    sent = copied(source, target, seen)
    assert target.log == ["begin", "write", "write", "note", "commit"]
    assert target.notes == [(CHUNK, sent)]
    assert target.rows == [{"new_id": 1}, {"new_id": 2}, {"new_id": 3}]
    digester = Digester(PLAN.stored_columns)
    assert sent.digest == digester(pa.RecordBatch.from_pylist(target.rows, pa.schema([("new_id", pa.int32())])))
    assert seen == [2, 1]


def test_an_empty_chunk_is_committed_too() -> None:
    target = Target()
    assert copied(Source([]), target).digest == Digest()
    assert target.log == ["begin", "note", "commit"]


@pytest.mark.parametrize("step", ["begin", "write", "note", "commit"])
def test_an_error_at_any_step_rolls_back_and_closes_the_reader(step: str) -> None:
    source, target = Source(BATCHES * 50), Target(fails=step)
    with pytest.raises(ConnectionLost) as caught:
        copied(source, target)
    assert target.log[-1] == "rollback"
    assert source.closed.is_set()
    assert str(caught.value) == "shop.orders, chunk 3: gone"
    assert not [thread for thread in threading.enumerate() if thread.name == "reader"]


def test_rows_that_the_target_did_not_take_are_an_error() -> None:
    target = Target(loses=1)
    with pytest.raises(TransferError, match="orders: 3 rows were sent, but the target took 2"):
        copied(Source(BATCHES), target)
    assert "note" not in target.log and "commit" not in target.log


def test_a_value_that_does_not_fit_comes_out_of_the_reader_with_its_key() -> None:
    target = Target()
    with pytest.raises(ValueDoesNotFit, match="shop.orders.id, chunk 3, key 2147483648: value"):
        copied(Source([BATCHES[0], batch_of(PLAN, (2**31,))]), target)
    assert target.log[-1] == "rollback"

"""Chunks cover every row once, whatever the keys are and however many workers take them."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, cast

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialects.base import Cut, KeyRange, Session
from mappings.errors import TransferError
from mappings.schema import Column, Table
from tests.pure.plans import table_plan
from transfer import cutting
from transfer.chunks import Chunk, ChunkQueue, chunk_of, largest_first
from transfer.cutting import (
    DEFAULT_ROW_OCTETS,
    LEAST_ROWS,
    MOST_ROWS,
    SAMPLED_ROWS,
    Gap,
    estimated_octets,
    gaps,
    rows_of,
)
from transfer.plan import ChunkKey, TablePlan

Key = tuple[Any, ...]

INT64 = st.integers(-(2**63), 2**63 - 1)
SMALL = st.integers(-3, 3)
WIDTH = 100
"""Bytes of each row of a fake table, unless it says otherwise."""
AIM = 10 * WIDTH
"""Ten rows a chunk."""


@pytest.fixture(autouse=True, scope="module")
def small_chunks() -> Iterator[None]:
    """Few rows make many chunks here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cutting, "LEAST_ROWS", 1)
        yield


def literal(key: Key) -> Cut:
    return tuple(repr(value) for value in key)


@dataclass
class Ordered:
    """The part of a session that cuts: tables of sorted keys, each row with its width."""

    tables: dict[str, list[Key]]
    widths: dict[str, list[int]] = field(default_factory=dict)
    asked: int = 0
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._places = {name: {literal(key): at for at, key in enumerate(keys)} for name, keys in self.tables.items()}

    def held(self, name: str, where: KeyRange | None) -> range:
        """The places of the rows of a range, whose ends are all keys of rows."""
        lower, upper = (where.lower, where.upper) if where else (None, None)
        places = self._places[name]
        return range(places[lower] if lower else 0, places[upper] if upper else len(places))

    def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
        assert self._busy.acquire(blocking=False), "a session belongs to one thread"
        try:
            self.asked += 1
            held = self.held(table.name.name, where)
            return literal(self.tables[table.name.name][held[rows]]) if rows < len(held) else None
        finally:
            self._busy.release()

    def read(
        self, table: Table, columns: tuple[Column, ...], where: KeyRange | None, batch_rows: int
    ) -> Iterator[pa.RecordBatch]:
        name = table.name.name
        widths = self.widths.get(name, [WIDTH] * len(self.tables[name]))
        held = self.held(name, where)
        for start in range(held.start, held.stop, batch_rows):
            part = range(start, min(start + batch_rows, held.stop))
            octets = sum(widths[at] for at in part) // len(part)
            column = pa.FixedSizeBinaryArray.from_buffers(
                pa.binary(octets), len(part), [None, pa.py_buffer(bytes(octets * len(part)))]
            )
            yield pa.record_batch([column], names=["v"])


def plan_of(name: str, keys: list[Key] | None = None) -> TablePlan:
    columns = tuple(f"k{at}" for at in range(len(keys[0]) if keys else 1))
    plan = table_plan(name, chunk_key=ChunkKey(columns))
    return replace(plan, source=replace(plan.source, rows=1, octets=WIDTH))


def taken(tables: dict[str, list[Key]], session: Any = None, done: list[Chunk] | None = None) -> list[Chunk]:
    queue = ChunkQueue([plan_of(name, keys) for name, keys in tables.items()], AIM, done or ())
    session = session or Ordered(tables)
    chunks = []
    while (chunk := queue.take(cast(Session, session))) is not None:
        chunks.append(chunk)
    assert queue.take(cast(Session, session)) is None
    return chunks


def spread(values: list[Any], rows: int = 200) -> list[Key]:
    """At least so many keys, in order and each once, that begin with these values: enough to be cut often."""
    copies = max(1, rows // max(1, len(values)))
    return sorted({(value, number) for value in values for number in range(copies)})


def single(values: list[Any]) -> list[Key]:
    return [(value,) for value in sorted(values)]


def days_from(first: date) -> list[Key]:
    return single([first + timedelta(days) for days in range(300)])


TABLES = {
    "negative": st.lists(INT64, unique=True, min_size=70, max_size=150).map(single),
    "with gaps": st.lists(SMALL.map(lambda n: n * 10**17), unique=True).map(single),
    "of few": st.lists(INT64, unique=True, max_size=3).map(single),
    "at the limits": st.just(single([*range(-(2**63), -(2**63) + 90), *range(2**63 - 90, 2**63)])),
    "of dates": st.dates(date(1, 1, 1), date(9990, 1, 1)).map(days_from),
    "compound": st.lists(st.text(max_size=3), unique=True, max_size=5).map(spread),
    "skewed": st.lists(SMALL, unique=True, min_size=1, max_size=3).map(lambda keys: spread(keys, 300)),
}


def check_cover(chunks: list[Chunk], keys: list[Key]) -> None:
    """One after the other, from open to open, and each row in just one."""
    ranges = [chunk.where or KeyRange(("k0",)) for chunk in chunks]
    assert (ranges[0].lower, ranges[-1].upper) == (None, None)
    assert all(before.upper == after.lower is not None for before, after in zip(ranges, ranges[1:], strict=False))
    session = Ordered({"t": keys})
    assert [at for chunk in chunks for at in session.held("t", chunk.where)] == list(range(len(keys)))


@pytest.mark.parametrize("shape", TABLES)
@settings(max_examples=30)
@given(st.data())
def test_every_row_is_in_one_chunk_and_no_chunk_is_large(shape: str, data: st.DataObject) -> None:
    keys = data.draw(TABLES[shape])
    chunks = taken({"t": keys})
    check_cover(chunks, keys)
    assert [chunk.number for chunk in chunks] == list(range(1, len(chunks) + 1))
    session = Ordered({"t": keys})
    sizes = [len(session.held("t", chunk.where)) for chunk in chunks]
    assert sizes == [AIM // WIDTH] * (len(sizes) - 1) + sizes[-1:]
    assert 0 < sizes[-1] <= AIM // WIDTH or keys == []


@pytest.mark.parametrize("shape", TABLES)
@settings(max_examples=30)
@given(st.data())
def test_what_was_done_is_not_taken_again(shape: str, data: st.DataObject) -> None:
    keys = data.draw(TABLES[shape])
    before = taken({"t": keys})
    done = [chunk for chunk in before if data.draw(st.booleans(), label=f"chunk {chunk.number} is done")]
    again = taken({"t": keys}, done=done)
    together = sorted([*done, *again], key=lambda chunk: chunk.number)
    check_cover(together, keys)
    numbers = [chunk.number for chunk in together]
    assert len(numbers) == len(set(numbers))


@settings(max_examples=30)
@given(st.data())
def test_a_run_may_be_taken_up_with_another_size_of_chunks(data: st.DataObject) -> None:
    keys: list[Key] = [(number,) for number in range(300)]
    before = taken({"t": keys})
    done = [chunk for chunk in before if data.draw(st.booleans())]
    aim = data.draw(st.integers(1, 100 * AIM))
    queue, session, again = ChunkQueue([plan_of("t", keys)], aim, done), cast(Session, Ordered({"t": keys})), []
    while (chunk := queue.take(session)) is not None:
        again.append(chunk)
    check_cover(sorted([*done, *again], key=lambda chunk: chunk.number), keys)


def test_a_single_chunk_between_done_ones_is_taken_as_it_was() -> None:
    keys: list[Key] = [(number,) for number in range(300)]
    before = taken({"t": keys})
    again = taken({"t": keys}, done=[chunk for chunk in before if chunk.number != 3])
    assert [(chunk.number, chunk.where) for chunk in again] == [(3, before[2].where)]


def test_a_table_that_is_done_is_not_asked_for() -> None:
    keys: list[Key] = [(number,) for number in range(300)]
    session = Ordered({"t": keys, "u": []})
    assert [str(chunk) for chunk in taken(session.tables, session, taken({"t": keys}))] == ["shop.u, chunk 1"]


def test_gaps_are_what_lies_before_between_and_behind() -> None:
    assert gaps([]) == [Gap()]
    assert gaps([(1, None, None)]) == []
    assert gaps([(2, ("5",), ("9",))]) == [Gap(None, ("5",), 1, 1), Gap(("9",), None, 3)]
    assert gaps([(1, None, ("5",)), (4, ("9",), None)]) == [Gap(("5",), ("9",), 2, 3)]


@pytest.mark.parametrize(
    "done",
    [
        [(1, None, ("5",)), (2, ("6",), ("9",))],
        [(1, None, None), (2, ("6",), ("9",))],
        [(1, None, ("5",)), (3, None, ("9",))],
        [(1, ("5",), ("9",))],
    ],
)
def test_what_cannot_be_of_one_run_is_refused(done: list[tuple[int, Cut | None, Cut | None]]) -> None:
    with pytest.raises(TransferError, match="overlap|nothing says"):
        gaps(done)


CUTS = st.none() | st.lists(st.text(min_size=1), min_size=2, max_size=2).map(tuple)


@given(CUTS, CUTS)
def test_a_chunk_can_be_kept_as_text(lower: Cut | None, upper: Cut | None) -> None:
    table = table_plan("t", chunk_key=ChunkKey(("a", "b")))
    where = KeyRange(("a", "b"), lower, upper) if (lower, upper) != (None, None) else None
    chunk = Chunk(table, 7, where)
    assert chunk_of(table, 7, *chunk.span) == chunk


@given(st.text(min_size=1), st.booleans())
def test_a_chunk_of_a_single_key_is_kept_as_its_literals(text: str, address: bool) -> None:
    table = table_plan("t", chunk_key=ChunkKey(("a",), address=address))
    chunk = Chunk(table, 7, KeyRange(("a",), None, (text,), address=address))
    assert chunk.span == ("", text) and chunk_of(table, 7, *chunk.span) == chunk


@pytest.mark.parametrize("key", [ChunkKey(), ChunkKey(("a", "b")), ChunkKey(("a", "b", "c"))])
def test_a_span_of_another_key_is_refused(key: ChunkKey) -> None:
    with pytest.raises(TransferError, match="was not cut by the key"):
        chunk_of(table_plan("t", chunk_key=key), 1, "5", "")


@pytest.mark.parametrize(("keys", "count"), [(0, 1), (1, 1), (10, 1), (11, 2), (SAMPLED_ROWS + 1, 7)])
def test_few_rows_make_one_chunk_without_a_range(keys: int, count: int) -> None:
    chunks = taken({"t": [(number,) for number in range(keys)]}, None)
    assert len(chunks) == count and (chunks[0].where is None) == (count == 1)


def test_a_table_without_a_key_is_one_chunk_and_asks_nothing() -> None:
    session = Ordered({})
    queue = ChunkQueue([table_plan("log", chunk_key=ChunkKey())], AIM)
    chunk = queue.take(cast(Session, session))
    assert chunk is not None
    assert (chunk.number, chunk.where, session.asked) == (1, None, 0)
    assert queue.take(cast(Session, session)) is None


def test_numbers_and_ranges_begin_anew_with_each_table() -> None:
    chunks = taken({"a": [(n,) for n in range(70)], "b": [(n,) for n in range(100, 170)]})
    firsts = [(str(chunk), chunk.where and chunk.where.lower) for chunk in chunks if chunk.number < 3]
    assert firsts == [
        ("shop.a, chunk 1", None),
        ("shop.a, chunk 2", ("10",)),
        ("shop.b, chunk 1", None),
        ("shop.b, chunk 2", ("110",)),
    ]


def test_no_table_makes_no_chunk() -> None:
    assert taken({}) == []


def test_the_target_is_asked_by_its_own_name_of_the_key() -> None:
    chunk = Chunk(table_plan("orders"), 1, KeyRange.of("id", 5, 9))
    assert chunk.target_where == KeyRange.of("new_id", 5, 9)
    assert Chunk(table_plan("orders"), 1, None).target_where is None


def test_the_target_is_not_asked_by_a_key_that_names_other_rows_there() -> None:
    chunk = Chunk(table_plan("orders", chunk_key=ChunkKey(("id",))), 1, KeyRange.of("id", 5, 9))
    with pytest.raises(TransferError, match="other rows"):
        _ = chunk.target_where


def test_several_workers_share_the_chunks_and_each_is_taken_once() -> None:
    keys: dict[str, list[Key]] = {name: [(number,) for number in range(0, 1500, 3)] for name in "abc"}
    queue = ChunkQueue([plan_of(name) for name in keys], AIM)
    found: list[Chunk] = []

    def work() -> None:
        session = cast(Session, Ordered(keys))
        while (chunk := queue.take(session)) is not None:
            found.append(chunk)
            queue.measured(chunk, 10, 10 * WIDTH)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = [(chunk.table.source.name.name, chunk.where) for chunk in found]
    covered = Counter((name, at) for name, where in names for at in Ordered(keys).held(name, where))
    assert covered == Counter((name, at) for name, listed in keys.items() for at in range(len(listed)))


def test_a_cut_that_failed_is_made_again_by_the_next_worker() -> None:
    class Lost(Ordered):
        def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
            raise ConnectionError

    keys: dict[str, list[Key]] = {"t": [(number,) for number in range(100)]}
    queue = ChunkQueue([plan_of("t")], AIM)
    first = queue.take(cast(Session, Ordered(keys)))
    with pytest.raises(ConnectionError):
        queue.take(cast(Session, Lost(keys)))
    second = queue.take(cast(Session, Ordered(keys)))
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert second.where == KeyRange(("k0",), ("10",), ("20",))


def test_a_key_that_is_ordered_otherwise_than_compared_does_not_cut_for_ever() -> None:
    class Stuck(Ordered):
        def boundary(self, table: Table, where: KeyRange, rows: int) -> Cut | None:
            return ("5",)

    keys: dict[str, list[Key]] = {"t": [(number,) for number in range(100)]}
    queue = ChunkQueue([plan_of("t")], AIM)
    queue.take(cast(Session, Stuck(keys)))
    with pytest.raises(TransferError, match="does not get beyond 5"):
        queue.take(cast(Session, Stuck(keys)))


def test_where_rows_are_wider_chunks_have_fewer() -> None:
    keys: list[Key] = [(number,) for number in range(1000)]
    session = Ordered({"t": keys}, {"t": [WIDTH // 10] * 500 + [WIDTH] * 500})
    sizes = [len(session.held("t", chunk.where)) for chunk in taken(session.tables, session)]
    assert sizes[:4] == [100] * 4 and max(sizes[6:]) <= 20


def test_a_chunk_that_came_out_too_large_makes_the_next_ones_smaller() -> None:
    keys: list[Key] = [(number,) for number in range(1000)]
    session = cast(Session, Ordered({"t": keys}))
    queue, sizes = ChunkQueue([plan_of("t")], AIM), []
    while (chunk := queue.take(session)) is not None:
        sizes.append(len(cast(Any, session).held("t", chunk.where)))
        queue.measured(chunk, sizes[-1], sizes[-1] * WIDTH * (5 if chunk.number < 4 else 1))
    assert sizes[:6] == [10, 2, 2, 2, 10, 10]


def sized(rows: int | None, octets: int | None) -> Table:
    return replace(table_plan("t").source, rows=rows, octets=octets)


@pytest.mark.parametrize(
    ("rows", "octets", "expected"),
    [
        (1000, 100_000, 100.0),
        (None, None, DEFAULT_ROW_OCTETS),
        (0, 0, DEFAULT_ROW_OCTETS),
        (1000, None, DEFAULT_ROW_OCTETS),
    ],
)
def test_a_row_has_the_width_that_the_engine_estimates(rows: int | None, octets: int | None, expected: float) -> None:
    assert estimated_octets(sized(rows, octets)) == expected


@pytest.mark.parametrize(
    ("octets", "chunk_bytes", "expected"),
    [
        (100.0, 10**6, 10_000),
        (0.00001, 10**9, MOST_ROWS),
        (10.0**9, 10**6, 1),
        (10.0**6, 32 * 10**6, 32),
        (20.0, 1, LEAST_ROWS),
        (10.0 * 1024, 1, 102),
    ],
)
def test_a_chunk_has_about_so_many_bytes(
    octets: float, chunk_bytes: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cutting, "LEAST_ROWS", LEAST_ROWS)
    assert rows_of(octets, chunk_bytes) == expected


def test_the_largest_table_goes_first_and_unknown_sizes_last() -> None:
    plans = [table_plan(name) for name in "abc"]
    sizes = (5, None, 900)
    plans = [replace(plan, source=replace(plan.source, octets=size)) for plan, size in zip(plans, sizes, strict=True)]
    assert [plan.source.name.name for plan in largest_first(plans)] == ["c", "a", "b"]

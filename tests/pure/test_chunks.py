"""Chunks cover every row once, whatever the keys are and however many workers take them."""

import bisect
import threading
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects.base import KeyRange, Session
from mappings.schema import Table, TableName
from tests.pure.plans import table_plan
from transfer.chunks import LEAST_ROWS, MOST_ROWS, Chunk, ChunkQueue, largest_first, rows_per_chunk

INT64 = st.integers(-(2**63), 2**63 - 1)
PER_KEY = 250
"""Each key of the lists below stands for so many rows, so that few keys make many chunks."""


@dataclass
class Keys:
    """The part of a session that cuts: sorted keys by table."""

    tables: dict[str, list[int]]
    asked: int = 0
    _busy: threading.Lock = field(default_factory=threading.Lock)

    def boundary(self, name: TableName, column: str, after: int | None, rows: int) -> int | None:
        assert self._busy.acquire(blocking=False), "a session belongs to one thread"
        try:
            self.asked += 1
            keys = self.tables[name.name]
            start = 0 if after is None else bisect.bisect_left(keys, after)
            at = start + rows // PER_KEY
            return keys[at] if at < len(keys) else None
        finally:
            self._busy.release()


def chunks_of(tables: dict[str, list[int]]) -> list[Chunk]:
    queue = ChunkQueue([table_plan(name) for name in tables], chunk_bytes=1)
    session = cast(Session, Keys(tables))
    chunks = []
    while (chunk := queue.take(session)) is not None:
        chunks.append(chunk)
    assert queue.take(session) is None
    return chunks


def held(where: KeyRange | None, keys: list[int]) -> list[int]:
    if where is None:
        return keys
    low = 0 if where.lower is None else bisect.bisect_left(keys, where.lower)
    high = len(keys) if where.upper is None else bisect.bisect_left(keys, where.upper)
    return keys[low:high]


@given(st.lists(INT64, unique=True, max_size=60).map(sorted))
def test_the_ranges_follow_each_other_and_cover_every_number(keys: list[int]) -> None:
    chunks = chunks_of({"orders": keys})
    ranges = [chunk.where or KeyRange("id", None, None) for chunk in chunks]
    assert (ranges[0].lower, ranges[-1].upper) == (None, None)
    for before, after in zip(ranges, ranges[1:], strict=False):
        assert before.upper is not None
        assert before.upper == after.lower
        assert before.lower is None or before.lower < before.upper
    assert [chunk.number for chunk in chunks] == list(range(1, len(chunks) + 1))


@given(st.lists(INT64, unique=True, max_size=60).map(sorted))
def test_every_row_is_in_one_chunk_and_no_chunk_is_large(keys: list[int]) -> None:
    parts = [held(chunk.where, keys) for chunk in chunks_of({"orders": keys})]
    assert [key for part in parts for key in part] == keys
    assert all(len(part) * PER_KEY <= LEAST_ROWS for part in parts)
    assert all(parts) or keys == []


@pytest.mark.parametrize(
    ("keys", "ranges"),
    [
        ([], [None]),
        ([7], [None]),
        ([1, 2, 3, 4], [None]),
        ([1, 2, 3, 4, 9], [(None, 9), (9, None)]),
        ([-(2**63), -5, 0, 5, 2**63 - 1], [(None, 2**63 - 1), (2**63 - 1, None)]),
    ],
)
def test_few_rows_make_one_chunk_without_a_range(keys: list[int], ranges: list[Any]) -> None:
    found = [chunk.where and (chunk.where.lower, chunk.where.upper) for chunk in chunks_of({"orders": keys})]
    assert found == ranges


def test_a_table_without_a_key_is_one_chunk_and_asks_nothing() -> None:
    session = Keys({})
    queue = ChunkQueue([table_plan("log", chunk_key="")], chunk_bytes=1)
    chunk = queue.take(cast(Session, session))
    assert chunk is not None
    assert (chunk.number, chunk.where, session.asked) == (1, None, 0)
    assert queue.take(cast(Session, session)) is None


def test_numbers_and_ranges_begin_anew_with_each_table() -> None:
    chunks = chunks_of({"a": list(range(10)), "b": list(range(100, 105))})
    told = [(str(chunk), chunk.where and chunk.where.lower) for chunk in chunks]
    assert told == [
        ("shop.a, chunk 1", None),
        ("shop.a, chunk 2", 4),
        ("shop.a, chunk 3", 8),
        ("shop.b, chunk 1", None),
        ("shop.b, chunk 2", 104),
    ]


def test_no_table_makes_no_chunk() -> None:
    assert chunks_of({}) == []


def test_the_target_is_asked_by_its_own_name_of_the_key() -> None:
    chunk = Chunk(table_plan("orders"), 1, KeyRange("id", 5, 9))
    assert chunk.target_where == KeyRange("new_id", 5, 9)
    assert Chunk(table_plan("orders"), 1, None).target_where is None


def test_several_workers_share_the_chunks_and_each_is_taken_once() -> None:
    keys = {name: list(range(0, 1500, 3)) for name in "abc"}
    queue = ChunkQueue([table_plan(name) for name in keys], chunk_bytes=1)
    taken: list[Chunk] = []

    def work() -> None:
        session = cast(Session, Keys(keys))
        while (chunk := queue.take(session)) is not None:
            taken.append(chunk)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    covered = Counter(
        (chunk.table.source.name.name, key)
        for chunk in taken
        for key in held(chunk.where, keys[chunk.table.source.name.name])
    )
    assert covered == Counter((name, key) for name, listed in keys.items() for key in listed)


def test_a_cut_that_failed_is_made_again_by_the_next_worker() -> None:
    class Lost(Keys):
        def boundary(self, name: TableName, column: str, after: int | None, rows: int) -> int | None:
            raise ConnectionError

    keys = {"orders": list(range(10))}
    queue = ChunkQueue([table_plan("orders")], chunk_bytes=1)
    first = queue.take(cast(Session, Keys(keys)))
    with pytest.raises(ConnectionError):
        queue.take(cast(Session, Lost(keys)))
    second = queue.take(cast(Session, Keys(keys)))
    assert first is not None
    assert second is not None
    assert (first.number, second.number) == (1, 2)
    assert second.where == KeyRange("id", 4, 8)


def sized(rows: int | None, octets: int | None) -> Table:
    return replace(table_plan("t").source, rows=rows, octets=octets)


@pytest.mark.parametrize(
    ("rows", "octets", "chunk_bytes", "expected"),
    [
        (1000, 100_000, 10**6, 10_000),
        (None, None, 3 * 10**6, 10_000),
        (0, 0, 3 * 10**6, 10_000),
        (1000, None, 3 * 10**6, 10_000),
        (10**6, 5, 10**9, MOST_ROWS),
        (10, 10**9, 10**6, LEAST_ROWS),
    ],
)
def test_a_chunk_has_about_so_many_bytes(rows: int | None, octets: int | None, chunk_bytes: int, expected: int) -> None:
    assert rows_per_chunk(sized(rows, octets), chunk_bytes) == expected


def test_the_largest_table_goes_first_and_unknown_sizes_last() -> None:
    plans = [table_plan(name) for name in "abc"]
    sizes = (5, None, 900)
    plans = [replace(plan, source=replace(plan.source, octets=size)) for plan, size in zip(plans, sizes, strict=True)]
    assert [plan.source.name.name for plan in largest_first(plans)] == ["c", "a", "b"]

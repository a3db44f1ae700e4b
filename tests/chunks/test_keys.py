"""On the real engines: chunks of every kind of key hold each row once, and their digests make that of the table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dialects import connect
from dialects.base import KeyRange, Session
from dialects.url import parse_url
from mappings.canonical import Digest
from tests.chunks.keys import TABLES, Keyed
from tests.conftest import DatabaseFactory
from transfer.chunks import Chunk, ChunkQueue, chunk_of
from transfer.config import Options
from transfer.digest import Digester
from transfer.plan import TablePlan
from transfer.planner import make_plan

ENGINES = tuple(TABLES)
FEW, MANY = 80, 400
AIM = 400
"""Bytes of a chunk: rows of the tables have twenty to fifty."""


@dataclass(frozen=True)
class Filled:
    """A database with all the tables of one engine, each of so many rows."""

    session: Session
    tables: tuple[Keyed, ...]
    rows: int


@pytest.fixture
def filled(request: pytest.FixtureRequest, database: DatabaseFactory) -> Iterator[Filled]:
    engine, rows = request.param
    url = parse_url(database(engine))
    with connect(url, writable=True) as session:
        for keyed in TABLES[engine]:
            for statement in keyed.statements(rows):
                session.execute(statement)
    with connect(url) as session:
        yield Filled(session, TABLES[engine], rows)


@pytest.fixture
def plans(filled: Filled, database: DatabaseFactory) -> dict[str, TablePlan]:
    """The plan of each table, by its name."""
    with connect(parse_url(database("sqlite")), writable=True) as target:
        made = make_plan(filled.session, target, Options(probe=False))
    return {plan.source.name.name: plan for plan in made.tables}


def digest(session: Session, plan: TablePlan, where: KeyRange | None) -> Digest:
    """Of what is read; of what the database itself says too, where it can."""
    read = Digester(plan.read_columns).all(session.read(plan.source, plan.read_columns, where, 100))
    inside = session.digest(plan.source, plan.read_columns, where)
    assert inside is None or inside == read, f"{plan.source.name}, {where}"
    return read


def chunks_of(tables: list[TablePlan], sessions: tuple[Session, ...]) -> dict[Chunk, Digest]:
    """All chunks and their digests, taken by all sessions together."""
    queue, found, errors = ChunkQueue(tables, AIM), {}, []

    def work(session: Session) -> None:
        try:
            while (chunk := queue.take(session)) is not None:
                found[str(chunk)] = (chunk, digest(session, chunk.table, chunk.where))
        except Exception as error:  # told by the thread that asserts
            errors.append(error)

    threads = [threading.Thread(target=work, args=(session,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    return dict(found.values())


def check_tables(filled: Filled, plans: dict[str, TablePlan], workers: int) -> None:
    readers = filled.session.readers(tuple(plan.source.name for plan in plans.values()), workers)
    try:
        found = chunks_of([plans[keyed.name] for keyed in filled.tables], readers.sessions)
        for keyed in filled.tables:
            plan = plans[keyed.name]
            parts = {chunk: part for chunk, part in found.items() if chunk.table is plan}
            assert plan.chunk_key.columns == keyed.key, keyed.name
            assert len(parts) > 1 or keyed.key in ((), ("ctid",)), keyed.name
            check_chunks(plan, parts, filled.rows, readers.sessions[0])
    finally:
        for session in readers.sessions:
            session.close()


def check_chunks(plan: TablePlan, found: dict[Chunk, Digest], rows: int, session: Session) -> None:
    whole = digest(session, plan, None)
    assert whole.rows == rows
    assert sum(found.values(), Digest()) == whole, plan.source.name
    assert sorted(chunk.number for chunk in found) == list(range(1, len(found) + 1))
    for chunk in found:
        assert chunk_of(plan, chunk.number, *chunk.span) == chunk


@pytest.mark.parametrize("filled", [(engine, FEW) for engine in ENGINES], indirect=True, ids=ENGINES)
def test_the_chunks_of_every_key_make_the_table(filled: Filled, plans: dict[str, TablePlan]) -> None:
    check_tables(filled, plans, workers=2)


@pytest.mark.soak
@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("filled", [(engine, MANY) for engine in ENGINES], indirect=True, ids=ENGINES)
def test_the_chunks_of_many_rows_make_the_table(filled: Filled, plans: dict[str, TablePlan], workers: int) -> None:
    check_tables(filled, plans, workers)

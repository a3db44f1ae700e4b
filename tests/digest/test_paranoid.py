"""`--verify paranoid`: what was read is held against what the source's own server says of the same rows."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import transfer
from dialects import connect
from dialects.base import KeyRange
from dialects.mysql.session import MysqlSession
from dialects.postgresql.session import PostgreSQLSession
from dialects.url import parse_url
from mappings.schema import Column, Table
from tests.conftest import DatabaseFactory
from transfer.config import Options, Verify

SESSIONS = {"postgresql": PostgreSQLSession, "mysql": MysqlSession, "mariadb": MysqlSession}


def source(database: DatabaseFactory, engine: str) -> str:
    url = database(engine)
    with connect(parse_url(url), writable=True) as session:
        session.execute("CREATE TABLE t (id integer PRIMARY KEY, n integer, s varchar(20))")
        session.execute("INSERT INTO t VALUES (1, 10, 'a'), (2, NULL, 'é'), (3, 30, NULL)")
    return url


def copied(there: str, target: str, verify: Verify) -> transfer.Report:
    options = Options(verify=verify)
    return transfer.copy(transfer.plan(there, target, options), source=there, target=target, options=options)


@pytest.mark.parametrize("engine", SESSIONS)
def test_what_the_driver_gets_wrong_is_found(
    engine: str, database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = source(database, engine)
    assert copied(there, database("sqlite"), "paranoid").status == "done"
    session = SESSIONS[engine]
    honest = session.read

    def wrong(
        self: MysqlSession, table: Table, columns: tuple[Column, ...], where: KeyRange | None, rows: int
    ) -> Iterator[pa.RecordBatch]:
        for batch in honest(self, table, columns, where, rows):
            at = batch.schema.get_field_index("n")
            yield batch.set_column(
                at, batch.schema.field(at), pc.add(batch.column(at), pa.scalar(1, batch.column(at).type))
            )

    monkeypatch.setattr(session, "read", wrong)
    assert copied(there, database("sqlite"), "digest").status == "done"
    report = copied(there, database("sqlite"), "paranoid")
    assert report.status == "differences"
    assert "what was read of the source is not what its server digests" in report.tables[0].difference


def test_a_source_without_a_server_says_so(database: DatabaseFactory) -> None:
    report = copied(source(database, "sqlite"), database("duckdb"), "paranoid")
    assert report.status == "done"
    assert any("does not digest these itself" in notice and "t" in notice for notice in report.notices)

"""Databases of its own for each test on a real SQL Server: DBTRANSFER_TEST_MSSQL_URL names one, for none is private."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy.engine import make_url

import transfer
from dialects import connect
from tests.conftest import MSSQL, SQLiteFactory, not_tested
from tests.pairs import plain
from tests.servers import fresh, samples, variable

CREATE = "CREATE DATABASE [{name}] COLLATE Latin1_General_100_CI_AS_SC"
ALLOW = "ALTER DATABASE [{name}] SET ALLOW_SNAPSHOT_ISOLATION ON"
DROP = "ALTER DATABASE [{name}] SET SINGLE_USER WITH ROLLBACK IMMEDIATE; DROP DATABASE [{name}]"
SCRIPT = "chinook/Chinook_SqlServer.sql"
OWN_DATABASE = re.compile(r"(?i)\b(?:drop|create)\s+database\b|^\s*use\s")
"""A batch of the vendor's script that makes or chooses a database: there is one already."""
BATCH_END = re.compile(r"(?im)^\s*go\s*$")


def server_url(config: pytest.Config) -> str:
    """The server's URL. Without one the test is skipped, and the session says at its end what was not tested."""
    url = os.environ.get(variable(MSSQL), "")
    if not url:
        why = "the engine was tested against text and a fake driver only"
        not_tested(config, MSSQL, f"no SQL Server: set {variable(MSSQL)}; {why}")
    return url


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of an empty database, which is dropped afterwards."""
    name = fresh.unique_name("test")
    with connect(server, writable=True) as administrator:
        administrator.execute(CREATE.format(name=name))
        try:
            administrator.execute(ALLOW.format(name=name))
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            administrator.execute(DROP.format(name=name))


def fill(url: str, sample: str, sqlite_database: SQLiteFactory) -> None:
    """The music shop by the vendor's own script; other samples have none here and come from SQLite's."""
    if sample == "chinook":
        batches = BATCH_END.split((samples.folder() / SCRIPT).read_text(encoding="utf-8-sig"))
        plain.execute(url, *(batch for batch in batches if batch.strip() and not OWN_DATABASE.search(batch)))
    elif sample:
        there = sqlite_database(sample=sample)
        transfer.copy(transfer.plan(there, url), source=there, target=url)

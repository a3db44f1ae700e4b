"""A lock of somebody else that stays: the run ends, says where, and can be gone on with."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import transfer
from mappings.errors import Contention
from tests.conftest import DatabaseFactory
from tests.faults.flaky import OPTIONS, QUICK, Heard, local_source, rows_of
from tests.pairs import plain
from transfer.config import Options


@pytest.mark.servers
def test_a_locked_table_ends_the_run_with_the_way_on(database: DatabaseFactory, tmp_path: Path) -> None:
    source, target, made, heard = local_source(tmp_path), database("postgresql"), Options(rows=False), Heard()
    transfer.copy(transfer.plan(source, target, made), source=source, target=target, options=made)
    manners = replace(QUICK, tries=2, lock_timeout=0.5)
    options = replace(OPTIONS, if_exists="append", schema=False, manners=manners)
    plan = transfer.plan(source, target, options)
    with closing(plain.connect(target)) as holder:
        holder.execute("LOCK TABLE public.item IN SHARE MODE")
        with pytest.raises(Contention, match="item, chunk .*lock timeout") as caught:
            transfer.copy(plan, source=source, target=target, options=options, progress=heard)
    assert "It was tried 2 times." in caught.value.hint and "dbtransfer resume" in caught.value.hint
    assert [message for message in heard.messages if "try 2 of 2" in message]
    assert transfer.resume(target).status == "done"
    assert rows_of(target) == rows_of(source)

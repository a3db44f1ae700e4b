"""Large tables in small: parts for workers, crowded buckets, differences everywhere, a run that breaks off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import transfer
from mappings.errors import ConnectionLost
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer import drill, row_differences, verification
from transfer.config import Options
from transfer.report import RowCounts
from transfer.sides import Side
from transfer.verify_options import VerifyOptions

Key = Callable[[int], object]
CROWDED: dict[str, tuple[str, Key]] = {
    "crowded numbers": ("bigint", lambda n: n if n < 2000 else n * 10**12),
    "numbers at both ends": ("bigint", lambda n: (n - 1000) * 4 * 10**15),
    "texts": ("varchar(20)", lambda n: f"'k {n}'"),
}


def filled(database: DatabaseFactory, engine: str, native: str, key: Key, changed: frozenset[int] = frozenset()) -> str:
    url = database(engine)
    rows = ", ".join(f"({key(n)}, {-n if n in changed else n})" for n in range(2010))
    plain.execute(url, f"CREATE TABLE t (k {native} PRIMARY KEY, v bigint)", f"INSERT INTO t VALUES {rows}")
    return url


@pytest.mark.parametrize("case", list(CROWDED))
@pytest.mark.parametrize(("source", "target"), [("postgresql", "mariadb"), ("sqlite", "duckdb")])
def test_crowded_buckets_are_divided(
    database: DatabaseFactory, source: str, target: str, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drill, "LARGE", 5)
    monkeypatch.setattr(drill, "ROWS_AT_ONCE", 20)
    monkeypatch.setattr(drill, "HASHED_AT_ONCE", 20)
    native, key = CROWDED[case]
    there = filled(database, source, native, key)
    here = filled(database, target, native, key, frozenset({3, 1000, 1999, 2007}))
    report = transfer.verify(there, here)
    assert {each.key for each in report.differences} == {str(key(n)).strip("'") for n in (3, 1000, 1999, 2007)}
    assert report.tables[0].counts == RowCounts(changed=4)


def test_a_table_that_differs_everywhere_is_counted(database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_differences, "MOST_KEYS", 7)
    native, key = CROWDED["texts"]
    there = filled(database, "postgresql", native, key)
    here = filled(database, "sqlite", native, key, frozenset(range(2010)))
    report = transfer.verify(there, here, asked=VerifyOptions(max_differences=20))
    assert report.tables[0].counts == RowCounts(changed=2009)  # 0 is -0
    assert len(report.differences) == 20


@pytest.mark.parametrize("target", ["mariadb", "duckdb"])
def test_parts_are_shared_by_workers(database: DatabaseFactory, target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "PART_ROWS", 300)
    there = filled(database, "postgresql", "int", int)
    here = filled(database, target, "int", int, frozenset({7, 1500}))
    plain.execute(here, "INSERT INTO t VALUES (-100, 1), (99999, 1)")
    plain.execute(there, "ANALYZE t")
    scans = counting(monkeypatch)
    report = transfer.verify(there, here, Options(jobs=3))
    assert [(each.key, each.kind) for each in report.differences] == [
        ("-100", "extra"), ("7", "changed"), ("1500", "changed"), ("99999", "extra")
    ]  # fmt: skip
    assert report.rows == 2010 and len(scans) == 14


def counting(monkeypatch: pytest.MonkeyPatch, most: int = 1000) -> list[Any]:
    """The scans from now on; after `most` of them the connection is lost."""
    scans: list[Any] = []
    scan = Side.scan

    def counted(side: Side, *asked: Any) -> Any:
        if len(scans) >= most:
            raise ConnectionLost("the connection is gone")
        scans.append(asked)
        return scan(side, *asked)

    monkeypatch.setattr(Side, "scan", counted)
    return scans


def test_a_verification_that_broke_off_goes_on(
    database: DatabaseFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "PART_ROWS", 300)
    there = filled(database, "sqlite", "integer", int)
    here = filled(database, "sqlite", "integer", int, frozenset({1900}))
    asked = VerifyOptions(state=str(tmp_path / "state"))
    with monkeypatch.context() as broken:
        counting(broken, most=6)
        with pytest.raises(ConnectionLost):
            transfer.verify(there, here, asked=asked)
    with monkeypatch.context() as again:
        scans = counting(again)
        report = transfer.verify(there, here, asked=asked)
    whole = transfer.verify(there, here)
    assert len(scans) == 8  # of seven parts on two sides, three were done
    assert (report.rows, report.differences, report.exit_code) == (whole.rows, whole.differences, 3)
    with monkeypatch.context() as last:
        scans = counting(last)
        assert transfer.verify(there, here, asked=asked).differences == whole.differences
    assert len(scans) == 2  # only the part that differs

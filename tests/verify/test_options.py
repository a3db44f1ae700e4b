"""What a verification can be asked: tolerance, columns, conditions, samples, rechecks, rules, a state that is kept."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import transfer
from dialects.mysql import digest
from mappings.errors import ConfigurationError, Contradiction
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from transfer.cli import main
from transfer.config import Options, parse_allowance, parse_naming
from transfer.report import RowCounts
from transfer.verify_options import VerifyOptions

FLOATS = "CREATE TABLE t (id integer PRIMARY KEY, v double precision, w varchar(20))"


@pytest.fixture
def pair(database: DatabaseFactory) -> tuple[str, str]:
    """Two SQLite files with twenty rows, of which the second has other values in rows 3 and 4."""
    there, here = database("sqlite"), database("sqlite")
    rows = ", ".join(f"({n}, {n}.5, 'w{n}')" for n in range(1, 21))
    for url in (there, here):
        plain.execute(url, FLOATS, f"INSERT INTO t VALUES {rows}")
    plain.execute(here, "UPDATE t SET v = 3.5000001 WHERE id = 3", "UPDATE t SET w = 'W4' WHERE id = 4")
    return there, here


def found(report: transfer.Report) -> list[tuple[str, str]]:
    return [(each.key, each.column) for each in report.differences]


def test_floats_within_the_tolerance_are_counted_apart(pair: tuple[str, str]) -> None:
    strict = transfer.verify(*pair)
    assert found(strict) == [("3", "v"), ("4", "w")]
    lenient = transfer.verify(*pair, asked=VerifyOptions(float_tolerance=1e-6))
    assert found(lenient) == [("4", "w")]
    assert lenient.tables[0].counts == RowCounts(changed=1, tolerated=1)
    assert found(transfer.verify(*pair, asked=VerifyOptions(float_tolerance=1e-9))) == [("3", "v"), ("4", "w")]


def test_columns_and_rows_can_be_chosen(pair: tuple[str, str]) -> None:
    assert found(transfer.verify(*pair, asked=VerifyOptions(columns=("w",)))) == [("4", "w")]
    assert found(transfer.verify(*pair, asked=VerifyOptions(columns=("t.v",)))) == [("3", "v")]
    assert found(transfer.verify(*pair, asked=VerifyOptions(where="id >= 4"))) == [("4", "w")]
    assert found(transfer.verify(*pair, asked=VerifyOptions(where="id != 4"))) == [("3", "v")]
    equal = transfer.verify(*pair, asked=VerifyOptions(where="w = w7"))
    assert (equal.status, equal.rows) == ("done", 1)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (VerifyOptions(columns=("nothing",)), "matches no column"),
        (VerifyOptions(where="nothing = 1"), "has no column 'nothing'"),
        (VerifyOptions(where="id"), "is not COLUMN OP VALUE"),
        (VerifyOptions(where="id > x"), "'x' is no integer"),
        (VerifyOptions(where="w > a"), "which engines do not order alike"),
    ],
)
def test_what_means_nothing_is_refused(pair: tuple[str, str], asked: VerifyOptions, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        transfer.verify(*pair, asked=asked)


def test_all_rows_are_counted_and_few_are_shown(pair: tuple[str, str]) -> None:
    plain.execute(pair[1], "DELETE FROM t WHERE id > 10", "INSERT INTO t VALUES (100, NULL, NULL)")
    (table,) = (report := transfer.verify(*pair, asked=VerifyOptions(max_differences=1))).tables
    assert table.counts == RowCounts(missing=10, extra=1, changed=2)
    assert table.difference == "13 rows differ: 10 missing, 1 extra, 2 changed"
    assert found(report) == [("3", "v")]


def test_a_sample_is_of_the_same_keys_everywhere(database: DatabaseFactory) -> None:
    urls = [database(engine) for engine in ("postgresql", "mariadb", "sqlite", "duckdb")]
    rows = ", ".join(f"('k {n}', {n})" for n in range(1000))
    for url in urls:
        plain.execute(url, "CREATE TABLE t (k varchar(20) PRIMARY KEY, v int)", f"INSERT INTO t VALUES {rows}")
    asked = VerifyOptions(sample=0.1)
    reports = [transfer.verify(one, other, asked=asked) for one, other in zip(urls, urls[1:], strict=False)]
    assert {(report.status, report.exit_code) for report in reports} == {("partial", 5)}
    assert len({report.rows for report in reports}) == 1 and 60 < reports[0].rows < 140
    plain.execute(urls[1], "UPDATE t SET v = -1 - v")
    spoilt = [transfer.verify(urls[0], urls[1], asked=asked), transfer.verify(urls[1], urls[2], asked=asked)]
    assert {report.exit_code for report in spoilt} == {3}
    assert [{each.key for each in report.differences} for report in spoilt][0] == {
        each.key for each in spoilt[1].differences
    }
    assert spoilt[0].tables[0].counts.changed == reports[0].rows


@pytest.mark.parametrize("target", ["mysql", "sqlite"])
def test_conditions_mean_the_same_rows_inside_and_read(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql"), database(target)
    columns = "(id int PRIMARY KEY, d date, at timestamp NULL, n decimal(9,2), w varchar(9))"
    rows = (
        "(1, '2020-01-01', '2020-01-01 00:00:00', 1.50, 'a'), (2, '2021-01-01', '2021-01-01 12:00:00', -2, 'A'), "
        "(3, NULL, NULL, NULL, NULL)"
    )
    for url in (there, here):
        plain.execute(url, f"CREATE TABLE t {columns}", f"INSERT INTO t VALUES {rows}")
    counts = {
        where: transfer.verify(there, here, asked=VerifyOptions(where=where)).rows
        for where in (
            "d < 2020-06-01",
            "at >= '2021-01-01 12:00:00'",
            "n > -2.00",
            "w = A",
            "w != A",
            "n = 1.5",
            "id <= 2",
        )
    }
    assert list(counts.values()) == [1, 1, 1, 1, 1, 1, 2]


def test_json_of_the_same_meaning_is_counted_apart(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mariadb")
    plain.execute(there, "CREATE TABLE j (id int PRIMARY KEY, v json)")
    plain.execute(here, "CREATE TABLE j (id int PRIMARY KEY, v json)")
    plain.execute(there, """INSERT INTO j VALUES (1, '{"b":1,"a":2}'), (2, '[1.0]'), (3, '[1]')""")
    plain.execute(here, """INSERT INTO j VALUES (1, '{"a": 2, "b": 1}'), (2, '[1.00]'), (3, '[2]')""")
    report = transfer.verify(there, here)
    assert report.tables[0].counts == RowCounts(changed=1, respelled=2)
    assert found(report) == [("3", "v")]


def test_parsed_json_is_compared_by_meaning(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mysql")
    plain.execute(there, "CREATE TABLE j (id int PRIMARY KEY, v jsonb)")
    plain.execute(here, "CREATE TABLE j (id int PRIMARY KEY, v json)")
    plain.execute(there, """INSERT INTO j VALUES (1, '{"b": 1e2, "a": 1.50}'), (2, '{"k": [1, "x"]}')""")
    plain.execute(here, """INSERT INTO j VALUES (1, '{"a": 1.5, "b": 100.0}'), (2, '{"k": [1, "y"]}')""")
    report = transfer.verify(there, here)
    assert report.tables[0].counts == RowCounts(changed=1)
    assert [(each.key, each.source, each.target) for each in report.differences] == [
        ("2", '{"k": [1, "x"]}', '{"k": [1, "y"]}')
    ]


@pytest.mark.parametrize("target", ["mariadb", "duckdb"])
def test_what_is_being_written_is_transient_when_read_again(
    database: DatabaseFactory, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = database("postgresql"), database(target)
    for url in (there, here):
        plain.execute(url, "CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)")
    plain.execute(here, "UPDATE t SET v = 0 WHERE id > 1")
    first = transfer.verify(there, here)
    monkeypatch.setattr(time, "sleep", lambda _: plain.execute(there, "UPDATE t SET v = 0 WHERE id = 2"))
    report = transfer.verify(there, here, asked=VerifyOptions(rechecks=2))
    monkeypatch.undo()
    assert first.tables[0].counts == RowCounts(changed=2)
    assert report.tables[0].counts == RowCounts(changed=1, transient=1)
    assert found(report) == [("3", "v")]
    plain.execute(here, "UPDATE t SET v = 3 WHERE id = 3")
    assert transfer.verify(there, here, asked=VerifyOptions(rechecks=2, recheck_delay=0)).status == "done"


def test_a_copy_with_rules_verifies_with_them(database: DatabaseFactory) -> None:
    there, here = database("mariadb"), database("postgresql")
    plain.execute(
        there,
        "SET sql_mode = ''",
        "CREATE TABLE t (id int PRIMARY KEY, d date, n varchar(20), ok int)",
        "INSERT INTO t VALUES (1, '0000-00-00', 'a\\0b', 1), (2, '2020-01-01', 'b', 0)",
    )
    rules = ("t.d=null", "t.n=strip", "t.ok=bool")
    options = Options(allowances=tuple(map(parse_allowance, rules)))
    transfer.copy(transfer.plan(there, here, options), source=there, target=here, options=options)
    assert transfer.verify(there, here, options).status == "done"
    plain.execute(here, "UPDATE t SET n = 'a b' WHERE id = 1")
    assert found(transfer.verify(there, here, options)) == [("1", "n")]
    bare = transfer.verify(there, here)
    assert bare.exit_code == 3 and "0000-00-00" in bare.unverified[0].reason
    with pytest.raises(ConfigurationError, match="matches no column"):
        transfer.verify(there, here, Options(allowances=(parse_allowance("t.x=null"),)))


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """The command in this process: its exit code, and what it prints on standard output."""

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["dbtransfer", "verify", *args])
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        with pytest.raises(SystemExit) as leave:
            main()
        return int(leave.value.code or 0), capfd.readouterr().out

    return run


def test_the_command_takes_the_plan_of_the_copy(
    database: DatabaseFactory, tmp_path: Path, verify: Callable[..., tuple[int, str]]
) -> None:
    there, here = database("sqlite"), database("sqlite")
    plain.execute(there, FLOATS, "INSERT INTO t VALUES (1, 1.5, 'a'), (2, NULL, 'b ')")
    options = Options(naming=parse_naming(renames=("t=u",)))
    plan, made = str(tmp_path / "plan.json"), transfer.plan(there, here, options)
    Path(plan).write_text(json.dumps(made.document()))
    transfer.copy(made, source=there, target=here, options=options)
    assert verify(there, here)[0] == 2
    assert verify(there, here, "--plan", plan)[0] == 0
    assert verify(there, here, "--plan", plan, "--table", "t")[0] == 2
    assert verify(there, here, "--plan", plan, "--sample", "5")[0] == 2
    assert verify(there, here, "--plan", plan, "--sample", "99%")[0] == 5
    plain.execute(here, "UPDATE u SET w = 'b' WHERE id = 2")
    code, text = verify(there, here, "--plan", plan)
    assert code == 3 and "u: 1 row differs: 1 changed" in text and "'b ' -> 'b'" in text
    assert json.loads(verify(there, here, "--plan", plan, "--json")[1])["differences"] == [
        {"table": "u", "key": "2", "kind": "changed", "column": "w", "source": "b ", "target": "b"}
    ]


def test_a_verification_goes_on_where_it_stopped(pair: tuple[str, str], tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    plain.execute(pair[1], "UPDATE t SET v = 3.5 WHERE id = 3", "UPDATE t SET w = 'w4' WHERE id = 4")
    asked = VerifyOptions(state=str(state))
    assert transfer.verify(*pair, asked=asked).status == "done"
    assert "w4" not in state.read_text()
    plain.execute(pair[1], "UPDATE t SET w = 'other' WHERE id = 4")
    known = transfer.verify(*pair, asked=asked)
    assert (known.status, known.rows) == ("done", 20)  # known to be equal, so not read again
    assert transfer.verify(*pair).exit_code == 3
    with pytest.raises(ConfigurationError, match="of another verification"):
        transfer.verify(*pair, asked=VerifyOptions(state=str(state), where="id > 1"))
    other = tmp_path / "other.jsonl"
    for _ in range(2):
        assert transfer.verify(*pair, asked=VerifyOptions(state=str(other))).exit_code == 3


def test_a_digest_that_contradicts_the_rows_is_an_error(
    pair: tuple[str, str], database: DatabaseFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, here = database("postgresql"), database("mariadb")
    for url in (there, here):
        plain.execute(url, "CREATE TABLE t (id int PRIMARY KEY, v varchar(9))", "INSERT INTO t VALUES (1, 'a')")
    assert transfer.verify(there, here).status == "done"
    monkeypatch.setattr(digest, "TEXT", digest.TEXT.replace("LENGTH({text}), ':'", "LENGTH({text}), ';'"))
    with pytest.raises(Contradiction, match="contradict their values"):
        transfer.verify(there, here)

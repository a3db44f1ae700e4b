"""What cannot be asked of one column hides nothing of the others; keys are shown whatever they are; a part is asked."""

from __future__ import annotations

import pytest

import transfer
from mappings.errors import ConfigurationError
from tests.commands.command import run
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.preflight.hard_columns import LENIENT

DATES = {
    "postgresql": (["infinity", "-infinity", "2020-01-01"], "(key infinity; -infinity)"),
    "mysql": (["0000-00-00", "2020-02-00", "2020-01-01"], "(key 0000-00-00; 2020-02-00)"),
}


@pytest.mark.parametrize("engine", DATES)
def test_keys_that_no_driver_takes_are_shown(database: DatabaseFactory, engine: str) -> None:
    there, (dates, keys) = database(engine), DATES[engine]
    before = [LENIENT] if engine == "mysql" else []
    rows = ", ".join(f"('{date}', '{date}')" for date in dates)
    plain.execute(there, *before, "CREATE TABLE t (k date PRIMARY KEY, v date)", f"INSERT INTO t VALUES {rows}")
    messages = [block.message for block in transfer.plan(there, database("sqlite")).blocks]
    assert len(messages) == 2 and all(keys in message for message in messages)


def test_one_column_that_cannot_be_read_hides_no_other(database: DatabaseFactory) -> None:
    """Bytes that are no UTF-8 end the reading of a table whose other column is read, too, for its JSON numbers."""
    there, here = database("sqlite"), database("mysql")
    plain.execute(
        there,
        "CREATE TABLE t (k integer PRIMARY KEY, a text, b JSON_TEXT, c DATE, d text)",
        "INSERT INTO t VALUES (1, CAST(x'66ff' AS TEXT), '[1e400]', '0000-12-31', 'a')",
        "INSERT INTO t VALUES (2, 'a', '1', '2020-01-01', CAST(x'ff' AS TEXT))",
    )
    blocks = {block.where.partition(",")[0]: block.message for block in transfer.plan(there, here).blocks}
    assert set(blocks) == {"t.a", "t.b", "t.c", "t.d"}
    assert "beyond the greatest double" in blocks["t.b"] and "outside the years" in blocks["t.c"]


def large(url: str, *, at: str) -> str:
    """Twenty thousand rows and a NUL character in one of them, or in none."""
    numbers = "WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 20000)"
    text = f"CASE k WHEN {at} THEN 'a' || char(0) ELSE 'a' END"
    plain.execute(
        url, "CREATE TABLE t (k integer PRIMARY KEY, v text)", f"INSERT INTO t {numbers} SELECT k, {text} FROM n"
    )
    return url


def test_of_a_sample_the_plan_says_that_it_proves_nothing(database: DatabaseFactory) -> None:
    here = database("postgresql")
    unlucky = transfer.plan(large(database("sqlite"), at="19999"), here, transfer.Options(probe_sample=1))
    assert not unlucky.blocks
    told = {note.message for note in unlucky.notes if note.where == "t.v" and note.code == "P"}
    assert "sampled: not proven, a row that holds a NUL character may still stop the copy" in told
    lucky = run("plan", large(database("sqlite"), at="7"), here, "--probe-sample", "1", "--json")
    assert lucky.code == 4
    assert [block["message"] for block in lucky.document["blocks"]] == [
        "1 row of the sample holds a NUL character (key 7); --allow-loss 't.v=null' or "
        "--allow-loss 't.v=sentinel:VALUE' would do too"
    ]


@pytest.mark.parametrize("engine", ["postgresql", "mysql", "mariadb", "duckdb"])
def test_every_engine_gives_a_sample(database: DatabaseFactory, engine: str) -> None:
    there = database(engine)
    some = {
        "postgresql": "SELECT i, 'NaN' FROM generate_series(1, 20000) i",
        "duckdb": "SELECT range, 'NaN'::DOUBLE FROM range(20000)",
    }.get(
        engine, "WITH RECURSIVE n (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < 20000) SELECT k, -1 FROM n"
    )
    limit = (
        "SET SESSION cte_max_recursion_depth = 30000"
        if engine == "mysql"
        else "SET SESSION max_recursive_iterations = 30000"
    )
    first = [limit] if engine in ("mysql", "mariadb") else []
    unsigned = "integer" if engine in ("mysql", "mariadb") else "double precision"
    plain.execute(there, *first, f"CREATE TABLE t (k integer PRIMARY KEY, v {unsigned})", f"INSERT INTO t {some}")
    plain.execute(there, {"postgresql": "ANALYZE t", "duckdb": "CHECKPOINT"}.get(engine, "ANALYZE TABLE t"))
    here = database("mariadb")
    plain.execute(here, "CREATE TABLE t (k integer PRIMARY KEY, v " + ("tinyint unsigned)" if first else "double)"))
    (block,) = transfer.plan(there, here, transfer.Options(probe_sample=10)).blocks
    found = int(block.message.split()[0].replace(",", ""))
    assert " rows of the sample hold " in block.message and 100 < found < 20_000


def test_small_tables_are_asked_whole(database: DatabaseFactory) -> None:
    there = database("sqlite")
    plain.execute(there, "CREATE TABLE t (k integer PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a' || char(0))")
    plan = transfer.plan(there, database("postgresql"), transfer.Options(probe_sample=1))
    assert [block.message.split(" (")[0] for block in plan.blocks] == ["1 row holds a NUL character"]
    assert not any("sampled" in note.message for note in plan.notes)


@pytest.mark.parametrize("percent", [0, 100, -1])
def test_a_sample_is_a_part(percent: float) -> None:
    with pytest.raises(ConfigurationError, match="between 0 and 100"):
        transfer.Options(probe_sample=percent)
    with pytest.raises(ConfigurationError, match="exclude each other"):
        transfer.Options(probe_sample=5, probe=False)

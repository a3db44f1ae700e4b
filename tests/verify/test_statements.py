"""What others' verifiers were seen to get wrong, each as a table of its own; one verification for a pair of engines."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

import transfer
from mappings.errors import TransferError
from tests.conftest import DatabaseFactory
from tests.pairs import plain

Shown = tuple[str, str, str, str | None, str | None]
"""Key, kind, column, source, target."""


@dataclass(frozen=True)
class Case:
    """A table of PostgreSQL and one of MySQL or MariaDB, and what differs between the two."""

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    found: tuple[Shown, ...] = ()


def both(name: str, columns: str, rows: str, others: str, *found: Shown) -> Case:
    """Columns whose types both engines know, but for the name of a wall clock's."""

    def filled(native: str, values: str) -> tuple[str, ...]:
        create = f"CREATE TABLE {name} ({columns.replace('timestamp', native)})"
        return (create, f"INSERT INTO {name} VALUES {values}") if values else (create,)

    return Case(name, filled("timestamp", rows), filled("datetime", others), found)


def moments(minutes: str) -> str:
    """Four rows whose moments differ by as much each."""
    return ", ".join(f"({day}, '2020-01-0{day} 00:{minutes}:00')" for day in DAYS)


DAYS = (1, 2, 3, 4)
KEYED = "id int PRIMARY KEY, v varchar(40)"
WIDE = ", ".join(f"c{number} int" for number in range(300))
ONES = ", ".join("1" for _ in range(300))
CASES = (
    both("both_empty", KEYED, "", ""),
    both("one_empty", KEYED, "(1, NULL)", "", ("1", "missing", "", "id=1, v=NULL", None)),
    both("other_empty", KEYED, "", "(1, 'a')", ("1", "extra", "", None, "id=1, v='a'")),
    both("one_column", "id int PRIMARY KEY", "(1), (2)", "(1), (3)",
         ("2", "missing", "", "id=2", None), ("3", "extra", "", None, "id=3")),
    both("only_nulls", "a int, b int", "(NULL, NULL), (NULL, NULL)", "(NULL, NULL), (NULL, NULL)"),
    both("wide", WIDE, f"({ONES})", f"({ONES})"),
    both("wide_changed", f"id int PRIMARY KEY, {WIDE}", f"(1, {ONES})", f"(1, {ONES.removesuffix('1')}2)",
         ("1", "changed", "c299", "1", "2")),
    both("null_keys", "a int UNIQUE, v varchar(9)", "(NULL, 'x'), (NULL, 'y'), (1, 'z')",
         "(NULL, 'y'), (NULL, 'x'), (1, 'z')"),
    both("null_key_lost", "a int UNIQUE, v varchar(9)", "(NULL, 'x'), (NULL, 'y')", "(NULL, 'x')",
         ("NULL", "missing", "", "a=NULL, v='y'", None)),
    both("null_in_compound", "a int, b varchar(9), v int, UNIQUE (a, b)", "(1, NULL, 5), (NULL, 'x', 6)",
         "(1, NULL, 5), (NULL, 'x', 7)", ("NULL, x", "changed", "v", "6", "7")),
    both("zeros", "id int PRIMARY KEY, v double precision", "(1, 0.36640625), (2, -0.19), (3, '-0.0')",
         "(1, 0.36640625), (2, -0.19), (3, 0e0)"),
    both("whole_numbers", "id bigint PRIMARY KEY", "(9007199254740991), (-9223372036854775808), (9223372036854775807)",
         "(9007199254740992), (-9223372036854775808), (9223372036854775807)",
         ("9007199254740991", "missing", "", "id=9007199254740991", None),
         ("9007199254740992", "extra", "", None, "id=9007199254740992")),
    both("moved_moments", "id int PRIMARY KEY, v timestamp(0)", moments("00"), moments("10"),
         *((str(n), "changed", "v", f"2020-01-0{n} 00:00:00.000000", f"2020-01-0{n} 00:10:00.000000") for n in DAYS)),
    both("twice_another", "v varchar(9)", "('a'), ('a'), ('c')", "('b'), ('b'), ('c')",
         ("", "extra", "", None, "v='b'"), ("", "extra", "", None, "v='b'"),
         ("", "missing", "", "v='a'", None), ("", "missing", "", "v='a'", None)),
    both("ends", KEYED, "(1, 'a'), (2, 'a'), (3, 'a')", "(1, 'a'), (2, 'a '), (3, 'ab')",
         ("2", "changed", "v", "a", "a "), ("3", "changed", "v", "a", "ab")),
    both("bars", "a varchar(9), b varchar(9)", "('x|', 'y'), ('1:', '2')", "('x', '|y'), ('1', ':2')",
         ("", "extra", "", None, "a='x', b='|y'"), ("", "extra", "", None, "a='1', b=':2'"),
         ("", "missing", "", "a='x|', b='y'", None), ("", "missing", "", "a='1:', b='2'", None)),
    Case("numbers_without_scale",
         ("CREATE TABLE numbers_without_scale (id int PRIMARY KEY, v numeric)",
          "INSERT INTO numbers_without_scale VALUES (1, 1.10), (2, 1e2), (3, 2.50002)"),
         ("CREATE TABLE numbers_without_scale (id int PRIMARY KEY, v decimal(20,5))",
          "INSERT INTO numbers_without_scale VALUES (1, 1.1), (2, 100), (3, 2.50001)"),
         (("3", "changed", "v", "2.50002", "2.50001"),)),
    Case("latin",
         ("CREATE TABLE latin (id int PRIMARY KEY, v varchar(9))", "INSERT INTO latin VALUES (1, 'é€')"),
         ("CREATE TABLE latin (id int PRIMARY KEY, v varchar(9)) CHARACTER SET latin1",
          "INSERT INTO latin VALUES (1, 'é€')")),
    Case("octets",
         ("CREATE TABLE octets (k bytea PRIMARY KEY, v int)", r"INSERT INTO octets VALUES ('\xff00', 1), ('\x', 2)"),
         ("CREATE TABLE octets (k varbinary(9) PRIMARY KEY, v int)",
          "INSERT INTO octets VALUES (X'ff00', 3), (X'', 2)"),
         (("ff00", "changed", "v", "1", "3"),)),
    Case("folded",
         ("CREATE TABLE folded (k varchar(9) PRIMARY KEY)",
          "INSERT INTO folded VALUES ('a'), ('B'), ('c'), ('é'), ('ß')"),
         ("CREATE TABLE folded (k varchar(9) PRIMARY KEY) COLLATE utf8mb4_general_ci",
          "INSERT INTO folded VALUES ('a'), ('b'), ('c'), ('é'), ('ß')"),
         (("B", "missing", "", "k='B'", None), ("b", "extra", "", None, "k='b'"))),
)  # fmt: skip


@pytest.mark.parametrize("target", ["mysql", "mariadb"])
def test_each_case(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql"), database(target)
    plain.execute(there, *(statement for case in CASES for statement in case.source))
    plain.execute(here, *(statement for case in CASES for statement in case.target))
    for source, sink, back in ((there, here, False), (here, there, True)):
        report = transfer.verify(source, sink)
        assert back or {table.proof for table in report.tables} == {"inside"}
        found: dict[str, list[Shown]] = {case.name: [] for case in CASES}
        for each in report.differences:
            shown = (each.key, each.kind, each.column, each.source, each.target)
            found[each.table.rpartition(".")[2]].append(mirrored(shown) if back else shown)
        for case in CASES:
            assert sorted(found[case.name], key=str) == sorted(case.found, key=str), case.name


def mirrored(shown: Shown) -> Shown:
    """The same as the other side would tell it."""
    key, kind, column, source, target = shown
    return key, {"missing": "extra", "extra": "missing"}.get(kind, kind), column, target, source


def test_rows_around_the_size_of_a_batch(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("duckdb")
    for url in (there, here):
        plain.execute(url, "CREATE TABLE t (id integer PRIMARY KEY, v varchar(9))")
    plain.execute(there, *(f"INSERT INTO t VALUES ({n}, 'v')" for n in range(1, 62)))
    plain.execute(here, *(f"INSERT INTO t VALUES ({n}, 'v')" for n in range(1, 61)))
    for rows in (1, 30, 60, 61, 62):
        report = transfer.verify(there, here, transfer.Options(batch_rows=rows))
        assert [(each.key, each.kind) for each in report.differences] == [("61", "missing")], rows


def test_a_column_without_a_counterpart_is_told_and_is_no_equality(database: DatabaseFactory) -> None:
    there, here = database("sqlite"), database("sqlite")
    wide = "CREATE TABLE t (id integer PRIMARY KEY, v text, w integer)"
    plain.execute(there, wide, "INSERT INTO t VALUES (1, 'a', 2)")
    plain.execute(here, "CREATE TABLE t (id integer PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a')")
    report = transfer.verify(there, here)
    assert (report.status, report.exit_code, report.differences) == ("partial", 5, ())
    assert [(each.place, each.reason) for each in report.unverified] == [
        ("t.w", "the existing table t has no such column")
    ]
    plain.execute(here, "UPDATE t SET v = 'b'")
    assert transfer.verify(there, here).exit_code == 3


def test_a_value_that_cannot_be_compared_leaves_its_table_alone_unverified(database: DatabaseFactory) -> None:
    there, here = database("postgresql"), database("mysql")
    for url in (there, here):
        plain.execute(
            url,
            "CREATE TABLE sound (id int PRIMARY KEY)",
            "INSERT INTO sound VALUES (1)",
            "CREATE TABLE sick (id int, v date)",
        )
    plain.execute(there, "INSERT INTO sick VALUES (1, 'infinity')")
    plain.execute(here, "INSERT INTO sick VALUES (1, '2020-01-01')")
    report = transfer.verify(there, here)
    assert {table.target: table.verified for table in report.tables} == {"sick": "unverified", "sound": "digest"} or (
        report.exit_code == 3
    )
    assert report.status != "done"
    with pytest.raises(TransferError, match="the target has no table"):
        transfer.verify(there, database("mysql"))

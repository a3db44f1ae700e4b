"""A digit of 100 nanoseconds, which microseconds do not hold: found beforehand, cut or rounded by the server itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import pytest

from dialects.base import Session
from dialects.mssql.dialect import MssqlDialect
from dialects.mssql.reading import select
from dialects.mssql.types import logical_type
from mappings import hazards as h
from mappings import types as t
from mappings.conform import Rule
from mappings.schema import Column, PrimaryKey, Table, TableName
from mappings.type_mapper import Facts, Use, settle
from tests.mssql.tsql import parses
from tests.pure.limits import GENEROUS
from tests.pure.target import Target
from transfer.asking import questions
from transfer.examiner import Examined, Examiner
from transfer.plan import ColumnPlan

FINEST = ("time(7)", "time", "datetime2(7)", "datetime2", "datetimeoffset(7)", "datetimeoffset")
FINER = "DATEPART(nanosecond, [c]) % 1000 <> 0"
KEY = Column("id", t.Integer(32), "int")


@dataclass
class Catalogue:
    """As much of a session as questions need."""

    dialect: MssqlDialect


SESSION = cast("Session", Catalogue(MssqlDialect()))


def column(native: str) -> Column:
    return Column("c", logical_type(native), native)


def table(native: str) -> Table:
    return Table(TableName("dbo", "t"), (KEY, column(native)), PrimaryKey("", ("id",)))


def pair(native: str, rule: Rule | None = None) -> ColumnPlan:
    """What another kind of database gets where rows of the column use their seventh digit."""
    own = column(native)
    assert isinstance(own.type, t.Dynamic)
    settled = settle(own.type, Use(facts=Facts(nearest=own.type.hint, problem="finer")), Target())
    assert settled.read_as == own.type.hint
    return ColumnPlan(replace(own, type=settled.read_as), replace(own, type=settled.spelling.stored), rule)


def examined(native: str, rule: Rule | None) -> Examined:
    planned = pair(native, rule)
    asked = questions(SESSION, table(native), (planned,), GENEROUS)
    (question,) = [each for each in asked if each.hazard == h.Hundreds()]
    assert question.predicate == FINER and question.reading
    examiner = Examiner(SESSION, table(native), asked, GENEROUS, rejecting=False, adopted=False)
    return examiner.settled((planned,), (h.Finding("c", h.Hundreds(), 3, ("7",)),))


def read(native: str, rule: Rule) -> str:
    """How the column is selected under the rule."""
    found = examined(native, rule)
    assert not found.blocks and "as allowed" in found.notes[0].message
    statement = select(MssqlDialect(), table(native), (found.columns[0].read,), None)
    assert parses(statement)
    return statement


@pytest.mark.parametrize("native", FINEST)
def test_without_a_rule_it_blocks_with_all_that_would_do(native: str) -> None:
    (block,) = examined(native, None).blocks
    assert block.message.startswith("3 rows hold a digit of 100 nanoseconds (key 7; ...)")
    assert block.option == "--allow-loss 'dbo.t.c=text'"
    assert all(f"c={rule}'" in block.message for rule in ("truncate", "round", "null", "sentinel:VALUE"))


@pytest.mark.parametrize("native", FINEST)
def test_truncate_counts_microseconds(native: str) -> None:
    statement = read(native, "truncate")
    assert f"CASE WHEN {FINER} THEN DATEDIFF_BIG(microsecond, " in statement
    assert ">= 500" not in statement


@pytest.mark.parametrize("native", FINEST)
def test_round_adds_one_where_there_is_a_next_one(native: str) -> None:
    last = "23:59:59.999999" if native.startswith("time") else "9999-12-31 23:59:59.999999"
    statement = read(native, "round")
    assert f"+ CASE WHEN DATEPART(nanosecond, [c]) % 1000 >= 500 AND [c] < CAST('{last}" in statement


def test_null_and_a_sentinel() -> None:
    assert f"CASE WHEN {FINER} THEN NULL ELSE" in read("datetime2(7)", "null")
    assert "CAST(N'2000-01-01 00:00:00.000000' AS datetime2)" in read("datetime2(7)", "sentinel:2000-01-01")
    assert "CAST(N'12:00:00.000000' AS time)" in read("time(7)", "sentinel:12:00:00")


def test_fewer_digits_are_never_asked() -> None:
    for native in ("datetime2(6)", "time(3)", "datetime", "datetimeoffset(0)"):
        own = column(native)
        asked = questions(SESSION, table(native), (ColumnPlan(own, own),), GENEROUS)
        assert h.Hundreds() not in {question.hazard for question in asked}

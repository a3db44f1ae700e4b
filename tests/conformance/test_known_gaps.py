"""Values that an engine itself changes, and what is known to go wrong."""

from __future__ import annotations

import math

import pytest

import transfer
from tests.conformance.edges import ENGINES
from tests.conftest import DatabaseFactory
from tests.pairs import plain

NO_MINUS_ZERO = {"mariadb", "sqlite"}
"""MariaDB makes 0 of -0.0 in every way of writing it; SQLite's files hold whole reals as integers
(https://www.sqlite.org/datatype3.html). Verification takes the two for equal on purpose."""


@pytest.mark.parametrize("target", ENGINES)
def test_minus_zero(database: DatabaseFactory, target: str) -> None:
    there, here = database("postgresql"), database(target)
    plain.execute(there, "CREATE TABLE z (k int PRIMARY KEY, v double precision)", "INSERT INTO z VALUES (1, '-0')")
    plan = transfer.plan(there, here)
    told = [note.where for note in plan.notes if note.message.startswith("1 row holds -0.0, which becomes the 0.0")]
    assert told == ["public.z.v"] * (target in NO_MINUS_ZERO)
    transfer.copy(plan, source=there, target=here)
    ((value,),) = plain.query(here, "SELECT v FROM z")
    assert math.copysign(1, value) == (1 if target in NO_MINUS_ZERO else -1)


@pytest.mark.parametrize("source", ["postgresql", "mariadb"])
def test_json_numbers_beyond_doubles_block(database: DatabaseFactory, source: str) -> None:
    there, here = database(source), database("mysql")
    plain.execute(there, "CREATE TABLE j (k int PRIMARY KEY, v json)", "INSERT INTO j VALUES (1, '[1e400]')")
    assert transfer.plan(there, here).blocks

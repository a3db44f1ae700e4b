"""What drivers say, as our errors: the kind, a clean message, a hint, and never a password."""

from __future__ import annotations

import psycopg
import pytest

from dialects.postgresql.errors import translated, translating
from mappings import errors as e

PLACE = "db:5432/shop"

STATES = {
    "28P01": e.ConnectionRefused, "3D000": e.ConnectionRefused, "53300": e.ConnectionRefused,
    "08006": e.ConnectionLost, "57P01": e.ConnectionLost, "40001": e.Contention, "40P01": e.Contention,
    "55P03": e.Contention, "42501": e.PermissionDenied, "53100": e.StorageFull, "23505": e.ConstraintViolated,
    "22001": e.RowRefused, "42P07": e.DatabaseError, "57014": e.DatabaseError, "XX000": e.DatabaseError,
}  # fmt: skip


@pytest.mark.parametrize(("state", "kind"), STATES.items())
def test_the_state_decides(state: str, kind: type[e.TransferError]) -> None:
    error = psycopg.Error("ERROR:  boom")
    error.sqlstate = state
    known = translated(error, PLACE)
    assert type(known) is kind
    assert known is not None and known.message == f"{PLACE}: boom" and known.hint


WORDS = {
    'IO: [libpq] Failed to connect: connection to server at "127.0.0.1", port 1 failed: Connection refused\n\tIs the '
    "server running?": (e.ConnectionRefused, "Connection refused"),
    'connection failed: connection to server at "h", port 5 failed: FATAL:  password authentication failed for user '
    '"x"': (e.ConnectionRefused, 'password authentication failed for user "x"'),
    "failed to resolve host 'nowhere'": (e.ConnectionRefused, "failed to resolve"),
    "[libpq] Execution error [PGRES_FATAL_ERROR]: FATAL:  terminating connection due to administrator command\n": (
        e.ConnectionLost,
        "terminating connection due to administrator command",
    ),
    "[libpq] Execution error [PGRES_FATAL_ERROR]: ERROR:  division by zero\n": (e.DatabaseError, "division by zero"),
}


@pytest.mark.parametrize(("text", "known"), WORDS.items())
def test_without_a_state_the_words_decide(text: str, known: tuple[type[e.TransferError], str]) -> None:
    error = translated(OSError(text), PLACE)
    assert type(error) is known[0]
    assert error is not None and known[1] in error.message and "libpq" not in error.message


def test_detail_and_context_stay_and_our_own_statement_goes() -> None:
    error = psycopg.Error("ERROR:  boom\nLINE 1: SELECT secret\n        ^\nDETAIL:  key 4711\nHINT:  try\n")
    known = translated(error, PLACE)
    assert known is not None and known.message == f"{PLACE}: boom; DETAIL:  key 4711"


def test_a_password_never_stays() -> None:
    known = translated(psycopg.OperationalError("cannot use hunter2 here"), PLACE, "hunter2")
    assert known is not None and "hunter2" not in f"{known} {known.hint} {known!r}"


def test_what_no_driver_raised_passes_through() -> None:
    with pytest.raises(KeyError), translating(PLACE):
        raise KeyError("x")
    with pytest.raises(e.Blocked), translating(PLACE):
        raise e.Blocked("x")

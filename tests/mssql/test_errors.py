"""The error table: by number where a driver tells it, by words where it does not."""

from __future__ import annotations

import pytest

from dialects.mssql.errors import TABLE, number_of, translated, translation
from mappings import errors as e
from tests.mssql.fakes import refused

WORDS = [
    (18456, "Login failed for user 'reader'.", e.ConnectionRefused),
    (4060, 'Cannot open database "shop" requested by the login. The login failed.', e.ConnectionRefused),
    (208, "Invalid object name 'dbo.t'.", e.DatabaseError),
    (547, 'The INSERT statement conflicted with the FOREIGN KEY constraint "fk".', e.ConstraintViolated),
    (2601, "Cannot insert duplicate key row in object 'dbo.t' with unique index 'u'.", e.ConstraintViolated),
    (2627, "Violation of PRIMARY KEY constraint 'pk'.", e.ConstraintViolated),
    (8152, "String or binary data would be truncated.", e.WriteAltered),
    (2628, "String or binary data would be truncated in table 'dbo.t', column 'c'.", e.WriteAltered),
    (1205, "Transaction (Process ID 55) was deadlocked on lock resources with another process.", e.Contention),
    (1222, "Lock request time out period exceeded.", e.Contention),
    (9002, "The transaction log for database 'shop' is full due to 'LOG_BACKUP'.", e.StorageFull),
    (1105, "Could not allocate space for object 'dbo.t' in database 'shop'.", e.StorageFull),
    (229, "The SELECT permission was denied on the object 't', database 'shop'.", e.PermissionDenied),
    (1785, "Introducing FOREIGN KEY constraint 'fk' may cause cycles or multiple cascade paths.", e.DatabaseError),
]


@pytest.mark.parametrize(("number", "words", "kind"), WORDS, ids=[str(number) for number, _, _ in WORDS])
def test_errors_are_known_by_words_and_by_number(number: int, words: str, kind: type[e.DatabaseError]) -> None:
    by_words = translation(refused(words), "doing this")
    by_number = translation(RuntimeError(f"Sql Error: {number}: Class 16: State 1: in another language"), "doing this")
    assert type(by_words) is kind and type(by_number) is kind
    assert by_words.hint == by_number.hint
    assert str(by_words).startswith(f"doing this: {words}") and str(number) in str(by_words)


def test_pyodbc_tells_the_number_in_its_text() -> None:
    text = (
        "[42S02] [Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Objektname ist ungültig. (208) (SQLExecDirectW)"
    )
    assert number_of(RuntimeError(text)) == 208


def test_a_broken_connection_can_be_tried_again() -> None:
    lost = translation(refused("Communication link failure"), "reading t")
    assert isinstance(lost, e.ConnectionLost) and lost.retryable
    assert isinstance(translation(OSError("reset"), "reading t"), e.ConnectionLost)


def test_what_no_driver_said_is_not_touched() -> None:
    with pytest.raises(KeyError), translated("reading"):
        raise KeyError("ours")
    with pytest.raises(e.Blocked), translated("reading"):
        raise e.Blocked("ours")


def test_numbers_and_words_are_told_apart() -> None:
    assert len({known.number for known in TABLE}) == len(TABLE)
    for known in TABLE:
        first = next(other for other in TABLE if other.words in known.words)
        assert first is known or first.kind is known.kind, f"{known.number} is taken for {first.number}"

"""A CREATE TABLE without its foreign keys. SQLite cannot drop one, and an old table that kept them would go on holding
the rows of the tables that they name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialects.sqlite.grammar import Token, tokens

ACTIONS = ("SET", "NO")
"""Actions of two words begin with these."""


def unkeyed(sql: str) -> str:
    """The statement, all else in it as it was written."""
    words = tokens(sql)
    kept, end = [], 0
    for start, stop in _keys(words):
        kept.append(sql[end : words[start].start])
        end = words[stop - 1].end
    return "".join(kept) + sql[end:]


def _keys(words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """From which token to which each foreign key goes."""
    place, depth = 0, 0
    while place < len(words):
        word = words[place].word
        depth += (word == "(") - (word == ")")
        if depth == 1 and word in ("FOREIGN", "REFERENCES"):
            start, stop = _start(words, place), _end(words, place)
            yield start, stop
            place = stop
        else:
            place += 1


def _start(words: Sequence[Token], place: int) -> int:
    """With its name, and a table's key with the comma before it."""
    start = place - 2 if words[place - 2].word == "CONSTRAINT" else place
    return start - 1 if words[place].word == "FOREIGN" and words[start - 1].word == "," else start


def _end(words: Sequence[Token], place: int) -> int:
    if words[place].word == "FOREIGN":
        place = _closed(words, place + 2)
    place = _closed(words, place + 2)
    while place < len(words) - 1:
        first, second = words[place].word, words[place + 1].word
        if first == "ON" and second in ("DELETE", "UPDATE"):
            place += 4 if words[place + 2].word in ACTIONS else 3
        elif first == "MATCH" or (first, second) == ("NOT", "DEFERRABLE") or first == "INITIALLY":
            place += 2
        elif first == "DEFERRABLE":
            place += 1
        else:
            break
    return place


def _closed(words: Sequence[Token], place: int) -> int:
    """Behind the parenthesis that opens here, if one does."""
    if words[place].word != "(":
        return place
    while words[place].word != ")":
        place += 1
    return place + 1

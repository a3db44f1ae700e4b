"""How names are written on the target: as they are, in lower case, or in snake case. Pure text, the same every time."""

from __future__ import annotations

import unicodedata
from typing import Literal, assert_never

Style = Literal["preserve", "lower", "snake"]
STYLES: tuple[Style, ...] = ("preserve", "lower", "snake")


def styled(name: str, style: Style) -> str:
    """`name` in this style, never empty unless it was."""
    match style:
        case "preserve":
            return name
        case "lower":
            return name.lower()
        case "snake":
            return snake(name)
        case _:
            assert_never(style)


def snake(name: str) -> str:
    """`OrderDetail`, `orderDetailID` and `Order Detail` as order_detail, order_detail_id and order_detail.

    Whatever is no letter, digit, accent or underscore parts words; underscores stay as they are. A name without a
    letter or digit is kept.
    """
    composed = unicodedata.normalize("NFC", name)
    words = "".join(mark if _belongs(mark) else " " for mark in composed).split()
    joined = "_".join(_parted(word) for word in words).lower()
    return unicodedata.normalize("NFC", joined) or name


def _belongs(mark: str) -> bool:
    return mark == "_" or unicodedata.category(mark)[0] in "LMN"


def _parted(word: str) -> str:
    return "".join("_" * _begins(word, at) + letter for at, letter in enumerate(word))


def _begins(word: str, at: int) -> bool:
    """Whether a new word begins here: a capital behind a small letter, or the last of several capitals or digits
    before small letters. The s of `IDs` and `URLs` belongs to its capitals."""
    if at == 0 or not _capital(word[at]):
        return False
    before, after = word[at - 1], word[at + 1 : at + 2]
    if before.islower():
        return True
    plural = after == "s" and not word[at + 2 : at + 3].islower()
    return (_capital(before) or before.isdigit()) and after.islower() and not plural


def _capital(letter: str) -> bool:
    """Whether it has a small form; some letters that count as capitals have none."""
    return letter != letter.lower()

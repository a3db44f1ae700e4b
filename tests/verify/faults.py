"""Faults that nobody sees: planted in the rows of a target, each with what a verification must say of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyarrow as pa

from mappings.arrow import arrow_type
from mappings.spelling import spelled
from tests.verify.goods import Row, Sheet

Found = tuple[str, str, str, str, str | None, str | None]
"""Table, key, kind, column, source, target; of whole rows no values."""
VALUES: dict[int, tuple[str, Callable[[Any], Any]]] = {
    101: ("name", lambda text: text.replace("b", "d", 1)),
    102: ("sold", lambda moment: moment + timedelta(microseconds=1)),
    103: ("price", lambda number: number + number.scaleb(0).__class__("0.0001")),
    104: ("price", lambda number: -number),
    106: ("name", lambda text: text + " "),
    110: ("note", lambda _: ""),
    112: ("note", lambda _: None),
    113: ("name", lambda text: text.replace("C", "c")),
    114: ("name", lambda text: text.replace("è", "e")),
    115: ("name", lambda text: text.replace("😀", "😁")),
    116: ("photo", lambda octets: octets[:7] + bytes([octets[7] ^ 1]) + octets[8:]),
    117: ("score", lambda number: number * (1 + 2**-52)),
    118: ("sold", lambda _: None),
    119: ("name", lambda text: text.replace("è", "e\u0300")),
    120: ("note", lambda text: None if text is None else "note of 120"),
    122: ("note", lambda text: text + "\n"),
}
"""By the row's id: a character, a microsecond, the last digit, a sign, a space at the end, NULL and '' for one another,
case, accent, emoji, a byte, the last bit of a double, NULL, an accent apart, nothing at all, a line feed."""
SWAPPED, LOST, ADDED = (201, 202), 203, 0


def spoilt_goods(sheet: Sheet) -> tuple[Sheet, set[Found]]:
    """Goods with all of these, two rows' names swapped, one row lost and one too many."""
    rows = {row["id"]: dict(row) for row in sheet.rows}
    for number, (column, change) in VALUES.items():
        rows[number][column] = change(rows[number][column])
    one, other = SWAPPED
    rows[one]["name"], rows[other]["name"] = rows[other]["name"], rows[one]["name"]
    del rows[LOST]
    rows[ADDED] = {**rows[one], "id": ADDED}
    spoilt = sheet.but(rows.values())
    found = {("goods", str(LOST), "missing", "", None, None), ("goods", str(ADDED), "extra", "", None, None)}
    before = {row["id"]: row for row in sheet.rows}
    for number in (*VALUES, *SWAPPED):
        found |= set(_changes(sheet, before[number], rows[number]))
    return spoilt, found


def _changes(sheet: Sheet, before: Row, after: Row) -> list[Found]:
    key = ", ".join(str(before[name]) for name in sheet.key)
    return [
        (sheet.name, key, "changed", name, text(sheet, name, before[name]), text(sheet, name, after[name]))
        for name in sheet.kinds
        if before[name] != after[name]
    ]


def text(sheet: Sheet, column: str, value: Any) -> str | None:
    """The one text of a value."""
    found: str | None = spelled(pa.array([value], arrow_type(sheet.kinds[column])))[0].as_py()
    return found


def spoilt_words(sheet: Sheet) -> tuple[Sheet, set[Found]]:
    """A key in another case is another key."""
    rows = [dict(row) for row in sheet.rows]
    changed, renamed = rows[10], rows[13]
    before = dict(renamed)
    changed["meaning"] += 1
    renamed["word"] = renamed["word"].upper()
    found = {
        ("words", changed["word"], "changed", "meaning", "10", "11"),
        ("words", before["word"], "missing", "", None, None),
        ("words", renamed["word"], "extra", "", None, None),
    }
    return sheet.but(rows), found


def spoilt_pairs(sheet: Sheet) -> tuple[Sheet, set[Found]]:
    """The values of (1, 11) and (11, 1) swapped."""
    rows = {(row["a"], row["b"]): dict(row) for row in sheet.rows}
    rows[1, 11]["value"], rows[11, 1]["value"] = "11/1", "1/11"
    found: set[Found] = {
        ("pairs", "1, 11", "changed", "value", "1/11", "11/1"),
        ("pairs", "11, 1", "changed", "value", "11/1", "1/11"),
    }
    return sheet.but(rows.values()), found


def spoilt_log(sheet: Sheet) -> tuple[Sheet, set[Found]]:
    """One line three times, another once."""
    rows = list(sheet.rows)
    rows.append(rows[20])
    del rows[30]
    found: set[Found] = {("log", "", "extra", "", None, None), ("log", "", "missing", "", None, None)}
    return sheet.but(rows), found

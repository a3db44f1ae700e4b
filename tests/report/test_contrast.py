"""What differs is marked, what is shared is shown alike, and what cannot be seen is."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfer.page.contrast import AROUND, LONGEST, Piece, contrasted, whole
from transfer.page.visible import is_invisible, lines, plain, shown

TAG = re.compile(r"<[^>]*>")
texts = st.text(max_size=40) | st.text("ab ", max_size=40)


def marked(source: str, target: str) -> tuple[str, str]:
    """Both values with brackets around what differs."""
    ours, theirs = contrasted(source, target)
    assert ours is not None and theirs is not None
    return _bracketed(ours), _bracketed(theirs)


def _bracketed(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else piece.text or f"({piece.omitted})" for piece in pieces)


@pytest.mark.parametrize(
    ("source", "target", "ours", "theirs"),
    [
        ("abc", "abd", "ab[c]", "ab[d]"),
        ("-1.50", "1.50", "[-]1.50", "1.50"),
        ("a ", "a", "a[ ]", "a"),
        ("aa", "aaa", "aa", "aa[a]"),
        ("2026-01-30 23:59", "2026-01-31 00:59", "2026-01-3[0 23]:59", "2026-01-3[1 00]:59"),
        ("colour of x, y", "color of x, z", "colo[u]r of x, [y]", "color of x, [z]"),
        ("apple", "quince", "[appl]e", "[quinc]e"),
        ("", "x", "", "[x]"),
    ],
)
def test_the_characters_that_differ_are_found(source: str, target: str, ours: str, theirs: str) -> None:
    assert marked(source, target) == (ours, theirs)


@given(texts, texts)
def test_nothing_of_two_short_values_is_lost_and_what_is_not_marked_is_equal(source: str, target: str) -> None:
    sides = contrasted(source, target)
    assert ["".join(piece.text for piece in side or ()) for side in sides] == [source, target]
    ours, theirs = (["".join(each.text for each in side or () if not each.differs)] for side in sides)
    assert ours == theirs
    assert (source != target) == any(piece.differs for side in sides for piece in side or ())


def test_a_long_value_is_cut_away_from_the_difference() -> None:
    before, behind = "x" * 5_000, "y" * 7_000
    ours, theirs = marked(f"{before}1{behind}", f"{before}2{behind}")
    assert ours == f"({5_000 - AROUND}){'x' * AROUND}[1]{'y' * AROUND}({7_000 - AROUND})"
    assert theirs == ours.replace("[1]", "[2]")


def test_two_long_values_without_anything_in_common_are_cut() -> None:
    ours, theirs = marked("a" * 1_000_000, "b" * 1_000)
    assert ours == f"[{'a' * LONGEST}]({1_000_000 - LONGEST})"
    assert theirs == f"[{'b' * LONGEST}]({1_000 - LONGEST})"


def test_null_and_the_empty_text_are_told_apart() -> None:
    ours, theirs = contrasted(None, "")
    assert (TAG.sub("", shown(ours)), TAG.sub("", shown(theirs))) == ("NULL", "empty text")
    assert "<em" not in shown(whole("NULL"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a\x00b", "a⟨NUL⟩b"),
        ("\u202egnp.exe", "⟨U+202E⟩gnp.exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("no\xa0break", "no⟨NBSP⟩break"),
        ("two\nlines", "two↵lines"),
        ("\ud800", "⟨U+D800⟩"),
        ("filler\u3164", "filler⟨U+3164⟩"),
        ("Žižková 北京 نور 😀", "Žižková 北京 نور 😀"),
    ],
)
def test_what_cannot_be_seen_has_a_sign(text: str, told: str) -> None:
    assert plain(text) == told
    assert TAG.sub("", shown(whole(text))).replace("\n", "") == told


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_no_character_that_cannot_be_seen_is_left(text: str) -> None:
    for made in (plain(text), TAG.sub("", shown(whole(text)))):
        assert not [each for each in made if is_invisible(each) and each != "\n"]
        assert not [each for each in made if unicodedata.category(each) in ("Cs", "Cf")]
        made.encode()


def test_lines_stay_where_a_text_has_some() -> None:
    assert lines("a\tb\n<\x00>\u2028") == "a\tb\n&lt;⟨NUL⟩&gt;⟨U+2028⟩"


@pytest.mark.parametrize(("text", "spaces"), [(" a", 1), ("a ", 1), ("a b", 0), ("a  b", 2), ("   ", 3)])
def test_spaces_that_would_be_overlooked_are_shown_and_stay_spaces(text: str, spaces: int) -> None:
    made = shown(whole(text))
    assert made.count('<span class="space"> </span>') == spaces
    assert TAG.sub("", made) == text


def test_texts_that_look_alike_are_told_apart_by_their_codes() -> None:
    ours, theirs = (shown(side) for side in contrasted("аnn", "ann"))
    assert 'class="codes">U+0430<' in ours
    assert "codes" not in theirs


def test_a_mark_by_itself_stands_on_a_circle() -> None:
    ours, _ = contrasted("e\u0301", "e")
    assert "<mark>\u25cc\u0301</mark>" in shown(ours)

"""Text of a database as a page may show it: nothing in it is markup, and nothing in it is invisible.

Names, messages and values come from strangers. Control characters, directional marks, blanks that are no space and
code points without a glyph are shown as signs or as their code, so that no text can look like another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from markupsafe import Markup, escape

from transfer.page.contrast import Piece

SIGNS = {"\n": "⏎", "\t": "⇥", "\x7f": "␡", "\xa0": "⍽"} | {
    chr(code): chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"
}
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that have no ink, beside those that their category gives away."""
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
EDGES = re.compile(r"^ +| {2,}| +$")
"""Spaces that would not be seen."""
CODES_SHOWN = 8


def is_invisible(character: str) -> bool:
    """Whether a reader would not see that it is there, or not what it is."""
    if " " <= character <= "~":
        return False
    return unicodedata.category(character) in INVISIBLE or character in BLANK or is_selector(character)


def is_selector(character: str) -> bool:
    """A variation selector, which alters the character before it at most."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def sign(character: str) -> str:
    """What stands for an invisible character: a sign, or its code."""
    return SIGNS.get(character) or f"⟨{code(character)}⟩"


def code(character: str) -> str:
    return f"U+{ord(character):04X}"


def plain(text: str, *, keeping: str = "") -> str:
    """The text with every invisible character replaced, but for those in `keeping`. Still to be escaped."""
    return "".join(sign(each) if is_invisible(each) and each not in keeping else each for each in text)


def lines(text: str) -> Markup:
    """The same, escaped, for what has lines of its own, such as a statement or a server's message."""
    return escape(plain(text, keeping="\n\t"))


def told(character: str) -> str:
    """`U+00A0 NO-BREAK SPACE`."""
    return f"{code(character)} {unicodedata.name(character, '')}".strip()


def shown(pieces: Iterable[Piece] | None) -> Markup:
    """A value as markup: what differs is marked, what cannot be seen has a sign, NULL and the empty text are words."""
    if pieces is None:
        return Markup('<em class="absent">NULL</em>')
    made = Markup("").join(_piece(piece) for piece in pieces)
    return made or Markup('<em class="absent">empty text</em>')


def _piece(piece: Piece) -> Markup:
    if piece.omitted:
        return Markup('<em class="absent">… {:,} characters …</em>').format(piece.omitted)
    if not piece.differs:
        return _text(piece.text)
    return Markup("<mark>{}</mark>{}").format(_signs(_on_a_circle(piece.text)), _codes(piece.text))


def _text(text: str) -> Markup:
    """Spaces are shown where they would be overlooked only."""
    parts, at = [], 0
    for edge in EDGES.finditer(text):
        parts += [_signs(text[at : edge.start()], spaces=False), _signs(edge.group())]
        at = edge.end()
    return Markup("").join([*parts, _signs(text[at:], spaces=False)])


def _signs(text: str, *, spaces: bool = True) -> Markup:
    return Markup("").join(_characters(text, spaces=spaces))


def _characters(text: str, *, spaces: bool) -> Iterator[Markup]:
    """A space and a line's end stay what they are, to be copied; all other invisible ones are replaced."""
    for each in text:
        if each == " " and spaces:
            yield Markup('<span class="space"> </span>')
        elif is_invisible(each):
            stays = "\n" if each == "\n" else ""
            yield Markup('<span class="sign" title="{}">{}</span>{}').format(told(each), sign(each), stays)
        else:
            yield escape(each)


def _on_a_circle(text: str) -> str:
    """A mark that belongs to the character before it gets a circle of its own to stand on."""
    alone = text and unicodedata.category(text[0]).startswith("M") and not is_selector(text[0])
    return "\u25cc" + text if alone else text


def _codes(text: str) -> Markup:
    """The codes of a few characters that are not ASCII: two texts may differ and look alike."""
    strange = [each for each in text if each > "~"]
    if not strange or len(text) > CODES_SHOWN:
        return Markup("")
    return Markup('<span class="codes">{}</span>').format(" ".join(code(each) for each in text))

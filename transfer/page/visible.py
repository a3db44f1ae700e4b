"""Text of a database as a page may show it: nothing in it is markup, and nothing in it is invisible.

Names, messages and values come from strangers. Control characters, directional marks, blanks that are no space and
code points without a glyph are shown as signs or as their code, so that no text can look like another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup, escape

from transfer.page.contrast import Piece

CONTROLS = """NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC
FS GS RS US"""
SIGNS = {chr(at): f"⟨{name}⟩" for at, name in enumerate(CONTROLS.split())} | {
    "\n": "↵",
    "\x7f": "⟨DEL⟩",
    "\xa0": "⟨NBSP⟩",
}
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks that have no ink, beside those that their category gives away."""
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})
SPACES = re.compile(" +")
CODES_SHOWN = 8
"""Characters of one marked piece, and pieces of one value, whose codes are told."""


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
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign(each) if is_invisible(each) and each not in keeping else each for each in text)


def lines(text: str) -> Markup:
    """The same, escaped, for what has lines of its own, such as a statement or a server's message."""
    return escape(plain(text, keeping="\n\t"))


def told(character: str) -> str:
    """`U+00A0 NO-BREAK SPACE`."""
    return f"{code(character)} {unicodedata.name(character, '')}".strip()


def shown(pieces: Sequence[Piece] | None) -> Markup:
    """A value as markup: what differs is marked, what cannot be seen has a sign, NULL and the empty text are words."""
    if pieces is None:
        return Markup('<em class="absent">NULL</em>')
    if not pieces:
        return Markup('<em class="absent">empty text</em>')
    last = len(pieces) - 1
    made = (_piece(piece, first=at == 0, last=at == last) for at, piece in enumerate(pieces))
    return Markup("").join([*made, _codes(pieces)])


def _piece(piece: Piece, *, first: bool, last: bool) -> Markup:
    if piece.omitted:
        return Markup('<em class="absent">… {:,} characters …</em>').format(piece.omitted)
    if piece.differs:
        return Markup("<mark>{}</mark>").format(_signs(_on_a_circle(piece.text)))
    return _text(piece.text, first=first, last=last)


def _text(text: str, *, first: bool, last: bool) -> Markup:
    """Spaces are shown only where they would be overlooked: at the value's ends, and where there are several."""
    parts, at = [], 0
    for spaces in SPACES.finditer(text):
        begin, end = spaces.span()
        if end - begin > 1 or (first and begin == 0) or (last and end == len(text)):
            parts += [_signs(text[at:begin], spaces=False), _signs(spaces.group())]
            at = end
    return Markup("").join([*parts, _signs(text[at:], spaces=False)])


def _signs(text: str, *, spaces: bool = True) -> Markup:
    """The text escaped, with signs for what cannot be seen, and for spaces where they are to be."""
    parts: list[Markup] = []
    for hidden, characters in groupby(text, lambda each: is_invisible(each) or (spaces and each == " ")):
        run = "".join(characters)
        parts += map(_sign, run) if hidden else [escape(run)]
    return Markup("").join(parts)


def _sign(character: str) -> Markup:
    """A space and a line's end stay what they are beneath, to be copied; all others are replaced."""
    if character == " ":
        return Markup('<span class="space"> </span>')
    stays = "\n" if character == "\n" else ""
    return Markup('<span class="sign" title="{}">{}</span>{}').format(told(character), sign(character), stays)


def _on_a_circle(text: str) -> str:
    """A mark that belongs to the character before it gets a circle of its own to stand on."""
    alone = text and unicodedata.category(text[0]).startswith("M") and not is_selector(text[0])
    return "\u25cc" + text if alone else text


def _codes(pieces: Sequence[Piece]) -> Markup:
    """The codes of the few characters that differ and can be seen: two texts may differ and look alike."""
    marked = [piece.text for piece in pieces if piece.differs and len(piece.text) <= CODES_SHOWN]
    strange = [text for text in marked if any(each > "~" and not is_invisible(each) for each in text)]
    if not strange:
        return Markup("")
    told = ", ".join(" ".join(code(each) for each in text) for text in strange[:CODES_SHOWN])
    return Markup('<div class="codes">{}</div>').format(told)

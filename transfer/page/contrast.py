"""Two values side by side: where they differ, and as much of what they share as it takes to find the place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 60
"""Characters that both values share, kept before and behind each place where they differ."""
LONGEST = 300
"""Characters of one piece, and of two values' middles that are compared one by one: that takes their product."""
WORTH_OMITTING = 60
"""Characters; fewer take no more room than to say that they are left out."""
ALIKE = 0.5
"""Below this similarity the few characters that two texts share tell nothing."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a value. `omitted` counts characters that are left out here; there is no text then."""

    text: str
    differs: bool = False
    omitted: int = 0


def contrasted(source: str | None, target: str | None) -> tuple[tuple[Piece, ...] | None, tuple[Piece, ...] | None]:
    """Both values in pieces, None for one that is not there."""
    if source is None or target is None:
        return whole(source), whole(target)
    runs = list(_runs(source, target))
    ours = [(source[a:b], differs) for differs, a, b, _, _ in runs]
    theirs = [(target[c:d], differs) for differs, _, _, c, d in runs]
    return _pieces(ours), _pieces(theirs)


def whole(text: str | None, longest: int = LONGEST) -> tuple[Piece, ...] | None:
    """One value by itself, cut where it is long."""
    return None if text is None else tuple(_cut(text, first=longest))


def _runs(source: str, target: str) -> Iterator[tuple[bool, int, int, int, int]]:
    """Whether it differs, from where to where in the source, and in the target."""
    before = _shared(source, target)
    behind = _shared(source[before:][::-1], target[before:][::-1])
    ends = len(source) - behind, len(target) - behind
    yield False, 0, before, 0, before
    for differs, a, b, c, d in _middle(source[before : ends[0]], target[before : ends[1]]):
        yield differs, a + before, b + before, c + before, d + before
    yield False, ends[0], len(source), ends[1], len(target)


def _shared(one: str, other: str) -> int:
    """How many characters both begin with, by halving: values may be long, and slices are compared fast."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one[least:middle] == other[least:middle] else (least, middle - 1)
    return least


def _middle(source: str, target: str) -> Iterator[tuple[bool, int, int, int, int]]:
    if max(len(source), len(target)) <= LONGEST:
        matcher = SequenceMatcher(None, source, target, autojunk=False)
        if matcher.ratio() >= ALIKE:
            yield from ((tag != "equal", a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes())
            return
    yield True, 0, len(source), 0, len(target)


def _pieces(runs: Sequence[tuple[str, bool]]) -> tuple[Piece, ...]:
    """What is shared is kept where it touches a difference: at its end, at its beginning, or at both."""
    made: list[Piece] = []
    for at, (text, differs) in enumerate(runs):
        if differs:
            made += _cut(text, first=LONGEST, differs=True)
        else:
            made += _cut(text, first=AROUND * (at > 0), last=AROUND * (at < len(runs) - 1))
    return tuple(made)


def _cut(text: str, *, first: int, last: int = 0, differs: bool = False) -> Iterator[Piece]:
    """The text without what lies between its first and its last characters, where that is worth telling."""
    omitted = len(text) - first - last
    if omitted <= WORTH_OMITTING:
        yield from [Piece(text, differs)] if text else []
        return
    yield from [Piece(text[:first], differs)] if first else []
    yield Piece("", omitted=omitted)
    yield from [Piece(text[len(text) - last :], differs)] if last else []

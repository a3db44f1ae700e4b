"""What is said of many places is said once: notes and objects left behind, grouped for the terminal and the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mappings.schema import NotCarried
from mappings.type_mapper import Note

MEANINGS = {
    "S": "same values, other behaviour",
    "T": "values as text",
    "O": "altered as allowed",
    "D": "left out",
}
"""What the letters of losses stand for."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, and where it holds; `option` settles it in one piece, to be copied."""

    code: str
    message: str
    option: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """Objects of one kind that stay behind for one reason."""

    object: str
    reason: str
    names: tuple[str, ...]


def grouped_notes(notes: Iterable[Note]) -> list[Said]:
    """In the order in which each thing was said first."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for note in notes:
        groups.setdefault((note.code, note.message, note.option), []).append(note.where)
    return [Said(*said, tuple(places)) for said, places in groups.items()]


def grouped_objects(items: Iterable[NotCarried]) -> list[Left]:
    """In the order in which each kind and reason came first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        groups.setdefault((item.object, item.reason), []).append(item.name)
    return [Left(*left, tuple(names)) for left, names in groups.items()]

"""A comparison of two schemas as text for people: what nothing explains first, then what the plan tells."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import click

from transfer.differences import Comparison, Difference

WORDS = {"missing": "missing on the target", "extra": "only on the target", "different": "different"}
WIDTH, LONGEST = 100, 400
"""Characters of a line, and of one text of a difference; a longer one is cut, --json has all of it."""


def comparison_text(comparison: Comparison) -> str:
    """What `compare` prints."""
    parts = [differences_text(comparison)] if comparison.unexplained else []
    if comparison.explained:
        parts += [click.style("Explained by the plan", bold=True), *_explained_text(comparison.explained), ""]
    return "\n".join([*parts, _closing(comparison)])


def differences_text(comparison: Comparison) -> str:
    """The differences that nothing explains, each with what there is and what should be; empty without any."""
    if not comparison.unexplained:
        return ""
    lines = [line for item in comparison.unexplained for line in _lines(item)]
    count = len(comparison.unexplained)
    told = "1 unexplained difference" if count == 1 else f"{count} unexplained differences"
    return "\n".join([click.style(f"{told} of the schemas", fg="red", bold=True), *lines, ""])


def _lines(item: Difference) -> Iterable[str]:
    yield click.style(f"  {item.object} {item.place}: {WORDS[item.problem]}", fg="red")
    for word, text in (("source", item.source), ("planned", item.planned), ("target", item.target)):
        if text:
            yield _wrapped(f"    {word:<8} ", textwrap.shorten(text, LONGEST, placeholder=" ..."))


def _explained_text(items: Sequence[Difference]) -> list[str]:
    """One paragraph for each explanation, with all that it explains."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        change = f" ({item.source} -> {item.target})" if item.source and item.target != item.source else ""
        groups.setdefault((item.object, item.explanation), []).append(item.place + change)
    return [f"  {what}: {why}\n{_wrapped('     ', ', '.join(places))}" for (what, why), places in groups.items()]


def _wrapped(indent: str, text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _closing(comparison: Comparison) -> str:
    tables = "1 table" if comparison.tables == 1 else f"{comparison.tables} tables"
    counts = f"{tables}, differences: {len(comparison.unexplained)} unexplained, {len(comparison.explained)} explained."
    if comparison.unexplained:
        return click.style("DIFFERENCES FOUND: ", fg="red", bold=True) + counts
    return click.style("As planned: ", fg="green", bold=True) + counts

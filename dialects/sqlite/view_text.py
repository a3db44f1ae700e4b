"""The kept text of CREATE VIEW, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.sqlite.grammar import Token, tokens


@dataclass(frozen=True, slots=True)
class ViewText:
    """The SELECT of a view, and the names of its columns where the statement lists them."""

    select: str
    columns: tuple[str, ...]


def view_text(sql: str) -> ViewText | None:
    """`CREATE VIEW name (columns) AS SELECT ...` by its parts, None when it is something else."""
    found = tokens(sql)
    at = next((place for place, token in enumerate(found) if token.word == "AS"), None)
    if at is None or at + 1 >= len(found):
        return None
    return ViewText(sql[found[at].end :].strip(), tuple(_listed(found[:at])))


def _listed(head: list[Token]) -> list[str]:
    opened = next((place for place, token in enumerate(head) if token.text == "("), len(head))
    return [token.name for token in head[opened + 1 :] if token.text not in (",", ")")]

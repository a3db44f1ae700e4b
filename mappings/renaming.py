"""Expressions that stay in their own grammar while columns, or their table, are called otherwise: only the names are
put anew into the text, for all else is the engine's own spelling already."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mappings.schema import Expression

QUOTES = '"`]'


def renamed(
    expression: Expression, columns: Mapping[str, str], table: tuple[str, str], quote: Callable[[str], str]
) -> Expression | None:
    """`expression` with the names that `columns` and `table` (old and new) give, None where they cannot be found for
    sure. Text that mentions nothing that is renamed is not looked into."""
    new = {old: name for old, name in (*columns.items(), table) if old != name}
    if not any(mentions(expression, old) for old in new):
        return expression
    edits = _edits(expression, columns, dict([table]))
    if edits is None:
        return None
    sql = expression.sql
    for start, end, name in sorted(edits, reverse=True):
        sql = sql[:start] + quote(name) + sql[end:]
    return Expression(expression.family, sql)


def mentions(expression: Expression, name: str) -> bool:
    """Whether the text holds the name, or a word that looks like it."""
    ways = {name} | {name.replace(mark, mark * 2) for mark in QUOTES}
    return any(re.search(rf"(?<!\w){re.escape(way)}(?!\w)", expression.sql, re.IGNORECASE) for way in ways if way)


def _edits(
    expression: Expression, columns: Mapping[str, str], tables: Mapping[str, str]
) -> list[tuple[int, int, str]] | None:
    """Start, end and new name of each identifier that changes; None when the text or a qualifier is not understood."""
    import sqlglot  # loaded with the first expression that needs it, as in mappings.expressions
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(expression.sql, read=expression.family)
    except SqlglotError:
        return None
    edits = []
    for node in tree.find_all(exp.Column):
        for identifier, names in ((node.this, columns), (node.args.get("table"), tables)):
            if not isinstance(identifier, exp.Identifier):
                continue
            name = _found(identifier.name, names)
            if name is None and names is tables:
                return None
            if name is not None and name != identifier.name:
                edits.append((*_span(identifier, expression.sql), name))
    return None if any(start < 0 for start, _, _ in edits) else edits


def _found(name: str, names: Mapping[str, str]) -> str | None:
    """The new name for exactly this one, else for the only one that differs in case."""
    if name in names:
        return names[name]
    alike = [new for old, new in names.items() if old.lower() == name.lower()]
    return alike[0] if len(alike) == 1 else None


def _span(identifier: Any, sql: str) -> tuple[int, int]:
    """Where the identifier stands with its quotes; negative where the parser does not tell, or tells wrong."""
    start, end = identifier.meta.get("start", -1), identifier.meta.get("end", -2) + 1
    text = sql[start:end]
    bare = text[1:-1] if identifier.args.get("quoted") else text
    plain = bare.replace(text[-1:] * 2, text[-1:]) if identifier.args.get("quoted") else bare
    return (start, end) if start >= 0 and plain == identifier.name else (-1, -1)

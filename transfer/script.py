"""The plan's statements as a script for the target's own client: a table's rows go between the two halves."""

from __future__ import annotations

from collections.abc import Iterable

from transfer.plan import Plan


def sql_script(plan: Plan) -> str:
    """All DDL in the order of the copy, what differs and what is left behind as comments. It runs by itself and makes
    the schema without rows; rows that are loaded belong before the line that says so."""
    before = [statement for table in plan.tables for statement in table.create]
    after = list(plan.statements[len(before) :])
    parts = [_comments([f"{plan.source} to {plan.target}", f"plan {plan.hash}"])]
    parts.append(_comments(f"{note.code} {note.where}: {note.message}" for note in (*plan.blocks, *plan.losses)))
    parts.append(_comments(f"not carried: {item.object} {item.name}: {item.reason}" for item in plan.not_carried))
    parts.append(_statements([*plan.opening, *before]))
    parts.append(_comments(["the rows belong here"]))
    parts.append(_statements(after))
    return "\n".join(part for part in parts if part)


def _comments(lines: Iterable[str]) -> str:
    return "".join(f"-- {' '.join(line.split())}\n" for line in lines)


def _statements(statements: Iterable[str]) -> str:
    return "".join(f"{statement};\n" for statement in statements)

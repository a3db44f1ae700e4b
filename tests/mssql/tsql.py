"""Whether a statement is T-SQL, as far as a parser tells."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel


def parses(statement: str) -> bool:
    """Parsed as something, and not passed over as an unknown command."""
    trees = sqlglot.parse(statement, read="tsql", error_level=ErrorLevel.RAISE)
    return all(tree is not None and not isinstance(tree, exp.Command) for tree in trees)

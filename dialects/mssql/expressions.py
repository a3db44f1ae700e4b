"""Expressions: our own kept where this version knows them, those of other families spelled in T-SQL.

`mappings.expressions` decides what may cross at all; what it passes is spelled by `speller`, which is loaded with the
first expression that needs it, for its parser takes long to start.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialects.mssql.server import Server
from dialects.mssql.types import FAMILY
from mappings.expressions import translate
from mappings.schema import Column, Expression

BRIDGE = "postgres"
"""The grammar in which mappings.expressions hands over what it has found sound."""
NEWER = {
    16: re.compile(
        r"\b(?:GREATEST|LEAST|DATETRUNC|DATE_BUCKET|GENERATE_SERIES|BIT_COUNT|GET_BIT|SET_BIT|LEFT_SHIFT|RIGHT_SHIFT"
        r"|JSON_OBJECT|JSON_ARRAY|JSON_PATH_EXISTS|APPROX_PERCENTILE_\w+)\s*\(|\bDISTINCT\s+FROM\b"
        r"|\bISJSON\s*\([^()]*,",
        re.IGNORECASE,
    ),
    17: re.compile(
        r"\b(?:REGEXP_\w+|VECTOR_\w+|EDIT_DISTANCE\w*|JARO_WINKLER_\w+|JSON_CONTAINS|UNISTR|PRODUCT)\s*\(|\|\|"
        r"|\bAS\s+(?:json|vector)\b",
        re.IGNORECASE,
    ),
}
"""What only servers of at least this version know."""
QUOTED = re.compile(r"'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\"")


def unwrapped(text: str) -> str:
    """Without the parentheses around the whole: `((0))` is `0`."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")") and _is_one_pair(text):
        text = text[1:-1].strip()
    return text


def _is_one_pair(text: str) -> bool:
    """Whether the first parenthesis is closed by the last."""
    depth = 0
    bare = QUOTED.sub(lambda match: "x" * len(match[0]), text)
    for at, character in enumerate(bare):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return at == len(bare) - 1
    return False


def own_expression(sql: str, server: Server) -> str | None:
    """`sql` of this family, None when it names what this version does not know."""
    bare = QUOTED.sub("''", sql)
    unknown = any(pattern.search(bare) for version, pattern in NEWER.items() if server.version < version)
    return None if unknown else sql


def spelled(expression: Expression, columns: Mapping[str, Column], server: Server) -> str | None:
    """The expression in T-SQL with the same value for every row, None when that cannot be promised."""
    if expression.family == FAMILY:
        return own_expression(expression.sql, server)
    sound = translate(expression, to=BRIDGE, columns=columns)
    if sound is None:
        return None
    from dialects.mssql.speller import respelled

    return respelled(sound, BRIDGE, columns)

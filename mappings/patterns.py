"""Patterns of LIKE, GLOB and regular expressions, as far as engines agree on what they match."""

from __future__ import annotations

import re

GLOB_SPECIAL = re.compile(r"[*?\[]")
GLOB_PLAIN = re.compile(r"[^%_\[\]]*")
ATOM = r"(?:[A-Za-z0-9_@,;:!#%&=<>~/ -]|\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_@.,;:+*/ ()])+-?\])"
QUANTIFIER = r"(?:[*+?]|\{\d+(?:,\d*)?\})?"
BRANCH = rf"(?:{ATOM}{QUANTIFIER})+"
REGULAR = re.compile(rf"\^?(?:{BRANCH}|\({BRANCH}(?:\|{BRANCH})*\){QUANTIFIER})*\$?")
AT_THE_END = "(?![^a]|a)"
"""Behind which no character comes. `$` also matches before a last line feed in MySQL and MariaDB."""


def glob_of(pattern: str) -> str:
    """LIKE's pattern for SQLite's GLOB, which minds case. The pattern has no escapes."""
    return GLOB_SPECIAL.sub(r"[\g<0>]", pattern).replace("%", "*").replace("_", "?")


def like_of(pattern: str) -> str | None:
    """GLOB's pattern for LIKE, None where LIKE cannot say it."""
    if not GLOB_PLAIN.fullmatch(pattern):
        return None
    return pattern.replace("*", "%").replace("?", "_")


def regular_of(pattern: str) -> str | None:
    """A regular expression of PostgreSQL for MySQL's and MariaDB's, None where it uses more than all understand:
    letters, classes, repetition, alternatives in one level of parentheses, and both ends."""
    if not REGULAR.fullmatch(pattern):
        return None
    return pattern.removesuffix("$") + AT_THE_END if pattern.endswith("$") else pattern

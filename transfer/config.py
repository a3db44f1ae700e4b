"""What a run is asked to do: frozen options with every default. Holds no URL and no password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, cast

from mappings.conform import RULES, Rule
from mappings.errors import ConfigurationError
from mappings.schema import TableName

IfExists = Literal["fail", "append"]
Verify = Literal["none", "count", "digest"]
AnyRule = Rule | Literal["text"]
"""`text` is settled by the plan, which takes a text type on the target; the others alter single values."""

DEFAULT_BATCH_ROWS = 20_000
DEFAULT_CHUNK_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tables. Patterns are shell globs on `schema.table` or `table`, as stored, case-sensitive."""

    tables: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()

    def pick(self, names: tuple[TableName, ...]) -> tuple[TableName, ...]:
        """The chosen names in their order. ConfigurationError for a pattern that matches nothing."""
        for pattern in (*self.tables, *self.exclude):
            if not any(matches(pattern, name) for name in names):
                raise ConfigurationError(
                    f"the pattern {pattern!r} matches no table", hint=f"tables are: {_some(names)}"
                )
        chosen = [name for name in names if not self.tables or _any(self.tables, name)]
        return tuple(name for name in chosen if not _any(self.exclude, name))


def matches(pattern: str, name: TableName) -> bool:
    return fnmatchcase(name.name, pattern) or fnmatchcase(str(name), pattern)


def _any(patterns: tuple[str, ...], name: TableName) -> bool:
    return any(matches(pattern, name) for pattern in patterns)


def _some(names: tuple[TableName, ...]) -> str:
    shown = ", ".join(str(name) for name in names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "none"


@dataclass(frozen=True, slots=True)
class Allowance:
    """One `--allow-loss TABLE.COLUMN=RULE`: both parts may be globs."""

    table: str
    column: str
    rule: AnyRule

    def covers(self, table: TableName, column: str) -> bool:
        return matches(self.table, table) and fnmatchcase(column, self.column)


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be done with one column: `rule` alters single values, `as_text` has the plan take a text type."""

    rule: Rule | None = None
    as_text: bool = False


def consent(allowances: Iterable[Allowance], table: TableName, column: str) -> Consent:
    """All that covers the column; of the rules for single values the last holds."""
    given = [allowance.rule for allowance in allowances if allowance.covers(table, column)]
    return Consent(next((rule for rule in reversed(given) if rule != "text"), None), "text" in given)


def parse_allowance(text: str) -> Allowance:
    """`orders.total=round`, `shop.*.note=truncate`. ConfigurationError with the rules when it is not that."""
    place, equals, rule = text.rpartition("=")
    table, dot, column = place.rpartition(".")
    rules = (*RULES, "text")
    if not (equals and dot and table and column) or rule not in rules:
        raise ConfigurationError(
            f"--allow-loss {text!r} is not TABLE.COLUMN=RULE", hint=f"RULE is one of {', '.join(rules)}"
        )
    return Allowance(table, column, cast("AnyRule", rule))


@dataclass(frozen=True, slots=True)
class Options:
    """How a copy goes. `jobs` is the number of workers; `chunk_bytes` the aim for one target transaction."""

    selection: Selection = field(default_factory=Selection)
    jobs: int = 1
    batch_rows: int = DEFAULT_BATCH_ROWS
    chunk_bytes: int = DEFAULT_CHUNK_BYTES
    if_exists: IfExists = "fail"
    schema: bool = True
    """Create tables, indexes and keys."""
    rows: bool = True
    """Copy rows."""
    allowances: tuple[Allowance, ...] = ()
    verify: Verify = "digest"
    probe: bool = True
    """Ask the source's rows, before the first one is copied, whether the target can hold them all."""

    def __post_init__(self) -> None:
        if self.jobs < 1 or self.batch_rows < 1 or self.chunk_bytes < 1:
            raise ConfigurationError("--jobs and --batch-rows must be at least 1")
        if not (self.schema or self.rows):
            raise ConfigurationError("--schema-only and --data-only exclude each other")

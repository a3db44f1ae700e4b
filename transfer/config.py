"""What a run is asked to do: frozen options with every default. Holds no URL and no password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from mappings.conform import RULES, SENTINEL, Rule, is_sentinel
from mappings.errors import ConfigurationError
from mappings.forms import FORMS, Form
from mappings.name_styles import Style
from mappings.names import PRESERVED, Naming, Rename
from mappings.schema import Column, TableName
from transfer.manners import Manners

IfExists = Literal["fail", "append", "replace"]
Verify = Literal["none", "count", "digest", "paranoid"]
Views = Literal["list", "try"]
OnError = Literal["stop", "reject"]
WAYS: dict[str, OnError] = {"stop": "stop", "reject": "reject"}
AnyRule = Rule | Form
"""A form is settled by the plan, which takes another type on the target; a rule alters single values."""

FORMS_OF_NAMES = {"--rename": "TABLE=NEW or TABLE.COLUMN=NEW", "--map-schema": "OLD=NEW"}
NAMES_HINT = {
    "--rename": "NEW is one name without a dot; --map-schema OLD=NEW puts tables into another schema",
    "--map-schema": "an empty OLD or NEW is the default schema, but not both",
}
DEFAULT_MAX_REJECTS = 10_000
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
    """One `--allow-loss PLACE=RULE`. The place is TABLE.COLUMN or `type:NATIVE`; all its parts may be globs."""

    table: str
    column: str
    rule: AnyRule
    native: str = "*"

    def covers(self, table: TableName, column: Column) -> bool:
        if not fnmatchcase(column.native.lower(), self.native.lower()):
            return False
        return matches(self.table, table) and fnmatchcase(column.name, self.column)

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.native == "*" else f"type:{self.native}"
        return f"{place}={self.rule}"


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be done with one column: `rule` alters single values, `form` has the plan take another type."""

    rule: Rule | None = None
    form: Form | None = None


def consent(allowances: Iterable[Allowance], table: TableName, column: Column) -> Consent:
    """All that covers the column; of several rules, and of several forms, the last holds."""
    given = [allowance.rule for allowance in allowances if allowance.covers(table, column)]
    rule = next((each for each in reversed(given) if each not in FORMS), None)
    return Consent(rule, next((each for each in reversed(given) if each in FORMS), None))


def parse_allowance(text: str) -> Allowance:
    """`orders.total=round`, `shop.*.note=truncate`, `type:tinyint(1)=bool`. ConfigurationError with the rules when it
    is not that."""
    place, equals, rule = text.rpartition("=")
    table, dot, column = place.rpartition(".")
    rules = (*RULES, *FORMS)
    native = place.removeprefix("type:") if place.startswith("type:") else ""
    if not (equals and (native or (dot and table and column))) or not (rule in rules or is_sentinel(rule)):
        message = f"--allow-loss {text!r} is neither TABLE.COLUMN=RULE nor type:TYPE=RULE"
        raise ConfigurationError(message, hint=f"RULE is one of {', '.join(rules)}, {SENTINEL}VALUE")
    return Allowance("*", "*", rule, native) if native else Allowance(table, column, rule)


def parse_on_error(texts: Iterable[str]) -> tuple[OnError, tuple[tuple[str, OnError], ...]]:
    """What `--on-error reject`, for all tables, and `--on-error TABLE=reject` say together: the former, and patterns
    with their own. ConfigurationError for what is neither."""
    plain: OnError = "stop"
    own: list[tuple[str, OnError]] = []
    for text in texts:
        pattern, equals, word = text.rpartition("=")
        if word not in WAYS or bool(equals) != bool(pattern):
            hint = "write stop or reject, or PATTERN=reject for some tables"
            raise ConfigurationError(f"--on-error {text!r} is neither", hint=hint)
        if pattern:
            own.append((pattern, WAYS[word]))
        else:
            plain = WAYS[word]
    return plain, tuple(own)


def parse_naming(style: Style = "preserve", renames: Iterable[str] = (), schemas: Iterable[str] = ()) -> Naming:
    """What `--names STYLE`, `--rename TABLE=NEW`, `--rename TABLE.COLUMN=NEW` and `--map-schema OLD=NEW` say together.
    An empty OLD or NEW is the default namespace. ConfigurationError for what is not of this form, or said twice."""
    pairs = tuple(_halves("--map-schema", text) for text in schemas)
    renamed = tuple(Rename(*_halves("--rename", text)) for text in renames)
    for option, olds in (("--map-schema", [old for old, _ in pairs]), ("--rename", [each.old for each in renamed])):
        twice = next((old for old in olds if olds.count(old) > 1), None)
        if twice is not None:
            raise ConfigurationError(f"{option} is given twice for {twice!r}", hint="give it once")
    return Naming(style, renamed, pairs)


def _halves(option: str, text: str) -> tuple[str, str]:
    old, equals, new = text.rpartition("=")
    named = new and "." not in new if option == "--rename" else old or new
    if not (equals and named):
        raise ConfigurationError(f"{option} {text!r} is not {FORMS_OF_NAMES[option]}", hint=NAMES_HINT[option])
    return old, new


def renaming(place: str, name: str) -> str:
    """The option that calls a table or column so."""
    return f"--rename {_in_quotes(f'{place}={name}')}"


def mapping_schema(schema: str, home: str) -> str:
    """The option that puts a schema's tables into `home`."""
    return f"--map-schema {_in_quotes(f'{schema}={home}')}"


def _in_quotes(text: str) -> str:
    """As a shell takes it for one word."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


@dataclass(frozen=True, slots=True)
class Options:
    """How a copy goes. `jobs` is the number of workers; `chunk_bytes` the aim for one target transaction."""

    selection: Selection = field(default_factory=Selection)
    jobs: int = 1
    batch_rows: int = DEFAULT_BATCH_ROWS
    chunk_bytes: int = DEFAULT_CHUNK_BYTES
    if_exists: IfExists = "fail"
    repoint_foreign_keys: bool = False
    """Whether foreign keys of tables that are not selected may be moved to the tables that replace others."""
    schema: bool = True
    """Create tables, indexes and keys."""
    rows: bool = True
    """Copy rows."""
    allowances: tuple[Allowance, ...] = ()
    verify: Verify = "digest"
    views: Views = "list"
    """Views are listed by name, or made on the target where they can be promised to show the same rows."""
    on_error: OnError = "stop"
    """What becomes of a row that the target does not take: it stops the run, or is kept and told of."""
    on_error_of: tuple[tuple[str, OnError], ...] = ()
    """The same for the tables of a pattern, the last that fits; all others as `on_error` says."""
    max_rejects: int = DEFAULT_MAX_REJECTS
    """The run stops at one reject more."""
    reject_file: str = ""
    """Where rejected rows are written; empty for a file of the run's own name in the current folder."""
    probe: bool = True
    """Ask the source's rows, before the first one is copied, whether the target can hold them all."""
    probe_sample: float | None = None
    """Of a hundred rows of a table so many are asked, None for all: what is not found there is not proven."""
    naming: Naming = PRESERVED
    """What tables, columns, indexes and constraints are called on the target."""
    manners: Manners = field(default_factory=Manners)
    """How patient and how polite the run is."""

    def rejects(self, table: TableName) -> bool:
        """Whether rows of this table of the source that the target does not take are kept and told of."""
        given = [on_error for pattern, on_error in self.on_error_of if matches(pattern, table)]
        return (given[-1] if given else self.on_error) == "reject"

    @property
    def rejecting(self) -> bool:
        """Whether any table may have rejects."""
        return "reject" in (self.on_error, *(on_error for _, on_error in self.on_error_of))

    @property
    def digests(self) -> bool:
        """Whether what is sent is digested."""
        return self.verify in ("digest", "paranoid")

    def __post_init__(self) -> None:
        if self.jobs < 1 or self.batch_rows < 1 or self.chunk_bytes < 1:
            raise ConfigurationError("--jobs and --batch-rows must be at least 1")
        if self.probe_sample is not None and not 0 < self.probe_sample < 100:
            raise ConfigurationError("--probe-sample is a percentage between 0 and 100")
        if self.probe_sample is not None and not self.probe:
            raise ConfigurationError("--probe-sample and --no-probe exclude each other")
        if not (self.schema or self.rows):
            raise ConfigurationError("--schema-only and --data-only exclude each other")
        if self.if_exists == "replace" and not self.schema:
            raise ConfigurationError("--if-exists replace makes tables, and --data-only makes none")

"""Writes docs/types.md: what each engine stores for each native type of each engine, as the planner itself decides it.

    python -m tests.types_page

Nothing is asked of a server: the sources are catalogues made by hand, the targets are dialects of recent versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from dialects.base import Session
from mappings import hazards as h
from mappings import types as t
from mappings.conform import RULES, SENTINEL, Rule
from mappings.forms import FORMS
from mappings.schema import Column, Schema, Table, TableName, Unique
from mappings.type_mapper import Facts
from tests.conformance.catalogue import Catalogue
from tests.conformance.natives import SERVERS, SOURCES, Case, Source
from transfer.config import Options
from transfer.plan import Plan
from transfer.planner import make_plan

PAGE = Path(__file__).parent.parent / "docs" / "types.md"
COLUMN = "c"
EXACT = re.compile(r" COLLATE (utf8mb4_0900_bin|utf8mb4_nopad_bin|Latin1_General_100_BIN2)$")
CODES = "FODTSPWX"
"""The one that matters most to the reader first."""

RULES_TOLD: Mapping[Rule, str] = {
    "null": "becomes NULL; a NOT NULL of the column is left out",
    "truncate": "text is cut to the length, a time to the digits",
    "round": "a number is rounded to the scale",
    "strip": "NUL characters are left out",
    "clamp": "the nearest value that the target holds",
}
EXAMPLES: tuple[h.Hazard, ...] = (
    h.NoMoment(), h.NoTimeOfDay(), h.NotFinite(), h.MinusZero(), h.OutsideYears(1, 9999), h.Finer(6),
    h.Hundreds(), h.LongerSpan(3_020_399_000_000), h.OutOfBounds(0, 255), h.NoYear(), h.MoreDigits(2),
    h.LongerNumber(10), h.LongerText(20), h.MoreOctets(255), h.WrongSize(16), h.NulCharacter(), h.NulInJson(),
    h.NotParsed(), h.NoUnicode(), h.TrailingSpaces(), h.NoLabel(("a", "b")),
    h.OtherSrid(4326), h.LowerBounds(), h.NotHeld(),
)  # fmt: skip
"""One of each kind, with numbers that some target has."""
LEAVE_OUT = "leave the table out, or mend the rows"

HEAD = """\
# Types

What a column of each native type becomes on each target, as the planner decides it. Written by `make docs`, never by
hand.

Targets are {versions}.
Older versions have fewer types; the plan of a copy (`dbtransfer plan`) says what yours gets.

| code | meaning |
|---|---|
| X | exact, nothing to say |
| W | a wider type, exact |
| P | decided by a look at the rows; the table says what they show |
| T | as text in one spelling, from which the value can be had again |
| S | same value, other behaviour |
| O | altered, only where `--allow-loss` says so |
| D | dropped and listed |
| F | blocks the copy until an option settles it |

`+ check` means that a CHECK constraint keeps what the type alone does not. Text columns get a collation that tells all
values apart, which is not repeated here: `utf8mb4_0900_bin` on MySQL, `utf8mb4_nopad_bin` on MariaDB,
`Latin1_General_100_BIN2` on SQL Server. Under each table stand the messages that the plan prints. A value that its
column on the target does not hold is found before the first row is written, and blocks: see [Values](#values).
DuckDB's types have [a page of their own](types-duckdb.md) besides.

"""
VALUES = """\
## Values

Rows are asked before the copy whether they hold what the target's column does not. Each such value blocks (F) with the
count of rows and the first keys, until one of these settles it with `--allow-loss TABLE.COLUMN=WAY`:

| rows hold | ways |
|---|---|
"""
OPTIONS = """\

## Options

`--allow-loss TABLE.COLUMN=WAY`, or `--allow-loss 'type:NATIVE=WAY'` for all columns of a native type. Rules alter
single values, which the report counts:

| rule | a value that does not fit |
|---|---|
"""
FORMS_HEAD = """\

Forms have the column take another type on the target:

| form | the column is |
|---|---|
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a target makes of one native type: its own type, the strongest of the notes' codes, and their messages."""

    native: str
    code: str
    messages: tuple[str, ...]

    def __str__(self) -> str:
        return f"`{self.native}` {self.code}" if self.native else self.code


def written() -> str:
    """The whole page."""
    versions = ", ".join(dialect.label for dialect in SERVERS.values())
    parts = [HEAD.format(versions=versions), *map(_section, SOURCES), VALUES, *map(_hazard, EXAMPLES), OPTIONS]
    parts += [f"| `{rule}` | {RULES_TOLD[rule]} |\n" for rule in RULES]
    parts += [f"| `{SENTINEL}VALUE` | VALUE, wherever NULL would do, but in no unique or foreign key |\n"]
    parts += [FORMS_HEAD, *(f"| `{form}` | {told} |\n" for form, told in FORMS.items())]
    return "".join(parts)


def _section(source: Source) -> str:
    made = {name: stored(source, name) for name in SERVERS}
    lines = [f"## From {source.name}\n", "| type | " + " | ".join(f"→ {name}" for name in SERVERS) + " |"]
    lines.append("|---" * (len(SERVERS) + 1) + "|")
    for at, case in enumerate(source.cases):
        lines.append(f"| {_case(case)} | " + " | ".join(_cell(made[name][at]) for name in SERVERS) + " |")
    return "\n".join([*lines, "", *_messages(source, made), ""]) + "\n"


def _messages(source: Source, made: Mapping[str, list[Stored]]) -> Iterator[str]:
    """One line for each message, with the targets and the types that it is about."""
    about: dict[tuple[str, str], list[str]] = {}
    for at, case in enumerate(source.cases):
        said: dict[str, list[str]] = {}
        for name in SERVERS:
            for message in made[name][at].messages:
                said.setdefault(_nameless(message, case), []).append(name)
        for message, names in said.items():
            about.setdefault((message, _targets(names)), []).append(_case(case))
    for (message, targets), cases in about.items():
        yield f"- {message} ({targets}): {', '.join(cases)}"


def _nameless(message: str, case: Case) -> str:
    """The message without the type's own name, so that one line stands for many types."""
    shorter = message.replace(f"{case.native} as the text", "as the text")
    return shorter.replace(f"declared {case.native},", "declared so,") if case.native else shorter


def _targets(names: list[str]) -> str:
    return "all targets" if len(names) == len(SERVERS) else ", ".join(names)


def _case(case: Case) -> str:
    native = f"`{case.native}`" if case.native else "no type"
    return f"{native} ({case.told})" if case.told else native


def _cell(cell: Stored) -> str:
    return str(cell).replace("|", "\\|")


def stored(source: Source, target: str) -> list[Stored]:
    """What the target makes of each of the source's cases."""
    names = [TableName("", f"t{at}") for at in range(len(source.cases))]
    tables = tuple(_table(name, case, source) for name, case in zip(names, source.cases, strict=True))
    facts = {name: _facts(case, source) for name, case in zip(names, source.cases, strict=True)}
    own = SERVERS[source.name]
    there = Catalogue(own, Schema(own.family, own.label, "", tables), facts)
    here = Catalogue(SERVERS[target], Schema(SERVERS[target].family, SERVERS[target].label, "", ()), {})
    plan = make_plan(cast("Session", there), cast("Session", here), Options(rows=False))
    return [_stored(plan, name) for name in names]


def _table(name: TableName, case: Case, source: Source) -> Table:
    uniques = (Unique(f"key_of_{name}", (COLUMN,)),) if case.keyed else ()
    return Table(name, (Column(COLUMN, source.read(case.native), case.native),), uniques=uniques)


def _facts(case: Case, source: Source) -> Facts:
    """The rows of a type that the values decide are as its declaration says."""
    kind = source.read(case.native)
    if not isinstance(kind, t.Dynamic):
        return case.rows
    return Facts(observed=kind.hint, rows=1000, characters=case.rows.characters, octets=case.rows.octets)


def _stored(plan: Plan, name: TableName) -> Stored:
    place = f"{name}.{COLUMN}"
    blocks = [block for block in plan.blocks if block.where in (place, str(name))]
    notes = [*blocks, *(note for note in plan.notes if note.where == place)]
    code = min((note.code for note in notes), key=CODES.index, default="X")
    messages = tuple(dict.fromkeys(note.message for note in notes if note.message))
    return Stored("" if blocks else _native(plan, name), code, messages)


def _native(plan: Plan, name: TableName) -> str:
    target = next(table.target for table in plan.tables if table.source.name == name)
    return EXACT.sub("", target.columns[0].native) + " + check" * bool(target.checks)


def _hazard(hazard: h.Hazard) -> str:
    ways = [f"`{way}`" for way in (*["text"] * h.as_text(hazard), *h.rules(hazard))]
    told = h.told(hazard) if not isinstance(hazard, h.NotHeld) else f"{h.told(hazard)}, for any other reason"
    otherwise = "not needed: it is told, and does not block" if h.harmless(hazard) else LEAVE_OUT
    return f"| {told} | {otherwise if h.harmless(hazard) or not ways else ', '.join(ways)} |\n"


if __name__ == "__main__":
    PAGE.write_text(written())

"""Observes what the values of columns are: storage classes and lengths in one aggregate scan, and a second scan over
only those columns whose type hangs on more than that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialects.sqlite.fetch import fetch, layout
from dialects.sqlite.packing import Link, asked
from dialects.sqlite.surveys import Moments, Numbers, Survey, Trial
from dialects.sqlite.types import Affinity, affinity, quoted
from mappings import types as t
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk

CLASSES = ("integer", "real", "text", "blob")
IS_CLASS = "sum(typeof({column}) = '{name}')"
FILLED = "count({column})"
OCTETS = "max(length(CAST({column} AS BLOB)))"
CHARACTERS = """\
max(CASE WHEN instr(CAST({column} AS BLOB), x'00') THEN length(CAST({column} AS BLOB)) ELSE length({column}) END)"""
"""length() stops at a NUL; then the bytes bound the characters from above."""
PADDED = "sum(CAST({column} AS BLOB) <> CAST(rtrim({column}) AS BLOB))"
BAD_JSON = "sum({column} IS NOT NULL AND NOT json_valid({column}))"
GREATEST = "max({column})"
OFFENDERS = "SELECT {shown} FROM {table} WHERE {condition} LIMIT 10"
WIDEST = 1500
"""Answers of one scan: a result has at most 2000 columns."""
BATCH_ROWS = 50_000

Questions = dict[str, str]
"""SQL aggregates over one column by the name of what they answer."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The scans' answers about one column. `counts` has the storage classes that occur."""

    rows: int
    filled: int
    counts: Mapping[str, int]
    answers: Mapping[str, Any]

    def answer(self, name: str) -> int | None:
        """An integer answer, None when it was not asked or there is none."""
        value = self.answers.get(name)
        return value if isinstance(value, int) else None


def observe(connection: Link, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
    """Answer the risks of these columns."""
    columns = [column for column in table.columns if column.name in risks]
    seen = _seen(connection, table, columns, risks)
    surveys = {column.name: survey for column in columns if (survey := _survey(column, seen[column.name])) is not None}
    _run(connection, table, surveys)
    return {
        column.name: _answer(connection, table, column, seen[column.name], surveys.get(column.name))
        for column in columns
    }


def _seen(
    connection: Link, table: Table, columns: list[Column], risks: Mapping[str, frozenset[Risk]]
) -> dict[str, Seen]:
    """First what is usual; a column that shows something else is asked everything in a second scan."""
    first = {column.name: _first_questions(column, risks[column.name]) for column in columns}
    rows, answers = _scan(connection, table, first)
    second = {column.name: _second_questions(column, answers[column.name]) for column in columns}
    more = _scan(connection, table, {name: questions for name, questions in second.items() if questions})[1]
    found = {column.name: answers[column.name] | more.get(column.name, {}) for column in columns}
    return {name: Seen(rows, each["filled"], _counts(each), each) for name, each in found.items()}


def _first_questions(column: Column, risks: frozenset[Risk]) -> Questions:
    hint = _hint(column)
    questions = {"filled": FILLED} | {name: IS_CLASS for name in _usual(hint, affinity(column.native))}
    if Risk.LENGTH in risks:
        questions |= {"octets": OCTETS, "characters": CHARACTERS}
    if _limited(hint):
        questions["octets"] = OCTETS
    if isinstance(hint, t.Text) and hint.fixed:
        questions["padded"] = PADDED
    if isinstance(hint, t.Json):
        questions["bad_json"] = BAD_JSON
    if Risk.MAGNITUDE in risks:
        questions["greatest"] = GREATEST
    return questions


def _second_questions(column: Column, answers: Mapping[str, Any]) -> Questions:
    hint = _hint(column)
    questions: Questions = {}
    if sum(answers.get(name) or 0 for name in CLASSES) < answers["filled"]:
        questions = {name: IS_CLASS for name in CLASSES if name not in answers}
    if isinstance(hint, t.Text) and hint.length is not None and (answers["octets"] or 0) > hint.length:
        questions["characters"] = CHARACTERS
    return questions


def _usual(hint: t.LogicalType, own: Affinity) -> tuple[str, ...]:
    """The storage classes that a column of this hint should have."""
    match hint:
        case t.Boolean() | t.Integer() | t.Year():
            return ("integer",)
        case t.Decimal() if own == Affinity.TEXT:
            return ("text",)
        case t.Float() | t.Decimal():
            return ("integer", "real")
        case t.Binary() | t.Geometry():
            return ("blob",)
        case _:
            return ("text",)


def _scan(connection: Link, table: Table, asked_of: Mapping[str, Questions]) -> tuple[int, dict[str, dict[str, Any]]]:
    """Rows of the table and, by column, the answers to the questions."""
    asked_for = [(column, name, text) for column, questions in asked_of.items() for name, text in questions.items()]
    found: dict[str, dict[str, Any]] = {column: {} for column in asked_of}
    rows = 0
    for start in range(0, len(asked_for), WIDEST):
        part = asked_for[start : start + WIDEST]
        parts = [text.format(column=quoted(column), name=name) for column, name, text in part]
        query = f"SELECT count(*), {', '.join(parts)} FROM {quoted(table.name.name)}"
        rows, *answers = connection.execute(query).fetchone()
        for (column, name, _), answer in zip(part, answers, strict=True):
            found[column][name] = answer
    return rows, found


def _counts(answers: Mapping[str, Any]) -> dict[str, int]:
    return {name: answers[name] for name in CLASSES if answers.get(name)}


def _hint(column: Column) -> t.LogicalType:
    return column.type.hint if isinstance(column.type, t.Dynamic) else column.type


def _limited(hint: t.LogicalType) -> bool:
    match hint:
        case t.Text(length=length, octets=octets):
            return length is not None or octets is not None
        case t.Binary(length=length):
            return length is not None
        case _:
            return False


def _survey(column: Column, seen: Seen) -> Survey | None:
    """What the second scan must look at, None when the classes alone decide."""
    classes = frozenset(seen.counts)
    if not classes:
        return None
    plain = PLAIN.get(classes)
    match _hint(column):
        case t.Decimal(precision=None) if not isinstance(column.type, t.Dynamic):
            return Numbers(t.Decimal(), None)
        case _ if not isinstance(column.type, t.Dynamic) or "blob" in classes:
            return None
        case t.Boolean() as hint if "real" not in classes:
            return Trial(hint, plain)
        case t.Decimal() as hint if hint.precision is not None or classes == {"text"}:
            return Numbers(hint, plain)
        case t.Date() | t.Time() | t.Timestamp() as hint if classes == {"text"}:
            return Moments(hint)
        case t.Uuid() | t.Duration() | t.TimeTz() | t.Interval() | t.Bits() as hint if classes == {"text"}:
            return Trial(hint, plain)
        case t.Float(bits=32) as hint if classes <= {"integer", "real"}:
            return Trial(hint, t.Float(64))
        case hint if classes == {"integer", "real"} and not isinstance(hint, t.Integer | t.Year | t.Json):
            return Trial(t.Float(64), None)
        case _:
            return None


PLAIN: dict[frozenset[str], t.LogicalType] = {
    frozenset({"integer"}): t.Integer(64),
    frozenset({"real"}): t.Float(64),
    frozenset({"text"}): t.Text(),
    frozenset({"blob"}): t.Binary(),
}
"""What a column of one storage class is when its declaration does not say more."""


def _run(connection: Link, table: Table, surveys: dict[str, Survey]) -> None:
    """One scan over the columns with a survey, until all know enough."""
    if not surveys:
        return
    columns = [replace(table.column(name), type=survey.reading) for name, survey in surveys.items()]
    wanted = [asked(column) for column in columns]
    for chunk in fetch(connection, table.name.name, wanted, None, BATCH_ROWS):
        for survey, values in zip(surveys.values(), chunk.columns, strict=True):
            if not survey.done:
                survey.take(values, chunk.key)
        if all(survey.done for survey in surveys.values()):
            break


def _answer(connection: Link, table: Table, column: Column, seen: Seen, survey: Survey | None) -> Facts:
    facts = survey.facts() if survey is not None else _by_classes(column, seen)
    problem = facts.problem
    if isinstance(column.type, t.Dynamic) and facts.observed is None:
        problem = _problem(connection, table, column, seen, problem)
    key = table.primary_key.columns if table.primary_key else ()
    if column.name in key and column.nullable and seen.filled < seen.rows:
        nulls = _offenders(connection, table, f"{quoted(column.name)} IS NULL")
        facts = replace(facts, observed=None, nulls_in_key=True)
        problem = f"{_rows_hold(seen.rows - seen.filled)} NULL in the primary key ({nulls})"
    return replace(
        facts,
        problem=problem,
        characters=seen.answer("characters"),
        octets=seen.answer("octets"),
        greatest=seen.answer("greatest"),
        rows=seen.rows,
    )


def _by_classes(column: Column, seen: Seen) -> Facts:
    """The type when the storage classes decide it, neither type nor problem when they disagree."""
    if not isinstance(column.type, t.Dynamic):
        return Facts()
    hint, classes = column.type.hint, frozenset(seen.counts)
    if not classes:
        return Facts(observed=hint)
    plain = PLAIN.get(classes)
    match hint:
        case t.Json() if not seen.answer("bad_json") and "blob" not in classes:
            return Facts(observed=hint)
        case t.Text() if classes == {"text"}:
            return Facts(observed=_fitting_text(hint, seen))
        case t.Binary(length=length) if classes == {"blob"}:
            return Facts(observed=t.Binary() if length is not None and (seen.answer("octets") or 0) > length else hint)
        case t.Integer() | t.Year() if classes == {"integer"}:
            return Facts(observed=hint)
        case t.Geometry() if classes == {"blob"}:
            return Facts(observed=hint)
        case t.Enum() if classes == {"text"}:
            return Facts(observed=hint)
        case _:
            return Facts(observed=plain)


def _fitting_text(hint: t.Text, seen: Seen) -> t.Text:
    """The declared limits as far as every value keeps them; padding only where no value ends in a space."""
    octets = seen.answer("octets") or 0
    characters = seen.answer("characters") or 0
    fits = (hint.length is None or characters <= hint.length) and (hint.octets is None or octets <= hint.octets)
    if not fits:
        return t.Text(collation=hint.collation)
    return replace(hint, fixed=hint.fixed and not seen.answer("padded"))


def _problem(connection: Link, table: Table, column: Column, seen: Seen, failure: str) -> str:
    """`3 rows hold text in an INTEGER column (rowid 1, rowid 2, rowid 5)`, with the histogram."""
    assert isinstance(column.type, t.Dynamic)
    declared = f"{_article(column.native)} {column.native} column" if column.native else "a column without a type"
    histogram = ", ".join(f"{count} {name}" for name, count in seen.counts.items())
    odd = _odd_classes(column, column.type.hint, seen.counts)
    if not odd or (failure and "text" not in odd):
        return f"{failure} in {declared} (values: {histogram})"
    count = sum(seen.counts[name] for name in odd)
    words = ", ".join(f"'{name}'" for name in odd)
    rows = _offenders(connection, table, f"typeof({quoted(column.name)}) IN ({words})")
    return f"{_rows_hold(count)} {' or '.join(odd)} in {declared} ({rows}); values: {histogram}"


def _rows_hold(count: int) -> str:
    return "1 row holds" if count == 1 else f"{count} rows hold"


def _article(declared: str) -> str:
    return "an" if declared[:1].upper() in "AEIOU" else "a"


def _odd_classes(column: Column, hint: t.LogicalType, counts: Mapping[str, int]) -> list[str]:
    """The classes that the column should not have; those in the minority where the declaration does not tell."""
    own = affinity(column.native)
    usual = set(_usual(hint, own))
    if not usual & counts.keys() or (isinstance(hint, t.Text) and own != Affinity.TEXT):
        usual = {max(counts, key=lambda name: counts[name])}
    return [name for name in counts if name not in usual]


def _offenders(connection: Link, table: Table, condition: str) -> str:
    there = layout(connection, table.name.name)
    query = OFFENDERS.format(shown=there.shown, table=there.table, condition=condition)
    return ", ".join(str(name) for (name,) in connection.execute(query))

"""Observes what the values of columns are: storage classes and lengths in one aggregate scan, and a second scan over
only those columns whose type hangs on more than that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dialects.sqlite.fetch import fetch, layout
from dialects.sqlite.packing import Link, asked
from dialects.sqlite.surveys import Moments, Numbers, Survey, Trial
from dialects.sqlite.types import quoted
from mappings import types as t
from mappings.schema import Column, Table
from mappings.type_mapper import Facts, Risk

CLASSES = ("integer", "real", "text", "blob")
HISTOGRAM = """\
count({column}), sum(typeof({column}) = 'integer'), sum(typeof({column}) = 'real'), sum(typeof({column}) = 'text'),
{extra}"""
LENGTHS = """\
max(CASE WHEN instr(CAST({column} AS BLOB), x'00') THEN length(CAST({column} AS BLOB)) ELSE length({column}) END),
max(length(CAST({column} AS BLOB))), sum(CAST({column} AS BLOB) <> CAST(rtrim({column}) AS BLOB))"""
"""length() stops at a NUL; then the bytes bound the characters from above."""
NO_LENGTHS = "NULL, NULL, NULL"
JSON = "sum(NOT json_valid({column}))"
GREATEST = "max({column})"
OFFENDERS = "SELECT {shown} FROM {table} WHERE {condition} LIMIT 10"
ANSWERS = 9
"""Columns of the result that each observed column takes."""
AT_ONCE = 200
"""Columns in one scan: a result has at most 2000."""
BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Seen:
    """The first scan's answers about one column."""

    rows: int
    filled: int
    integer: int
    real: int
    text: int
    characters: int | None
    octets: int | None
    padded: int
    bad_json: int
    greatest: int | None

    @property
    def counts(self) -> dict[str, int]:
        """How many values each storage class has, those that have any."""
        blob = self.filled - self.integer - self.real - self.text
        counts = dict(zip(CLASSES, (self.integer, self.real, self.text, blob), strict=True))
        return {name: count for name, count in counts.items() if count}


def observe(connection: Link, table: Table, risks: Mapping[str, frozenset[Risk]]) -> dict[str, Facts]:
    """Answer the risks of these columns."""
    columns = [column for column in table.columns if column.name in risks]
    seen: dict[str, Seen] = {}
    for start in range(0, len(columns), AT_ONCE):
        seen |= _scan(connection, table, columns[start : start + AT_ONCE], risks)
    surveys = {column.name: survey for column in columns if (survey := _survey(column, seen[column.name])) is not None}
    _run(connection, table, surveys)
    return {
        column.name: _answer(connection, table, column, seen[column.name], surveys.get(column.name))
        for column in columns
    }


def _scan(
    connection: Link, table: Table, columns: list[Column], risks: Mapping[str, frozenset[Risk]]
) -> dict[str, Seen]:
    parts = [_questions(column, risks[column.name]) for column in columns]
    row = connection.execute(f"SELECT count(*), {', '.join(parts)} FROM {quoted(table.name.name)}").fetchone()
    return {column.name: _seen(row, 1 + at * ANSWERS) for at, column in enumerate(columns)}


def _questions(column: Column, risks: frozenset[Risk]) -> str:
    hint = _hint(column)
    measured = Risk.LENGTH in risks or (isinstance(hint, t.Text | t.Binary) and _limited(hint))
    extra = [LENGTHS if measured else NO_LENGTHS, JSON if isinstance(hint, t.Json) else "0"]
    extra.append(GREATEST if Risk.MAGNITUDE in risks else "NULL")
    return HISTOGRAM.format(column="{column}", extra=", ".join(extra)).format(column=quoted(column.name))


def _seen(row: tuple[Any, ...], at: int) -> Seen:
    filled, integer, real, text, characters, octets, padded, bad_json, greatest = row[at : at + ANSWERS]
    whole = greatest if isinstance(greatest, int) else None
    return Seen(
        row[0], filled, integer or 0, real or 0, text or 0, characters, octets, padded or 0, bad_json or 0, whole
    )


def _hint(column: Column) -> t.LogicalType:
    return column.type.hint if isinstance(column.type, t.Dynamic) else column.type


def _limited(hint: t.Text | t.Binary) -> bool:
    return hint.length is not None or (isinstance(hint, t.Text) and hint.octets is not None)


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
        facts = replace(facts, observed=None)
        problem = f"{seen.rows - seen.filled} rows hold NULL in the primary key ({nulls})"
    return replace(
        facts,
        problem=problem,
        characters=seen.characters,
        octets=seen.octets,
        greatest=seen.greatest,
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
        case t.Json() if not seen.bad_json and "blob" not in classes:
            return Facts(observed=hint)
        case t.Text() if classes == {"text"}:
            return Facts(observed=_fitting_text(hint, seen))
        case t.Binary(length=length) if classes == {"blob"}:
            return Facts(observed=t.Binary() if length is not None and (seen.octets or 0) > length else hint)
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
    characters, octets = seen.characters or 0, seen.octets or 0
    fits = (hint.length is None or characters <= hint.length) and (hint.octets is None or octets <= hint.octets)
    if not fits:
        return t.Text(collation=hint.collation)
    return replace(hint, fixed=hint.fixed and not seen.padded)


def _problem(connection: Link, table: Table, column: Column, seen: Seen, failure: str) -> str:
    """`3 rows hold text in an INTEGER column (rowid 1, rowid 2, rowid 5)`, with the histogram."""
    assert isinstance(column.type, t.Dynamic)
    declared = f"{_article(column.native)} {column.native} column" if column.native else "a column without a type"
    histogram = ", ".join(f"{count} {name}" for name, count in seen.counts.items())
    odd = _odd_classes(column.type.hint, seen.counts)
    if not odd:
        return f"{failure} in {declared} (values: {histogram})"
    count = sum(seen.counts[name] for name in odd)
    words = ", ".join(f"'{name}'" for name in odd)
    rows = _offenders(connection, table, f"typeof({quoted(column.name)}) IN ({words})")
    return f"{count} rows hold {' or '.join(odd)} in {declared} ({rows}); values: {histogram}"


def _article(declared: str) -> str:
    return "an" if declared[:1].upper() in "AEIOU" else "a"


def _odd_classes(hint: t.LogicalType, counts: dict[str, int]) -> list[str]:
    """The classes that a column of this hint should not have; those in the minority where the hint fits none."""
    match hint:
        case t.Boolean() | t.Integer() | t.Year():
            usual = {"integer"}
        case t.Float() | t.Decimal():
            usual = {"integer", "real"}
        case t.Binary() | t.Geometry():
            usual = {"blob"}
        case _:
            usual = {"text"}
    if not usual & counts.keys():
        usual = {max(counts, key=lambda name: counts[name])}
    return [name for name in counts if name not in usual]


def _offenders(connection: Link, table: Table, condition: str) -> str:
    there = layout(connection, table.name.name)
    query = OFFENDERS.format(shown=there.shown, table=there.table, condition=condition)
    return ", ".join(str(name) for (name,) in connection.execute(query))

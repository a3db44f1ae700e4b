"""The outcome in words: what was done, what is proved, and what is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from transfer.report import Report, Status, TableReport, Verified
from transfer.terminal import counted

Command = Literal["copy", "verify"]
Tone = Literal["good", "doubtful", "bad"]

WORDS: dict[Status, tuple[str, Tone]] = {
    "done": ("Done", "good"),
    "rejects": ("Done in part", "doubtful"),
    "partial": ("Equal as far as compared", "doubtful"),
    "differences": ("Differences found", "bad"),
}
Level = Verified | Literal["part"]
PROVED: dict[Level, str] = {
    "differs": "not equal",
    "unverified": "not compared",
    "none": "nothing proved",
    "count": "only the number of rows compared, and equal",
    "part": "not all compared, the rest equal",
    "digest": "every value compared and equal",
}
"""How far the proof went, the worst first."""
VERIFIED: dict[Level, str] = {
    "part": "not every value",
    "none": "not proved",
    "count": "rows counted",
    "digest": "every value",
    "differs": "differs",
    "unverified": "not compared",
}


EVERYWHERE = "all tables"
"""The place of what is not compared in any table, such as the rows beside a sample."""
BY = {"inside": "inside the databases", "read back": "read back"}
COUNTED = {
    "missing": "missing on the target",
    "extra": "only on the target",
    "changed": "changed",
    "tolerated": "within the tolerance",
    "respelled": "with JSON spelled otherwise",
    "transient": "equal when read again",
}


@dataclass(frozen=True, slots=True)
class Headline:
    """The word that counts, and the sentences behind it."""

    word: str
    tone: Tone
    sentences: tuple[str, ...]


def headline(report: Report, command: Command) -> Headline:
    """What a reader must know who reads nothing else. Done without a proof is doubtful."""
    word, tone = WORDS[report.status]
    unproved = any(level(table, report) not in ("digest", "differs") for table in report.tables)
    if tone == "good" and (unproved or _unexplained(report)):
        tone = "doubtful"
    return Headline(word, tone, tuple(part for part in _sentences(report, command) if part))


def _sentences(report: Report, command: Command) -> tuple[str, ...]:
    tables, rows = counted(len(report.tables), "table"), counted(report.rows, "row")
    done = f"{tables}, {rows} copied." if command == "copy" else f"{tables}, {rows} compared."
    return (done, _proof(report), _rejects(report), _altered(report), _schema(report))


def _proof(report: Report) -> str:
    """How far the proof went, in how many tables where that is not one answer."""
    counts = Counter(level(table, report) for table in report.tables)
    levels = [each for each in PROVED if counts[each]]
    if not levels:
        return ""
    if len(levels) == 1:
        return f"Proof: {PROVED[levels[0]]}."
    told = (f"{PROVED[each]} in {counted(counts[each], 'table')}" for each in levels)
    return f"Proof: {'; '.join(told)}."


def _rejects(report: Report) -> str:
    return f"{counted(report.rejected, 'row')} rejected and kept in {report.reject_file}." if report.rejected else ""


def _altered(report: Report) -> str:
    values = sum(item.values for item in report.altered)
    return f"{counted(values, 'value')} altered as allowed." if values else ""


def _schema(report: Report) -> str:
    if report.schema_differences is None:
        return ""
    count = _unexplained(report)
    told = counted(count, "difference") + " that the plan does not explain."
    return f"Schema: {told}" if count else "The schema is as planned."


def _unexplained(report: Report) -> int:
    return len(report.schema_differences.unexplained) if report.schema_differences else 0


def level(table: TableReport, report: Report) -> Level:
    """How far the proof of a table went: a digest without some of its columns or rows is a part only."""
    names = {table.source, table.target}
    places = {item.place for item in report.unverified}
    left_out = names & places or any(place.startswith(f"{name}.") for name in names for place in places)
    return "part" if table.verified == "digest" and (left_out or EVERYWHERE in places) else table.verified


def proof_of(table: TableReport, report: Report) -> str:
    """What is proved of one table, and by whom."""
    reached = level(table, report)
    told = VERIFIED[reached]
    return f"{told}, {BY[table.proof]}" if table.proof and reached in ("digest", "part") else told


def rows_of(table: TableReport) -> str:
    """How its rows differ, counted; and those that differ in a way that was allowed."""
    counts = asdict(table.counts)
    return ", ".join(f"{count:,} {COUNTED[name]}" for name, count in counts.items() if count)

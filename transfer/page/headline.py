"""The outcome in words: what was done, what is proved, and what is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from transfer.report import Report, TableReport
from transfer.terminal import counted

Command = Literal["copy", "verify"]
Tone = Literal["good", "doubtful", "bad"]

WORDS: dict[str, tuple[str, Tone]] = {
    "done": ("Done", "good"),
    "rejects": ("Done in part", "doubtful"),
    "differences": ("Differences found", "bad"),
}
PROVED = {
    "none": "nothing was proved",
    "count": "only the number of rows was compared",
    "digest": "every value was compared",
    "differs": "not equal",
}
VERIFIED = {"none": "not proved", "count": "rows counted", "digest": "every value", "differs": "differs"}


@dataclass(frozen=True, slots=True)
class Headline:
    """The word that counts, and the sentences behind it."""

    word: str
    tone: Tone
    sentences: tuple[str, ...]


def headline(report: Report, command: Command) -> Headline:
    """What a reader must know who reads nothing else. Done without a proof is doubtful."""
    word, tone = WORDS.get(report.status, (report.status.replace("_", " ").capitalize(), "doubtful"))
    unproved = any(table.verified in ("none", "count") for table in report.tables)
    if tone == "good" and (unproved or _unexplained(report)):
        tone = "doubtful"
    return Headline(word, tone, tuple(part for part in _sentences(report, command) if part))


def _sentences(report: Report, command: Command) -> tuple[str, ...]:
    tables, rows = counted(len(report.tables), "table"), counted(report.rows, "row")
    done = f"{tables}, {rows} copied." if command == "copy" else f"{tables}, {rows} compared."
    return (done, _proof(report), _rejects(report), _altered(report), _schema(report))


def _proof(report: Report) -> str:
    """How far the proof went, in how many tables."""
    counts = Counter(table.verified for table in report.tables)
    if not counts:
        return ""
    told = [f"{PROVED.get(level, level)} in {counted(counts[level], 'table')}" for level in sorted(counts, key=_rank)]
    if len(counts) == 1 and "differs" not in counts:
        level = next(iter(counts))
        equal = " and is equal" if level == "digest" else " and is the same" if level == "count" else ""
        return f"{PROVED.get(level, level)}{equal}.".capitalize()
    return f"Proof: {'; '.join(told)}."


def _rank(level: str) -> int:
    order = ("differs", "none", "count", "digest")
    return order.index(level) if level in order else 0


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


def proof_of(table: TableReport) -> str:
    """What is proved of one table, and by whom."""
    told = VERIFIED.get(table.verified, table.verified)
    return f"{told}, {table.proof}" if table.proof else told

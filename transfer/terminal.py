"""Schemas, plans and reports as text for people: losses first, tables aligned, colour where click allows it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

import click

from mappings.schema import NotCarried, Schema, Table
from mappings.type_mapper import Note
from transfer.grouping import MEANINGS, grouped_notes, grouped_objects
from transfer.plan import Plan, TablePlan
from transfer.report import Report, TableReport
from transfer.terminal_compare import differences_text
from transfer.terminal_rows import rows_found_text

STATUSES = {
    "done": "Done",
    "rejects": "DONE IN PART",
    "differences": "DIFFERENCES FOUND",
    "partial": "NOT ALL COMPARED",
}
WIDEST = 60
"""Characters of a cell that the other rows make room for; a longer one pushes its own row to the right."""


def aligned(rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Rows of cells in columns two spaces apart; the columns in `right` are right-aligned."""
    if not rows:
        return ""
    lengths = [[len(row[at]) for row in rows] for at in range(len(rows[0]))]
    widths = [max((length for length in column if length <= WIDEST), default=0) for column in lengths]
    lines = [
        "  ".join(cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(cells))
        for cells in ([*zip(row, widths, strict=True)] for row in rows)
    ]
    return "\n".join("  " + line.rstrip() for line in lines)


def heading(text: str) -> str:
    return click.style(text, bold=True)


def amount(octets: int | None) -> str:
    """Bytes for people: `12.3 MB`; `?` when unknown."""
    if octets is None:
        return "?"
    size = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if size < (1000 if unit == "B" else 999.95):
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def counted(number: int, thing: str) -> str:
    """`1 row`, `2,000 rows`."""
    return f"{number:,} {thing}" + "s" * (number != 1)


def schema_text(schema: Schema) -> str:
    """What `inspect` prints."""
    parts = [heading(schema.version), ""]
    for table in schema.tables:
        parts += [heading(str(table.name)) + f"  {_estimated(table)}", _columns_text(table), ""]
    parts += _not_carried_text(schema.not_carried)
    return "\n".join(parts).rstrip()


def _estimated(table: Table) -> str:
    rows = "? rows" if table.rows is None else f"about {table.rows:,} rows"
    return f"{rows}, {amount(table.octets)}"


def _columns_text(table: Table) -> str:
    key = table.primary_key.columns if table.primary_key else ()
    rows = []
    for column in table.columns:
        words = ["key"] if column.name in key else []
        words += [f"refers to {each.target}" for each in table.foreign_keys if column.name in each.columns]
        words += ["numbered"] if column.identity else []
        words += ["generated"] if column.generated else []
        words += [] if column.nullable else ["not null"]
        rows.append((column.name, column.native, column.type.kind, ", ".join(words)))
    return aligned(rows)


def plan_text(plan: Plan) -> str:
    """What `plan` prints: blocks, losses, then tables column by column, then the DDL."""
    parts = [heading(f"{plan.source} to {plan.target}") + _estimates(plan), ""]
    if plan.blocks:
        parts += [click.style("Blocked: nothing will be written", fg="red", bold=True), _notes_text(plan.blocks), ""]
    if plan.losses:
        parts += [_heading_of("What will differ", plan.losses), _notes_text(plan.losses), ""]
    probed = [note for note in plan.notes if note.code == "P"]
    if probed:
        parts += [heading("Depends on the values there are now"), _notes_text(probed), ""]
    parts += _not_carried_text(plan.not_carried)
    for table in plan.tables:
        parts += [heading(f"{table.source.name} to {table.target.name}") + f"  {_estimated(table.source)}"]
        parts += [_pairs_text(table, plan), ""]
    if plan.statements:
        parts += [heading("Statements"), ";\n".join(plan.statements) + ";"]
    return "\n".join(parts).rstrip()


def _estimates(plan: Plan) -> str:
    if not plan.rows:
        return "  without rows"
    seconds = plan.estimated_seconds
    time = f"{seconds} s" if seconds < 100 else f"{seconds // 60} min"
    return f"  about {plan.estimated_rows:,} rows, {amount(plan.estimated_bytes)}, {time} with one worker"


def _pairs_text(table: TablePlan, plan: Plan) -> str:
    """Source and target column side by side, with the letters of what is said of them above."""
    said: dict[str, str] = {}
    for note in (*plan.blocks, *plan.notes):
        said[note.where] = said.get(note.where, "") + note.code * (note.code not in said.get(note.where, ""))
    return aligned(
        [
            (
                pair.read.name,
                pair.read.native,
                "->",
                pair.write.name,
                pair.write.native,
                said.get(f"{table.source.name}.{pair.read.name}", ""),
            )
            for pair in table.columns
        ]
    )


def _heading_of(text: str, notes: Iterable[Note]) -> str:
    """The heading with what the letters of these notes stand for."""
    codes = {note.code for note in notes}
    legend = ", ".join(f"{code}: {meaning}" for code, meaning in MEANINGS.items() if code in codes)
    return heading(text) + (f"  ({legend})" if legend else "")


def _notes_text(notes: Iterable[Note]) -> str:
    """One paragraph for each thing said: where it holds, and the option that settles it in one piece, to be copied."""
    return "\n".join(
        _paragraph(f"{said.code}  {said.message}", said.places)
        + (f"\n     to go on: {said.option}" if said.option else "")
        for said in grouped_notes(notes)
    )


def _not_carried_text(items: Sequence[NotCarried]) -> list[str]:
    texts = [_paragraph(f"{left.object}: {left.reason}", left.names) for left in grouped_objects(items)]
    return [heading("Not carried"), *texts, ""] if texts else []


def _paragraph(head: str, places: Sequence[str]) -> str:
    """What is said, and below it, indented and wrapped, where it holds."""
    wrapper = textwrap.TextWrapper(
        100, initial_indent="     ", subsequent_indent="     ", break_long_words=False, break_on_hyphens=False
    )
    body = wrapper.fill(", ".join(places))
    return f"  {head}\n{body}"


def report_text(report: Report) -> str:
    """What `copy` and `verify` print at the end."""
    parts = [_tables_text(report), ""]
    parts += rows_found_text(report)
    if report.rejected:
        parts += [click.style(f"Rejected: {counted(report.rejected, 'row')}, kept in {report.reject_file}", fg="red")]
        parts += [f"Mend them there and write them with: dbtransfer replay {report.reject_file} TARGET", ""]
    if report.altered:
        parts += [heading("Altered, as allowed")]
        parts += [aligned([(item.column, item.rule, counted(item.values, "value")) for item in report.altered]), ""]
    if report.losses:
        parts += [_heading_of("What differs on the target", report.losses), _notes_text(report.losses), ""]
    parts += _not_carried_text(report.not_carried)
    if report.schema_differences is not None and report.schema_differences.unexplained:
        parts.append(differences_text(report.schema_differences))
    parts.append(_closing(report))
    return "\n".join(parts)


def _tables_text(report: Report) -> str:
    """A column of rejects only where there are some."""
    rejected = bool(report.rejected)
    rows = [("table", "rows", *(["rejected"] * rejected), "verified", "seconds")]
    for table in report.tables:
        told = [f"{table.rejected:,}"] * rejected
        rows.append((_named(table), f"{table.rows:,}", *told, table.verified, f"{table.seconds:.1f}"))
    return aligned(rows, right=frozenset({1, 2, 4} if rejected else {1, 3}))


def _named(table: TableReport) -> str:
    return table.source if table.source == table.target else f"{table.source} -> {table.target}"


def _closing(report: Report) -> str:
    times = [f"copied in {report.copy_seconds:.1f} s"] if report.copy_seconds else []
    times += [f"verified in {report.verify_seconds:.1f} s"] if report.verify_seconds else []
    instant = f" Source: {report.consistency}." if report.consistency else ""
    word = STATUSES[report.status]
    colour = "green" if report.status == "done" else "red"
    done = (counted(len(report.tables), "table"), counted(report.rows, "row"), *(times or ["nothing to copy"]))
    return click.style(f"{word}: ", fg=colour, bold=True) + ", ".join(done) + "." + instant + _schema_told(report)


def _schema_told(report: Report) -> str:
    if report.schema_differences is None:
        return ""
    count = len(report.schema_differences.unexplained)
    return click.style(f" Schema: {count} unexplained, see above.", fg="red") if count else " Schema: as planned."


def rows_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A few rows as a table; NULL is shown as such, long values are cut with an ellipsis."""
    return aligned([tuple(header), *(tuple(_cell(value) for value in row) for row in rows)])


def _cell(value: object) -> str:
    text = "NULL" if value is None else f"{len(value)} bytes" if isinstance(value, bytes) else repr(value)
    return text if len(text) <= 40 else text[:39] + "…"

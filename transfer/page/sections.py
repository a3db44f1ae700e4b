"""What each section of a page shows, made of the report: tables, altered values, rejects, differences, schemas."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from transfer.differences import Comparison
from transfer.page.contrast import contrasted, whole
from transfer.page.grid import Cell, Grid, Head, Row, bounded, number
from transfer.page.headline import Level, level, proof_of, rows_of
from transfer.page.rejected import Rejected
from transfer.page.timeline import Timeline, clock
from transfer.page.visible import lines, plain, shown
from transfer.plan import Plan
from transfer.report import Difference, Report, TableReport
from transfer.terminal import counted
from transfer.terminal_compare import WORDS

TONES: dict[Level, str] = {"digest": "good", "differs": "bad"}
KINDS = {"missing": "missing on the target", "extra": "only on the target", "changed": "changed"}


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one table under its name; `told` says how many there are."""

    table: str
    told: str
    grid: Grid


def tables_grid(report: Report) -> Grid:
    """A column of rejects only where there are some."""
    rejected = bool(report.rejected)
    heads = (Head("table"), Head("rows", True), *([Head("rejected", True)] * rejected), Head("proof"))
    rows = (_table_row(table, report, rejected=rejected) for table in report.tables)
    return Grid("Tables", (*heads, Head("seconds", True), Head("rows/s", True)), tuple(rows))


def _table_row(table: TableReport, report: Report, *, rejected: bool) -> Row:
    told = [number(table.rejected)] if rejected else []
    speed = table.rows / table.seconds if table.seconds > 0 else 0.0
    times = (number(table.seconds, f"{table.seconds:,.2f}"), number(speed, f"{speed:,.0f}" if speed else "–"))
    return (Cell(_names(table.source, table.target)), number(table.rows), *told, _proof_cell(table, report), *times)


def _names(source: str, target: str) -> Markup:
    """The source's name, and the target's where it has another."""
    names = dict.fromkeys((source, target))
    return Markup(" → ").join(Markup("<bdi>{}</bdi>").format(plain(name)) for name in names)


def _proof_cell(table: TableReport, report: Report) -> Cell:
    told, note = Markup("{}").format(proof_of(table, report)), table.difference or rows_of(table)
    if note:
        told += Markup('<div class="note">{}</div>').format(plain(note))
    return Cell(told, None, TONES.get(level(table, report), "doubtful"))


def slowest_grid(chart: Timeline) -> Grid:
    """The chunks that took longest: what the chart tells only to who points at it."""
    heads = (Head("chunk"), Head("worker"), Head("began", True), Head("took", True), Head("rows", True))
    rows = (
        (
            Cell(f"{timing.table}, chunk {timing.chunk}"),
            Cell(timing.worker),
            number(timing.started, clock(timing.started)),
            number(timing.ended - timing.started, clock(timing.ended - timing.started)),
            number(timing.rows),
        )
        for timing in chart.slowest
    )
    return Grid("The chunks that took longest", heads, tuple(rows))


def altered_grid(report: Report) -> Grid:
    heads = (Head("column"), Head("rule"), Head("values", True))
    rows = ((Cell(item.column), Cell(item.rule), number(item.values)) for item in report.altered)
    return bounded("Altered values", heads, rows)


def reject_groups(tables: dict[str, list[Rejected]], report: Report) -> list[Group]:
    """The first rejected rows of each table, and how many there are."""
    totals = {table.target: table.rejected for table in report.tables}
    heads = (Head("key"), Head("column"), Head("value"), Head("for"), Head("message"))
    made = []
    for name, rejects in tables.items():
        total = max(totals.get(name, 0), len(rejects))
        told = f"{total:,} rejected" if total == len(rejects) else f"the first {len(rejects):,} of {total:,} rejected"
        rows = tuple(_reject_row(reject) for reject in rejects)
        made.append(Group(name, told, Grid(f"Rejected rows of {plain(name)}", heads, rows)))
    return made


def _reject_row(reject: Rejected) -> Row:
    """Without a column only the database knows what it refused: there is no value to show."""
    value = Cell(shown(whole(reject.value))) if reject.column else Cell("–")
    key = shown(whole(reject.key)) if reject.key else Markup("–")
    return (Cell(key), Cell(reject.column or "–"), value, Cell(reject.type or "–"), Cell(_message(reject.message)))


def difference_groups(report: Report) -> list[Group]:
    """What differs, table by table in the report's order. The verification itself shows the first rows only."""
    heads = (Head("key"), Head("what"), Head("column"), Head("source"), Head("target"))
    totals = {table.target: table.counts.differing for table in report.tables}
    made = []
    for name, found in groupby(report.differences, key=lambda each: each.table):
        told = list(found)
        grid = bounded(f"Differences of {plain(name)}", heads, map(_difference_row, told))
        made.append(Group(name, _extent(len({each.key for each in told}), totals.get(name, 0)), grid))
    return made


def _extent(shown_rows: int, total: int) -> str:
    if total > shown_rows:
        return f"the first {shown_rows:,} of {counted(total, 'row')}"
    return counted(shown_rows, "row")


def unverified_grid(report: Report) -> Grid:
    """What the proof leaves out, and why."""
    rows = ((Cell(item.place), Cell(_message(item.reason))) for item in report.unverified)
    return bounded("Not compared", (Head("table or column"), Head("why")), rows)


def _difference_row(found: Difference) -> Row:
    source, target = contrasted(found.source, found.target)
    sides = [Cell(shown(source)), Cell(shown(target))]
    if found.kind != "changed":
        lacking, side = (1, found.source) if found.kind == "missing" else (0, found.target)
        sides[1 - lacking] = Cell(shown(whole(side)) if side is not None else "the row is there")
        sides[lacking] = Cell(Markup('<em class="absent">no row</em>'))
    what = Cell(KINDS[found.kind], None, "bad")
    return (Cell(shown(whole(found.key))), what, Cell(found.column or "–"), *sides)


def schema_grid(comparison: Comparison) -> Grid:
    """What nothing explains: how the target's schema is not as planned."""
    heads = (Head("object"), Head("name"), Head("what"), Head("source"), Head("planned"), Head("target"))
    rows = (
        (
            Cell(item.object),
            Cell(item.place),
            Cell(WORDS[item.problem], None, "bad"),
            *(Cell(text or "–") for text in (item.source, item.planned, item.target)),
        )
        for item in comparison.unexplained
    )
    return bounded("Differences of the schemas", heads, rows)


def explained_grid(comparison: Comparison) -> Grid:
    """Where the target is as planned, and not as the source."""
    heads = (Head("object"), Head("name"), Head("source"), Head("target"), Head("the plan says"))
    rows = (
        tuple(Cell(text or "–") for text in (item.object, item.place, item.source, item.target, item.explanation))
        for item in comparison.explained
    )
    return bounded("Differences that the plan explains", heads, rows)


def columns_grid(plan: Plan) -> Grid:
    """Every column with its type on both sides; the letters are those of the plan's notes."""
    heads = (Head("column"), Head("source type"), Head("on the target"), Head("target type"), Head("note"))
    codes: dict[str, str] = {}
    for note in plan.notes:
        codes[note.where] = codes.get(note.where, "") + note.code * (note.code not in codes.get(note.where, ""))
    rows = (
        (
            Cell(f"{table.source.name}.{pair.read.name}"),
            Cell(pair.read.native),
            Cell(f"{table.target.name}.{pair.write.name}"),
            Cell(pair.write.native),
            Cell(" ".join(filter(None, (codes.get(f"{table.source.name}.{pair.read.name}", ""), pair.rule))) or "–"),
        )
        for table in plan.tables
        for pair in table.columns
    )
    return bounded("Columns", heads, rows)


def names_grid(plan: Plan) -> Grid:
    heads = (Head("object"), Head("at the source"), Head("on the target"))
    rows = ((Cell(each.object), Cell(each.source), Cell(each.target)) for each in plan.names)
    return bounded("Other names", heads, rows)


def _message(text: str) -> Markup:
    """A server's own words, in its own lines."""
    return Markup('<span class="lines">{}</span>').format(lines(text))

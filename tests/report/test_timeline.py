"""However many chunks there were, the chart is bounded, complete and in order."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report import samples
from transfer.page.timeline import MOST_BARS, Timeline, clock, merged, timeline
from transfer.page.writing import page
from transfer.report import Report, Timing

CHUNKS = re.compile(r", (?:(\d[\d,]*) chunks|chunk \d+), ([\d,]+) rows: ")


def charted(timings: tuple[Timing, ...]) -> Timeline:
    chart = timeline(Report("done", "r", 0.0, (), (), (), timings=timings))
    assert chart is not None
    return chart


def told(chart: Timeline) -> tuple[int, int]:
    """The chunks and rows that the titles of all bars add up to."""
    found = [match for lane in chart.lanes for bar in lane.bars if (match := CHUNKS.search(bar.title))]
    assert len(found) == chart.bars
    chunks = sum(int((match[1] or "1").replace(",", "")) for match in found)
    return chunks, sum(int(match[2].replace(",", "")) for match in found)


@pytest.mark.parametrize(("chunks", "tables", "workers"), [(10_000, 40, 8), (10_000, 10_000, 1), (50_000, 3, 64)])
def test_very_many_chunks_are_few_bars_and_none_is_lost(chunks: int, tables: int, workers: int) -> None:
    chart = charted(samples.many_timings(chunks, tables, workers))
    assert chart.bars <= MOST_BARS + 3 * workers
    assert (told(chart), len(chart.lanes)) == ((chunks, 500 * chunks), workers)


def test_a_page_of_ten_thousand_chunks_is_small(tmp_path: Path) -> None:
    report, job = samples.busy(tmp_path)
    made = page(replace(report, timings=samples.many_timings(10_000)), job)
    assert len(made) < 1_000_000
    assert "10,000 chunks" in made


def test_chunks_that_can_be_seen_have_bars_of_their_own() -> None:
    chart = charted(samples.timings())
    long = [each for each in samples.timings() if each.ended - each.started > 1]
    titles = {bar.title.partition(":")[0] for lane in chart.lanes for bar in lane.bars}
    assert {f"{each.table}, chunk {each.chunk}, {each.rows:,} rows" for each in long} <= titles


def test_bars_lie_within_the_chart_and_lanes_in_the_order_of_their_numbers() -> None:
    chart = charted(samples.many_timings(500, workers=12))
    assert [lane.label for lane in chart.lanes] == [f"worker-{number}" for number in range(1, 13)]
    for lane in (*chart.lanes, chart.phases):
        assert [bar.left for bar in lane.bars] == sorted(bar.left for bar in lane.bars)
        assert all(bar.left >= 0 and bar.left + bar.width <= 100.2 for bar in lane.bars)


def test_a_pause_parts_what_is_short() -> None:
    short = [Timing("t", at, "w", start, start + 0.1, 1) for at, start in enumerate((0.0, 0.1, 5.0))]
    assert [len(group) for group in merged(short, 1.0)] == [2, 1]


def test_tables_beyond_the_colours_are_told_together() -> None:
    chart = charted(samples.timings())
    assert (chart.shades[0].label, chart.shades[-1].label) == ("shop.order_line", "4 more tables")
    assert sum(shade.seconds for shade in chart.shades) == pytest.approx(
        sum(each.ended - each.started for each in samples.timings())
    )


def test_the_phases_add_up_to_the_run(tmp_path: Path) -> None:
    report, _ = samples.busy(tmp_path)
    chart = timeline(report)
    assert chart is not None
    assert [shade.label for shade in chart.phase_shades] == ["tables are made", "rows", "indexes and keys", "proof"]
    assert sum(shade.seconds for shade in chart.phase_shades) == pytest.approx(report.seconds)


def test_without_chunks_there_is_no_chart() -> None:
    assert timeline(Report("done", "r", 0.0, (), (), ())) is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (0.25, "0.25 s"), (59.94, "59.9 s"), (90, "1:30 min"), (7500, "2:05 h")]
)
def test_times_are_told_in_units(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize("seconds", [0.001, 0.7, 9, 61, 1_000, 90_000, 1_000_000])
def test_ticks_are_few_and_round(seconds: float) -> None:
    ticks = charted((Timing("t", 1, "w", 0.0, seconds, 1),)).ticks
    assert 2 <= len(ticks) <= 7
    assert len({tick.label for tick in ticks}) == len(ticks)

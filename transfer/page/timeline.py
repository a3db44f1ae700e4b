"""The timeline: which worker copied which chunk of which table when, in as many bars as a page can hold."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from transfer.page.visible import plain
from transfer.report import Report, Timing

MOST_BARS = 3_000
"""All workers together; each bar is about two hundred bytes of the page."""
COLOURS = 8
TICKS = 5
SLOWEST = 5
NARROWEST = 0.15
"""Percent; a bar is never too thin to be seen."""
PHASES = ("tables are made", "rows", "indexes and keys", "proof")


@dataclass(frozen=True, slots=True)
class Bar:
    """One chunk, or several too short to be drawn apart. `left` and `width` are percentages of the whole time; `kind`
    is the style's word for its colour."""

    left: float
    width: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One worker, or the run itself."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Shade:
    """What a colour stands for, and the seconds spent on it: on a table by all workers together."""

    kind: str
    label: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A round time below the bars, `left` in percent."""

    left: float
    label: str


OTHERS = Shade("c0", "", 0.0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """`chunks` is their number; `bars` may be fewer. `slowest` are the chunks that took longest, as a table."""

    phases: Lane
    lanes: tuple[Lane, ...]
    phase_shades: tuple[Shade, ...]
    shades: tuple[Shade, ...]
    ticks: tuple[Tick, ...]
    chunks: int
    slowest: tuple[Timing, ...]

    @property
    def bars(self) -> int:
        """How many are drawn for the chunks."""
        return sum(len(lane.bars) for lane in self.lanes)


def timeline(report: Report) -> Timeline | None:
    """The run as a chart, None when no chunk was timed."""
    if not report.timings:
        return None
    whole = max(report.seconds, *(timing.ended for timing in report.timings), 0.001)
    shades = _shades(report.timings)
    phases = [(Shade(f"p{at}", word, ended - began), began) for at, (word, began, ended) in _phases(report)]
    return Timeline(
        phases=Lane("", tuple(_placed(began, shade.seconds, whole, shade) for shade, began in phases)),
        lanes=tuple(_lanes(report.timings, whole, {shade.label: shade for shade in shades})),
        phase_shades=tuple(shade for shade, _ in phases),
        shades=(*shades, *_others(report.timings, shades)),
        ticks=_ticks(whole),
        chunks=len(report.timings),
        slowest=tuple(sorted(report.timings, key=_length, reverse=True)[:SLOWEST]),
    )


def _length(timing: Timing) -> float:
    return timing.ended - timing.started


def _phases(report: Report) -> Iterator[tuple[int, tuple[str, float, float]]]:
    """What the run did around the chunks, numbered from 1: the word, begin and end."""
    first = min(timing.started for timing in report.timings)
    last = max(timing.ended for timing in report.timings)
    copied = max(last, report.copy_seconds)
    bounds = (0.0, first, last, copied, copied + report.verify_seconds)
    return enumerate(zip(PHASES, bounds, bounds[1:], strict=False), 1)


def _lanes(timings: Sequence[Timing], whole: float, shades: dict[str, Shade]) -> Iterator[Lane]:
    by_worker: defaultdict[str, list[Timing]] = defaultdict(list)
    for timing in timings:
        by_worker[timing.worker].append(timing)
    shortest = 3 * whole * len(by_worker) / MOST_BARS
    for worker in sorted(by_worker, key=_natural):
        groups = merged(sorted(by_worker[worker], key=lambda each: each.started), shortest)
        yield Lane(plain(worker), tuple(_bar(group, whole, shades) for group in groups))


def merged(timings: Iterable[Timing], shortest: float) -> list[list[Timing]]:
    """One worker's chunks in groups. What is shorter than `shortest` seconds goes with its neighbour, so that of any
    three consecutive groups one is not short, or stands apart: their number is bounded by the time they fill."""
    groups: list[list[Timing]] = []
    for timing in timings:
        if groups and _belongs(groups[-1], timing, shortest):
            groups[-1].append(timing)
        else:
            groups.append([timing])
    return groups


def _belongs(group: Sequence[Timing], timing: Timing, shortest: float) -> bool:
    short = group[-1].ended - group[0].started < shortest
    return short and timing.ended - timing.started < shortest and timing.started - group[-1].ended < shortest


def _bar(group: Sequence[Timing], whole: float, shades: dict[str, Shade]) -> Bar:
    tables = list(dict.fromkeys(timing.table for timing in group))
    shade = shades.get(tables[0], OTHERS) if len(tables) == 1 else OTHERS
    began, rows = group[0].started, sum(timing.rows for timing in group)
    name = tables[0] if len(tables) == 1 else f"{len(tables):,} tables"
    chunks = f"chunk {group[0].chunk}" if len(group) == 1 else f"{len(group):,} chunks"
    told = replace(shade, label=f"{name}, {chunks}, {rows:,} rows", seconds=group[-1].ended - began)
    return _placed(began, told.seconds, whole, told)


def _placed(began: float, seconds: float, whole: float, shade: Shade) -> Bar:
    width = max(NARROWEST, 100 * seconds / whole)
    title = f"{plain(shade.label)}: {clock(began)} to {clock(began + seconds)}"
    return Bar(round(100 * began / whole, 2), round(width, 2), shade.kind, title)


def _spent(timings: Iterable[Timing]) -> list[tuple[str, float]]:
    """Tables and the seconds of all workers, the longest first."""
    seconds: defaultdict[str, float] = defaultdict(float)
    for timing in timings:
        seconds[timing.table] += _length(timing)
    return sorted(seconds.items(), key=lambda each: -each[1])


def _shades(timings: Iterable[Timing]) -> list[Shade]:
    """A colour for each of the tables that took longest."""
    return [Shade(f"c{at}", table, spent) for at, (table, spent) in enumerate(_spent(timings)[:COLOURS], 1)]


def _others(timings: Iterable[Timing], shades: Sequence[Shade]) -> list[Shade]:
    """One for all tables that have none of their own."""
    others = _spent(timings)[len(shades) :]
    rest = Shade("c0", f"{len(others):,} more tables", sum(spent for _, spent in others))
    return [rest] if others else []


def _ticks(whole: float) -> tuple[Tick, ...]:
    """About five round times, from 0 on."""
    step = _round(whole / TICKS)
    return tuple(Tick(round(100 * at * step / whole, 2), clock(at * step)) for at in range(int(whole / step) + 1))


def _round(seconds: float) -> float:
    """The next time that people count in."""
    for unit in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600):
        if 1 <= seconds <= unit:
            return float(unit)
    if seconds > 3600:
        return 3600.0 * math.ceil(seconds / 3600)
    power = 10.0 ** math.floor(math.log10(seconds))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= seconds)


def clock(seconds: float) -> str:
    """A time for people: `0.2 s`, `45 s`, `5:30 min`, `2:05 h`."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    if seconds < 3600:
        return f"{int(seconds) // 60}:{int(seconds) % 60:02} min"
    return f"{int(seconds) // 3600}:{int(seconds) % 3600 // 60:02} h"


def _natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """`worker-2` before `worker-10`."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts)

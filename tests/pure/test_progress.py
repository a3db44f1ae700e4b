"""Progress for people and for programs: bars on a terminal, one JSON object a line elsewhere, nothing in the API."""

import io
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from transfer.progress import Bars, Lines, Progress, Silent, for_stream

NEVER = 3600.0


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def lines(stream: io.StringIO, clock: Clock) -> Iterator[Lines]:
    lines = Lines(stream, every=NEVER, clock=clock)
    yield lines
    lines.close()


def told(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_event_is_one_json_object_a_line(lines: Lines, stream: io.StringIO) -> None:
    lines.phase("copy", {"a": 100, "b": 300})
    lines.rows("a", 60)
    lines.rows("a", 40)
    lines.done("a")
    lines.say("schön\nlangsam")
    assert told(stream) == [
        {"event": "phase", "phase": "copy", "tables": 2, "rows": 400},
        {"event": "table", "phase": "copy", "table": "a", "rows": 100},
        {"event": "message", "message": "schön\nlangsam"},
    ]


def standing(lines: Lines, stream: io.StringIO) -> dict[str, Any]:
    """The line that the ticking thread would write now."""
    lines.tell()
    return told(stream)[-1]


def test_rate_share_and_remaining_time_follow_from_rows_and_seconds(
    lines: Lines, stream: io.StringIO, clock: Clock
) -> None:
    lines.phase("copy", {"a": 100, "b": 300})
    lines.rows("a", 100)
    clock.now += 10
    lines.rows("b", 100)
    clock.now += 10
    assert standing(lines, stream) == {
        "event": "progress",
        "phase": "copy",
        "rows": 200,
        "rows_per_second": 10,
        "percent": 50.0,
        "eta_seconds": 20,
        "oldest": {"table": "a", "seconds": 20},
    }


def test_the_oldest_table_is_the_one_that_began_first_and_is_not_done(
    lines: Lines, stream: io.StringIO, clock: Clock
) -> None:
    lines.phase("copy", {"a": 1, "b": 1, "c": 1})
    for table in "abc":
        lines.rows(table, 1)
        clock.now += 1
    lines.done("a")
    assert standing(lines, stream)["oldest"] == {"table": "b", "seconds": 2}
    lines.done("b")
    lines.done("c")
    assert "oldest" not in standing(lines, stream)


def test_unknown_sizes_give_no_share_and_no_remaining_time(lines: Lines, stream: io.StringIO) -> None:
    lines.phase("copy", {"a": 100, "b": None})
    lines.rows("a", 1)
    assert not {"percent", "eta_seconds"} & standing(lines, stream).keys()


def test_more_rows_than_estimated_are_all_of_them(lines: Lines, stream: io.StringIO, clock: Clock) -> None:
    lines.phase("copy", {"a": 10})
    lines.rows("a", 25)
    clock.now += 1
    line = standing(lines, stream)
    assert (line["percent"], line["eta_seconds"], line["rows"]) == (100.0, 0, 25)


def test_before_the_first_row_the_remaining_time_is_unknown(lines: Lines, stream: io.StringIO, clock: Clock) -> None:
    lines.phase("copy", {"a": 10})
    clock.now += 60
    assert standing(lines, stream)["eta_seconds"] is None


def test_a_phase_begins_at_zero(lines: Lines, stream: io.StringIO, clock: Clock) -> None:
    lines.phase("copy", {"a": 10})
    lines.rows("a", 10)
    clock.now += 100
    lines.phase("verify", {"a": 10})
    clock.now += 1
    line = standing(lines, stream)
    assert (line["phase"], line["rows"], line["percent"]) == ("verify", 0, 0.0)


def test_lines_come_by_themselves_until_closed(stream: io.StringIO) -> None:
    lines = Lines(stream, every=0.01)
    lines.phase("copy", {})
    deadline = time.monotonic() + 5
    while len(told(stream)) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    lines.close()
    count = len(told(stream))
    assert count >= 4
    assert {line["event"] for line in told(stream)[1:]} == {"progress"}
    time.sleep(0.03)
    assert len(told(stream)) == count
    assert "progress" not in {thread.name for thread in threading.enumerate()}


def test_threads_do_not_tear_lines(stream: io.StringIO) -> None:
    lines = Lines(stream, every=0.001)
    lines.phase("copy", {f"t{number}": 1000 for number in range(4)})

    def work(table: str) -> None:
        for _ in range(100):
            lines.rows(table, 10)
        lines.done(table)

    threads = [threading.Thread(target=work, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.close()
    done = {line["table"]: line["rows"] for line in told(stream) if line["event"] == "table"}
    assert done == {f"t{number}": 1000 for number in range(4)}


def screen(terminal: Terminal) -> list[str]:
    """What stands on the terminal: tqdm moves the cursor by line feeds, carriage returns and `up`."""
    rows, row = [""], 0
    for part in re.findall(r"\x1b\[A|\r|\n|[^\x1b\r\n]+", terminal.getvalue()):
        if part == "\x1b[A":
            row -= 1
        elif part == "\n":
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif part != "\r":
            rows[row] = part.rstrip()
    return rows


def refreshed(bars: Bars, *tables: str) -> None:
    """tqdm draws a bar anew when some time has passed and a row comes."""
    time.sleep(0.12)
    for table in tables:
        bars.rows(table, 1)


def test_a_terminal_gets_a_bar_for_the_whole_and_one_for_each_table() -> None:
    terminal = Terminal()
    bars = Bars(terminal)
    bars.phase("copy", {"shop.orders": 1000, "shop.lines": 3000})
    bars.rows("shop.orders", 499)
    bars.rows("shop.lines", 1499)
    refreshed(bars, "shop.orders", "shop.lines")
    whole, orders, lines = screen(terminal)
    bars.close()
    assert re.match(r"copy +: +50%.*2\.00k/4\.00k", whole)
    assert re.match(r"shop\.orders +: +50%.*500/1\.00k", orders)
    assert re.match(r"shop\.lines +: +50%.*1\.50k/3\.00k", lines)


def test_a_bar_of_unknown_or_too_small_size_still_counts() -> None:
    terminal = Terminal()
    bars = Bars(terminal)
    bars.phase("copy", {"a": None, "b": 10})
    bars.rows("a", 69)
    bars.rows("b", 24)
    refreshed(bars, "a", "b")
    _, unknown, small = screen(terminal)
    bars.close()
    assert re.match(r"a +: 70\.0 rows", unknown)
    assert re.match(r"b +: 100%.*25\.0/25\.0", small)


def test_a_table_that_begins_takes_the_line_of_one_that_is_done() -> None:
    terminal = Terminal()
    bars = Bars(terminal)
    bars.phase("copy", dict.fromkeys("abcd", 10))
    for table in "abc":
        bars.rows(table, 1)
    bars.done("a")
    bars.rows("d", 1)
    assert [row[:1] for row in screen(terminal)] == ["c", "d", "b", "c"]
    bars.close()


def test_a_message_stands_on_a_line_of_its_own() -> None:
    terminal = Terminal()
    bars = Bars(terminal)
    bars.phase("copy", {"a": 10})
    bars.say("a slower path")
    assert screen(terminal)[0] == "a slower path"
    bars.close()


def test_bars_take_events_before_a_phase_and_after_the_end() -> None:
    terminal = Terminal()
    bars = Bars(terminal)
    bars.rows("a", 1)
    bars.done("a")
    bars.phase("copy", {})
    bars.close()
    bars.rows("a", 1)
    bars.close()
    assert screen(terminal) == [""]


def test_the_stream_decides_the_form() -> None:
    assert isinstance(for_stream(Terminal()), Bars)
    lines = for_stream(io.StringIO())
    assert isinstance(lines, Lines)
    lines.close()


def test_silence_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    silent: Progress = Silent()
    silent.phase("copy", {"a": 1})
    silent.rows("a", 1)
    silent.say("x")
    silent.done("a")
    silent.close()
    assert capsys.readouterr() == ("", "")

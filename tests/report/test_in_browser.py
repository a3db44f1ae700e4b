"""The page in a real browser: it complains of nothing, asks for nothing, fits a phone, sorts and filters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import not_tested
from tests.report import samples
from tests.report.browser import Browser, program
from transfer.page.writing import Job, write_page
from transfer.report import Report

Sample = Callable[[Path], tuple[Report, Job]]
SAMPLES = pytest.mark.parametrize("sample", [samples.busy, samples.hostile], ids=["busy", "hostile"])
PHONE, DESKTOP = 390, 1280
ROWS = "document.querySelectorAll('#tables tbody tr:not([hidden])').length"
FIRST = "document.querySelector('#tables tbody td').textContent"
TYPED = """(() => {{
  const input = document.querySelector('#tables input');
  input.value = {text!r};
  input.dispatchEvent(new Event('input'));
}})()"""


@pytest.fixture(scope="module")
def shared(pytestconfig: pytest.Config) -> Iterator[Browser]:
    path = program()
    if path is None:
        not_tested(pytestconfig, "the page in a browser", "no browser: apt-get install chromium")
    browser = Browser(path)
    yield browser
    browser.close()


@pytest.fixture
def browser(shared: Browser) -> Browser:
    """The one browser, without what it said before."""
    shared.complaints.clear()
    shared.requests.clear()
    return shared


@SAMPLES
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_it_complains_of_nothing_loads_nothing_and_fits(
    browser: Browser, tmp_path: Path, sample: Sample, width: int
) -> None:
    path = write_page(tmp_path, *sample(tmp_path))
    browser.open(path, width=width)
    assert browser.value("document.documentElement.scrollWidth") <= width
    browser.value("document.querySelector('nav button').click()")
    assert browser.value("document.querySelectorAll('details:not([open])').length") == 0
    assert browser.value("document.documentElement.scrollWidth") <= width
    assert (browser.complaints, browser.requests) == ([], [path.as_uri()])


def test_the_policy_is_in_force(browser: Browser, tmp_path: Path) -> None:
    """A script and a picture that should get onto the page after all would not be run and not be loaded."""
    path = write_page(tmp_path, *samples.busy(tmp_path))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<main>", "<main><script>window.ran = 1</script><img src='file:///x.png'>"))
    browser.open(path)
    assert browser.value("window.ran === undefined") is True
    assert len([told for told in browser.complaints if "Content Security Policy" in told]) == 2


def test_the_filter_leaves_the_rows_that_have_all_words(browser: Browser, tmp_path: Path) -> None:
    browser.open(write_page(tmp_path, *samples.busy(tmp_path)), width=PHONE)
    shown = []
    for text in ("", "order", "Order LINE", "no such table", ""):
        browser.value(TYPED.format(text=text))
        shown.append(browser.value(ROWS))
    assert shown == [12, 2, 1, 0, 12]


def test_columns_sort_by_number_and_by_name_both_ways(browser: Browser, tmp_path: Path) -> None:
    browser.open(write_page(tmp_path, *samples.busy(tmp_path)))
    firsts = []
    for column in (2, 2, 1):
        browser.value(f"document.querySelector('#tables th:nth-child({column}) button').click()")
        firsts.append(browser.value(FIRST))
    assert [first.split(" ")[0] for first in firsts] == ["shop.currency", "shop.order_line", "crm.note"]


def test_without_script_everything_is_there(browser: Browser, tmp_path: Path) -> None:
    browser.open(write_page(tmp_path, *samples.busy(tmp_path)), script=False)
    tree = browser("DOM.getDocument", depth=1)["root"]["nodeId"]
    count = {
        each: len(browser("DOM.querySelectorAll", nodeId=tree, selector=each)["nodeIds"])
        for each in ("#tables tr", "rect", "button, input")
    }
    assert (count["#tables tr"], count["rect"] > 80, count["button, input"]) == (13, True, 0)
    assert browser.complaints == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground(browser: Browser, tmp_path: Path, dark: bool) -> None:
    """At least 4.5 to 1, https://www.w3.org/TR/WCAG22/#contrast-minimum"""
    browser.open(write_page(tmp_path, *samples.busy(tmp_path)), dark=dark)
    for selector in ("body", "h1", "td.good", ".note", ".code", "summary", "nav a", "td mark"):
        assert browser.value(RATIO.format(selector=selector)) >= 4.5, selector


RATIO = """(() => {{
  const light = (text) => {{
    const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }};
  const element = document.querySelector('{selector}');
  let ground = element;
  while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(light);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}})()"""


def test_it_is_printed_with_all_that_is_folded(browser: Browser, tmp_path: Path) -> None:
    path = write_page(tmp_path, *samples.busy(tmp_path))
    browser.open(path)
    browser.value("window.seen = 0; addEventListener('beforeprint', () => setTimeout(() => 0))")
    browser.value("dispatchEvent(new Event('beforeprint'))")
    assert browser.value("document.querySelectorAll('details:not([open])').length") == 0
    browser.value("dispatchEvent(new Event('afterprint'))")
    assert browser.value("document.querySelectorAll('details[open]').length") == 0
    browser.printed(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().count(b"/Type /Page\n") in range(4, 9)

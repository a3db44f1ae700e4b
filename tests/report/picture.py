"""Writes docs/report.png: the page of a night that went wrong a little, as a browser shows it.

python -m tests.report.picture
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.report import samples
from tests.report.browser import Browser, program
from transfer.page.writing import write_page

FILE = Path(__file__).parents[2] / "docs" / "report.png"
WIDTH, HEIGHT = 1080, 1120
FILTERED = """(() => {
  const input = document.querySelector('#tables input');
  input.value = 'order';
  input.dispatchEvent(new Event('input'));
})()"""


def draw(path: str) -> None:
    """Take the picture with the browser at `path`."""
    browser = Browser(path)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            page = write_page(Path(folder), *samples.busy(Path()))
            browser.open(page, width=WIDTH, height=HEIGHT)
            browser.value(FILTERED)
            browser.picture(FILE, whole=False)
    finally:
        browser.close()


if __name__ == "__main__":
    found = program()
    if found is None:
        raise SystemExit("no browser: apt-get install chromium")
    draw(found)

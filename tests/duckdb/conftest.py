"""DuckDB files for tests: made by the driver itself, looked at by it too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import duckdb
import pytest

from dialects import connect
from dialects.base import Session

Make = Callable[..., str]
Open = Callable[..., Session]


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """`made("CREATE TABLE ...", ...)` returns the URL of a new file after these statements."""

    def make(*statements: str) -> str:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.duckdb"
        with closing(duckdb.connect(str(path))) as connection:
            for statement in statements:
                connection.execute(statement)
        return f"duckdb:///{path}"

    return make


@pytest.fixture
def opened() -> Iterator[Open]:
    """`opened(url, writable=True)` returns a session that is closed when the test ends."""
    with ExitStack() as stack:

        def open_session(url: str, *, writable: bool = False) -> Session:
            return stack.enter_context(connect(url, writable=writable))

        yield open_session

"""Small tables in many chunks."""

import pytest

from transfer import cutting


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of as few rows as their bytes say."""
    monkeypatch.setattr(cutting, "LEAST_ROWS", 1)

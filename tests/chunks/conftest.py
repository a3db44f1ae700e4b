"""Chunks here are smaller than a run would cut them, so that few rows make many."""

import pytest

from transfer import cutting


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "LEAST_ROWS", 1)

"""A digest is kept with the version of the text that it was made of."""

from __future__ import annotations

from mappings.canonical import VERSION
from transfer.journal_tables import digest_text, digest_total


def test_a_digest_of_this_version_is_read_back() -> None:
    assert digest_text(2**80) == f"v{VERSION}:{2**80}"
    assert digest_total(digest_text(2**80)) == 2**80


def test_a_digest_of_another_version_is_none() -> None:
    assert digest_total(f"v{VERSION - 1}:17") is None
    assert digest_total("") is None

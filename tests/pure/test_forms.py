"""Forms that a user may choose: what each makes of a type, and what it refuses."""

from __future__ import annotations

import pytest

from mappings import types as t
from mappings.errors import Blocked
from mappings.forms import FORMS, Form, formed


@pytest.mark.parametrize(
    ("kind", "form", "wanted"),
    [
        (t.Date(), "text", t.Text()),
        (t.Uuid(), "bytes", t.Binary(16, fixed=True)),
        (t.Text(30), "bytes", t.Binary()),
        (t.Integer(8), "bool", t.Boolean()),
        (t.Bits(1), "bool", t.Boolean()),
        (t.Timestamp(3), "utc", t.Timestamp(3, zoned=True)),
        (t.Timestamp(6, zoned=True), "utc", t.Timestamp(6)),
        (t.Binary(16), "uuid", t.Uuid()),
        (t.Text(36), "uuid", t.Uuid()),
        (t.Text(), "json", t.Json(binary=True)),
    ],
)
def test_a_form_gives_the_type(kind: t.LogicalType, form: Form, wanted: t.LogicalType) -> None:
    assert formed(kind, form) == wanted


def test_without_regard_to_case_is_a_collation_of_no_family() -> None:
    kind = formed(t.Text(40), "ci")
    assert isinstance(kind, t.Text) and kind.length == 40
    assert kind.collation is not None and kind.collation.insensitive and kind.collation.family == ""


@pytest.mark.parametrize(
    ("kind", "form"),
    [(t.Date(), "bool"), (t.Bits(8), "bool"), (t.Integer(32), "ci"), (t.Binary(8), "uuid"), (t.Date(), "utc")],
)
def test_a_form_that_makes_no_sense_blocks_and_says_so(kind: t.LogicalType, form: Form) -> None:
    with pytest.raises(Blocked, match="cannot be"):
        formed(kind, form)


def test_every_form_has_a_meaning() -> None:
    assert all(FORMS.values())

"""The way back from the one text of a value (mappings.spelling.spelled) to the value, for files that people edit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import time

import pyarrow as pa
import pyarrow.compute as pc

from mappings.spelling import uuid_bytes

SPAN = re.compile(r"PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,6}))?S)?")


def read_back(texts: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    """The values behind the texts as an array of `kind`. ValueError for a text that is no such value."""
    array = pa.array(texts, pa.large_utf8())
    if pa.types.is_large_string(kind):
        return array
    if pa.types.is_large_binary(kind):
        return pa.array(_each(texts, bytes.fromhex), kind)
    if pa.types.is_fixed_size_binary(kind):
        return uuid_bytes(array)
    if pa.types.is_time64(kind):
        return pa.array(_each(texts, time.fromisoformat), kind)
    if pa.types.is_duration(kind):
        return pa.array(_each(texts, _microseconds), pa.int64()).view(kind)
    return pc.cast(array, kind)


def _each(texts: Sequence[str | None], read: Callable[[str], object]) -> list[object]:
    return [None if text is None else read(text) for text in texts]


def _microseconds(text: str) -> int:
    """Of a span as ISO 8601, of hours, minutes and seconds."""
    found = SPAN.fullmatch(text)
    if found is None or text == "PT":
        raise ValueError(f"{text!r} is no span such as PT1H30M")
    hours, minutes, sign, seconds, fraction = found.groups(default="")
    whole = int(seconds or 0) * 1_000_000 + int(f"{fraction:0<6}" or 0)
    return (int(hours or 0) * 3600 + int(minutes or 0) * 60) * 1_000_000 + (-whole if sign else whole)

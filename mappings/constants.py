"""Constants in one spelling: catalogues print `0.00` for 0, `1` for true and a time of day for a bare date."""

from __future__ import annotations

import json
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from mappings import types as t


def normal_constant(text: str, kind: t.LogicalType) -> str:
    """The canonical text of a constant for a column of this type; a text that is no such value is left as it is."""
    try:
        return _constant(text, kind.hint if isinstance(kind, t.Dynamic) else kind)
    except (ValueError, ArithmeticError):
        return text


def _constant(text: str, kind: t.LogicalType) -> str:
    match kind:
        case t.Boolean():
            return {"1": "true", "0": "false"}.get(text, text.lower())
        case t.Integer() | t.Decimal() | t.Float() | t.Year():
            return format(Decimal(text).normalize(), "f")
        case t.Timestamp():
            return datetime.fromisoformat(text).replace(tzinfo=None).isoformat(" ")
        case t.Time():
            return time.fromisoformat(text).isoformat()
        case t.Uuid():
            return str(UUID(text))
        case t.Json():
            return json.dumps(json.loads(text), sort_keys=True)
        case t.SetOf():
            return ",".join(sorted(text.split(",")))
        case t.Text(fixed=True):
            return text.rstrip(" ")
        case _:
            return text

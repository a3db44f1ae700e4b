"""Writes docs/report.schema.json: what `copy --json` and `verify --json` print, as the report's own classes say it.

python -m tests.report.schema
"""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from transfer import report
from transfer.differences import Difference
from transfer.report import Report

FILE = Path(__file__).parents[2] / "docs" / "report.schema.json"
ERROR = {
    "type": "object",
    "description": "A command that ended with an error: what, where, and what to try.",
    "properties": {"status": {"const": "error"}} | {name: {"type": "string"} for name in ("error", "where", "try")},
}
COMPARED = {
    "type": "object",
    "description": "How the target's schema is not as planned; `explained` counts what the plan tells of.",
    "properties": {
        "unexplained": {"type": "integer"},
        "explained": {"type": "integer"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/SchemaDifference"}},
    },
}


def written() -> str:
    """The whole file."""
    whole = TypeAdapter(Report).json_schema(mode="serialization")
    defs = whole.pop("$defs")
    for name in ("Comparison", "transfer__differences__Difference"):
        defs.pop(name)
    own = TypeAdapter(Difference).json_schema(mode="serialization")
    made = {name.removeprefix("transfer__report__"): each for name, each in defs.items()}
    made |= {"Report": whole, "SchemaDifference": own, "SchemaComparison": COMPARED, "Error": ERROR}
    _explain(made)
    whole["properties"]["schema_differences"]["anyOf"][0] = {"$ref": "#/$defs/SchemaComparison"}
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dbtransfer report",
        "description": "The document of `dbtransfer copy --json` and `dbtransfer verify --json`.",
        "oneOf": [{"$ref": "#/$defs/Report"}, {"$ref": "#/$defs/Error"}],
        "$defs": {name: _closed(each) for name, each in sorted(made.items())},
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return text.replace("transfer__report__", "") + "\n"


def _explain(made: dict[str, Any]) -> None:
    """Give each field of the report's classes the text below it."""
    for name, kind in vars(report).items():
        if is_dataclass(kind) and inspect.isclass(kind) and kind.__module__ == report.__name__ and name in made:
            for field, text in _texts(kind):
                made[name]["properties"][field]["description"] = text


def _texts(kind: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for field, behind in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(behind, ast.Expr):
            assert isinstance(behind.value, ast.Constant)
            yield field.target.id, inspect.cleandoc(behind.value.value)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Every field is always there, and there is no other. Titles and defaults tell nothing of a document."""
    fields = {name: _told(field) for name, field in schema["properties"].items()}
    kept = {key: schema[key] for key in ("type", "description") if key in schema}
    return kept | {"properties": fields, "required": sorted(fields), "additionalProperties": False}


def _told(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in ("title", "default")}


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")

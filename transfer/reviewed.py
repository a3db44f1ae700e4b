"""A plan that somebody reviewed: read back from its JSON document, made anew, refused when it came out otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mappings.errors import Blocked, ConfigurationError
from transfer.config import Options
from transfer.plan import Plan

SHOWN = 12
"""Lines of drift in one message."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What `dbtransfer plan --json` wrote: the options that it was asked for, and the decisions it came to."""

    options: Options
    document: dict[str, Any]


def read_reviewed(path: Path) -> Reviewed:
    """ConfigurationError naming the file when it is not there or no plan."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        options = options_from(document["options"])
        document["hash"], document["tables"]
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror}", hint="name the file that the plan was written to"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        hint = "write one with: dbtransfer plan SOURCE TARGET --json > FILE"
        raise ConfigurationError(f"{path} is no plan: {_short(error)}", hint=hint) from error
    return Reviewed(options, document)


def options_from(document: Any) -> Options:
    """Options as JSON has them. ValueError when it has no such."""
    from pydantic import TypeAdapter  # a tenth of a second that few commands spend

    return TypeAdapter(Options).validate_python(_tupled(document))


def _tupled(value: Any) -> Any:
    """JSON has lists where the options have tuples."""
    if isinstance(value, list):
        return tuple(_tupled(each) for each in value)
    return {name: _tupled(each) for name, each in value.items()} if isinstance(value, dict) else value


def _short(error: Exception) -> str:
    return f"{error}".splitlines()[0] if f"{error}" else type(error).__name__


def refuse_drift(reviewed: Reviewed, plan: Plan) -> None:
    """Blocked, naming what differs, when the plan made now is not the one that was reviewed."""
    if reviewed.document["hash"] == plan.hash:
        return
    lines = _drift(reviewed.document, plan.document()) or ["decisions that the document does not show"]
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    raise Blocked(
        "the databases are no longer as they were when the plan was reviewed:\n  " + "\n  ".join(lines[:SHOWN] + more),
        hint="plan and review again",
    )


def _drift(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    old = {table["source"]: table for table in before["tables"]}
    new = {table["source"]: table for table in now["tables"]}
    lines = [f"{name}: no longer there" for name in old if name not in new]
    lines += [f"{name}: not in the reviewed plan" for name in new if name not in old]
    for name in new:
        if name in old and old[name].get("hash") != new[name]["hash"]:
            lines += _table_drift(name, old[name], new[name]) or [f"{name}: its keys, checks or defaults changed"]
    return lines


def _table_drift(name: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    before = {column["source"]: column for column in old["columns"]}
    now = {column["source"]: column for column in new["columns"]}
    lines = [f"{name}.{column}: no longer there" for column in before if column not in now]
    lines += [f"{name}.{column}: not in the reviewed plan" for column in now if column not in before]
    lines += [
        f"{name}.{column}: {key.replace('_', ' ')} {before[column][key]} is now {now[column][key]}"
        for column in now
        if column in before
        for key in ("source_type", "target", "target_type", "rule")
        if before[column][key] != now[column][key]
    ]
    if old["exists"] != new["exists"]:
        lines.append(f"{name}: the target {'has' if new['exists'] else 'no longer has'} the table {new['target']}")
    return lines

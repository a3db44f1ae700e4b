"""The settings of a run and the versions of the programs in it, as an auditor wants to see them: all of them."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from transfer.config import Options

PROGRAM = "dbtransfer"
NAME = re.compile(r"[A-Za-z0-9._-]+")
NOT_AT_RUN_TIME = re.compile(r"extra\s*==\s*['\"](test|lint)['\"]")


def settings(options: Options) -> list[tuple[str, str]]:
    """Every option by its name, and its value in words."""
    return [(name.replace("_", " "), in_words(value)) for name, value in _flat(options, "")]


def _flat(value: Any, before: str) -> Iterator[tuple[str, object]]:
    for field in fields(value):
        inner = getattr(value, field.name)
        if is_dataclass(inner):
            yield from _flat(inner, f"{before}{field.name}: ")
        else:
            yield before + field.name, inner


def in_words(value: object) -> str:
    """The value of an option as a person would say it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, tuple):
        return ", ".join(_item(each) for each in value) or "none"
    return str(value) or "none"


def _item(value: Any) -> str:
    """An allowance as it was given; a pair or a rename as `old to new`."""
    if isinstance(value, tuple):
        return " to ".join(str(each) or "the default" for each in value)
    return f"{value.old} to {value.new}" if hasattr(value, "old") else str(value)


def versions() -> list[tuple[str, str]]:
    """The program, Python, the system, and every library of the program that is installed."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    own = [(PROGRAM, importlib.metadata.version(PROGRAM)), ("Python", platform.python_version()), ("system", system)]
    return [*own, *_libraries()]


def _libraries() -> Iterator[tuple[str, str]]:
    for name in sorted(_required(), key=str.lower):
        try:
            yield name, importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # an extra that is not installed


def _required() -> set[str]:
    """What the program itself says that it needs, extras for its development apart."""
    needed = importlib.metadata.requires(PROGRAM) or []
    names = (NAME.match(line) for line in needed if not NOT_AT_RUN_TIME.search(line))
    return {name.group().lower() for name in names if name and name.group() != PROGRAM}

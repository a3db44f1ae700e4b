"""What an engine says and does: one folder per engine, the same rooms in each. Found by looking, not by a list."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from dialects.base import Engine, Session
from dialects.url import DatabaseUrl, parse_url
from mappings.errors import ConfigurationError


@functools.cache
def engines() -> dict[str, Engine]:
    """Every engine by each of its URL schemes. A folder of this package with an `ENGINE` is an engine."""
    found: dict[str, Engine] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.ispkg:
            engine: Engine = importlib.import_module(f"{__name__}.{module.name}").ENGINE
            found.update(dict.fromkeys(engine.schemes, engine))
    return found


def connect(url: DatabaseUrl | str, *, writable: bool = False) -> Session:
    """Open a session on the database behind `url`. ConfigurationError for a scheme nobody answers to."""
    parsed, engine = _found(url)
    return engine.connect(parsed, writable=writable)


def survey(url: DatabaseUrl | str) -> Session:
    """Open a session to plan with, on a target that may not be there yet; leaves no trace."""
    parsed, engine = _found(url)
    return engine.survey(parsed)


def _found(url: DatabaseUrl | str) -> tuple[DatabaseUrl, Engine]:
    parsed = parse_url(url) if isinstance(url, str) else url
    engine = engines().get(parsed.scheme)
    if engine is None:
        raise ConfigurationError(
            f"no engine answers to {parsed.scheme}://", hint=f"use one of {', '.join(sorted(engines()))}"
        )
    return parsed, engine

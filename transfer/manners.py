"""How a run behaves towards the servers: how patient it is with their faults, and how much of them it asks. Values
only; they decide nothing about what is copied."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mappings.errors import ConfigurationError

DEFAULT_TRIES = 5
DEFAULT_LOCK_TIMEOUT = 30.0
RATE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>kB|MB|GB)?(?:/s)?")
OCTETS = {"kB": 10**3, "MB": 10**6, "GB": 10**9}


@dataclass(frozen=True, slots=True)
class Manners:
    """Seconds everywhere; None is no limit."""

    tries: int = DEFAULT_TRIES
    """How often a chunk or a step is tried in all before the run ends."""
    pause: float = 1.0
    """Before the second try; each further pause is about twice as long."""
    lock_timeout: float = DEFAULT_LOCK_TIMEOUT
    """How long a statement on the target waits for somebody else's lock."""
    stall_timeout: float | None = None
    """The run ends, to be resumed, when a worker has waited so long for a server."""
    max_rows: float | None = None
    """Rows a second, by all workers together."""
    max_octets: float | None = None
    """Bytes a second in Arrow's memory, by all workers together."""
    chunk_time: float | None = None
    """What a chunk should take at most."""
    max_load: int | None = None
    """Reading pauses while the source works on more statements than this."""
    max_lag: float | None = None
    """Reading pauses while the source's replication is further behind than this."""

    def __post_init__(self) -> None:
        limits = (self.lock_timeout, self.stall_timeout, self.max_rows, self.max_octets, self.chunk_time, self.max_lag)
        if self.tries < 1 or self.pause < 0 or any(limit is not None and limit <= 0 for limit in limits):
            raise ConfigurationError("limits of time, rate and tries must be greater than zero")


def parse_rate(text: str) -> tuple[float | None, float | None]:
    """Rows and bytes a second, one of which is None: `5000`, `5000/s`, `10MB/s`. ConfigurationError for all else."""
    found = RATE.fullmatch(text.strip())
    if found is None or float(found["number"]) <= 0:
        raise ConfigurationError(f"--max-rate {text!r} is no rate", hint="write rows a second as 5000, bytes as 10MB/s")
    number = float(found["number"])
    return (None, number * OCTETS[found["unit"]]) if found["unit"] else (number, None)

"""Real database servers for the tests.

Private PostgreSQL, MariaDB and MySQL instances, or the servers that the environment names.
"""

import os

from tests.servers.places import Unavailable
from tests.servers.server import ENGINES, Server
from tests.servers.supply import borrowed, held, nearly_full, start, stop, variable

__all__ = ["ENGINES", "Server", "Unavailable", "borrowed", "held", "nearly_full", "start", "stop", "url", "variable"]


def url(engine: str) -> str:
    """The administrator's URL of an engine's server, which is started and kept when none runs."""
    return os.environ.get(variable(engine)) or start(engine, keep=True).url

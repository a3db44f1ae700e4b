"""Fresh databases for tests: uniquely named, filled with a sample where asked, dropped afterwards."""

import itertools
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers import samples, world
from tests.servers.server import Server

Loader = Callable[[Server | None, str], None]
LOADERS: dict[str, Loader] = {
    "chinook": samples.load_chinook,
    "sakila": samples.load_sakila,
    "northwind": samples.load_northwind,
    "sink": samples.load_sink,
    "dirty": samples.load_dirty,
    "world": world.load_world,
}

_numbers = itertools.count(1)


def unique_name(purpose: str) -> str:
    """A name no other test process uses."""
    return f"{purpose}_{os.getpid()}_{next(_numbers)}"


@dataclass(frozen=True)
class PostgreSQLTemplates:
    """Samples loaded once per session: PostgreSQL copies a database quicker than it loads one."""

    server: Server
    names: dict[str, str] = field(default_factory=dict)

    def create(self, name: str, sample: str) -> str:
        """Create a database with a sample and return its URL."""
        if sample not in self.names:
            template = unique_name(f"template_{sample}")
            self.names[sample] = template
            LOADERS[sample](self.server, self.server.create_database(template))
        return self.server.create_database(name, template=self.names[sample])

    def drop(self) -> None:
        for name in self.names.values():
            self.server.drop_database(name)


@dataclass(frozen=True)
class SQLiteTemplates:
    """The same for SQLite: files to copy."""

    folder: Path

    def create(self, path: Path, sample: str) -> str:
        template = self.folder / f"{sample}.sqlite"
        if not template.exists():
            LOADERS[sample](None, f"sqlite:///{template}")
        shutil.copyfile(template, path)
        return f"sqlite:///{path}"


def create(server: Server, name: str, sample: str) -> str:
    """Create a database with a sample and return its URL."""
    database = server.create_database(name)
    LOADERS[sample](server, database)
    return database

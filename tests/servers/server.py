"""The value tests work with: a running server, its administrator's URL and its own client."""

import subprocess
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from tests.servers.engines import Engine
from tests.servers.mysql import MariaDB, MySQL, NearlyFullMariaDB, NearlyFullMySQL
from tests.servers.postgresql import NearlyFullPostgreSQL, PostgreSQL
from tests.servers.programs import Programs

ENGINES: dict[str, Engine] = {engine.name: engine for engine in (PostgreSQL(), MariaDB(), MySQL())}
NEARLY_FULL: dict[str, Engine] = {
    engine.name: engine for engine in (NearlyFullPostgreSQL(), NearlyFullMariaDB(), NearlyFullMySQL())
}

# a statement may wait for another client: one that is stuck in COPY blocks every DROP DATABASE on PostgreSQL 15
CLIENT_SECONDS = 120


@dataclass(frozen=True)
class Server:
    """A server that answers, private or given by the environment."""

    engine: str
    url: str
    version: str
    binaries: Programs

    def client(self, *args: str, database: str | None = None) -> list[str]:
        """The command line of the server's own client; a script may come on its standard input."""
        return ENGINES[self.engine].client(self.binaries, database or self.url, *args)

    def execute(self, sql: str, *, database: str | None = None) -> str:
        """Run SQL as the administrator and return what the client prints."""
        return self._run(self.client(*ENGINES[self.engine].ask(sql), database=database), b"")

    def load(self, script: bytes, *args: str, database: str) -> None:
        """Run a script in a database, named by its URL."""
        self._run(self.client(*args, database=database), script)

    def database_url(self, name: str) -> str:
        """The URL of one of the server's databases."""
        return urlunsplit(urlsplit(self.url)._replace(path="/" + quote(name, safe="")))

    def create_database(self, name: str, *, template: str | None = None) -> str:
        """Create a database and return its URL; a template is PostgreSQL's."""
        quoted = ENGINES[self.engine].quoted
        copied = f" TEMPLATE {quoted(template)}" if template else ""
        self.execute(f"CREATE DATABASE {quoted(name)}{copied}")
        return self.database_url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        engine = ENGINES[self.engine]
        self.execute(engine.drop.format(engine.quoted(name)))

    def _run(self, command: list[str], script: bytes) -> str:
        done = subprocess.run(command, input=script, capture_output=True, timeout=CLIENT_SECONDS)
        if done.returncode != 0:
            # the beginning names the error; after it clients repeat the statement
            raise RuntimeError(f"{self.engine}'s client: {done.stderr.decode(errors='replace').strip()[:1500]}")
        return done.stdout.decode().rstrip("\n")

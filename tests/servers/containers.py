"""Servers from the compose file at the repository's root, where no programs can be had but docker runs.

The containers are left running between sessions; `python -m tests.servers stop` ends them.
"""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.servers.places import Unavailable
from tests.servers.programs import HOST, Programs

ROOT = Path(__file__).parents[2]
FILES = ("-f", str(ROOT / "docker-compose.yml"), "-f", str(Path(__file__).parent / "compose.yml"))
COMPOSE = ("docker", "compose", "-p", "dbtransfer-tests", *FILES)
ADMINISTRATORS = {"postgresql": "dbtransfer", "mariadb": "root", "mysql": "root"}
DATABASES = {"postgresql": "postgres"}
PORTS = {"postgresql": "5432", "mariadb": "3306", "mysql": "3306"}
PASSWORD = "dbtransfer"
# the client runs in a container too; passwords and files to load come from outside
SHARED = ("-e", "PGPASSWORD", "-e", "MYSQL_PWD", "-v", f"{tempfile.gettempdir()}:{tempfile.gettempdir()}:ro")


@dataclass(frozen=True)
class Image(Programs):
    """The programs inside an image."""

    name: str

    def command(self, program: str, *args: str) -> list[str]:
        return ["docker", "run", "--rm", "-i", "--network=host", *SHARED, self.name, program, *args]


def reachable() -> bool:
    """Whether compose is there and an engine answers."""
    try:
        _run("docker", "info")
        _run("docker", "compose", "version")
    except Unavailable:
        return False
    return True


def start(engine: str) -> tuple[str, Programs]:
    """Start an engine's service, or find it running; return the administrator's URL and the programs."""
    _run(*COMPOSE, "up", "--detach", "--wait", engine)
    address = _run(*COMPOSE, "port", engine, PORTS[engine])
    image = _run("docker", "inspect", "--format={{.Config.Image}}", _run(*COMPOSE, "ps", "-q", engine))
    url = f"{engine}://{ADMINISTRATORS[engine]}:{PASSWORD}@{address}/{DATABASES.get(engine, '')}"
    return url, Image(HOST, image)


def stop(engine: str) -> bool:
    """Remove an engine's container with its data; tell whether there was one."""
    if not reachable() or not _run(*COMPOSE, "ps", "-q", engine):
        return False
    _run(*COMPOSE, "rm", "--stop", "--force", "--volumes", engine)
    return True


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError as missing:
        raise Unavailable(f"{command[0]} is not there") from missing
    if done.returncode != 0:
        raise Unavailable(f"{' '.join(command[:2])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()

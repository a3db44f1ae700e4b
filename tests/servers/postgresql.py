"""A private PostgreSQL: password users over TCP, logical WAL, nothing flushed."""

import signal
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from tests.servers.engines import PASSWORD, USER, Engine
from tests.servers.places import Place
from tests.servers.programs import Programs

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "wal_level": "logical",
    # test data is worth nothing after a power cut
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "password_encryption": "scram-sha-256",
}


# the largest file of a server that is nearly full: no less than a segment of the write-ahead log
LARGEST_FILE = 17 << 20


class PostgreSQL(Engine):
    name: ClassVar[str] = "postgresql"
    server: ClassVar[str] = "postgres"
    oldest: ClassVar[tuple[int, ...]] = (15,)
    version: ClassVar[str] = "SHOW server_version"
    stop_signal: ClassVar[int] = signal.SIGINT
    quote: ClassVar[str] = '"'
    drop: ClassVar[str] = "DROP DATABASE IF EXISTS {} WITH (FORCE)"

    def packages(self) -> Sequence[str]:
        return ("postgresql",)

    def initialise(self, programs: Programs, place: Place) -> list[str]:
        password = place.home / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        folder = [f"--pgdata={place.data}", f"--username={USER}", f"--pwfile={password}"]
        return programs.command("initdb", *folder, *options)

    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        own = ["-D", str(place.data), "-p", str(port), "-k", str(place.home)]
        return programs.command("postgres", *own, *settings)

    def url(self, port: int) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres"

    def client(self, programs: Programs, url: str, *args: str) -> list[str]:
        address = urlsplit(url)
        where = [f"--host={address.hostname}", f"--port={address.port or 5432}"]
        who = [f"--username={unquote(address.username or '')}", f"--dbname={unquote(address.path[1:])}"]
        command = programs.command("psql", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", *where, *who, *args)
        return ["env", f"PGPASSWORD={unquote(address.password or '')}", *command]

    def ask(self, sql: str) -> list[str]:
        return ["--no-align", "--tuples-only", "--quiet", "--command", sql]


class NearlyFullPostgreSQL(PostgreSQL):
    """No table may grow beyond 17 MB; bounding a disk would need rights, and end the server with its log."""

    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        return ["prlimit", f"--fsize={LARGEST_FILE}", *super().serve(programs, place, port=port)]

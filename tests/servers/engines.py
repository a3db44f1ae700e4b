"""What a test server's engine is to us: where its programs come from, how it is made, run and asked."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from tests.servers.packages import fetch, host_suites
from tests.servers.places import Place
from tests.servers.programs import Programs

# the administrator of every private instance; they listen on the loopback address only
USER = "dbtransfer"
PASSWORD = "dbtransfer"


class Engine(ABC):
    """One engine, as tests need it."""

    name: ClassVar[str]
    server: ClassVar[str]
    oldest: ClassVar[tuple[int, ...]]
    installable: ClassVar[bool] = True
    # asked over TCP with the administrator's password, so an answer means that tests can connect
    version: ClassVar[str] = "SELECT version()"
    # the signal that ends it without waiting for clients
    stop_signal: ClassVar[int]
    quote: ClassVar[str]
    drop: ClassVar[str] = "DROP DATABASE IF EXISTS {}"

    @abstractmethod
    def packages(self) -> Sequence[str]:
        """The distribution's packages with server and client."""

    def fetch(self) -> Programs:
        """Fetch the programs from the host's own suites."""
        return fetch(self.name, host_suites(), self.packages())

    @abstractmethod
    def initialise(self, programs: Programs, place: Place) -> list[str]:
        """The command that makes an empty data folder."""

    @abstractmethod
    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        """The command that runs the server in the foreground."""

    @abstractmethod
    def url(self, port: int) -> str:
        """The administrator's URL."""

    @abstractmethod
    def client(self, programs: Programs, url: str, *args: str) -> list[str]:
        """The command line of the engine's own client, scripts on its standard input."""

    @abstractmethod
    def ask(self, sql: str) -> list[str]:
        """The client's arguments that run one statement and print bare values."""

    def quoted(self, name: str) -> str:
        return self.quote + name.replace(self.quote, self.quote * 2) + self.quote

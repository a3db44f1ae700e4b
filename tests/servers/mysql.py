"""Private MariaDB and MySQL servers: row binlog, LOAD DATA LOCAL allowed, nothing flushed."""

import signal
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from tests.servers.engines import PASSWORD, USER, Engine
from tests.servers.packages import distribution, fetch, host_suites, newest_suite
from tests.servers.places import Place
from tests.servers.programs import Programs

SETTINGS = {
    "bind-address": "127.0.0.1",
    # accounts by address: "localhost" would mean the socket
    "skip-name-resolve": "ON",
    "local-infile": "ON",
    "secure-file-priv": "",
    "character-set-server": "utf8mb4",
    "server-id": "1",
    "log-bin": "binlog",
    "binlog-format": "ROW",
    # test data is worth nothing after a power cut
    "sync-binlog": "0",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-flush-method": "nosync",
    "innodb-doublewrite": "OFF",
    "innodb-buffer-pool-size": "256M",
}
# all tables in one file of a fixed size: the only space that InnoDB lets anybody bound
NEARLY_FULL = {"innodb-file-per-table": "OFF", "innodb-data-file-path": "ibdata1:12M:autoextend:max:20M"}
MYSQL_SETTINGS = {"gtid-mode": "ON", "enforce-gtid-consistency": "ON", "mysqlx": "OFF"}

# run by the server itself before it lets anybody in
MARIADB_ADMINISTRATOR = f"""\
CREATE USER '{USER}'@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD('{PASSWORD}');
GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;
"""
MYSQL_ADMINISTRATOR = f"""\
CREATE USER '{USER}'@'%' IDENTIFIED WITH caching_sha2_password BY '{PASSWORD}';
GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;
"""


class _Family(Engine):
    """What MariaDB and MySQL have in common."""

    administrator: ClassVar[str]
    program: ClassVar[str]
    settings: ClassVar[dict[str, str]] = SETTINGS
    stop_signal: ClassVar[int] = signal.SIGTERM
    quote: ClassVar[str] = "`"

    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        init = place.home / "administrator.sql"
        init.write_text(self.administrator)
        init.chmod(0o644)
        options = {
            **self.settings,
            "port": str(port),
            "socket": str(place.home / "socket"),
            "pid-file": str(place.home / "pid"),
            "tmpdir": str(place.home),
            "init-file": str(init),
        }
        settings = [f"--{name}={value}" for name, value in options.items()]
        return programs.command(self.server, *self._folders(programs, place), *settings)

    def url(self, port: int) -> str:
        return f"{self.name}://{USER}:{PASSWORD}@127.0.0.1:{port}/"

    def client(self, programs: Programs, url: str, *args: str) -> list[str]:
        address = urlsplit(url)
        where = ["--protocol=TCP", f"--host={address.hostname}", f"--port={address.port or 3306}"]
        who = [f"--user={unquote(address.username or '')}", "--default-character-set=utf8mb4"]
        database = [f"--database={unquote(address.path[1:])}"] if address.path[1:] else []
        options = ["--no-defaults", *where, *who, "--local-infile=1", *database, *args]
        return [
            "env",
            f"MYSQL_PWD={unquote(address.password or '')}",
            *programs.command(self.program, *options),
        ]

    def ask(self, sql: str) -> list[str]:
        return ["--batch", "--skip-column-names", "--execute", sql]

    def _folders(self, programs: Programs, place: Place) -> list[str]:
        """The first options: no configuration of the host, and the tree's own messages and plug-ins."""
        own = {
            "basedir": "usr",
            "lc-messages-dir": "usr/share/mysql",
            "character-sets-dir": "usr/share/mysql/charsets",
            "plugin-dir": "usr/lib/mysql/plugin",
        }
        tree = [f"--{name}={programs.share(path)}" for name, path in own.items()]
        return ["--no-defaults", *tree, f"--datadir={place.data}"]


class MariaDB(_Family):
    name: ClassVar[str] = "mariadb"
    server: ClassVar[str] = "mariadbd"
    program: ClassVar[str] = "mariadb"
    oldest: ClassVar[tuple[int, ...]] = (10, 11)
    administrator: ClassVar[str] = MARIADB_ADMINISTRATOR

    def packages(self) -> Sequence[str]:
        return ("mariadb-server-core", "mariadb-client-core")

    def initialise(self, programs: Programs, place: Place) -> list[str]:
        where = ["--no-defaults", f"--basedir={programs.share('usr')}", f"--datadir={place.data}"]
        # force: never mind a host name that cannot be looked up, accounts go by address
        options = ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve", "--force"]
        return programs.command("mariadb-install-db", *where, *options)


class MySQL(_Family):
    name: ClassVar[str] = "mysql"
    server: ClassVar[str] = "mysqld"
    program: ClassVar[str] = "mysql"
    # a host's older one is passed over; often the system's access control also binds it to its own folders
    oldest: ClassVar[tuple[int, ...]] = (9,)
    # Debian's stable suites have none, Ubuntu's are older
    installable: ClassVar[bool] = False
    administrator: ClassVar[str] = MYSQL_ADMINISTRATOR
    settings: ClassVar[dict[str, str]] = SETTINGS | MYSQL_SETTINGS

    def packages(self) -> Sequence[str]:
        """Ubuntu's names carry a version, written for apt as a pattern."""
        version = "" if _is_debian() else "-[0-9.]+"
        return (f"^mysql-server-core{version}$", f"^mysql-client-core{version}$")

    def fetch(self) -> Programs:
        """Debian has MySQL in its unstable suite only."""
        return fetch(self.name, newest_suite() if _is_debian() else host_suites(), self.packages())

    def initialise(self, programs: Programs, place: Place) -> list[str]:
        return programs.command(self.server, *self._folders(programs, place), "--initialize-insecure")


class NearlyFullMariaDB(MariaDB):
    settings: ClassVar[dict[str, str]] = MariaDB.settings | NEARLY_FULL


class NearlyFullMySQL(MySQL):
    settings: ClassVar[dict[str, str]] = MySQL.settings | NEARLY_FULL


def _is_debian() -> bool:
    return distribution()[0] == "debian"

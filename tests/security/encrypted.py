"""Small servers with a certificate of their own, and users that must come by TLS or with a certificate."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from tests.security.certificates import Authority, Pair
from tests.servers import Server, instance
from tests.servers.engines import Engine
from tests.servers.mysql import MariaDB, MySQL
from tests.servers.places import Place, account, place
from tests.servers.postgresql import PostgreSQL
from tests.servers.programs import Programs
from tests.servers.supply import locate

SMALL = {"innodb-buffer-pool-size": "16M", "innodb-redo-log-capacity": "16M"}
USERS = """\
CREATE USER 'tls'@'%' IDENTIFIED BY 'tls' REQUIRE SSL;
CREATE USER 'certified'@'%' IDENTIFIED BY 'certified' REQUIRE X509;
CREATE DATABASE shop;
GRANT ALL ON shop.* TO 'tls'@'%';
GRANT ALL ON shop.* TO 'certified'@'%';
"""
ROLES = ("CREATE ROLE tls SUPERUSER LOGIN PASSWORD 'tls'", "CREATE ROLE certified LOGIN", "CREATE DATABASE shop")
HOSTS = """\
hostssl all certified 127.0.0.1/32 cert
hostssl all tls       127.0.0.1/32 scram-sha-256
hostssl all tls       ::1/128      scram-sha-256
hostnossl all tls     127.0.0.1/32 reject
host    all all       127.0.0.1/32 scram-sha-256
"""


class Encrypted:
    """What the three have in common: the files that their server reads."""

    authority: ClassVar[Authority]

    def files(self, here: Place) -> tuple[Authority, Pair]:
        """The certificates, where the server's account can read them and nobody else the key."""
        pair = self.authority.sign("server", server=True)
        own = Pair(here.home / "server.crt", here.home / "server.key")
        authority = here.home / "authority.pem"
        copied = [(pair.certificate, own.certificate), (pair.key, own.key), (self.authority.certificate, authority)]
        for source, copy in copied:
            shutil.copy(source, copy)
            if owner := account():
                os.chown(copy, *owner)
        return self.authority, own


class EncryptedPostgreSQL(Encrypted, PostgreSQL):
    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        _, own = self.files(place)
        hosts = place.home / "hosts.conf"
        hosts.write_text(HOSTS)
        hosts.chmod(0o644)
        options = {
            "ssl": "on",
            "ssl_cert_file": own.certificate,
            "ssl_key_file": own.key,
            "ssl_ca_file": place.home / "authority.pem",
            "hba_file": hosts,
            "shared_buffers": "16MB",
        }
        return [*super().serve(programs, place, port=port), *(f"--{name}={value}" for name, value in options.items())]


class _EncryptedFamily(Encrypted):
    def serve(self, programs: Programs, place: Place, *, port: int) -> list[str]:
        _, own = self.files(place)
        options = {"ssl-ca": place.home / "authority.pem", "ssl-cert": own.certificate, "ssl-key": own.key}
        served: list[str] = super().serve(programs, place, port=port)  # type: ignore[misc]
        return [*served, *(f"--{name}={value}" for name, value in options.items())]


class EncryptedMariaDB(_EncryptedFamily, MariaDB):
    administrator = MariaDB.administrator + USERS
    settings = MariaDB.settings | {"innodb-buffer-pool-size": "16M"}


class EncryptedMySQL(_EncryptedFamily, MySQL):
    administrator = MySQL.administrator + USERS
    settings = MySQL.settings | SMALL


ENCRYPTED: dict[str, type[Encrypted]] = {
    "postgresql": EncryptedPostgreSQL,
    "mariadb": EncryptedMariaDB,
    "mysql": EncryptedMySQL,
}


@contextmanager
def encrypted(name: str, authority: Authority) -> Iterator[Server]:
    """A server of this process alone, with a certificate of `authority` for 127.0.0.1 and a database `shop`."""
    engine = ENCRYPTED[name]()
    assert isinstance(engine, Engine)
    type(engine).authority = authority
    here = place(f"{name}-tls-{os.getpid()}")
    programs = locate(engine)
    try:
        state = instance.start(engine, programs, here)
        try:
            server = Server(name, state.url, state.version, programs)
            for statement in ROLES if name == "postgresql" else ():
                server.execute(statement)
            yield server
        finally:
            instance.stop(engine, state, here)
    finally:
        shutil.rmtree(here.folder, ignore_errors=True)

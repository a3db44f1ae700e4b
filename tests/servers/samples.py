"""Loads the samples of the shared test data into a database that is there and empty.

Each loader takes the server (None for SQLite) and the URL of the database. The world sample has a file of its own.
"""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.servers.server import Server

ROOT = Path(__file__).parents[2]

# at the head of a script, what makes or chooses a database of its own: the caller has one for it already
OWN_DATABASE = re.compile(
    rb"""(?imx) (?:^|(?<=;)) [ ]* (?:
        (?:drop|create) [ ] (?:database|schema) [ ] (?:if [ ] exists [ ])? [`"]?\w+[`"]? (?:[ ][^;\n]*)? ;
      | use [ ] [`"]?\w+[`"]? ;
      | \\c [ ] .* $
    )"""
)
HEAD_LINES = 40
# of the machine that a script was dumped from
FOREIGN_ROLE = re.compile(rb"(?m)^(?:ALTER|GRANT) .* TO postgres;$")
# written for servers that were not strict yet
LENIENT = ("--init-command=SET SESSION sql_mode=''", "--force")

CHINOOK = {"postgresql": "PostgreSql", "mariadb": "MySql", "mysql": "MySql"}
SAKILA = {
    "postgresql": ("postgresql/postgres-sakila-schema.sql", "postgresql/postgres-sakila-insert-data-using-copy.sql"),
    "mariadb": ("mysql/sakila-schema.sql", "mysql/sakila-data.sql"),
    "mysql": ("mysql/sakila-schema.sql", "mysql/sakila-data.sql"),
}


class MissingSample(Exception):
    """A sample that does not exist for an engine."""


def folder() -> Path:
    """The folder of the shared test data."""
    return Path(os.environ.get("DBTRANSFER_TEST_DATA") or ROOT.parent / "shared" / "data").absolute()


def into_given_database(script: bytes) -> bytes:
    """A script without what makes or chooses a database at its head, and without foreign roles."""
    lines = script.splitlines(keepends=True)
    head, rest = b"".join(lines[:HEAD_LINES]), b"".join(lines[HEAD_LINES:])
    return FOREIGN_ROLE.sub(b"", OWN_DATABASE.sub(b"", head) + rest)


def load_script(server: Server, database: str, path: Path, *options: str) -> None:
    """Load a script into a database, whatever database it would make or choose."""
    server.load(into_given_database(path.read_bytes()), *options, database=database)


def load_chinook(server: Server | None, database: str, *, identity: bool = False) -> None:
    """The music shop: the same 15 607 rows in every engine; with identity, keys are given by the server."""
    variant = "_AutoIncrementPKs" if identity else ""
    if server is None:
        _copy(Path("chinook", f"Chinook_Sqlite{variant}.sqlite"), database)
    else:
        load_script(server, database, _path(Path("chinook", f"Chinook_{CHINOOK[server.engine]}{variant}.sql")))


def load_sakila(server: Server | None, database: str) -> None:
    """The film rental.

    MySQL with GTIDs refuses triggers from InnoDB into the script's one MyISAM table, so it is InnoDB there.
    """
    if server is None:
        raise MissingSample("there are no rows of sakila for SQLite; take PostgreSQL, MariaDB or MySQL")
    for name in SAKILA[server.engine]:
        script = into_given_database(_path(Path("sakila", name)).read_bytes())
        if server.engine != "postgresql":
            script = script.replace(b"sakila.", b"")
        if server.engine == "mysql":
            script = script.replace(b"ENGINE=MyISAM", b"ENGINE=InnoDB")
        server.load(script, database=database)


def load_northwind(server: Server | None, database: str) -> None:
    """The trading company."""
    if server is None or server.engine != "postgresql":
        raise MissingSample("northwind is for PostgreSQL only")
    load_script(server, database, _path(Path("northwind", "northwind.sql")))


def load_sink(server: Server | None, database: str) -> None:
    """Every type of an engine in one table."""
    if server is None:
        with closing(sqlite3.connect(sqlite_file(database))) as connection:
            connection.executescript(_path(Path("sinks", "sqlite_every_type.sql")).read_text())
    else:
        load_script(server, database, _path(Path("sinks", f"{server.engine}_every_type.sql")))


def load_dirty(server: Server | None, database: str, *, name: str = "") -> None:
    """One of the dirty scripts (my.sql) of MariaDB and MySQL, or one of the dirty files (sqlite.db) of SQLite."""
    if server is None:
        _copy(Path("dirty", "sqlite", name or "sqlite.db"), database)
    else:
        load_script(server, database, _path(Path("dirty", "mysql", name or "my.sql")), *LENIENT)


def sqlite_file(database: str) -> Path:
    """The file of an SQLite URL."""
    return Path(unquote(urlsplit(database).path[1:]))


def _copy(file: Path, database: str) -> None:
    shutil.copyfile(_path(file), sqlite_file(database))


def _path(file: Path) -> Path:
    path = folder() / file
    if not path.exists():
        raise MissingSample(f"no {file} in {folder()}; its README says what there is for which engine")
    return path

"""Loads the world sample: countries and their states from scripts, cities and postcodes from CSV."""

import csv
import gzip
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.servers.samples import folder, load_script, sqlite_file
from tests.servers.server import Server

SCRIPTS = ("regions", "subregions", "countries", "states")
CSV_TABLES = ("cities", "postcodes")

# the scripts hold tables, rows and keys, but a table cannot be made anew while others refer to it
POSTGRESQL_ROWS = (b"INSERT INTO ", b"SELECT pg_catalog.setval(")
# without the checks of foreign keys: the rows refer to each other correctly
POSTGRESQL_COPY = """\
SET session_replication_role = replica;
\\copy {table} from '{file}' with (format csv, header)
"""
POSTGRESQL_SEQUENCE = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table};\n"

# an empty field is NULL; backslashes are plain characters
MYSQL_LOAD = """\
SET SESSION foreign_key_checks = 0, unique_checks = 0, time_zone = '+00:00';
LOAD DATA LOCAL INFILE '{file}' INTO TABLE {table} CHARACTER SET utf8mb4
FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\r\\n' IGNORE 1 LINES
({variables}) SET {values};
"""

# the SQLite files have no cities and postcodes; these are in the manner of the tables they have
SQLITE_TABLES = """\
CREATE TABLE "cities" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT, "name" VARCHAR(255) NOT NULL, "state_id" MEDIUMINT NOT NULL,
  "state_code" VARCHAR(255) NOT NULL, "country_id" MEDIUMINT NOT NULL, "country_code" CHARACTER(2) NOT NULL,
  "type" VARCHAR(191), "level" INTEGER, "parent_id" INTEGER, "latitude" DECIMAL NOT NULL,
  "longitude" DECIMAL NOT NULL, "native" VARCHAR(255), "population" BIGINT, "timezone" VARCHAR(255),
  "translations" TEXT, "created_at" DATETIME NOT NULL, "updated_at" DATETIME NOT NULL,
  "flag" TINYINT NOT NULL DEFAULT 1, "wikiDataId" VARCHAR(255));
CREATE TABLE "postcodes" (
  "id" INTEGER PRIMARY KEY AUTOINCREMENT, "code" VARCHAR(20) NOT NULL, "country_id" MEDIUMINT NOT NULL,
  "country_code" CHARACTER(2) NOT NULL, "state_id" MEDIUMINT, "state_code" VARCHAR(255), "city_id" MEDIUMINT,
  "locality_name" VARCHAR(255), "type" VARCHAR(32), "latitude" DECIMAL, "longitude" DECIMAL,
  "source" VARCHAR(64), "wikiDataId" VARCHAR(255), "created_at" DATETIME NOT NULL,
  "updated_at" DATETIME NOT NULL, "flag" TINYINT NOT NULL DEFAULT 1);
"""
SQLITE_DEFINITIONS = """\
SELECT sql FROM attached.sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC"""


def load_world(server: Server | None, database: str) -> None:
    """Six tables, 204 242 rows, every script on earth."""
    if server is None:
        _load_sqlite(sqlite_file(database))
    elif server.engine == "postgresql":
        _load_postgresql(server, database)
    else:
        _load_mysql(server, database)


def _load_postgresql(server: Server, database: str) -> None:
    scripts = folder() / "world" / "postgresql"
    load_script(server, database, scripts / "schema.sql", "--quiet")
    rows = [line for name in SCRIPTS for line in _lines(scripts / f"{name}.sql") if line.startswith(POSTGRESQL_ROWS)]
    server.load(b"".join(rows), "--quiet", "--single-transaction", database=database)
    for table in CSV_TABLES:
        with _unpacked(table) as file:
            copy = POSTGRESQL_COPY.format(table=table, file=file) + POSTGRESQL_SEQUENCE.format(table=table)
            server.load(copy.encode(), "--quiet", database=database)


def _load_mysql(server: Server, database: str) -> None:
    scripts = folder() / "world" / "mysql"
    for name in ("schema", *SCRIPTS):
        load_script(server, database, scripts / f"{name}.sql")
    for table in CSV_TABLES:
        with _unpacked(table) as file:
            server.load(_load_data(table, file).encode(), database=database)


def _load_data(table: str, file: Path) -> str:
    columns = _header(file)
    values = ", ".join(f"{column} = NULLIF(@{column}, '')" for column in columns)
    return MYSQL_LOAD.format(
        table=table, file=file, values=values, variables=", ".join(f"@{column}" for column in columns)
    )


def _load_sqlite(target: Path) -> None:
    with closing(sqlite3.connect(target)) as connection:
        for name in SCRIPTS:
            _copy_table(connection, folder() / "world" / "sqlite" / f"{name}.sqlite3", name)
        connection.executescript(SQLITE_TABLES)
        for table in CSV_TABLES:
            with gzip.open(_packed(table), "rt", encoding="utf-8", newline="") as text:
                _insert(connection, table, csv.reader(text))
        connection.commit()


def _copy_table(connection: sqlite3.Connection, file: Path, table: str) -> None:
    connection.execute("ATTACH ? AS attached", (f"{file}",))
    for (definition,) in connection.execute(SQLITE_DEFINITIONS).fetchall():
        connection.execute(definition)
    connection.execute(f"INSERT INTO main.{table} SELECT * FROM attached.{table}")
    connection.commit()
    connection.execute("DETACH attached")


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[list[str]]) -> None:
    places = ", ".join("?" for _ in next(rows))
    nulled = ([value or None for value in row] for row in rows)
    connection.executemany(f"INSERT INTO {table} VALUES ({places})", nulled)


def _packed(table: str) -> Path:
    return folder() / "world" / "csv" / f"{table}.csv.gz"


@contextmanager
def _unpacked(table: str) -> Iterator[Path]:
    """The CSV file as the clients want it: a plain file."""
    with tempfile.TemporaryDirectory() as scratch, gzip.open(_packed(table)) as packed:
        path = Path(scratch) / f"{table}.csv"
        with path.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        yield path


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8", newline="") as text:
        return next(csv.reader(text))


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)

"""Which server it is: version, compatibility level and what the database allows. What a Dialect may promise hangs on
these facts."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.mssql.types import is_insensitive

TESTED = 15
"""The oldest major version that this engine is written for: SQL Server 2019."""
YEARS = {11: "2012", 12: "2014", 13: "2016", 14: "2017", 15: "2019", 16: "2022", 17: "2025"}
CLOUD_EDITIONS = {5: "Azure SQL Database", 8: "Azure SQL Managed Instance"}
"""By SERVERPROPERTY('EngineEdition'). Their version number says 12 whatever they know."""
VERSION_OF_CLOUD = 16
USUAL_COLLATION = "SQL_Latin1_General_CP1_CI_AS"

FACTS = """\
SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), CAST(SERVERPROPERTY('EngineEdition') AS int),
  COALESCE(SCHEMA_NAME(), N'dbo'), DB_NAME(), CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128))"""
DATABASE_FACTS = """\
SELECT compatibility_level, snapshot_isolation_state, is_read_only FROM sys.databases WHERE database_id = DB_ID()"""
SCHEMAS = "SELECT name FROM sys.schemas"


@dataclass(frozen=True, slots=True)
class Server:
    """The facts about one database of one server. `level` is the compatibility level, ten times a version;
    `snapshots` whether SNAPSHOT isolation is allowed; `schemas` are those that are there."""

    version: int = 16
    release: str = "16.0"
    edition: int = 3
    level: int = 160
    default_schema: str = "dbo"
    database: str = ""
    collation: str = USUAL_COLLATION
    snapshots: bool = False
    read_only: bool = False
    schemas: frozenset[str] = frozenset({"dbo"})

    @property
    def label(self) -> str:
        if self.edition in CLOUD_EDITIONS:
            return f"{CLOUD_EDITIONS[self.edition]} {self.release}"
        return f"SQL Server {YEARS.get(self.version, '')} {self.release}".replace("  ", " ")

    @property
    def folds_case(self) -> bool:
        """Whether names that differ in case only are one name; the database's collation decides."""
        return is_insensitive(self.collation)

    @property
    def has_json(self) -> bool:
        """The type json, at every compatibility level."""
        return self.version >= 17

    @property
    def has_vectors(self) -> bool:
        return self.version >= 17

    @property
    def checks_json_values(self) -> bool:
        """ISJSON(text, VALUE), which takes 1 and "a" for JSON too."""
        return self.version >= 16

    @property
    def has_distinct_from(self) -> bool:
        """IS [NOT] DISTINCT FROM, at every compatibility level."""
        return self.version >= 16


def server_from(facts: tuple[object, ...], database: tuple[object, ...], schemas: frozenset[str]) -> Server:
    """The rows of FACTS and DATABASE_FACTS; the second may be empty where the catalogue is not readable."""
    release, edition = str(facts[0] or "0"), int(str(facts[1] or 0))
    version = VERSION_OF_CLOUD if edition in CLOUD_EDITIONS else int(release.partition(".")[0])
    level, snapshots, read_only = database or (version * 10, 0, False)
    return Server(
        version=version,
        release=release,
        edition=edition,
        level=int(str(level)),
        default_schema=str(facts[2]),
        database=str(facts[3]),
        collation=str(facts[4] or USUAL_COLLATION),
        snapshots=int(str(snapshots or 0)) == 1,
        read_only=bool(read_only),
        schemas=schemas,
    )

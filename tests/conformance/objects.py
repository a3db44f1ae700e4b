"""What of a table's schema beside its types comes home changed from a journey to another engine, and why."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conformance.quirks import DUCKDB, MYSQL, OURS, SQLITE, Reason


@dataclass(frozen=True, slots=True)
class Object:
    """Something of a table beside its types that is `problem` (missing, extra, different) after each of the `homes`
    went to `engine` and back. Without homes: of some tables only."""

    engine: str
    name: str
    problem: str
    homes: tuple[str, ...]
    reason: Reason


SERVERS = ("postgresql", "mysql", "mariadb")
ORDERS_OF_DUCKDB = Reason("indexes know no DESC", f"{DUCKDB}indexes")
ROWIDS = Reason("a key of whole numbers is the rowid, which numbers itself", f"{SQLITE}lang_createtable.html#rowid")
REUSE = Reason("numbers of deleted rows are given again: elsewhere never, so the key comes home as AUTOINCREMENT", OURS)
NUMBERED = Reason("no check may read a column that numbers itself", f"{MYSQL}create-table-check-constraints.html")
TRUTHS = Reason("a boolean is a number with a check there, and comes home as that", OURS)
LINKS = Reason("a foreign key makes an index, which comes home as one", f"{MYSQL}create-table-foreign-keys.html")
LABELS = Reason("labels, years, sizes and JSON are kept by a check there, which comes home as one", OURS)
NAMELESS = Reason("constraints keep no names, so ours come home", OURS)
SAME_NAME = Reason("one check is not carried, another that keeps a size comes home under the name it had", OURS)
REFUSED = Reason(
    "sizes in bits and bytes, and JSON, are kept by checks that the list of expressions does not have", OURS
)
OBJECTS = (
    Object("duckdb", "unique name", "different", (), NAMELESS),
    Object("duckdb", "foreign key name", "different", (), NAMELESS),
    Object("duckdb", "check", "different", (), SAME_NAME),
    *(Object(engine, "check", "missing", (), REFUSED) for engine in ("duckdb", "postgresql")),
    *(Object(engine, "index", "extra", (), LINKS) for engine in ("mysql", "mariadb")),
    *(Object(engine, "check", "extra", (), LABELS) for engine in ("postgresql", "sqlite", "duckdb")),
    Object("duckdb", "check name", "different", ("mysql", "mariadb"), NAMELESS),
    Object("duckdb", "index", "different", (*SERVERS, "sqlite"), ORDERS_OF_DUCKDB),
    Object("duckdb", "options", "missing", ("sqlite",), REUSE),
    Object("sqlite", "identity", "extra", (*SERVERS, "duckdb"), ROWIDS),
    Object("sqlite", "check", "missing", ("mysql", "mariadb"), NUMBERED),
    Object("postgresql", "options", "missing", ("sqlite",), REUSE),
    Object("mysql", "options", "missing", ("sqlite",), REUSE),
    Object("mysql", "check", "missing", ("sqlite",), NUMBERED),
    Object("mysql", "check", "extra", ("postgresql", "sqlite", "duckdb"), TRUTHS),
    Object("mariadb", "options", "missing", ("sqlite",), REUSE),
    Object("mariadb", "check", "missing", ("sqlite",), NUMBERED),
    Object("mariadb", "check", "extra", ("postgresql", "sqlite", "duckdb"), TRUTHS),
)


def objects(home: str, engine: str) -> set[tuple[str, str]]:
    """What else is not the same after leaving home and coming back from the engine."""
    return {(each.name, each.problem) for each in OBJECTS if each.engine == engine and home in each.homes}


def known_objects(engine: str) -> set[tuple[str, str]]:
    """What else changes on the way to the engine and back, whatever home it left."""
    return {(each.name, each.problem) for each in OBJECTS if each.engine == engine}

"""A shop made in any engine's own SQL, and the faults that are planted in a copy of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from dialects import connect
from dialects.base import Session
from dialects.url import parse_url

BYTES = {
    "postgresql": "bytea",
    "sqlite": "BLOB",
    "duckdb": "BLOB",
    "mysql": "varbinary(16)",
    "mariadb": "varbinary(16)",
}
DOUBLE = {"sqlite": "REAL", "duckdb": "DOUBLE"}
TABLES = (
    "CREATE TABLE country (code varchar(2) NOT NULL PRIMARY KEY, name varchar(40) NOT NULL)",
    "CREATE TABLE customer (id integer NOT NULL PRIMARY KEY, name varchar(60), credit decimal(12,4), rate {double}, "
    "since timestamp, active integer, country varchar(2) NOT NULL, FOREIGN KEY (country) REFERENCES country (code))",
    "CREATE TABLE stock (shelf integer NOT NULL, place integer NOT NULL, label varchar(20), "
    "PRIMARY KEY (shelf, place))",
    "CREATE TABLE token (id {bytes} NOT NULL PRIMARY KEY, owner varchar(40))",
    "CREATE TABLE visit (line varchar(40), seen integer)",
)
FAULTS = (
    "INSERT INTO country VALUES ('zz', 'Nowhere')",
    "UPDATE country SET name = 'Tyrol' WHERE code = 'at'",
    "UPDATE customer SET name = 'It''s \\wrong' WHERE id = 3",
    "UPDATE customer SET credit = credit + 0.0001, name = NULL WHERE id = 4",
    "UPDATE customer SET rate = 0.1, since = NULL, active = NULL WHERE id = 10",
    "UPDATE customer SET country = 'zz' WHERE id = 6",
    "DELETE FROM customer WHERE id IN (7, 8)",
    "INSERT INTO customer (id, name, country) VALUES (-1, 'extra', 'zz')",
    "INSERT INTO customer (id, name, country) VALUES (900, 'extra too', 'de')",
    "DELETE FROM stock WHERE shelf = 1 AND place = 11",
    "UPDATE stock SET label = 'wrong' WHERE shelf = 11 AND place = 1",
    "INSERT INTO stock VALUES (77, 77, 'extra')",
    "DELETE FROM customer WHERE country = 'fr'",
    "DELETE FROM country WHERE code = 'fr'",
)
"""An extra parent with an altered and an extra child, a missing parent with missing children, and plain ones."""


def engine_of(url: str) -> str:
    return url.partition(":")[0].partition("+")[0]


def run(url: str, *statements: str) -> None:
    """Each in its engine's own words, committed."""
    with connect(parse_url(url), writable=True) as session:
        for statement in statements:
            said(session, statement)


def said(session: Session, statement: str) -> None:
    session.begin()
    session.within(statement)
    session.commit()


def made(url: str, *statements: str) -> str:
    """Tables with the engine's types, made in the database of the URL, which is returned."""
    engine = engine_of(url)
    words = {"bytes": BYTES.get(engine, "varbinary(16)"), "double": DOUBLE.get(engine, "double precision")}
    with connect(parse_url(url), writable=True) as session:
        for statement in statements:
            session.execute(statement.format_map(words))
    return url


def octets(engine: str, digits: str) -> str:
    if engine == "postgresql":
        return f"'\\x{digits}'::bytea"
    if engine == "duckdb":
        return "'" + "".join(f"\\x{digits[at : at + 2]}" for at in range(0, len(digits), 2)) + "'::BLOB"
    return f"X'{digits}'"


def filled(url: str) -> str:
    """The shop with its rows."""
    engine = engine_of(url)
    made(url, *TABLES)
    run(url, "INSERT INTO country VALUES ('de', 'Deutschland'), ('at', 'Österreich'), ('fr', 'France')")
    customers = ", ".join(
        f"({n}, 'Crème ''{n}''\r\n;-- 😀', {n}.{n:04d}, {n / 7!r}, '2024-05-06 07:08:{n % 60:02d}.{n:06d}', "
        f"{n % 2}, '{('de', 'at', 'fr')[n % 3]}')"
        for n in range(1, 41)
    )
    run(url, f"INSERT INTO customer VALUES {customers}")
    stock = ", ".join(f"({a}, {b}, '{a}/{b}')" for a in range(1, 13) for b in range(1, 13))
    run(url, f"INSERT INTO stock VALUES {stock}")
    tokens = ", ".join(f"({octets(engine, f'00ff{n:02x}27')}, 'owner {n}')" for n in range(20))
    run(url, f"INSERT INTO token VALUES {tokens}")
    visits = ", ".join(f"('line {n // 3}', {n // 3})" for n in range(30))
    run(url, f"INSERT INTO visit VALUES {visits}, ('Line 4', 4), (NULL, 1), (NULL, 1)")
    return url


def spoilt(url: str) -> None:
    """All faults in a copy."""
    engine = engine_of(url)
    fault = FAULTS if engine not in ("mysql", "mariadb") else tuple(each.replace("\\", "\\\\") for each in FAULTS)
    run(url, *fault)
    run(
        url,
        f"DELETE FROM token WHERE id = {octets(engine, '00ff0327')}",
        f"UPDATE token SET owner = '' WHERE id = {octets(engine, '00ff0527')}",
        f"INSERT INTO token VALUES ({octets(engine, '27005c0a')}, 'extra')",
        "INSERT INTO visit VALUES ('line 4', 4), ('line 4', 4), ('LINE 4', 4), (NULL, 1), ('new', NULL)",
        "DELETE FROM visit WHERE seen = 7",
    )


def play(url: str, script: Path) -> None:
    """Run a script through a plain driver, as its own client would."""
    text = script.read_text(encoding="utf-8")
    match engine_of(url):
        case "postgresql":
            _by_psycopg(url, text)
        case "sqlite":
            import sqlite3

            with closing(sqlite3.connect(parse_url(url).resolved.database or "", isolation_level=None)) as connection:
                connection.executescript(text)
        case "duckdb":
            import duckdb

            with closing(duckdb.connect(parse_url(url).resolved.database or "")) as connection:
                connection.execute(text)
        case _:
            _by_pymysql(url, text)


def _by_psycopg(url: str, text: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(text.encode())


def _by_pymysql(url: str, text: str) -> None:
    import pymysql
    from pymysql.constants import CLIENT

    place: Any = parse_url(url).resolved
    with closing(
        pymysql.connect(
            host=place.host,
            port=place.port or 3306,
            user=place.username,
            password=place.password or "",
            database=place.database,
            charset="utf8mb4",
            client_flag=CLIENT.MULTI_STATEMENTS,
            autocommit=True,
        )
    ) as connection:
        cursor = connection.cursor()
        cursor.execute(text)
        while cursor.nextset():
            pass

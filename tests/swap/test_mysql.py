"""Swaps on MySQL and MariaDB, seen with SHOW CREATE: everything is as it was, on the new tables."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote, urlsplit

import pymysql
import pytest

from dialects import connect
from dialects.base import Session
from dialects.swap import Attachments, Step, Swap, batches
from mappings.errors import Contention
from mappings.schema import Table, TableName
from tests.conftest import DatabaseFactory
from tests.swap.running import carry_out, load, planned, wait_until

NAMES = (TableName("", "orders"), TableName("", "customers"))
SCHEMA = (
    "CREATE TABLE regions (id int PRIMARY KEY)",
    """CREATE TABLE customers (
      id int AUTO_INCREMENT PRIMARY KEY, name varchar(50) NOT NULL COMMENT 'as said', region int,
      UNIQUE KEY one_name (name), CONSTRAINT named CHECK (name <> 'it''s'),
      CONSTRAINT customers_chk_1 CHECK (region > 0),
      CONSTRAINT customers_ibfk_1 FOREIGN KEY (region) REFERENCES regions (id)) COMMENT 'who'""",
    """CREATE TABLE orders (
      id bigint AUTO_INCREMENT PRIMARY KEY, customer int NOT NULL, `before` bigint, total decimal(10,2),
      KEY by_total (total), CONSTRAINT `of customer` FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
      CONSTRAINT after_it FOREIGN KEY (`before`) REFERENCES orders (id) ON DELETE SET NULL)""",
    """CREATE TABLE invoices (id int PRIMARY KEY, `order` bigint,
      CONSTRAINT of_order FOREIGN KEY (`order`) REFERENCES orders (id) ON UPDATE CASCADE)""",
    "CREATE TABLE log (what varchar(50))",
    "CREATE TABLE noted (step int)",
    "CREATE VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer",
    "CREATE VIEW big AS SELECT customer FROM totals WHERE total > 10",
    "INSERT INTO regions VALUES (1)",
    "INSERT INTO customers (name, region) VALUES ('Ann', 1), ('Bob', NULL)",
    "INSERT INTO orders (customer, `before`, total) VALUES (1, NULL, 20), (2, 1, 5), (1, 2, 7)",
    "INSERT INTO invoices VALUES (1, 2)",
    "CREATE TRIGGER second BEFORE INSERT ON orders FOR EACH ROW SET NEW.total = coalesce(NEW.total, 0) + 1",
    """CREATE TRIGGER first BEFORE INSERT ON orders FOR EACH ROW PRECEDES second
       BEGIN SET NEW.total = NEW.total * 2; INSERT INTO log VALUES ('größer'); END""",
    "CREATE TRIGGER gone AFTER DELETE ON customers FOR EACH ROW INSERT INTO log VALUES (OLD.name)",
)
TRIGGERS = """\
SELECT trigger_name, event_object_table, action_order, action_timing, event_manipulation, action_statement, definer,
       sql_mode, character_set_client, collation_connection
FROM information_schema.triggers WHERE trigger_schema = database() ORDER BY 1"""
IMPLIED = re.compile(r" AUTO_INCREMENT=\d+| ROW_FORMAT=DYNAMIC| CHARACTER SET utf8mb4 COLLATE utf8mb4_\w+_ci")


@pytest.fixture(params=("mariadb", "mysql"))
def url(request: pytest.FixtureRequest, database: DatabaseFactory) -> str:
    made = database(request.param)
    run(made, *SCHEMA)
    return made


@pytest.fixture
def session(url: str) -> Iterator[Session]:
    with connect(url, writable=True) as opened:
        yield opened


def plain(url: str) -> Any:
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path[1:],
        charset="utf8mb4",
        autocommit=True,
    )


def run(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement."""
    with plain(url) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


def shown(url: str) -> list[tuple[Any, ...]]:
    """Everything the server tells of the database's own tables, views and triggers, but the order of indexes, what a
    table counts, and a collation or row format that is its table's anyway."""
    told: list[tuple[Any, ...]] = []
    with plain(url) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        for (name,) in [row for row in cursor.fetchall() if not row[0].startswith("_dbtransfer")]:
            cursor.execute(f"SHOW CREATE TABLE `{name}`")
            text = IMPLIED.sub("", cursor.fetchall()[0][1])
            told.append((name, *sorted(line.rstrip(",") for line in text.splitlines())))
        cursor.execute(TRIGGERS)
        return [*sorted(told), *cursor.fetchall()]


def copied(swap: Swap, shadow: Table) -> tuple[str, ...]:
    rows = f"INSERT INTO `{shadow.name.name}` SELECT * FROM `{swap.live.name}`"
    return (rows, f"UPDATE `{shadow.name.name}` SET total = total * 2") if swap.live.name == "orders" else (rows,)


def ready(session: Session) -> tuple[tuple[Swap, ...], Attachments]:
    swaps = planned(session, *NAMES)
    load(session, swaps, copied)
    attachments = session.dialect.swapper.attachments(session.query, swaps)
    assert attachments.obstacles == ()
    return swaps, attachments


def test_all_that_hung_on_the_old_tables_hangs_on_the_new_ones(
    url: str, session: Session, grants: Callable[[], list[str]]
) -> None:
    before, granted = shown(url), grants()
    swaps, attachments = ready(session)
    assert [str(key.child) for key in attachments.inbound] == ["invoices"]
    for place, (alone, statements) in enumerate(batches(session.dialect.swapper.swap(swaps, attachments))):
        assert alone
        for statement in statements:
            session.execute(statement)
        session.execute(f"INSERT INTO noted VALUES ({place})")  # as a journal is kept between the steps
    assert shown(url) == before
    assert run(url, "SELECT total FROM orders ORDER BY id") == [(40,), (10,), (14,)]
    assert run(url, "SELECT customer FROM big") == [(1,)]
    run(url, "INSERT INTO orders (customer, total) VALUES (1, 3)")
    assert run(url, "SELECT id, total FROM orders WHERE id > 3") == [(4, 7)]
    assert run(url, "SELECT what FROM log") == [("größer",)]
    with pytest.raises(pymysql.err.IntegrityError):
        run(url, "INSERT INTO invoices VALUES (2, 99)")
    run(url, "INSERT INTO invoices VALUES (2, 4)", "UPDATE customers SET region = NULL", "DELETE FROM regions")
    carry_out(session, session.dialect.swapper.discard(swaps))
    assert run(url, "SHOW TABLES LIKE '\\_dbtransfer%'") == []
    assert (shown(url), grants()) == (before, granted)


def test_a_swap_waits_no_longer_than_it_is_told_and_is_undone(url: str, session: Session) -> None:
    before = shown(url)
    swaps, attachments = ready(session)
    swapper = session.dialect.swapper
    steps = swapper.swap(swaps, attachments, wait=1)
    rename = next(n for n, step in enumerate(steps) if step.statement.startswith("RENAME"))
    with plain(url) as reader, reader.cursor() as cursor:
        cursor.execute("START TRANSACTION")
        cursor.execute("SELECT * FROM orders")
        with pytest.raises(Contention):
            carry_out(session, steps)
        cursor.execute("ROLLBACK")
    assert [row for row in shown(url) if not str(row[0]).startswith("_dbtransfer")] == before
    carry_out(session, steps[rename:])
    assert shown(url) == before
    carry_out(session, swapper.swap_back(swaps, attachments))
    assert shown(url) == before
    assert run(url, "SHOW TABLES LIKE '\\_dbtransfer%'") == []
    assert run(url, "SELECT total FROM orders ORDER BY id") == [(20,), (5,), (7,)]
    with pytest.raises(pymysql.err.IntegrityError):
        run(url, "INSERT INTO orders (customer) VALUES (99)")


@pytest.fixture
def grants(request: pytest.FixtureRequest, url: str) -> Iterator[Callable[[], list[str]]]:
    """Asks what two users may do with the orders."""
    server = request.getfixturevalue(urlsplit(url).scheme)
    name = urlsplit(url).path[1:]
    users = [f"'{name}_{each}'@'%'" for each in ("first", "second")]
    for user in users:
        server.execute(f"CREATE USER {user}")
    server.execute(f"GRANT SELECT, INSERT ON `{name}`.orders TO {users[0]} WITH GRANT OPTION")
    server.execute(f"GRANT SELECT (id, total), UPDATE (total) ON `{name}`.orders TO {users[1]}")
    yield lambda: [server.execute(f"SHOW GRANTS FOR {user}") for user in users]
    for user in users:
        server.execute(f"DROP USER {user}")


def test_readers_and_writers_see_the_old_tables_or_the_new_ones(url: str, session: Session) -> None:
    swaps, attachments = ready(session)
    swapper, done = session.dialect.swapper, threading.Event()
    seen: set[object] = set()

    def read(query: str) -> None:
        with plain(url) as connection, connection.cursor() as cursor:
            while not done.is_set():
                cursor.execute(query)
                seen.add(cursor.fetchall()[0][0])

    def write() -> int:
        """How many rows were written, to whichever table."""
        written = 0
        with plain(url) as connection, connection.cursor() as cursor:
            while not done.is_set():
                written += cursor.execute("INSERT INTO orders (customer, total) VALUES (2, 0)")
        return written

    with ThreadPoolExecutor() as threads:
        queries = ("SELECT min(total) FROM orders WHERE id < 4", "SELECT sum(total) FROM totals WHERE customer = 1")
        readers, writer = [threads.submit(read, query) for query in queries], threads.submit(write)
        try:
            wait_until(lambda: len(seen) == 2)
            patiently(session, swapper.swap(swaps, attachments))
            wait_until(lambda: len(seen) == 4)
            patiently(session, swapper.swap_back(swaps, attachments))
        finally:
            done.set()
        for reader in readers:
            reader.result()
    assert seen == {5, 10, 27, 54}
    assert run(url, "SELECT count(*) FROM log") == [(writer.result(),)]
    assert run(url, "SELECT DISTINCT total FROM orders WHERE customer = 2 AND id > 3") == [(1,)]


def patiently(session: Session, steps: tuple[Step, ...]) -> None:
    """Each step again that has to wait for others."""
    for step in steps:
        for attempt in range(10):
            try:
                session.execute(step.statement)
                break
            except Contention:
                assert attempt < 9


def test_what_cannot_be_put_on_the_new_table_is_told(url: str, session: Session) -> None:
    swaps = planned(session, *NAMES)
    without = tuple(column for column in swaps[0].table.columns if column.name not in ("id", "total"))
    narrower = Swap(swaps[0].live, swaps[0].shadow, swaps[0].old, Table(NAMES[0], without))
    found = {each.object for each in session.dialect.swapper.attachments(session.query, (narrower, swaps[1])).obstacles}
    assert found == {"trigger first", "trigger second", "foreign key of_order of invoices"}

"""The rights that docs/security.md lists are enough, and each is needed: without it an error names it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import transfer
from mappings.errors import TransferError
from tests.commands.command import changed
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.servers.fresh import unique_name

FAMILY_TARGET = (
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "ALTER",
    "INDEX",
    "REFERENCES",
    "DROP",
    "CREATE TEMPORARY TABLES",
)
GRANTS = {
    "source": {
        "postgresql": (
            "CONNECT ON DATABASE {database}",
            "USAGE ON SCHEMA public",
            "SELECT ON ALL TABLES IN SCHEMA public",
            "SELECT ON ALL SEQUENCES IN SCHEMA public",
        ),
        "mysql": tuple(f"{right} ON {{database}}.*" for right in ("SELECT", "LOCK TABLES", "SHOW VIEW", "TRIGGER")),
    },
    "target": {
        "postgresql": ("CONNECT ON DATABASE {database}", "USAGE ON SCHEMA public", "CREATE ON SCHEMA public"),
        "mysql": tuple(f"{right} ON {{database}}.*" for right in FAMILY_TARGET),
    },
    "verify": {
        "postgresql": (
            "CONNECT ON DATABASE {database}",
            "USAGE ON SCHEMA public",
            "SELECT ON ALL TABLES IN SCHEMA public",
        ),
        "mysql": ("SELECT ON {database}.*",),
    },
}
for of_role in GRANTS.values():
    of_role["mariadb"] = of_role["mysql"]
SPARED = {
    "postgresql": ("SELECT ON ALL SEQUENCES IN SCHEMA public",),
    "mysql": ("LOCK TABLES", "SHOW VIEW", "TRIGGER", "DELETE", "DROP", "CREATE TEMPORARY TABLES"),
    "mariadb": ("LOCK TABLES", "SHOW VIEW", "TRIGGER", "DELETE", "DROP", "CREATE TEMPORARY TABLES", "REFERENCES"),
}
"""What a copy goes through without; docs/security.md says what is then missing."""
SHUT = {
    "postgresql": ("REVOKE ALL ON DATABASE {database} FROM PUBLIC", "REVOKE ALL ON SCHEMA public FROM PUBLIC"),
    "mysql": (),
    "mariadb": (),
}
MADE = {"postgresql": "CREATE ROLE {user} LOGIN PASSWORD 'pw'", "mysql": "CREATE USER {user} IDENTIFIED BY 'pw'"}
GONE = {"postgresql": ("DROP OWNED BY {user} CASCADE", "DROP ROLE {user}"), "mysql": ("DROP USER {user}",)}
SHOP = (
    "CREATE TABLE parent (id integer PRIMARY KEY, name varchar(20))",
    "CREATE TABLE child (id integer PRIMARY KEY AUTOINCREMENT, parent integer REFERENCES parent (id), "
    "price decimal(10,2) DEFAULT 1, name varchar(20) CHECK (name <> 'x'))",
    "CREATE INDEX child_name ON child (name)",
    "INSERT INTO parent VALUES (1, 'a')",
    "INSERT INTO child VALUES (1, 1, 2.50, 'b')",
)
ENGINES = ("postgresql", "mysql", "mariadb")


class User:
    """A user of one database, with the rights that a test gives it."""

    def __init__(self, url: str) -> None:
        self._url, self._engine = url, plain.engine(url)
        self._name, self._there = unique_name("limited"), False

    def may(self, *rights: str) -> str:
        """The URL of the user, who has these rights and no other."""
        self.leave()
        words = {"user": self._name, "database": self._url.rpartition("/")[2]}
        grants = [f"GRANT {right} TO {{user}}" for right in rights]
        plain.execute(self._url, *(text.format(**words) for text in (MADE[self._engine], *SHUT[self._engine], *grants)))
        self._there = True
        return changed(self._url, user=self._name, password="pw")

    def leave(self) -> None:
        if self._there:
            plain.execute(self._url, *(text.format(user=self._name) for text in GONE[self._engine]))
        self._there = False


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def url(database: DatabaseFactory, engine: str) -> str:
    return database(engine)


@pytest.fixture
def user(url: str) -> Iterator[User]:
    user = User(url)
    yield user
    user.leave()


@pytest.fixture
def shop(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/shop.db"
    plain.execute(url, *SHOP)
    return url


def copied(source: str, target: str, *, jobs: int = 1) -> transfer.Report:
    return transfer.copy(
        transfer.plan(source, target), source=source, target=target, options=transfer.Options(jobs=jobs)
    )


def needed(role: str, engine: str) -> list[str]:
    return [right for right in GRANTS[role][engine] if not right.startswith(SPARED[engine])]


def names_it(error: TransferError, right: str) -> bool:
    """Whether the error, or what it says to try, names the right."""
    what, _, where = right.partition(" ON ")
    schema = what == "USAGE" and "schema public" in error.message
    return what in error.message + error.hint or schema


def test_a_source_user_reads(url: str, user: User, engine: str, shop: str, tmp_path: Path) -> None:
    copied(shop, url)
    everything = GRANTS["source"][engine]
    assert copied(user.may(*everything), f"sqlite:///{tmp_path}/all.db", jobs=2).exit_code == 0
    for number, right in enumerate(needed("source", engine)):
        others = [other for other in everything if other != right and engine == "postgresql"]
        with pytest.raises(TransferError) as caught:
            copied(user.may(*others), f"sqlite:///{tmp_path}/{number}.db")
        nothing_left = not others and "Access denied" in caught.value.message
        assert (names_it(caught.value, right) or nothing_left) and caught.value.hint, (right, str(caught.value))


def test_a_target_user_makes_and_fills(
    request: pytest.FixtureRequest, database: DatabaseFactory, engine: str, shop: str
) -> None:
    everything = GRANTS["target"][engine]
    for missing in (None, *needed("target", engine)):
        user = User(database(engine))
        request.addfinalizer(user.leave)
        url = user.may(*(right for right in everything if right != missing))
        if missing is None:
            assert copied(shop, url).exit_code == 0 and transfer.verify(shop, url).exit_code == 0
        else:
            with pytest.raises(TransferError) as caught:
                copied(shop, url)
            assert names_it(caught.value, missing) and caught.value.hint, (missing, str(caught.value))


def test_a_user_who_only_verifies(url: str, user: User, engine: str, shop: str) -> None:
    copied(shop, url)
    limited = user.may(*GRANTS["verify"][engine])
    assert transfer.verify(shop, limited).exit_code == 0 and transfer.verify(limited, shop).exit_code == 0
    plain.execute(url, "UPDATE child SET price = price + 0.01")
    assert transfer.verify(shop, limited).exit_code == 3
    with pytest.raises(Exception, match="denied"):
        plain.execute(limited, "DELETE FROM child")


ENTER = {"postgresql": GRANTS["target"]["postgresql"][:2], "mysql": (), "mariadb": ()}
SOME = {"postgresql": "SELECT ({}) ON public.child", "mysql": "SELECT ({}) ON {{database}}.child"}
ALL = {"postgresql": "SELECT ON public.parent", "mysql": "SELECT ON {database}.parent"}


@pytest.mark.parametrize("columns", ["id, name", "id, parent"])
def test_columns_that_were_not_granted_are_not_passed_over(
    url: str, user: User, engine: str, shop: str, tmp_path: Path, columns: str
) -> None:
    copied(shop, url)
    family = plain.engine(url)
    limited = user.may(*ENTER[engine], ALL[family], SOME[family].format(columns))
    for run in (copied, transfer.verify):
        with pytest.raises(TransferError, match="child") as caught:
            run(limited, f"sqlite:///{tmp_path}/out.db" if run is copied else shop)
        assert "SELECT" in caught.value.hint


APPENDING = {
    "postgresql": (
        *GRANTS["target"]["postgresql"],
        "SELECT, INSERT ON ALL TABLES IN SCHEMA public",
        "SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public",
    ),
    "mysql": GRANTS["target"]["mysql"],
    "mariadb": GRANTS["target"]["mariadb"],
}


def test_a_user_who_appends_to_tables_of_another(url: str, user: User, engine: str, shop: str) -> None:
    copied(shop, url)
    plain.execute(url, "DELETE FROM child", "DELETE FROM parent")
    limited, options = user.may(*APPENDING[engine]), transfer.Options(if_exists="append")
    report = transfer.copy(transfer.plan(shop, limited, options), source=shop, target=limited, options=options)
    assert report.exit_code == 0 and plain.rows(url, "child") == [("1", "1", "2.5", "b")]

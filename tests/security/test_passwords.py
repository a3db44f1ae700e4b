"""A password goes to the server and nowhere else: not into any output, file, table, process list or exception."""

from __future__ import annotations

import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import transfer
from dialects import connect
from mappings.errors import TransferError
from tests.commands.command import CuttingProxy, Outcome, changed, finished, start
from tests.conftest import DatabaseFactory
from tests.pairs import plain
from tests.servers.fresh import unique_name
from transfer.cli import main

SECRET = "Xy7-kept-secret-42"
ENGINES = ("postgresql", "mariadb")
MADE = {
    "postgresql": ("CREATE ROLE {user} SUPERUSER LOGIN PASSWORD '{password}'",),
    "mariadb": ("CREATE USER {user} IDENTIFIED BY '{password}'", "GRANT ALL ON *.* TO {user}"),
}
GONE = {"postgresql": ("DROP OWNED BY {user} CASCADE", "DROP ROLE {user}"), "mariadb": ("DROP USER {user}",)}
ITEM = ("CREATE TABLE item (id int PRIMARY KEY, name varchar(20))", "INSERT INTO item VALUES (1, 'one'), (2, 'two')")
LARGE = """\
CREATE TABLE item AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 4000)
SELECT CAST(id AS integer) AS id, hex(zeroblob(400)) AS name FROM n"""
"""3 MB."""
Invoke = Callable[..., Outcome]
Account = Callable[[str], str]
Given = Callable[[str, pytest.MonkeyPatch, Path], str]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Invoke]:
    """Runs a command in this process, which is quicker than a new one. What it prints must not hold the secret."""
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def invoked(*args: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["dbtransfer", *args])
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        out, err = capfd.readouterr()
        assert SECRET not in out + err, args
        return Outcome(code, out, err)

    yield invoked
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def account(database: DatabaseFactory) -> Iterator[Account]:
    """The URL of a fresh database for a user whose password is SECRET."""
    made: list[tuple[str, list[str]]] = []

    def make(engine: str) -> str:
        url, user = database(engine), unique_name("secret")
        plain.execute(url, *(text.format(user=user, password=SECRET) for text in MADE[engine]))
        made.append((url, [text.format(user=user) for text in GONE[engine]]))
        return changed(url, user=user, password=SECRET)

    yield make
    for url, gone in made:
        plain.execute(url, *gone)


def without(url: str) -> str:
    """The URL without its password."""
    return url.replace(f":{SECRET}@", "@")


def by_variable(url: str, monkeypatch: pytest.MonkeyPatch, _: Path) -> str:
    monkeypatch.setenv("DATABASE_PASSWORD", SECRET)
    return url.replace(SECRET, "${DATABASE_PASSWORD}")


def by_environment(url: str, monkeypatch: pytest.MonkeyPatch, _: Path) -> str:
    for name in ("PGPASSWORD", "MYSQL_PWD"):
        monkeypatch.setenv(name, SECRET)
    return without(url)


def by_file(url: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> str:
    home = folder / "home"
    home.mkdir(exist_ok=True)
    (home / ".my.cnf").write_text(f"[client]\npassword = {SECRET}\n")
    (home / ".pgpass").write_text(f"*:*:*:*:{SECRET}\n")
    (home / ".pgpass").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PGPASSFILE", str(home / ".pgpass"))
    return without(url)


def by_url(url: str, _: pytest.MonkeyPatch, __: Path) -> str:
    return url


def assert_no_file_tells(folder: Path) -> None:
    found = [path for path in folder.rglob("*") if path.is_file() and "home" not in path.parts]
    assert found and not [path for path in found if SECRET.encode() in path.read_bytes()]


def assert_no_table_of_ours_tells(url: str) -> None:
    names = plain.journal(url)
    assert names and SECRET not in "".join(repr(plain.query(url, f"SELECT * FROM {name}")) for name in names)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_command_keeps_it(
    account: Account, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str
) -> None:
    there, file = account(engine), f"sqlite:///{tmp_path}/out.db"
    plain.execute(there, *ITEM)
    url = by_variable(there, monkeypatch, tmp_path)
    assert invoke("inspect", url, "--json").code == 0
    assert invoke("plan", url, file).code == 0
    (tmp_path / "plan.json").write_text(invoke("plan", url, file, "--sql", "out.sql", "--json").out)
    copied = invoke("copy", url, file, "--plan", "plan.json", "--json")
    assert copied.code == 0, copied.err
    for command in ("verify", "compare"):
        assert invoke(command, url, file).code == 0
    assert_no_file_tells(tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("given", [by_environment, by_file, by_url])
def test_every_way_to_give_it(
    account: Account, invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: str, given: Given
) -> None:
    there = account(engine)
    plain.execute(there, *ITEM)
    url = given(there, monkeypatch, tmp_path)
    assert invoke("inspect", url).code == 0
    assert invoke("copy", url, f"sqlite:///{tmp_path}/out.db").code == 0
    assert_no_file_tells(tmp_path)


@pytest.mark.parametrize("engine", ENGINES)
def test_rejects_and_the_journal_keep_it(account: Account, invoke: Invoke, tmp_path: Path, engine: str) -> None:
    target, source = account(engine), f"sqlite:///{tmp_path}/in.db"
    plain.execute(source, *ITEM, "INSERT INTO item VALUES (3, 'a name that is far too long to fit')")
    plain.execute(target, ITEM[0])
    outcome = invoke("copy", source, target, "--if-exists", "append", "--yes", "--no-probe", "--on-error", "reject")
    assert outcome.code == 5, outcome.err
    (file,) = tmp_path.glob("*rejects*")
    assert invoke("replay", str(file), target).code == 5
    for command in (["runs"], ["status"], ["status", "--json"]):
        assert invoke(*command, target).code in (0, 5), command
    assert_no_file_tells(tmp_path)
    assert_no_table_of_ours_tells(target)


def failures(url: str, engine: str) -> dict[str, str]:
    """URLs with the secret in them that cannot be connected to, or are none."""
    scheme = url.partition(":")[0]
    refused = {"postgresql": "?sslmode=verify-full&sslrootcert=/nowhere", "mariadb": "?ssl_verify_cert=true"}
    return {
        "wrong password": changed(url, password=f"not-{SECRET}"),
        "unknown host": changed(url, host="no-such-host.invalid"),
        "nobody listens": changed(url, port=1),
        "no database": changed(url, database="there_is_none"),
        "refused TLS": url + refused[engine],
        "unknown option": f"{url}?colour=red",
        "wrong port": f"{scheme}://me:{SECRET}@host:port/shop",
        "two at signs": f"{scheme}://me:{SECRET}@more@host/shop",
        "unset variable": f"{scheme}://me:{SECRET}@${{NOT_SET}}/shop",
        "no database named": f"{scheme}://me:{SECRET}@127.0.0.1:1/",
        "an option's value": f"{without(url)}?connect_timeout=soon&password={SECRET}",
    }


def told(error: BaseException | None) -> Iterator[str]:
    """All that an exception says, and those behind it."""
    if error is not None:
        yield from (str(error), repr(error), repr(error.args), getattr(error, "hint", ""), getattr(error, "where", ""))
        yield from traceback.format_exception(error)
        yield from (text for behind in (error.__cause__, error.__context__) for text in told(behind))


@pytest.mark.parametrize("engine", ENGINES)
def test_failures_keep_it(account: Account, invoke: Invoke, tmp_path: Path, engine: str) -> None:
    for what, url in failures(account(engine), engine).items():
        for call in (lambda url: transfer.inspect(url), lambda url: connect(url, writable=True)):
            with pytest.raises(TransferError) as caught:
                call(url)
            assert not [text for text in told(caught.value) if SECRET in text], what
            assert caught.value.hint, what
        assert invoke("copy", url, f"sqlite:///{tmp_path}/out.db", "--json").code in (1, 2), what


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("side", ["source", "target"])
def test_a_dropped_connection_keeps_it(
    account: Account, invoke: Invoke, tmp_path: Path, engine: str, side: str
) -> None:
    there, here = account(engine), f"sqlite:///{tmp_path}/there.db"
    plain.execute(here, LARGE)
    if side == "source":
        assert invoke("copy", here, there, "--no-verify").code == 0
    proxy = CuttingProxy(there, octets=1_000_000)
    ends = (proxy.url, f"sqlite:///{tmp_path}/out.db") if side == "source" else (here, proxy.url)
    outcome = invoke("copy", *ends)
    proxy.close()
    assert outcome.code == 1 and "item" in outcome.err, outcome.err
    assert_no_file_tells(tmp_path)


def test_the_process_list_shows_none_from_the_environment(account: Account, tmp_path: Path) -> None:
    there = account("postgresql")
    plain.execute(there, *ITEM)
    url = there.replace(SECRET, "${DATABASE_PASSWORD}")
    process = start("copy", url, f"sqlite:///{tmp_path}/out.db", env={"DATABASE_PASSWORD": SECRET})
    seen = set()
    while process.poll() is None:
        seen |= command_lines()
        time.sleep(0.2)
    assert finished(process).code == 0
    assert any(b"${DATABASE_PASSWORD}" in line for line in seen)
    assert not [line for line in seen if SECRET.encode() in line]


def command_lines() -> set[bytes]:
    """What every process of the machine was started with."""
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.add(path.read_bytes())
    return lines
